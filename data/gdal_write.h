/*
 * Points with properties into a file of one of GDAL's formats: our own data, so without the sandbox of what comes in.
 */
#ifndef DATA_GDAL_WRITE_H
#define DATA_GDAL_WRITE_H

#include "data/base/err.h"
#include "data/base/str.h"
#include "data/geo/quad.h"

enum gdal_out_kind { GDAL_OUT_TEXT, GDAL_OUT_INTEGER, GDAL_OUT_REAL };
struct gdal_out_column {
    const char *name;
    enum gdal_out_kind kind;
};
struct gdal_out_value {
    bool is_set;
    struct str text;
    double number;
};
struct gdal_out;

/* driver: "GPKG", "KML", "GPX" or "FlatGeobuf". The layer is called deployments (waypoints in GPX, which has no other). */
bool gdal_out_open(struct gdal_out **out, const char *driver, const char *path, const struct gdal_out_column *columns, size_t n, struct err *err) MUST_USE;
/* at NULL: a row without a place. */
bool gdal_out_row(struct gdal_out *o, const struct lonlat *at, const struct gdal_out_value *values, struct err *err) MUST_USE;
/* Finishes the file; frees o in any case. */
bool gdal_out_close(struct gdal_out *o, struct err *err) MUST_USE;

#endif
