/*
 * An icon is a mark (drawn by mark.c from its name), a picture cut out of a sprite sheet, or an SVG file; whichever it is,
 * it can be drawn with its centre at 0,0, and so every sprite is made the same way.
 */
#include "renderer/icon.h"

#include <librsvg/rsvg.h>
#include <math.h>
#include <string.h>

#include "data/base/json.h"
#include "renderer/builtin.h"
#include "renderer/cache.h"
#include "renderer/mark.h"
#include "renderer/text.h"

enum { SPRITES_BYTES = 32 << 20, SVG_MAX_BYTES = 1 << 20, SHEET_MAX_BYTES = 4 << 20, SPRITE_MAX_PX = 2048, NAME_MAX_BYTES = 256 };
#define SDF_EDGE 0.75    /* of 255: where the outline of a signed distance field runs */
#define SDF_PX 8.0       /* px a full step of the field stands for */

struct picture { /* of one name; kept as long as the set */
    struct icon icon;
    enum { PICTURE_MARK, PICTURE_SVG, PICTURE_SHEET, PICTURE_NONE } kind;
    RsvgHandle *svg;
    cairo_surface_t *image; /* of a sheet: the icon alone */
    double ratio;           /* px of the image for a px of natural size */
};
struct icon_set {
    char *assets;
    struct text_engine *text;
    struct cache *pictures, *sprites;
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
    if (p->image)
        cairo_surface_destroy(p->image);
    free(p);
}

static void free_sprite(void *value)
{
    struct kept_sprite *s = value;
    cairo_surface_destroy(s->image);
    free(s);
}

struct icon_set *icon_set_new(const char *assets, struct text_engine *text)
{
    struct icon_set *s = base_alloc(1, sizeof *s);
    s->assets = assets ? strdup(assets) : NULL;
    s->text = text;
    s->pictures = cache_new(64 << 20, free_picture);
    s->sprites = cache_new(SPRITES_BYTES, free_sprite);
    return s;
}

void icon_set_free(struct icon_set *s)
{
    if (!s)
        return;
    cache_free(s->sprites);
    cache_free(s->pictures);
    free(s->assets);
    free(s);
}

void icon_set_trim(struct icon_set *s)
{
    cache_trim(s->sprites);
}

/* ---- where icons come from ---- */

static bool cut_out(struct icon_set *s, cairo_surface_t *sheet, struct str name, const struct json *entry, struct err *err)
{
    double x = json_number(json_get(entry, S("x"))), y = json_number(json_get(entry, S("y")));
    double w = json_number(json_get(entry, S("width"))), h = json_number(json_get(entry, S("height")));
    double ratio = json_get(entry, S("pixelRatio")) ? json_number(json_get(entry, S("pixelRatio"))) : 1;
    if (!(w >= 0 && h >= 0 && w <= SPRITE_MAX_PX && h <= SPRITE_MAX_PX && ratio > 0.01 && ratio <= 16 && fabs(x) < 65536 && fabs(y) < 65536))
        return err_set(err, ERR_INVALID, "sprite %.*s: its size is not one of a sprite", STR_ARG(name));
    struct picture *p = base_alloc(1, sizeof *p);
    p->kind = PICTURE_SHEET;
    p->ratio = ratio;
    p->icon = (struct icon){w / ratio, h / ratio, json_bool(json_get(entry, S("sdf")))};
    p->image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, MAX((int)w, 1), MAX((int)h, 1));
    cairo_t *cr = cairo_create(p->image);
    cairo_set_source_surface(cr, sheet, -x, -y);
    cairo_paint(cr);
    cairo_destroy(cr);
    cache_put(s->pictures, name.at, name.len, p, (size_t)(w * h * 4) + sizeof *p);
    return true;
}

bool icon_set_sheet(struct icon_set *s, struct str prefix, const char *json_path, const char *png_path, struct err *err)
{
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    if (!buf_read_file(&text, json_path, SHEET_MAX_BYTES, err) || !json_read(&doc, buf_str(&text), &JSON_STYLE, err))
        return err_under(err, "%s", json_path);
    cairo_surface_t *sheet = cairo_image_surface_create_from_png(png_path);
    bool ok = cairo_surface_status(sheet) == CAIRO_STATUS_SUCCESS || err_set(err, ERR_INVALID, "%s: this is not a PNG file", png_path);
    for (struct json_each e = {0}; ok && json_each(doc.root, &e);) {
        AUTO(buf) name = {0};
        if (prefix.len && !str_eq(prefix, S("default"))) {
            buf_add(&name, prefix);
            buf_char(&name, ':');
        }
        buf_add(&name, e.key);
        ok = cut_out(s, sheet, buf_str(&name), e.value, err);
    }
    cairo_surface_destroy(sheet);
    return ok;
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
    struct picture *p = cache_get(s->pictures, name.at, name.len);
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
        p->icon = (struct icon){w, h, false};
    }
    cache_put(s->pictures, name.at, name.len, p, sizeof *p);
    return p->kind == PICTURE_NONE ? NULL : p;
}

const struct icon *icon_find(struct icon_set *s, struct str name)
{
    const struct picture *p = find(s, name);
    return p ? &p->icon : NULL;
}

/* ---- drawing ---- */

static void set_color(cairo_t *cr, struct rgba c)
{
    double a = c.a > 0 ? c.a : 1;
    cairo_set_source_rgba(cr, c.r / a, c.g / a, c.b / a, c.a);
}

/* What a distance field covers when its outline is moved out by some px: an alpha mask the size of the image. */
static cairo_surface_t *sdf_mask(const struct picture *p, double scale, double grow_px)
{
    int w = MAX((int)ceil(p->icon.width_px * scale), 1), h = MAX((int)ceil(p->icon.height_px * scale), 1);
    cairo_surface_t *big = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, w, h);
    cairo_t *cr = cairo_create(big);
    cairo_scale(cr, scale / p->ratio, scale / p->ratio);
    cairo_set_source_surface(cr, p->image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_BILINEAR);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_flush(big);
    uint32_t *at = (uint32_t *)(void *)cairo_image_surface_get_data(big);
    size_t n = (size_t)h * (size_t)cairo_image_surface_get_stride(big) / 4;
    double sharp = SDF_PX * scale; /* device px a full step of the field stands for */
    for (size_t i = 0; i < n; i++) {
        double d = ((at[i] >> 24) / 255.0 - SDF_EDGE) * sharp + grow_px * scale + 0.5;
        at[i] = (uint32_t)(CLAMP(d, 0.0, 1.0) * 255 + 0.5) << 24;
    }
    cairo_surface_mark_dirty(big);
    return big;
}

static void paint_mask(cairo_t *cr, cairo_surface_t *mask, double scale, struct rgba c)
{
    cairo_save(cr);
    cairo_scale(cr, 1 / scale, 1 / scale);
    set_color(cr, c);
    cairo_mask_surface(cr, mask, 0, 0);
    cairo_restore(cr);
    cairo_surface_destroy(mask);
}

static void draw_sheet(cairo_t *cr, const struct picture *p, const struct icon_look *look)
{
    cairo_translate(cr, -p->icon.width_px / 2, -p->icon.height_px / 2);
    if (p->icon.sdf && look->tinted) {
        double scale = MAX(look->scale, 0.1);
        if (look->halo_px > 0 && look->halo.a > 0)
            paint_mask(cr, sdf_mask(p, scale, look->halo_px), scale, look->halo);
        paint_mask(cr, sdf_mask(p, scale, 0), scale, look->color);
        return;
    }
    cairo_scale(cr, 1 / p->ratio, 1 / p->ratio);
    cairo_set_source_surface(cr, p->image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_BILINEAR);
    cairo_paint(cr);
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
    set_color(cr, look->color);
    cairo_mask(cr, mask);
    cairo_pattern_destroy(mask);
}

static void draw_picture(struct icon_set *s, cairo_t *cr, struct str name, const struct picture *p, const struct icon_look *look)
{
    cairo_save(cr);
    if (look->stretch_x > 0)
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
    cairo_t *cr = cairo_create(kept->image);
    /* An icon of an odd number of px has its centre in the middle of one, so that it stays sharp. */
    bool upright = look->rotate_deg == 0;
    double shift_x = upright && (int)lround(w) % 2 ? 0.5 : 0, shift_y = upright && (int)lround(h) % 2 ? 0.5 : 0;
    cairo_translate(cr, half_w - shift_x, half_h - shift_y);
    cairo_rotate(cr, angle);
    cairo_scale(cr, look->scale, look->scale);
    draw_picture(s, cr, name, p, look);
    cairo_destroy(cr);
    cairo_surface_flush(kept->image);
    kept->of = (struct sprite){2 * half_w, 2 * half_h, half_w, half_h, (uint32_t *)(void *)cairo_image_surface_get_data(kept->image)};
    return kept;
}

const struct sprite *icon_sprite(struct icon_set *s, struct str name, const struct icon_look *look)
{
    struct {
        double numbers[5];
        struct rgba colors[2];
        uint8_t name[NAME_MAX_BYTES];
    } key;
    const struct picture *p = find(s, name);
    if (!p || !(look->scale > 0) || p->icon.width_px * look->scale > SPRITE_MAX_PX || p->icon.height_px * look->scale > SPRITE_MAX_PX)
        return NULL;
    memset(&key, 0, sizeof key);
    double numbers[5] = {look->scale, look->rotate_deg, look->stretch_x, look->stretch_y, look->tinted ? 1 + look->halo_px : 0};
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

/* ---- blitting ---- */

/* Per channel x · k / 255, rounded, on two pairs of channels at once. */
static inline uint32_t scaled(uint32_t c, uint32_t k)
{
    uint32_t rb = (c & 0xff00ff) * k + 0x800080, ag = (c >> 8 & 0xff00ff) * k + 0x800080;
    rb = (rb + (rb >> 8 & 0xff00ff)) >> 8 & 0xff00ff;
    ag = (ag + (ag >> 8 & 0xff00ff)) & 0xff00ff00;
    return rb | ag;
}

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
            if (alpha < 256)
                c = scaled(c, fade);
            to[at] = c >> 24 == 255 ? c : c + scaled(to[at], 255 - (c >> 24));
        }
    }
}
