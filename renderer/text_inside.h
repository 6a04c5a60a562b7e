/* What the files of text share: the engine, letters in reading order, and the two places glyphs come from. */
#ifndef RENDERER_TEXT_INSIDE_H
#define RENDERER_TEXT_INSIDE_H

#include "renderer/cache.h"
#include "renderer/glyphs.h"
#include "renderer/text.h"
#include "renderer/typeset.h"

#define PEN_EM (25.6 / GLYPH_EM) /* of the pen's line above the baseline: the ascent glyph ranges are made with */

struct fonts; /* installed ones: text_pango.c */
struct text_engine {
    struct fonts *fonts;
    struct cache *layouts, *outlines, *sprites, *ranges;
    size_t range_bytes, range_limit_bytes;
    cairo_t *scratch;
};

struct letter {
    uint32_t code, section; /* an image is one letter, U+FFFC */
};
struct text_run { /* what is laid out */
    struct text_engine *engine;
    const struct text_section *sections;
    const struct text_style *style;
    const struct letter *letters;
    size_t n;
};
/* Glyphs of a line, from x = 0 on; y is the offset from the baseline, or 0 for fields and images. */
struct glyph_line {
    struct text_glyph *at;
    size_t n, cap;
    double x;
};
void glyph_line_add(struct glyph_line *l, struct text_glyph g);

struct fonts *fonts_new(void);
void fonts_free(struct fonts *f);
/* Advances of all letters, in order of reading. */
void fonts_measure(const struct text_run *r, struct typeset_item *out);
void fonts_line(const struct text_run *r, size_t from, size_t to, struct glyph_line *out);

void ranges_join(struct letter *at, size_t n); /* letters that hang together, before all else */
void ranges_measure(const struct text_run *r, struct typeset_item *out);
void ranges_line(const struct text_run *r, size_t from, size_t to, struct glyph_line *out);

struct str run_font(const struct text_run *r, uint32_t section);
double run_spacing_px(const struct text_run *r); /* between letters */

#endif
