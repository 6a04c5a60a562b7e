/*
 * A contributed photo to pixels: JPEG, PNG or WebP, known by its first bytes. Unlike decode.h, which reads pictures that
 * must stay as they are, this makes a photo smaller while reading it, so that 40 million pixels need little memory; it asks
 * which way up the photo is; and it is strict: a photo that ends early is refused.
 */
#ifndef RENDERER_DECODE_PHOTO_H
#define RENDERER_DECODE_PHOTO_H

#include "data/base/err.h"
#include "data/base/str.h"

struct photo_pixels {
    int width, height;
    uint8_t *at; /* RGB, rows without padding */
};
void photo_pixels_done(struct photo_pixels *p);

/* The photo as it is stored, its longer side at most longest_px, on white where it is transparent; and how it is to be turned
 * (as exif.h says). Its size is held against the PHOTO_ limits before any pixel is read. *out is the caller's. */
bool decode_photo(struct photo_pixels *out, int *orientation, struct str bytes, int longest_px, struct err *err) MUST_USE;

#endif
