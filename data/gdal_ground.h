/*
 * The base map's door to GDAL: the rows of OSM extracts, of a layer of a GeoPackage, of a netCDF file, given by the operator and so read
 * in this process (strangers' files go through gdal.h).
 */
#ifndef DATA_GDAL_GROUND_H
#define DATA_GDAL_GROUND_H

#include "data/base/err.h"
#include "data/base/str.h"
#include "data/geo/shape.h"

struct ground_field {
    struct str key, value;
};
struct ground_row {
    struct str layer;    /* "points", "lines", "multipolygons", … of OSM */
    struct shape shape;  /* lon,lat in degrees */
    size_t n_fields;
    const struct ground_field *fields; /* those that are there */
};
struct str ground_get(const struct ground_row *row, struct str key); /* empty if it is not there */

/* One row; borrowed for the call. Returns false to stop (err filled). */
typedef bool ground_row_fn(void *ctx, const struct ground_row *row, struct err *err);

/* .osm.pbf, .osm, .osm.gz. Of the latter two islands may come twice; of the former not all of them
 * come (basemap_pbf.h does). What the file says it covers goes to extent; *has_extent is false when
 * it says nothing. */
bool gdal_ground_osm(const char *path, struct box *extent, bool *has_extent, ground_row_fn *fn, void *ctx, struct err *err) MUST_USE;
/* Every row of one layer of a GeoPackage. */
bool gdal_ground_gpkg(const char *path, const char *layer, ground_row_fn *fn, void *ctx, struct err *err) MUST_USE;

/* Rows of whole numbers in a netCDF file, each of one dimension, read to 2 or 4 bytes a number. What was read is the
 * caller's to free, in any case. */
struct ground_numbers {
    const char *name;
    int bytes;
    union {
        int16_t *two;
        int32_t *four;
        void *any; /* out */
    };
    size_t n; /* out */
};
bool gdal_ground_netcdf(const char *path, struct ground_numbers *rows, size_t n_rows, struct err *err) MUST_USE;

#endif
