/*
 * What the parts of the import child share (gdal_worker.c says what it is): the work in hand, rows written out, the readers.
 * Inner to gdal_worker*.c, which like gdal.c and gdal_ground.c may include GDAL.
 */
#ifndef DATA_GDAL_WORKER_H
#define DATA_GDAL_WORKER_H

#include <ogr_srs_api.h>

#undef MIN /* of cpl_port.h */
#undef MAX

#include "data/base/arena.h"
#include "data/base/json.h"
#include "data/geo/shape.h"
#include "data/sniff.h"

enum { ROWS_FD = 3, BLOCK_BYTES = 256 << 10, SNIFF_BYTES = 64 << 10, VERTICES_MAX = 2000000 /* of one geometry, where no stranger sent it */ };

struct worker {
    const char *path, *scratch, *layer, *srs, *x_column, *y_column;
    uint64_t memory_bytes, rows_max;
    int seconds;
    bool upload;      /* a limit of rows was given: the file is a stranger's */
    struct buf out;
    uint64_t rows;
    struct arena arena; /* of one row */
    OGRCoordinateTransformationH project; /* to lon,lat; NULL: it is */
    int32_t day;                          /* that the file says it describes; 0: it does not */
    bool day_guessed;                     /* it is the day of the newest edit */
    char last_gdal_error[300];
};

/* ---- rows out ---- */
bool worker_flush(struct worker *w, struct err *err);
void worker_put_format(struct worker *w, const char *format); /* before the first row */
struct json_writer worker_row_begin(struct worker *w, uint64_t number, struct str layer); /* then its fields, then: */
/* Ends a row with what is known of its place: a shape, nothing (NULL), or why it could not be read. */
bool worker_row_end(struct worker *w, struct json_writer *j, const struct shape *shape, const char *refused, struct err *err);
void worker_put_key(struct json_writer *j, struct str key);
void worker_put_text(struct json_writer *j, struct str s); /* of any origin: what is not UTF-8 is taken for Windows-1252 */

/* ---- coordinates ---- */
/* From a system (NULL: as given by --srs, else lon,lat) to lon,lat. */
bool worker_project_from(struct worker *w, OGRSpatialReferenceH from, struct err *err);
void worker_stop_projecting(struct worker *w);
bool worker_project_shape(struct worker *w, struct shape *s); /* false: it has no place there */

/* ---- readers ---- */
bool worker_read_json(struct worker *w, struct str text, struct err *err);
bool worker_read_table(struct worker *w, struct str raw, struct err *err);
struct reader {
    const char *format, *driver;
};
bool worker_read_ogr(struct worker *w, const char *path, struct reader r, struct err *err);
void worker_keep_errors(struct worker *w); /* what GDAL says goes into last_gdal_error */
bool worker_check_geopackage(const char *path, struct str head, struct err *err);

#endif
