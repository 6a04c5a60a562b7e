/*
 * Surfaces that an extract cuts: relations some of whose ways it lacks, and ways that do not close;
 * and closed ways of coast. GDAL tells only what closes, and of coasts not all, so this reads the
 * file (https://wiki.openstreetmap.org/wiki/PBF_Format) beside it. Part of basemap_osm.c.
 */
#ifndef DATA_BASEMAP_PBF_H
#define DATA_BASEMAP_PBF_H

#include "data/gdal_ground.h"
#include "data/mesh.h"

struct cut_surface {
    int64_t relation;     /* its number; 0: a way */
    struct ground_row row; /* tags; its shape is empty */
    struct mesh_line *lines; /* what is there of its edge, 0..1 of the world; key 0 */
    size_t n_lines;
};
struct cut_surfaces {
    struct cut_surface *at;
    size_t n;
    struct arena arena;
};
void cut_surfaces_done(struct cut_surfaces *s);

/* Those whose tags are wanted. None, and true, where the file is no PBF. */
typedef bool wanted_row_fn(const struct ground_row *row);
bool pbf_cut_surfaces(const char *path, wanted_row_fn *wanted, struct cut_surfaces *out, struct err *err) MUST_USE;

#endif
