/*
 * Drawing a view. Tiles, prints, cards and the command `render` all end here. Raster pictures are made of cells of the
 * world, 256 px wide at their zoom, each drawn with a margin, so that tiles join without a seam and a picture made of
 * tiles is the same picture as one drawn at once.
 */
#ifndef RENDERER_MAP_H
#define RENDERER_MAP_H

#include <cairo.h>

#include "renderer/source.h"
#include "renderer/style.h"

struct view {
    struct xy centre;          /* Mercator 0..1 */
    double zoom;               /* of the style: the world is 512 · 2^zoom px wide */
    double bearing_deg;
    double scale;              /* device px for a px: 1 to 4 */
    int width_px, height_px;   /* before scale */
    double line_min_px;        /* no line is drawn thinner; 0: as the style says */
};
struct view view_of_tile(struct tile raster_tile, double scale); /* a 256-px tile: style zoom z - 1 */
struct view view_of_box(struct box b, int width_px, int height_px, double scale); /* the largest zoom that shows it all */
struct xy view_px(const struct view *v, struct xy mercator); /* px from the top left */
struct xy view_mercator(const struct view *v, struct xy px);

/* What one thread owns to draw: surfaces, arena, open sources, fonts, glyphs, sprites. */
struct painter;
struct painter_options {
    const char *const *basemaps; /* files behind "contrechamp://basemap", the first that has a tile gives it */
    size_t n_basemaps;
    const char *assets;          /* what "local://" stands for; NULL: none */
    size_t cache_bytes;          /* for all that is kept between drawings, about; 0: 256 MiB */
};
bool painter_new(struct painter **out, const struct painter_options *options, struct err *err) MUST_USE;
void painter_free(struct painter *p);
/* Drops what is cached of styles and base maps (after a reload). */
void painter_forget(struct painter *p);
struct text_engine;
struct text_engine *painter_text(struct painter *p); /* its fonts */

/* Onto an ARGB32 image of width · scale by height · scale; made by the caller. */
bool map_draw_image(struct painter *p, cairo_surface_t *image, const struct view *view, struct style *style,
    const struct scene *scene, struct err *err) MUST_USE;
/* A 256-px tile: the surface it was drawn on is the painter's, good until it draws again. */
bool map_draw_tile(struct painter *p, struct tile raster_tile, double scale, struct style *style, const struct scene *scene,
    cairo_surface_t **out, struct err *err) MUST_USE;
/* The same on any cairo_t (PDF, SVG), as vectors. */
bool map_draw(struct painter *p, cairo_t *cr, const struct view *view, struct style *style, const struct scene *scene,
    struct err *err) MUST_USE;

/* What is drawn at a place (px from the top left), topmost first: {geometry, properties, id, layer, source} as JSON. */
bool map_query(struct painter *p, const struct view *view, struct style *style, const struct scene *scene, double x0,
    double y0, double x1, double y1, struct buf *out, struct err *err) MUST_USE;

#endif
