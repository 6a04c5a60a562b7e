/*
 * Foreign rows to records: which fields mean what, the OSM tag mapping, identity and duplicates, and one batch that goes
 * in whole or not at all.
 */
#ifndef DATA_IMPORT_H
#define DATA_IMPORT_H

#include "data/gdal.h"
#include "data/store.h"

struct import_job {
    const char *path;
    const char *mapping;      /* a JSON file: our field → their column, constants, projection; NULL: guessed */
    const char *report;       /* JSON file of every refused and duplicate row; NULL: none */
    const char *category, *licence, *attribution, *source_url, *precision; /* NULL: as the file says, else defaults */
    struct partial_date as_of; /* the day the file describes; year 0: its own, else of its newest edit (OSM), else of its modification */
    bool dry_run;
    struct gdal_limits limits;
    void (*refused)(void *ctx, const char *line); /* told of each refused row, in words */
    void *ctx;
    const bool *stop;         /* set by Ctrl-C: ends before the batch is committed */
};
/* counts of *out are filled in; the batch is in the store unless dry_run. */
bool import_file(struct store *s, const struct import_job *job, struct batch *out, struct err *err) MUST_USE;

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
