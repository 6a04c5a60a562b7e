/*
 * Shapes cut into the tiles of a pyramid, from parent tile to child tiles, so that each vertex is looked at once a zoom
 * and not once a tile. Features go in with coordinates 0..1 of the world; each tile that has some is handed to `tile_fn`
 * with coordinates in the extent, clipped to a buffer round the tile and simplified for its zoom. Memory is that of one
 * path from root to leaf.
 */
#ifndef DATA_GEO_SLICE_H
#define DATA_GEO_SLICE_H

#include "data/base/err.h"
#include "data/geo/shape.h"

struct slice_feature {
    struct shape shape;      /* 0..1 of the world */
    uint32_t tag;            /* the caller's: which source feature it is a piece of */
    uint8_t min_zoom, max_zoom; /* tiles outside do not get it */
};
struct slice_options {
    uint8_t min_zoom, max_zoom;
    uint32_t extent;         /* 4096 */
    double buffer;           /* units of the extent kept round a tile */
    double tolerance;        /* units of the extent; simplification, not at max_zoom */
    double min_area;         /* square units of the extent: smaller rings are dropped, not at max_zoom */
    /* Tiles this answers false for are not entered, nor any below them; NULL enters all. */
    bool (*wanted)(void *ctx, struct tile t);
    void *ctx;
};
/* One tile's features, in the order they went in. Borrowed for the call. Returns false to stop (err filled). */
typedef bool slice_tile_fn(void *ctx, struct tile t, const struct slice_feature *at, size_t n, struct err *err);

bool slice_all(const struct slice_feature *features, size_t n, const struct slice_options *options,
    slice_tile_fn *fn, void *ctx, struct err *err) MUST_USE;

#endif
