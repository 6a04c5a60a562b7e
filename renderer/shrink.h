/*
 * A picture made smaller while its rows come in, so that the large one is never in memory: each pixel of the small one is
 * the mean of the area it covers. It never enlarges.
 */
#ifndef RENDERER_SHRINK_H
#define RENDERER_SHRINK_H

#include "data/base/base.h"

struct shrink {
    int width, height;         /* of the large one */
    int to_width, to_height;   /* of the small one, at most as much */
    uint8_t *to;               /* RGB without padding, to_width * to_height * 3 bytes; borrowed */
    float *sums;               /* of the row of the small one that is being filled, and of one row of the large one */
    float *row;
    int y, to_y;               /* rows taken, rows made */
};

/* The size of a picture whose longer side is at most longest_px, in the same shape and at least 1 by 1. */
void shrink_size(int width, int height, int longest_px, int *to_width, int *to_height);

/* Sizes and `to` are set in *s already; all else is zero. */
void shrink_init(struct shrink *s);
void shrink_done(struct shrink *s);

/* The next row, RGB; exactly `height` of them. */
void shrink_row(struct shrink *s, const uint8_t *rgb);

#endif
