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
/* The record as JSON without its number, version and address (preview.c). */
void preview_plain(struct buf *out, const struct deployment *d);
/* « Toujours là », « n'est plus là »; patch NULL: nothing more is said. */
bool preview_sighting(struct deployment *d, const struct contribution *c, const struct json *patch, struct arena *a, struct err *err);
/* An accepted one whose day has come; one that no longer fits is refused, with the reason. */
bool ruling_publish_held(struct store *s, uint64_t id, struct err *err);
/* A privacy report nobody decided in time: what it did is taken back. */
bool ruling_lapse(struct store *s, uint64_t id, struct err *err);

/* Rights (rights.c): in a commune; over the record that stands (before, number 0: none) and every place of the one that would stand.
 * ERR_DENIED says which place is not theirs. */
bool rights_at(const struct who *who, struct str commune, struct err *err);
bool rights_over(struct store *s, const struct who *who, const struct deployment *before, const struct deployment *after, struct arena *a,
    struct err *err);
bool rights_two_person(struct store *s, struct str place, const struct deployment *before, const struct deployment *after);
/* ERR_INVALID for what no decision lets in: addresses that are none of the web, objects that were withdrawn or are another record's, days to come. */
bool rights_may_say(struct store *s, const struct deployment *before, const struct deployment *after, struct err *err);

/* What becomes of photos (photos.c): of a contribution that was refused, all pixels go. Those shown with a record wait again
 * for a decision, and their ids are written with commas between; or are shown again, where nobody decided meanwhile. */
bool photos_drop(struct store *s, uint64_t contribution, struct err *err);
bool photos_withhold(struct store *s, uint64_t record, struct buf *ids, size_t *n, struct err *err);
bool photos_show_again(struct store *s, uint64_t record, const struct json *ids, struct err *err);

#endif
