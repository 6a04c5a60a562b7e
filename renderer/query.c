#include "renderer/query.h"

#include <math.h>
#include <string.h>

#include "data/base/json.h"

struct rect query_box(const struct drawing *d)
{
    return d->query->px;
}

bool query_hits(const struct drawing *d, const struct rect *px)
{
    const struct rect *q = &d->query->px;
    return px->x0 <= q->x1 && q->x0 <= px->x1 && px->y0 <= q->y1 && q->y0 <= px->y1;
}

/* ---- noting ---- */

static bool same_value(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == VALUE_STRING)
        return str_eq(a->string, b->string);
    return a->kind == VALUE_NULL || (a->kind == VALUE_BOOL ? a->boolean == b->boolean : a->number == b->number);
}

static bool same_properties(const struct hit *h, const struct features *features, const struct feature *f)
{
    if (h->feature->n_tags != f->n_tags)
        return false;
    for (uint32_t i = 0; i + 1 < f->n_tags; i += 2) {
        const struct value *v = feature_get(h->features, h->feature, features->keys[f->tags[i]]);
        if (!v || !same_value(v, &features->values[f->tags[i + 1]]))
            return false;
    }
    return true;
}

static bool is_cut(const struct feature *f, const struct tile_place *at)
{
    struct rect b = shape_bounds(&f->shape);
    return b.x0 <= at->inside.x0 || b.y0 <= at->inside.y0 || b.x1 >= at->inside.x1 || b.y1 >= at->inside.y1;
}

static bool same_tile(const struct tile_place *a, const struct tile_place *b)
{
    return a->asked.x == b->asked.x && a->asked.y == b->asked.y && a->copy == b->copy;
}

/* The same feature, met again in a neighbouring tile. Without an id it is what both tiles cut and tell the same of. */
static bool is_noted(const struct queried *q, const struct style_layer *l, const struct features *features, const struct feature *f,
    const struct tile_place *at)
{
    for (size_t i = 0; i < q->n; i++) {
        const struct hit *h = &q->at[i];
        if (h->layer != l)
            continue;
        if (h->feature == f || (f->has_id && h->feature->has_id && h->feature->id == f->id))
            return true;
        if (!f->has_id && !h->feature->has_id && h->feature->shape.kind == f->shape.kind && !same_tile(at, &h->place) && is_cut(f, at) &&
            is_cut(h->feature, &h->place) && same_properties(h, features, f))
            return true;
    }
    return false;
}

/* What is wholly clear is not drawn. Lines and symbols know that of themselves. */
static bool is_seen(const struct drawing *d, const struct style_layer *l, const struct features *features, const struct feature *f)
{
    struct expr_input in = drawing_input(d);
    in.layer = features;
    in.feature = f;
    if (l->kind == LAYER_FILL)
        return style_number(l, PROP_FILL_OPACITY, &in) > 0 && (style_has(l, PROP_FILL_PATTERN) || style_color(l, PROP_FILL_COLOR, &in).a > 0 ||
            (style_has(l, PROP_FILL_OUTLINE_COLOR) && style_color(l, PROP_FILL_OUTLINE_COLOR, &in).a > 0));
    if (l->kind == LAYER_CIRCLE) {
        bool stroke = style_number(l, PROP_CIRCLE_STROKE_WIDTH, &in) > 0 && style_number(l, PROP_CIRCLE_STROKE_OPACITY, &in) > 0 &&
            style_color(l, PROP_CIRCLE_STROKE_COLOR, &in).a > 0;
        return stroke || (style_number(l, PROP_CIRCLE_RADIUS, &in) > 0 && style_number(l, PROP_CIRCLE_OPACITY, &in) > 0 &&
            style_color(l, PROP_CIRCLE_COLOR, &in).a > 0);
    }
    return true;
}

void query_note(struct drawing *d, const struct style_layer *l, const struct features *features, const struct feature *f,
    const struct tile_place *at)
{
    struct queried *q = d->query;
    if (is_noted(q, l, features, f, at) || !is_seen(d, l, features, f))
        return;
    if (q->n == q->cap) {
        q->cap = MAX(q->cap * 2, 32);
        q->at = base_grow(q->at, q->cap, sizeof *q->at);
    }
    q->at[q->n++] = (struct hit){l, features, f, *at};
}

/* ---- writing ---- */

static struct str id_text(const struct hit *h, char out[32])
{
    AUTO(buf) text = {0};
    if (h->feature->has_id)
        buf_u64(&text, h->feature->id);
    memcpy(out, text.at ? text.at : "", MIN(text.len + 1, 32));
    return str_from(out, text.len);
}

static void put_position(struct json_writer *w, const struct hit *h, struct xy at)
{
    double n = exp2(h->place.tile.z), e = h->features->extent;
    struct lonlat ll = mercator_lonlat((struct xy){(h->place.tile.x + at.x / e) / n, (h->place.tile.y + at.y / e) / n});
    json_open(w, '[');
    json_put_number(w, round(ll.lon * 1e7) / 1e7);
    json_put_number(w, round(ll.lat * 1e7) / 1e7);
    json_close(w, ']');
}

static void put_run(struct json_writer *w, const struct hit *h, uint32_t from, uint32_t to, bool close)
{
    json_open(w, '[');
    for (uint32_t i = from; i < to + (close ? 1 : 0); i++)
        put_position(w, h, h->feature->shape.at[i < to ? i : from]);
    json_close(w, ']');
}

static void put_geometry(struct json_writer *w, const struct hit *h)
{
    static const char *const one[] = {"GeometryCollection", "Point", "LineString", "Polygon"};
    static const char *const many[] = {"GeometryCollection", "MultiPoint", "MultiLineString", "MultiPolygon"};
    const struct shape *s = &h->feature->shape;
    size_t outer = 0;
    for (uint32_t i = 0, from = 0; i < s->n_parts && s->kind == SHAPE_POLYGONS; from = s->end[i++])
        outer += shape_ring_area(s->at + from, s->end[i] - from) > 0;
    bool single = s->kind == SHAPE_POINTS ? s->n == 1 : s->kind == SHAPE_LINES ? s->n_parts == 1 : outer <= 1;
    json_open(w, '{');
    json_key(w, "type");
    json_put_cstr(w, (single ? one : many)[s->kind]);
    json_key(w, "coordinates");
    if (s->kind == SHAPE_POINTS && single) {
        put_position(w, h, s->at[0]);
    } else if (s->kind == SHAPE_POINTS) {
        put_run(w, h, 0, s->n, false);
    } else if (s->kind == SHAPE_LINES && single) {
        put_run(w, h, 0, s->n, false);
    } else {
        json_open(w, '[');
        bool open = false;
        for (uint32_t i = 0, from = 0; i < s->n_parts; from = s->end[i++]) {
            bool starts = s->kind == SHAPE_POLYGONS && !single && (!open || shape_ring_area(s->at + from, s->end[i] - from) > 0);
            if (starts && open)
                json_close(w, ']');
            if (starts)
                json_open(w, '[');
            open |= starts;
            put_run(w, h, from, s->end[i], s->kind == SHAPE_POLYGONS);
        }
        if (open)
            json_close(w, ']');
        json_close(w, ']');
    }
    json_close(w, '}');
}

static void put_properties(struct json_writer *w, const struct hit *h, struct arena *a)
{
    json_open(w, '{');
    for (uint32_t i = 0; i + 1 < h->feature->n_tags; i += 2) {
        const struct value *v = &h->features->values[h->feature->tags[i + 1]];
        json_key(w, str_cstr(a, h->features->keys[h->feature->tags[i]]));
        if (v->kind == VALUE_STRING)
            json_put_str(w, v->string);
        else if (v->kind == VALUE_NUMBER)
            json_put_number(w, v->number);
        else if (v->kind == VALUE_BOOL)
            json_put_bool(w, v->boolean);
        else
            json_put_null(w);
    }
    json_close(w, '}');
}

static void put_hit(struct json_writer *w, const struct hit *h, struct arena *a)
{
    char id[32];
    json_open(w, '{');
    json_key(w, "geometry");
    put_geometry(w, h);
    json_key(w, "type");
    json_put_cstr(w, "Feature");
    json_key(w, "properties");
    put_properties(w, h, a);
    if (h->feature->has_id) {
        json_key(w, "id");
        json_put_raw(w, id_text(h, id));
    }
    json_key(w, "layer");
    json_put_str(w, h->layer->id);
    json_key(w, "source");
    json_put_str(w, h->layer->source->name);
    json_key(w, "sourceLayer");
    json_put_str(w, h->layer->source_layer);
    json_close(w, '}');
}

void query_write(const struct queried *q, struct arena *a, struct buf *out)
{
    struct json_writer w = {.out = out};
    json_open(&w, '[');
    for (size_t i = q->n; i-- > 0;)
        put_hit(&w, &q->at[i], a);
    json_close(&w, ']');
}
