#include "server/town_view.h"

#include <math.h>

#include "server/in_view.h"

/* Villages are 1.2 km to each side of their middle, a town of 100,000 people 3 km, the largest cities 9 km. */
#define REACH_LEAST_M 1200.0
#define REACH_MOST_M 9000.0
#define REACH_OF_10000_M 1200.0
#define GROWN_MOST 2.5 /* times that */

struct growing {
    uint64_t place;
    struct box box;
};

struct box box_round(struct lonlat at, double metres)
{
    struct lonlat north = lonlat_ahead(at, 0, metres), east = lonlat_ahead(at, 90, metres);
    double high = fabs(north.lat - at.lat), wide = fabs(east.lon - at.lon);
    wide = wide > 180 ? 360 - wide : wide; /* east of the antimeridian */
    struct box b = {at.lon - wide, MAX(at.lat - high, -MERCATOR_MAX_LAT), at.lon + wide, MIN(at.lat + high, MERCATOR_MAX_LAT)};
    b.west += b.west < -180 ? 360 : 0;
    b.east -= b.east > 180 ? 360 : 0;
    return b;
}

static void grow(void *ctx, const struct point *p, const struct card *c)
{
    struct growing *k = ctx;
    struct lonlat at = lonlat_of(quad_spot(p->quad));
    if (c->place_key != k->place || p->flags & POINT_BADGE)
        return;
    k->box.west = MIN(k->box.west, at.lon);
    k->box.east = MAX(k->box.east, at.lon);
    k->box.south = MIN(k->box.south, at.lat);
    k->box.north = MAX(k->box.north, at.lat);
}

struct box town_box(const struct snapshot *now, const struct place *place)
{
    double people = place->population > 0 ? (double)place->population : 10000;
    double reach = CLAMP(REACH_OF_10000_M * pow(people / 10000, 0.4), REACH_LEAST_M, REACH_MOST_M);
    struct growing k = {place_key(place->code), box_round(place->at, reach)};
    struct box around = box_round(place->at, reach * GROWN_MOST);
    if (k.box.west < k.box.east) /* a town on the antimeridian stays as it is */
        in_view_each(now, around, grow, &k);
    return k.box;
}
