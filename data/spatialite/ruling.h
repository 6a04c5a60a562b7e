/*
 * What decisions do to records; inner to the store, for contribution.c.
 */
#ifndef DATA_SPATIALITE_RULING_H
#define DATA_SPATIALITE_RULING_H

#include "data/contribution.h"
#include "data/spatialite/inside.h"

/* A privacy report on a device that nobody public operates: its position falls to the street at once, at most so often a
 * day and commune. effect_version is set where it did. */
bool privacy_takes_effect(struct store *s, struct contribution *c, struct arena *a, struct err *err);
/* An accepted one whose day has come; one that no longer fits is refused, with the reason. */
bool ruling_publish_held(struct store *s, uint64_t id, struct err *err);
/* A privacy report nobody decided in time: what it did is taken back. */
bool ruling_lapse(struct store *s, uint64_t id, struct err *err);

/* What becomes of photos (photos.c): of a contribution that was refused, all pixels go. Those shown with a record wait again
 * for a decision, and their ids are written with commas between; or are shown again, where nobody decided meanwhile. */
bool photos_drop(struct store *s, uint64_t contribution, struct err *err);
bool photos_withhold(struct store *s, uint64_t record, struct buf *ids, size_t *n, struct err *err);
bool photos_show_again(struct store *s, uint64_t record, const struct json *ids, struct err *err);

#endif
