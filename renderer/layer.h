/*
 * What a kind of layer offers. map.c walks the layers of a style for one cell and calls draw; everything a layer needs is
 * in the drawing.
 */
#ifndef RENDERER_LAYER_H
#define RENDERER_LAYER_H

#include "renderer/cache.h"
#include "renderer/icon.h"
#include "renderer/map.h"
#include "renderer/placing.h"
#include "renderer/text.h"

/* What one painter keeps for one style: its sources, opened, and its icons. */
struct style_state;

/* One cell, or one whole picture: user space is px (before scale) from its top left. */
struct drawing {
    cairo_t *cr;
    cairo_surface_t *image;        /* NULL when drawn as vectors */
    double zoom, scale;            /* style zoom; device px for a px */
    double world_px;               /* 512 · 2^zoom */
    struct xy origin;              /* world px of the top left; for turned views, of the box round the view */
    struct rect picture;           /* of a cell off whole px: where the picture lies in it, device px; else empty. There are no
                                    * tiles such a picture has to agree with. */
    struct rect world;             /* what is looked at, in px from origin: the drawing itself, or the box round it */
    int width_px, height_px;
    double bearing_deg;            /* 0 for cells */
    double line_min_px;            /* as the view has it */
    const struct scene *scene;
    struct style *style;
    struct style_state *state;
    struct painter *painter;
    struct text_engine *text;
    struct icon_set *icons;
    struct arena *arena;           /* of this drawing */
    struct tile_memo *memo;        /* what was read of sources that make their features anew */
    struct labels *labels[2];      /* of the deployments, of the base: decided once each; see layer_symbol.c */
    struct queried *query;         /* what is drawn is noted, not drawn; see map_query */
};

/* A vector tile of a source, and where it lies. */
struct tile_place {
    struct tile tile;              /* the tile the features come from; an ancestor where the asked one is missing */
    struct tile asked;
    struct placing to_px;
    struct rect inside;            /* the asked tile, in the extent of the tile the features come from */
    double px_per_unit;            /* of the extent */
    int layer_index;
    int64_t copy;                  /* which copy of the world: 0 is the usual one */
};

/* Calls fn for each tile of the layer's source that comes within reach_px of the drawing, with the features that pass the
 * layer's filter. */
typedef bool features_fn(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n_chosen, struct err *err);
bool drawing_each(struct drawing *d, const struct style_layer *layer, double reach_px, features_fn *fn, void *ctx, struct err *err);
/* Calls fn with all features of a source that keeps them uncut, for each copy of the world, as one tile whose extent is 1.
 * *whole false: it does not. */
bool drawing_whole(struct drawing *d, const struct style_layer *layer, bool *whole, features_fn *fn, void *ctx, struct err *err);
bool drawing_shows(const struct drawing *d, const struct style_layer *l); /* at its zoom */
/* Nothing of what is in these bounds of the tile, moved by shift and drawn reach_px beyond them, lies in the drawing. */
bool drawing_misses(const struct drawing *d, const struct tile_place *at, const struct rect *bounds, struct xy shift, double reach_px);
struct expr_input drawing_input(const struct drawing *d);

/* Shapes brought to px, thinned, clipped to `clip` (px) and added to the drawing's path. Coordinates that are not finite
 * are left out; none that is huge reaches Cairo. */
struct pen {
    struct drawing *d;
    struct placing to_px;
    struct rect clip;
    struct xy shift;               /* px: translate */
    double thin_px;                /* vertices nearer than this to the one before are left out */
    /* lines only */
    double offset_px;              /* to the right of the line's direction */
    const double *dashes;          /* px; NULL: not dashed */
    size_t n_dashes;
    /* Not NULL: nothing is added to the path, but given. Lines are given whole, at least two points of which no neighbours are
     * the same, rings of polygons cut; a ring does not repeat its first point. */
    void (*run)(void *ctx, const struct xy *px, size_t n, bool ring);
    void *ctx;
};
void pen_polygons(struct pen *pen, const struct shape *s);
/* Lines, or the rings of polygons; of rings, edges wholly outside of `inside` (in the extent) are left out, since there the
 * cut of the tile runs. */
void pen_lines(struct pen *pen, const struct shape *s, const struct rect *inside);

/* Where a tile lies whose coordinates run from 0 to extent. */
void drawing_place(const struct drawing *d, struct tile asked, struct tile at, int64_t copy, double size_px, double extent,
    struct tile_place *out);
/* Path of the style's glyph ranges where letters are to come from them: on images; empty: from installed fonts. */
struct str drawing_glyphs(const struct drawing *d);
/* The file an address of the style stands for; false if it is none of this machine. */
bool drawing_path(const struct drawing *d, struct str address, struct buf *out);

/* Where the layer's translate moves things, px. */
struct xy drawing_translate(const struct drawing *d, const struct style_layer *l, enum prop translate, enum prop anchor);
/* The picture of an icon at this size of a px; NULL if there is no such icon. The surface is the caller's. */
cairo_surface_t *drawing_picture(struct drawing *d, struct str icon);
/* The sprite of an icon as an endless pattern that joins over the edges of cells; NULL if there is no such icon. */
cairo_pattern_t *drawing_pattern(struct drawing *d, struct str icon);
/* A sprite with its centre at px, or the icon's outlines there. */
void drawing_icon(struct drawing *d, struct str name, struct xy px, struct icon_look look, double opacity);

/* The pixels of what is drawn on, for own loops; put back with drawing_touched. */
struct canvas {
    uint32_t *at;
    int stride, width, height;     /* px of the device */
};
struct canvas drawing_canvas(struct drawing *d);
void drawing_touched(struct drawing *d);
/* Of each row of the canvas the pixels whose middle lies in the tile, as first and end; in the arena. NULL: all of them.
 * A layer's translate moves what is drawn, not the tile: as in MapLibre a tile's content is seen in the tile alone. */
bool drawing_rows(struct drawing *d, const struct tile_place *at, int32_t (**out)[2], struct err *err);
/* The chosen features by sort key where the layer has one, those of the same key as they were; in the arena. */
bool drawing_in_order(struct drawing *d, const struct style_layer *l, enum prop key, const struct features *features,
    const struct tile *tile, const uint32_t **chosen, size_t n, struct err *err);
typedef bool layer_draw_fn(struct drawing *d, const struct style_layer *layer, struct err *err);

/* The layer drawn on an image of its own, as large as d, which is then painted on d: for what fades as one, and for what
 * vectors cannot show. */
bool drawing_aside(struct drawing *d, const struct style_layer *l, layer_draw_fn *draw, double opacity, struct err *err);

/* Notes a feature for map_query when there is one: what was hit, topmost last. */
void query_note(struct drawing *d, const struct style_layer *l, const struct features *features, const struct feature *f,
    const struct tile_place *at);
bool query_hits(const struct drawing *d, const struct rect *px); /* the asked box meets this one */
struct rect query_box(const struct drawing *d);

layer_draw_fn layer_draw_background, layer_draw_fill, layer_draw_line, layer_draw_circle, layer_draw_raster,
    layer_draw_heatmap, layer_draw_symbol;

/* Points of the deployments straight from the snapshot, drawn as sprites made once for each look and blitted: circle
 * and symbol layers whose source is deployments and which overlap freely. False in *done: draw it the general way. */
bool points_draw(struct drawing *d, const struct style_layer *layer, bool *done, struct err *err);
/* Whether points_draw would draw it: such a layer neither hides nor is hidden, so nothing is decided for it. */
bool points_able(struct drawing *d, const struct style_layer *layer);

/* What points_draw needs of the general ways: a circle's sprite (the surface is the caller's), a symbol's icon. */
cairo_surface_t *circle_sprite(const struct drawing *d, const struct style_layer *l, const struct expr_input *in, struct sprite *out);
bool symbol_icon(struct drawing *d, const struct style_layer *l, const struct expr_input *in, struct str *icon, struct icon_look *look,
    struct xy *at, double *opacity);

/* What a painter keeps between drawings. */
struct cache *painter_symbols(struct painter *p);
struct cache *painter_points(struct painter *p);
struct icon_set *painter_icons(struct painter *p, struct style *style, double scale); /* until it draws again */
struct pictures;
struct pictures *painter_pictures(struct painter *p); /* pictures.h: of raster and image sources */
struct cache *points_new(size_t limit_bytes);  /* of looks of points: points.c */
struct cache *symbols_new(size_t limit_bytes); /* of symbols by tile and layer: layer_symbol.c */

#endif
