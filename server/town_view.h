/*
 * Which stretch of the map a town is, for pictures and cards of it. No boundary need be known: a circle by the number of its
 * people, grown to what is on record as its own close by.
 */
#ifndef SERVER_TOWN_VIEW_H
#define SERVER_TOWN_VIEW_H

#include "data/snapshot.h"
#include "data/store.h"

#define TOWN_ZOOM_MOST 18.0 /* of the style: closer nothing more is to be seen */

struct box town_box(const struct snapshot *now, const struct place *place);
/* Round a place, so many metres to each side. */
struct box box_round(struct lonlat at, double metres);

#endif
