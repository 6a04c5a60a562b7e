/* The columns of a file out of its first rows: the child is stopped when they were seen. */
#include "data/columns.h"
#include "data/import.h"

enum { ROWS_LOOKED_AT = 100, SAMPLE_RUNES = 60, NAME_RUNES = 200 };

struct looking {
    struct arena *arena;
    struct import_columns *out;
    size_t rows;
    bool enough;
};

static struct str sample_of(const struct json *v, struct arena *a)
{
    AUTO(buf) text = {0};
    if (json_kind(v) == JSON_STRING)
        return str_copy(a, str_cut_runes(str_trim(json_string(v)), SAMPLE_RUNES));
    if (json_kind(v) == JSON_NUMBER || json_kind(v) == JSON_BOOL)
        json_write(&text, v);
    return str_copy(a, str_cut_runes(buf_str(&text), SAMPLE_RUNES));
}

static size_t find_column(struct looking *l, struct str name)
{
    struct import_columns *c = l->out;
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(c->name[i], name))
            return i;
    if (c->n == IMPORT_COLUMNS_MAX || !name.len || str_runes(name) > NAME_RUNES)
        return SIZE_MAX;
    c->name[c->n] = str_copy(l->arena, name);
    return c->n++;
}

static bool look_at(void *ctx, const struct gdal_row *row, struct err *err)
{
    struct looking *l = ctx;
    for (struct json_each e = {0}; json_each(row->fields, &e);) {
        size_t i = find_column(l, e.key);
        if (i != SIZE_MAX && !l->out->sample[i].len)
            l->out->sample[i] = sample_of(e.value, l->arena);
    }
    l->enough = ++l->rows == ROWS_LOOKED_AT;
    return !l->enough || err_set(err, ERR_BUSY, "enough was seen");
}

bool import_look(const struct import_job *job, struct arena *a, struct import_columns *out, struct err *err)
{
    struct looking l = {.arena = a, .out = out};
    struct gdal_job read = {.path = job->path, .limits = job->limits, .stop = job->stop};
    *out = (struct import_columns){0};
    if (job->fields && job->fields->layer.len)
        read.layer = str_cstr(a, job->fields->layer);
    return gdal_read(&read, look_at, &l, err) || l.enough;
}
