#include "data/geo/cone.h"

#include <math.h>

double cone_reach_m(double height_m)
{
    return CONE_REACH_PER_HEIGHT * (height_m > 0 ? height_m : CONE_HEIGHT_DEFAULT_M);
}

size_t cone_ring(struct lonlat at, double bearing_deg, double width_deg, double reach_m, struct lonlat out[CONE_RING_MAX])
{
    bool whole = width_deg >= 360;
    size_t steps = (size_t)CLAMP(ceil(width_deg / 6), 4, CONE_RING_MAX - 2), n = 0;
    if (!whole)
        out[n++] = at;
    double from = bearing_deg - width_deg / 2;
    size_t last = whole ? steps - 1 : steps;
    for (size_t i = 0; i <= last; i++)
        out[n++] = lonlat_ahead(at, from + width_deg * (double)i / (double)steps, reach_m);
    return n;
}
