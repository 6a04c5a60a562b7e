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

#endif
