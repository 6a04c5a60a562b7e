/*
 * Letters from a style's glyph ranges: one field for each code point, side by side. Scripts written from right to left are
 * put in the order they are seen in, and Arabic letters joined, by FriBidi (Unicode's bidirectional algorithm, UAX 9).
 */
#include <fribidi.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/base/buf.h"
#include "renderer/text_inside.h"

#define NAME_MAX_BYTES 300

/* {fontstack} and {range} put in; false if the stack's name is none of a folder. */
static bool put_path(struct buf *out, struct str pattern, struct str stack, uint32_t first)
{
    if (str_has(stack, S("/")) || str_has(stack, S("..")) || stack.len > NAME_MAX_BYTES)
        return false;
    while (pattern.len) {
        size_t open = str_find(pattern, S("{"));
        buf_add(out, str_slice(pattern, 0, MIN(open, pattern.len)));
        pattern = open < pattern.len ? str_slice(pattern, open, pattern.len) : (struct str){0};
        if (str_starts(pattern, S("{fontstack}"))) {
            buf_add(out, stack);
            pattern = str_slice(pattern, 11, pattern.len);
        } else if (str_starts(pattern, S("{range}"))) {
            buf_fmt(out, "%u-%u", first, first + GLYPHS_A_RANGE - 1);
            pattern = str_slice(pattern, 7, pattern.len);
        } else if (pattern.len) {
            buf_char(out, '{');
            pattern = str_slice(pattern, 1, pattern.len);
        }
    }
    return true;
}

/* A range that is not there is kept as an empty one, so that it is looked for once. */
static struct glyph_range *range_of(struct text_engine *t, struct str pattern, struct str stack, uint32_t first)
{
    AUTO(buf) path = {0};
    AUTO(buf) file = {0};
    AUTO(buf) bytes = {0};
    struct err err;
    if (!put_path(&path, pattern, stack, first))
        return NULL;
    struct glyph_range *r = cache_get(t->ranges, path.at, path.len);
    if (r)
        return r;
    if (buf_read_file(&file, path.at, GLYPH_RANGE_MAX_BYTES, &err)) {
        bool packed = file.len > 2 && (unsigned char)file.at[0] == 0x1f && (unsigned char)file.at[1] == 0x8b;
        struct str plain = buf_str(&file);
        if (packed)
            plain = buf_gunzip(&bytes, plain, GLYPH_RANGE_MAX_BYTES, &err) ? buf_str(&bytes) : (struct str){0};
        if (!glyph_range_read(&r, plain, first, &err))
            r = NULL;
    }
    if (!r) {
        r = base_alloc(1, sizeof *r);
        r->bytes = sizeof *r;
    }
    t->range_bytes += r->bytes;
    cache_put(t->ranges, path.at, path.len, r, r->bytes);
    return r;
}

/* Marks that only say how a text runs. */
static bool is_unseen(uint32_t c)
{
    return c < ' ' || c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF || c == FRIBIDI_CHAR_FILL;
}

static const struct glyph *glyph_of(const struct text_run *r, uint32_t section, uint32_t code)
{
    if (code > 0xFFFF || is_unseen(code)) /* ranges end there */
        return NULL;
    const struct glyph_range *range = range_of(r->engine, r->style->ranges, run_font(r, section), code / GLYPHS_A_RANGE * GLYPHS_A_RANGE);
    return range && range->there[code % GLYPHS_A_RANGE] ? &range->at[code % GLYPHS_A_RANGE] : NULL;
}

static double px_of(const struct text_run *r, uint32_t section)
{
    return r->style->size_px / GLYPH_EM * r->sections[section].scale;
}

void ranges_measure(const struct text_run *r, struct typeset_item *out)
{
    double spacing = run_spacing_px(r);
    for (size_t i = 0; i < r->n; i++) {
        const struct text_section *s = &r->sections[r->letters[i].section];
        const struct glyph *g = s->is_image ? NULL : glyph_of(r, r->letters[i].section, r->letters[i].code);
        double width = s->is_image ? s->image_width_px * s->scale : g ? g->advance * px_of(r, r->letters[i].section) : 0;
        out[i] = (struct typeset_item){r->letters[i].code, s->is_image || g ? width + spacing : 0, s->is_image};
    }
}

/* Arabic letters take the form that their neighbours ask for; of a ligature the second becomes a filler. */
void ranges_join(struct letter *at, size_t n)
{
    bool joined = false;
    for (size_t i = 0; i < n; i++)
        joined |= typeset_is_joined(at[i].code);
    if (!joined)
        return;
    AUTO_FREE FriBidiChar *codes = base_alloc(n, sizeof *codes);
    AUTO_FREE FriBidiCharType *types = base_alloc(n, sizeof *types);
    AUTO_FREE FriBidiBracketType *brackets = base_alloc(n, sizeof *brackets);
    AUTO_FREE FriBidiLevel *levels = base_alloc(n, sizeof *levels);
    AUTO_FREE FriBidiArabicProp *props = base_alloc(n, sizeof *props);
    FriBidiParType direction = FRIBIDI_PAR_ON;
    for (size_t i = 0; i < n; i++)
        codes[i] = at[i].code;
    fribidi_get_bidi_types(codes, (FriBidiStrIndex)n, types);
    fribidi_get_bracket_types(codes, (FriBidiStrIndex)n, types, brackets);
    if (!fribidi_get_par_embedding_levels_ex(types, brackets, (FriBidiStrIndex)n, &direction, levels))
        return;
    fribidi_get_joining_types(codes, (FriBidiStrIndex)n, props);
    fribidi_join_arabic(types, (FriBidiStrIndex)n, levels, props);
    fribidi_shape_arabic(FRIBIDI_FLAG_SHAPE_ARAB_PRES | FRIBIDI_FLAG_SHAPE_ARAB_LIGA, levels, (FriBidiStrIndex)n, props, codes);
    for (size_t i = 0; i < n; i++)
        at[i].code = codes[i];
}

/* The line as it is seen, from left to right. */
static size_t visual(const struct letter *from, size_t n, struct letter *out)
{
    bool rtl = false;
    for (size_t i = 0; i < n; i++)
        rtl |= typeset_is_rtl(from[i].code);
    memcpy(out, from, n * sizeof *out);
    if (!rtl)
        return n;
    AUTO_FREE FriBidiChar *codes = base_alloc(n, sizeof *codes), *seen = base_alloc(n + 1, sizeof *seen);
    AUTO_FREE FriBidiStrIndex *places = base_alloc(n, sizeof *places);
    for (size_t i = 0; i < n; i++)
        codes[i] = from[i].code;
    FriBidiParType direction = FRIBIDI_PAR_ON;
    if (!fribidi_log2vis(codes, (FriBidiStrIndex)n, &direction, seen, NULL, places, NULL))
        return n;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (places[i] >= 0 && (size_t)places[i] < n)
            out[count++] = (struct letter){seen[i], from[places[i]].section};
    return count;
}

void ranges_line(const struct text_run *r, size_t from, size_t to, struct glyph_line *out)
{
    double spacing = run_spacing_px(r);
    AUTO_FREE struct letter *seen = base_alloc(to - from + 1, sizeof *seen);
    size_t n = visual(r->letters + from, to - from, seen);
    for (size_t i = 0; i < n; i++) {
        uint32_t section = seen[i].section;
        const struct text_section *s = &r->sections[section];
        struct text_glyph g = {.x = out->x, .scale = s->scale, .section = section, .image = s->is_image};
        if (g.image) {
            g.advance = s->image_width_px * s->scale;
        } else {
            g.field = glyph_of(r, section, seen[i].code);
            if (!g.field)
                continue;
            g.advance = g.field->advance * px_of(r, section);
        }
        glyph_line_add(out, g);
        out->x += g.advance + spacing;
    }
}
