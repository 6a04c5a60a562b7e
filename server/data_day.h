/*
 * The day of the newest fact that the map knows: "data as of".
 */
#ifndef SERVER_DATA_DAY_H
#define SERVER_DATA_DAY_H

#include "data/world.h"

/* Days since 1970-01-01; 0: there are no facts. Counted once for each state of the map and thread. */
bool data_day(struct store *store, const struct world *world, const struct snapshot *now, int32_t *day, struct err *err) MUST_USE;

#endif
