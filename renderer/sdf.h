/*
 * Shapes as distances: a bitmap whose bytes tell how far inside of an outline a px lies. Drawn at any size and angle it has
 * a sharp edge; moved out by some px it is a halo. Glyphs of a font range and icons marked "sdf" are such fields.
 */
#ifndef RENDERER_SDF_H
#define RENDERER_SDF_H

#include <stdbool.h>
#include <stdint.h>

#include "renderer/color.h"
#include "renderer/placing.h"

/* The whole range of a byte stands for 8 px of the field; 192 (0.75) is the outline, more is inside. */
#define SDF_PX 8.0
#define SDF_EDGE 0.75

struct sdf {
    int width, height, stride; /* bytes; what lies outside of the bitmap is 0 */
    const uint8_t *at;
};
struct sdf_look {
    struct rgba color;
    double opacity;
    double grow_px;            /* of the field: the outline is moved out by so much (halo width / font_scale) */
    double blur_px;            /* of the field: halo blur / font_scale */
    bool only_outside;         /* a halo: not where the shape itself is */
};

/*
 * Onto premultiplied ARGB32, clipped; stride in px. `to` brings px of the field to device px; its x0 and y0 are taken to the
 * nearest 64th of a px, so that a drawing moved by whole px is the same drawing. font_scale is what makes the edge's
 * softness that of MapLibre: text-size / 24 of glyphs, icon-size of icons; device_ratio is device px for a px.
 */
void sdf_draw(uint32_t *pixels, int stride, int width, int height, const struct sdf *s, const struct placing *to,
    double font_scale, double device_ratio, const struct sdf_look *look);

#endif
