/*
 * The map of a form as one picture that is clicked on: what is known there, and over it what is being proposed: the spot
 * with where it looks, a zone's corners, the numbers of records that may be the same. A cross marks the middle.
 */
#ifndef RENDERER_DRAFT_PICTURE_H
#define RENDERER_DRAFT_PICTURE_H

#include "data/geo/cone.h"
#include "renderer/map.h"

enum { DRAFT_PICTURE_VIEWS_MAX = 8, DRAFT_PICTURE_KNOWN_MAX = 9 };

struct draft_picture {
    struct view view;
    bool has_spot;
    struct lonlat spot;
    double reach_m;            /* of the views drawn */
    size_t n_views;
    struct {
        double bearing_deg, width_deg; /* width 0: unknown */
    } views[DRAFT_PICTURE_VIEWS_MAX];
    size_t n_corners;
    const struct lonlat *corners; /* of a zone; joined, and closed from three on */
    size_t n_known;            /* numbered from 1 */
    struct lonlat known[DRAFT_PICTURE_KNOWN_MAX];
};

/* Appends a PNG. */
bool draft_picture_draw(struct painter *p, const struct draft_picture *d, struct style *style, const struct scene *scene, struct buf *out,
    struct err *err) MUST_USE;

#endif
