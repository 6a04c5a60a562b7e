/*
 * Density: every point, or vertex of a line or ring, spreads a Gaussian bell; the sum is looked up in the colour ramp. As in
 * MapLibre the sum is kept for every fourth device px and is smooth between, and a bell ends where it would no longer be seen:
 * a heavy one reaches further.
 */
#include <math.h>

#include "renderer/layer.h"
#include "renderer/pixel.h"

enum { RAMP = 1024, STEP = 4 };
#define GAUSS_PEAK 0.3989422804014327 /* of the normal distribution, whose deviation is a third of the radius */
#define UNSEEN (1.0 / 255 / 16)
#define RADIUS_MAX_PX 300.0
#define WEIGHT_MAX 1e6
#define REACH_PX 256.0 /* of layers whose radius depends on the feature */

struct heat {
    struct drawing *d;
    const struct style_layer *l;
    struct expr_input in;
    double intensity;
    int width, height; /* of the sums, which start one step before the first */
    struct xy first;   /* where the first step starts, device px: at the drawing's corner or a little before */
    struct rect seen;  /* the steps there are: past them the last goes on */
    float *sum;
};

/* How far a bell is seen, in radii; 0: not at all. */
static double spread_of(double weight)
{
    double seen = GAUSS_PEAK * weight / UNSEEN;
    return seen > 1 ? sqrt(2 * log(seen)) / 3 : 0;
}

static void add_bell(struct heat *h, struct xy at, double radius, double weight)
{
    double k = h->d->scale / STEP, r = radius * k, far = r * spread_of(weight);
    /* Sum 1 lies in the middle of the first step, at 0.5 of it. */
    double cx = at.x * k - h->first.x / STEP + 0.5, cy = at.y * k - h->first.y / STEP + 0.5;
    int x0 = (int)CLAMP(ceil(cx - far), 0.0, (double)h->width), x1 = (int)CLAMP(floor(cx + far) + 1, 0.0, (double)h->width);
    int y0 = (int)CLAMP(ceil(cy - far), 0.0, (double)h->height), y1 = (int)CLAMP(floor(cy + far) + 1, 0.0, (double)h->height);
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            double dx = (x - cx) / r, dy = (y - cy) / r;
            h->sum[(size_t)y * (size_t)h->width + (size_t)x] += (float)(weight * GAUSS_PEAK * exp(-4.5 * (dx * dx + dy * dy)));
        }
}

static double radius_of(const struct heat *h)
{
    double r = style_number(h->l, PROP_HEATMAP_RADIUS, &h->in);
    return isfinite(r) ? CLAMP(r, 0.01, RADIUS_MAX_PX) : 0.01;
}

static bool add_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct heat *h = ctx;
    (void)bounds;
    (void)err;
    h->in.layer = features;
    h->in.tile = &at->tile;
    for (size_t i = 0; i < n; i++) {
        const struct shape *s = &features->at[chosen[i]].shape;
        h->in.feature = &features->at[chosen[i]];
        double radius = radius_of(h), weight = style_number(h->l, PROP_HEATMAP_WEIGHT, &h->in) * h->intensity;
        weight = isfinite(weight) ? CLAMP(weight, 0.0, WEIGHT_MAX) : 0;
        for (uint32_t part = 0, from = 0; part < s->n_parts; from = s->end[part++])
            for (uint32_t k = from; k < s->end[part] + (s->kind == SHAPE_POLYGONS); k++) { /* a ring comes back to its first */
                struct xy u = s->at[k < s->end[part] ? k : from];
                if (u.x >= at->inside.x0 && u.x < at->inside.x1 && u.y >= at->inside.y0 && u.y < at->inside.y1)
                    add_bell(h, placing_px(&at->to_px, u), radius, weight);
            }
    }
    return true;
}

static void make_ramp(const struct heat *h, uint32_t ramp[RAMP])
{
    struct expr_input in = drawing_input(h->d);
    for (int i = 0; i < RAMP; i++) {
        in.heatmap_density = i / (RAMP - 1.0);
        ramp[i] = pixel_of(style_color(h->l, PROP_HEATMAP_COLOR, &in));
    }
}

static void paint(struct heat *h, double opacity)
{
    uint32_t ramp[RAMP], cover = (uint32_t)(CLAMP(opacity, 0.0, 1.0) * 255 + 0.5);
    struct canvas to = drawing_canvas(h->d);
    make_ramp(h, ramp);
    for (int y = 0; y < to.height; y++) {
        double v = CLAMP((y + 0.5 - h->first.y) / STEP + 0.5, h->seen.y0, h->seen.y1), fy = v - floor(v);
        const float *a = h->sum + (size_t)v * (size_t)h->width, *b = a + h->width;
        for (int x = 0; x < to.width; x++) {
            double u = CLAMP((x + 0.5 - h->first.x) / STEP + 0.5, h->seen.x0, h->seen.x1), fx = u - floor(u);
            size_t k = (size_t)u;
            double sum = (a[k] * (1 - fx) + a[k + 1] * fx) * (1 - fy) + (b[k] * (1 - fx) + b[k + 1] * fx) * fy;
            uint32_t c = ramp[(int)(CLAMP(sum, 0.0, 1.0) * (RAMP - 1) + 0.5)];
            if (c)
                pixel_over(to.at + (ptrdiff_t)y * to.stride + x, c, cover);
        }
    }
    drawing_touched(h->d);
}

/* From the corner of the cell on, so that tiles agree; of a picture that has no tiles from its own corner to its edges. */
static void lay_steps(struct heat *h)
{
    const struct rect *p = &h->d->picture;
    h->seen = (struct rect){0, 0, h->width - 2, h->height - 2};
    if (p->x0 >= p->x1)
        return;
    h->first = (struct xy){-fmod(fmod(-p->x0, STEP) + STEP, STEP), -fmod(fmod(-p->y0, STEP) + STEP, STEP)};
    double x = (p->x0 - h->first.x) / STEP, y = (p->y0 - h->first.y) / STEP;
    h->seen.x0 = MAX(h->seen.x0, x + 1), h->seen.x1 = MIN(h->seen.x1, MAX(x + floor((p->x1 - p->x0) / STEP), x + 1));
    h->seen.y0 = MAX(h->seen.y0, y + 1), h->seen.y1 = MIN(h->seen.y1, MAX(y + floor((p->y1 - p->y0) / STEP), y + 1));
}

static bool draw(struct drawing *d, const struct style_layer *l, double opacity, struct err *err)
{
    struct canvas to = drawing_canvas(d);
    struct heat h = {.d = d, .l = l, .in = drawing_input(d), .width = to.width / STEP + 4, .height = to.height / STEP + 4};
    lay_steps(&h);
    bool varies = l->prop[PROP_HEATMAP_RADIUS] && expr_uses_feature(l->prop[PROP_HEATMAP_RADIUS]);
    h.intensity = style_number(l, PROP_HEATMAP_INTENSITY, &h.in);
    h.sum = ARENA_ARRAY(d->arena, float, (size_t)h.width * (size_t)h.height);
    if (!h.sum)
        return err_arena(err);
    if (!drawing_each(d, l, varies ? REACH_PX : radius_of(&h) * spread_of(1000), add_tile, &h, err))
        return false;
    paint(&h, opacity);
    return true;
}

static bool draw_opaque(struct drawing *d, const struct style_layer *l, struct err *err)
{
    return draw(d, l, 1, err);
}

bool layer_draw_heatmap(struct drawing *d, const struct style_layer *l, struct err *err)
{
    struct expr_input in = drawing_input(d);
    double opacity = style_number(l, PROP_HEATMAP_OPACITY, &in);
    if (d->query || opacity <= 0)
        return true;
    return d->image ? draw(d, l, opacity, err) : drawing_aside(d, l, draw_opaque, opacity, err);
}
