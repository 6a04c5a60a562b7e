/*
 * Durable storage, as deployments and not as SQL. One store is one connection: one thread at a time. The writing store is
 * owned by the writer; readers open their own (read-only). What was answered true is on disk (WAL, synchronous=FULL).
 */
#ifndef DATA_STORE_H
#define DATA_STORE_H

#include "data/record/deployment.h"
#include "data/record/filter.h"

struct store;
enum store_mode { STORE_READ, STORE_WRITE, STORE_CREATE /* write; made and migrated if it is not there */ };

bool store_open(struct store **out, const char *path, enum store_mode mode, struct err *err) MUST_USE;
void store_close(struct store *s);

/* ---- reading ---- */
/* Every published deployment with what the map needs (devices, views, zones, events, orgs; no texts but titles), in
 * order of id. The deployment is borrowed for the call. */
typedef bool deployment_fn(void *ctx, const struct deployment *d, struct err *err);
bool store_each(struct store *s, deployment_fn *fn, void *ctx, struct err *err) MUST_USE;
/* The whole record; *found false if there is none or it is not published (any: whatever its moderation). */
bool store_find(struct store *s, uint64_t id, bool any, struct arena *a, struct deployment *out, bool *found, struct err *err) MUST_USE;
bool store_find_version(struct store *s, uint64_t id, uint32_t version, struct arena *a, struct deployment *out, bool *found, struct err *err) MUST_USE;
uint64_t store_id_of_slug(struct store *s, struct str slug); /* 0: none */

struct search {
    struct filter filter;
    struct box bbox;             /* west > east crosses the antimeridian */
    bool has_bbox;
    struct str text;             /* words in titles, places, streets, operators; empty: all */
    struct str place_code;       /* empty: anywhere */
    int levels;                  /* bits 1 << LEVEL_…; 0: all */
    bool programmes_only;
    bool without_source;         /* neither a document nor a file it came in with, and nobody saw it on the spot */
    int32_t unconfirmed_since;   /* a day: not stopped, and nothing that is known of it is of this day or newer; 0: any */
    size_t offset, limit;
};
/* Published records in a fixed order (programmes first, then by place and id): whole ones. *total: all that match. */
bool store_search(struct store *s, const struct search *search, struct arena *a, struct deployment **out, size_t *n, size_t *total, struct err *err) MUST_USE;
/* The same, streamed, without limit: for exports. */
bool store_stream(struct store *s, const struct search *search, deployment_fn *fn, void *ctx, struct err *err) MUST_USE;

struct place {
    uint64_t id;
    struct str code, name, slug, kind; /* kind: commune, department, region, country, foreign */
    struct str parent_code, parent_name; /* département of a commune */
    struct lonlat at;
    int64_t population;          /* -1: unknown */
    bool has_boundary;
    uint32_t n_deployments;
};
/* For the search field: by folded prefix and words, postcodes too; most records first, then population. */
bool store_places(struct store *s, struct str text, size_t limit, struct arena *a, struct place **out, size_t *n, struct err *err) MUST_USE;
bool store_place(struct store *s, struct str code_or_slug, struct arena *a, struct place *out, bool *found, struct err *err) MUST_USE;
/* Places that have published records, by name. */
bool store_places_with_records(struct store *s, struct arena *a, struct place **out, size_t *n, struct err *err) MUST_USE;

struct org {
    uint64_t id;
    struct str name, slug, siren, wikidata;
    enum org_kind kind;
    uint32_t n_deployments;
};
bool store_has_org(struct store *s, struct str slug); /* that a published record names */
bool store_orgs(struct store *s, struct arena *a, struct org **out, size_t *n, struct err *err) MUST_USE;

struct revision {
    uint32_t version;
    struct str kind, reason;
    int64_t at_s;
    uint64_t batch_id;
    bool by_hand;
    struct str by; /* account or token, for moderators; empty: anonymous, or cut */
};
bool store_history(struct store *s, uint64_t id, struct arena *a, struct revision **out, size_t *n, struct err *err) MUST_USE;

struct batch {
    uint64_t id;
    struct str slug, file_name, licence, attribution, url, sha256, state; /* state: applied, undone */
    struct partial_date as_of;
    int64_t at_s; /* when it came; of a new one 0: now */
    uint64_t n_read, n_new, n_updated, n_same, n_duplicate, n_refused;
};
bool store_batches(struct store *s, struct arena *a, struct batch **out, size_t *n, struct err *err) MUST_USE;

struct store_stats {
    uint64_t deployments, devices, sources, batches, revisions;
    uint64_t by_category[CATEGORY_COUNT], by_status[STATUS_COUNT], by_precision[PRECISION_COUNT];
    int32_t newest_day; /* of the facts: the latest event or import day */
    uint64_t seq;
};
bool store_stats(struct store *s, struct store_stats *out, struct err *err) MUST_USE;

/* ---- writing ---- */
enum revision_kind { REVISION_CHANGE_IN_WORLD, REVISION_CORRECTION, REVISION_NEW_SOURCE, REVISION_REVERT, REVISION_KIND_COUNT };
enum edit_kind { EDIT_PUT, EDIT_DELETE };
struct edit {
    enum edit_kind kind;
    struct deployment *deployment; /* id 0: new; its id and version are filled in. EDIT_DELETE: only id is read */
    enum revision_kind revision;
    struct str reason;
    uint64_t batch_id;             /* 0: none */
    bool by_hand;                  /* decided by people: later imports do not write over it */
    uint64_t account_id, token_id; /* whose proposal or change it was; 0: nobody's by name */
    struct str identity;           /* the source's key, see store_identity; empty: none */
    uint64_t content_hash;         /* deployment_hash of what the source said */
};
/* All or nothing, and logged. */
bool store_apply(struct store *s, struct edit *edits, size_t n, struct err *err) MUST_USE;

/* Several steps in one transaction (an import is one batch): begin, any number of store_apply and batch calls, commit.
 * Without commit, store_rollback or store_close leaves nothing of it. */
bool store_begin(struct store *s, struct err *err) MUST_USE;
bool store_commit(struct store *s, struct err *err) MUST_USE;
void store_rollback(struct store *s);
/* Inside such a transaction, a step that may fail alone: mark, then keep it or take it back. */
bool store_mark(struct store *s, struct err *err) MUST_USE;
bool store_mark_keep(struct store *s, struct err *err) MUST_USE;
void store_mark_undo(struct store *s);

/* ---- imports ---- */
/* A batch with its slug made unique; the id is filled in. */
bool store_batch_begin(struct store *s, struct batch *b, struct err *err) MUST_USE;
bool store_batch_counts(struct store *s, const struct batch *b, struct err *err) MUST_USE;
/* Takes a batch back: what it added goes (tombstones are not made), what it changed returns to the version before. */
struct undone {
    uint64_t n_removed;  /* it had brought them */
    uint64_t n_returned; /* it had changed them */
};
bool store_batch_undo(struct store *s, struct str slug, struct undone *out, struct err *err) MUST_USE;
bool store_batch_would_undo(struct store *s, struct str slug, struct undone *out, struct err *err) MUST_USE; /* changes nothing */

/* What a source calls the record: "osm:n123", "ext:SOURCE:ID", "at:SOURCE:cctv:48.8566123,2.3522219:k". *id 0: not known. */
bool store_identity(struct store *s, struct str identity, uint64_t *id, uint64_t *content_hash, struct err *err) MUST_USE;
bool store_is_withdrawn(struct store *s, struct str identity); /* a tombstone */

struct near {
    uint64_t id, batch_id;
    double distance_m;
    enum category category;
    struct str ref, text; /* title or name */
};
/* Published point records within some metres, nearest first, at most 16. */
bool store_near(struct store *s, struct lonlat at, double metres, struct arena *a, struct near **out, size_t *n, struct err *err) MUST_USE;

/* Places of reference: inserted or updated by code. */
bool store_put_place(struct store *s, const struct place *p, struct str postcodes, struct err *err) MUST_USE;
/* *known false: there is no place of this code. Polygons, coordinates lon,lat. */
bool store_put_boundary(struct store *s, struct str code, const struct shape *boundary, bool *known, struct err *err) MUST_USE;
/* The commune at a place: by boundary where one is known; else empty. */
bool store_commune_at(struct store *s, struct lonlat at, struct arena *a, struct str *code, struct str *name, struct err *err) MUST_USE;
/* Ids of published records that stand at a point of which no commune is said, withheld ones too; from the heap. */
bool store_placeless(struct store *s, uint64_t **ids, size_t *n, struct err *err) MUST_USE;
/* The name of the commune or town of most people whose middle lies in a box that does not cross the antimeridian; empty:
 * there is none. It says what is near, and not what anything there belongs to. */
bool store_largest_place(struct store *s, struct box b, struct arena *a, struct str *name, struct err *err) MUST_USE;
bool store_place_by_name(struct store *s, struct str name, struct arena *a, struct place *out, bool *found, struct err *err) MUST_USE;

/* ---- the change log ---- */
struct change {
    uint64_t seq, id; /* id of the deployment */
};
struct changes {
    size_t n;
    const struct change *at;
    uint64_t last_seq;
};
uint64_t store_seq(struct store *s);
/* True at most once for each change another connection made: PRAGMA data_version. */
bool store_moved(struct store *s);
bool store_since(struct store *s, uint64_t seq, struct arena *a, struct changes *out, struct err *err) MUST_USE;
/* The first so many of them. */
bool store_since_at_most(struct store *s, uint64_t seq, size_t most, struct arena *a, struct changes *out, struct err *err) MUST_USE;

/* ---- upkeep ---- */
bool store_backup(struct store *s, const char *to, struct err *err) MUST_USE;  /* online, verified, fsynced */
bool store_restore(const char *from, const char *to, struct err *err) MUST_USE; /* refuses to write over a live one */
/* Integrity of the file and of what is derived; one finding a call of say(). True when all is well. rebuild: remake what
 * is derived. */
bool store_check(struct store *s, bool rebuild, void (*say)(void *ctx, const char *line), void *ctx, struct err *err) MUST_USE;

#endif
