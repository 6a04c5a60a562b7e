/*
 * What a stretch of map shows, counted: for the line under the map, the legend, the numbers beside the filters and the
 * list. Read from a snapshot in one walk over the points of a box.
 */
#ifndef SERVER_IN_VIEW_H
#define SERVER_IN_VIEW_H

#include "data/snapshot.h"

enum {
    VIEW_PROJECTS_MAX = 40, /* listed with their sentence; more are counted */
    VIEW_DEVICES_MAX = 40,
    VIEW_SURVEYS_MAX = 20,
    VIEW_OPERATORS_MAX = 30,
    VIEW_FIRST_YEAR = 1990, VIEW_YEARS = 64,
};

struct view_operator {
    uint64_t key;
    uint32_t n;
};
struct in_view {
    uint32_t n_projects, n_cameras, n_other_devices, n_stopped, n_old_news;
    uint32_t n_city_level;                      /* known to a city only: no place of their own in a street */
    uint32_t n_hidden;                          /* private, indoor, speed: there, and off unless asked for */
    uint32_t by_family[FAMILY_COUNT];           /* of what is shown */
    uint32_t by_category[CATEGORY_COUNT];       /* of what the other filters let through */
    uint32_t by_status[STATUS_COUNT];
    uint32_t shown_status[STATUS_COUNT];        /* of what is shown */
    uint32_t by_year[VIEW_YEARS];               /* of what began or was first seen */
    bool surveyed;                              /* somebody looked here, and says where nothing is */
    size_t n_surveys_listed;
    uint64_t surveys[VIEW_SURVEYS_MAX];         /* ids of those who say it, each once */
    size_t n_listed, n_devices_listed, n_operators;
    uint64_t projects[VIEW_PROJECTS_MAX];       /* ids, each once */
    const struct point *devices[VIEW_DEVICES_MAX]; /* of the snapshot */
    struct view_operator operators[VIEW_OPERATORS_MAX]; /* most first */
};

/* Everything under the filter in the box; west > east crosses the antimeridian. */
void in_view_count(struct in_view *out, const struct snapshot *s, struct box box, const struct filter *f, int32_t today);

/* The same of what lies inside of a shape within the box, for pictures that are turned; `shown` is told of every point that
 * is counted, devices once whatever views they have. Both get ctx. */
typedef bool in_view_inside_fn(void *ctx, struct spot at);
typedef void in_view_point_fn(void *ctx, const struct point *p, const struct card *c);
void in_view_count_inside(struct in_view *out, const struct snapshot *s, struct box box, in_view_inside_fn *inside, in_view_point_fn *shown, void *ctx,
    const struct filter *f, int32_t today);
/* Every point in the box, whatever the filter. */
void in_view_each(const struct snapshot *s, struct box box, in_view_point_fn *fn, void *ctx);

/* Those known to a city, within the box grown to what lies around it: for the strip at the map's edge. Each id once. */
size_t in_view_city_level(const struct snapshot *s, struct box box, const struct filter *f, int32_t today, const struct point **out, size_t most);

#endif
