/*
 * GeoJSON cut into tiles when they are asked for, each out of its parent: a tile looks only at what its parent holds. Cuts
 * keep their full detail in 0..1 of the world; only what is handed out is simplified for its zoom.
 */
#include <math.h>
#include <string.h>

#include "data/base/json.h"
#include "data/base/limits.h"
#include "renderer/cache.h"
#include "renderer/source.h"

enum { EXTENT = 4096, CUTS_BYTES = 96 << 20, CUT_ARENA_BYTES = 512 << 20, VERTICES_MAX = 20 * 1000 * 1000, DEPTH_MAX = 8 };
#define BUFFER_UNITS 1024.0     /* of the extent: what a parent keeps round a tile, 128 px as the style specification has it */
#define STEPS_PER_UNIT 2.0      /* what is handed out lies on a grid of 8192 steps, as MapLibre's tiles do */
#define TOLERANCE_UNITS 1.5     /* 3/16 px of a 512-px tile */

struct cut { /* one tile; shapes packed into one piece of memory */
    size_t n;
    uint32_t *source;           /* index of each piece's feature */
    struct shape *shapes;       /* 0..1 of the world */
    struct rect *world_bounds;
    void *packed, *packed_layer;
    struct tile_layer layer;    /* made when first read */
};
struct geojson_source {
    struct tile_source base;
    struct arena arena, scratch;
    struct features all;        /* shapes in 0..1 of the world */
    struct rect *bounds;
    struct cache *cuts;
};

/* ---- reading ---- */

struct reader {
    struct arena *arena;
    struct features *f;
    size_t cap_features, cap_keys, cap_values, vertices;
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
    r->at[r->n++] = mercator_of((struct lonlat){isfinite(lon) ? lon : 0, CLAMP(isfinite(lat) ? lat : 0, -89.99, 89.99)});
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
    if ((shape_ring_area(r->at + from, n) > 0) == outer)
        return;
    for (size_t i = from + 1, j = from + n; i + 1 < j; i++) { /* the first stays the first: dashes start there */
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

static bool read_any(struct reader *r, const struct json *v, int depth, struct err *err)
{
    struct str type = json_string(json_get(v, S("type")));
    struct feature like = {0};
    if (str_eq(type, S("FeatureCollection")) && depth < DEPTH_MAX) {
        const struct json *features = json_get(v, S("features"));
        for (size_t i = 0; i < json_size(features); i++)
            if (!read_any(r, json_at(features, i), depth + 1, err))
                return false;
        return true;
    }
    if (!str_eq(type, S("Feature")))
        return read_geometry(r, v, &like, 0, err);
    const struct json *id = json_get(v, S("id"));
    double number = json_kind(id) == JSON_NUMBER ? json_number(id) : -1;
    if (json_kind(id) == JSON_STRING && !str_double(json_string(id), &number))
        number = -1;
    like.has_id = number >= 0 && number < 1e18;
    like.id = like.has_id ? (uint64_t)number : 0;
    return read_properties(r, json_get(v, S("properties")), &like, err) && read_geometry(r, json_get(v, S("geometry")), &like, 0, err);
}

/* ---- cutting ---- */

static void free_cut(void *value)
{
    struct cut *c = value;
    free(c->packed);
    free(c->packed_layer);
    free(c);
}

static size_t packed_bytes(const struct shape *s, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += s[i].n * sizeof *s[i].at + (s[i].n_parts + 1) / 2 * 2 * sizeof *s[i].end;
    return bytes;
}

/* Moves the shapes' arrays to `at`. */
static void pack(struct shape *s, size_t n, uint8_t *at)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i].n == 0)
            continue;
        memcpy(at, s[i].at, s[i].n * sizeof *s[i].at);
        s[i].at = (struct xy *)(void *)at;
        at += s[i].n * sizeof *s[i].at;
        memcpy(at, s[i].end, s[i].n_parts * sizeof *s[i].end);
        s[i].end = (uint32_t *)(void *)at;
        at += (s[i].n_parts + 1) / 2 * 2 * sizeof *s[i].end;
    }
}

static struct rect tile_rect(struct tile t, double buffer_units)
{
    double n = exp2(t.z), b = buffer_units / EXTENT;
    return (struct rect){(t.x - b) / n, (t.y - b) / n, (t.x + 1 + b) / n, (t.y + 1 + b) / n};
}

static bool rect_meets(const struct rect *a, const struct rect *b)
{
    return a->x0 <= b->x1 && b->x0 <= a->x1 && a->y0 <= b->y1 && b->y0 <= a->y1;
}

static bool rect_holds(const struct rect *a, const struct rect *b)
{
    return a->x0 <= b->x0 && b->x1 <= a->x1 && a->y0 <= b->y0 && b->y1 <= a->y1;
}

/* Out of the parent, or for the whole world out of all features. */
static bool cut_pieces(struct geojson_source *s, struct cut *to, struct tile t, const struct cut *parent, struct err *err)
{
    struct rect box = tile_rect(t, BUFFER_UNITS);
    size_t n = parent ? parent->n : s->all.n;
    const struct rect *bounds = parent ? parent->world_bounds : s->bounds;
    arena_reset(&s->scratch);
    uint32_t *source = ARENA_ARRAY(&s->scratch, uint32_t, n + 1);
    struct shape *shapes = ARENA_ARRAY(&s->scratch, struct shape, n + 1);
    struct rect *inside = ARENA_ARRAY(&s->scratch, struct rect, n + 1);
    if (!source || !shapes || !inside)
        return err_arena(err);
    for (size_t i = 0; i < n; i++) {
        const struct shape *from = parent ? &parent->shapes[i] : &s->all.at[i].shape;
        bool whole = rect_holds(&box, &bounds[i]);
        if (!rect_meets(&box, &bounds[i]))
            continue;
        shapes[to->n] = *from;
        if (!whole && !shape_clip(from, box, &s->scratch, &shapes[to->n]))
            return err_arena(err);
        if (!shapes[to->n].n_parts)
            continue;
        source[to->n] = parent ? parent->source[i] : (uint32_t)i;
        inside[to->n] = whole ? bounds[i] : shape_bounds(&shapes[to->n]);
        to->n++;
    }
    /* Copied even when whole: a parent may be thrown away before its children. */
    size_t head = to->n * (sizeof *shapes + sizeof *inside), tail = packed_bytes(shapes, to->n);
    uint8_t *at = to->packed = base_alloc(1, head + tail + to->n * sizeof *source + 1);
    pack(shapes, to->n, at + head);
    to->shapes = memcpy(at, shapes, to->n * sizeof *shapes);
    to->world_bounds = memcpy(at + to->n * sizeof *shapes, inside, to->n * sizeof *inside);
    to->source = memcpy(at + head + tail, source, to->n * sizeof *source);
    return true;
}

/* The cut of the tile, or of an ancestor that is empty already. */
static bool get_cut(struct geojson_source *s, struct tile t, struct cut **out, struct err *err)
{
    uint32_t key[3] = {t.x, t.y, t.z};
    struct cut *c = cache_get(s->cuts, key, sizeof key), *parent = NULL;
    if (c) {
        *out = c;
        return true;
    }
    if (t.z > 0 && !get_cut(s, tile_parent(t, t.z - 1), &parent, err))
        return false;
    if (parent && parent->n == 0) {
        *out = parent;
        return true;
    }
    c = base_alloc(1, sizeof *c);
    if (!cut_pieces(s, c, t, parent, err)) {
        free_cut(c);
        return false;
    }
    cache_put(s->cuts, key, sizeof key, c, sizeof *c + 2 * packed_bytes(c->shapes, c->n)); /* with the layer that is made of it */
    *out = c;
    return true;
}

static double on_grid(double units)
{
    return floor(units * STEPS_PER_UNIT + 0.5) / STEPS_PER_UNIT;
}

static bool make_layer(struct geojson_source *s, struct cut *c, struct tile t, struct err *err)
{
    double n = exp2(t.z), tolerance = t.z >= s->base.max_zoom ? 0 : TOLERANCE_UNITS;
    arena_reset(&s->scratch);
    struct shape *shown = ARENA_ARRAY(&s->scratch, struct shape, c->n + 1);
    if (!shown)
        return err_arena(err);
    for (size_t i = 0; i < c->n; i++) {
        struct shape px = c->shapes[i];
        px.at = ARENA_ARRAY(&s->scratch, struct xy, px.n);
        if (!px.at)
            return err_arena(err);
        for (uint32_t k = 0; k < px.n; k++)
            px.at[k] = (struct xy){on_grid((c->shapes[i].at[k].x * n - t.x) * EXTENT), on_grid((c->shapes[i].at[k].y * n - t.y) * EXTENT)};
        shown[i] = px;
        if (tolerance > 0 && px.kind != SHAPE_POINTS && !shape_simplify(&px, tolerance, &s->scratch, &shown[i]))
            return err_arena(err);
    }
    size_t head = sizeof(struct features) + c->n * (sizeof(struct feature) + sizeof(struct rect));
    uint8_t *at = c->packed_layer = base_alloc(1, head + packed_bytes(shown, c->n));
    struct features *f = (struct features *)(void *)at;
    struct rect *bounds = (struct rect *)(void *)(at + sizeof *f);
    *f = s->all;
    f->at = (struct feature *)(void *)(bounds + c->n);
    f->n = 0;
    pack(shown, c->n, at + head);
    for (size_t i = 0; i < c->n; i++) {
        if (!shown[i].n_parts)
            continue;
        f->at[f->n] = s->all.at[c->source[i]];
        f->at[f->n].shape = shown[i];
        bounds[f->n++] = shape_bounds(&shown[i]);
    }
    c->layer = (struct tile_layer){f, bounds};
    return true;
}

/* ---- the source ---- */

static bool find(struct tile_source *s, struct tile tile, struct tile *out, bool *found, struct err *err)
{
    (void)err;
    *out = tile.z > s->max_zoom ? tile_parent(tile, s->max_zoom) : tile;
    *found = true;
    return true;
}

static bool read_layer(struct tile_source *base, struct tile tile, struct str layer, const struct scene *scene, struct arena *a,
    struct tile_layer *out, struct err *err)
{
    struct geojson_source *s = (struct geojson_source *)base;
    struct cut *c;
    (void)layer;
    (void)scene;
    (void)a;
    *out = (struct tile_layer){0};
    if (!get_cut(s, tile, &c, err))
        return false;
    if (c->n == 0)
        return true;
    if (!c->layer.features && !make_layer(s, c, tile, err))
        return false;
    *out = c->layer;
    return true;
}

static void trim(struct tile_source *base)
{
    cache_trim(((struct geojson_source *)base)->cuts);
}

static void close_source(struct tile_source *base)
{
    struct geojson_source *s = (struct geojson_source *)base;
    cache_free(s->cuts);
    arena_done(&s->arena);
    arena_done(&s->scratch);
    free(s);
}

static const struct tile_source_ops OPS = {find, read_layer, trim, close_source};

bool source_open_geojson(struct tile_source **out, const struct json *geojson, int max_zoom, struct err *err)
{
    struct geojson_source *s = base_alloc(1, sizeof *s);
    struct reader r = {.f = &s->all, .arena = &s->arena};
    const struct rect *bounds;
    s->base = (struct tile_source){.ops = &OPS, .max_zoom = CLAMP(max_zoom, 0, 22)};
    arena_init(&s->arena, (size_t)2 << 30);
    arena_init(&s->scratch, CUT_ARENA_BYTES);
    s->cuts = cache_new(CUTS_BYTES, free_cut);
    s->all.extent = EXTENT;
    s->all.version = 2;
    bool ok = read_any(&r, geojson, 0, err) && source_bounds(&s->all, &s->arena, &bounds, err);
    free(r.at);
    free(r.end);
    if (!ok) {
        close_source(&s->base);
        return false;
    }
    s->bounds = (struct rect *)(uintptr_t)bounds;
    s->base.whole = (struct tile_layer){&s->all, bounds};
    *out = &s->base;
    return true;
}
