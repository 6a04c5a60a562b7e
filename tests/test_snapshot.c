#include "tests/test.h"

#include "data/cluster.h"
#include "data/snapshot.h"

enum { RECORDS = 9000 };

static uint64_t seed = 7;

static double chance(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

/* Half of them in a knot round Nice, so that chunks split; some at one and the same place. */
static struct deployment record(uint64_t id)
{
    struct deployment d = {.id = id, .category = (enum category)(id % CATEGORY_COUNT), .has_position = true,
        .precision = PRECISION_STREET, .public_precision = PRECISION_STREET, .device_count = -1};
    if (d.category == CATEGORY_POLICE_FILE)
        d.category = CATEGORY_CCTV;
    d.at = id % 2 ? (struct lonlat){7.2 + chance() / 100, 43.7 + chance() / 100} : (struct lonlat){chance() * 360 - 180, chance() * 170 - 85};
    if (id % 97 == 0)
        d.at = (struct lonlat){5.37, 43.296};
    return d;
}

static struct snapshot *many(struct deployment *records, size_t n)
{
    AUTO_FREE struct snapshot_change *changes = base_alloc(n, sizeof *changes);
    for (size_t i = 0; i < n; i++) {
        records[i] = record(i + 1);
        changes[i] = (struct snapshot_change){i + 1, &records[i]};
    }
    struct snapshot *empty = snapshot_new();
    struct snapshot *s = snapshot_merge(empty, changes, n, 1);
    snapshot_drop(empty);
    return s;
}

static size_t walk(const struct snapshot *s, struct tile t, bool *in_order)
{
    struct span span = snapshot_span(s, t);
    const struct point *points;
    struct spot_box box = tile_spots(t);
    uint64_t before = 0;
    size_t total = 0;
    *in_order = true;
    for (size_t n; (n = span_next(&span, &points)) > 0; total += n)
        for (size_t i = 0; i < n; i++) {
            *in_order &= points[i].quad >= before && spot_box_has(box, quad_spot(points[i].quad));
            before = points[i].quad;
        }
    return total;
}

TEST(a_tile_has_the_points_that_lie_in_it_and_no_others)
{
    AUTO_FREE struct deployment *records = base_alloc(RECORDS, sizeof *records);
    struct snapshot *s = many(records, RECORDS);
    CHECK_INT(snapshot_size(s), RECORDS);
    for (int round = 0; round < 300; round++) {
        const struct deployment *d = &records[(size_t)(chance() * RECORDS)];
        struct tile t = tile_at(spot_of(d->at), (int)(chance() * 20));
        size_t expected = 0;
        bool in_order;
        for (size_t i = 0; i < RECORDS; i++)
            expected += spot_box_has(tile_spots(t), spot_of(records[i].at));
        CHECK_INT(walk(s, t, &in_order), expected);
        CHECK(in_order);
    }
    snapshot_drop(s);
}

TEST(a_box_is_answered_as_by_looking_at_every_point)
{
    AUTO_FREE struct deployment *records = base_alloc(RECORDS, sizeof *records);
    struct snapshot *s = many(records, RECORDS);
    AUTO(arena) arena;
    arena_init(&arena, 64 << 20);
    for (int round = 0; round < 200; round++) {
        struct spot a = spot_of(records[(size_t)(chance() * RECORDS)].at), b = spot_of(records[(size_t)(chance() * RECORDS)].at);
        if (round % 2)
            b = (struct spot){a.x + 3000, a.y + 100000};
        struct spot_box box = {MIN(a.x, b.x), MIN(a.y, b.y), MAX(a.x, b.x), MAX(a.y, b.y)};
        const struct point **found;
        size_t n, expected = 0;
        CHECK(snapshot_points_in(s, box, &arena, &found, &n));
        for (size_t i = 0; i < RECORDS; i++)
            expected += spot_box_has(box, spot_of(records[i].at));
        CHECK_INT(n, expected);
        arena_reset(&arena);
    }
    snapshot_drop(s);
}

TEST(a_merge_moves_takes_away_and_adds_and_leaves_the_old_one_as_it_was)
{
    AUTO_FREE struct deployment *records = base_alloc(RECORDS, sizeof *records);
    struct snapshot *s = many(records, RECORDS);
    for (int round = 0; round < 50; round++) {
        size_t moved = (size_t)(chance() * RECORDS), gone = (size_t)(chance() * RECORDS);
        if (moved == gone)
            continue;
        struct deployment fresh = record(RECORDS + 1 + (uint64_t)round);
        records[moved].at = (struct lonlat){chance() * 20, chance() * 40};
        struct snapshot_change changes[] = {{moved + 1, &records[moved]}, {gone + 1, NULL}, {fresh.id, &fresh}};
        size_t before = snapshot_size(s);
        struct snapshot *next = snapshot_merge(s, changes, 3, (uint64_t)round + 2);
        bool in_order;
        CHECK_INT(snapshot_size(s), before);
        size_t whole = walk(next, (struct tile){0, 0, 0}, &in_order);
        CHECK_INT(whole, snapshot_size(next));
        CHECK(in_order);
        AUTO(arena) arena;
        arena_init(&arena, 1 << 20);
        struct spot_box *boxes;
        CHECK_INT(snapshot_boxes_of(next, gone + 1, &arena, &boxes), 0);
        CHECK_INT(snapshot_boxes_of(next, moved + 1, &arena, &boxes), 1);
        CHECK(spot_box_has(boxes[0], spot_of(records[moved].at)));
        snapshot_drop(s);
        s = next;
    }
    snapshot_drop(s);
}

TEST(clusters_count_every_point_once_and_keep_in_their_cell)
{
    AUTO_FREE struct deployment *records = base_alloc(RECORDS, sizeof *records);
    struct snapshot *s = many(records, RECORDS);
    struct filter all = filter_everything();
    AUTO(arena) arena;
    arena_init(&arena, 64 << 20);
    for (int z = 0; z < 8; z++) {
        struct cluster *clusters;
        size_t n;
        uint64_t total = 0;
        CHECK(cluster_read(s, (struct spot_box){0, 0, UINT32_MAX, UINT32_MAX}, z, &all, 20000, &arena, &clusters, &n));
        for (size_t i = 0; i < n; i++) {
            total += clusters[i].count;
            CHECK(spot_box_has(tile_spots(clusters[i].cell), clusters[i].at));
        }
        CHECK_INT(total, RECORDS);
        arena_reset(&arena);
    }
    snapshot_drop(s);
}

TEST(what_is_known_to_a_region_has_no_point_and_what_is_known_to_a_city_is_a_badge)
{
    struct deployment city = record(1), region = record(2), file = record(3);
    city.precision = city.public_precision = PRECISION_CITY;
    region.precision = region.public_precision = PRECISION_REGION;
    file.category = CATEGORY_POLICE_FILE;
    struct snapshot_change changes[] = {{1, &city}, {2, &region}, {3, &file}};
    struct snapshot *empty = snapshot_new(), *s = snapshot_merge(empty, changes, 3, 1);
    struct span span = snapshot_span(s, (struct tile){0, 0, 0});
    const struct point *points;
    CHECK_INT(span_next(&span, &points), 1);
    CHECK_INT(points[0].id, 1);
    CHECK(points[0].flags & POINT_BADGE);
    snapshot_drop(empty);
    snapshot_drop(s);
}

TEST(where_nothing_was_found_there_is_a_zone_and_no_point)
{
    struct xy corners[] = {{5.37, 43.29}, {5.37, 43.30}, {5.38, 43.30}};
    uint32_t end = 3;
    struct zone zone = {.kind = ZONE_NO_COVERAGE_SURVEYED, .shape = {.kind = SHAPE_POLYGONS, .n = 3, .n_parts = 1, .at = corners, .end = &end}};
    struct deployment d = {.id = 5, .category = CATEGORY_CCTV, .has_position = true, .at = {5.373, 43.297}, .precision = PRECISION_DISTRICT,
        .public_precision = PRECISION_DISTRICT, .n_zones = 1, .zones = &zone, .device_count = -1};
    struct snapshot *empty = snapshot_new();
    for (int kind = 0; kind < ZONE_KIND_COUNT; kind++) {
        zone.kind = (enum zone_kind)kind;
        struct snapshot *s = snapshot_merge(empty, &(struct snapshot_change){d.id, &d}, 1, 1);
        const struct snapshot_zone *zones;
        CHECK_INT(snapshot_zones(s, &zones), 1);
        CHECK_INT(snapshot_size(s), kind == ZONE_NO_COVERAGE_SURVEYED ? 0 : 1);
        snapshot_drop(s);
    }
    snapshot_drop(empty);
}
