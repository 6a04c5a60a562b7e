/*
 * A record as a GeoJSON feature, whole, in both directions. What GET gives can be changed and sent back: a change is the difference
 * between two features, both read by the same function, so what a feature does not show (a withheld place, an imported key) is never
 * touched by it.
 */
#ifndef SERVER_API_RECORD_H
#define SERVER_API_RECORD_H

#include "server/api_fields.h"
#include "data/store.h"

/* The public copy, with all that is nested; base_url as export_feature has it. */
void api_record_write(struct buf *out, const struct deployment *d, const char *base_url);

/* What a feature says beside the record. */
struct api_about {
    struct str note;
    bool survey;      /* seen on foot: said so, or a claim rests on a survey or a photo */
    bool on_foot;     /* a claim rests on a survey or a photo, whatever `survey` says */
    bool unsourced;   /* a device without a source: nobody but an eye can vouch for it */
    bool at_once;
};

struct api_reading {
    const struct json *base;    /* the feature as GET gives it now; NULL: a new record */
    const struct json *changes; /* properties in which flat fields of the device count: of the body, or of the patch */
    const struct place *place;  /* what place_id names, where it is new; NULL: leave it */
    struct arena *arena;
};
/* Checks the feature and appends it as the record's JSON (deployment_read_json), without number and version. Borrowed texts of about live
 * as long as the document. */
bool api_record_read(const struct json *feature, const struct api_reading *r, struct buf *out, struct api_about *about,
    struct api_fault *fault) MUST_USE;

/* The place of the property that an error of the record's own check speaks of ("title_fr: …"); the whole if it is none. */
void api_fault_of(struct api_fault *f, const struct err *err);

#endif
