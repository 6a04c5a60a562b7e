#include "data/gdal_row.h"

#include <math.h>

#include "data/base/limits.h"

static const struct json_limits LINE_LIMITS = {.bytes = 256u << 20, .values = 20u << 20, .depth = 6};

void gdal_line_done(struct gdal_line *l)
{
    json_doc_done(&l->doc);
}

static bool odd(struct err *err)
{
    return err_set(err, ERR_INVALID, "the import process wrote a line that is not a row; the file is refused");
}

static bool read_shape(const struct json *g, struct arena *a, struct shape *out, struct err *err)
{
    const struct json *ends = json_at(g, 1), *at = json_at(g, 2);
    size_t parts = json_size(ends), n = json_size(at) / 2;
    int64_t kind = json_integer(json_at(g, 0));
    if (json_size(g) != 3 || kind <= SHAPE_NONE || kind > SHAPE_POLYGONS || !parts || !n || json_size(at) % 2 || n > UINT32_MAX / 2)
        return odd(err);
    struct shape s = {.kind = (enum shape_kind)kind, .n_parts = (uint32_t)parts, .n = (uint32_t)n};
    s.end = ARENA_ARRAY(a, uint32_t, parts);
    s.at = ARENA_ARRAY(a, struct xy, n);
    if (!s.end || !s.at)
        return err_arena(err);
    uint32_t before = 0;
    for (size_t i = 0; i < parts; i++) {
        int64_t end = json_integer(json_at(ends, i));
        if (end < before || end > (int64_t)n)
            return odd(err);
        before = s.end[i] = (uint32_t)end;
    }
    if (before != n)
        return odd(err);
    for (size_t i = 0; i < n; i++) {
        const struct json *x = json_at(at, 2 * i), *y = json_at(at, 2 * i + 1);
        if (json_kind(x) != JSON_NUMBER || json_kind(y) != JSON_NUMBER)
            return odd(err);
        s.at[i] = (struct xy){json_number(x), json_number(y)};
    }
    *out = s;
    return true;
}

static bool read_point(const struct json *p, struct arena *a, struct shape *out, struct err *err)
{
    if (json_kind(json_at(p, 0)) != JSON_NUMBER || json_kind(json_at(p, 1)) != JSON_NUMBER || json_size(p) != 2)
        return odd(err);
    struct shape s = {.kind = SHAPE_POINTS, .n_parts = 1, .n = 1, .end = ARENA_NEW(a, uint32_t), .at = ARENA_NEW(a, struct xy)};
    if (!s.end || !s.at)
        return err_arena(err);
    s.end[0] = 1;
    s.at[0] = (struct xy){json_number(json_at(p, 0)), json_number(json_at(p, 1))};
    *out = s;
    return true;
}

static bool read_row(const struct json *v, struct arena *a, struct gdal_row *row, struct err *err)
{
    const struct json *n = json_get(v, S("n")), *f = json_get(v, S("f")), *p = json_get(v, S("p")), *g = json_get(v, S("g"));
    const struct json *refused = json_get(v, S("r"));
    if (!json_is_integer(n) || json_integer(n) < 0 || json_kind(f) != JSON_OBJECT)
        return odd(err);
    for (struct json_each e = {0}; json_each(f, &e);)
        if (json_kind(e.value) == JSON_ARRAY || json_kind(e.value) == JSON_OBJECT)
            return odd(err);
    *row = (struct gdal_row){.number = (uint64_t)json_integer(n), .layer = json_string(json_get(v, S("l"))), .fields = f};
    if (json_kind(refused) == JSON_STRING)
        row->refused = str_cstr(a, json_string(refused));
    row->has_geometry = p || g;
    return p ? read_point(p, a, &row->shape, err) : g ? read_shape(g, a, &row->shape, err) : true;
}

bool gdal_line_read(struct str line, struct arena *a, struct gdal_line *out, struct err *err)
{
    struct gdal_line l = {0};
    if (!json_read(&l.doc, line, &LINE_LIMITS, err))
        return odd(err);
    const struct json *v = l.doc.root, *format = json_get(v, S("format")), *error = json_get(v, S("error")), *end = json_get(v, S("end"));
    bool ok = true;
    if (format) {
        l.kind = GDAL_LINE_FORMAT;
        int64_t day = json_integer(json_get(v, S("day")));
        l.text = json_string(format);
        l.count = day > 0 && day < 100000 ? (uint64_t)day : 0;
        l.guessed = json_bool(json_get(v, S("guessed")));
    } else if (error) {
        int64_t code = json_integer(json_get(v, S("code")));
        l.kind = GDAL_LINE_ERROR;
        l.text = json_string(error);
        l.code = code > ERR_NONE && code <= ERR_INTERNAL ? (enum err_code)code : ERR_INVALID;
    } else if (end) {
        l.kind = GDAL_LINE_END;
        l.count = (uint64_t)json_integer(end);
    } else {
        l.kind = GDAL_LINE_ROW;
        ok = read_row(v, a, &l.row, err);
    }
    if (!ok) {
        gdal_line_done(&l);
        return false;
    }
    *out = l;
    return true;
}
