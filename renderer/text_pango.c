/*
 * Letters from installed fonts. A stretch of letters between images is one Pango layout whose sections differ by attributes;
 * Pango finds fonts that have the letters, joins, reorders and places them.
 */
#include "renderer/text_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/base/buf.h"
#include "renderer/text_pango.h"

struct fonts {
    PangoFontMap *map;
    PangoContext *context;
};

struct fonts *fonts_new(void)
{
    struct fonts *f = base_alloc(1, sizeof *f);
    f->map = pango_cairo_font_map_new();
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(f->map), 72);
    f->context = pango_font_map_create_context(f->map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(f->context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(f->context, FALSE);
    return f;
}

void fonts_free(struct fonts *f)
{
    g_object_unref(f->context);
    g_object_unref(f->map);
    free(f);
}

PangoContext *text_pango(struct text_engine *t)
{
    return t->fonts->context;
}

PangoFontDescription *text_describe(struct str stack, double size_px)
{
    AUTO(buf) families = {0};
    PangoFontDescription *first = NULL;
    struct str name;
    while (str_next(&stack, ',', &name)) {
        name = str_trim(name);
        AUTO(buf) one = {0};
        if (str_ends(name, S(" Regular")))
            name.len -= 8;
        buf_add(&one, name);
        PangoFontDescription *d = pango_font_description_from_string(one.at ? one.at : "");
        const char *family = pango_font_description_get_family(d);
        if (families.len)
            buf_char(&families, ',');
        buf_add(&families, family ? str_of(family) : name);
        if (first)
            pango_font_description_free(d);
        else
            first = d;
    }
    if (!first)
        first = pango_font_description_new();
    buf_add(&families, families.len ? S(",Noto Sans,DejaVu Sans") : S("Noto Sans,DejaVu Sans"));
    pango_font_description_set_family(first, families.at);
    pango_font_description_set_absolute_size(first, size_px * PANGO_SCALE);
    return first;
}

static void put_rune(struct buf *b, uint32_t code)
{
    char utf8[6];
    buf_put(b, utf8, (size_t)g_unichar_to_utf8(code, utf8));
}

/* Letters [from, to), none of them an image, on one line. `where` (to - from + 1): the byte each letter begins at. */
static PangoLayout *stretch(const struct text_run *r, size_t from, size_t to, uint32_t *where)
{
    AUTO(buf) text = {0};
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_fallback_new(TRUE));
    for (size_t i = from; i < to;) {
        uint32_t section = r->letters[i].section;
        size_t begins = text.len;
        for (; i < to && r->letters[i].section == section; i++) {
            where[i - from] = (uint32_t)text.len;
            uint32_t code = r->letters[i].code;
            put_rune(&text, code < ' ' || code == 0x2028 || code == 0x2029 || code == 0x85 ? ' ' : code); /* Pango would begin a line */
        }
        PangoFontDescription *d = text_describe(run_font(r, section), MIN(r->style->size_px * r->sections[section].scale, 1000));
        PangoAttribute *font = pango_attr_font_desc_new(d);
        pango_font_description_free(d);
        font->start_index = (guint)begins;
        font->end_index = (guint)text.len;
        pango_attr_list_insert(attributes, font);
    }
    where[to - from] = (uint32_t)text.len;
    PangoLayout *l = pango_layout_new(r->engine->fonts->context);
    pango_layout_set_single_paragraph_mode(l, TRUE);
    pango_layout_set_attributes(l, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_text(l, text.at ? text.at : "", (int)text.len);
    return l;
}

static bool is_image(const struct text_run *r, size_t i)
{
    return r->sections[r->letters[i].section].is_image;
}

/* The end of the stretch that begins at a letter. */
static size_t stretch_end(const struct text_run *r, size_t from, size_t to)
{
    size_t i = from;
    while (i < to && !is_image(r, i))
        i++;
    return i;
}

static size_t letter_at(const uint32_t *where, size_t n, uint32_t byte)
{
    size_t low = 0, high = n;
    while (low + 1 < high) {
        size_t mid = (low + high) / 2;
        if (where[mid] <= byte)
            low = mid;
        else
            high = mid;
    }
    return low;
}

void fonts_measure(const struct text_run *r, struct typeset_item *out)
{
    double spacing = run_spacing_px(r);
    AUTO_FREE uint32_t *where = base_alloc(r->n + 1, sizeof *where);
    for (size_t i = 0; i < r->n; i++) {
        const struct text_section *s = &r->sections[r->letters[i].section];
        out[i] = (struct typeset_item){r->letters[i].code, spacing + (s->is_image ? s->image_width_px * s->scale : 0), s->is_image};
    }
    for (size_t from = 0; from < r->n; from++) {
        size_t to = stretch_end(r, from, r->n);
        if (to == from)
            continue;
        PangoLayout *l = stretch(r, from, to, where);
        PangoLayoutIter *at = pango_layout_get_iter(l);
        do {
            PangoRectangle box;
            pango_layout_iter_get_char_extents(at, &box);
            out[from + letter_at(where, to - from, (uint32_t)pango_layout_iter_get_index(at))].advance += abs(box.width) / (double)PANGO_SCALE;
        } while (pango_layout_iter_next_char(at));
        pango_layout_iter_free(at);
        g_object_unref(l);
        from = to;
    }
}

static void add_stretch(const struct text_run *r, PangoLayout *l, const uint32_t *where, size_t from, size_t n, struct glyph_line *out)
{
    double spacing = run_spacing_px(r);
    PangoLayoutLine *line = pango_layout_get_line_readonly(l, 0);
    for (GSList *run = line ? line->runs : NULL; run; run = run->next) {
        const PangoLayoutRun *item = run->data;
        cairo_scaled_font_t *font = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(item->item->analysis.font));
        for (int i = 0; i < item->glyphs->num_glyphs; i++) {
            const PangoGlyphInfo *info = &item->glyphs->glyphs[i];
            uint32_t byte = (uint32_t)(item->item->offset + item->glyphs->log_clusters[i]);
            uint32_t section = r->letters[from + letter_at(where, n, byte)].section;
            double advance = (double)info->geometry.width / PANGO_SCALE;
            bool ends = i + 1 == item->glyphs->num_glyphs || item->glyphs->log_clusters[i + 1] != item->glyphs->log_clusters[i];
            if (font && info->glyph != PANGO_GLYPH_EMPTY && !(info->glyph & PANGO_GLYPH_UNKNOWN_FLAG))
                glyph_line_add(out, (struct text_glyph){.x = out->x + (double)info->geometry.x_offset / PANGO_SCALE,
                    .y = (double)info->geometry.y_offset / PANGO_SCALE, .advance = advance, .scale = r->sections[section].scale, .section = section,
                    .index = info->glyph, .font = cairo_scaled_font_reference(font)});
            out->x += advance + (ends ? spacing : 0);
        }
    }
}

void fonts_line(const struct text_run *r, size_t from, size_t to, struct glyph_line *out)
{
    AUTO_FREE uint32_t *where = base_alloc(to - from + 1, sizeof *where);
    for (size_t i = from; i < to;) {
        size_t end = stretch_end(r, i, to);
        if (end > i) {
            PangoLayout *l = stretch(r, i, end, where);
            add_stretch(r, l, where, i, end - i, out);
            g_object_unref(l);
            i = end;
            continue;
        }
        const struct text_section *s = &r->sections[r->letters[i].section];
        double advance = s->image_width_px * s->scale;
        glyph_line_add(out, (struct text_glyph){.x = out->x, .advance = advance, .scale = s->scale, .section = r->letters[i].section, .image = true});
        out->x += advance + run_spacing_px(r);
        i++;
    }
}

struct str text_case(struct str text, bool upper, struct arena *a)
{
    char *made = upper ? g_utf8_strup(text.at, (gssize)text.len) : g_utf8_strdown(text.at, (gssize)text.len);
    struct str out = str_copy(a, str_of(made));
    g_free(made);
    return out;
}
