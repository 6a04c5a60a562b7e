/*
 * GeoJSON (geojson.h) cut into tiles when they are asked for, each out of its parent: a tile looks only at what its parent holds. Cuts
 * keep their full detail in 0..1 of the world; only what is handed out is simplified for its zoom.
 */
#include <math.h>
#include <string.h>

#include "data/base/limits.h"
#include "renderer/cache.h"
#include "renderer/geojson.h"
#include "renderer/source.h"

/* The extent is MapLibre's: coordinates handed out are whole sixteenths of a px, and fall where its do. */
enum { EXTENT = 8192, TILE_PX = 512, CUTS_BYTES = 96 << 20, CUT_ARENA_BYTES = 512 << 20 };
#define TOLERANCE_PX 0.1875 /* half of MapLibre's: each tile is simplified for itself, which must not be seen at its edges */

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
    struct geojson all;         /* shapes in 0..1 of the world */
    double buffer, tolerance;   /* units of the extent */
    struct rect *bounds;
    struct cache *cuts;
};

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
    struct rect box = tile_rect(t, s->buffer);
    size_t n = parent ? parent->n : s->all.features.n;
    const struct rect *bounds = parent ? parent->world_bounds : s->bounds;
    arena_reset(&s->scratch);
    uint32_t *source = ARENA_ARRAY(&s->scratch, uint32_t, n + 1);
    struct shape *shapes = ARENA_ARRAY(&s->scratch, struct shape, n + 1);
    struct rect *inside = ARENA_ARRAY(&s->scratch, struct rect, n + 1);
    if (!source || !shapes || !inside)
        return err_arena(err);
    for (size_t i = 0; i < n; i++) {
        const struct shape *from = parent ? &parent->shapes[i] : &s->all.features.at[i].shape;
        bool whole = rect_holds(&box, &bounds[i]);
        uint32_t feature = parent ? parent->source[i] : (uint32_t)i;
        if (!rect_meets(&box, &bounds[i]) || (s->all.high && s->all.high[feature] < t.z))
            continue;
        shapes[to->n] = *from;
        if (!whole && !shape_clip(from, box, &s->scratch, &shapes[to->n]))
            return err_arena(err);
        if (!shapes[to->n].n_parts)
            continue;
        source[to->n] = feature;
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

static bool make_layer(struct geojson_source *s, struct cut *c, struct tile t, struct err *err)
{
    double n = exp2(t.z), tolerance = t.z >= s->base.max_zoom ? 0 : s->tolerance;
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
            px.at[k] = (struct xy){floor((c->shapes[i].at[k].x * n - t.x) * EXTENT + 0.5), floor((c->shapes[i].at[k].y * n - t.y) * EXTENT + 0.5)};
        shown[i] = px;
        if (tolerance > 0 && px.kind != SHAPE_POINTS && !shape_simplify(&px, tolerance, &s->scratch, &shown[i]))
            return err_arena(err);
    }
    size_t head = sizeof(struct features) + c->n * (sizeof(struct feature) + sizeof(struct rect));
    uint8_t *at = c->packed_layer = base_alloc(1, head + packed_bytes(shown, c->n));
    struct features *f = (struct features *)(void *)at;
    struct rect *bounds = (struct rect *)(void *)(at + sizeof *f);
    *f = s->all.features;
    f->at = (struct feature *)(void *)(bounds + c->n);
    f->n = 0;
    pack(shown, c->n, at + head);
    for (size_t i = 0; i < c->n; i++) {
        uint32_t feature = c->source[i];
        if (!shown[i].n_parts || (s->all.low && s->all.low[feature] > t.z))
            continue;
        f->at[f->n] = s->all.features.at[feature];
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

bool source_open_geojson(struct tile_source **out, const struct json *geojson, const struct json *spec, struct err *err)
{
    struct geojson_source *s = base_alloc(1, sizeof *s);
    struct geojson_options options = geojson_options_of(spec);
    const struct rect *bounds;
    s->base = (struct tile_source){.ops = &OPS, .max_zoom = options.max_zoom};
    s->buffer = options.buffer_px * EXTENT / TILE_PX;
    s->tolerance = (options.tolerance_px < 0 ? TOLERANCE_PX : options.tolerance_px) * EXTENT / TILE_PX;
    arena_init(&s->arena, (size_t)2 << 30);
    arena_init(&s->scratch, CUT_ARENA_BYTES);
    s->cuts = cache_new(CUTS_BYTES, free_cut);
    struct features *f = &s->all.features;
    f->extent = EXTENT;
    f->version = 2;
    bool ok = geojson_read(&s->all, geojson, &options, &s->arena, err) && (!options.cluster || geojson_cluster(&s->all, &options, &s->arena, err)) &&
        source_bounds(f, &s->arena, &bounds, err);
    if (!ok) {
        close_source(&s->base);
        return false;
    }
    s->bounds = (struct rect *)(uintptr_t)bounds;
    if (!s->all.low)
        s->base.whole = (struct tile_layer){f, bounds};
    *out = &s->base;
    return true;
}
