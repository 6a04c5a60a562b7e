/* Reading. Properties and geometry are taken feature by feature; what passes the source's filter stays. */
#include "renderer/geojson.h"

#include <math.h>
#include <string.h>

#include "data/base/json.h"
#include "data/base/limits.h"

enum { VERTICES_MAX = 20 * 1000 * 1000, DEPTH_MAX = 8 };

static double number_or(const struct json *source, struct str key, double low, double high, double otherwise)
{
    const struct json *v = json_get(source, key);
    double n = json_number(v);
    return json_kind(v) == JSON_NUMBER && n == n ? CLAMP(n, low, high) : otherwise;
}

struct geojson_options geojson_options_of(const struct json *source)
{
    struct geojson_options o = {.max_zoom = (int)number_or(source, S("maxzoom"), 0, 22, 18),
        .buffer_px = number_or(source, S("buffer"), 0, 512, 128),
        .tolerance_px = number_or(source, S("tolerance"), 0, 64, -1),
        .generate_id = json_bool(json_get(source, S("generateId"))),
        .promote_id = json_string(json_get(source, S("promoteId"))),
        .filter = json_get(source, S("filter")),
        .cluster = json_bool(json_get(source, S("cluster"))),
        .cluster_radius_px = number_or(source, S("clusterRadius"), 0, 8192, 50),
        .cluster_min_points = (int)number_or(source, S("clusterMinPoints"), 2, 1e9, 2),
        .cluster_properties = json_get(source, S("clusterProperties"))};
    o.cluster_max_zoom = (int)floor(number_or(source, S("clusterMaxZoom"), 0, 22, o.max_zoom - 1));
    if (o.cluster_radius_px == 0)
        o.cluster_radius_px = 50;
    return o;
}

struct reader {
    const struct geojson_options *options;
    const struct expr *filter;   /* NULL: none */
    struct arena *arena;
    struct arena scratch;
    struct features *f;
    size_t cap_features, cap_keys, cap_values, vertices;
    uint64_t place;              /* of the feature in its collection */
    /* the geometry under way */
    struct xy *at;
    uint32_t *end;
    size_t n, cap, n_parts, cap_parts;
};

static void add_xy(struct reader *r, const struct json *position)
{
    double lon = json_number(json_at(position, 0)), lat = json_number(json_at(position, 1));
    if (r->n == r->cap) {
        r->cap = MAX(r->cap * 2, 256);
        r->at = base_grow(r->at, r->cap, sizeof *r->at);
    }
    lat = isfinite(lat) ? asin(sin(lat * M_PI / 180)) * 180 / M_PI : 0; /* past a pole it comes back, as in MapLibre */
    struct xy at = mercator_of((struct lonlat){isfinite(lon) ? lon : 0, CLAMP(lat, -89.99, 89.99)});
    r->at[r->n++] = (struct xy){at.x, CLAMP(at.y, 0.0, 1.0)};
}

static void end_part(struct reader *r)
{
    if (r->n_parts == r->cap_parts) {
        r->cap_parts = MAX(r->cap_parts * 2, 32);
        r->end = base_grow(r->end, r->cap_parts, sizeof *r->end);
    }
    r->end[r->n_parts++] = (uint32_t)r->n;
}

static void add_path(struct reader *r, const struct json *path, bool ring)
{
    size_t n = json_size(path);
    size_t first = r->n;
    for (size_t i = 0; i < n; i++)
        add_xy(r, json_at(path, i));
    if (ring && r->n - first > 1 && r->at[first].x == r->at[r->n - 1].x && r->at[first].y == r->at[r->n - 1].y)
        r->n--;
    end_part(r);
}

/* GeoJSON says which rings are holes by their order alone. */
static void wind(struct reader *r, size_t part, bool outer)
{
    size_t from = part ? r->end[part - 1] : 0, n = r->end[part] - from;
    if (n == 0 || (shape_ring_area(r->at + from, n) > 0) == outer)
        return;
    for (size_t i = from + 1, j = from + n; i + 1 < j; i++) { /* the first stays the first: dashes and labels start there */
        struct xy keep = r->at[i];
        r->at[i] = r->at[--j];
        r->at[j] = keep;
    }
}

static void add_polygon(struct reader *r, const struct json *rings)
{
    for (size_t i = 0; i < json_size(rings); i++) {
        add_path(r, json_at(rings, i), true);
        wind(r, r->n_parts - 1, i == 0);
    }
}

static uint32_t key_index(struct reader *r, struct str key)
{
    struct features *f = r->f;
    for (uint32_t i = 0; i < f->n_keys; i++)
        if (str_eq(f->keys[i], key))
            return i;
    if (f->n_keys == r->cap_keys) {
        size_t more = MAX(r->cap_keys * 2, 16);
        struct str *grown = ARENA_ARRAY(r->arena, struct str, more);
        if (!grown)
            return UINT32_MAX;
        if (f->n_keys)
            memcpy(grown, f->keys, f->n_keys * sizeof *grown);
        f->keys = grown;
        r->cap_keys = more;
    }
    f->keys[f->n_keys] = str_copy(r->arena, key);
    return f->n_keys++;
}

static struct value value_of(struct reader *r, const struct json *v)
{
    AUTO(buf) text = {0};
    switch (json_kind(v)) {
    case JSON_NULL:
        return (struct value){.kind = VALUE_NULL};
    case JSON_BOOL:
        return (struct value){.kind = VALUE_BOOL, .boolean = json_bool(v)};
    case JSON_NUMBER:
        return (struct value){.kind = VALUE_NUMBER, .is_integer = json_is_integer(v), .number = json_number(v)};
    case JSON_STRING:
        return (struct value){.kind = VALUE_STRING, .string = str_copy(r->arena, json_string(v))};
    default:
        json_write(&text, v);
        return (struct value){.kind = VALUE_STRING, .string = str_copy(r->arena, buf_str(&text))};
    }
}

static bool read_properties(struct reader *r, const struct json *properties, struct feature *to, struct err *err)
{
    struct features *f = r->f;
    uint32_t *tags = ARENA_ARRAY(r->arena, uint32_t, json_size(properties) * 2 + 1);
    if (!tags)
        return err_arena(err);
    for (struct json_each e = {0}; json_kind(properties) == JSON_OBJECT && json_each(properties, &e);) {
        if (f->n_values == r->cap_values) {
            size_t more = MAX(r->cap_values * 2, 64);
            struct value *grown = ARENA_ARRAY(r->arena, struct value, more);
            if (!grown)
                return err_arena(err);
            if (f->n_values)
                memcpy(grown, f->values, f->n_values * sizeof *grown);
            f->values = grown;
            r->cap_values = more;
        }
        f->values[f->n_values] = value_of(r, e.value);
        tags[to->n_tags++] = key_index(r, e.key);
        tags[to->n_tags++] = f->n_values++;
    }
    to->tags = tags;
    return true;
}

static bool put_feature(struct reader *r, enum shape_kind kind, const struct feature *like, struct err *err)
{
    struct features *f = r->f;
    if (r->n == 0)
        return true;
    if ((r->vertices += r->n) > VERTICES_MAX)
        return err_set(err, ERR_TOO_BIG, "GeoJSON with more than %d positions", VERTICES_MAX);
    if (f->n == r->cap_features) {
        size_t more = MAX(r->cap_features * 2, 64);
        struct feature *grown = ARENA_ARRAY(r->arena, struct feature, more);
        if (!grown)
            return err_arena(err);
        if (f->n)
            memcpy(grown, f->at, f->n * sizeof *grown);
        f->at = grown;
        r->cap_features = more;
    }
    struct feature *to = &f->at[f->n];
    *to = *like;
    to->shape = (struct shape){kind, (uint32_t)r->n_parts, (uint32_t)r->n, arena_copy(r->arena, r->end, r->n_parts * sizeof *r->end),
        arena_copy(r->arena, r->at, r->n * sizeof *r->at)};
    if (!to->shape.end || !to->shape.at)
        return err_arena(err);
    f->n++;
    return true;
}

static bool read_geometry(struct reader *r, const struct json *g, const struct feature *like, int depth, struct err *err)
{
    struct str type = json_string(json_get(g, S("type")));
    const struct json *at = json_get(g, S("coordinates")), *members = json_get(g, S("geometries"));
    enum shape_kind kind = SHAPE_NONE;
    r->n = r->n_parts = 0;
    if (str_eq(type, S("GeometryCollection")) && depth < DEPTH_MAX) {
        for (size_t i = 0; i < json_size(members); i++)
            if (!read_geometry(r, json_at(members, i), like, depth + 1, err))
                return false;
        return true;
    }
    if (str_eq(type, S("Point"))) {
        kind = SHAPE_POINTS;
        add_xy(r, at);
        end_part(r);
    } else if (str_eq(type, S("MultiPoint"))) {
        kind = SHAPE_POINTS;
        add_path(r, at, false);
    } else if (str_eq(type, S("LineString"))) {
        kind = SHAPE_LINES;
        add_path(r, at, false);
    } else if (str_eq(type, S("MultiLineString"))) {
        kind = SHAPE_LINES;
        for (size_t i = 0; i < json_size(at); i++)
            add_path(r, json_at(at, i), false);
    } else if (str_eq(type, S("Polygon"))) {
        kind = SHAPE_POLYGONS;
        add_polygon(r, at);
    } else if (str_eq(type, S("MultiPolygon"))) {
        kind = SHAPE_POLYGONS;
        for (size_t i = 0; i < json_size(at); i++)
            add_polygon(r, json_at(at, i));
    }
    return kind == SHAPE_NONE || put_feature(r, kind, like, err);
}

/* ---- ids ---- */

/* A number from 0 up, written as one or as a string. */
static void set_id(struct feature *f, double number)
{
    f->has_id = number >= 0 && number < 1e18;
    f->id = f->has_id ? (uint64_t)number : 0;
}

static double id_number(const struct json *id)
{
    double number = -1;
    if (json_kind(id) == JSON_NUMBER)
        return json_number(id);
    return json_kind(id) == JSON_STRING && str_double(json_string(id), &number) ? number : -1;
}

static void read_id(const struct reader *r, const struct json *feature, struct feature *to)
{
    if (r->options->promote_id.len)
        set_id(to, id_number(json_get(json_get(feature, S("properties")), r->options->promote_id)));
    else if (r->options->generate_id)
        set_id(to, (double)r->place);
    else
        set_id(to, id_number(json_get(feature, S("id"))));
}

/* ---- features ---- */

/* Takes those from `from` on away again that do not pass. */
static void keep_chosen(struct reader *r, size_t from)
{
    struct features world = *r->f;
    struct tile whole = {0, 0, 0};
    size_t to = from;
    world.extent = 1;
    for (size_t i = from; r->filter && i < r->f->n; i++) {
        arena_reset(&r->scratch);
        struct expr_input in = {.layer = &world, .feature = &r->f->at[i], .tile = &whole, .arena = &r->scratch};
        struct expr_value v = expr_eval(r->filter, &in);
        if (v.type == TYPE_BOOLEAN && v.boolean)
            r->f->at[to++] = r->f->at[i];
    }
    if (r->filter)
        r->f->n = to;
}

static bool read_any(struct reader *r, const struct json *v, int depth, struct err *err)
{
    struct str type = json_string(json_get(v, S("type")));
    struct feature like = {0};
    size_t from = r->f->n;
    if (str_eq(type, S("FeatureCollection")) && depth < DEPTH_MAX) {
        const struct json *features = json_get(v, S("features"));
        for (size_t i = 0; i < json_size(features); i++)
            if (!read_any(r, json_at(features, i), depth + 1, err))
                return false;
        return true;
    }
    if (!str_eq(type, S("Feature"))) {
        if (r->options->generate_id)
            set_id(&like, (double)r->place);
        r->place++;
        return read_geometry(r, v, &like, 0, err);
    }
    read_id(r, v, &like);
    r->place++;
    if (!read_properties(r, json_get(v, S("properties")), &like, err) || !read_geometry(r, json_get(v, S("geometry")), &like, 0, err))
        return false;
    keep_chosen(r, from);
    return true;
}

bool geojson_read(struct geojson *out, const struct json *v, const struct geojson_options *options, struct arena *a, struct err *err)
{
    struct reader r = {.f = &out->features, .arena = a, .options = options};
    bool has_filter = json_kind(options->filter) != JSON_NULL;
    if (has_filter && !expr_read_filter(&r.filter, options->filter, a, err))
        return err_under(err, "filter");
    arena_init(&r.scratch, DRAW_ARENA_BYTES);
    bool ok = read_any(&r, v, 0, err);
    arena_done(&r.scratch);
    free(r.at);
    free(r.end);
    return ok;
}
