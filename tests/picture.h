/* Small pictures of a style, looked at px by px. */
#ifndef TESTS_PICTURE_H
#define TESTS_PICTURE_H

#include "renderer/map.h"
#include "tests/test.h"

/* The caller's. As images are drawn, or on a cairo_t as vectors are. */
static inline cairo_surface_t *picture_by(struct painter *p, struct str style_text, const struct view *v, bool as_vectors)
{
    struct err err = {0};
    struct style *style;
    struct scene scene = {.today = 20000};
    if (!style_read(&style, style_text, NULL, &err))
        fail_msg("%s", err.text);
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)(v->width_px * v->scale), (int)(v->height_px * v->scale));
    cairo_t *cr = cairo_create(image);
    if (!(as_vectors ? map_draw(p, cr, v, style, &scene, &err) : map_draw_image(p, image, v, style, &scene, &err)))
        fail_msg("%s", err.text);
    cairo_destroy(cr);
    cairo_surface_flush(image);
    style_drop(style);
    return image;
}

/* By a painter of its own, which keeps nothing of pictures before; assets may be NULL. */
static inline cairo_surface_t *picture_of(struct str style_text, const char *assets, const struct view *v, bool as_vectors)
{
    struct err err = {0};
    struct painter *p;
    if (!painter_new(&p, &(struct painter_options){.assets = assets}, &err))
        fail_msg("%s", err.text);
    cairo_surface_t *image = picture_by(p, style_text, v, as_vectors);
    painter_free(p);
    return image;
}

static inline uint32_t pixel(cairo_surface_t *image, int x, int y)
{
    return ((uint32_t *)(void *)(cairo_image_surface_get_data(image) + (ptrdiff_t)y * cairo_image_surface_get_stride(image)))[x];
}

static inline int difference(uint32_t a, uint32_t b)
{
    int most = 0;
    for (int shift = 0; shift < 32; shift += 8)
        most = MAX(most, abs((int)(a >> shift & 255) - (int)(b >> shift & 255)));
    return most;
}

/* Pixels of b, moved by x, y, that differ from a by more than `tolerance` in a channel. */
static inline size_t differing(cairo_surface_t *a, cairo_surface_t *b, int x, int y, int tolerance)
{
    size_t n = 0;
    for (int row = 0; row < cairo_image_surface_get_height(b); row++)
        for (int col = 0; col < cairo_image_surface_get_width(b); col++)
            n += difference(pixel(a, col + x, row + y), pixel(b, col, row)) > tolerance;
    return n;
}

/* Compared with what was seen and found good; CONTRECHAMP_GOLDEN=write puts the present pictures in its place. */
static inline void compare_golden(cairo_surface_t *image, const char *path)
{
    const char *how = getenv("CONTRECHAMP_GOLDEN");
    if (how && strcmp(how, "write") == 0)
        assert_int_equal(cairo_surface_write_to_png(image, path), CAIRO_STATUS_SUCCESS);
    cairo_surface_t *kept = cairo_image_surface_create_from_png(path);
    if (cairo_surface_status(kept) != CAIRO_STATUS_SUCCESS)
        fail_msg("%s cannot be read", path);
    assert_int_equal(cairo_image_surface_get_width(kept), cairo_image_surface_get_width(image));
    cairo_surface_t *argb = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, cairo_image_surface_get_width(kept), cairo_image_surface_get_height(kept));
    cairo_t *cr = cairo_create(argb);
    cairo_set_source_surface(cr, kept, 0, 0);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_flush(argb);
    size_t all = (size_t)cairo_image_surface_get_width(image) * (size_t)cairo_image_surface_get_height(image);
    assert_true(differing(argb, image, 0, 0, 32) * 200 < all); /* half a percent: fonts and Cairo differ a little */
    cairo_surface_destroy(argb);
    cairo_surface_destroy(kept);
}

#endif
