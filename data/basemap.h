/*
 * The base map as vector tiles in the Shortbread schema (https://shortbread-tiles.org/schema/1.0/), into one MBTiles
 * file: the default one out of packaged data (world to z7, France with its overseas parts and the neighbours to z11), and
 * streets, buildings, water, green, rail, places and names out of OSM extracts, to z14. Progress on standard error.
 */
#ifndef DATA_BASEMAP_H
#define DATA_BASEMAP_H

#include "data/base/err.h"
#include "data/base/str.h"

struct basemap_job {
    bool use_default;        /* the packaged data */
    const char *packages;    /* folder with node_modules and build/packages in it; NULL: here, or where the program was built */
    const char *const *osm;  /* extracts: .osm.pbf, .osm, .osm.gz */
    size_t n_osm;
    int max_zoom;            /* 14 */
    const char *out;         /* FILE.mbtiles */
    const volatile bool *stop; /* asked between steps; NULL: never stops. What was written so far is taken away */
};
bool basemap_build(const struct basemap_job *job, struct err *err) MUST_USE;

#endif
