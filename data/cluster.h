/*
 * Clusters: runs of equal quad prefix. A cell is 64 px of a 256-px raster tile, so cells of tile zoom z are tiles of zoom
 * z + 2, and their counts come from the sorted points without any stored pyramid.
 */
#ifndef DATA_CLUSTER_H
#define DATA_CLUSTER_H

#include "data/snapshot.h"

struct cluster {
    struct tile cell;                /* zoom z + 2 */
    struct spot at;                  /* mean of its points, pulled in so that a ring of radius_px stays in its cell */
    uint32_t count;
    uint32_t by_family[FAMILY_COUNT];
};
/* The clusters of all cells that meet the box, in quad order. Badges and second views are not counted. */
bool cluster_read(const struct snapshot *s, struct spot_box box, int tile_zoom, const struct filter *f, int32_t today,
    struct arena *a, struct cluster **out, size_t *n);
/* Radius of the ring in px of 256-px tiles: by the square root of the count, 9 to 30. */
double cluster_radius_px(uint32_t count);

#endif
