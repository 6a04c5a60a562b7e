/* Density: every point, or vertex of a line or ring, spreads a Gaussian bell; the sum, px by px, is looked up in the colour ramp. */
#include <math.h>

#include "renderer/layer.h"

enum { RAMP = 256 };
#define GAUSS_PEAK 0.3989422804014327 /* of the normal distribution */
#define RADIUS_MAX_PX 200.0

struct heat {
    struct drawing *d;
    const struct style_layer *l;
    struct expr_input in;
    double intensity;
    int width, height; /* device px */
    float *sum;
};

static void add_bell(struct heat *h, struct xy at, double radius, double weight)
{
    double s = h->d->scale, r = radius * s;
    int x0 = MAX((int)floor((at.x * s) - r), 0), x1 = MIN((int)ceil(at.x * s + r), h->width);
    int y0 = MAX((int)floor((at.y * s) - r), 0), y1 = MIN((int)ceil(at.y * s + r), h->height);
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) {
            double dx = (x + 0.5 - at.x * s) / r, dy = (y + 0.5 - at.y * s) / r, d2 = dx * dx + dy * dy;
            if (d2 <= 1)
                h->sum[(size_t)y * (size_t)h->width + (size_t)x] += (float)(weight * GAUSS_PEAK * exp(-4.5 * d2));
        }
}

static bool add_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct heat *h = ctx;
    (void)bounds;
    (void)err;
    h->in.layer = features;
    for (size_t i = 0; i < n; i++) {
        const struct feature *f = &features->at[chosen[i]];
        h->in.feature = f;
        double radius = CLAMP(style_number(h->l, PROP_HEATMAP_RADIUS, &h->in), 1.0, RADIUS_MAX_PX);
        double weight = CLAMP(style_number(h->l, PROP_HEATMAP_WEIGHT, &h->in), 0.0, 1e6) * h->intensity;
        for (uint32_t k = 0; k < f->shape.n; k++) {
            struct xy u = f->shape.at[k];
            if (u.x >= at->inside.x0 && u.x < at->inside.x1 && u.y >= at->inside.y0 && u.y < at->inside.y1)
                add_bell(h, placing_px(&at->to_px, u), radius, weight);
        }
    }
    return true;
}

static uint32_t pixel_of(struct rgba c)
{
    return (uint32_t)(c.a * 255 + 0.5) << 24 | (uint32_t)(c.r * 255 + 0.5) << 16 | (uint32_t)(c.g * 255 + 0.5) << 8 | (uint32_t)(c.b * 255 + 0.5);
}

bool layer_draw_heatmap(struct drawing *d, const struct style_layer *l, struct err *err)
{
    struct heat h = {.d = d, .l = l, .in = drawing_input(d), .width = (int)ceil(d->width_px * d->scale), .height = (int)ceil(d->height_px * d->scale)};
    if (d->query)
        return true;
    h.intensity = style_number(l, PROP_HEATMAP_INTENSITY, &h.in);
    h.sum = ARENA_ARRAY(d->arena, float, (size_t)h.width * (size_t)h.height);
    if (!h.sum)
        return err_arena(err);
    if (!drawing_each(d, l, RADIUS_MAX_PX, add_tile, &h, err))
        return false;
    uint32_t ramp[RAMP];
    struct expr_input in = drawing_input(d);
    for (int i = 0; i < RAMP; i++) {
        in.heatmap_density = i / (RAMP - 1.0);
        ramp[i] = pixel_of(style_color(l, PROP_HEATMAP_COLOR, &in));
    }
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, h.width, h.height);
    cairo_surface_flush(image);
    uint32_t *to = (uint32_t *)(void *)cairo_image_surface_get_data(image);
    for (size_t i = 0; i < (size_t)h.width * (size_t)h.height; i++)
        to[i] = ramp[(int)(CLAMP(h.sum[i], 0.0f, 1.0f) * (RAMP - 1) + 0.5f)];
    cairo_surface_mark_dirty(image);
    cairo_save(d->cr);
    cairo_scale(d->cr, 1 / d->scale, 1 / d->scale);
    cairo_set_source_surface(d->cr, image, 0, 0);
    cairo_paint_with_alpha(d->cr, style_number(l, PROP_HEATMAP_OPACITY, &in));
    cairo_restore(d->cr);
    cairo_surface_destroy(image);
    return true;
}
