/* Each device px is brought back to the box, from there to the picture, and mixed over what is
 * there. */
#include "renderer/image.h"

#include <math.h>
#include <stddef.h>

#include "data/base/base.h"
#include "renderer/pixel.h"

#define PLACE_STEPS 64.0
#define DETERMINANT_MIN 1e-12
#define REACH_MAX_PX 1e9

struct back { /* from device px to the box: u = ux·(x - x0) + uy·(y - y0) */
    double ux, uy, vx, vy, x0, y0;
};

static double snapped(double v)
{
    return round(v * PLACE_STEPS) / PLACE_STEPS;
}

static bool back_of(const struct placing *p, bool exact, struct back *out)
{
    double det = p->xx * p->yy - p->xy * p->yx;
    if (!isfinite(det) || fabs(det) < DETERMINANT_MIN || !(fabs(p->x0) < REACH_MAX_PX) ||
        !(fabs(p->y0) < REACH_MAX_PX))
        return false;
    *out = (struct back){p->yy / det, -p->xy / det, -p->yx / det, p->xx / det,
        exact ? p->x0 : snapped(p->x0), exact ? p->y0 : snapped(p->y0)};
    return isfinite(out->ux) && isfinite(out->uy) && isfinite(out->vx) && isfinite(out->vy);
}

static inline uint32_t px_at(const struct image *i, int x, int y, bool clamp)
{
    if (x < 0 || y < 0 || x >= i->width || y >= i->height) {
        if (!clamp)
            return 0;
        x = CLAMP(x, 0, i->width - 1);
        y = CLAMP(y, 0, i->height - 1);
    }
    return i->at[(ptrdiff_t)y * i->stride + x];
}

/* Two channels of a px, 32 bits apart, so that each has room for 16 bits of weight. */
static inline uint64_t red_blue(uint32_t c)
{
    return (uint64_t)(c >> 16 & 255) << 32 | (c & 255);
}

static inline uint64_t alpha_green(uint32_t c)
{
    return (uint64_t)(c >> 24) << 32 | (c >> 8 & 255);
}

/* floor() of what is no larger than a picture, without a call. */
static inline int whole(double v)
{
    int n = (int)v;
    return n - (v < n);
}

/* The four px round a place. */
static inline uint32_t mixed(const struct image *i, double u, double v, bool clamp)
{
    int x = whole(u - 0.5), y = whole(v - 0.5);
    uint64_t fx = (uint64_t)((u - 0.5 - x) * 256 + 0.5), fy = (uint64_t)((v - 0.5 - y) * 256 + 0.5);
    uint32_t at[4];
    if (x >= 0 && y >= 0 && x + 1 < i->width && y + 1 < i->height) {
        const uint32_t *px = i->at + (ptrdiff_t)y * i->stride + x;
        at[0] = px[0], at[1] = px[1], at[2] = px[i->stride], at[3] = px[i->stride + 1];
    } else {
        for (int k = 0; k < 4; k++)
            at[k] = px_at(i, x + (k & 1), y + (k >> 1), clamp);
    }
    if (at[0] == at[1] && at[0] == at[2] && at[0] == at[3])
        return at[0];
    uint64_t weight[4] = {(256 - fx) * (256 - fy), fx * (256 - fy), (256 - fx) * fy, fx * fy};
    uint64_t rb = 0x0000800000008000u, ag = 0x0000800000008000u;
    for (int k = 0; k < 4; k++) {
        rb += red_blue(at[k]) * weight[k];
        ag += alpha_green(at[k]) * weight[k];
    }
    uint32_t a = (uint32_t)(ag >> 48), r = (uint32_t)(rb >> 48), g = (uint32_t)ag >> 16,
             b = (uint32_t)rb >> 16;
    return a << 24 | r << 16 | g << 8 | b;
}

/* From px of the box to px of the picture. */
static double through(const struct image_cuts *c, double at)
{
    if (!c || c->n < 2)
        return at;
    int i = 1;
    while (i < c->n - 1 && at >= c->box[i])
        i++;
    double wide = c->box[i] - c->box[i - 1];
    return wide > 0 ? c->px[i - 1] + (at - c->box[i - 1]) * (c->px[i] - c->px[i - 1]) / wide
                    : c->px[i];
}

static bool is_in_half(const struct image_look *k, double u, double v)
{
    if (k->half == IMAGE_WHOLE)
        return true;
    const struct rect *r = &k->part;
    bool upper = (u - r->x0) / (r->x1 - r->x0) + (v - r->y0) / (r->y1 - r->y0) < 1;
    return upper == (k->half == IMAGE_UPPER_LEFT);
}

static void draw_row(uint32_t *row, int from, int to, const struct image *image,
    const struct back *b, double y, const struct image_look *k, uint32_t fade)
{
    for (int at = from; at < to; at++) {
        double x = at + 0.5 - b->x0, u = b->ux * x + b->uy * y, v = b->vx * x + b->vy * y;
        if (!(u >= k->part.x0 && v >= k->part.y0 && u < k->part.x1 && v < k->part.y1) ||
            !is_in_half(k, u, v))
            continue;
        u = through(k->across, u), v = through(k->down, v);
        uint32_t c = k->smooth ? mixed(image, u, v, k->clamp)
                               : px_at(image, whole(u), whole(v), k->clamp);
        if (!c)
            continue;
        pixel_over(&row[at], c, fade);
    }
}

void image_draw(uint32_t *pixels, int stride, int width, int height, const struct image *image,
    const struct placing *to, const struct image_look *look)
{
    struct back b;
    int box[4];
    const struct rect *p = &look->part;
    uint32_t fade = (uint32_t)(CLAMP(look->opacity, 0.0, 1.0) * 255 + 0.5);
    bool sound =
        p->x1 - p->x0 < 1e6 && p->y1 - p->y0 < 1e6 && fabs(p->x0) < 1e6 && fabs(p->y0) < 1e6;
    if (!sound || fade == 0 || image->width <= 0 || image->height <= 0 || !back_of(to, look->exact, &b))
        return;
    placing_box(to, p, width, height, box);
    for (int y = box[1]; y < box[3]; y++)
        draw_row(
            pixels + (ptrdiff_t)y * stride, box[0], box[2], image, &b, y + 0.5 - b.y0, look, fade);
}
