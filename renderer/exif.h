/*
 * The one thing of EXIF that is wanted: which way up a photo is to be seen.
 */
#ifndef RENDERER_EXIF_H
#define RENDERER_EXIF_H

#include "data/base/str.h"

/* 1 to 8 as in TIFF 6.0, tag 274; 1 (as it is) where nothing readable says otherwise. The bytes are a TIFF structure, with or
 * without "Exif\0\0" before it. */
int exif_orientation(struct str bytes);

#endif
