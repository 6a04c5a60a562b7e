/*
 * A line of some width as triangles, laid out as MapLibre GL lays them out: what is painted twice where a translucent line
 * turns, where joins are cut and how far a blur reaches all follow from the triangles.
 */
#ifndef RENDERER_LINE_MESH_H
#define RENDERER_LINE_MESH_H

#include "data/geo/shape.h"

enum line_cap { CAP_BUTT, CAP_ROUND, CAP_SQUARE };
enum line_join { JOIN_MITER, JOIN_ROUND, JOIN_BEVEL };

struct line_form {
    enum line_cap cap;
    enum line_join join;
    double miter_limit, round_limit;
    double half_px;      /* from the line's middle to the mesh's edge */
    double offset_px;    /* to the right of the line's direction */
    double sharp_px;     /* before and after a sharp corner the mesh has a vertex of its own this far away; 0: none */
    struct rect clip;    /* px: segments that stay outside need no triangles */
    bool measured;       /* the way along the line is asked for */
    double step_px;      /* it is known in whole steps; 0: exactly */
};

/* Across the line `across` runs from -1 (left) to 1; in round caps `beyond` runs from 0 to 1, so that the distance from the
 * middle is half_px · hypot(beyond, across). Along is the way from the start, px. */
struct mesh_vertex {
    double x, y, beyond, across, along;
};
typedef void triangle_fn(void *ctx, const struct mesh_vertex *a, const struct mesh_vertex *b, const struct mesh_vertex *c);

/* No two neighbouring points are the same. A ring does not repeat its first point; it is closed, without caps. What triangles it has does not depend on the clip, only which
 * of them are given. */
void line_mesh(const struct xy *at, size_t n, bool ring, const struct line_form *form, triangle_fn *fn, void *ctx);

#endif
