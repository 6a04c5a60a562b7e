#include "server/upload_form.h"

#include "data/base/json.h"

const char *const UPLOAD_CLASS_CODES[IMPORT_CLASS_COUNT] = {"new", "changed", "same", "duplicate", "refused"};

/* The file's name without what follows the dot: how the source is called unless somebody says so. */
static struct str name_of_file(struct str file_name, struct arena *a)
{
    size_t dot = str_find(file_name, S("."));
    struct str name = dot && dot != SIZE_MAX ? str_slice(file_name, 0, dot) : file_name;
    return str_copy(a, str_cut_runes(str_trim(name), UPLOAD_NAME_MAX_RUNES));
}

static bool read_day(struct str text, struct partial_date *out, struct err *err)
{
    return partial_date_read(text, out) || partial_date_guess(text, out) ||
           err_set(err, ERR_INVALID, "as_of: \"%.*s\" is not a date such as 2026-10 or 2026-10-28", STR_ARG(str_cut_runes(text, 40)));
}

/* ---- forms ---- */

/* One select for each of our fields: a column's number, or none. *any: there were some. */
static bool read_selects(const struct form *f, const struct import_columns *columns, struct mapping *out, bool *any, const char **field, struct err *err)
{
    out->projection = form_get(f, "projection");
    out->layer = form_get(f, "layer");
    *any = out->projection.len || out->layer.len;
    for (int c = 1; c < COLUMN_COUNT; c++) {
        char name[40];
        uint64_t i;
        snprintf(name, sizeof name, "col_%s", COLUMN_NAMES[c]);
        if (!columns || !form_has(f, name))
            continue;
        struct str value = form_get(f, name);
        *any = true;
        out->absent[c] = !value.len;
        *field = COLUMN_NAMES[c];
        if (value.len && (!str_u64(value, &i) || i >= columns->n))
            return err_set(err, ERR_INVALID, "%s: there is no column %.*s in this file", COLUMN_NAMES[c], STR_ARG(str_cut_runes(value, 20)));
        if (value.len)
            out->column[c] = columns->name[i];
    }
    return true;
}

bool upload_wish_of_form(const struct form *f, const struct import_columns *columns, struct str file_name, struct arena *a, struct upload_wish *out,
    const char **field, struct err *err)
{
    struct str mapping = form_get(f, "mapping");
    *out = (struct upload_wish){.name = form_get(f, "name"), .licence = form_get(f, "licence"), .attribution = form_get(f, "attribution"),
        .source_url = form_get(f, "source_url"), .category = form_get(f, "category"), .precision = form_get(f, "precision"),
        .survey = form_has(f, "survey")};
    if (!out->name.len)
        out->name = name_of_file(file_name, a);
    *field = "as_of";
    if (!read_day(form_get(f, "as_of"), &out->as_of, err))
        return false;
    if (!mapping.len)
        return read_selects(f, columns, &out->mapping, &out->mapped, field, err);
    *field = "mapping";
    out->mapped = true;
    return mapping_read(mapping, a, &out->mapping, err);
}

/* ---- JSON ---- */

static bool read_text(const struct json *root, const char *key, struct arena *a, struct str *out, struct err *err)
{
    const struct json *v = json_get(root, str_of(key));
    if (!v)
        return true;
    if (json_kind(v) != JSON_STRING && json_kind(v) != JSON_NULL)
        return err_set(err, ERR_INVALID, "%s: it is a text", key);
    *out = str_copy(a, str_trim(json_string(v)));
    return true;
}

bool upload_wish_of_json(struct str body, const struct upload_wish *before, struct arena *a, struct upload_wish *out, struct err *err)
{
    AUTO(json_doc) doc = {0};
    AUTO(buf) mapping = {0};
    struct str day = {0};
    struct upload_wish w = {0};
    if (!json_read(&doc, body, &JSON_BODY, err))
        return false;
    if (before)
        w = *before;
    const struct json *root = doc.root, *inner = json_get(root, S("mapping"));
    struct str *const texts[] = {&w.name, &w.licence, &w.attribution, &w.source_url, &w.category, &w.precision, &day};
    static const char *const KEYS[] = {"name", "licence", "attribution", "source_url", "category", "precision", "as_of"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        *texts[i] = str_copy(a, *texts[i]);
        if (inner && !read_text(root, KEYS[i], a, texts[i], err))
            return false;
    }
    if (day.len && !read_day(day, &w.as_of, err))
        return false;
    if (inner && json_get(root, S("survey")))
        w.survey = json_bool(json_get(root, S("survey")));
    json_write(&mapping, inner ? inner : root);
    w.mapped = true;
    *out = w;
    return mapping_read(str_copy(a, buf_str(&mapping)), a, &out->mapping, err);
}
