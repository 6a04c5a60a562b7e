/*
 * What layers need to work on pixels themselves: the canvas, the rows of a tile on it, and images of their own.
 */
#include <math.h>
#include <stdlib.h>

#include "renderer/layer.h"

#define VECTOR_SCALE 2.0          /* of images inside a vector picture */
#define ASIDE_MAX_PX (16.0 * 1024 * 1024)

struct canvas drawing_canvas(struct drawing *d)
{
    cairo_surface_flush(d->image);
    return (struct canvas){(uint32_t *)(void *)cairo_image_surface_get_data(d->image), cairo_image_surface_get_stride(d->image) / 4,
        cairo_image_surface_get_width(d->image), cairo_image_surface_get_height(d->image)};
}

void drawing_touched(struct drawing *d)
{
    cairo_surface_mark_dirty(d->image);
}

/* The first pixel whose middle is at or right of x, within the row. */
static int32_t column(double x, int width)
{
    double at = ceil(x - 0.5);
    return at < 0 ? 0 : at > width ? width : (int32_t)at;
}

bool drawing_rows(struct drawing *d, const struct tile_place *at, int32_t (**out)[2], struct err *err)
{
    int width = cairo_image_surface_get_width(d->image), height = cairo_image_surface_get_height(d->image);
    int32_t(*rows)[2] = arena_array(d->arena, (size_t)height, sizeof *rows);
    if (!rows)
        return err_arena(err);
    struct xy corner[4] = {{0, 0}};
    const struct rect *in = at ? &at->inside : &(struct rect){0};
    struct xy of[4] = {{in->x0, in->y0}, {in->x1, in->y0}, {in->x1, in->y1}, {in->x0, in->y1}};
    for (int i = 0; i < 4 && at; i++) {
        struct xy px = placing_px(&at->to_px, of[i]);
        corner[i] = (struct xy){px.x * d->scale, px.y * d->scale};
    }
    for (int y = 0; y < height; y++) {
        double middle = y + 0.5, left = INFINITY, right = -INFINITY;
        rows[y][0] = 0, rows[y][1] = at ? 0 : width;
        for (int i = 0; i < 4 && at; i++) {
            struct xy a = corner[i], b = corner[(i + 1) % 4];
            if ((a.y <= middle) == (b.y <= middle))
                continue;
            double x = a.y < b.y ? a.x + (b.x - a.x) * (middle - a.y) / (b.y - a.y) : b.x + (a.x - b.x) * (middle - b.y) / (a.y - b.y);
            left = MIN(left, x), right = MAX(right, x);
        }
        if (left < right)
            rows[y][0] = column(left, width), rows[y][1] = column(right, width);
    }
    *out = rows;
    return true;
}

struct keyed {
    double key;
    uint32_t index, order;
};

static int by_key(const void *pa, const void *pb)
{
    const struct keyed *a = pa, *b = pb;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

bool drawing_in_order(struct drawing *d, const struct style_layer *l, enum prop key, const struct features *features,
    const struct tile *tile, const uint32_t **chosen, size_t n, struct err *err)
{
    if (!style_has(l, key) || n == 0)
        return true;
    struct keyed *k = ARENA_ARRAY(d->arena, struct keyed, n);
    uint32_t *out = ARENA_ARRAY(d->arena, uint32_t, n);
    if (!k || !out)
        return err_arena(err);
    struct expr_input in = drawing_input(d);
    in.zoom = whole_zoom(in.zoom);
    in.layer = features;
    in.tile = tile;
    for (size_t i = 0; i < n; i++) {
        in.feature = &features->at[(*chosen)[i]];
        double v = style_number(l, key, &in);
        k[i] = (struct keyed){isfinite(v) ? v : 0, (*chosen)[i], (uint32_t)i};
    }
    qsort(k, n, sizeof *k, by_key);
    for (size_t i = 0; i < n; i++)
        out[i] = k[i].index;
    *chosen = out;
    return true;
}

static bool begin(const struct drawing *d, struct drawing *out, struct err *err)
{
    *out = *d;
    if (!d->image) { /* the device's px are not known */
        out->scale = MIN(VECTOR_SCALE, sqrt(ASIDE_MAX_PX / ((double)d->width_px * d->height_px)));
    }
    int w = (int)ceil(d->width_px * out->scale), h = (int)ceil(d->height_px * out->scale);
    out->image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, MAX(w, 1), MAX(h, 1));
    if (cairo_surface_status(out->image) != CAIRO_STATUS_SUCCESS) {
        cairo_surface_destroy(out->image);
        return err_set(err, ERR_TOO_BIG, "no image of %d by %d px could be made", w, h);
    }
    out->cr = cairo_create(out->image);
    cairo_scale(out->cr, out->scale, out->scale);
    return true;
}

static void paint(struct drawing *d, struct drawing *aside, double opacity)
{
    cairo_destroy(aside->cr);
    cairo_save(d->cr);
    cairo_scale(d->cr, 1 / aside->scale, 1 / aside->scale);
    cairo_set_source_surface(d->cr, aside->image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(d->cr), d->image ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
    cairo_paint_with_alpha(d->cr, opacity);
    cairo_restore(d->cr);
    cairo_surface_destroy(aside->image);
}

bool drawing_aside(struct drawing *d, const struct style_layer *l, layer_draw_fn *draw, double opacity, struct err *err)
{
    struct drawing aside;
    if (!begin(d, &aside, err))
        return false;
    bool ok = draw(&aside, l, err);
    paint(d, &aside, CLAMP(opacity, 0.0, 1.0));
    return ok;
}
