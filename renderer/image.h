/*
 * Pictures put on a picture: icons of a sprite sheet, raster tiles, images laid on the map. A px of
 * the target shows the picture where the px's middle lies in it, so two pictures that touch neither
 * leave a gap nor cover each other; Cairo, which softens edges, would draw a seam there.
 */
#ifndef RENDERER_IMAGE_H
#define RENDERER_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/geo/shape.h"
#include "renderer/placing.h"

struct image {
    int width, height, stride; /* px */
    const uint32_t *at;        /* premultiplied ARGB32 */
};

/* Along one axis a picture may be drawn in pieces: px of the picture by px of the box it is drawn
 * in, both rising. */
enum { IMAGE_CUTS_MAX = 20 };
struct image_cuts {
    int n; /* 0: the box is as wide as the picture */
    double box[IMAGE_CUTS_MAX], px[IMAGE_CUTS_MAX];
};
struct image_look {
    double opacity;
    bool smooth;      /* mixed of four px; else the nearest one */
    bool clamp;       /* beyond its edge the edge goes on; else there is nothing */
    struct rect part; /* of the box: what is drawn of it; [x0, x1) and [y0, y1) */
    enum {
        IMAGE_WHOLE,
        IMAGE_UPPER_LEFT,
        IMAGE_LOWER_RIGHT
    } half; /* of the box, cut from its top right to its bottom left */
    const struct image_cuts *across, *down; /* NULL: none */
};

/* `to` brings px of the box to device px; its x0 and y0 are taken to the nearest 64th, so that a
 * drawing moved by whole px is the same drawing. Clipped; stride in px. */
void image_draw(uint32_t *pixels, int stride, int width, int height, const struct image *image,
    const struct placing *to, const struct image_look *look);

#endif
