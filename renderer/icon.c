/*
 * An icon is a mark (drawn by mark.c from its name), a picture cut out of a sprite sheet, or an SVG file; whichever it is,
 * it can be drawn with its centre at 0,0, and so every sprite is made the same way.
 */
#include "renderer/icon.h"

#include <librsvg/rsvg.h>
#include <math.h>
#include <string.h>

#include "renderer/builtin.h"
#include "renderer/cache.h"
#include "renderer/icon_sheet.h"
#include "renderer/mark.h"
#include "renderer/pixel.h"
#include "renderer/text.h"

enum {
    PICTURES_BYTES = 16 << 20,
    SVG_MAX_BYTES = 1 << 20,
    SPRITE_MAX_PX = 2048,
    NAME_MAX_BYTES = 256
};
enum { SVG_KEPT_BYTES = 16 << 10 }; /* about what a parsed SVG file takes */

struct picture { /* of one name */
    struct icon icon;
    enum { PICTURE_MARK, PICTURE_SVG, PICTURE_SHEET, PICTURE_NONE } kind;
    RsvgHandle *svg;
    struct sheet_icon of_sheet;
};
struct icon_set {
    char *assets;
    struct text_engine *text;
    bool has_sheets;
    struct cache *sheets;   /* pictures of sheets: kept as long as the set */
    struct cache *pictures; /* those found by name, and the names of which there is none */
    struct cache *sprites;
};
struct kept_sprite {
    struct sprite of;
    cairo_surface_t *image;
};

static void free_picture(void *value)
{
    struct picture *p = value;
    if (p->svg)
        g_object_unref(p->svg);
    sheet_icon_done(&p->of_sheet);
    free(p);
}

static void free_sprite(void *value)
{
    struct kept_sprite *s = value;
    cairo_surface_destroy(s->image);
    free(s);
}

struct icon_set *icon_set_new(const char *assets, struct text_engine *text, size_t cache_bytes)
{
    struct icon_set *s = base_alloc(1, sizeof *s);
    s->assets = assets ? strdup(assets) : NULL;
    s->text = text;
    s->sheets = cache_new(SIZE_MAX, free_picture);
    s->pictures = cache_new(PICTURES_BYTES, free_picture);
    s->sprites = cache_new(cache_bytes, free_sprite);
    return s;
}

void icon_set_free(struct icon_set *s)
{
    if (!s)
        return;
    cache_free(s->sprites);
    cache_free(s->pictures);
    cache_free(s->sheets);
    free(s->assets);
    free(s);
}

void icon_set_trim(struct icon_set *s)
{
    cache_trim(s->sprites);
    cache_trim(s->pictures);
}

/* ---- where icons come from ---- */

struct adding {
    struct icon_set *to;
    struct str prefix;
};

static void add_icon(void *ctx, struct str key, const struct sheet_icon *icon)
{
    struct adding *a = ctx;
    AUTO(buf) name = {0};
    if (a->prefix.len && !str_eq(a->prefix, S("default")))
        buf_fmt(&name, "%.*s:", STR_ARG(a->prefix));
    buf_add(&name, key);
    struct picture *p = base_alloc(1, sizeof *p);
    p->kind = PICTURE_SHEET;
    p->icon = icon->icon;
    p->of_sheet = *icon;
    a->to->has_sheets = true;
    if (name.len <= NAME_MAX_BYTES)
        cache_put(a->to->sheets, name.at, name.len, p, sizeof *p);
    else
        free_picture(p);
}

bool icon_set_sheet(struct icon_set *s, struct str prefix, const char *json_path, const char *png_path, struct err *err)
{
    return sheet_read(json_path, png_path, add_icon, &(struct adding){s, prefix}, err);
}

static bool is_plain_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
            return false;
    }
    return name.len > 0;
}

static RsvgHandle *read_svg(struct icon_set *s, struct str name)
{
    AUTO(buf) bytes = {0};
    AUTO(buf) path = {0};
    struct err err;
    struct str svg;
    if (s->assets && is_plain_name(name)) {
        buf_fmt(&path, "%s/%.*s.svg", s->assets, STR_ARG(name));
        if (buf_read_file(&bytes, path.at, SVG_MAX_BYTES, &err))
            return rsvg_handle_new_from_data((const guint8 *)bytes.at, bytes.len, NULL);
    }
    return builtin_icon(name, &svg) ? rsvg_handle_new_from_data((const guint8 *)svg.at, svg.len, NULL) : NULL;
}

static struct picture *find(struct icon_set *s, struct str name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return NULL;
    struct picture *p = s->has_sheets ? cache_get(s->sheets, name.at, name.len) : NULL;
    if (!p)
        p = cache_get(s->pictures, name.at, name.len);
    if (p)
        return p->kind == PICTURE_NONE ? NULL : p;
    p = base_alloc(1, sizeof *p);
    p->kind = PICTURE_NONE;
    if (mark_measure(name, &p->icon)) {
        p->kind = PICTURE_MARK;
    } else if ((p->svg = read_svg(s, name)) != NULL) {
        double w = 0, h = 0;
        p->kind = PICTURE_SVG;
        if (!rsvg_handle_get_intrinsic_size_in_pixels(p->svg, &w, &h) || !(w > 0 && h > 0 && w <= SPRITE_MAX_PX && h <= SPRITE_MAX_PX))
            w = h = 24;
        p->icon = (struct icon){.width_px = w, .height_px = h};
    }
    cache_put(s->pictures, name.at, name.len, p, sizeof *p + (p->svg ? SVG_KEPT_BYTES : 0));
    return p->kind == PICTURE_NONE ? NULL : p;
}

const struct icon *icon_find(struct icon_set *s, struct str name)
{
    const struct picture *p = find(s, name);
    return p ? &p->icon : NULL;
}

/* ---- drawing ---- */

/* As a picture of its own, of twice the px it asks for where it is drawn as vectors, since those
 * are looked at closely. */
static void draw_sheet(cairo_t *cr, const struct picture *p, const struct icon_look *look)
{
    double natural_w = look->stretch_x > 0 ? look->stretch_x : p->icon.width_px,
           natural_h = look->stretch_y > 0 ? look->stretch_y : p->icon.height_px;
    bool field = p->icon.sdf && look->tinted;
    double room = field ? (look->halo_px + look->halo_blur_px) / MAX(look->scale, 0.01) + 1 : 1;
    double fine = MAX(p->of_sheet.ratio, field ? 2 * look->scale : 0);
    double w = ceil((natural_w + 2 * room) * fine), h = ceil((natural_h + 2 * room) * fine);
    if (!(w >= 1 && h >= 1 && w <= 2 * SPRITE_MAX_PX && h <= 2 * SPRITE_MAX_PX))
        return;
    struct icon_look plain = *look;
    plain.scale = fine;
    plain.rotate_deg = 0;
    plain.device_px = fine / MAX(look->scale, 0.01);
    cairo_surface_t *own = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)w, (int)h);
    sheet_icon_draw(&p->of_sheet, (uint32_t *)(void *)cairo_image_surface_get_data(own),
        cairo_image_surface_get_stride(own) / 4, (int)w, (int)h, (struct xy){w / 2, h / 2}, &plain,
        1);
    cairo_surface_mark_dirty(own);
    cairo_scale(cr, 1 / fine, 1 / fine);
    cairo_set_source_surface(cr, own, -w / 2, -h / 2);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_BILINEAR);
    cairo_paint(cr);
    cairo_surface_destroy(own);
}

static void draw_svg(cairo_t *cr, const struct picture *p, const struct icon_look *look)
{
    RsvgRectangle box = {-p->icon.width_px / 2, -p->icon.height_px / 2, p->icon.width_px, p->icon.height_px};
    if (!look->tinted) {
        rsvg_handle_render_document(p->svg, cr, &box, NULL);
        return;
    }
    cairo_push_group(cr);
    rsvg_handle_render_document(p->svg, cr, &box, NULL);
    cairo_pattern_t *mask = cairo_pop_group(cr);
    color_set_source(cr, look->color, 1);
    cairo_mask(cr, mask);
    cairo_pattern_destroy(mask);
}

static void draw_picture(struct icon_set *s, cairo_t *cr, struct str name, const struct picture *p, const struct icon_look *look)
{
    cairo_save(cr);
    if (look->stretch_x > 0 && p->kind != PICTURE_SHEET)
        cairo_scale(cr, look->stretch_x / p->icon.width_px, look->stretch_y / p->icon.height_px);
    if (p->kind == PICTURE_MARK)
        mark_draw(cr, name, look, s, s->text);
    else if (p->kind == PICTURE_SVG)
        draw_svg(cr, p, look);
    else
        draw_sheet(cr, p, look);
    cairo_restore(cr);
}

bool icon_draw(struct icon_set *s, cairo_t *cr, struct str name, const struct icon_look *look)
{
    const struct picture *p = find(s, name);
    if (!p)
        return false;
    cairo_save(cr);
    cairo_rotate(cr, look->rotate_deg * M_PI / 180);
    cairo_scale(cr, look->scale, look->scale);
    draw_picture(s, cr, name, p, look);
    cairo_restore(cr);
    return true;
}

static struct kept_sprite *make_sprite(struct icon_set *s, struct str name, const struct picture *p, const struct icon_look *look)
{
    double w = (look->stretch_x > 0 ? look->stretch_x : p->icon.width_px) * look->scale;
    double h = (look->stretch_y > 0 ? look->stretch_y : p->icon.height_px) * look->scale;
    double angle = look->rotate_deg * M_PI / 180, c = fabs(cos(angle)), n = fabs(sin(angle));
    double wide = MIN(w * c + h * n, SPRITE_MAX_PX), high = MIN(w * n + h * c, SPRITE_MAX_PX);
    int half_w = (int)ceil(wide / 2 + 0.5), half_h = (int)ceil(high / 2 + 0.5);
    struct kept_sprite *kept = base_alloc(1, sizeof *kept);
    kept->image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 2 * half_w, 2 * half_h);
    uint32_t *pixels = (uint32_t *)(void *)cairo_image_surface_get_data(kept->image);
    kept->of = (struct sprite){2 * half_w, 2 * half_h, half_w, half_h, pixels};
    /* An icon of an odd number of px has its centre in the middle of one, so that it stays sharp. */
    bool upright = look->rotate_deg == 0;
    double shift_x = upright && (int)lround(w) % 2 ? 0.5 : 0, shift_y = upright && (int)lround(h) % 2 ? 0.5 : 0;
    struct xy centre = {half_w - shift_x, half_h - shift_y};
    if (p->kind == PICTURE_SHEET) {
        sheet_icon_draw(&p->of_sheet, pixels, 2 * half_w, 2 * half_w, 2 * half_h, centre, look, 1);
        return kept;
    }
    cairo_t *cr = cairo_create(kept->image);
    cairo_translate(cr, centre.x, centre.y);
    cairo_rotate(cr, angle);
    cairo_scale(cr, look->scale, look->scale);
    draw_picture(s, cr, name, p, look);
    cairo_destroy(cr);
    cairo_surface_flush(kept->image);
    return kept;
}

const struct sprite *icon_sprite(struct icon_set *s, struct str name, const struct icon_look *look)
{
    struct {
        double numbers[8];
        struct rgba colors[2];
        uint8_t name[NAME_MAX_BYTES];
    } key;
    const struct picture *p = find(s, name);
    if (!p || !(look->scale > 0) || p->icon.width_px * look->scale > SPRITE_MAX_PX || p->icon.height_px * look->scale > SPRITE_MAX_PX)
        return NULL;
    memset(&key, 0, sizeof key);
    double numbers[8] = {look->scale, look->rotate_deg, look->stretch_x, look->stretch_y,
        look->tinted ? 1 + look->halo_px : 0, look->tinted ? look->halo_blur_px : 0,
        look->device_px, look->smooth};
    memcpy(key.numbers, numbers, sizeof numbers);
    if (look->tinted) {
        key.colors[0] = look->color;
        key.colors[1] = look->halo;
    }
    memcpy(key.name, name.at, name.len);
    size_t key_len = offsetof(__typeof__(key), name) + name.len;
    struct kept_sprite *kept = cache_get(s->sprites, &key, key_len);
    if (!kept) {
        kept = make_sprite(s, name, p, look);
        cache_put(s->sprites, &key, key_len, kept, sizeof *kept + (size_t)kept->of.width * (size_t)kept->of.height * 4);
    }
    return &kept->of;
}

void icon_put(struct icon_set *s, cairo_surface_t *image, struct str name, double x, double y,
    const struct icon_look *look, double opacity)
{
    const struct picture *p = find(s, name);
    uint32_t *pixels = (uint32_t *)(void *)cairo_image_surface_get_data(image);
    int stride = cairo_image_surface_get_stride(image) / 4,
        width = cairo_image_surface_get_width(image),
        height = cairo_image_surface_get_height(image);
    if (!p || !(look->scale > 0) || !(fabs(x) < 1e7 && fabs(y) < 1e7))
        return;
    cairo_surface_flush(image);
    if (p->kind == PICTURE_SHEET) {
        sheet_icon_draw(
            &p->of_sheet, pixels, stride, width, height, (struct xy){x, y}, look, opacity);
    } else {
        const struct sprite *sprite = icon_sprite(s, name, look);
        if (sprite)
            sprite_blit(pixels, stride, width, height, sprite, (int)floor(x + 0.5),
                (int)floor(y + 0.5), (unsigned)(CLAMP(opacity, 0.0, 1.0) * 256 + 0.5));
    }
    cairo_surface_mark_dirty(image);
}

cairo_surface_t *icon_surface(struct icon_set *s, struct str name, double scale)
{
    const struct picture *p = find(s, name);
    if (!p)
        return NULL;
    bool sheet = p->kind == PICTURE_SHEET;
    int w = sheet ? p->of_sheet.image.width
                  : (int)CLAMP(lround(p->icon.width_px * scale), 1, SPRITE_MAX_PX);
    int h = sheet ? p->of_sheet.image.height
                  : (int)CLAMP(lround(p->icon.height_px * scale), 1, SPRITE_MAX_PX);
    cairo_surface_t *made = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, w, h);
    if (sheet) {
        const struct image *from = &p->of_sheet.image;
        for (int y = 0; y < h; y++)
            memcpy(cairo_image_surface_get_data(made) +
                       (ptrdiff_t)y * cairo_image_surface_get_stride(made),
                from->at + (ptrdiff_t)y * from->stride, (size_t)w * 4);
        cairo_surface_mark_dirty(made);
        return made;
    }
    cairo_t *cr = cairo_create(made);
    cairo_translate(cr, w / 2.0, h / 2.0);
    cairo_scale(cr, w / p->icon.width_px, h / p->icon.height_px);
    draw_picture(s, cr, name, p, &(struct icon_look){.scale = 1});
    cairo_destroy(cr);
    return made;
}

/* ---- blitting ---- */

void sprite_blit(uint32_t *pixels, int stride, int width, int height, const struct sprite *s, int x, int y, unsigned alpha)
{
    int left = x - s->x, top = y - s->y;
    int x0 = MAX(left, 0), y0 = MAX(top, 0), x1 = MIN(left + s->width, width), y1 = MIN(top + s->height, height);
    uint32_t fade = MIN(alpha, 256) * 255 / 256;
    for (int row = y0; row < y1; row++) {
        const uint32_t *from = s->pixels + (ptrdiff_t)(row - top) * s->width - left;
        uint32_t *to = pixels + (ptrdiff_t)row * stride;
        for (int at = x0; at < x1; at++) {
            uint32_t c = from[at];
            if (!c)
                continue;
            pixel_over(&to[at], c, fade);
        }
    }
}
