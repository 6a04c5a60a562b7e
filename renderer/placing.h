/* Where something with coordinates of its own lies: a tile's extent, a bitmap's px. */
#ifndef RENDERER_PLACING_H
#define RENDERER_PLACING_H

#include <math.h>

#include "data/base/base.h"
#include "data/geo/shape.h"

/* x = xx·u + xy·v + x0, y = yx·u + yy·v + y0 */
struct placing {
    double xx, xy, x0, yx, yy, y0;
};

static inline struct xy placing_px(const struct placing *p, struct xy at)
{
    return (struct xy){p->xx * at.x + p->xy * at.y + p->x0, p->yx * at.x + p->yy * at.y + p->y0};
}

/* The box round a placed rectangle. */
static inline struct rect placing_bounds(const struct placing *p, const struct rect *r)
{
    struct xy corners[4] = {{r->x0, r->y0}, {r->x1, r->y0}, {r->x1, r->y1}, {r->x0, r->y1}};
    struct rect out = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (int i = 0; i < 4; i++) {
        struct xy px = placing_px(p, corners[i]);
        out.x0 = MIN(out.x0, px.x), out.x1 = MAX(out.x1, px.x);
        out.y0 = MIN(out.y0, px.y), out.y1 = MAX(out.y1, px.y);
    }
    return out;
}

/* The px of an image of width by height that a placed rectangle may touch, with one px round it: x0 y0 x1 y1, half open. */
static inline void placing_box(const struct placing *p, const struct rect *r, int width, int height, int box[4])
{
    struct rect b = placing_bounds(p, r);
    box[0] = (int)CLAMP(floor(b.x0) - 1, 0.0, (double)width);
    box[1] = (int)CLAMP(floor(b.y0) - 1, 0.0, (double)height);
    box[2] = (int)CLAMP(ceil(b.x1) + 1, 0.0, (double)width);
    box[3] = (int)CLAMP(ceil(b.y1) + 1, 0.0, (double)height);
}

#endif
