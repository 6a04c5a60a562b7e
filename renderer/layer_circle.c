/*
 * Circles, shaded pixel by pixel as MapLibre GL does: the softness of an edge, one px or the blur, lies inside of it. Those
 * of the deployments, of which there are many, are on an image sprites made once for their look and blitted at whole px:
 * shading each would cost a hundred times as much. As vectors they are arcs, blurred ones with a radial gradient.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "renderer/layer.h"
#include "renderer/pixel.h"

enum { CIRCLES_MAX = 4 * 1000 * 1000, LOOKS_MAX = 64, FADE_STOPS = 24 };
#define RADIUS_MAX_PX 500.0
#define MARGIN_PX 128.0 /* of circles whose size depends on the feature: further outside of a cell none is looked for */

struct look {
    double radius, opacity, stroke, stroke_opacity, blur;
    struct rgba color, stroke_color;
};
struct dot {
    struct xy at;
    double sort_key;
    uint32_t look, order;
};
struct made { /* a look and its sprite */
    struct look look;
    struct sprite sprite;
    cairo_surface_t *image;
};
struct circles {
    struct drawing *d;
    const struct style_layer *l;
    struct expr_input in;
    struct xy shift;
    bool uniform;
    struct made *made;
    size_t n_made, cap_made;
    struct dot *dots;
    size_t n, cap;
};

static struct look look_of(const struct circles *c)
{
    const struct style_layer *l = c->l;
    const struct expr_input *in = &c->in;
    struct look k;
    memset(&k, 0, sizeof k);
    k.radius = CLAMP(style_number(l, PROP_CIRCLE_RADIUS, in), 0.0, RADIUS_MAX_PX);
    k.color = style_color(l, PROP_CIRCLE_COLOR, in);
    k.opacity = style_number(l, PROP_CIRCLE_OPACITY, in);
    k.blur = CLAMP(style_number(l, PROP_CIRCLE_BLUR, in), -10.0, 10.0);
    k.stroke = CLAMP(style_number(l, PROP_CIRCLE_STROKE_WIDTH, in), 0.0, RADIUS_MAX_PX);
    if (k.stroke > 0) {
        k.stroke_color = style_color(l, PROP_CIRCLE_STROKE_COLOR, in);
        k.stroke_opacity = style_number(l, PROP_CIRCLE_STROKE_OPACITY, in);
    }
    return k;
}

/* The colour at a distance from the middle, 1 being the rim of the stroke; soft: in the same measure. */
static struct rgba shade(const struct look *k, double distance, double soft)
{
    double cover = 1 - smooth_step(-soft, 0, distance - 1), whole = k->radius + k->stroke;
    double stroke = k->stroke < 0.01 ? 0 : smooth_step(-soft, 0, distance - k->radius / whole);
    double fill = cover * (1 - stroke) * k->opacity, rim = cover * stroke * k->stroke_opacity;
    const struct rgba *a = &k->color, *b = &k->stroke_color;
    return (struct rgba){a->r * fill + b->r * rim, a->g * fill + b->g * rim, a->b * fill + b->b * rim, a->a * fill + b->a * rim};
}

static double softness(const struct look *k, double scale)
{
    return MAX(1 / scale / (k->radius + k->stroke), k->blur);
}

/* Onto pixels, the middle at device px. */
static void paint_one(const struct canvas *to, const struct look *k, struct xy at, double scale)
{
    double r = (k->radius + k->stroke) * scale, soft = softness(k, scale);
    double flat = k->stroke < 0.01 ? 1 - soft : k->radius / (k->radius + k->stroke) - soft; /* the same colour up to here */
    int x0 = (int)MAX(ceil(at.x - r - 0.5), 0), x1 = (int)MIN(ceil(at.x + r - 0.5), to->width);
    int y0 = (int)MAX(ceil(at.y - r - 0.5), 0), y1 = (int)MIN(ceil(at.y + r - 0.5), to->height);
    uint32_t middle = pixel_of(shade(k, 0, soft));
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            double dx = (x + 0.5 - at.x) / r, dy = (y + 0.5 - at.y) / r, d2 = dx * dx + dy * dy;
            if (d2 < 1)
                pixel_over(to->at + (ptrdiff_t)y * to->stride + x, flat > 0 && d2 <= flat * flat ? middle : pixel_of(shade(k, sqrt(d2), soft)), 255);
        }
}

static void draw_faded(cairo_t *cr, const struct look *k, struct xy at)
{
    double r = k->radius + k->stroke;
    cairo_pattern_t *fade = cairo_pattern_create_radial(at.x, at.y, 0, at.x, at.y, MAX(r, 0.01));
    for (int i = 0; i <= FADE_STOPS; i++) {
        struct rgba c = color_straight(shade(k, (double)i / FADE_STOPS, softness(k, 1)));
        cairo_pattern_add_color_stop_rgba(fade, (double)i / FADE_STOPS, c.r, c.g, c.b, c.a);
    }
    cairo_arc(cr, at.x, at.y, r, 0, 2 * M_PI);
    cairo_set_source(cr, fade);
    cairo_fill(cr);
    cairo_pattern_destroy(fade);
}

static void draw_one(cairo_t *cr, const struct look *k, struct xy at)
{
    cairo_new_path(cr);
    if (k->blur > 0) {
        draw_faded(cr, k, at);
        return;
    }
    if (k->radius > 0) {
        cairo_arc(cr, at.x, at.y, k->radius, 0, 2 * M_PI);
        color_set_source(cr, k->color, k->opacity);
        cairo_fill(cr);
    }
    if (k->stroke > 0 && k->stroke_opacity > 0) {
        cairo_new_path(cr);
        cairo_arc(cr, at.x, at.y, k->radius + k->stroke / 2, 0, 2 * M_PI);
        cairo_set_line_width(cr, k->stroke);
        color_set_source(cr, k->stroke_color, k->stroke_opacity);
        cairo_stroke(cr);
    }
}

static void make_sprite(struct made *m, double scale)
{
    int half = (int)ceil((m->look.radius + m->look.stroke) * scale) + 1, side = 2 * half + 1;
    m->image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, side, side);
    cairo_surface_flush(m->image);
    uint32_t *at = (uint32_t *)(void *)cairo_image_surface_get_data(m->image);
    struct canvas to = {at, cairo_image_surface_get_stride(m->image) / 4, side, side};
    if (m->look.radius + m->look.stroke > 0)
        paint_one(&to, &m->look, (struct xy){half, half}, scale);
    cairo_surface_mark_dirty(m->image);
    m->sprite = (struct sprite){side, side, half, half, at};
}

cairo_surface_t *circle_sprite(const struct drawing *d, const struct style_layer *l, const struct expr_input *in, struct sprite *out)
{
    struct circles c = {.l = l, .in = *in};
    struct made m = {.look = look_of(&c)};
    make_sprite(&m, d->scale);
    *out = m.sprite;
    return m.image;
}

static uint32_t find_look(struct circles *c)
{
    struct look k = look_of(c);
    size_t near = c->n_made > LOOKS_MAX ? c->n_made - LOOKS_MAX : 0;
    for (size_t i = c->n_made; i-- > near;)
        if (memcmp(&c->made[i].look, &k, sizeof k) == 0)
            return (uint32_t)i;
    if (c->n_made == c->cap_made) {
        c->cap_made = MAX(c->cap_made * 2, 16);
        c->made = base_grow(c->made, c->cap_made, sizeof *c->made);
    }
    c->made[c->n_made] = (struct made){.look = k};
    return (uint32_t)c->n_made++;
}

static void add_dot(struct circles *c, struct xy at, uint32_t look, double sort_key)
{
    if (c->n == c->cap) {
        c->cap = MAX(c->cap * 2, 256);
        c->dots = base_grow(c->dots, c->cap, sizeof *c->dots);
    }
    c->dots[c->n] = (struct dot){at, sort_key, look, (uint32_t)c->n};
    c->n++;
}

struct place { /* a feature under way */
    const struct tile_place *at;
    const struct features *features;
    const struct feature *feature;
    uint32_t look;
    double sort_key;
};

static double sort_key_of(const struct circles *c)
{
    struct expr_input whole = c->in;
    whole.zoom = whole_zoom(whole.zoom);
    double key = style_has(c->l, PROP_CIRCLE_SORT_KEY) ? style_number(c->l, PROP_CIRCLE_SORT_KEY, &whole) : 0;
    return isfinite(key) ? key : 0;
}

/* *more false: nothing else of this feature is asked for. */
static bool add_vertex(struct circles *c, struct place *p, struct xy u, bool *more, struct err *err)
{
    const struct rect *in = &p->at->inside;
    struct drawing *d = c->d;
    if (!(u.x >= in->x0 && u.x < in->x1 && u.y >= in->y0 && u.y < in->y1))
        return true;
    struct xy px = placing_px(&p->at->to_px, u);
    px.x += c->shift.x, px.y += c->shift.y;
    if (p->look == UINT32_MAX) {
        c->in.feature = p->feature;
        p->look = c->uniform && c->n_made ? 0 : find_look(c);
        p->sort_key = sort_key_of(c);
    }
    double r = c->made[p->look].look.radius + c->made[p->look].look.stroke + 2;
    if (r <= 2 || px.x < -r || px.y < -r || px.x > d->width_px + r || px.y > d->height_px + r)
        return true;
    if (d->query) {
        struct rect box = {px.x - r + 2, px.y - r + 2, px.x + r - 2, px.y + r - 2};
        *more = !query_hits(d, &box);
        if (!*more)
            query_note(d, c->l, p->features, p->feature, p->at);
        return true;
    }
    if (c->n >= CIRCLES_MAX)
        return err_set(err, ERR_TOO_BIG, "more circles than a picture may have");
    add_dot(c, px, p->look, p->sort_key);
    return true;
}

/* One for each vertex; a ring comes back to its first. */
static bool add_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct circles *c = ctx;
    (void)bounds;
    c->in.layer = features;
    c->in.tile = &at->tile;
    for (size_t i = 0; i < n; i++) {
        struct place p = {at, features, &features->at[chosen[i]], UINT32_MAX, 0};
        const struct shape *s = &p.feature->shape;
        bool more = true;
        for (uint32_t part = 0, from = 0; part < s->n_parts && more; from = s->end[part++])
            for (uint32_t k = from; k < s->end[part] + (s->kind == SHAPE_POLYGONS) && more; k++)
                if (!add_vertex(c, &p, s->at[k < s->end[part] ? k : from], &more, err))
                    return false;
    }
    return true;
}

static int by_sort_key(const void *pa, const void *pb)
{
    const struct dot *a = pa, *b = pb;
    if (a->sort_key != b->sort_key)
        return a->sort_key < b->sort_key ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

static void draw_dots(struct circles *c)
{
    struct drawing *d = c->d;
    if (style_has(c->l, PROP_CIRCLE_SORT_KEY))
        qsort(c->dots, c->n, sizeof *c->dots, by_sort_key);
    if (!d->image) {
        for (size_t i = 0; i < c->n; i++)
            draw_one(d->cr, &c->made[c->dots[i].look].look, c->dots[i].at);
        return;
    }
    if (c->l->source->kind != SOURCE_IS_DEPLOYMENTS) {
        struct canvas to = drawing_canvas(d);
        for (size_t i = 0; i < c->n; i++)
            paint_one(&to, &c->made[c->dots[i].look].look, (struct xy){c->dots[i].at.x * d->scale, c->dots[i].at.y * d->scale}, d->scale);
        drawing_touched(d);
        return;
    }
    for (size_t i = 0; i < c->n_made; i++)
        make_sprite(&c->made[i], d->scale);
    cairo_surface_flush(d->image);
    uint32_t *pixels = (uint32_t *)(void *)cairo_image_surface_get_data(d->image);
    int stride = cairo_image_surface_get_stride(d->image) / 4, width = cairo_image_surface_get_width(d->image);
    int height = cairo_image_surface_get_height(d->image);
    for (size_t i = 0; i < c->n; i++)
        sprite_blit(pixels, stride, width, height, &c->made[c->dots[i].look].sprite, (int)floor(c->dots[i].at.x * d->scale),
            (int)floor(c->dots[i].at.y * d->scale), 256);
    cairo_surface_mark_dirty(d->image);
    for (size_t i = 0; i < c->n_made; i++)
        cairo_surface_destroy(c->made[i].image);
}

static bool depends_on_feature(const struct style_layer *l)
{
    for (int p = PROP_CIRCLE_RADIUS; p <= PROP_CIRCLE_STROKE_OPACITY; p++)
        if (l->prop[p] && expr_uses_feature(l->prop[p]))
            return true;
    return false;
}

bool layer_draw_circle(struct drawing *d, const struct style_layer *l, struct err *err)
{
    bool done = false;
    if (!d->query && !points_draw(d, l, &done, err))
        return false;
    if (done)
        return true;
    struct circles c = {.d = d, .l = l, .in = drawing_input(d), .uniform = !depends_on_feature(l)};
    c.shift = drawing_translate(d, l, PROP_CIRCLE_TRANSLATE, PROP_CIRCLE_TRANSLATE_ANCHOR);
    double reach = fabs(c.shift.x) + fabs(c.shift.y) + MARGIN_PX;
    if (c.uniform) {
        struct look k = look_of(&c);
        reach += k.radius + k.stroke + 2 - MARGIN_PX;
    }
    bool ok = drawing_each(d, l, reach, add_tile, &c, err);
    if (ok && !d->query)
        draw_dots(&c);
    free(c.made);
    free(c.dots);
    return ok;
}
