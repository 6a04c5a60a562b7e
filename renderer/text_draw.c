/*
 * Glyphs onto a cairo_t. Outlines come from the font once a glyph and are kept, so text along a street is a matter of
 * turning points.
 *
 * On an image a text from installed fonts becomes two masks: its outlines filled, and the same grown by the halo's radius,
 * for a disc with a soft edge is faster than a stroke and as round. Both become one sprite, which is kept when the text is
 * not turned. Fields of glyph ranges are drawn one by one, halos first.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/base/hash.h"
#include "renderer/icon.h"
#include "renderer/pixel.h"
#include "renderer/text_inside.h"

#define HALO_MAX_PX 16.0
#define HALO_BLUR_MAX_PX 32.0
#define MASK_MAX_PX 4096

struct kept_sprite {
    struct sprite of;
    uint32_t pixels[];
};

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

/* Of the glyphs from installed fonts, or of those of one section. */
enum { ALL_SECTIONS = -1 };
static void add_outlines(struct text_engine *t, cairo_t *cr, const struct placed_glyph *at, size_t n, int section)
{
    double angle = 0, c = 1, s = 0;
    for (size_t i = 0; i < n; i++) {
        if (!at[i].glyph->font || (section != ALL_SECTIONS && at[i].glyph->section != (uint32_t)section))
            continue;
        if (at[i].angle != angle) {
            angle = at[i].angle;
            c = cos(angle);
            s = sin(angle);
        }
        add_outline(t, cr, at[i].glyph, at[i].x, at[i].y, c, s);
    }
}

static bool own_colors(const struct text_layout *l, const struct text_paint *paint)
{
    for (size_t i = 0; paint->sections && i < l->n_glyphs; i++)
        if (paint->sections[l->glyphs[i].section].has_color)
            return true;
    return false;
}

static struct rgba ink_of(const struct text_paint *paint, uint32_t section)
{
    return paint->sections && paint->sections[section].has_color ? paint->sections[section].color : paint->color;
}

/* ---- masks ---- */

struct mask {
    int width, height, stride;
    uint8_t *at;
};

/* How much of a halo is left at a distance from the letter: its edge is one px soft, or as soft as the blur. */
static double halo_share(double distance, double radius, double blur)
{
    double t = blur > 0.5 ? CLAMP((radius + blur - distance) / (2 * blur), 0.0, 1.0) : CLAMP(radius + 0.5 - distance, 0.0, 1.0);
    return blur > 0.5 ? t * t * (3 - 2 * t) : t;
}

/* dst = the greatest of src under a disc with that edge. */
static void grow_mask(const struct mask *src, uint8_t *dst, double radius, double blur)
{
    int r = (int)ceil(radius + blur);
    for (int dy = -r; dy <= r; dy++)
        for (int dx = -r; dx <= r; dx++) {
            unsigned weight = (unsigned)(halo_share(sqrt((double)(dx * dx + dy * dy)), radius, blur) * 256 + 0.5);
            if (!weight)
                continue;
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

struct frame { /* a sprite's pixels: its top left from the anchor, and how many */
    int left, top, width, height;
    double scale;
};

static struct frame frame_of(const struct placed_glyph *at, size_t n, double scale, double halo_px)
{
    double x0 = 1e9, y0 = 1e9, x1 = -1e9, y1 = -1e9;
    for (size_t i = 0; i < n; i++) { /* generous: glyphs may reach out of their advance */
        cairo_font_extents_t font;
        if (!at[i].glyph->font)
            continue;
        cairo_scaled_font_extents(at[i].glyph->font, &font);
        double reach = MAX(at[i].glyph->advance, 0) + font.ascent + font.descent;
        x0 = MIN(x0, at[i].x - (at[i].angle != 0 ? reach : font.descent));
        x1 = MAX(x1, at[i].x + reach);
        y0 = MIN(y0, at[i].y - (at[i].angle != 0 ? reach : font.ascent));
        y1 = MAX(y1, at[i].y + (at[i].angle != 0 ? reach : font.descent));
    }
    int pad = (int)ceil(halo_px) + 2;
    if (!(x1 > x0 && y1 > y0) || (x1 - x0) * scale > MASK_MAX_PX || (y1 - y0) * scale > MASK_MAX_PX)
        return (struct frame){.scale = scale};
    int left = (int)floor(x0 * scale) - pad, top = (int)floor(y0 * scale) - pad;
    return (struct frame){left, top, (int)ceil(x1 * scale) + pad - left, (int)ceil(y1 * scale) + pad - top, scale};
}

/* An A8 image of the outlines. */
static cairo_surface_t *mask_of(struct text_engine *t, const struct frame *f, const struct placed_glyph *at, size_t n, int section, struct mask *out)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_A8, f->width, f->height);
    cairo_t *cr = cairo_create(image);
    cairo_translate(cr, -f->left, -f->top);
    cairo_scale(cr, f->scale, f->scale);
    add_outlines(t, cr, at, n, section);
    cairo_fill(cr);
    cairo_destroy(cr);
    cairo_surface_flush(image);
    *out = (struct mask){f->width, f->height, cairo_image_surface_get_stride(image), cairo_image_surface_get_data(image)};
    return image;
}

static void paint_mask(struct kept_sprite *to, const struct mask *m, const uint8_t *coverage, struct rgba color, double opacity)
{
    for (int y = 0; y < m->height; y++)
        for (int x = 0; x < m->width; x++) {
            uint8_t c = coverage[(ptrdiff_t)y * m->stride + x];
            uint32_t *p = &to->pixels[(size_t)y * (size_t)m->width + (size_t)x];
            if (c)
                pixel_over(p, tint(color, opacity, c), 255);
        }
}

static void paint_sections(struct text_engine *t, struct kept_sprite *to, const struct frame *f, const struct text_layout *l,
    const struct placed_glyph *at, const struct text_paint *paint, double opacity)
{
    bool done[TEXT_SECTIONS_MAX] = {false};
    for (size_t i = 0; i < l->n_glyphs; i++) {
        uint32_t section = l->glyphs[i].section;
        if (done[section])
            continue;
        done[section] = true;
        struct mask m;
        cairo_surface_t *image = mask_of(t, f, at, l->n_glyphs, (int)section, &m);
        paint_mask(to, &m, m.at, ink_of(paint, section), opacity);
        cairo_surface_destroy(image);
    }
}

/* Glyphs placed in px of a space that is `scale` device px wide each; drawn on a sprite whose anchor is that space's 0,0. */
static struct kept_sprite *make_sprite(struct text_engine *t, const struct text_layout *l, const struct placed_glyph *at, double scale,
    const struct text_paint *paint)
{
    double halo = paint->halo_color.a > 0 ? CLAMP(paint->halo_width_px * scale, 0.0, HALO_MAX_PX) : 0;
    double blur = halo > 0 ? CLAMP(paint->halo_blur_px * scale, 0.0, HALO_MAX_PX) : 0;
    struct frame f = frame_of(at, l->n_glyphs, scale, halo + blur);
    struct kept_sprite *kept = base_alloc(1, sizeof *kept + (size_t)f.width * (size_t)f.height * sizeof *kept->pixels);
    kept->of = (struct sprite){f.width, f.height, -f.left, -f.top, kept->pixels};
    if (!f.width)
        return kept;
    struct mask m;
    cairo_surface_t *image = mask_of(t, &f, at, l->n_glyphs, ALL_SECTIONS, &m);
    double opacity = CLAMP(paint->opacity, 0.0, 1.0);
    if (halo > 0) {
        AUTO_FREE uint8_t *grown = base_alloc((size_t)m.height, (size_t)m.stride);
        grow_mask(&m, grown, halo, blur);
        paint_mask(kept, &m, grown, paint->halo_color, opacity);
    }
    if (own_colors(l, paint))
        paint_sections(t, kept, &f, l, at, paint, opacity);
    else
        paint_mask(kept, &m, m.at, paint->color, opacity);
    cairo_surface_destroy(image);
    return kept;
}

/* ---- drawing ---- */

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

/* Halos first, so that none lies over a neighbour's letter. */
static void draw_fields(cairo_surface_t *to, const cairo_matrix_t *m, const struct text_layout *l, const struct placed_glyph *at,
    const struct text_paint *paint)
{
    double font_scale = l->size_px / GLYPH_EM, k = m->xx;
    bool halo = paint->halo_color.a > 0 && paint->halo_width_px > 0;
    cairo_surface_flush(to);
    uint32_t *pixels = (uint32_t *)(void *)cairo_image_surface_get_data(to);
    int stride = cairo_image_surface_get_stride(to) / 4, width = cairo_image_surface_get_width(to), height = cairo_image_surface_get_height(to);
    for (int fill = !halo; fill < 2; fill++)
        for (size_t i = 0; i < l->n_glyphs; i++) {
            const struct glyph *g = at[i].glyph->field;
            if (!g || !g->field.width)
                continue;
            double s = font_scale * at[i].glyph->scale * k, c = cos(at[i].angle) * s, n = sin(at[i].angle) * s;
            double u = g->left - GLYPH_BORDER, v = -g->top - GLYPH_BORDER;
            struct placing place = {c, -n, at[i].x * k + m->x0 + u * c - v * n, n, c, at[i].y * k + m->y0 + u * n + v * c};
            struct sdf_look look = fill ? (struct sdf_look){.color = ink_of(paint, at[i].glyph->section), .opacity = paint->opacity}
                                        : (struct sdf_look){.color = paint->halo_color, .opacity = paint->opacity, .only_outside = true,
                                            .grow_px = MIN(paint->halo_width_px, HALO_MAX_PX) / font_scale,
                                            .blur_px = MIN(paint->halo_blur_px, HALO_BLUR_MAX_PX) / font_scale};
            sdf_draw(pixels, stride, width, height, &g->field, &place, font_scale, k, &look);
        }
    cairo_surface_mark_dirty(to);
}

static void show_glyph(cairo_t *cr, const struct placed_glyph *at)
{
    cairo_glyph_t glyph = {.index = at->glyph->index};
    cairo_matrix_t size;
    cairo_scaled_font_get_font_matrix(at->glyph->font, &size);
    cairo_save(cr);
    cairo_translate(cr, at->x, at->y);
    cairo_rotate(cr, at->angle);
    cairo_set_font_face(cr, cairo_scaled_font_get_font_face(at->glyph->font));
    cairo_set_font_matrix(cr, &size);
    cairo_show_glyphs(cr, &glyph, 1);
    cairo_restore(cr);
}

/* In PDF text stays text, in SVG it is outlines. */
static void draw_vectors(struct text_engine *t, cairo_t *cr, const struct text_layout *l, const struct placed_glyph *at, const struct text_paint *paint)
{
    bool pdf = cairo_surface_get_type(cairo_get_group_target(cr)) == CAIRO_SURFACE_TYPE_PDF;
    cairo_save(cr);
    if (paint->halo_color.a > 0 && paint->halo_width_px > 0) {
        cairo_new_path(cr);
        add_outlines(t, cr, at, l->n_glyphs, ALL_SECTIONS);
        color_set_source(cr, paint->halo_color, paint->opacity);
        cairo_set_line_width(cr, 2 * paint->halo_width_px);
        cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
        cairo_stroke(cr);
    }
    for (size_t i = 0; i < l->n_glyphs; i++) {
        if (!at[i].glyph->font)
            continue;
        color_set_source(cr, ink_of(paint, at[i].glyph->section), paint->opacity);
        if (pdf) {
            show_glyph(cr, &at[i]);
        } else {
            cairo_new_path(cr);
            add_outlines(t, cr, &at[i], 1, ALL_SECTIONS);
            cairo_fill(cr);
        }
    }
    cairo_restore(cr);
}

static bool is_drawable(const struct text_layout *l, double x, double y)
{
    return l->n_glyphs && isfinite(x) && isfinite(y) && fabs(x) < 1e6 && fabs(y) < 1e6;
}

static bool from_ranges(const struct text_layout *l)
{
    for (size_t i = 0; i < l->n_glyphs; i++)
        if (l->glyphs[i].field)
            return true;
    return false;
}

void text_draw_placed(struct text_engine *t, cairo_t *cr, const struct text_layout *l, const struct placed_glyph *at, const struct text_paint *paint)
{
    cairo_matrix_t m;
    cairo_surface_t *image = plain_image(cr, &m);
    if (!l->n_glyphs || !is_drawable(l, at[0].x, at[0].y))
        return;
    if (!image) {
        draw_vectors(t, cr, l, at, paint);
    } else if (from_ranges(l)) {
        draw_fields(image, &m, l, at, paint);
    } else {
        AUTO_FREE struct kept_sprite *s = make_sprite(t, l, at, m.xx, paint);
        blit(image, &s->of, (int)lround(m.x0), (int)lround(m.y0));
    }
}

static uint64_t colors_hash(const struct text_layout *l, const struct text_paint *paint)
{
    uint64_t h = 0;
    for (size_t i = 0; own_colors(l, paint) && i < l->n_glyphs; i++) {
        struct rgba c = ink_of(paint, l->glyphs[i].section);
        h = hash64(&c, sizeof c, h);
    }
    return h;
}

void text_draw(struct text_engine *t, cairo_t *cr, const struct text_layout *l, double x, double y, const struct text_paint *paint)
{
    cairo_matrix_t m;
    cairo_surface_t *image = plain_image(cr, &m);
    if (!is_drawable(l, x, y))
        return;
    AUTO_FREE struct placed_glyph *at = NULL;
    if (!image || from_ranges(l)) {
        at = base_alloc(l->n_glyphs, sizeof *at);
        text_place_block(l, (struct xy){x, y}, 0, at);
        text_draw_placed(t, cr, l, at, paint);
        return;
    }
    struct {
        uint64_t layout, colors;
        double scale, halo, blur, opacity;
        struct rgba color, halo_color;
    } key = {l->number, colors_hash(l, paint), m.xx, paint->halo_width_px, paint->halo_blur_px, paint->opacity, paint->color, paint->halo_color};
    struct kept_sprite *s = cache_get(t->sprites, &key, sizeof key);
    if (!s) {
        at = base_alloc(l->n_glyphs, sizeof *at);
        text_place_block(l, (struct xy){0, 0}, 0, at);
        s = make_sprite(t, l, at, m.xx, paint);
        cache_put(t->sprites, &key, sizeof key, s, sizeof *s + (size_t)s->of.width * (size_t)s->of.height * 4);
    }
    blit(image, &s->of, (int)lround(x * m.xx + m.x0), (int)lround(y * m.yy + m.y0));
}
