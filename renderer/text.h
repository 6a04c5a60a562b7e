/*
 * Shaping and glyphs. Letters come from the installed fonts (through Pango: the only files that include it are
 * renderer/text*.c) or from glyph ranges that a style brings. One engine a thread (Pango's default font map is per
 * thread). On images text from installed fonts is placed at whole px; in SVG and PDF it is vectors.
 *
 * Lengths are px. A block's top left is 0,0; a text of one line has its middle at half its height.
 */
#ifndef RENDERER_TEXT_H
#define RENDERER_TEXT_H

#include <cairo.h>

#include "data/base/arena.h"
#include "data/base/str.h"
#include "data/geo/quad.h"
#include "renderer/color.h"

enum { TEXT_MAX_BYTES = 2000, TEXT_SECTIONS_MAX = 64 }; /* of one label; what is longer is cut */

struct text_engine;
struct text_engine *text_engine_new(size_t cache_bytes); /* for all that is kept of fonts, about */
void text_engine_free(struct text_engine *t);

/* A label is a run of sections, each with a look of its own. */
enum text_align { TEXT_BOTTOM, TEXT_CENTER, TEXT_TOP }; /* of a smaller section in its line */
struct text_section {
    struct str text;           /* empty for an image */
    struct str font;           /* a stack as in text_style; empty: the style's */
    double scale;              /* of the text's size, or of the image's */
    enum text_align align;
    bool is_image;
    double image_width_px, image_height_px;
    bool has_color;            /* else the paint's */
    struct rgba color;
};
struct text_style {
    struct str font;           /* "Noto Sans Bold": a stack joined by commas */
    struct str ranges;         /* path of the style's glyph ranges with {fontstack} and {range}; empty: installed fonts */
    double size_px;
    double max_width_px;       /* INFINITY: breaks at line feeds only */
    double line_height_em, letter_spacing_em;
    int justify;               /* -1 left, 0 centre, 1 right */
};

struct glyph;
struct text_glyph {
    double x, y;               /* of its origin, from the block's top left */
    double advance, scale;     /* scale: of its section */
    uint32_t section;
    bool image;                /* origin: its top left; else one of the two: */
    const struct glyph *field; /* from a range; the origin is the pen */
    void *font;                /* cairo_scaled_font_t of the engine; the origin is on the baseline */
    unsigned long index;       /* in that font */
};
struct text_layout {           /* kept by the engine until text_engine_trim; shared by equal texts */
    double width_px, height_px; /* of the block of lines */
    double size_px;
    uint64_t number;           /* no two layouts of a thread have the same */
    size_t n_lines, n_glyphs;
    bool has_images;
    const struct text_glyph *glyphs;
};
const struct text_layout *text_layout(struct text_engine *t, const struct text_section *sections, size_t n, const struct text_style *style);
const struct text_layout *text_layout_plain(struct text_engine *t, struct str text, const struct text_style *style);
void text_engine_trim(struct text_engine *t); /* forgets layouts when there are many; not while one is in use */

/* In capitals or small letters, by Unicode. */
struct str text_case(struct str text, bool upper, struct arena *a);

/* A glyph with its origin at x, y, turned about it. */
struct placed_glyph {
    const struct text_glyph *glyph;
    double x, y, angle;
};
/* The block with its top left at `at`, turned round that point: one for each glyph of the layout. */
void text_place_block(const struct text_layout *l, struct xy at, double angle_rad, struct placed_glyph *out);

/* One line along a path: `anchor_px` of the path is where the label stands, left_px and top_px where the block begins from
 * there, along the path and across it (down is positive); turned round if it would stand on its head and `upright`
 * says so. */
struct text_along {
    const struct xy *path;
    size_t n;
    double anchor_px, left_px, top_px;
    bool upright;
    bool level;                /* each glyph stands upright on the picture (viewport-glyph) */
};
bool text_along_turned(const struct text_layout *l, const struct text_along *along);
bool text_place_along(const struct text_layout *l, const struct text_along *along, struct placed_glyph *out); /* false: the path is too short */
/* Boxes round it, each x0 y0 x1 y1, at most `most`; their number. */
size_t text_along_boxes(const struct text_layout *l, const struct placed_glyph *at, double (*boxes)[4], size_t most);

struct text_paint {
    struct rgba color, halo_color;
    double halo_width_px, halo_blur_px, opacity;
    const struct text_section *sections; /* for colours of their own; NULL: none has one */
};
/* Images are left to the caller: the glyphs with .image. The first is for a block that is not turned: on an image its
 * pixels are kept. */
void text_draw(struct text_engine *t, cairo_t *cr, const struct text_layout *l, double x, double y, const struct text_paint *paint);
void text_draw_placed(struct text_engine *t, cairo_t *cr, const struct text_layout *l, const struct placed_glyph *at, const struct text_paint *paint);

#endif
