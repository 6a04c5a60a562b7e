/*
 * Pictures to bytes: PNG (palette where at most 256 colours, RGB or RGBA else, no filter, libdeflate), PNG with a palette
 * made for the style (png8), WebP.
 */
#ifndef RENDERER_ENCODE_H
#define RENDERER_ENCODE_H

#include <cairo.h>

#include "data/base/buf.h"
#include "data/base/err.h"

enum picture_format { PICTURE_PNG, PICTURE_PNG8, PICTURE_WEBP, PICTURE_SVG, PICTURE_PDF, PICTURE_FORMAT_COUNT };
extern const char *const PICTURE_EXTENSION[PICTURE_FORMAT_COUNT], *const PICTURE_MIME[PICTURE_FORMAT_COUNT];

/* Pixels as Cairo's ARGB32: premultiplied, native order. Compression state is per thread and kept. */
bool encode_picture(struct buf *out, const uint32_t *pixels, int width, int height, size_t stride_bytes,
    enum picture_format format, struct err *err) MUST_USE;
bool encode_surface(struct buf *out, cairo_surface_t *image, enum picture_format format, struct err *err) MUST_USE;

/* How large a PNG is on paper (its chunk pHYs): programs that set pages go by it. */
void encode_png_density(struct buf *png, double dots_per_inch);

#endif
