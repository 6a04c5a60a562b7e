/*
 * A snapshot is the whole public map at one moment: every point, sorted by quad. It never changes. Whoever holds one may
 * read it without a lock until it is dropped; a newer one may be published meanwhile, and that is no reason to let go.
 */
#ifndef DATA_SNAPSHOT_H
#define DATA_SNAPSHOT_H

#include "data/record/filter.h"

enum point_flag {
    POINT_HAS_BEARING = 1, POINT_HAS_SPREAD = 2, POINT_ESTIMATED = 4, /* width or reach assumed */
    POINT_BADGE = 8,      /* known to the city only: never drawn at its place */
    POINT_STALE = 16,     /* old news */
    POINT_SECOND_VIEW = 32, /* a further view of a device that has a point already: a cone, not a symbol, not counted */
    POINT_CONE = 64,      /* has a field of view to draw */
    POINT_APPROXIMATE = 128,
};

struct point { /* one for each view of a device and each interval of constant status */
    uint64_t quad, id;       /* id of the deployment */
    uint32_t card;           /* index in the snapshot's cards */
    uint16_t first_day, last_day; /* of the interval, days since 1970-01-01; 0 open */
    uint16_t bearing_cdeg, spread_cdeg;
    uint8_t reach_m, category, status, flags;
};
struct card { /* what filters and words need of a record; strings owned by the snapshot */
    uint64_t id, operator_key, place_key;
    const uint64_t *vendor_keys;
    uint32_t n_vendor_keys;
    uint32_t device_count;     /* devices of the record with a point; at least 1 */
    uint32_t categories2;
    uint8_t space, precision, target, level;
    struct str title_fr, title_en, place_name; /* titles given; empty for lone devices */
};
struct snapshot_zone {
    uint64_t id, zone_id;
    uint32_t card;
    struct spot_box box;
    struct shape shape;        /* polygons, Mercator 0..1 */
    uint8_t kind, category, status, flags;
    uint16_t first_day, last_day;
};

struct snapshot;
struct span { /* points of one tile: chunks of at most 4,096 points are walked in order */
    const struct snapshot *of;
    size_t first, last;        /* positions in the sequence, [first, last) */
};

struct snapshot *snapshot_new(void); /* empty */
struct snapshot *snapshot_hold(struct snapshot *s);
void snapshot_drop(const struct snapshot *s);

uint64_t snapshot_seq(const struct snapshot *s); /* of the last change it knows */
size_t snapshot_size(const struct snapshot *s);
size_t snapshot_bytes(const struct snapshot *s);

/* The points of a tile, or of any run of quads. */
struct span snapshot_span(const struct snapshot *s, struct tile tile);
struct span snapshot_span_quads(const struct snapshot *s, struct quad_range range);
/* The next contiguous piece of a span: *out points into the snapshot; 0 at the end. */
size_t span_next(struct span *span, const struct point **out);

/* Every point in a box of spots, in quad order, appended to an array in the arena (16-way split of the box into spans). */
bool snapshot_points_in(const struct snapshot *s, struct spot_box box, struct arena *a, const struct point ***out, size_t *n);

const struct card *snapshot_card(const struct snapshot *s, uint32_t card);
size_t snapshot_zones(const struct snapshot *s, const struct snapshot_zone **out);

/* Whether a point is shown under a filter on its day (today where the filter says none). */
bool point_shown(const struct snapshot *s, const struct point *p, const struct filter *f, int32_t today);
/* The part of it that looks at the day alone: all there is to ask when the filter lets everything through. */
bool point_on_day(const struct point *p, const struct filter *f, int32_t today);
bool zone_shown(const struct snapshot *s, const struct snapshot_zone *z, const struct filter *f, int32_t today);

/* A new snapshot in which the given deployments stand as given (no points and no zones: it is gone). The old one stays
 * as it was. The caller owns the new one. */
struct snapshot_change {
    uint64_t id;
    const struct deployment *now; /* NULL: gone or not public */
};
struct snapshot *snapshot_merge(const struct snapshot *old, const struct snapshot_change *changes, size_t n, uint64_t seq);
/* The boxes of spots that differ between the two because of these deployments, for forgetting tiles. */
size_t snapshot_boxes_of(const struct snapshot *s, uint64_t id, struct arena *a, struct spot_box **out);

#endif
