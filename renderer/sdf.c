/*
 * Every device px in the box round the turned bitmap is brought back to the field, in whole numbers, so that what a px shows
 * depends on where the bitmap lies and not on where the image is cut:
 *
 *     device px   (x + ½ - x0) · 128          exact, since x0 is a whole number of 64ths
 *     field       that · inverse · 2^17  =    2^24ths of a px of the field
 *
 * Four bytes round that place, mixed, are a distance; a smooth step across the edge makes it an alpha. The step is as wide as
 * MapLibre's (its symbol_sdf shader: a gamma of 0.105 over ratio and scale, blur times 1.19).
 */
#include "renderer/sdf.h"

#include <math.h>
#include <stddef.h>

#include "data/base/base.h"

enum { PLACE_STEPS = 64, FIELD_BITS = 24, FIELD_MAX_PX = 4096 };
#define EDGE_GAMMA 0.105
#define BLUR_GAMMA 1.19
#define DETERMINANT_MIN 1e-7 /* smaller ones are nothing to see */
#define REACH_MAX_PX 1e6     /* bitmaps farther off than this are not drawn */

struct edge { /* alpha goes from 0 to 1 between low and low + 1 / slope, distances of 0 to 255 */
    float low, slope;
};
struct back { /* from 128ths of a device px to 2^-24 px of the field */
    int64_t ux, uy, vx, vy;
    int64_t x0, y0; /* 128ths */
};
struct inks {
    struct edge outer, inner;
    bool only_outside;
    float a, r, g, b; /* 0..255, premultiplied, with the opacity */
};

static struct edge edge_at(double at, double gamma)
{
    double wide = MAX(2 * gamma, 1e-4);
    return (struct edge){(float)((at - wide / 2) * 255), (float)(1 / (wide * 255))};
}

static inline float step_across(struct edge e, float distance)
{
    float t = (distance - e.low) * e.slope;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

static bool inks_of(const struct sdf_look *k, double font_scale, double ratio, struct inks *out)
{
    double gamma = k->blur_px * BLUR_GAMMA / SDF_PX + EDGE_GAMMA / (font_scale * ratio);
    double opacity = CLAMP(k->opacity, 0.0, 1.0);
    if (!isfinite(gamma) || gamma < 0 || !isfinite(k->grow_px) || !(k->color.a * opacity > 0))
        return false;
    out->outer = edge_at(SDF_EDGE - k->grow_px / SDF_PX, gamma);
    out->inner = edge_at(SDF_EDGE + gamma, gamma);
    out->only_outside = k->only_outside;
    out->a = (float)(k->color.a * opacity * 255);
    out->r = (float)(k->color.r * opacity * 255);
    out->g = (float)(k->color.g * opacity * 255);
    out->b = (float)(k->color.b * opacity * 255);
    return true;
}

static bool back_of(const struct placing *p, struct back *out)
{
    double det = p->xx * p->yy - p->xy * p->yx, unit = (double)(1 << FIELD_BITS) / (2 * PLACE_STEPS);
    if (!isfinite(det) || fabs(det) < DETERMINANT_MIN || !(fabs(p->x0) < REACH_MAX_PX) || !(fabs(p->y0) < REACH_MAX_PX))
        return false;
    double u[4] = {p->yy / det, -p->xy / det, -p->yx / det, p->xx / det};
    for (int i = 0; i < 4; i++)
        if (!(fabs(u[i]) < 1e5))
            return false;
    *out = (struct back){llround(u[0] * unit), llround(u[1] * unit), llround(u[2] * unit), llround(u[3] * unit),
        2 * llround(p->x0 * PLACE_STEPS), 2 * llround(p->y0 * PLACE_STEPS)};
    return true;
}

static inline int byte_at(const struct sdf *s, int x, int y)
{
    return x < 0 || y < 0 || x >= s->width || y >= s->height ? 0 : s->at[(ptrdiff_t)y * s->stride + x];
}

/* The distance at a place of the field in 2^-24 px, 0 to 255. */
static inline float distance_at(const struct sdf *s, int64_t u, int64_t v)
{
    int64_t half = (int64_t)1 << (FIELD_BITS - 1);
    int x = (int)((u - half) >> FIELD_BITS), y = (int)((v - half) >> FIELD_BITS);
    int fx = (int)((u - half) >> (FIELD_BITS - 8)) & 255, fy = (int)((v - half) >> (FIELD_BITS - 8)) & 255;
    int tl, tr, bl, br;
    if (x >= 0 && y >= 0 && x + 1 < s->width && y + 1 < s->height) {
        const uint8_t *at = s->at + (ptrdiff_t)y * s->stride + x;
        tl = at[0], tr = at[1], bl = at[s->stride], br = at[s->stride + 1];
    } else {
        tl = byte_at(s, x, y), tr = byte_at(s, x + 1, y), bl = byte_at(s, x, y + 1), br = byte_at(s, x + 1, y + 1);
    }
    int top = tl * (256 - fx) + tr * fx, bottom = bl * (256 - fx) + br * fx;
    return (float)(top * (256 - fy) + bottom * fy) * (1.0f / 65536);
}

static inline uint32_t over(uint32_t below, const struct inks *k, float alpha)
{
    float rest = 1 - k->a * alpha * (1.0f / 255);
    uint32_t a = (uint32_t)(k->a * alpha + (float)(below >> 24) * rest + 0.5f);
    uint32_t r = (uint32_t)(k->r * alpha + (float)(below >> 16 & 255) * rest + 0.5f);
    uint32_t g = (uint32_t)(k->g * alpha + (float)(below >> 8 & 255) * rest + 0.5f);
    uint32_t b = (uint32_t)(k->b * alpha + (float)(below & 255) * rest + 0.5f);
    return a << 24 | r << 16 | g << 8 | b;
}

static void draw_row(uint32_t *row, int from, int to, const struct sdf *s, int64_t u, int64_t v, const struct back *b, const struct inks *k)
{
    int64_t one = (int64_t)1 << FIELD_BITS, right = (s->width + 1) * one, bottom = (s->height + 1) * one;
    for (int x = from; x < to; x++, u += b->ux * 2 * PLACE_STEPS, v += b->vx * 2 * PLACE_STEPS) {
        if (u < -one || v < -one || u >= right || v >= bottom)
            continue;
        float distance = distance_at(s, u, v);
        if (distance <= k->outer.low)
            continue;
        float alpha = step_across(k->outer, distance);
        if (k->only_outside)
            alpha = MIN(alpha, 1 - step_across(k->inner, distance));
        if (alpha > 0)
            row[x] = over(row[x], k, alpha);
    }
}

void sdf_draw(uint32_t *pixels, int stride, int width, int height, const struct sdf *s, const struct placing *to,
    double font_scale, double device_ratio, const struct sdf_look *look)
{
    struct inks k;
    struct back b;
    int box[4];
    if (!(font_scale > 0) || !(device_ratio > 0) || s->width <= 0 || s->height <= 0 || s->width > FIELD_MAX_PX || s->height > FIELD_MAX_PX)
        return;
    if (!inks_of(look, font_scale, device_ratio, &k) || !back_of(to, &b))
        return;
    placing_box(to, &(struct rect){-1, -1, s->width + 1, s->height + 1}, width, height, box); /* with the one px of nothing round it */
    int64_t left = (2 * box[0] + 1) * (int64_t)PLACE_STEPS - b.x0;
    for (int y = box[1]; y < box[3]; y++) {
        int64_t down = (2 * y + 1) * (int64_t)PLACE_STEPS - b.y0;
        draw_row(pixels + (ptrdiff_t)y * stride, box[0], box[2], s, b.ux * left + b.uy * down, b.vx * left + b.vy * down, &b, &k);
    }
}
