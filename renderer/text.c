/*
 * A label becomes letters, letters lines (typeset.h), and each line glyphs with places, from the installed fonts or from
 * the style's ranges. Equal labels share what was laid out.
 *
 * The pen runs on a line 17/24 em over the middle of a line of text. Sections that are smaller than the tallest of
 * their line stand at its foot, middle or head; an image taller than the line makes room.
 */
#include "renderer/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/base/buf.h"
#include "renderer/text_inside.h"

#define PEN_OVER_MIDDLE_EM (17.0 / GLYPH_EM)
#define IMAGE_LEFT_PX 1.0 /* where an image stands from the pen, of its own px */
#define IMAGE_DROP_PX 3.0

static void free_layout(void *value)
{
    struct text_layout *l = value;
    for (size_t i = 0; i < l->n_glyphs; i++)
        if (l->glyphs[i].font)
            cairo_scaled_font_destroy(l->glyphs[i].font);
    free((void *)(uintptr_t)l->glyphs);
    free(l);
}

static void free_outline(void *value)
{
    cairo_path_destroy(value);
}

struct text_engine *text_engine_new(size_t cache_bytes)
{
    struct text_engine *t = base_alloc(1, sizeof *t);
    t->fonts = fonts_new();
    t->range_limit_bytes = cache_bytes / 2;
    cairo_surface_t *one = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    t->scratch = cairo_create(one);
    cairo_surface_destroy(one);
    t->layouts = cache_new(cache_bytes / 8, free_layout);
    t->outlines = cache_new(cache_bytes / 8, free_outline);
    t->sprites = cache_new(cache_bytes / 4, free);
    t->ranges = cache_new(cache_bytes, free);
    return t;
}

void text_engine_free(struct text_engine *t)
{
    if (!t)
        return;
    cache_free(t->sprites);
    cache_free(t->outlines);
    cache_free(t->layouts);
    cache_free(t->ranges);
    cairo_destroy(t->scratch);
    fonts_free(t->fonts);
    free(t);
}

void text_engine_trim(struct text_engine *t)
{
    cache_trim(t->sprites);
    cache_trim(t->outlines);
    cache_trim(t->layouts);
    if (t->range_bytes <= t->range_limit_bytes)
        return;
    cache_empty(t->layouts); /* they point into the ranges */
    cache_empty(t->ranges);
    t->range_bytes = 0;
}

/* ---- letters ---- */

struct str run_font(const struct text_run *r, uint32_t section)
{
    struct str own = r->sections[section].font;
    return own.len ? own : r->style->font;
}

static bool spreads(const struct text_run *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (typeset_is_joined(r->letters[i].code))
            return false;
    return true;
}

double run_spacing_px(const struct text_run *r)
{
    return r->style->letter_spacing_em == 0 || !spreads(r) ? 0 : r->style->letter_spacing_em * r->style->size_px;
}

static size_t letters_of(const struct text_section *sections, size_t n, struct letter *out, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (sections[i].is_image && count < most)
            out[count++] = (struct letter){0xFFFC, (uint32_t)i};
        for (size_t at = 0; !sections[i].is_image && at < sections[i].text.len && count < most;) {
            uint32_t code = str_rune(sections[i].text, &at);
            out[count++] = (struct letter){code, (uint32_t)i};
        }
    }
    return count;
}

/* ---- lines ---- */

void glyph_line_add(struct glyph_line *l, struct text_glyph g)
{
    if (l->n == l->cap) {
        l->cap = MAX(l->cap * 2, 16);
        l->at = base_grow(l->at, l->cap, sizeof *l->at);
    }
    l->at[l->n++] = g;
}

struct line_size {
    double scale;     /* of its largest section */
    double content;   /* px: height of its largest section or image */
    double image;     /* px an image is taller than the letters */
};

static struct line_size size_of(const struct text_run *r, size_t from, size_t to)
{
    struct line_size s = {0};
    double tallest = 0, size = r->style->size_px;
    for (size_t i = from; i < to; i++) {
        const struct text_section *c = &r->sections[r->letters[i].section];
        s.scale = MAX(s.scale, c->scale);
        if (c->is_image)
            tallest = MAX(tallest, c->image_height_px * c->scale);
    }
    s.content = MAX(size * s.scale, tallest);
    s.image = MAX(tallest - size * s.scale, 0);
    return s;
}

static void place_line(const struct text_run *r, struct glyph_line *g, size_t first, double pen_y, struct line_size size)
{
    static const double factors[] = {[TEXT_BOTTOM] = 1, [TEXT_CENTER] = 0.5, [TEXT_TOP] = 0};
    double em = r->style->size_px;
    for (size_t i = first; i < g->n; i++) {
        struct text_glyph *t = &g->at[i];
        const struct text_section *c = &r->sections[t->section];
        double own = c->is_image ? c->image_height_px * c->scale : em * c->scale;
        t->y += pen_y + (size.content - own) * factors[c->align];
        if (t->image) {
            t->x += IMAGE_LEFT_PX * c->scale;
            t->y += IMAGE_DROP_PX * c->scale;
        } else if (t->font) {
            t->y += PEN_EM * em * c->scale;
        }
    }
}

struct lines {
    struct glyph_line glyphs;
    size_t n, *first;     /* of each line: its first glyph; one more at the end */
    double *width;
};

static void lay_lines(const struct text_run *r, const uint32_t *ends, size_t n, struct lines *out, struct text_layout *l)
{
    double em = r->style->size_px, line_px = r->style->line_height_em * em, spacing = run_spacing_px(r), y = 0, tallest = 0;
    for (size_t i = 0, from = 0; i < n; from = ends[i++]) {
        size_t a = from, b = ends[i];
        while (a < b && typeset_is_space(r->letters[a].code))
            a++;
        while (b > a && typeset_is_space(r->letters[b - 1].code))
            b--;
        out->first[i] = out->glyphs.n;
        if (a == b) {
            y += line_px;
            continue;
        }
        struct line_size size = size_of(r, a, b);
        out->glyphs.x = 0;
        (r->style->ranges.len ? ranges_line : fonts_line)(r, a, b, &out->glyphs);
        place_line(r, &out->glyphs, out->first[i], y + line_px / 2 - PEN_OVER_MIDDLE_EM * em, size);
        if (out->glyphs.n > out->first[i])
            out->width[i] = out->glyphs.x - spacing;
        l->width_px = MAX(l->width_px, out->width[i]);
        tallest = MAX(tallest, line_px * size.scale + size.image);
        y += line_px * size.scale + size.image;
    }
    out->first[n] = out->glyphs.n;
    l->height_px = y;
    for (size_t i = 0; tallest != line_px && i < out->glyphs.n; i++) /* as MapLibre has it where heights differ */
        out->glyphs.at[i].y += PEN_OVER_MIDDLE_EM * em - line_px / 2;
}

/* Where the bidirectional algorithm begins anew (its class B), so does the line of a text that runs both ways. */
static bool ends_paragraph(uint32_t c)
{
    return c == '\n' || c == '\r' || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2029;
}

static size_t break_paragraphs(const struct text_run *r, uint32_t *ends, size_t n)
{
    AUTO_FREE uint32_t *all = base_alloc(r->n + 2, sizeof *all);
    size_t count = 0;
    bool rtl = false;
    for (size_t i = 0; i < r->n; i++)
        rtl |= typeset_is_rtl(r->letters[i].code);
    if (!rtl)
        return n;
    for (size_t i = 0, k = 0; i < r->n; i++) {
        bool line = k < n && ends[k] == i + 1;
        if (line || ends_paragraph(r->letters[i].code))
            all[count++] = (uint32_t)i + 1;
        k += line;
    }
    memcpy(ends, all, count * sizeof *ends);
    return count;
}

static struct text_layout *lay_out(const struct text_run *r)
{
    struct text_layout *l = base_alloc(1, sizeof *l);
    l->size_px = r->style->size_px;
    AUTO_FREE struct typeset_item *items = base_alloc(r->n + 1, sizeof *items);
    AUTO_FREE uint32_t *ends = base_alloc(r->n + 2, sizeof *ends);
    (r->style->ranges.len ? ranges_measure : fonts_measure)(r, items);
    size_t n = break_paragraphs(r, ends, typeset_break(items, r->n, r->style->max_width_px, ends));
    struct lines lines = {.first = base_alloc(n + 1, sizeof *lines.first), .width = base_alloc(n + 1, sizeof *lines.width)};
    lay_lines(r, ends, n, &lines, l);
    for (size_t i = 0; i < n; i++) {
        double shift = (l->width_px - lines.width[i]) * (r->style->justify + 1) / 2;
        for (size_t k = lines.first[i]; k < lines.first[i + 1]; k++) {
            lines.glyphs.at[k].x += shift;
            l->has_images |= lines.glyphs.at[k].image;
        }
    }
    free(lines.first);
    free(lines.width);
    l->n_lines = n;
    l->n_glyphs = lines.glyphs.n;
    l->glyphs = lines.glyphs.at;
    return l;
}

static void put_key(struct buf *key, const struct text_section *sections, size_t n, const struct text_style *style)
{
    struct {
        double size, width, height, spacing;
        int64_t justify;
        uint64_t font, ranges;
    } head = {style->size_px, style->max_width_px, style->line_height_em, style->letter_spacing_em, style->justify, style->font.len, style->ranges.len};
    buf_put(key, &head, sizeof head);
    buf_add(key, style->font);
    buf_add(key, style->ranges);
    for (size_t i = 0; i < n; i++) {
        struct {
            double scale, width, height;
            uint64_t text, font, kind;
        } of = {sections[i].scale, sections[i].image_width_px, sections[i].image_height_px, sections[i].text.len, sections[i].font.len,
            sections[i].align * 2u + sections[i].is_image};
        buf_put(key, &of, sizeof of);
        buf_add(key, sections[i].text);
        buf_add(key, sections[i].font);
    }
}

const struct text_layout *text_layout(struct text_engine *t, const struct text_section *sections, size_t n, const struct text_style *style)
{
    static _Thread_local uint64_t numbers;
    struct text_style safe = *style;
    n = MIN(n, TEXT_SECTIONS_MAX);
    if (!(safe.size_px > 0 && safe.size_px < 1000)) {
        safe.size_px = 1;
        n = 0;
    }
    AUTO(buf) key = {0};
    put_key(&key, sections, n, &safe);
    struct text_layout *kept = cache_get(t->layouts, key.at, key.len);
    if (!kept) {
        AUTO_FREE struct letter *letters = base_alloc(TEXT_MAX_BYTES, sizeof *letters);
        struct text_run r = {t, sections, &safe, letters, letters_of(sections, n, letters, TEXT_MAX_BYTES)};
        if (safe.ranges.len)
            ranges_join(letters, r.n);
        kept = lay_out(&r);
        kept->number = ++numbers;
        cache_put(t->layouts, key.at, key.len, kept, sizeof *kept + kept->n_glyphs * sizeof *kept->glyphs);
    }
    return kept;
}

const struct text_layout *text_layout_plain(struct text_engine *t, struct str text, const struct text_style *style)
{
    return text_layout(t, &(struct text_section){.text = text, .scale = 1}, 1, style);
}

/* ---- places ---- */

void text_place_block(const struct text_layout *l, struct xy at, double angle, struct placed_glyph *out)
{
    double c = cos(angle), s = sin(angle);
    for (size_t i = 0; i < l->n_glyphs; i++) {
        const struct text_glyph *g = &l->glyphs[i];
        out[i] = (struct placed_glyph){g, at.x + g->x * c - g->y * s, at.y + g->x * s + g->y * c, angle};
    }
}
