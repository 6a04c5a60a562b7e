/*
 * Where a text breaks into lines: of all ways to break it, the one whose lines come nearest to the same length (least
 * raggedness, a simplification of Knuth and Plass, "Breaking paragraphs into lines", 1981), as MapLibre does. Widths may be
 * in any unit. Knows neither fonts nor pixels.
 */
#ifndef RENDERER_TYPESET_H
#define RENDERER_TYPESET_H

#include "data/base/base.h"

enum { TYPESET_BREAKS_MAX = 400 }; /* places a text may break at; past them only at line feeds, for time grows with the square */

struct typeset_item { /* a character, or an image that stands for one, in the order of reading */
    uint32_t code;
    double advance;   /* with the spacing after it */
    bool image;
};

/* The ends of lines, each the index of the item after the line's last, to ends[] (room for n + 1); their number. Lines are
 * at most about max_width; 0: breaks wherever it may, INFINITY: only at line feeds. */
size_t typeset_break(const struct typeset_item *at, size_t n, double max_width, uint32_t *ends);

bool typeset_is_space(uint32_t code);
/* A character of a script that breaks anywhere (Han, kana, Hangul …) stands upright in vertical text. */
bool typeset_is_ideographic(uint32_t code);
bool typeset_is_rtl(uint32_t code);   /* of a script written from right to left */
bool typeset_is_joined(uint32_t code); /* of a script whose letters hang together: it has no letter spacing */

#endif
