/*
 * Pictures on the map. Tiles come from files of their own or from an MBTiles or PMTiles file, of the zoom nearest to the
 * view's; one that is not there is taken out of its ancestor. An image has a place for each of its corners. Both are put on
 * the picture px by px (image.h), so that tiles meet without a seam; where the layer changes colours, they are put on a
 * sheet of its own first, and that is changed and laid over.
 *
 * As in MapLibre the map under pictures lies on whole px, so that a tile shown at its size is shown as it is.
 */
#include <math.h>
#include <string.h>

#include "data/tileset.h"
#include "renderer/layer.h"
#include "renderer/pictures.h"

enum { VECTOR_SHEET_MAX_PX = 16 << 20 };
#define EDGE_SLACK 1e-6
#define HALVE_FROM 1.4142135623730951 /* drawn smaller by more than this, a picture is halved first */

struct raster {
    struct drawing *d;
    struct drawing aligned;    /* the same with the map on whole px */
    struct pictures *pictures;
    uint32_t *pixels;          /* what is drawn on: device px */
    int stride, width, height;
    double scale;              /* device px for a px */
    struct image_look look;
    /* tiles */
    struct str address;        /* with {z}, {x}, {y}; empty when there is a file */
    struct buf file;
    bool tms;
    int min_zoom, max_zoom;
    double tile_px;
    struct rect bounds;        /* 0..1 of the world */
};

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


static void grade_pixels(const struct grade *g, uint32_t *at, size_t n)
{
    uint32_t last = 0, made = 0; /* ground is often of one colour */
    for (size_t i = 0; i < n; i++) {
        if (at[i] != last) {
            last = at[i];
            made = graded(g, last);
        }
        at[i] = made;
    }
}

/* ---- putting pictures down ---- */

/* How often a picture is halved that shows `per_px` of its px on one device px. */
static int halvings_for(double per_px)
{
    return per_px > HALVE_FROM ? (int)CLAMP(floor(log2(per_px) + 0.5), 0.0, 6.0) : 0;
}

/* What is drawn on: device px from the part's top left. */
struct part {
    uint32_t *at;
    int width, height;
    int x, y;
};

/* The device px whose middles lie in [x0, x1) and [y0, y1); neighbours that share an edge share none. */
static struct part part_of(const struct raster *r, double x0, double y0, double x1, double y1)
{
    int left = (int)CLAMP(ceil(x0 - 0.5), 0.0, (double)r->width), right = (int)CLAMP(ceil(x1 - 0.5), 0.0, (double)r->width);
    int top = (int)CLAMP(ceil(y0 - 0.5), 0.0, (double)r->height), bottom = (int)CLAMP(ceil(y1 - 0.5), 0.0, (double)r->height);
    return (struct part){r->pixels + (ptrdiff_t)top * r->stride + left, MAX(right - left, 0), MAX(bottom - top, 0), left, top};
}

static double snapped(double v)
{
    return round(v * 64) / 64;
}

/* Upright tiles are cut at device px, since a tile's right edge and its neighbour's left are the same number; turned ones
 * at their own edges. */
static void put_tile(const struct raster *r, const struct image *image, const struct tile_place *at, double x, double y, double size)
{
    const struct placing *p = &at->to_px;
    const struct drawing *d = &r->aligned;
    double w = image->width, h = image->height, k = r->scale;
    struct image_look look = r->look;
    struct placing to = {p->xx / w * k, p->xy / h * k, p->x0 * k, p->yx / w * k, p->yy / h * k, p->y0 * k};
    struct part part = {r->pixels, r->width, r->height, 0, 0};
    look.part = (struct rect){at->inside.x0 * w, at->inside.y0 * h, at->inside.x1 * w, at->inside.y1 * h};
    look.exact = d->bearing_deg != 0;
    if (d->bearing_deg == 0) {
        part = part_of(r, snapped((x * size - d->origin.x) * k), snapped((y * size - d->origin.y) * k), snapped(((x + 1) * size - d->origin.x) * k),
            snapped(((y + 1) * size - d->origin.y) * k));
        look.part = (struct rect){look.part.x0 - 2, look.part.y0 - 2, look.part.x1 + 2, look.part.y1 + 2};
        to.x0 -= part.x;
        to.y0 -= part.y;
    }
    image_draw(part.at, r->stride, part.width, part.height, image, &to, &look);
}

/* ---- tiles ---- */

static const struct image *tile_picture(const struct raster *r, struct tile t, int halvings)
{
    AUTO(buf) path = {0};
    AUTO(buf) address = {0};
    if (r->file.len)
        return pictures_tile(r->pictures, r->file.at, t, halvings);
    source_put_address(&address, r->address, t, r->tms);
    return drawing_path(r->d, buf_str(&address), &path) ? pictures_file(r->pictures, path.at, false, halvings) : NULL;
}

static void draw_tile(struct raster *r, double x, double y, int z, double size)
{
    double n = exp2(z), copy = floor(x / n);
    struct tile asked = {(uint32_t)(x - copy * n), (uint32_t)y, (uint8_t)z}, at = asked;
    const struct image *image = tile_picture(r, at, 0);
    while (!image && at.z > r->min_zoom)
        image = tile_picture(r, at = tile_parent(at, at.z - 1), 0);
    if (!image)
        return;
    struct tile_place place;
    drawing_place(&r->aligned, asked, at, (int64_t)copy, size, 1, &place);
    int halvings = halvings_for(image->width / (size * exp2(asked.z - at.z) * r->scale));
    if (halvings)
        image = tile_picture(r, at, halvings);
    if (image)
        put_tile(r, image, &place, x, y, size);
    pictures_trim(r->pictures);
}

static double number_or(const struct json *spec, struct str key, double otherwise)
{
    const struct json *v = json_get(spec, key);
    return json_kind(v) == JSON_NUMBER ? json_number(v) : otherwise;
}

static struct rect bounds_of(const struct json *spec)
{
    const struct json *b = json_get(spec, S("bounds"));
    if (json_size(b) != 4)
        return (struct rect){0, 0, 1, 1};
    struct xy nw = mercator_of((struct lonlat){json_number(json_at(b, 0)), json_number(json_at(b, 3))});
    struct xy se = mercator_of((struct lonlat){json_number(json_at(b, 2)), json_number(json_at(b, 1))});
    return (struct rect){nw.x, nw.y, se.x, se.y};
}

static bool open_tiles(struct raster *r, const struct style_source *src, struct err *err)
{
    r->tile_px = CLAMP(number_or(src->spec, S("tileSize"), 512), 16.0, 4096.0);
    r->min_zoom = (int)CLAMP(number_or(src->spec, S("minzoom"), 0), 0.0, 22.0);
    r->max_zoom = (int)CLAMP(number_or(src->spec, S("maxzoom"), 22), 0.0, 22.0);
    r->tms = str_eq(json_string(json_get(src->spec, S("scheme"))), S("tms"));
    r->bounds = bounds_of(src->spec);
    if (json_size(json_get(src->spec, S("tiles"))) && !json_get(src->spec, S("url"))) {
        r->address = src->url;
        return true;
    }
    struct tileset *file;
    if (!drawing_path(r->d, src->url, &r->file))
        return err_set(err, ERR_INVALID, "source %.*s: only files of this machine are read", STR_ARG(src->name));
    if (!pictures_tileset(r->pictures, r->file.at, &file, err))
        return err_under(err, "source %.*s", STR_ARG(src->name));
    r->min_zoom = tileset_info(file)->min_zoom;
    r->max_zoom = tileset_info(file)->max_zoom;
    return true;
}

static void draw_tiles(struct raster *r)
{
    const struct drawing *d = &r->aligned;
    int z = (int)CLAMP(floor(d->zoom + log2(512 / r->tile_px) + 0.5), 0.0, (double)r->max_zoom);
    double n = exp2(z), size = d->world_px / n;
    if (z < r->min_zoom)
        return;
    double x0 = floor(d->origin.x / size + EDGE_SLACK), x1 = ceil((d->origin.x + d->world.x1) / size - EDGE_SLACK);
    double y0 = floor(d->origin.y / size + EDGE_SLACK), y1 = ceil((d->origin.y + d->world.y1) / size - EDGE_SLACK);
    y0 = MAX(y0, MAX(floor(r->bounds.y0 * n), 0));
    y1 = MIN(y1, MIN(ceil(r->bounds.y1 * n), n));
    for (double y = y0; y < y1; y++)
        for (double x = x0; x < x1; x++) {
            double column = x - floor(x / n) * n;
            if (column >= floor(r->bounds.x0 * n) && column < ceil(r->bounds.x1 * n))
                draw_tile(r, x, y, z, size);
        }
}

/* ---- an image ---- */

/* Its corners in world px, from the top left clockwise. */
static bool read_corners(const struct json *spec, double world_px, struct xy out[4])
{
    const struct json *corners = json_get(spec, S("coordinates"));
    for (size_t i = 0; i < 4; i++) {
        double lon = json_number(json_at(json_at(corners, i), 0)), lat = json_number(json_at(json_at(corners, i), 1));
        if (!(fabs(lon) <= 1e4) || !(fabs(lat) <= 90))
            return false;
        struct xy at = mercator_of((struct lonlat){0, CLAMP(lat, -89.0, 89.0)}); /* longitudes past 180 are meant */
        out[i] = (struct xy){(lon + 180) / 360 * world_px, at.y * world_px};
    }
    return json_size(corners) == 4;
}

/* The image by three of its corners, as MapLibre's two triangles have it: an image that is no parallelogram has a crease from
 * its top right to its bottom left. */
static void put_half(const struct raster *r, const struct image *image, struct xy tl, struct xy tr, struct xy bl, struct xy br, bool upper)
{
    struct image_look look = r->look;
    double w = image->width, h = image->height;
    struct xy u = upper ? (struct xy){tr.x - tl.x, tr.y - tl.y} : (struct xy){br.x - bl.x, br.y - bl.y};
    struct xy v = upper ? (struct xy){bl.x - tl.x, bl.y - tl.y} : (struct xy){br.x - tr.x, br.y - tr.y};
    struct xy o = upper ? tl : (struct xy){br.x - u.x - v.x, br.y - u.y - v.y};
    bool parallel = fabs(tl.x + br.x - tr.x - bl.x) < 1e-6 && fabs(tl.y + br.y - tr.y - bl.y) < 1e-6;
    if (parallel && !upper)
        return;
    look.part = (struct rect){0, 0, w, h};
    look.half = parallel ? IMAGE_WHOLE : upper ? IMAGE_UPPER_LEFT : IMAGE_LOWER_RIGHT;
    image_draw(r->pixels, r->stride, r->width, r->height, image, &(struct placing){u.x / w, v.x / h, o.x, u.y / w, v.y / h, o.y}, &look);
}

static struct xy device_px(const struct raster *r, struct xy world)
{
    struct tile_place at;
    drawing_place(&r->aligned, (struct tile){0}, (struct tile){0}, 0, r->aligned.world_px, r->aligned.world_px, &at);
    struct xy px = placing_px(&at.to_px, world);
    return (struct xy){px.x * r->scale, px.y * r->scale};
}

static bool draw_image(struct raster *r, const struct style_source *src, struct err *err)
{
    AUTO(buf) path = {0};
    struct xy corners[4], at[4];
    double world = r->aligned.world_px;
    if (!read_corners(src->spec, world, corners))
        return err_set(err, ERR_INVALID, "source %.*s: an image has four corners", STR_ARG(src->name));
    if (!drawing_path(r->d, src->url, &path))
        return err_set(err, ERR_INVALID, "source %.*s: only files of this machine are read", STR_ARG(src->name));
    const struct image *image = pictures_file(r->pictures, path.at, true, 0);
    if (!image)
        return true;
    double west = MIN(MIN(corners[0].x, corners[1].x), MIN(corners[2].x, corners[3].x));
    double east = MAX(MAX(corners[0].x, corners[1].x), MAX(corners[2].x, corners[3].x));
    double wide = hypot(corners[1].x - corners[0].x, corners[1].y - corners[0].y) * r->scale;
    int halvings = halvings_for(image->width / MAX(wide, 1));
    if (halvings && !(image = pictures_file(r->pictures, path.at, true, halvings)))
        return true;
    double first = floor((r->aligned.origin.x - east) / world), last = ceil((r->aligned.origin.x + r->aligned.world.x1 - west) / world);
    for (double copy = first; copy <= last && last - first < 100; copy++) {
        for (int i = 0; i < 4; i++)
            at[i] = device_px(r, (struct xy){corners[i].x + copy * world, corners[i].y});
        for (int upper = 0; upper < 2; upper++)
            put_half(r, image, at[0], at[1], at[3], at[2], upper);
    }
    return true;
}

/* ---- the layer ---- */

/* The map moved by less than a px, so that its corner (or, turned, the camera) lies on whole ones. */
static struct drawing aligned(const struct drawing *d, double scale)
{
    struct drawing own = *d;
    double mx = d->bearing_deg == 0 ? 0 : (d->world.x1 - d->world.x0) / 2, my = d->bearing_deg == 0 ? 0 : (d->world.y1 - d->world.y0) / 2;
    own.origin.x = round((d->origin.x + mx) * scale) / scale - mx;
    own.origin.y = round((d->origin.y + my) * scale) / scale - my;
    return own;
}

static bool draw_source(struct raster *r, const struct style_source *src, struct err *err)
{
    if (src->kind == SOURCE_IS_IMAGE)
        return draw_image(r, src, err);
    bool ok = open_tiles(r, src, err);
    if (ok)
        draw_tiles(r);
    buf_done(&r->file);
    return ok;
}

/* On a sheet of its own: as large as the drawing's image, or for vectors as fine as twice the px. */
static bool draw_apart(struct raster *r, const struct style_source *src, const struct grade *grade, struct err *err)
{
    struct drawing *d = r->d;
    double opacity = r->look.opacity, area = (double)d->width_px * d->height_px;
    r->scale = d->image ? d->scale : MIN(2 * d->scale, sqrt(VECTOR_SHEET_MAX_PX / MAX(area, 1)));
    r->width = d->image ? cairo_image_surface_get_width(d->image) : (int)MAX(floor(d->width_px * r->scale), 1);
    r->height = d->image ? cairo_image_surface_get_height(d->image) : (int)MAX(floor(d->height_px * r->scale), 1);
    cairo_surface_t *sheet = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, r->width, r->height);
    r->pixels = (uint32_t *)(void *)cairo_image_surface_get_data(sheet);
    r->stride = cairo_image_surface_get_stride(sheet) / 4;
    r->look.opacity = 1;
    r->aligned = aligned(d, r->scale);
    bool ok = cairo_surface_status(sheet) == CAIRO_STATUS_SUCCESS ? draw_source(r, src, err) : err_set(err, ERR_TOO_BIG, "no room for a raster layer");
    if (ok && !grade->plain)
        grade_pixels(grade, r->pixels, (size_t)r->stride * (size_t)r->height);
    cairo_surface_mark_dirty(sheet);
    cairo_save(d->cr);
    cairo_scale(d->cr, 1 / r->scale, 1 / r->scale);
    cairo_set_source_surface(d->cr, sheet, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(d->cr), d->image ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_BILINEAR);
    cairo_paint_with_alpha(d->cr, opacity);
    cairo_restore(d->cr);
    cairo_surface_destroy(sheet);
    return ok;
}

bool layer_draw_raster(struct drawing *d, const struct style_layer *l, struct err *err)
{
    struct expr_input in = drawing_input(d);
    double opacity = style_number(l, PROP_RASTER_OPACITY, &in);
    if (!l->source || d->query || !(opacity > 0) || (l->source->kind != SOURCE_IS_RASTER && l->source->kind != SOURCE_IS_IMAGE))
        return true;
    struct grade grade = grade_of(l, &in);
    enum prop how = style_has(l, PROP_RESAMPLING) ? PROP_RESAMPLING : PROP_RASTER_RESAMPLING;
    struct raster r = {.d = d, .pictures = painter_pictures(d->painter), .look = {.opacity = opacity, .clamp = true,
        .smooth = !str_eq(style_string(l, how, &in), S("nearest"))}};
    if (!d->image || !grade.plain)
        return draw_apart(&r, l->source, &grade, err);
    cairo_surface_flush(d->image);
    r.scale = d->scale;
    r.pixels = (uint32_t *)(void *)cairo_image_surface_get_data(d->image);
    r.stride = cairo_image_surface_get_stride(d->image) / 4;
    r.width = cairo_image_surface_get_width(d->image);
    r.height = cairo_image_surface_get_height(d->image);
    r.aligned = aligned(d, d->scale);
    bool ok = draw_source(&r, l->source, err);
    cairo_surface_mark_dirty(d->image);
    return ok;
}
