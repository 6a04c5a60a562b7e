/*
 * Pictures out of files, as raster and image sources have them: decoded once for all cells that show them, kept within a
 * bound of bytes, together with the tile files they come from. What is not there is kept as not there. One thread.
 */
#ifndef RENDERER_PICTURES_H
#define RENDERER_PICTURES_H

#include "data/base/err.h"
#include "data/geo/quad.h"
#include "renderer/image.h"

struct pictures;
struct pictures *pictures_new(size_t limit_bytes);
void pictures_free(struct pictures *p);
void pictures_trim(struct pictures *p);  /* what was got is good until then */
void pictures_forget(struct pictures *p); /* closes all files too */

/* A file of tiles, opened once. */
struct tileset;
bool pictures_tileset(struct pictures *p, const char *path, struct tileset **out, struct err *err) MUST_USE;

/* halvings: how often the picture is halved before it is drawn much smaller than it is. NULL where there is none, or none
 * that can be read. */
const struct image *pictures_file(struct pictures *p, const char *path, bool whole_map, int halvings);
const struct image *pictures_tile(struct pictures *p, const char *tileset_path, struct tile t, int halvings);

#endif
