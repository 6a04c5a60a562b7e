/*
 * Points of the deployments without the detour over features. What a point looks like follows from a few of its words
 * (category, status, stale, space, precision, estimated, and its bearing in steps of 5°): the layer's filter and
 * properties are evaluated once for each such combination, through a feature made of the first point that has it, and kept
 * with its sprite for all cells of that zoom. Then a point costs a look-up and a blit at whole px.
 *
 * Layers that ask for what differs from point to point (name, id, count) are drawn the general way, as are views that are
 * turned or drawn as vectors.
 */
#include <math.h>
#include <string.h>

#include "renderer/layer.h"

enum { LOOKS_MAX = 4096, SLOTS = 2 * LOOKS_MAX, BEARING_STEP_DEG = 5, POINTS_FROM_ZOOM = 9, MAX_ZOOM = 14 };
#define REACH_PX 64.0

struct point_look {
    uint64_t key;                 /* 0: free */
    bool shown;
    double x, y;                  /* px from the point to the sprite's centre */
    unsigned alpha;
    cairo_surface_t *circle;      /* owned; or */
    struct sprite circle_sprite;
    struct str icon;              /* owned */
    struct icon_look look;
    uint64_t drawing;             /* the drawing in which `sprite` was asked for */
    const struct sprite *sprite;
};
struct table { /* of one layer at one zoom and scale */
    bool able, uses_bearing, uses_card;
    size_t n;
    struct point_look slots[SLOTS];
};
struct stamp { /* one point to blit */
    int32_t x, y;
    uint32_t look;
};

static void empty_table(struct table *t)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (t->slots[i].circle)
            cairo_surface_destroy(t->slots[i].circle);
        free((void *)(uintptr_t)t->slots[i].icon.at);
    }
    memset(t->slots, 0, sizeof t->slots);
    t->n = 0;
}

static void free_table(void *value)
{
    empty_table(value);
    free(value);
}

struct cache *points_new(size_t limit_bytes)
{
    return cache_new(limit_bytes, free_table);
}

/* ---- which layers ---- */

static bool mentions(const struct json *v, const char *const *words, size_t n, int depth)
{
    if (json_kind(v) == JSON_STRING) {
        for (size_t i = 0; i < n; i++)
            if (str_has(json_string(v), str_of(words[i])) && (str_eq(json_string(v), str_of(words[i])) || str_has(json_string(v), S("{"))))
                return true;
        return false;
    }
    if (json_kind(v) != JSON_ARRAY && json_kind(v) != JSON_OBJECT)
        return false;
    for (struct json_each e = {0}; depth > 0 && json_each(v, &e);)
        if (mentions(e.value, words, n, depth - 1))
            return true;
    return false;
}

static const struct json *layer_json(const struct drawing *d, const struct style_layer *l)
{
    const struct json *layers = json_get(style_root(d->style), S("layers"));
    for (size_t i = 0; i < json_size(layers); i++)
        if (str_eq(json_string(json_get(json_at(layers, i), S("id"))), l->id))
            return json_at(layers, i);
    return NULL;
}

static bool asks_for(const struct json *layer, const char *const *words, size_t n)
{
    return mentions(json_get(layer, S("filter")), words, n, 40) || mentions(json_get(layer, S("layout")), words, n, 40) ||
        mentions(json_get(layer, S("paint")), words, n, 40);
}

static bool is_able(const struct drawing *d, const struct style_layer *l, const struct json *layer)
{
    static const char *const differing[] = {"id", "$id", "name", "count", "properties", "geometry-type", "$type", "within", "distance"};
    struct expr_input in = drawing_input(d);
    if (!layer || asks_for(layer, differing, COUNT(differing)))
        return false;
    if (l->kind == LAYER_CIRCLE)
        return !style_has(l, PROP_CIRCLE_SORT_KEY);
    return style_has(l, PROP_ICON_IMAGE) && !style_has(l, PROP_TEXT_FIELD) && !style_has(l, PROP_SYMBOL_SORT_KEY) &&
        style_bool(l, PROP_ICON_ALLOW_OVERLAP, &in) && str_eq(style_string(l, PROP_SYMBOL_PLACEMENT, &in), S("point"));
}

static struct table *table_of(struct drawing *d, const struct style_layer *l)
{
    struct {
        uint64_t style;
        double zoom, scale;
        uint64_t layer;
    } key = {style_hash(d->style), d->zoom, d->scale, (uint64_t)l->index};
    struct cache *tables = painter_points(d->painter);
    struct table *t = cache_get(tables, &key, sizeof key);
    if (t)
        return t;
    static const char *const bearing[] = {"bearing"}, *const of_card[] = {"precision", "space"};
    const struct json *layer = layer_json(d, l);
    t = base_alloc(1, sizeof *t);
    t->able = is_able(d, l, layer);
    t->uses_bearing = asks_for(layer, bearing, 1);
    t->uses_card = asks_for(layer, of_card, 2);
    cache_put(tables, &key, sizeof key, t, sizeof *t);
    return t;
}

/* ---- looks ---- */

static unsigned bearing_step(const struct point *p)
{
    return (unsigned)((p->bearing_cdeg + 50 * BEARING_STEP_DEG) / (100 * BEARING_STEP_DEG)) % (360 / BEARING_STEP_DEG);
}

static uint64_t key_of(const struct snapshot *s, const struct table *t, const struct point *p)
{
    uint64_t of_card = 0;
    if (t->uses_card) {
        const struct card *c = snapshot_card(s, p->card);
        of_card = (uint64_t)c->precision << 32 | (uint64_t)c->space << 24;
    }
    unsigned flags = p->flags & (POINT_HAS_BEARING | POINT_ESTIMATED | POINT_STALE);
    uint64_t bearing = t->uses_bearing && p->flags & POINT_HAS_BEARING ? 1 + bearing_step(p) : 0;
    return (uint64_t)1 << 63 | bearing << 40 | of_card | flags << 16 | (uint64_t)p->status << 8 | p->category;
}

static bool evaluate(struct drawing *d, const struct style_layer *l, const struct table *t, const struct point *p, struct point_look *k, struct err *err)
{
    struct point like = *p;
    const struct features *f;
    if (t->uses_bearing)
        like.bearing_cdeg = (uint16_t)(bearing_step(p) * BEARING_STEP_DEG * 100);
    if (!source_point_feature(d->scene, &like, d->arena, &f, err))
        return false;
    struct expr_input in = drawing_input(d);
    in.layer = f;
    in.feature = &f->at[0];
    if (l->filter) {
        struct expr_value v = expr_eval(l->filter, &in);
        if (v.type != TYPE_BOOLEAN || !v.boolean)
            return true;
    }
    if (l->kind == LAYER_CIRCLE) {
        k->circle = circle_sprite(d, l, &in, &k->circle_sprite);
        k->alpha = 256;
        k->shown = true;
        return true;
    }
    double opacity;
    struct xy at;
    struct str icon;
    k->shown = symbol_icon(d, l, &in, &icon, &k->look, &at, &opacity);
    if (!k->shown)
        return true;
    char *own = base_alloc(1, icon.len + 1);
    memcpy(own, icon.at, icon.len);
    k->icon = str_from(own, icon.len);
    k->x = at.x, k->y = at.y;
    k->alpha = (unsigned)(CLAMP(opacity, 0.0, 1.0) * 256 + 0.5);
    k->look.scale *= d->scale;
    k->look.device_px = d->scale;
    return true;
}

/* The look's slot; NULL when evaluating failed. */
static struct point_look *look_of(struct drawing *d, const struct style_layer *l, struct table *t, const struct point *p, uint64_t drawing, struct err *err)
{
    uint64_t key = key_of(d->scene->points, t, p);
    size_t slot = (size_t)(key * 0x9e3779b97f4a7c15u >> 40) % SLOTS;
    while (t->slots[slot].key && t->slots[slot].key != key)
        slot = (slot + 1) % SLOTS;
    struct point_look *k = &t->slots[slot];
    if (!k->key) {
        if (!evaluate(d, l, t, p, k, err))
            return NULL;
        k->key = key;
        t->n++;
    }
    if (k->shown && k->drawing != drawing) {
        k->drawing = drawing;
        k->sprite = k->circle ? &k->circle_sprite : icon_sprite(d->icons, k->icon, &k->look);
    }
    return k;
}

/* ---- points ---- */

struct run {
    struct drawing *d;
    const struct style_layer *l;
    struct table *t;
    uint64_t drawing;
    struct stamp *at;
    size_t n, cap;
    bool open; /* the filter lets everything through but for the day */
    double px_per_spot, left, top; /* device px */
    double copy_px;
};

static bool add_stamp(struct run *r, struct stamp s)
{
    if (r->n == r->cap) {
        size_t more = MAX(r->cap * 2, 256);
        struct stamp *grown = ARENA_ARRAY(r->d->arena, struct stamp, more);
        if (!grown)
            return false;
        if (r->n)
            memcpy(grown, r->at, r->n * sizeof *grown);
        r->at = grown;
        r->cap = more;
    }
    r->at[r->n++] = s;
    return true;
}

static bool add_point(struct run *r, const struct point *p, const struct filter *filter, struct err *err)
{
    const struct scene *scene = r->d->scene;
    if (p->flags & (POINT_SECOND_VIEW | POINT_BADGE) || /* badges are a layer of their own */
         !(r->open ? point_on_day(p, filter, scene->today) : point_shown(scene->points, p, filter, scene->today)))
        return true;
    const struct point_look *k = look_of(r->d, r->l, r->t, p, r->drawing, err);
    if (!k)
        return false;
    if (!k->shown || !k->sprite)
        return true;
    struct spot at = quad_spot(p->quad);
    double x = at.x * r->px_per_spot + r->copy_px - r->left, y = at.y * r->px_per_spot - r->top;
    bool circle = k->circle != NULL;
    struct stamp s = {(int32_t)floor(circle ? x : x + k->x * r->d->scale + 0.5),
        (int32_t)floor(circle ? y : y + k->y * r->d->scale + 0.5), (uint32_t)(k - r->t->slots)};
    return add_stamp(r, s) || err_arena(err);
}

/* From north to south, so that what stands in front covers what is behind; equal rows stay in the order of the sequence. */
static bool sort_rows(struct run *r, int height)
{
    int margin = 512, rows = height + 2 * margin;
    uint32_t *count = ARENA_ARRAY(r->d->arena, uint32_t, (size_t)rows + 1);
    struct stamp *sorted = ARENA_ARRAY(r->d->arena, struct stamp, r->n);
    if (!count || !sorted)
        return false;
    for (size_t i = 0; i < r->n; i++)
        count[CLAMP(r->at[i].y + margin, 0, rows - 1) + 1]++;
    for (int i = 0; i < rows; i++)
        count[i + 1] += count[i];
    for (size_t i = 0; i < r->n; i++)
        sorted[count[CLAMP(r->at[i].y + margin, 0, rows - 1)]++] = r->at[i];
    r->at = sorted;
    return true;
}

/* Of equal sprites at one px only the last is drawn: it covers the others. */
static bool drop_covered(struct run *r, int width, int height)
{
    int margin = 64, stride = width + 2 * margin;
    uint16_t *seen = ARENA_ARRAY(r->d->arena, uint16_t, (size_t)stride * (size_t)(height + 2 * margin));
    if (!seen)
        return false;
    size_t to = r->n;
    for (size_t i = r->n; i-- > 0;) {
        const struct stamp *s = &r->at[i];
        int x = s->x + margin, y = s->y + margin;
        if (x >= 0 && y >= 0 && x < stride && y < height + 2 * margin) {
            uint16_t *cell = &seen[(size_t)y * (size_t)stride + (size_t)x];
            if (*cell == (uint16_t)(s->look + 1) && r->t->slots[s->look].alpha == 256)
                continue;
            *cell = (uint16_t)(s->look + 1);
        }
        r->at[--to] = *s;
    }
    r->at += to;
    r->n -= to;
    return true;
}

static bool collect(struct run *r, struct err *err)
{
    struct drawing *d = r->d;
    struct filter everything = filter_everything();
    const struct filter *filter = d->scene->filter ? d->scene->filter : &everything;
    r->open = filter->categories == everything.categories && filter->statuses == everything.statuses && filter->spaces == everything.spaces &&
        !filter->place && !filter->n_operators && !filter->n_vendors;
    double spots = 4294967296.0 / d->world_px, x0 = (d->origin.x - REACH_PX) * spots, x1 = (d->origin.x + d->width_px + REACH_PX) * spots;
    double y0 = MAX((d->origin.y - REACH_PX) * spots, 0), y1 = MIN((d->origin.y + d->height_px + REACH_PX) * spots, 4294967295.0);
    for (double copy = floor(x0 / 4294967296.0); copy <= floor(x1 / 4294967296.0) && y0 <= y1; copy++) {
        double from = MAX(x0 - copy * 4294967296.0, 0), to = MIN(x1 - copy * 4294967296.0, 4294967295.0);
        const struct point **at;
        size_t n;
        if (!snapshot_points_in(d->scene->points, (struct spot_box){(uint32_t)from, (uint32_t)y0, (uint32_t)to, (uint32_t)y1}, d->arena, &at, &n))
            return err_arena(err);
        r->copy_px = copy * d->world_px * d->scale;
        for (size_t i = 0; i < n; i++)
            if (!add_point(r, at[i], filter, err))
                return false;
    }
    return true;
}

static struct table *table_for(struct drawing *d, const struct style_layer *l)
{
    if (!d->image || d->bearing_deg != 0 || !l->source || l->source->kind != SOURCE_IS_DEPLOYMENTS ||
        (!str_eq(l->source_layer, S("all")) && !str_eq(l->source_layer, S("deployments"))))
        return NULL;
    struct table *t = table_of(d, l);
    return t->able ? t : NULL;
}

bool points_able(struct drawing *d, const struct style_layer *l)
{
    return table_for(d, l) != NULL;
}

bool points_draw(struct drawing *d, const struct style_layer *l, bool *done, struct err *err)
{
    static _Thread_local uint64_t drawings;
    bool all = str_eq(l->source_layer, S("all"));
    struct table *t = table_for(d, l);
    *done = t != NULL;
    if (!t)
        return true;
    int zoom = (int)CLAMP(whole_zoom(d->zoom), 0.0, (double)MAX_ZOOM);
    if (!d->scene || !d->scene->points || (!all && zoom < POINTS_FROM_ZOOM))
        return true;
    if (t->n > LOOKS_MAX - 1024)
        empty_table(t);
    struct run r = {.d = d, .l = l, .t = t, .drawing = ++drawings, .px_per_spot = d->world_px * d->scale / 4294967296.0,
        .left = d->origin.x * d->scale, .top = d->origin.y * d->scale};
    int width = cairo_image_surface_get_width(d->image), height = cairo_image_surface_get_height(d->image);
    if (!collect(&r, err))
        return false;
    if (r.n == 0)
        return true;
    if ((l->kind == LAYER_SYMBOL && !sort_rows(&r, height)) || (r.n > 512 && !drop_covered(&r, width, height)))
        return err_arena(err);
    cairo_surface_flush(d->image);
    uint32_t *pixels = (uint32_t *)(void *)cairo_image_surface_get_data(d->image);
    int stride = cairo_image_surface_get_stride(d->image) / 4;
    for (size_t i = 0; i < r.n; i++) {
        const struct point_look *k = &t->slots[r.at[i].look];
        sprite_blit(pixels, stride, width, height, k->sprite, r.at[i].x, r.at[i].y, k->alpha);
    }
    cairo_surface_mark_dirty(d->image);
    return true;
}
