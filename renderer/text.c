/*
 * A text is shaped once by Pango and kept as glyphs with places. Its outlines come from the font once a glyph and are
 * kept too, so text along a street is a matter of turning points.
 *
 * On an image a text becomes two masks: its outlines filled, and the same grown by the halo's radius, for a disc with a
 * soft edge is faster than a stroke and as round. Both become one sprite, which is kept when the text is not turned.
 */
#include "renderer/text.h"

#include <math.h>
#include <string.h>

#include "data/base/buf.h"
#include "renderer/cache.h"
#include "renderer/icon.h"
#include "renderer/text_pango.h"

enum { LAYOUTS_BYTES = 16 << 20, OUTLINES_BYTES = 16 << 20, SPRITES_BYTES = 32 << 20, TEXT_MAX_BYTES = 2000 };
#define BASELINE_EM 0.36 /* of a line's middle above its baseline: half a capital's height */
#define HALO_MAX_PX 16.0
#define MASK_MAX_PX 4096

struct text_engine {
    PangoFontMap *map;
    PangoContext *context;
    cairo_t *scratch;
    struct cache *layouts, *outlines, *sprites;
};
struct kept_layout {
    struct text_layout of; /* first: what others see */
    uint64_t number;
};
struct kept_sprite {
    struct sprite of;
    uint32_t pixels[];
};

static void free_layout(void *value)
{
    struct kept_layout *l = value;
    for (size_t i = 0; i < l->of.n_glyphs; i++)
        cairo_scaled_font_destroy(l->of.glyphs[i].font);
    free((void *)(uintptr_t)l->of.glyphs);
    free(l);
}

static void free_outline(void *value)
{
    cairo_path_destroy(value);
}

struct text_engine *text_engine_new(void)
{
    struct text_engine *t = base_alloc(1, sizeof *t);
    t->map = pango_cairo_font_map_new();
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(t->map), 72);
    t->context = pango_font_map_create_context(t->map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(t->context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(t->context, FALSE);
    cairo_surface_t *one = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    t->scratch = cairo_create(one);
    cairo_surface_destroy(one);
    t->layouts = cache_new(LAYOUTS_BYTES, free_layout);
    t->outlines = cache_new(OUTLINES_BYTES, free_outline);
    t->sprites = cache_new(SPRITES_BYTES, free);
    return t;
}

void text_engine_free(struct text_engine *t)
{
    if (!t)
        return;
    cache_free(t->sprites);
    cache_free(t->outlines);
    cache_free(t->layouts);
    cairo_destroy(t->scratch);
    g_object_unref(t->context);
    g_object_unref(t->map);
    free(t);
}

void text_engine_trim(struct text_engine *t)
{
    cache_trim(t->sprites);
    cache_trim(t->outlines);
    cache_trim(t->layouts);
}

PangoContext *text_pango(struct text_engine *t)
{
    return t->context;
}

/* ---- shaping ---- */

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
        PangoFontDescription *d = pango_font_description_from_string(one.at);
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

static PangoLayout *pango_layout_of(struct text_engine *t, struct str text, const struct text_style *style)
{
    PangoLayout *l = pango_layout_new(t->context);
    PangoFontDescription *font = text_describe(style->font, style->size_px);
    pango_layout_set_font_description(l, font);
    pango_font_description_free(font);
    PangoAttrList *attributes = pango_attr_list_new();
    if (style->letter_spacing_em != 0)
        pango_attr_list_insert(attributes, pango_attr_letter_spacing_new((int)(style->letter_spacing_em * style->size_px * PANGO_SCALE)));
    pango_attr_list_insert(attributes, pango_attr_fallback_new(TRUE));
    pango_layout_set_attributes(l, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_text(l, text.at, (int)text.len);
    PangoRectangle all;
    pango_layout_get_extents(l, NULL, &all);
    double width = (double)all.width / PANGO_SCALE;
    if (style->max_width_px > 0 && width > style->max_width_px) { /* lines of about the same length */
        double lines = ceil(width / style->max_width_px);
        pango_layout_set_wrap(l, PANGO_WRAP_WORD);
        pango_layout_set_width(l, (int)(MIN(style->max_width_px, width / lines * 1.12) * PANGO_SCALE));
    }
    return l;
}

struct gather {
    struct text_glyph *at;
    size_t n, cap;
};

static void gather_line(struct gather *g, PangoLayoutLine *line, double baseline)
{
    double x = 0;
    for (GSList *run = line->runs; run; run = run->next) {
        const PangoLayoutRun *r = run->data;
        cairo_scaled_font_t *font = pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(r->item->analysis.font));
        for (int i = 0; i < r->glyphs->num_glyphs; i++) {
            const PangoGlyphInfo *info = &r->glyphs->glyphs[i];
            double advance = (double)info->geometry.width / PANGO_SCALE;
            if (font && info->glyph != PANGO_GLYPH_EMPTY && !(info->glyph & PANGO_GLYPH_UNKNOWN_FLAG)) {
                if (g->n == g->cap) {
                    g->cap = MAX(g->cap * 2, 16);
                    g->at = base_grow(g->at, g->cap, sizeof *g->at);
                }
                g->at[g->n++] = (struct text_glyph){.x = x + (double)info->geometry.x_offset / PANGO_SCALE,
                    .y = baseline + (double)info->geometry.y_offset / PANGO_SCALE, .advance = advance,
                    .index = info->glyph, .font = cairo_scaled_font_reference(font)};
            }
            x += advance;
        }
    }
}

static struct kept_layout *shape(struct text_engine *t, struct str text, const struct text_style *style)
{
    PangoLayout *pango = pango_layout_of(t, text, style);
    struct kept_layout *kept = base_alloc(1, sizeof *kept);
    struct text_layout *l = &kept->of;
    struct gather g = {0};
    double line_px = style->line_height_em * style->size_px;
    int n = pango_layout_get_line_count(pango);
    AUTO_FREE size_t *first = base_alloc((size_t)n + 1, sizeof *first);
    AUTO_FREE double *width = base_alloc((size_t)n + 1, sizeof *width);
    l->n_lines = (size_t)n;
    l->ascent_px = line_px / 2 + BASELINE_EM * style->size_px;
    l->height_px = line_px * n;
    for (int i = 0; i < n; i++) {
        PangoLayoutLine *line = pango_layout_get_line_readonly(pango, i);
        PangoRectangle extent;
        pango_layout_line_get_extents(line, NULL, &extent);
        width[i] = (double)extent.width / PANGO_SCALE - style->letter_spacing_em * style->size_px;
        first[i] = g.n;
        gather_line(&g, line, i * line_px + l->ascent_px);
        l->width_px = MAX(l->width_px, width[i]);
    }
    first[n] = g.n;
    for (int i = 0; i < n; i++) {
        double shift = (l->width_px - width[i]) * (style->justify + 1) / 2;
        for (size_t j = first[i]; j < first[i + 1]; j++)
            g.at[j].x += shift;
    }
    l->n_glyphs = g.n;
    l->glyphs = g.at;
    g_object_unref(pango);
    return kept;
}

const struct text_layout *text_layout(struct text_engine *t, struct str text, const struct text_style *style)
{
    static _Thread_local uint64_t numbers;
    if (text.len > TEXT_MAX_BYTES)
        text = str_cut_runes(str_slice(text, 0, TEXT_MAX_BYTES - 4), TEXT_MAX_BYTES);
    if (!(style->size_px > 0 && style->size_px < 1000))
        text.len = 0;
    struct {
        double size, width, height, spacing;
        int64_t justify;
        uint64_t font_len;
    } head = {style->size_px, style->max_width_px, style->line_height_em, style->letter_spacing_em, style->justify, style->font.len};
    AUTO(buf) key = {0};
    buf_put(&key, &head, sizeof head);
    buf_add(&key, style->font);
    buf_add(&key, text);
    struct kept_layout *kept = cache_get(t->layouts, key.at, key.len);
    if (!kept) {
        struct text_style safe = *style;
        if (text.len == 0)
            safe.size_px = 1;
        kept = shape(t, text, &safe);
        kept->number = ++numbers;
        cache_put(t->layouts, key.at, key.len, kept, sizeof *kept + kept->of.n_glyphs * sizeof *kept->of.glyphs);
    }
    return &kept->of;
}

struct str text_case(struct str text, bool upper, struct arena *a)
{
    char *made = upper ? g_utf8_strup(text.at, (gssize)text.len) : g_utf8_strdown(text.at, (gssize)text.len);
    struct str out = str_copy(a, str_of(made));
    g_free(made);
    return out;
}

/* ---- outlines ---- */

static const cairo_path_t *outline(struct text_engine *t, const struct text_glyph *g)
{
    struct {
        void *font;
        unsigned long index;
    } key = {g->font, g->index};
    cairo_path_t *path = cache_get(t->outlines, &key, sizeof key);
    if (!path) {
        cairo_glyph_t glyph = {.index = g->index};
        cairo_scaled_font_reference(g->font); /* stays as long as the engine: its address is the key */
        cairo_new_path(t->scratch);
        cairo_set_tolerance(t->scratch, 0.05);
        cairo_set_scaled_font(t->scratch, g->font);
        cairo_glyph_path(t->scratch, &glyph, 1);
        path = cairo_copy_path(t->scratch);
        cairo_new_path(t->scratch);
        cache_put(t->outlines, &key, sizeof key, path, (size_t)path->num_data * sizeof *path->data + 64);
    }
    return path;
}

/* The glyph's outline with its origin at x, y, turned. */
static void add_outline(struct text_engine *t, cairo_t *cr, const struct text_glyph *g, double x, double y, double c, double s)
{
    const cairo_path_t *p = outline(t, g);
    struct xy at[3];
    for (int i = 0; i < p->num_data; i += p->data[i].header.length) {
        const cairo_path_data_t *d = &p->data[i];
        for (int j = 1; j < d->header.length && j < 4; j++)
            at[j - 1] = (struct xy){x + d[j].point.x * c - d[j].point.y * s, y + d[j].point.x * s + d[j].point.y * c};
        if (d->header.type == CAIRO_PATH_MOVE_TO)
            cairo_move_to(cr, at[0].x, at[0].y);
        else if (d->header.type == CAIRO_PATH_LINE_TO)
            cairo_line_to(cr, at[0].x, at[0].y);
        else if (d->header.type == CAIRO_PATH_CURVE_TO)
            cairo_curve_to(cr, at[0].x, at[0].y, at[1].x, at[1].y, at[2].x, at[2].y);
        else
            cairo_close_path(cr);
    }
}

struct placed_glyph {
    const struct text_glyph *glyph;
    double x, y, angle;
};

static void add_outlines(struct text_engine *t, cairo_t *cr, const struct placed_glyph *at, size_t n)
{
    double angle = 0, c = 1, s = 0;
    for (size_t i = 0; i < n; i++) {
        if (at[i].angle != angle) {
            angle = at[i].angle;
            c = cos(angle);
            s = sin(angle);
        }
        add_outline(t, cr, at[i].glyph, at[i].x, at[i].y, c, s);
    }
}

/* ---- masks ---- */

struct mask {
    int width, height, stride;
    uint8_t *at;
};

/* dst = the greatest of src under a disc whose edge is one px soft. */
static void grow_mask(const struct mask *src, uint8_t *dst, double radius)
{
    int r = (int)ceil(radius);
    for (int dy = -r; dy <= r; dy++)
        for (int dx = -r; dx <= r; dx++) {
            double reach = radius + 0.5 - sqrt((double)(dx * dx + dy * dy));
            if (reach <= 0)
                continue;
            unsigned weight = (unsigned)(MIN(reach, 1) * 256 + 0.5);
            int x0 = MAX(0, -dx), x1 = MIN(src->width, src->width - dx), y0 = MAX(0, -dy), y1 = MIN(src->height, src->height - dy);
            for (int y = y0; y < y1; y++) {
                const uint8_t *from = src->at + (ptrdiff_t)(y + dy) * src->stride + dx;
                uint8_t *to = dst + (ptrdiff_t)y * src->stride;
                for (int x = x0; x < x1; x++) {
                    uint8_t v = (uint8_t)(from[x] * weight >> 8);
                    to[x] = MAX(to[x], v);
                }
            }
        }
}

static inline uint32_t tint(struct rgba c, double opacity, unsigned coverage)
{
    double k = opacity * coverage;
    return (uint32_t)(c.a * k + 0.5) << 24 | (uint32_t)(c.r * k + 0.5) << 16 | (uint32_t)(c.g * k + 0.5) << 8 | (uint32_t)(c.b * k + 0.5);
}

static inline uint32_t over(uint32_t src, uint32_t dst)
{
    uint32_t keep = 255 - (src >> 24);
    uint32_t rb = (dst & 0xff00ff) * keep + 0x800080, ag = (dst >> 8 & 0xff00ff) * keep + 0x800080;
    rb = (rb + (rb >> 8 & 0xff00ff)) >> 8 & 0xff00ff;
    ag = (ag + (ag >> 8 & 0xff00ff)) & 0xff00ff00;
    return src + (rb | ag);
}

/* Glyphs placed in px of a space that is `scale` device px wide each; drawn on a sprite whose anchor is that space's 0,0. */
static struct kept_sprite *make_sprite(struct text_engine *t, const struct placed_glyph *at, size_t n, double scale,
    const struct text_paint *paint)
{
    double x0 = 1e9, y0 = 1e9, x1 = -1e9, y1 = -1e9;
    for (size_t i = 0; i < n; i++) { /* generous: glyphs may reach out of their advance */
        cairo_font_extents_t font;
        cairo_scaled_font_extents(at[i].glyph->font, &font);
        double reach = MAX(at[i].glyph->advance, 0) + font.ascent + font.descent;
        x0 = MIN(x0, at[i].x - (at[i].angle != 0 ? reach : font.descent));
        x1 = MAX(x1, at[i].x + reach);
        y0 = MIN(y0, at[i].y - (at[i].angle != 0 ? reach : font.ascent));
        y1 = MAX(y1, at[i].y + (at[i].angle != 0 ? reach : font.descent));
    }
    double halo = paint->halo_color.a > 0 ? CLAMP(paint->halo_width_px * scale, 0.0, HALO_MAX_PX) : 0;
    int pad = (int)ceil(halo) + 2;
    int left = (int)floor(x0 * scale) - pad, top = (int)floor(y0 * scale) - pad;
    int width = n ? (int)ceil(x1 * scale) + pad - left : 0, height = n ? (int)ceil(y1 * scale) + pad - top : 0;
    if (width <= 0 || height <= 0 || width > MASK_MAX_PX || height > MASK_MAX_PX)
        width = height = 0;
    struct kept_sprite *kept = base_alloc(1, sizeof *kept + (size_t)width * (size_t)height * sizeof *kept->pixels);
    kept->of = (struct sprite){width, height, -left, -top, kept->pixels};
    if (!width)
        return kept;
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height);
    cairo_t *cr = cairo_create(image);
    cairo_translate(cr, -left, -top);
    cairo_scale(cr, scale, scale);
    add_outlines(t, cr, at, n);
    cairo_fill(cr);
    cairo_destroy(cr);
    cairo_surface_flush(image);
    struct mask m = {width, height, cairo_image_surface_get_stride(image), cairo_image_surface_get_data(image)};
    AUTO_FREE uint8_t *grown = NULL;
    if (halo > 0) {
        grown = base_alloc((size_t)height, (size_t)m.stride);
        grow_mask(&m, grown, halo);
    }
    double opacity = CLAMP(paint->opacity, 0.0, 1.0);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            ptrdiff_t i = (ptrdiff_t)y * m.stride + x;
            uint32_t p = grown && grown[i] ? tint(paint->halo_color, opacity, grown[i]) : 0;
            if (m.at[i])
                p = over(tint(paint->color, opacity, m.at[i]), p);
            kept->pixels[(size_t)y * (size_t)width + (size_t)x] = p;
        }
    cairo_surface_destroy(image);
    return kept;
}

/* ---- drawing ---- */

static struct placed_glyph *place_block(const struct text_layout *l, double x, double y, double angle)
{
    struct placed_glyph *at = base_alloc(l->n_glyphs + 1, sizeof *at);
    double c = cos(angle), s = sin(angle);
    for (size_t i = 0; i < l->n_glyphs; i++) {
        const struct text_glyph *g = &l->glyphs[i];
        at[i] = (struct placed_glyph){g, x + g->x * c - g->y * s, y + g->x * s + g->y * c, angle};
    }
    return at;
}

/* The image that is drawn on, if its space is only scaled and moved. */
static cairo_surface_t *plain_image(cairo_t *cr, cairo_matrix_t *m)
{
    cairo_surface_t *to = cairo_get_group_target(cr);
    cairo_get_matrix(cr, m);
    double dx, dy;
    cairo_surface_get_device_offset(to, &dx, &dy);
    m->x0 += dx;
    m->y0 += dy;
    bool plain = cairo_surface_get_type(to) == CAIRO_SURFACE_TYPE_IMAGE && cairo_image_surface_get_format(to) == CAIRO_FORMAT_ARGB32 &&
        m->xy == 0 && m->yx == 0 && m->xx == m->yy && m->xx > 0;
    return plain ? to : NULL;
}

static void blit(cairo_surface_t *to, const struct sprite *s, int x, int y)
{
    cairo_surface_flush(to);
    sprite_blit((uint32_t *)(void *)cairo_image_surface_get_data(to), cairo_image_surface_get_stride(to) / 4,
        cairo_image_surface_get_width(to), cairo_image_surface_get_height(to), s, x, y, 256);
    cairo_surface_mark_dirty(to);
}

static void set_color(cairo_t *cr, struct rgba c, double opacity)
{
    double a = c.a > 0 ? c.a : 1;
    cairo_set_source_rgba(cr, c.r / a, c.g / a, c.b / a, c.a * opacity);
}

static void draw_vectors(struct text_engine *t, cairo_t *cr, const struct placed_glyph *at, size_t n, const struct text_paint *paint)
{
    cairo_save(cr);
    cairo_new_path(cr);
    add_outlines(t, cr, at, n);
    if (paint->halo_color.a > 0 && paint->halo_width_px > 0) {
        set_color(cr, paint->halo_color, paint->opacity);
        cairo_set_line_width(cr, 2 * paint->halo_width_px);
        cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
        cairo_stroke_preserve(cr);
    }
    set_color(cr, paint->color, paint->opacity);
    if (cairo_surface_get_type(cairo_get_group_target(cr)) != CAIRO_SURFACE_TYPE_PDF) {
        cairo_fill(cr);
        cairo_restore(cr);
        return;
    }
    cairo_new_path(cr); /* in PDF text stays text */
    for (size_t i = 0; i < n; i++) {
        cairo_glyph_t glyph = {.index = at[i].glyph->index};
        cairo_matrix_t size;
        cairo_scaled_font_get_font_matrix(at[i].glyph->font, &size);
        cairo_save(cr);
        cairo_translate(cr, at[i].x, at[i].y);
        cairo_rotate(cr, at[i].angle);
        cairo_set_font_face(cr, cairo_scaled_font_get_font_face(at[i].glyph->font));
        cairo_set_font_matrix(cr, &size);
        cairo_show_glyphs(cr, &glyph, 1);
        cairo_restore(cr);
    }
    cairo_restore(cr);
}

void text_draw(struct text_engine *t, cairo_t *cr, const struct text_layout *layout, double x, double y, double angle_rad,
    const struct text_paint *paint)
{
    cairo_matrix_t m;
    cairo_surface_t *image = plain_image(cr, &m);
    if (!layout->n_glyphs || !isfinite(x) || !isfinite(y) || fabs(x) > 1e6 || fabs(y) > 1e6)
        return;
    if (!image) {
        AUTO_FREE struct placed_glyph *at = place_block(layout, x, y, angle_rad);
        draw_vectors(t, cr, at, layout->n_glyphs, paint);
        return;
    }
    struct {
        uint64_t layout;
        double scale, angle, halo, opacity;
        struct rgba color, halo_color;
    } key = {((const struct kept_layout *)layout)->number, m.xx, angle_rad, paint->halo_width_px, paint->opacity, paint->color, paint->halo_color};
    struct kept_sprite *s = cache_get(t->sprites, &key, sizeof key);
    if (!s) {
        AUTO_FREE struct placed_glyph *at = place_block(layout, 0, 0, angle_rad);
        s = make_sprite(t, at, layout->n_glyphs, m.xx, paint);
        cache_put(t->sprites, &key, sizeof key, s, sizeof *s + (size_t)s->of.width * (size_t)s->of.height * 4);
    }
    blit(image, &s->of, (int)lround(x * m.xx + m.x0), (int)lround(y * m.yy + m.y0));
}

/* ---- along a line ---- */

struct walk {
    const struct xy *path;
    size_t n, segment;
    double begun; /* length of the path before the segment */
};

/* The place at a length of the path, and the direction there; moves forward only. */
static bool walk_to(struct walk *w, double length, struct xy *at, double *angle)
{
    while (w->segment + 1 < w->n) {
        const struct xy *a = &w->path[w->segment], *b = a + 1;
        double step = hypot(b->x - a->x, b->y - a->y);
        if (step > 0 && length <= w->begun + step) {
            double t = (length - w->begun) / step;
            *at = (struct xy){a->x + (b->x - a->x) * t, a->y + (b->y - a->y) * t};
            *angle = atan2(b->y - a->y, b->x - a->x);
            return length >= w->begun || w->segment == 0;
        }
        w->begun += step;
        w->segment++;
    }
    return false;
}

static double turn_between(double a, double b)
{
    double d = fabs(a - b);
    return d > M_PI ? 2 * M_PI - d : d;
}

/* Glyphs placed along the path; false if they do not fit. */
static bool place_along(const struct text_layout *l, const struct text_along *along, struct placed_glyph *out)
{
    double start = along->middle_px - l->width_px / 2;
    struct walk ends = {.path = along->path, .n = along->n};
    struct xy first, last;
    double angle, at_end;
    if (along->n < 2 || start < 0 || !walk_to(&ends, start, &first, &angle) || !walk_to(&ends, start + l->width_px, &last, &at_end))
        return false;
    bool turned = along->upright && (last.x < first.x || (last.x == first.x && last.y > first.y));
    double drop = l->ascent_px - l->height_px / 2 + along->dy_px;
    struct walk w = {.path = along->path, .n = along->n};
    double before = angle, window = angle;
    for (size_t i = 0; i < l->n_glyphs; i++) { /* in the order of the path */
        size_t k = turned ? l->n_glyphs - 1 - i : i;
        const struct text_glyph *g = &l->glyphs[k];
        double middle = g->x + g->advance / 2;
        struct xy at;
        if (!walk_to(&w, start + (turned ? l->width_px - middle : middle), &at, &angle))
            return false;
        if (i && (turn_between(angle, before) > along->max_angle_rad || turn_between(angle, window) > along->max_angle_rad * 1.2))
            return false;
        if (i % 3 == 0)
            window = angle;
        before = angle;
        double facing = turned ? angle + M_PI : angle, c = cos(facing), s = sin(facing);
        double dx = -g->advance / 2, dy = drop + (g->y - l->ascent_px);
        out[k] = (struct placed_glyph){g, at.x + dx * c - dy * s, at.y + dx * s + dy * c, facing};
    }
    return true;
}

bool text_along_fits(const struct text_layout *layout, const struct text_along *along, double (*boxes)[4], size_t most, size_t *n_boxes)
{
    AUTO_FREE struct placed_glyph *at = base_alloc(layout->n_glyphs + 1, sizeof *at);
    if (!layout->n_glyphs || layout->n_lines != 1 || !place_along(layout, along, at))
        return false;
    double half = layout->height_px / 2;
    size_t groups = MIN(most, (size_t)ceil(layout->width_px / MAX(layout->height_px, 1)) + 1), n = 0;
    for (size_t b = 0; b < groups; b++) {
        size_t from = b * layout->n_glyphs / groups, to = (b + 1) * layout->n_glyphs / groups;
        double box[4] = {1e9, 1e9, -1e9, -1e9};
        for (size_t i = from; i < to; i++) {
            double c = cos(at[i].angle), s = sin(at[i].angle), rise = layout->ascent_px - half, g = at[i].glyph->advance / 2;
            double x = at[i].x + g * c + rise * s, y = at[i].y + g * s - rise * c; /* the middle of the glyph's cell */
            double rx = fabs(g * c) + fabs(half * 0.8 * s), ry = fabs(g * s) + fabs(half * 0.8 * c);
            box[0] = MIN(box[0], x - rx);
            box[1] = MIN(box[1], y - ry);
            box[2] = MAX(box[2], x + rx);
            box[3] = MAX(box[3], y + ry);
        }
        if (to > from)
            memcpy(boxes[n++], box, sizeof box);
    }
    *n_boxes = n;
    return true;
}

void text_draw_along(struct text_engine *t, cairo_t *cr, const struct text_layout *layout, const struct text_along *along,
    const struct text_paint *paint)
{
    AUTO_FREE struct placed_glyph *at = base_alloc(layout->n_glyphs + 1, sizeof *at);
    cairo_matrix_t m;
    cairo_surface_t *image = plain_image(cr, &m);
    if (!place_along(layout, along, at))
        return;
    if (!image) {
        draw_vectors(t, cr, at, layout->n_glyphs, paint);
        return;
    }
    AUTO_FREE struct kept_sprite *s = make_sprite(t, at, layout->n_glyphs, m.xx, paint);
    blit(image, &s->of, (int)lround(m.x0), (int)lround(m.y0));
}
