/*
 * What is drawn at a place. The layers run as for a picture, but note what they would have drawn in a box instead: so what is
 * answered is what is seen, in the order in which it lies. The functions that layers call are in layer.h (query_…).
 */
#ifndef RENDERER_QUERY_H
#define RENDERER_QUERY_H

#include "renderer/layer.h"

struct hit {
    const struct style_layer *layer;
    const struct features *features;
    const struct feature *feature;
    struct tile_place place;
};
struct queried {
    struct rect px; /* of the drawing: what is asked for */
    struct hit *at; /* topmost last; freed by who made it */
    size_t n, cap;
};

/* Topmost first, as a list of {geometry, type, properties, id, layer, source, sourceLayer}. */
void query_write(const struct queried *q, struct arena *a, struct buf *out);

#endif
