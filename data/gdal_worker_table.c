/* CSV and TSV, by our own reader. A part of the import child. */
#include "data/gdal_worker.h"

#include <string.h>

#include "data/base/limits.h"
#include "data/columns.h"
#include "data/csv.h"

static size_t find_column(const struct str *names, size_t n, const char *wanted)
{
    for (size_t i = 0; wanted && i < n; i++)
        if (str_eq(names[i], str_of(wanted)))
            return i;
    return SIZE_MAX;
}

static bool comma_number(struct str s, double *out)
{
    char text[40];
    size_t n = MIN(s.len, sizeof text);
    memcpy(text, s.at, n);
    for (size_t i = 0; i < n; i++)
        if (text[i] == ',')
            text[i] = '.';
    return s.len <= sizeof text && str_double(str_from(text, n), out);
}

/* Coordinates of a table in a projection that was named: turned here, where PROJ is. */
static bool table_point(struct worker *w, struct str x, struct str y, struct xy *out)
{
    return comma_number(x, &out->x) && comma_number(y, &out->y) && OCTTransform(w->project, 1, &out->x, &out->y, NULL);
}

bool worker_read_table(struct worker *w, struct str raw, struct err *err)
{
    AUTO(buf) space = {0};
    AUTO(buf) kept = {0};
    struct csv_form form;
    struct str names[CSV_COLUMNS_MAX];
    AUTO(csv) c = {0};
    if (!csv_sniff(str_slice(raw, 0, SNIFF_BYTES), true, &form))
        return err_set(err, ERR_INVALID, "this is not a table");
    struct str text = csv_text(raw, form.encoding, &space);
    worker_put_format(w, "csv");
    csv_begin(&c, text, form.separator);
    if (!csv_next(&c))
        return true;
    if (c.too_wide || (w->upload && c.n > IMPORT_PROPERTIES_MAX))
        return err_set(err, ERR_TOO_BIG, "it has more than %d columns", w->upload ? IMPORT_PROPERTIES_MAX : CSV_COLUMNS_MAX);
    size_t n = c.n;
    for (size_t i = 0; i < n; i++)
        buf_add(&kept, c.field[i]);
    for (size_t i = 0, at = 0; i < n; at += c.field[i++].len)
        names[i] = str_from(kept.at + at, c.field[i].len);
    size_t x = find_column(names, n, w->x_column), y = find_column(names, n, w->y_column);
    bool turned = w->srs && x != SIZE_MAX && y != SIZE_MAX;
    if (turned && !worker_project_from(w, NULL, err))
        return false;
    while (csv_next(&c)) {
        struct json_writer j = worker_row_begin(w, c.line, S(""));
        uint32_t end = 1;
        struct xy at;
        struct shape shape = {.kind = SHAPE_POINTS, .n_parts = 1, .n = 1, .end = &end, .at = &at};
        for (size_t i = 0; i < MIN(n, c.n); i++) {
            worker_put_key(&j, names[i]);
            worker_put_text(&j, c.field[i]);
        }
        const char *refused = c.open_quote ? "a quotation mark is opened and never closed" : NULL;
        for (size_t i = n; i < c.n && !refused; i++)
            if (c.field[i].len)
                refused = "it has more fields than the header has columns";
        bool placed = !refused && turned && w->project && x < c.n && y < c.n && table_point(w, c.field[x], c.field[y], &at);
        if (turned && w->project && !placed && !refused)
            refused = "its coordinates cannot be read in that projection";
        if (!worker_row_end(w, &j, placed ? &shape : NULL, refused, err))
            return false;
    }
    return true;
}
