/*
 * What a picture of the map shows: the numbers of in_view.h, and which signs are in it, for its legend. What lies in the box
 * round a turned picture and not in the picture is not counted.
 */
#ifndef SERVER_IN_PICTURE_H
#define SERVER_IN_PICTURE_H

#include "renderer/map.h"
#include "server/in_view.h"

struct in_picture {
    struct in_view seen;
    struct box box;                   /* round the view */
    uint32_t placed[CATEGORY_COUNT];  /* points at a place of their own: bits of their states */
    uint32_t n_stale;                 /* of those that are old news */
    uint32_t n_looking;               /* of those with a direction */
    uint32_t n_cones, n_cones_estimated;
    uint32_t n_badges;                /* known to the city only */
    uint32_t zones[ZONE_KIND_COUNT];
    uint64_t place;                   /* place_key that most of the points have; 0: there is no such one */
    struct str place_name;            /* of the snapshot */
};

void in_picture_read(struct in_picture *out, const struct snapshot *s, const struct view *view, const struct filter *f, int32_t today);

/* In degrees; west > east crosses the antimeridian. */
struct box view_box(const struct view *view);

#endif
