/*
 * Colours as CSS writes them (CSS Color 4, the parts MapLibre's styles use), kept premultiplied for drawing. Mixing is done
 * with straight colours, as the style specification does; a wholly transparent colour therefore keeps its hue, as r, g and
 * b times 1e-300: nothing when drawn, but found again by color_straight.
 */
#ifndef RENDERER_COLOR_H
#define RENDERER_COLOR_H

#include <cairo.h>

#include "data/base/str.h"

struct rgba {
    double r, g, b, a; /* 0..1; r, g and b premultiplied by a */
};

bool color_read(struct str css, struct rgba *out); /* names, #rgb, #rgba, #rrggbb, #rrggbbaa, rgb(), rgba(), hsl(), hsla() */
struct rgba color_of(double r, double g, double b, double a); /* of a straight colour, 0..1 */
struct rgba color_straight(struct rgba c);                    /* not premultiplied any more */

enum color_space { COLOR_RGB, COLOR_LAB, COLOR_HCL };
struct rgba color_mix(struct rgba a, struct rgba b, double t); /* straight rgb, linear in the written values */
struct rgba color_mix_in(enum color_space space, struct rgba a, struct rgba b, double t);

void color_set_source(cairo_t *cr, struct rgba c, double opacity); /* opacity is clamped to 0..1 */

#endif
