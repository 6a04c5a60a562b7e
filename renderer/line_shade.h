/*
 * Triangles of a line to pixels: how much of each pixel the line covers follows from the distance to its middle, as in
 * MapLibre GL, and so do blur, gap, dashes, gradients and patterns.
 */
#ifndef RENDERER_LINE_SHADE_H
#define RENDERER_LINE_SHADE_H

#include "renderer/color.h"
#include "renderer/line_mesh.h"

enum { LINE_DASHES_MAX = 16, LINE_RAMP = 1024 };

/* A dash pattern, in multiples of unit_px; of an odd number of lengths the last and the first are one dash. */
struct line_dash {
    double lengths[LINE_DASHES_MAX];
    uint32_t n;
    double unit_px;
    double soft;         /* half of the edge's softness, in units */
    bool round;
};
/* Pixels of a picture that is repeated along the line; its height is the line's width. */
struct line_picture {
    const uint32_t *at;  /* premultiplied ARGB32, row after row; NULL: none */
    int width, height;
    double length_px;    /* of one repetition along the line */
};

struct line_ink {
    struct rgba color;           /* premultiplied, the opacity in it */
    const uint32_t *ramp;        /* LINE_RAMP colours along the line; NULL: none */
    uint32_t (*ramp_at)(void *ctx, double progress); /* asked where two of them differ much */
    void *ramp_ctx;
    double ramp_length_px;
    struct line_picture picture;
    double picture_opacity;
    struct line_dash dash;       /* n 0: solid */
    double outer_px, inner_px;   /* the line lies between these distances from its middle; outer is the mesh's half_px */
    double soft_px;              /* over which its edges fade: blur and one device px */
};

/* The pixels and which of them may be touched: of each row from first to end. */
struct line_target {
    uint32_t *at;
    int stride, width, height;
    double scale;                /* device px for a px */
    const int32_t (*rows)[2];
};

/* A triangle_fn's work; ink must have been made ready once by line_ink_ready. */
struct line_painter {
    struct line_target to;
    const struct line_ink *ink;
    double edges[LINE_DASHES_MAX + 2]; /* of the dashes, in units: where the parts start and end */
    bool is_dash[LINE_DASHES_MAX + 2];
    int n_edges;
    double period;
    uint32_t solid;
};
void line_painter_ready(struct line_painter *p);
triangle_fn line_painter_triangle;

#endif
