/*
 * How much of each pixel polygons cover, as MapLibre GL has it: a pixel whose middle is inside is covered, and along the
 * edges runs a line of one pixel that softens them.
 */
#ifndef RENDERER_FILL_MASK_H
#define RENDERER_FILL_MASK_H

#include "data/geo/shape.h"

struct mask_edge {
    double x0, y0, x1, y1; /* device px */
};
struct fill_mask {
    uint8_t *at;           /* 0 to 255 */
    int stride, width, height;
    int x0, y0, x1, y1;    /* what may be covered; empty: x0 >= x1 */
    const int32_t (*rows)[2]; /* of each row the pixels that may be touched, from first to end */
    struct mask_edge *edges;
    size_t n_edges, cap_edges;
    double *crossings;     /* x and direction of the rows an edge crosses, sorted by row */
    uint32_t *row_end;
    size_t cap_crossings;
};
void fill_mask_init(struct fill_mask *m, int width, int height);
void fill_mask_done(struct fill_mask *m);

void fill_mask_ring(struct fill_mask *m, const struct xy *px, size_t n, double scale); /* device px for a px */
void fill_mask_inside(struct fill_mask *m); /* of all rings so far, by non-zero winding */
void fill_mask_edges(struct fill_mask *m);  /* the line along them */
void fill_mask_forget_rings(struct fill_mask *m);
void fill_mask_clear(struct fill_mask *m);

#endif
