/*
 * The box is covered by at most a few dozen tiles, each of which is one span of the snapshot; what lies outside the box
 * is passed over. Records that own several points (devices, views, intervals) are counted once by a set of their ids.
 */
#include "server/in_view.h"

#include <string.h>

#include "data/base/clock.h"
#include "data/base/hash.h"

/* Across a box at most this many tiles and one more. */
enum { TILES_ACROSS = 4 };

static void each_in_box(const struct snapshot *s, struct spot_box box, in_view_point_fn *fn, void *ctx)
{
    uint64_t wide = MAX((uint64_t)box.x1 - box.x0, (uint64_t)box.y1 - box.y0) + 1;
    int z = 0;
    while (z < 20 && (1ull << (32 - z - 1)) * TILES_ACROSS >= wide)
        z++;
    struct tile first = tile_at((struct spot){box.x0, box.y0}, z), last = tile_at((struct spot){box.x1, box.y1}, z);
    for (uint32_t y = first.y; y <= last.y; y++)
        for (uint32_t x = first.x; x <= last.x; x++) {
            struct span span = snapshot_span(s, (struct tile){x, y, (uint8_t)z});
            const struct point *p;
            for (size_t n; (n = span_next(&span, &p));)
                for (; n--; p++)
                    if (spot_box_has(box, quad_spot(p->quad)))
                        fn(ctx, p, snapshot_card(s, p->card));
        }
}

void in_view_each(const struct snapshot *s, struct box box, in_view_point_fn *fn, void *ctx)
{
    if (box.west > box.east) {
        each_in_box(s, spot_box_of((struct box){box.west, box.south, 180, box.north}), fn, ctx);
        box.west = -180;
    }
    each_in_box(s, spot_box_of(box), fn, ctx);
}

/* ---- each record once ---- */

/* Open addressing; past its size everything counts as new, which a view of that many projects can bear. */
enum { SEEN_SLOTS = 1 << 14 };
struct seen {
    uint64_t ids[SEEN_SLOTS];
    size_t n;
};

static bool is_new(struct seen *seen, uint64_t id)
{
    for (size_t at = hash_mix(id) % SEEN_SLOTS; seen->n < SEEN_SLOTS / 2; at = (at + 1) % SEEN_SLOTS) {
        if (seen->ids[at] == id)
            return false;
        if (!seen->ids[at]) {
            seen->ids[at] = id;
            seen->n++;
            break;
        }
    }
    return true;
}

/* ---- counting ---- */

struct counting {
    struct in_view *out;
    const struct snapshot *snapshot;
    const struct filter *filter;
    struct filter open; /* the same, every category and status and space */
    int32_t today;
    in_view_inside_fn *inside; /* NULL: the whole box */
    in_view_point_fn *tell;    /* NULL: nobody is told */
    void *ctx;
    struct seen projects;
    struct view_operator operators[512];
    size_t n_operators;
};

static bool is_project(const struct card *c)
{
    return c->title_fr.len || c->title_en.len;
}

static void count_operator(struct counting *k, uint64_t key)
{
    for (size_t i = 0; i < k->n_operators; i++)
        if (k->operators[i].key == key) {
            k->operators[i].n++;
            return;
        }
    if (key && k->n_operators < COUNT(k->operators))
        k->operators[k->n_operators++] = (struct view_operator){key, 1};
}

static void count_year(struct counting *k, const struct point *p)
{
    int year = p->first_day ? clock_ymd(p->first_day).year - VIEW_FIRST_YEAR : -1;
    if (year >= 0 && year < VIEW_YEARS)
        k->out->by_year[year]++;
}

static void count_shown(struct counting *k, const struct point *p, const struct card *c)
{
    struct in_view *v = k->out;
    enum category category = (enum category)p->category;
    bool project = is_project(c), device = !project || c->device_count > 1;
    bool first = !project || is_new(&k->projects, p->id);
    v->by_family[category_family(category)]++;
    v->shown_status[p->status]++;
    if (first) {
        v->n_stopped += status_is_stopped((enum status)p->status);
        v->n_old_news += (p->flags & POINT_STALE) != 0;
        v->n_city_level += (p->flags & POINT_BADGE) != 0;
        count_operator(k, c->operator_key);
        count_year(k, p);
    }
    if (project && first) {
        v->n_projects++;
        if (v->n_listed < VIEW_PROJECTS_MAX)
            v->projects[v->n_listed++] = p->id;
    }
    if (!device || p->flags & POINT_BADGE)
        return;
    enum family family = category_family(category);
    bool camera = family == FAMILY_IMAGE || category == CATEGORY_ALPR || category == CATEGORY_VSA;
    *(camera ? &v->n_cameras : &v->n_other_devices) += 1;
    if (!project && v->n_devices_listed < VIEW_DEVICES_MAX)
        v->devices[v->n_devices_listed++] = p;
}

static void count_point(void *ctx, const struct point *p, const struct card *c)
{
    struct counting *k = ctx;
    if (p->flags & POINT_SECOND_VIEW || !point_shown(k->snapshot, p, &k->open, k->today) ||
        (k->inside && !k->inside(k->ctx, quad_spot(p->quad))))
        return;
    bool shown = point_shown(k->snapshot, p, k->filter, k->today);
    bool in_space = k->filter->spaces >> c->space & 1, in_status = k->filter->statuses >> p->status & 1;
    bool in_category = (k->filter->categories >> p->category & 1) || (k->filter->categories & c->categories2);
    k->out->by_category[p->category] += in_space && in_status;
    k->out->by_status[p->status] += in_space && in_category;
    if (shown && k->tell)
        k->tell(k->ctx, p, c);
    if (shown)
        count_shown(k, p, c);
    else if (!in_space || p->category == CATEGORY_SPEED_ENFORCEMENT)
        k->out->n_hidden++;
}

static int most_first(const void *a, const void *b)
{
    const struct view_operator *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : (x->key > y->key) - (x->key < y->key);
}

static void list_survey(struct in_view *v, uint64_t id)
{
    for (size_t i = 0; i < v->n_surveys_listed; i++)
        if (v->surveys[i] == id)
            return;
    if (v->n_surveys_listed < VIEW_SURVEYS_MAX)
        v->surveys[v->n_surveys_listed++] = id;
}

static void look_for_surveys(struct in_view *v, const struct snapshot *s, struct box box, const struct filter *f, int32_t today)
{
    const struct snapshot_zone *zones;
    size_t n = snapshot_zones(s, &zones);
    if (box.west > box.east)
        box.west = -180;
    for (size_t i = 0; i < n; i++)
        if (zones[i].kind == ZONE_NO_COVERAGE_SURVEYED && spot_box_meets(zones[i].box, spot_box_of(box)) && zone_shown(s, &zones[i], f, today))
            list_survey(v, zones[i].id);
    v->surveyed = v->n_surveys_listed > 0;
}

void in_view_count(struct in_view *out, const struct snapshot *s, struct box box, const struct filter *f, int32_t today)
{
    in_view_count_inside(out, s, box, NULL, NULL, NULL, f, today);
}

void in_view_count_inside(struct in_view *out, const struct snapshot *s, struct box box, in_view_inside_fn *inside, in_view_point_fn *shown, void *ctx,
    const struct filter *f, int32_t today)
{
    *out = (struct in_view){0};
    struct counting *k = base_alloc(1, sizeof *k);
    *k = (struct counting){.out = out, .snapshot = s, .filter = f, .open = *f, .today = today, .inside = inside, .tell = shown, .ctx = ctx};
    struct filter everything = filter_everything();
    k->open.categories = everything.categories;
    k->open.statuses = everything.statuses;
    k->open.spaces = everything.spaces;
    in_view_each(s, box, count_point, k);
    look_for_surveys(out, s, box, f, today);
    qsort(k->operators, k->n_operators, sizeof *k->operators, most_first);
    out->n_operators = MIN(k->n_operators, (size_t)VIEW_OPERATORS_MAX);
    memcpy(out->operators, k->operators, out->n_operators * sizeof *out->operators);
    free(k);
}

/* ---- known to the city ---- */

/* How far outside the view a city's anchor may lie and the view still be within the city, degrees (about 7 km). */
static const double CITY_REACH_DEG = 0.065;

struct badges {
    const struct snapshot *snapshot;
    const struct filter *filter;
    int32_t today;
    const struct point **out;
    size_t n, most;
};

static void take_badge(void *ctx, const struct point *p, const struct card *c)
{
    (void)c;
    struct badges *b = ctx;
    if (!(p->flags & POINT_BADGE) || b->n == b->most || !point_shown(b->snapshot, p, b->filter, b->today))
        return;
    for (size_t i = 0; i < b->n; i++)
        if (b->out[i]->id == p->id)
            return;
    b->out[b->n++] = p;
}

size_t in_view_city_level(const struct snapshot *s, struct box box, const struct filter *f, int32_t today, const struct point **out, size_t most)
{
    struct badges b = {.snapshot = s, .filter = f, .today = today, .out = out, .most = most};
    struct box wide = {MAX(box.west - CITY_REACH_DEG * 1.5, -180), MAX(box.south - CITY_REACH_DEG, -85),
        MIN(box.east + CITY_REACH_DEG * 1.5, 180), MIN(box.north + CITY_REACH_DEG, 85)};
    in_view_each(s, wide, take_badge, &b);
    return b.n;
}
