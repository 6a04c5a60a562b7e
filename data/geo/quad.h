/*
 * Where things are. Degrees (WGS 84) outside; inside a spot: Web Mercator (EPSG:3857) x and y as 32-bit fractions of the
 * world, x eastwards from 180° W, y southwards from 85.0511° N. A quad is a spot's x and y interleaved (Morton order), so
 * that the points of any tile at any zoom are one contiguous run of a sorted array.
 */
#ifndef DATA_GEO_QUAD_H
#define DATA_GEO_QUAD_H

#include "data/base/base.h"

#define MERCATOR_MAX_LAT 85.05112877980659
#define EARTH_RADIUS_M 6378137.0 /* of Web Mercator's sphere (WGS 84 semi-major axis) */

struct lonlat {
    double lon, lat; /* degrees */
};
struct box {
    double west, south, east, north; /* degrees; west > east crosses the antimeridian */
};
struct spot {
    uint32_t x, y; /* the world is 2^32 wide */
};
struct spot_box {
    uint32_t x0, y0, x1, y1; /* inclusive; x0 <= x1, y0 <= y1 */
};
struct tile {
    uint32_t x, y;
    uint8_t z; /* 0 to 22 */
};
struct xy {
    double x, y;
};
struct quad_range {
    uint64_t first, last; /* inclusive */
};

bool lonlat_is_valid(struct lonlat at); /* finite, |lon| <= 180, |lat| <= 90 */
struct spot spot_of(struct lonlat at);  /* latitudes past Mercator's edge are clamped */
struct lonlat lonlat_of(struct spot at);
struct xy mercator_of(struct lonlat at); /* 0..1 from the north-west corner, not clamped in x */
struct lonlat mercator_lonlat(struct xy at);

uint64_t quad_of(struct spot at);
struct spot quad_spot(uint64_t quad);
struct quad_range quad_range_of(struct tile tile);

bool tile_is_valid(uint64_t z, uint64_t x, uint64_t y); /* z <= 22, x and y < 2^z */
struct tile tile_at(struct spot at, int z);
struct tile tile_parent(struct tile t, int z); /* its ancestor at the lower zoom z */
struct spot_box tile_spots(struct tile t);
struct box tile_box(struct tile t);

struct spot_box spot_box_of(struct box b); /* of a box that does not cross the antimeridian */
struct spot_box spot_box_grow(struct spot_box b, uint32_t by); /* clamped to the world */
bool spot_box_has(struct spot_box b, struct spot at);
bool spot_box_meets(struct spot_box a, struct spot_box b);

/* Metres on the ground for one pixel of 256-px tiles at this zoom and latitude. */
double metres_per_px(double lat, double zoom);
/* Great-circle distance on a sphere of 6,371,008.8 m, metres (haversine). */
double distance_m(struct lonlat a, struct lonlat b);
/* The place reached from `from` going `metres` towards `bearing_deg` (clockwise from true north), on that sphere. */
struct lonlat lonlat_ahead(struct lonlat from, double bearing_deg, double metres);

#endif
