/* Where something with coordinates of its own lies: a tile's extent, a bitmap's px. */
#ifndef RENDERER_PLACING_H
#define RENDERER_PLACING_H

/* x = xx·u + xy·v + x0, y = yx·u + yy·v + y0 */
struct placing {
    double xx, xy, x0, yx, yy, y0;
};

#endif
