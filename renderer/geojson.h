/*
 * GeoJSON (RFC 7946) as features whose coordinates run from 0 to 1 over the world, and what a source of a style says about
 * how it is read and cut.
 */
#ifndef RENDERER_GEOJSON_H
#define RENDERER_GEOJSON_H

#include "renderer/expr.h"

struct geojson_options {
    int max_zoom;
    double buffer_px, tolerance_px;   /* of a tile of 512 px; tolerance < 0: ours */
    bool generate_id;                 /* a feature's id is its place in the collection */
    struct str promote_id;            /* the property that is its id; empty: none */
    const struct json *filter;        /* NULL: all features */
    bool cluster;
    double cluster_radius_px;         /* of a tile of 512 px */
    int cluster_max_zoom, cluster_min_points;
    const struct json *cluster_properties;
};
struct geojson_options geojson_options_of(const struct json *source);

struct geojson {
    struct features features;
    uint8_t *low, *high;              /* zooms of each feature at which it is there; NULL: all are always */
};
/* All into the arena; the shapes' too. */
bool geojson_read(struct geojson *out, const struct json *v, const struct geojson_options *options, struct arena *a,
    struct err *err) MUST_USE;

/* Points that lie near each other as one feature with their count, for each zoom up to cluster_max_zoom; the points
 * themselves are there from the zoom on at which nothing joins them. The same input gives the same clusters. */
bool geojson_cluster(struct geojson *g, const struct geojson_options *options, struct arena *a, struct err *err) MUST_USE;

#endif
