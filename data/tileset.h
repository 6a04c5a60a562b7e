/*
 * A file of tiles: MBTiles 1.3 (SQLite) and PMTiles 3, by zoom, x and y counted from the north-west. A reader is used by
 * one thread at a time; open one for each.
 */
#ifndef DATA_TILESET_H
#define DATA_TILESET_H

#include "data/base/buf.h"
#include "data/base/err.h"
#include "data/geo/quad.h"

struct tileset;
struct tileset_info {
    char format[8];          /* "pbf", "png", "webp" */
    int min_zoom, max_zoom;
    struct box bounds;
    struct str attribution, json; /* json: the MBTiles "json" row or PMTiles metadata; owned by the tileset */
};

/* By content, not by name. */
bool tileset_open(struct tileset **out, const char *path, struct err *err) MUST_USE;
void tileset_close(struct tileset *t);
const struct tileset_info *tileset_info(const struct tileset *t);
/* The tile's bytes as stored (gzip as a rule for pbf) appended to out; *found false where there is none. */
bool tileset_read(struct tileset *t, struct tile tile, struct buf *out, bool *found, struct err *err) MUST_USE;

/* Writing: to a file beside `path`, put in its place by tileset_finish; tileset_abandon leaves nothing. `.pmtiles` by name. */
struct tileset_writer;
bool tileset_create(struct tileset_writer **out, const char *path, struct err *err) MUST_USE;
bool tileset_meta(struct tileset_writer *w, const char *name, struct str value, struct err *err) MUST_USE;
bool tileset_put(struct tileset_writer *w, struct tile tile, struct str bytes, struct err *err) MUST_USE; /* last wins */
bool tileset_finish(struct tileset_writer *w, struct err *err) MUST_USE; /* frees w in any case */
void tileset_abandon(struct tileset_writer *w);

#endif
