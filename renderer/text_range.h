/*
 * Glyphs for map programs that draw text themselves: for 256 characters the distance of every pixel from the glyph's
 * outline, in the format that MapLibre reads (glyphs.proto of fontnik: 24 px to the em, 3 px round each glyph). Where a font
 * has no such character another installed one gives it, as when we draw text ourselves.
 */
#ifndef RENDERER_TEXT_RANGE_H
#define RENDERER_TEXT_RANGE_H

#include "data/base/buf.h"
#include "data/base/err.h"
#include "renderer/text.h"

enum {
    TEXT_RANGE = 256,
    TEXT_RANGE_LAST = 0xFFFF,      /* MapLibre asks for no more */
    TEXT_STACK_MAX_BYTES = 256, TEXT_STACK_FONTS_MAX = 8 /* what a stranger may name; a style names one to three */
};

/* "0-255.pbf" → 0; false for anything but a whole range written in the one way. */
bool text_range_read(struct str file, uint32_t *first);

/* The stack of fonts that stands for one that was asked for: those that are installed, each once, in the style and weight of
 * the first; Noto Sans if none is. So there are only as many as fonts, whatever names are asked for. */
bool text_range_stack(struct text_engine *t, struct str asked, struct buf *out, struct err *err) MUST_USE;

/* Appends the range of a stack that text_range_stack gave. Characters that no font has are left out. */
void text_range_write(struct text_engine *t, struct str stack, uint32_t first, struct buf *out);

#endif
