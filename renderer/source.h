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
};

struct tile_source;
struct tile_source_ops {
    /* The features of a source layer in a vector tile (zoom of 512-px tiles), coordinates in the layer's extent. A tile
     * that is not there is over-zoomed from its nearest ancestor: *out then speaks of the tile asked for. NULL if none. */
    bool (*read)(struct tile_source *s, struct tile tile, struct str layer, const struct scene *scene, struct arena *a,
        const struct features **out, struct err *err);
    void (*close)(struct tile_source *s);
};
struct tile_source {
    const struct tile_source_ops *ops;
    int min_zoom, max_zoom; /* of the tiles it has; max_zoom: over-zoomed above */
    struct str attribution;
};
bool source_read(struct tile_source *s, struct tile tile, struct str layer, const struct scene *scene, struct arena *a,
    const struct features **out, struct err *err);
void source_close(struct tile_source *s);

bool source_open_tileset(struct tile_source **out, const char *path, struct err *err);
bool source_open_geojson(struct tile_source **out, const struct json *geojson, struct err *err);
/* Layers deployments, clusters, cones, zones and all, as contract.md section 3 says. */
bool source_open_deployments(struct tile_source **out, struct err *err);

#endif
