/*
 * Circles. Those of the deployments, of which there are many, are on an image sprites made once for their look and blitted
 * at whole px: a path each would cost a hundred times as much. Others, and as vectors all, are arcs.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "renderer/layer.h"

enum { CIRCLES_MAX = 4 * 1000 * 1000, LOOKS_MAX = 64 };
#define RADIUS_MAX_PX 500.0
#define MARGIN_PX 64.0 /* circles whose centre is further outside of a cell are not looked for */

struct look {
    double radius, opacity, stroke, stroke_opacity, blur;
    struct rgba color, stroke_color;
};
struct dot {
    struct xy at;
    double sort_key;
    uint32_t look;
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

static void draw_one(cairo_t *cr, const struct look *k, struct xy at)
{
    if (k->blur > 0) { /* from the middle outwards: full up to 1 - blur, nothing at the rim */
        double r = k->radius + k->stroke;
        cairo_pattern_t *fade = cairo_pattern_create_radial(at.x, at.y, r * MAX(1 - k->blur, 0), at.x, at.y, MAX(r, 0.01));
        double a = k->color.a > 0 ? k->color.a : 1;
        for (int i = 0; i <= 8; i++) { /* smoothstep */
            double t = i / 8.0, v = 1 - t * t * (3 - 2 * t);
            cairo_pattern_add_color_stop_rgba(fade, t, k->color.r / a, k->color.g / a, k->color.b / a, k->color.a * k->opacity * v);
        }
        cairo_arc(cr, at.x, at.y, r, 0, 2 * M_PI);
        cairo_set_source(cr, fade);
        cairo_fill(cr);
        cairo_pattern_destroy(fade);
        return;
    }
    if (k->radius > 0) {
        cairo_new_path(cr);
        cairo_arc(cr, at.x, at.y, k->radius, 0, 2 * M_PI);
        set_color(cr, k->color, k->opacity);
        cairo_fill(cr);
    }
    if (k->stroke > 0 && k->stroke_opacity > 0) {
        cairo_new_path(cr);
        cairo_arc(cr, at.x, at.y, k->radius + k->stroke / 2, 0, 2 * M_PI);
        cairo_set_line_width(cr, k->stroke);
        set_color(cr, k->stroke_color, k->stroke_opacity);
        cairo_stroke(cr);
    }
}

static void make_sprite(struct made *m, double scale)
{
    int half = (int)ceil((m->look.radius + m->look.stroke) * scale) + 1;
    m->image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 2 * half + 1, 2 * half + 1);
    cairo_t *cr = cairo_create(m->image);
    cairo_translate(cr, half, half);
    cairo_scale(cr, scale, scale);
    draw_one(cr, &m->look, (struct xy){0, 0});
    cairo_destroy(cr);
    cairo_surface_flush(m->image);
    m->sprite = (struct sprite){2 * half + 1, 2 * half + 1, half, half, (uint32_t *)(void *)cairo_image_surface_get_data(m->image)};
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
    c->dots[c->n++] = (struct dot){at, sort_key, look};
}

static bool add_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct circles *c = ctx;
    struct drawing *d = c->d;
    (void)bounds;
    c->in.layer = features;
    for (size_t i = 0; i < n; i++) {
        const struct feature *f = &features->at[chosen[i]];
        uint32_t look = UINT32_MAX;
        for (uint32_t k = 0; k < f->shape.n; k++) {
            struct xy u = f->shape.at[k];
            if (!(u.x >= at->inside.x0 && u.x < at->inside.x1 && u.y >= at->inside.y0 && u.y < at->inside.y1))
                continue;
            struct xy px = placing_px(&at->to_px, u);
            px.x += c->shift.x, px.y += c->shift.y;
            if (look == UINT32_MAX) {
                c->in.feature = f;
                look = c->uniform && c->n_made ? 0 : find_look(c);
            }
            double r = c->made[look].look.radius + c->made[look].look.stroke + 2;
            if (px.x < -r || px.y < -r || px.x > d->width_px + r || px.y > d->height_px + r)
                continue;
            if (d->query) {
                struct rect box = {px.x - r + 2, px.y - r + 2, px.x + r - 2, px.y + r - 2};
                if (query_hits(d, &box)) {
                    query_note(d, c->l, features, f, at);
                    break;
                }
                continue;
            }
            if (c->n >= CIRCLES_MAX)
                return err_set(err, ERR_TOO_BIG, "more circles than a picture may have");
            add_dot(c, px, look, style_has(c->l, PROP_CIRCLE_SORT_KEY) ? style_number(c->l, PROP_CIRCLE_SORT_KEY, &c->in) : 0);
        }
    }
    return true;
}

static int by_sort_key(const void *pa, const void *pb)
{
    const struct dot *a = pa, *b = pb;
    if (a->sort_key != b->sort_key)
        return a->sort_key < b->sort_key ? -1 : 1;
    return 0;
}

static void draw_dots(struct circles *c)
{
    struct drawing *d = c->d;
    if (style_has(c->l, PROP_CIRCLE_SORT_KEY))
        qsort(c->dots, c->n, sizeof *c->dots, by_sort_key);
    if (!d->image || c->l->source->kind != SOURCE_IS_DEPLOYMENTS) {
        for (size_t i = 0; i < c->n; i++)
            draw_one(d->cr, &c->made[c->dots[i].look].look, c->dots[i].at);
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
    bool ok = drawing_each(d, l, MARGIN_PX + fabs(c.shift.x) + fabs(c.shift.y), add_tile, &c, err);
    if (ok && !d->query)
        draw_dots(&c);
    free(c.made);
    free(c.dots);
    return ok;
}
