/*
 * A reader of PMTiles 3 (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md): one file with a header, directories of
 * tiles in the order of a Hilbert curve, and the tiles. Used through tileset.h.
 */
#ifndef DATA_PMTILES_H
#define DATA_PMTILES_H

#include "data/base/buf.h"
#include "data/base/err.h"
#include "data/geo/quad.h"

struct pmtiles;
struct pmtiles_about {
    const char *format; /* "pbf", "png", "jpg", "webp" */
    int min_zoom, max_zoom;
    struct box bounds;
    struct str json; /* the metadata; owned by the reader */
};

bool pmtiles_open(struct pmtiles **out, const char *path, struct err *err) MUST_USE;
void pmtiles_close(struct pmtiles *p);
struct pmtiles_about pmtiles_about(const struct pmtiles *p);
bool pmtiles_read(struct pmtiles *p, struct tile tile, struct buf *out, bool *found, struct err *err) MUST_USE;

/* The place of a tile on the curve through all zooms. */
uint64_t pmtiles_id(struct tile tile);

#endif
