/*
 * Where packaged data and extracts tell of the same thing, it is drawn once.
 *
 * A packaged lake and an extract's are the same water twice, and the packaged one may lie a kilometre beside it, over streets.
 * Whether the extract has the lake is told by sampling: of points in its rectangle that are in the packaged lake, enough must
 * be in water of its own.
 *
 * A town is the same where the name is and the two are some kilometres apart at most: packaged coordinates are rough.
 */
#include <math.h>

#include "data/basemap_sources.h"

static const double SAME_TOWN_KM = 5, EQUATOR_KM = 40075;
enum { SAMPLES = 32 /* along each side */, LEAST_KNOWN_PERCENT = 25 };
static const double LAP = 4.0 / 4096 / (1 << 14); /* of the world: some units of the deepest tile */

static struct rect rect_of(struct box b)
{
    struct xy nw = mercator_of((struct lonlat){b.west, b.north}), se = mercator_of((struct lonlat){b.east, b.south});
    return (struct rect){nw.x, nw.y, se.x, se.y};
}

static bool meets(struct rect a, struct rect b)
{
    return a.x0 <= b.x1 && a.x1 >= b.x0 && a.y0 <= b.y1 && a.y1 >= b.y0;
}

static bool is_own_water(const struct ground *g, size_t from, struct xy at)
{
    for (size_t i = 0; i < from; i++) {
        const struct ground_feature *f = &g->at[i];
        if (f->layer == GROUND_WATER_POLYGONS && shape_has(&f->shape, at))
            return true;
    }
    return false;
}

static bool has_lake(const struct ground *g, size_t from, struct rect r, const struct shape *lake)
{
    int in_lake = 0, known = 0;
    for (int i = 0; i < SAMPLES * SAMPLES; i++) {
        struct xy at = {r.x0 + (i % SAMPLES + 0.5) / SAMPLES * (r.x1 - r.x0), r.y0 + (i / SAMPLES + 0.5) / SAMPLES * (r.y1 - r.y0)};
        if (!shape_has(lake, at))
            continue;
        in_lake++;
        known += is_own_water(g, from, at);
    }
    return in_lake && known * 100 >= in_lake * LEAST_KNOWN_PERCENT;
}

void lakes_make_way(struct ground *g, size_t from, const struct extract *extracts, size_t n_extracts)
{
    for (size_t i = from, n = g->n; i < n; i++) {
        if (g->at[i].layer != GROUND_WATER_POLYGONS)
            continue;
        struct shape rest = g->at[i].shape;
        struct rect bounds = shape_bounds(&rest);
        int zoom = -1;
        for (size_t j = 0; j < n_extracts; j++) {
            struct rect r = rect_of(extracts[j].covers);
            if (!meets(bounds, r) || !has_lake(g, from, r, &g->at[i].shape))
                continue;
            rest = ground_without(&g->arena, &rest, r, LAP);
            zoom = MAX(zoom, extracts[j].first_zoom);
        }
        if (zoom < 0)
            continue;
        struct ground_feature whole = g->at[i];
        if (rest.n_parts)
            ground_add(g, whole.layer, &rest, zoom, whole.max_zoom)->props = whole.props;
        g->at[i].max_zoom = (uint8_t)MAX(zoom - 1, 0);
        if (zoom == 0)
            g->at[i].min_zoom = 1; /* at no zoom */
    }
}

static struct str name_of(const struct ground_feature *f, const char *key)
{
    for (const struct ground_prop *p = f->props; p; p = p->next)
        if (str_eq(p->key, str_of(key)) && p->value.kind == VALUE_STRING)
            return p->value.string;
    return (struct str){"", 0};
}

static bool is_same_town(const struct ground_feature *a, const struct ground_feature *b, double reach)
{
    struct xy p = a->shape.at[0], q = b->shape.at[0];
    if (fabs(p.x - q.x) > reach || fabs(p.y - q.y) > reach)
        return false;
    static const char *const keys[] = {"name", "name_fr"};
    for (size_t i = 0; i < COUNT(keys) * COUNT(keys); i++) {
        struct str name = name_of(a, keys[i / COUNT(keys)]);
        if (name.len && str_eq(name, name_of(b, keys[i % COUNT(keys)])))
            return true;
    }
    return false;
}

void names_make_way(struct ground *g, size_t from, const struct extract *extracts, size_t n_extracts)
{
    for (size_t j = 0; j < n_extracts; j++) {
        struct rect r = rect_of(extracts[j].covers);
        struct box c = extracts[j].covers;
        double reach = SAME_TOWN_KM / (EQUATOR_KM * cos((c.south + c.north) / 2 * M_PI / 180));
        struct rect near = {r.x0 - reach, r.y0 - reach, r.x1 + reach, r.y1 + reach};
        for (size_t i = from; i < g->n; i++) {
            struct ground_feature *f = &g->at[i];
            if (f->layer != GROUND_PLACE_LABELS || f->max_zoom <= DEFAULT_MAX_ZOOM || !meets(near, shape_bounds(&f->shape)))
                continue;
            for (size_t k = 0; k < from && f->max_zoom > DEFAULT_MAX_ZOOM; k++)
                if (g->at[k].layer == GROUND_PLACE_LABELS && is_same_town(f, &g->at[k], reach))
                    f->max_zoom = DEFAULT_MAX_ZOOM;
        }
    }
}
