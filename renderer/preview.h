/*
 * A preview card: what a link looks like where it is shared, 1200 × 630 px. The map at the right, at the left in letters that
 * are still read at a quarter of the size what it is, and a few figures.
 */
#ifndef RENDERER_PREVIEW_H
#define RENDERER_PREVIEW_H

#include "data/geo/shape.h"
#include "renderer/map.h"

enum { PREVIEW_WIDE_PX = 1200, PREVIEW_HIGH_PX = 630, PREVIEW_MAP_WIDE_PX = 590, PREVIEW_ROWS_MAX = 3 };

struct preview_row { /* a large number and what it counts, or a symbol and a sentence */
    struct str number, mark; /* one of them is empty */
    struct str says;
};
struct preview { /* strings are the caller's */
    struct str site, kind, title, credit;
    size_t n_rows;
    struct preview_row rows[PREVIEW_ROWS_MAX];
    struct view view;        /* of PREVIEW_MAP_WIDE_PX by PREVIEW_HIGH_PX */
    bool ringed;             /* a ring round the middle: what it is about stands there */
};

/* As a PNG in a style with a light ground. */
bool preview_draw(struct painter *p, const struct preview *c, struct style *style, const struct scene *scene, struct buf *out, struct err *err) MUST_USE;

#endif
