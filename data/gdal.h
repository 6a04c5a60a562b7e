/*
 * Strangers' files through GDAL, in a child process that can reach nothing: no network, no other file, bounded memory and
 * time. The child opens the file with the one driver its content calls for and writes neutral rows; the parent reads and
 * checks them as if typed by hand. The only file that includes GDAL beside gdal_ground.c.
 */
#ifndef DATA_GDAL_H
#define DATA_GDAL_H

#include "data/base/err.h"
#include "data/base/json.h"
#include "data/geo/shape.h"

struct gdal_limits {
    uint64_t memory_bytes; /* address space of the child; 0: no limit */
    uint64_t rows;         /* 0: no limit */
    int seconds;           /* wall clock; 0: no limit */
};
struct gdal_job {
    const char *path;      /* a local file; anything else is refused */
    const char *layer;     /* NULL: every layer */
    const char *srs;       /* "EPSG:2154" to read coordinates in, where the file says none; NULL: as it says, else WGS 84 */
    const char *x_column, *y_column; /* of tables; NULL: guessed from the names */
    struct gdal_limits limits;
    const bool *stop;      /* set by another thread or a signal: ends with ERR_BUSY; NULL */
};
struct gdal_row {
    uint64_t number;       /* from 1 within the layer; the line for text formats where it is known */
    struct str layer;
    struct str format;     /* "osm", "overpass", "geojson", "csv", "ods", "xlsx", "kml", "gpx", "gpkg", "shapefile", "flatgeobuf" */
    const struct json *fields; /* object: name → string, number, boolean or null, in the file's order */
    bool has_geometry;
    struct shape shape;    /* lon,lat in degrees */
    int32_t file_day;      /* days since 1970-01-01 that the file says it describes; 0: it does not say */
    bool file_day_guessed; /* it is the day of the newest edit in the file, not the file's own word */
    const char *refused;   /* the child could not read this row: why; else NULL */
};
typedef bool gdal_row_fn(void *ctx, const struct gdal_row *row, struct err *err);

/* Calls fn for each row. False when the file cannot be read at all (the sentence says why and what to do) or fn said so. */
bool gdal_read(const struct gdal_job *job, gdal_row_fn *fn, void *ctx, struct err *err) MUST_USE;
/* The program that is started as import-worker: this one (/proc/self/exe); tests, which have no commands, name it. */
extern const char *gdal_worker_program;

/* Whether the sandbox can be had here, for doctor: false fills why. */
bool gdal_sandbox_works(struct err *err);
/* The child's main: `contrechamp import-worker`, started by gdal_read only. */
int gdal_worker_main(int argc, char **argv);

#endif
