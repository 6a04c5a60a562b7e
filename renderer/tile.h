/*
 * A tile key to bytes.
 */
#ifndef RENDERER_TILE_H
#define RENDERER_TILE_H

#include "renderer/encode.h"
#include "renderer/map.h"

/* A view as a file's bytes, in any format: PDF and SVG as vectors, in CSS px of 1/96 inch. */
bool picture_draw(struct painter *p, const struct view *view, enum picture_format format, struct style *style,
    const struct scene *scene, struct buf *out, struct err *err) MUST_USE;
bool tile_draw(struct painter *p, struct tile tile, int scale, enum picture_format format, struct style *style,
    const struct scene *scene, struct buf *out, struct err *err) MUST_USE;

/* A vector tile of deployments, uncompressed. */
bool tile_deployments_mvt(struct tile vector_tile, const struct scene *scene, struct arena *scratch, struct buf *out,
    struct err *err) MUST_USE;

/* How far beyond a changed place a raster tile of this zoom may look different, in px of 256-px tiles. */
double tile_reach_px(const struct style *style, int zoom);

#endif
