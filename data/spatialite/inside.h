/*
 * What the files of this folder share: the store itself and a few steps. Inner to the store.
 */
#ifndef DATA_SPATIALITE_INSIDE_H
#define DATA_SPATIALITE_INSIDE_H

#include "data/base/buf.h"
#include "data/spatialite/db.h"
#include "data/store.h"

struct store {
    struct db db;
    enum store_mode mode;
    struct tx tx;           /* of store_begin */
    bool has_tx;
    bool places_changed;
    struct buf words;       /* of records put in since words_flush: id, length, text, one after another */
    size_t words_marked;    /* of words, at store_mark */
    int64_t data_version;   /* when last asked */
};

/* One record read from its newest revision (or a given version when version > 0), as it is, not as it is published. */
bool record_read(struct store *s, uint64_t id, uint32_t version, struct arena *a, struct deployment *out, bool *found, struct err *err);
/* Takes away what is known more precisely than it is published. */
void record_make_public(struct store *s, struct deployment *d, struct arena *a);
/* The file it came in with, as one more source; for what is published, never for what is kept. */
bool record_add_origin(struct store *s, struct deployment *d, struct arena *a, struct err *err);
/* Where a record stands publicly; false: nowhere. */
bool record_public_position(struct store *s, const struct deployment *d, struct lonlat *out);

/* A row of "id, version, title_fr, title_en, category, categories2, surveilled_space, watch_target, admin_level, place_id,
 * place_name, lon, lat, location_precision, public_precision, programme, device_count, status". */
struct deployment light_at(struct stmt *q, struct arena *a);

/* Ids of those that deployment_is_survey names, for "id IN" and "id NOT IN"; zones are few. */
#define SURVEY_IDS                                                                                                     \
    "(SELECT z.deployment_id FROM zone z JOIN deployment w ON w.id = z.deployment_id WHERE z.zone_kind = 'no_coverage_surveyed'"        \
    " AND NOT w.programme AND NOT EXISTS (SELECT 1 FROM device v WHERE v.deployment_id = z.deployment_id)"             \
    " AND NOT EXISTS (SELECT 1 FROM zone y WHERE y.deployment_id = z.deployment_id AND y.zone_kind <> 'no_coverage_surveyed'))"

/* The rows of a record and what is derived from them; `d` has its id. */
bool record_remove_rows(struct store *s, uint64_t id, struct err *err);
bool record_write_rows(struct store *s, const struct deployment *d, struct err *err);
bool record_derive(struct store *s, const struct deployment *d, struct err *err);
bool record_log_change(struct store *s, uint64_t id, struct err *err);

bool places_finish(struct store *s, struct err *err);   /* homonyms told apart */
bool links_finish(struct store *s, struct err *err);    /* links to records that came later */

/* Words wait until the end of a transaction: FTS5 writes what it holds at each savepoint, and every statement after the first
 * word would be one. */
void words_wait(struct store *s, uint64_t id, struct str words);
bool words_flush(struct store *s, struct err *err);

/* "word* word*" as an FTS5 query out of what somebody typed; empty when there is no word in it. */
void words_query(struct buf *out, struct str typed);

#endif
