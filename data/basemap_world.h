/*
 * What the readers of the packaged data share. Part of basemap_world.c.
 */
#ifndef DATA_BASEMAP_WORLD_H
#define DATA_BASEMAP_WORLD_H

#include "data/base/json.h"
#include "data/basemap_sources.h"
#include "data/mesh.h"

enum { PACKAGED_MAX_BYTES = 64 << 20, PACKAGED_PATH_BYTES = 4096 };
#define WORLD_MAX_BYTES ((size_t)8 << 30) /* of an arena: the operator's own data, the machine's memory is the limit */
extern const struct json_limits PACKAGED_JSON;

bool world_file(const struct world *w, const char *name, char out[PACKAGED_PATH_BYTES]); /* false: it is in no folder */
void world_lacks(const char *name, const char *what);    /* says so in a line */
void world_credit(struct world *w, const char *html);    /* once each */

/* A ring turned so that its area is positive, or negative for a hole. */
void ring_orient(struct xy *at, size_t n, bool hole);
/* An empty surface with room for so many points and rings. */
struct shape ring_room(struct arena *a, size_t points, size_t rings);
/* A ring with room for two points more that goes over the antimeridian, cut there or not, or round a pole, as a plain one that
 * may leave 0..1. */
void ring_unroll(struct shape *s, uint32_t begin);
/* Of a ring that leaves 0..1 a second one is added, at the other edge of the world. */
void world_ring(struct ground *g, enum ground_layer layer, const struct shape *ring, int min_zoom, int max_zoom);
struct ground_feature *world_border(struct ground *g, const struct mesh_line *l, int level, int min_zoom, int max_zoom);

/* Coasts where the map is covered, and lakes; *found is false where there is no such package. */
bool world_read_shores(struct world *w, bool *found, struct err *err) MUST_USE;
/* Régions and départements, borders within countries, rivers, places. */
bool world_read_inland(struct world *w, struct err *err) MUST_USE;

#endif
