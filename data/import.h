/*
 * Foreign rows to records: which fields mean what, the OSM tag mapping, identity and duplicates, and one batch that goes
 * in whole or not at all.
 */
#ifndef DATA_IMPORT_H
#define DATA_IMPORT_H

#include "data/gdal.h"
#include "data/store.h"

struct mapping; /* columns.h */
struct import_job {
    const char *path;
    const char *name;         /* what the file is called; NULL: as its path says. It names the source where source_url does not */
    const char *mapping;      /* a JSON file: our field → their column, constants, projection; NULL: guessed */
    const struct mapping *fields; /* the same, read already; NULL */
    const char *report;       /* JSON file of every refused and duplicate row; NULL: none */
    const char *category, *licence, *attribution, *source_url, *precision; /* NULL: as the file says, else defaults */
    struct partial_date as_of; /* the day the file describes; year 0: its own, else of its newest edit (OSM), else of its modification */
    struct partial_date received; /* instead of the day of its modification; year 0 */
    bool dry_run;
    struct gdal_limits limits;
    void (*refused)(void *ctx, const char *line); /* told of each refused row, in words */
    void *ctx;
    const bool *stop;         /* set by Ctrl-C: ends before the batch is committed */
};
/* counts of *out are filled in; the batch is in the store unless dry_run. */
bool import_file(struct store *s, const struct import_job *job, struct batch *out, struct err *err) MUST_USE;

/* ---- row by row, for uploads: a store that is only read says what would become of each ---- */
enum import_class { IMPORT_NEW, IMPORT_CHANGED, IMPORT_SAME, IMPORT_DUPLICATE, IMPORT_REFUSED, IMPORT_CLASS_COUNT };
struct import_row {                 /* borrowed for the call */
    enum import_class is;
    uint64_t number;                /* of the row, as in gdal_row */
    struct str layer;
    const struct deployment *d;     /* as it would be stored, its place known; NULL: refused */
    struct str identity;            /* the source's key; empty: refused */
    uint64_t content_hash;
    uint64_t other;                 /* the record that it changes, is the same as or seems to be a duplicate of; 0: none */
    double distance_m;              /* to a duplicate */
    bool by_hand;                   /* people changed that record since: import_file would leave it as it is */
    bool waiting;                   /* the same row was proposed already and nobody has decided yet */
    struct str field;               /* of a refused row: what is wrong; empty: the whole */
    const char *why;                /* of a refused row, in words */
};
typedef void import_row_fn(void *ctx, const struct import_row *row);
enum { IMPORT_REPAIRS_MAX = 16 };
struct import_seen {
    struct batch batch;             /* its counts, licence and day; no id */
    bool osm;                       /* the file holds OSM objects: read by their tags, whatever the mapping says */
    uint64_t assumed;               /* rows of which nothing says what they are: taken as cctv */
    struct {
        const char *word;           /* what was put right, and in how many rows */
        uint64_t rows;
    } repairs[IMPORT_REPAIRS_MAX];
};
/* Nothing is written. The texts of out->batch are borrowed from the job. */
bool import_each(struct store *s, const struct import_job *job, import_row_fn *fn, void *ctx, struct import_seen *out, struct err *err) MUST_USE;

/* The columns a file has, as its first rows say, and of each the first value met. */
enum { IMPORT_COLUMNS_MAX = 200 /* as many as a row may have */ };
struct import_columns {
    size_t n;
    struct str name[IMPORT_COLUMNS_MAX], sample[IMPORT_COLUMNS_MAX];
};
bool import_look(const struct import_job *job, struct arena *a, struct import_columns *out, struct err *err) MUST_USE;

/* What a group said of a file with these columns the last time, by territory; *found false: nothing. */
bool import_mapping_recall(struct store *s, struct str territory, const struct import_columns *columns, struct arena *a, struct str *mapping, bool *found,
    struct err *err) MUST_USE;
bool import_mapping_keep(struct store *s, struct str territory, const struct import_columns *columns, struct str mapping, struct err *err) MUST_USE;

/* Of a row that is proposed: under which key it will be known when it is accepted. Whether the same waits already. */
bool import_row_proposed(struct store *s, uint64_t contribution, struct str identity, uint64_t content_hash, struct err *err) MUST_USE;
bool import_row_waits(struct store *s, struct str identity, uint64_t content_hash, bool *waits, struct err *err) MUST_USE;

/* One OSM object's tags (an object of strings) to a record; false with a reason when it is not to be taken in. */
bool import_osm_tags(const struct json *tags, struct arena *a, struct deployment *out, struct err *err);

/* The sourced starter list, packed into the program: put in or brought up to date, idempotent. */
bool starter_load(struct store *s, struct batch *out, struct err *err) MUST_USE;
/* Communes, départements, regions with codes, positions, population and postcodes, and foreign cities over 50,000, out of
 * the npm packages. packages: the folder that holds node_modules; NULL: here, or where the program was built. */
struct places_loaded {
    uint64_t communes, departments, regions, foreign;
    uint64_t without_position; /* communes whose place no package knows: left out */
};
bool places_load(struct store *s, const char *packages, struct places_loaded *n, struct err *err) MUST_USE;
/* Boundaries with INSEE codes out of a file (GeoJSON, GeoPackage, Shapefile, …); places not known yet are made. */
struct boundaries_read {
    uint64_t read, placed, refused;
};
bool places_read_boundaries(struct store *s, const struct gdal_job *job, struct boundaries_read *n, void (*refused)(void *ctx, const char *line),
    void *ctx, struct err *err) MUST_USE;

#endif
