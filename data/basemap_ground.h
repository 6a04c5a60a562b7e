/*
 * What the base map is made of, between reading and cutting: features of the Shortbread layers with their properties and
 * zooms. Coordinates are 0..1 of the world. Part of basemap.c.
 */
#ifndef DATA_BASEMAP_GROUND_H
#define DATA_BASEMAP_GROUND_H

#include "data/base/err.h"
#include "data/geo/mvt.h"
#include "data/geo/shape.h"
#include "data/tileset.h"

/* In the order of a tile's layers; what is under comes first. */
enum ground_layer {
    GROUND_WORLD,     /* one square, the whole world: what is not land of it becomes `ocean` */
    GROUND_LANDMASS,  /* taken away from it */
    GROUND_ENCLOSED,  /* and given back: sea that land surrounds */
    GROUND_SURVEYED,  /* rectangles whose sea is known better: taken away from all that */
    GROUND_SEA,       /* and this is it */
    GROUND_LAND,
    GROUND_SITES,
    GROUND_WATER_POLYGONS,
    GROUND_WATER_LINES,
    GROUND_BUILDINGS,
    GROUND_STREET_POLYGONS,
    GROUND_BRIDGES,
    GROUND_STREETS,
    GROUND_BOUNDARIES,
    GROUND_STREET_LABELS,
    GROUND_STREET_POLYGON_LABELS,
    GROUND_WATER_POLYGON_LABELS,
    GROUND_WATER_LINE_LABELS,
    GROUND_BOUNDARY_LABELS,
    GROUND_PLACE_LABELS,
    GROUND_PUBLIC_TRANSPORT,
    GROUND_POIS,
    GROUND_LAYERS,
};

struct ground_prop {
    struct ground_prop *next;
    struct str key;
    struct value value;
};
struct ground_feature {
    struct shape shape;
    enum ground_layer layer;
    uint8_t min_zoom, max_zoom;
    int32_t rank; /* within a layer the lower comes first: is drawn first, is named first */
    struct ground_prop *props;
};
struct ground {
    struct arena arena;
    struct ground_feature *at;
    size_t n, cap;
    const volatile bool *stop;
};

void ground_init(struct ground *g, const volatile bool *stop);
void ground_done(struct ground *g);
bool ground_is_stopped(const struct ground *g, struct err *err); /* true after Ctrl-C, err filled */

/* The feature is valid until the next one is added; its shape is copied. */
struct ground_feature *ground_add(struct ground *g, enum ground_layer layer, const struct shape *shape, int min_zoom, int max_zoom);
struct ground_feature *ground_add_point(struct ground *g, enum ground_layer layer, struct xy at, int min_zoom, int max_zoom);
void ground_text(struct ground *g, struct ground_feature *f, const char *key, struct str value); /* not if empty */
void ground_number(struct ground *g, struct ground_feature *f, const char *key, double value);   /* integer */
void ground_flag(struct ground *g, struct ground_feature *f, const char *key, bool value);       /* only true is written */

/* Lines from feature `from` on that are alike in layer, zooms and properties become one where they meet. */
void ground_join_lines(struct ground *g, size_t from);
void ground_sort(struct ground *g);

/* lon,lat to 0..1; polygons are turned round, as y changes its direction. */
struct shape ground_project(struct arena *a, const struct shape *lonlat);

/* What of a surface lies round a rectangle. It reaches by `lap` into it, so that no line shows
 * where the two join. */
struct shape ground_without(struct arena *a, const struct shape *s, struct rect r, double lap);

/* Cuts features, sorted before, into the tiles of these zooms. */
struct ground_cut {
    int min_zoom, max_zoom;
    bool (*wanted)(void *ctx, struct tile t);
    void *ctx;
};
bool ground_cut(const struct ground *g, const struct ground_cut *cut, struct tileset_writer *w, struct err *err) MUST_USE;
/* The "json" row of the metadata: vector_layers, and the boxes that have streets: [[west, south, east, north], …]. */
void ground_put_layers(struct buf *out, int max_zoom, struct str street_areas);

#endif
