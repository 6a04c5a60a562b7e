/*
 * A camera's field of view as a ring of places on the ground: a sector from the device, an estimate where width or reach
 * are not known.
 */
#ifndef DATA_GEO_CONE_H
#define DATA_GEO_CONE_H

#include "data/geo/quad.h"

enum { CONE_RING_MAX = 64 };
#define CONE_WIDTH_DEFAULT_DEG 60.0     /* assumed when the width is unknown */
#define CONE_REACH_PER_HEIGHT 7.0       /* metres of reach for a metre of height */
#define CONE_HEIGHT_DEFAULT_M 5.0

/* The ring, not closed; starts at the device unless width is 360 (a circle). Returns the number of points. */
size_t cone_ring(struct lonlat at, double bearing_deg, double width_deg, double reach_m, struct lonlat out[CONE_RING_MAX]);
double cone_reach_m(double height_m); /* 0 = unknown height */

#endif
