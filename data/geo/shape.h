/*
 * Points, lines and polygons as parts of coordinates, and the geometry a map needs of them: clip, simplify, area, inside.
 * Coordinates are plain doubles in whatever unit the holder says: 0..1 of the world when tiles are cut, the extent of a
 * layer in a vector tile, pixels when drawn. y grows southwards.
 */
#ifndef DATA_GEO_SHAPE_H
#define DATA_GEO_SHAPE_H

#include "data/base/arena.h"
#include "data/geo/quad.h"

enum shape_kind { SHAPE_NONE, SHAPE_POINTS, SHAPE_LINES, SHAPE_POLYGONS };

/* Parts lie one after another in at[]: part i is [end[i-1], end[i]) with end[-1] = 0. Points: one part with all of them.
 * Polygons: every ring is a part, not closed by a repeated point; an outer ring has positive shape_ring_area (clockwise
 * as seen on the screen) and is followed by its holes, which have negative. */
struct shape {
    enum shape_kind kind;
    uint32_t n_parts, n;
    uint32_t *end;
    struct xy *at;
};
struct rect {
    double x0, y0, x1, y1;
};

struct rect shape_bounds(const struct shape *s); /* x0 > x1 when empty */
double shape_ring_area(const struct xy *ring, size_t n); /* signed, by the shoelace formula; > 0 clockwise with y down */
double shape_area(const struct shape *s);                /* of polygons, holes taken away; >= 0 */
double shape_length(const struct shape *s);
bool shape_has(const struct shape *polygons, struct xy at); /* even-odd */
/* A point well inside the largest polygon (pole of inaccessibility, Mapbox's polylabel idea, to `precision`). */
bool shape_label_point(const struct shape *polygons, double precision, struct arena *scratch, struct xy *out);
/* A point inside, at a cost that grows with the number of places alone: the middle of the longest stretch on one of a few level lines.
 * False: none of them meets the polygons, or the arena is full. */
bool shape_inner_point(const struct shape *polygons, struct arena *scratch, struct xy *out);

/* The part of a shape inside a rectangle. Lines may fall into several; rings are clipped side by side (Sutherland–Hodgman
 * 1974), so an edge may run along the rectangle. False when the arena is full; an empty shape has n_parts 0. */
bool shape_clip(const struct shape *s, struct rect box, struct arena *a, struct shape *out);

/* Douglas–Peucker with a distance in the shape's units; rings keep at least three points or vanish. */
bool shape_simplify(const struct shape *s, double tolerance, struct arena *a, struct shape *out);

/* Turns rings so that outer ones are positive and holes negative, by nesting; drops rings under three points. */
bool shape_wind(struct shape *s, struct arena *a);

#endif
