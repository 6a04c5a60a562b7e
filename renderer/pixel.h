/*
 * Premultiplied ARGB32 pixels, blended by our own loops.
 */
#ifndef RENDERER_PIXEL_H
#define RENDERER_PIXEL_H

#include "renderer/color.h"

/* Per channel x · k / 255, rounded, on two pairs of channels at once. */
static inline uint32_t pixel_scaled(uint32_t c, uint32_t k)
{
    uint32_t rb = (c & 0xff00ff) * k + 0x800080, ag = (c >> 8 & 0xff00ff) * k + 0x800080;
    rb = (rb + (rb >> 8 & 0xff00ff)) >> 8 & 0xff00ff;
    ag = (ag + (ag >> 8 & 0xff00ff)) & 0xff00ff00;
    return rb | ag;
}

/* OVER, the source first made fainter: cover 0 to 255. */
static inline void pixel_over(uint32_t *to, uint32_t c, uint32_t cover)
{
    if (cover < 255)
        c = pixel_scaled(c, cover);
    *to = c >> 24 == 255 ? c : c + pixel_scaled(*to, 255 - (c >> 24));
}

static inline uint32_t pixel_of(struct rgba c)
{
    return (uint32_t)(c.a * 255 + 0.5) << 24 | (uint32_t)(c.r * 255 + 0.5) << 16 | (uint32_t)(c.g * 255 + 0.5) << 8 | (uint32_t)(c.b * 255 + 0.5);
}

static inline double smooth_step(double from, double to, double x)
{
    double t = to > from ? (x - from) / (to - from) : x >= to;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

#endif
