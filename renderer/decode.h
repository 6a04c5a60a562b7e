/*
 * Bytes of a stranger to a picture: PNG, WebP, JPEG, known by their first bytes. The size a file
 * claims is held against a limit before anything is allocated.
 */
#ifndef RENDERER_DECODE_H
#define RENDERER_DECODE_H

#include <cairo.h>

#include "data/base/err.h"
#include "data/base/str.h"

enum {
    DECODE_SHEET_MAX_PX = 16 << 20, /* a sprite sheet or an image on the map: 4096 by 4096 */
    DECODE_TILE_MAX_PX = 4 << 20,   /* a tile: 2048 by 2048; usual are 256 and 512 */
};

/* An ARGB32 image surface, the caller's. */
bool decode_picture(
    cairo_surface_t **out, struct str bytes, size_t max_px, struct err *err) MUST_USE;
bool decode_file(cairo_surface_t **out, const char *path, size_t max_bytes, size_t max_px,
    struct err *err) MUST_USE;

#endif
