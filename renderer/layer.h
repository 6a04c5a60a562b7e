/*
 * What a kind of layer offers. map.c walks the layers of a style for one cell and calls draw; everything a layer needs is
 * in the drawing.
 */
#ifndef RENDERER_LAYER_H
#define RENDERER_LAYER_H

#include "renderer/map.h"

struct text_engine;
struct icon_set;

/* One cell, or one whole vector picture: world px run from (x0, y0) at the cell's top left, margin included. */
struct drawing {
    cairo_t *cr;                   /* user space: px (before scale) from the drawing's top left, margin included */
    cairo_surface_t *image;        /* NULL when drawn as vectors */
    double zoom, scale;            /* style zoom; device px for a px */
    double world_px;               /* 512 · 2^zoom */
    struct xy origin;              /* world px of the top left, whole for raster cells */
    int width_px, height_px;       /* margin included */
    int margin_px;
    double bearing_deg;            /* 0 for raster cells of tiles */
    const struct scene *scene;
    struct style *style;
    struct painter *painter;
    struct text_engine *text;
    struct icon_set *icons;
    struct arena *arena;           /* of this cell */
};

/* The vector tiles that cover a drawing for a source, and where they lie. */
struct tile_place {
    struct tile tile;              /* vector tile, zoom = floor(style zoom), at most the source's */
    double x, y, size;             /* px of its top left and its width, in the drawing's user space */
};
/* Calls fn for each tile of the layer's source with its features that pass the layer's filter and zoom. */
typedef bool features_fn(void *ctx, const struct tile_place *at, const struct features *features,
    const uint32_t *chosen, size_t n_chosen, struct err *err);
bool drawing_each(struct drawing *d, const struct style_layer *layer, features_fn *fn, void *ctx, struct err *err);

typedef bool layer_draw_fn(struct drawing *d, const struct style_layer *layer, struct err *err);
layer_draw_fn layer_draw_background, layer_draw_fill, layer_draw_line, layer_draw_circle, layer_draw_raster,
    layer_draw_heatmap, layer_draw_symbol;

/* Points of the deployments straight from the snapshot, drawn as sprites made once for each look and blitted: circle
 * and symbol layers whose source is deployments and which overlap freely. False in *done: draw it the general way. */
bool points_draw(struct drawing *d, const struct style_layer *layer, bool *done, struct err *err);

#endif
