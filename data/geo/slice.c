/*
 * One zoom after another. For a zoom every feature is simplified whole, before it is cut: so the two sides of a tile's edge
 * are pieces of the same line, and join. Then the world is halved and halved again down to that zoom; a piece that lies
 * within a child is handed on as it is, one that lies outside is left, and only what crosses is cut:
 *
 *     z 0 ┌───────┐   1 ┌───┬───┐   2 ┌─┬─┬───┐
 *         │ ╱╲    │     │ ╱╲│   │     │ │╱│   │   each tile sees what is in it and in a buffer round it,
 *         │╱  ╲__ │     ├╱──┼╲─_┤     ├─┼─┤   │   which is measured in units of the zoom that is wanted
 *         └───────┘     └───┴───┘     └─┴─┴───┘
 */
#include "data/geo/slice.h"

#include <math.h>

static const size_t ARENA_LIMIT_BYTES = (size_t)4 << 30; /* an operator's command; a country in one go stays below */

struct piece {
    struct slice_feature feature;
    struct rect bounds;
};
struct pieces {
    struct piece *at;
    size_t n;
};

struct slicer {
    const struct slice_options *options;
    slice_tile_fn *fn;
    void *ctx;
    struct arena arena;
    int zoom;      /* the one that is being made */
    double buffer; /* in world units at this zoom */
};

static void slicer_done(struct slicer *s)
{
    arena_done(&s->arena);
}

static struct rect box_of(struct tile t, double buffer)
{
    double side = ldexp(1.0, -t.z);
    return (struct rect){t.x * side - buffer, t.y * side - buffer, (t.x + 1) * side + buffer, (t.y + 1) * side + buffer};
}

/* Takes away rings under an area, and with an outer ring its holes. In place: the shape is our own. */
static void drop_small(struct shape *s, double min_area)
{
    uint32_t n = 0, parts = 0, begin = 0;
    bool outer_is_kept = true;
    for (uint32_t i = 0; i < s->n_parts; i++) {
        uint32_t end = s->end[i];
        double area = shape_ring_area(s->at + begin, end - begin);
        bool keep = fabs(area) >= min_area && (area >= 0 || outer_is_kept);
        if (area >= 0)
            outer_is_kept = keep;
        if (keep) {
            for (uint32_t j = begin; j < end; j++)
                s->at[n++] = s->at[j];
            s->end[parts++] = n;
        }
        begin = end;
    }
    s->n = n;
    s->n_parts = parts;
}

/* The feature as it looks at this zoom. False when the arena is full. */
static bool simplified(struct slicer *s, const struct slice_feature *f, struct shape *out)
{
    const struct slice_options *o = s->options;
    *out = f->shape;
    if (s->zoom >= o->max_zoom || f->shape.kind == SHAPE_POINTS)
        return true;
    double unit = ldexp(1.0, -s->zoom) / o->extent;
    if (!shape_simplify(&f->shape, o->tolerance * unit, &s->arena, out))
        return false;
    if (out->kind == SHAPE_POLYGONS && o->min_area > 0)
        drop_small(out, o->min_area * unit * unit);
    return true;
}

static bool gather(struct slicer *s, const struct slice_feature *features, size_t n, struct pieces *out)
{
    *out = (struct pieces){.at = ARENA_ARRAY(&s->arena, struct piece, MAX(n, 1))};
    if (!out->at)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->zoom < features[i].min_zoom || s->zoom > features[i].max_zoom)
            continue;
        struct piece p = {.feature = features[i]};
        if (!simplified(s, &features[i], &p.feature.shape))
            return false;
        if (!p.feature.shape.n_parts)
            continue;
        p.bounds = shape_bounds(&p.feature.shape);
        out->at[out->n++] = p;
    }
    return true;
}

static bool meets(struct rect a, struct rect b)
{
    return a.x0 <= b.x1 && a.x1 >= b.x0 && a.y0 <= b.y1 && a.y1 >= b.y0;
}

static bool is_inside(struct rect a, struct rect b)
{
    return a.x0 >= b.x0 && a.x1 <= b.x1 && a.y0 >= b.y0 && a.y1 <= b.y1;
}

/* What of the pieces is in the box. Where that is all of them, as they are, the same list serves again: an extract of one
 * city goes down ten zooms so, untouched. */
static bool cut(struct slicer *s, const struct pieces *in, struct rect box, struct pieces *out)
{
    size_t n_meet = 0, n_inside = 0;
    for (size_t i = 0; i < in->n; i++) {
        n_meet += meets(in->at[i].bounds, box);
        n_inside += is_inside(in->at[i].bounds, box);
    }
    *out = *in;
    if (n_inside == in->n)
        return true;
    *out = (struct pieces){.at = ARENA_ARRAY(&s->arena, struct piece, n_meet)};
    if (n_meet && !out->at)
        return false;
    for (size_t i = 0; i < in->n; i++) {
        struct piece p = in->at[i];
        if (!meets(p.bounds, box))
            continue;
        if (!is_inside(p.bounds, box)) {
            if (!shape_clip(&in->at[i].feature.shape, box, &s->arena, &p.feature.shape))
                return false;
            if (!p.feature.shape.n_parts)
                continue;
            p.bounds = shape_bounds(&p.feature.shape);
        }
        out->at[out->n++] = p;
    }
    return true;
}

static bool emit(struct slicer *s, struct tile t, const struct pieces *pieces, struct err *err)
{
    struct slice_feature *features = ARENA_ARRAY(&s->arena, struct slice_feature, pieces->n);
    if (!features)
        return err_arena(err);
    double scale = ldexp(s->options->extent, t.z), x0 = (double)t.x * s->options->extent, y0 = (double)t.y * s->options->extent;
    for (size_t i = 0; i < pieces->n; i++) {
        features[i] = pieces->at[i].feature;
        struct shape *shape = &features[i].shape;
        struct xy *at = ARENA_ARRAY(&s->arena, struct xy, shape->n);
        if (!at)
            return err_arena(err);
        for (uint32_t j = 0; j < shape->n; j++)
            at[j] = (struct xy){shape->at[j].x * scale - x0, shape->at[j].y * scale - y0};
        shape->at = at;
    }
    return s->fn(s->ctx, t, features, pieces->n, err);
}

static bool descend(struct slicer *s, struct tile t, const struct pieces *pieces, struct err *err)
{
    const struct slice_options *o = s->options;
    if (!pieces->n || (o->wanted && !o->wanted(o->ctx, t)))
        return true;
    if (t.z == s->zoom)
        return emit(s, t, pieces, err);
    for (uint32_t i = 0; i < 4; i++) {
        struct tile child = {.x = 2 * t.x + (i & 1), .y = 2 * t.y + (i >> 1), .z = (uint8_t)(t.z + 1)};
        struct arena_mark mark = arena_mark(&s->arena);
        struct pieces inside;
        if (!cut(s, pieces, box_of(child, s->buffer), &inside))
            return err_arena(err);
        if (!descend(s, child, &inside, err))
            return false;
        arena_release(&s->arena, mark);
    }
    return true;
}

bool slice_all(const struct slice_feature *features, size_t n, const struct slice_options *options, slice_tile_fn *fn,
    void *ctx, struct err *err)
{
    AUTO(slicer) s = {.options = options, .fn = fn, .ctx = ctx};
    arena_init(&s.arena, ARENA_LIMIT_BYTES);
    for (s.zoom = options->min_zoom; s.zoom <= options->max_zoom; s.zoom++) {
        struct pieces all, inside;
        s.buffer = ldexp(options->buffer / options->extent, -s.zoom);
        if (!gather(&s, features, n, &all) || !cut(&s, &all, box_of((struct tile){0}, s.buffer), &inside))
            return err_arena(err);
        if (!descend(&s, (struct tile){0}, &inside, err))
            return false;
        arena_reset(&s.arena);
    }
    return true;
}
