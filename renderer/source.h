/*
 * What can be drawn: anything that gives features in tiles. The base map (vector tiles in MBTiles or PMTiles), the
 * deployments (from the snapshot), GeoJSON (cut in memory). A source is used by one thread; each painter opens its own.
 */
#ifndef RENDERER_SOURCE_H
#define RENDERER_SOURCE_H

#include "data/geo/mvt.h"
#include "data/snapshot.h"
#include "renderer/style.h"

/* What is looked at: the deployments and which of them. */
struct scene {
    const struct snapshot *points;  /* NULL: none */
    const struct filter *filter;    /* NULL: everything */
    int32_t today;                  /* days since 1970-01-01 */
    bool french;                    /* language of labels made here */
    bool no_cones;                  /* fields of view are left out */
};

/* A layer of one tile, and the bounds of each of its features in the extent, so that most need not be looked at. */
struct tile_layer {
    const struct features *features; /* NULL: the tile has no such layer */
    const struct rect *bounds;
};

struct tile_source;
struct tile_source_ops {
    /* The nearest tile that is there: the one asked for or its nearest ancestor. *found false if there is none. */
    bool (*find)(struct tile_source *s, struct tile tile, struct tile *out, bool *found, struct err *err);
    /* The features of a source layer in a tile that find answered, coordinates in the layer's extent. They stay until the
     * arena is reset or the source trimmed. */
    bool (*read)(struct tile_source *s, struct tile tile, struct str layer, const struct scene *scene, struct arena *a,
        struct tile_layer *out, struct err *err);
    void (*trim)(struct tile_source *s); /* NULL: keeps nothing */
    void (*close)(struct tile_source *s);
};
struct tile_source {
    const struct tile_source_ops *ops;
    int min_zoom, max_zoom; /* of the tiles it has; max_zoom: over-zoomed above */
    bool changes;           /* what it gives depends on the scene */
    struct tile_layer whole; /* all features uncut, in 0..1 of the world; none: it has them in tiles only */
    struct str attribution;
};
/* Any tile: one that is not there is cut out of its nearest ancestor. *out NULL if there is none. */
bool source_read(struct tile_source *s, struct tile tile, struct str layer, const struct scene *scene, struct arena *a,
    const struct features **out, struct err *err);
void source_trim(struct tile_source *s);
void source_close(struct tile_source *s);
/* Bounds of every feature, for sources that make features. */
bool source_bounds(const struct features *f, struct arena *a, const struct rect **out, struct err *err);

/* Several files as one: a tile is taken from the first file that has it at its own zoom, before any ancestor is. */
bool source_open_tilesets(struct tile_source **out, const char *const *paths, size_t n, size_t cache_bytes, struct err *err);
bool source_open_tileset(struct tile_source **out, const char *path, size_t cache_bytes, struct err *err);
/* Vector tiles as files of their own: "DIR/{z}-{x}-{y}.mvt"; tms counts y from the south. */
bool source_open_files(struct tile_source **out, struct str address, int min_zoom, int max_zoom, bool tms, size_t cache_bytes,
    struct err *err);
/* promoteId as a style writes it, which outlives the source: features of tiles take their ids from a property. Before the
 * first tile is read. */
void source_promote(struct tile_source *tileset, const struct json *ids);
void source_put_address(struct buf *out, struct str address, struct tile t, bool tms); /* {z}, {x}, {y} put in */
/* `source` says how: maxzoom, buffer, cluster and so on; of the style, not kept. */
bool source_open_geojson(struct tile_source **out, const struct json *geojson, const struct json *source, struct err *err);
/* Layers deployments, clusters, cones, zones and all, as contract.md section 3 says. */
bool source_open_deployments(struct tile_source **out, struct err *err);
/* One point as the only feature of a layer, its properties as in the layer `deployments`. */
bool source_point_feature(const struct scene *scene, const struct point *p, struct arena *a, const struct features **out, struct err *err);

#endif
