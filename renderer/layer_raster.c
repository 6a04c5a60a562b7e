/*
 * Picture tiles out of local files: PNG, one file a tile under a local:// address, or an MBTiles file of them. Found by
 * the zoom nearest to the view's, as MapLibre does; a tile that is not there is taken out of its ancestor.
 */
#include <math.h>
#include <string.h>

#include "data/tileset.h"
#include "renderer/layer.h"

enum { TILE_MAX_BYTES = 4 << 20 };
#define EDGE_SLACK 1e-6

struct picture_source {
    struct str address;    /* with {z}, {x}, {y}; empty when there is a file */
    struct tileset *file;
    bool tms;
    int min_zoom, max_zoom;
    double tile_px;
};
struct bytes {
    const struct buf *from;
    size_t at;
};

static cairo_status_t read_bytes(void *ctx, unsigned char *to, unsigned n)
{
    struct bytes *b = ctx;
    if (b->from->len - b->at < n)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(to, b->from->at + b->at, n);
    b->at += n;
    return CAIRO_STATUS_SUCCESS;
}

/* NULL where there is none. */
static cairo_surface_t *read_picture(struct drawing *d, const struct picture_source *s, struct tile t)
{
    AUTO(buf) bytes = {0};
    AUTO(buf) path = {0};
    AUTO(buf) address = {0};
    struct err err;
    bool found = false;
    if (s->file) {
        if (!tileset_read(s->file, t, &bytes, &found, &err) || !found)
            return NULL;
    } else {
        source_put_address(&address, s->address, t, s->tms);
        if (!drawing_path(d, buf_str(&address), &path) || !buf_read_file(&bytes, path.at, TILE_MAX_BYTES, &err))
            return NULL;
    }
    struct bytes from = {&bytes, 0};
    cairo_surface_t *image = cairo_image_surface_create_from_png_stream(read_bytes, &from);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS)
        return image;
    cairo_surface_destroy(image);
    return NULL;
}

/* ---- colours ---- */

struct grade {
    double spin[3], low, high, saturation, contrast;
    bool plain;
};

static struct grade grade_of(const struct style_layer *l, const struct expr_input *in)
{
    struct grade g = {.low = style_number(l, PROP_RASTER_BRIGHTNESS_MIN, in), .high = style_number(l, PROP_RASTER_BRIGHTNESS_MAX, in)};
    double hue = style_number(l, PROP_RASTER_HUE_ROTATE, in) * M_PI / 180, c = cos(hue), s = sin(hue);
    double saturation = style_number(l, PROP_RASTER_SATURATION, in), contrast = style_number(l, PROP_RASTER_CONTRAST, in);
    g.spin[0] = (2 * c + 1) / 3;
    g.spin[1] = (-sqrt(3) * s - c + 1) / 3;
    g.spin[2] = (sqrt(3) * s - c + 1) / 3;
    g.saturation = saturation > 0 ? 1 - 1 / (1.001 - saturation) : -saturation;
    g.contrast = contrast > 0 ? 1 / (1.001 - contrast) : 1 + contrast;
    g.plain = hue == 0 && saturation == 0 && contrast == 0 && g.low == 0 && g.high == 1;
    return g;
}

/* As MapLibre's raster shader does, on colours that are not premultiplied. */
static uint32_t graded(const struct grade *g, uint32_t p)
{
    double a = (p >> 24) / 255.0, in[3], out[3];
    if (a == 0)
        return 0;
    for (int i = 0; i < 3; i++)
        in[i] = (p >> (16 - 8 * i) & 255) / 255.0 / a;
    for (int i = 0; i < 3; i++)
        out[i] = in[i] * g->spin[0] + in[(i + 1) % 3] * g->spin[1] + in[(i + 2) % 3] * g->spin[2];
    double average = (in[0] + in[1] + in[2]) / 3;
    uint32_t made = p & 0xff000000u;
    for (int i = 0; i < 3; i++) {
        double v = out[i] + (average - out[i]) * g->saturation;
        v = (v - 0.5) * g->contrast + 0.5;
        v = g->low + (g->high - g->low) * CLAMP(v, 0.0, 1.0);
        made |= (uint32_t)(CLAMP(v, 0.0, 1.0) * a * 255 + 0.5) << (16 - 8 * i);
    }
    return made;
}

static void grade_picture(const struct grade *g, cairo_surface_t **image)
{
    if (g->plain)
        return;
    int w = cairo_image_surface_get_width(*image), h = cairo_image_surface_get_height(*image);
    cairo_surface_t *made = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, w, h);
    cairo_t *cr = cairo_create(made);
    cairo_set_source_surface(cr, *image, 0, 0);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_flush(made);
    uint32_t *at = (uint32_t *)(void *)cairo_image_surface_get_data(made);
    for (size_t i = 0; i < (size_t)w * (size_t)h; i++)
        at[i] = graded(g, at[i]);
    cairo_surface_mark_dirty(made);
    cairo_surface_destroy(*image);
    *image = made;
}

/* ---- drawing ---- */

static void paint_tile(struct drawing *d, cairo_surface_t *image, const struct tile_place *at, bool nearest, double opacity)
{
    double w = cairo_image_surface_get_width(image), h = cairo_image_surface_get_height(image);
    cairo_matrix_t m = {at->to_px.xx / w, at->to_px.yx / w, at->to_px.xy / h, at->to_px.yy / h, at->to_px.x0, at->to_px.y0};
    cairo_save(d->cr);
    cairo_transform(d->cr, &m);
    cairo_pattern_t *p = cairo_pattern_create_for_surface(image);
    cairo_pattern_set_extend(p, CAIRO_EXTEND_PAD); /* edges stay whole */
    cairo_pattern_set_filter(p, nearest ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_BILINEAR);
    cairo_set_source(d->cr, p);
    cairo_rectangle(d->cr, at->inside.x0 * w, at->inside.y0 * h, (at->inside.x1 - at->inside.x0) * w, (at->inside.y1 - at->inside.y0) * h);
    cairo_clip(d->cr);
    cairo_paint_with_alpha(d->cr, opacity);
    cairo_pattern_destroy(p);
    cairo_restore(d->cr);
}

static bool open_pictures(struct drawing *d, const struct style_source *src, struct picture_source *s, struct err *err)
{
    const struct json *v;
    s->tile_px = (v = json_get(src->spec, S("tileSize"))) ? CLAMP(json_number(v), 16.0, 4096.0) : 512;
    s->min_zoom = (int)CLAMP(json_number(json_get(src->spec, S("minzoom"))), 0.0, 22.0);
    s->max_zoom = (v = json_get(src->spec, S("maxzoom"))) ? (int)CLAMP(json_number(v), 0.0, 22.0) : 22;
    s->tms = str_eq(json_string(json_get(src->spec, S("scheme"))), S("tms"));
    s->address = json_string(json_at(json_get(src->spec, S("tiles")), 0));
    if (s->address.len)
        return true;
    AUTO(buf) path = {0};
    if (!drawing_path(d, src->url, &path))
        return err_set(err, ERR_INVALID, "source %.*s: only files of this machine are read", STR_ARG(src->name));
    if (!tileset_open(&s->file, path.at, err))
        return err_under(err, "source %.*s", STR_ARG(src->name));
    s->min_zoom = tileset_info(s->file)->min_zoom;
    s->max_zoom = tileset_info(s->file)->max_zoom;
    return true;
}

bool layer_draw_raster(struct drawing *d, const struct style_layer *l, struct err *err)
{
    struct picture_source s = {0};
    struct expr_input in = drawing_input(d);
    double opacity = style_number(l, PROP_RASTER_OPACITY, &in);
    if (!l->source || d->query || opacity <= 0)
        return true;
    if (!open_pictures(d, l->source, &s, err))
        return false;
    bool nearest = str_eq(style_string(l, PROP_RASTER_RESAMPLING, &in), S("nearest"));
    struct grade grade = grade_of(l, &in);
    int z = (int)CLAMP(floor(d->zoom + log2(512 / s.tile_px) + 0.5), 0.0, (double)s.max_zoom);
    double n = exp2(z), size = d->world_px / n;
    double y0 = MAX(floor(d->origin.y / size + EDGE_SLACK), 0), y1 = MIN(ceil((d->origin.y + d->world.y1) / size - EDGE_SLACK), n);
    for (double y = y0; y < y1 && z >= s.min_zoom; y++)
        for (double x = floor(d->origin.x / size + EDGE_SLACK); x < ceil((d->origin.x + d->world.x1) / size - EDGE_SLACK); x++) {
            double copy = floor(x / n);
            struct tile asked = {(uint32_t)(x - copy * n), (uint32_t)y, (uint8_t)z}, at = asked;
            cairo_surface_t *image = read_picture(d, &s, at);
            while (!image && at.z > s.min_zoom)
                image = read_picture(d, &s, at = tile_parent(at, at.z - 1));
            if (!image)
                continue;
            struct tile_place place;
            drawing_place(d, asked, at, (int64_t)copy, size, 1, &place);
            grade_picture(&grade, &image);
            paint_tile(d, image, &place, nearest, opacity);
            cairo_surface_destroy(image);
        }
    tileset_close(s.file);
    return true;
}
