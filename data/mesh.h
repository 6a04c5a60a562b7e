/*
 * Surfaces that share borders, and lines that share ends. Coordinates are compared bit by bit: neighbours must have been
 * digitised together (a topology, a coverage), which is how borders are told from coasts.
 */
#ifndef DATA_MESH_H
#define DATA_MESH_H

#include "data/geo/shape.h"

struct mesh;
struct mesh *mesh_new(void);
void mesh_free(struct mesh *m);
/* Rings of one owner; outer rings positive, holes negative (shape_ring_area). Of equal rings the first is kept. */
void mesh_add(struct mesh *m, const struct shape *polygons, uint32_t owner);

struct mesh_line {
    const struct xy *at;
    uint32_t n;
    uint64_t key;
};
/* The rings round all of it, with what is shared inside taken away: one part a ring, in no order; land is positive, water
 * it encloses negative. Into the arena, which must be large enough. */
struct shape mesh_outline(struct mesh *m, struct arena *a);
/* What two owners share, joined to lines as long as can be; key = smaller owner << 32 | larger owner. */
struct mesh_line *mesh_borders(struct mesh *m, struct arena *a, size_t *n);

/* Lines of equal key joined where just two of them meet. Answers how many there are in out, which has room for n. */
size_t lines_join(const struct mesh_line *in, size_t n, struct mesh_line *out, struct arena *a);

#endif
