/*
 * Shaping and glyphs: the only file that includes Pango. One engine a thread (Pango's default font map is per thread). Text
 * is drawn as outlines filled over a stroked halo, so raster, PDF and SVG agree; placement is whole px.
 */
#ifndef RENDERER_TEXT_H
#define RENDERER_TEXT_H

#include <cairo.h>

#include "data/base/arena.h"
#include "data/base/str.h"
#include "data/geo/quad.h"
#include "renderer/color.h"

struct text_engine;
struct text_engine *text_engine_new(void);
void text_engine_free(struct text_engine *t);

struct text_style {
    struct str font;            /* "Noto Sans Bold": a stack joined by commas */
    double size_px, max_width_px, line_height_em, letter_spacing_em;
    int justify;                /* -1 left, 0 centre, 1 right */
};
struct text_layout {            /* kept by the engine until text_engine_trim; shared by equal texts */
    double width_px, height_px; /* of the block of lines */
    size_t n_lines;
    double ascent_px;
    size_t n_glyphs;
    const struct text_glyph {
        double x, y, advance;   /* px from the block's top left, at the baseline */
        unsigned long index;
        void *font;             /* cairo_scaled_font_t of the engine */
    } *glyphs;
};
const struct text_layout *text_layout(struct text_engine *t, struct str text, const struct text_style *style);
void text_engine_trim(struct text_engine *t); /* forgets layouts when there are many; not while one is in use */

/* In capitals or small letters, by Unicode. */
struct str text_case(struct str text, bool upper, struct arena *a);

struct text_paint {
    struct rgba color, halo_color;
    double halo_width_px, halo_blur_px, opacity;
};
/* The block with its top left at x, y, turned by angle_rad round that point. On an image the place is rounded to whole
 * device px when it is not turned, and the halo is the text's mask grown; elsewhere both are outlines. */
void text_draw(struct text_engine *t, cairo_t *cr, const struct text_layout *layout, double x, double y, double angle_rad,
    const struct text_paint *paint);

/* One line of glyphs along a path of px, its middle at middle_px of the path, dy_px beside it (down is positive); turned
 * round if it would stand on its head and `upright` says so. */
struct text_along {
    const struct xy *path;
    size_t n;
    double middle_px, dy_px, max_angle_rad;
    bool upright;
};
/* False if it does not fit or bends more than it may. Boxes of it, each x0 y0 x1 y1 in px, at most `most`, to *n_boxes. */
bool text_along_fits(const struct text_layout *layout, const struct text_along *along, double (*boxes)[4], size_t most,
    size_t *n_boxes);
void text_draw_along(struct text_engine *t, cairo_t *cr, const struct text_layout *layout, const struct text_along *along,
    const struct text_paint *paint);

#endif
