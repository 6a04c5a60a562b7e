#include "server/in_picture.h"

#include <math.h>

enum { PLACES_COMPARED = 64 };
#define MOST 0.6 /* of the points: then the picture is of that place */

struct place_count {
    uint64_t key;
    uint32_t n;
    struct str name;
};
struct looking {
    struct in_picture *out;
    const struct snapshot *snapshot;
    const struct filter *filter;
    const struct view *view;
    int32_t today;
    uint32_t n_points;
    size_t n_places;
    struct place_count places[PLACES_COMPARED];
};

/* ---- where ---- */

struct box view_box(const struct view *v)
{
    double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (int i = 0; i < 4; i++) {
        struct xy at = view_mercator(v, (struct xy){i & 1 ? v->width_px : 0, i & 2 ? v->height_px : 0});
        x0 = MIN(x0, at.x), x1 = MAX(x1, at.x);
        y0 = MIN(y0, at.y), y1 = MAX(y1, at.y);
    }
    struct lonlat nw = mercator_lonlat((struct xy){x0, CLAMP(y0, 0.0, 1.0)}), se = mercator_lonlat((struct xy){x1, CLAMP(y1, 0.0, 1.0)});
    if (x1 - x0 >= 1)
        return (struct box){-180, se.lat, 180, nw.lat};
    double west = (x0 - floor(x0)) * 360 - 180, east = (x1 - floor(x1)) * 360 - 180;
    return (struct box){west, se.lat, east, nw.lat};
}

/* In any of the copies of the world that the view shows. */
static bool is_inside(void *ctx, struct spot at)
{
    const struct view *v = ((const struct looking *)ctx)->view;
    struct xy m = {at.x / 4294967296.0, at.y / 4294967296.0};
    m.x -= round(m.x - v->centre.x);
    struct xy px = view_px(v, m);
    return px.x >= 0 && px.y >= 0 && px.x <= v->width_px && px.y <= v->height_px;
}

/* ---- which signs ---- */

static void count_place(struct looking *k, const struct card *c)
{
    k->n_points++;
    if (!c->place_key || !c->place_name.len)
        return;
    for (size_t i = 0; i < k->n_places; i++)
        if (k->places[i].key == c->place_key) {
            k->places[i].n++;
            return;
        }
    if (k->n_places < PLACES_COMPARED)
        k->places[k->n_places++] = (struct place_count){c->place_key, 1, c->place_name};
}

static void look_at(void *ctx, const struct point *p, const struct card *c)
{
    struct looking *k = ctx;
    struct in_picture *out = k->out;
    bool badge = p->flags & POINT_BADGE;
    if (p->flags & POINT_CONE && !badge && p->reach_m > 0)
        *(p->flags & POINT_ESTIMATED ? &out->n_cones_estimated : &out->n_cones) += 1;
    count_place(k, c);
    out->n_badges += badge;
    if (badge)
        return;
    out->placed[p->category] |= 1u << p->status;
    out->n_stale += (p->flags & POINT_STALE) != 0;
    out->n_looking += (p->flags & POINT_HAS_BEARING) != 0;
}

static bool meets(struct spot_box zone, struct box b)
{
    if (b.west <= b.east)
        return spot_box_meets(zone, spot_box_of(b));
    return spot_box_meets(zone, spot_box_of((struct box){b.west, b.south, 180, b.north})) ||
        spot_box_meets(zone, spot_box_of((struct box){-180, b.south, b.east, b.north}));
}

static void count_zones(struct looking *k)
{
    const struct snapshot_zone *zones;
    size_t n = snapshot_zones(k->snapshot, &zones);
    for (size_t i = 0; i < n; i++)
        if (meets(zones[i].box, k->out->box) && zone_shown(k->snapshot, &zones[i], k->filter, k->today))
            k->out->zones[zones[i].kind]++;
}

void in_picture_read(struct in_picture *out, const struct snapshot *s, const struct view *view, const struct filter *f, int32_t today)
{
    *out = (struct in_picture){.box = view_box(view)};
    struct looking *k = base_alloc(1, sizeof *k);
    *k = (struct looking){.out = out, .snapshot = s, .filter = f, .view = view, .today = today};
    in_view_count_inside(&out->seen, s, out->box, is_inside, look_at, k, f, today);
    count_zones(k);
    for (size_t i = 0; i < k->n_places; i++)
        if (k->places[i].n >= MOST * k->n_points) {
            out->place = k->places[i].key;
            out->place_name = k->places[i].name;
        }
    free(k);
}
