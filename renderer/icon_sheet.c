/*
 * A stretchable icon is drawn in pieces along each axis: what lies in a zone is stretched, what
 * lies between zones keeps its size.
 *
 *     picture   |--fixed--|==zone==|--fixed--|
 *     box       |--fixed--|========zone========|--fixed--|
 */
#include "renderer/icon_sheet.h"

#include <math.h>

#include "data/base/buf.h"
#include "renderer/decode.h"

enum {
    SHEET_MAX_BYTES = 4 << 20,
    SHEET_PICTURE_MAX_BYTES = 32 << 20,
    SPRITE_MAX_PX = 2048,
    SHEET_MAX_ICONS = 20000
};

struct sheet {
    size_t holders;
    cairo_surface_t *picture;
    uint8_t *alpha; /* of every px, for its SDF icons; NULL until one asks */
    int width, height, stride;
};

static void drop(struct sheet *s)
{
    if (--s->holders > 0)
        return;
    cairo_surface_destroy(s->picture);
    free(s->alpha);
    free(s);
}

void sheet_icon_done(struct sheet_icon *i)
{
    if (i->sheet)
        drop(i->sheet);
    *i = (struct sheet_icon){0};
}

/* ---- the index ---- */

static const uint32_t *pixels_of(const struct sheet *s)
{
    return (const uint32_t *)(const void *)cairo_image_surface_get_data(s->picture);
}

static const uint8_t *alpha_of(struct sheet *s)
{
    if (s->alpha)
        return s->alpha;
    const uint32_t *from = pixels_of(s);
    s->alpha = base_alloc((size_t)s->width * (size_t)s->height, 1);
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++)
            s->alpha[(size_t)y * (size_t)s->width + (size_t)x] =
                (uint8_t)(from[(size_t)y * (size_t)s->stride + (size_t)x] >> 24);
    return s->alpha;
}

/* A whole number in [low, high]; false if it is none. */
static bool read_px(const struct json *entry, struct str key, double low, double high, int *out)
{
    const struct json *v = json_get(entry, key);
    double n = json_number(v);
    if (json_kind(v) != JSON_NUMBER || !(n >= low && n <= high) || n != floor(n))
        return false;
    *out = (int)n;
    return true;
}

/* [[from, to], …] in px of the picture, rising, within it; none at all if that is not what is
 * written. */
static int read_zones(const struct json *v, double size, double ratio, struct icon_zone *out)
{
    double last = 0;
    size_t n = json_size(v);
    if (json_kind(v) != JSON_ARRAY || n > ICON_ZONES_MAX)
        return 0;
    for (size_t i = 0; i < n; i++) {
        double from = json_number(json_at(json_at(v, i), 0)),
               to = json_number(json_at(json_at(v, i), 1));
        if (json_size(json_at(v, i)) != 2 || !(from >= last && to > from && to <= size))
            return 0;
        out[i] = (struct icon_zone){from / ratio, to / ratio};
        last = to;
    }
    return (int)n;
}

static bool read_content(
    const struct json *v, double width, double height, double ratio, struct rect *out)
{
    double at[4];
    if (json_kind(v) != JSON_ARRAY || json_size(v) != 4)
        return false;
    for (size_t i = 0; i < 4; i++)
        at[i] = json_number(json_at(v, i)) / ratio;
    *out = (struct rect){at[0], at[1], at[2], at[3]};
    return at[0] >= 0 && at[1] >= 0 && at[2] > at[0] && at[3] > at[1] && at[2] <= width &&
           at[3] <= height;
}

static enum icon_fit read_fit(struct str name)
{
    return str_eq(name, S("stretchOnly"))    ? ICON_STRETCH_ONLY
           : str_eq(name, S("proportional")) ? ICON_PROPORTIONAL
                                             : ICON_STRETCH_OR_SHRINK;
}

static bool read_icon(struct sheet *s, const struct json *entry, struct sheet_icon *out)
{
    int x, y, w, h;
    const struct json *ratio = json_get(entry, S("pixelRatio"));
    struct sheet_icon i = {.ratio = ratio ? json_number(ratio) : 1, .sheet = s};
    if (!read_px(entry, S("width"), 1, SPRITE_MAX_PX, &w) ||
        !read_px(entry, S("height"), 1, SPRITE_MAX_PX, &h) || !(i.ratio >= 0.01 && i.ratio <= 16))
        return false;
    if (!read_px(entry, S("x"), 0, s->width - w, &x) ||
        !read_px(entry, S("y"), 0, s->height - h, &y))
        return false;
    i.icon = (struct icon){.width_px = w / i.ratio,
        .height_px = h / i.ratio,
        .sdf = json_bool(json_get(entry, S("sdf")))};
    i.icon.n_x = read_zones(json_get(entry, S("stretchX")), w, i.ratio, i.icon.zones_x);
    i.icon.n_y = read_zones(json_get(entry, S("stretchY")), h, i.ratio, i.icon.zones_y);
    i.icon.fit_x = read_fit(json_string(json_get(entry, S("textFitWidth"))));
    i.icon.fit_y = read_fit(json_string(json_get(entry, S("textFitHeight"))));
    i.icon.has_content = read_content(
        json_get(entry, S("content")), i.icon.width_px, i.icon.height_px, i.ratio, &i.icon.content);
    i.image =
        (struct image){w, h, s->stride, pixels_of(s) + (size_t)y * (size_t)s->stride + (size_t)x};
    if (i.icon.sdf)
        i.field =
            (struct sdf){w, h, s->width, alpha_of(s) + (size_t)y * (size_t)s->width + (size_t)x};
    *out = i;
    return true;
}

void sheet_cut(cairo_surface_t *picture, const struct json *index, sheet_icon_fn *fn, void *ctx)
{
    struct sheet *s = base_alloc(1, sizeof *s);
    size_t n = 0;
    *s = (struct sheet){1, picture, NULL, cairo_image_surface_get_width(picture),
        cairo_image_surface_get_height(picture), cairo_image_surface_get_stride(picture) / 4};
    cairo_surface_flush(picture);
    for (struct json_each e = {0}; n < SHEET_MAX_ICONS && json_each(index, &e); n++) {
        struct sheet_icon icon;
        if (e.key.len == 0 || !read_icon(s, e.value, &icon))
            continue;
        s->holders++;
        fn(ctx, e.key, &icon);
    }
    drop(s);
}

bool sheet_read(
    const char *json_path, const char *picture_path, sheet_icon_fn *fn, void *ctx, struct err *err)
{
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    cairo_surface_t *picture;
    if (!buf_read_file(&text, json_path, SHEET_MAX_BYTES, err) ||
        !json_read(&doc, buf_str(&text), &JSON_STYLE, err))
        return err_under(err, "%s", json_path);
    if (json_kind(doc.root) != JSON_OBJECT)
        return err_set(err, ERR_INVALID, "%s: a sprite's index is an object", json_path);
    if (!decode_file(&picture, picture_path, SHEET_PICTURE_MAX_BYTES, DECODE_SHEET_MAX_PX, err))
        return false;
    sheet_cut(picture, doc.root, fn, ctx);
    return true;
}

/* ---- icon-text-fit ---- */

/* Along one axis: the whole picture's [from, to) when its content is to cover [from, to). */
static void whole_of(const struct icon_zone *zones, int n, double size, double c0, double c1,
    double *from, double *to)
{
    struct icon_zone all = {0, size};
    double before = 0, within = 0, stretchable = 0, wide = *to - *from;
    if (n == 0)
        zones = &all, n = 1;
    for (int i = 0; i < n; i++) {
        stretchable += zones[i].to - zones[i].from;
        before += MAX(MIN(zones[i].to, c0) - zones[i].from, 0);
        within += MAX(MIN(zones[i].to, c1) - MAX(zones[i].from, c0), 0);
    }
    if (!(within > 0))
        return;
    double fixed_before = c0 - before, fixed_within = c1 - c0 - within,
           stretch = wide / within - fixed_within / stretchable;
    *from -= fixed_before + wide * before / within;
    *to = *from + size - stretchable + stretchable * MAX(stretch, 0);
}

/* The text's box made as wide, or as high, as keeps the content's shape, where the icon asks for
 * it. */
static struct rect in_proportion(const struct icon *icon, struct rect box)
{
    double shape = (icon->content.x1 - icon->content.x0) / (icon->content.y1 - icon->content.y0);
    double w = box.x1 - box.x0, h = box.y1 - box.y0;
    if (!(w > 0 && h > 0))
        return box;
    if (icon->fit_y == ICON_PROPORTIONAL) {
        if (icon->fit_x == ICON_PROPORTIONAL ||
            (icon->fit_x == ICON_STRETCH_ONLY && w / h < shape)) {
            double wide = ceil(h * shape);
            box.x0 *= wide / w;
            box.x1 = box.x0 + wide;
        }
    } else if (icon->fit_x == ICON_PROPORTIONAL && icon->fit_y == ICON_STRETCH_ONLY &&
               w / h > shape) {
        double high = ceil(w / shape);
        box.y0 *= high / h;
        box.y1 = box.y0 + high;
    }
    return box;
}

struct rect icon_round(const struct icon *icon, struct rect text)
{
    struct rect content = {0, 0, icon->width_px, icon->height_px};
    if (icon->has_content) {
        content = icon->content;
        text = in_proportion(icon, text);
    }
    whole_of(icon->zones_x, icon->n_x, icon->width_px, content.x0, content.x1, &text.x0, &text.x1);
    whole_of(icon->zones_y, icon->n_y, icon->height_px, content.y0, content.y1, &text.y0, &text.y1);
    return text;
}

/* ---- drawing ---- */

static void cut(struct image_cuts *c, double box, double px)
{
    c->box[c->n] = box;
    c->px[c->n++] = px;
}

/* How `size` px of a picture fill `wanted` px: zones share what the rest leaves. The one px of
 * nothing round it is kept. */
static void cut_axis(const struct icon_zone *zones, int n, double ratio, double size, double wanted,
    struct image_cuts *c)
{
    double stretchable = 0, at = 0;
    for (int i = 0; i < n; i++)
        stretchable += (zones[i].to - zones[i].from) * ratio;
    double fixed = n ? size - stretchable : 0,
           k = MAX(wanted - fixed, 0) / (n ? stretchable : size);
    c->n = 0;
    cut(c, -1, -1);
    cut(c, 0, 0);
    for (int i = 0; i < n; i++) {
        double from = zones[i].from * ratio, to = zones[i].to * ratio;
        at += from - c->px[c->n - 1];
        cut(c, at, from);
        at += (to - from) * k;
        cut(c, at, to);
    }
    at = n ? at + size - c->px[c->n - 1] : wanted;
    cut(c, at, size);
    cut(c, at + 1, size + 1);
}

/* A box of so many px of the picture with its middle at centre, scaled and turned. */
static struct placing place(
    struct xy centre, double angle, double sx, double sy, double width, double height)
{
    double c = cos(angle), n = sin(angle);
    struct placing p = {c * sx, -n * sy, 0, n * sx, c * sy, 0};
    if (angle == 0)
        p.xy = p.yx = 0;
    p.x0 = centre.x - (p.xx * width + p.xy * height) / 2;
    p.y0 = centre.y - (p.yx * width + p.yy * height) / 2;
    return p;
}

static void draw_field(const struct sheet_icon *i, uint32_t *pixels, int stride, int width,
    int height, const struct placing *to, const struct icon_look *look, double opacity)
{
    double device = look->device_px > 0 ? look->device_px : 1,
           per_px = device / look->scale; /* field px for a px, as the shader has it */
    struct sdf_look fill = {.color = look->color, .opacity = opacity};
    struct sdf_look halo = {.color = look->halo,
        .opacity = opacity,
        .grow_px = look->halo_px * per_px,
        .blur_px = look->halo_blur_px * per_px,
        .only_outside = true};
    if (look->halo_px > 0 && look->halo.a > 0)
        sdf_draw(pixels, stride, width, height, &i->field, to, look->scale / device, device, &halo);
    sdf_draw(pixels, stride, width, height, &i->field, to, look->scale / device, device, &fill);
}

void sheet_icon_draw(const struct sheet_icon *i, uint32_t *pixels, int stride, int width,
    int height, struct xy centre, const struct icon_look *look, double opacity)
{
    const struct icon *icon = &i->icon;
    double k = look->scale / i->ratio, sx = k, sy = k, w = i->image.width, h = i->image.height;
    struct image_cuts across = {0}, down = {0};
    bool stretched = look->stretch_x > 0 && look->stretch_y > 0;
    bool pieces = stretched && (icon->n_x || icon->n_y) && !icon->sdf;
    if (pieces) {
        cut_axis(icon->zones_x, icon->n_x, i->ratio, w, look->stretch_x * i->ratio, &across);
        cut_axis(icon->zones_y, icon->n_y, i->ratio, h, look->stretch_y * i->ratio, &down);
        w = across.box[across.n - 2], h = down.box[down.n - 2];
    } else if (stretched) {
        sx *= look->stretch_x / icon->width_px;
        sy *= look->stretch_y / icon->height_px;
    }
    struct placing to = place(centre, look->rotate_deg * M_PI / 180, sx, sy, w, h);
    if (icon->sdf && look->tinted) {
        draw_field(i, pixels, stride, width, height, &to, look, opacity);
        return;
    }
    bool smooth = look->smooth || look->rotate_deg != 0 || fabs(k - 1) > 1e-9;
    struct image_look how = {.opacity = opacity,
        .smooth = smooth,
        .part = {-1, -1, w + 1, h + 1},
        .across = &across,
        .down = &down};
    image_draw(pixels, stride, width, height, &i->image, &to, &how);
}
