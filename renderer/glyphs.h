/*
 * Glyph ranges: letters as signed distance fields, 256 code points a file, in the format that MapLibre styles name by
 * `glyphs` (glyphs.proto: https://github.com/mapbox/node-fontnik). What a file says is checked against the bytes that are
 * there; a glyph that is not whole is left out.
 */
#ifndef RENDERER_GLYPHS_H
#define RENDERER_GLYPHS_H

#include "data/base/err.h"
#include "data/base/str.h"
#include "renderer/sdf.h"

enum { GLYPH_EM = 24, GLYPH_BORDER = 3, GLYPHS_A_RANGE = 256, GLYPH_MAX_PX = 255, GLYPH_RANGE_MAX_BYTES = 4 << 20 };

struct glyph {          /* px of a letter GLYPH_EM px high */
    struct sdf field;   /* with GLYPH_BORDER px round the letter; width 0: a space */
    int left, top;      /* from the pen to the letter's box; top counts up from the line the pen runs on, 1.07 em over the baseline */
    double advance;
};
struct glyph_range {
    size_t bytes;       /* that it holds */
    bool there[GLYPHS_A_RANGE];
    struct glyph at[GLYPHS_A_RANGE];
    uint8_t fields[];
};

/* The range whose first code point is a multiple of 256; base_alloc'd, for free(). */
bool glyph_range_read(struct glyph_range **out, struct str bytes, uint32_t first, struct err *err) MUST_USE;

#endif
