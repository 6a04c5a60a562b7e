/*
 * Colours as CSS writes them (CSS Color 4, the parts MapLibre's styles use), kept premultiplied as the style
 * specification computes with them.
 */
#ifndef RENDERER_COLOR_H
#define RENDERER_COLOR_H

#include "data/base/str.h"

struct rgba {
    double r, g, b, a; /* 0..1; r, g and b premultiplied by a */
};

bool color_read(struct str css, struct rgba *out); /* names, #rgb, #rgba, #rrggbb, #rrggbbaa, rgb(), rgba(), hsl(), hsla() */
struct rgba color_mix(struct rgba a, struct rgba b, double t); /* in premultiplied rgb */

#endif
