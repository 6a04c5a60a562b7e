/*
 * Pixels as a baseline JPEG file that holds nothing but them: after the JFIF head no application segment and no comment.
 */
#ifndef RENDERER_ENCODE_JPEG_H
#define RENDERER_ENCODE_JPEG_H

#include "data/base/buf.h"

/* rgb: rows without padding. Added to *out; nothing is added on failure. */
bool encode_jpeg(struct buf *out, const uint8_t *rgb, int width, int height, int quality, struct err *err) MUST_USE;

#endif
