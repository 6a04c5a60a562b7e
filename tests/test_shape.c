#include "tests/test.h"

#include <math.h>

#include "data/geo/shape.h"
#include "data/base/hash.h"

enum { ARENA_BYTES = 64 << 20 };

static const struct xy SQUARE[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}};

static struct shape polygon_of(const struct xy *at, uint32_t n, uint32_t *end)
{
    *end = n;
    return (struct shape){.kind = SHAPE_POLYGONS, .n_parts = 1, .n = n, .end = end, .at = (struct xy *)at};
}

static struct shape line_of(const struct xy *at, uint32_t n, uint32_t *end)
{
    struct shape s = polygon_of(at, n, end);
    s.kind = SHAPE_LINES;
    return s;
}

/* A star with rays of chance lengths: never crosses itself, has many edges and a hole in the middle. */
static struct shape star(struct arena *a, uint64_t seed, uint32_t n)
{
    struct shape s = {.kind = SHAPE_POLYGONS, .n_parts = 2, .n = 2 * n};
    s.at = ARENA_ARRAY(a, struct xy, s.n);
    s.end = ARENA_ARRAY(a, uint32_t, 2);
    s.end[0] = n;
    s.end[1] = 2 * n;
    for (uint32_t i = 0; i < n; i++) {
        double turn = 2 * M_PI * i / n;
        seed = hash_mix(seed + i);
        double r = 0.2 + 0.28 * (double)(seed >> 11) / 9007199254740992.0;
        s.at[i] = (struct xy){0.5 + r * cos(turn), 0.5 + r * sin(turn)};
        s.at[2 * n - 1 - i] = (struct xy){0.5 + 0.1 * cos(turn), 0.5 + 0.1 * sin(turn)};
    }
    return s;
}

TEST(a_ring_clockwise_on_the_screen_has_positive_area)
{
    CHECK_NEAR(shape_ring_area(SQUARE, 4), 100, 1e-12);
    const struct xy back[] = {{0, 10}, {10, 10}, {10, 0}, {0, 0}};
    CHECK_NEAR(shape_ring_area(back, 4), -100, 1e-12);
    CHECK_NEAR(shape_ring_area(SQUARE, 2), 0, 0);
}

TEST(a_hole_is_taken_from_the_area_and_is_outside)
{
    struct xy at[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}, {4, 6}, {6, 6}, {6, 4}, {4, 4}};
    uint32_t end[] = {4, 8};
    struct shape s = {SHAPE_POLYGONS, 2, 8, end, at};
    CHECK_NEAR(shape_area(&s), 96, 1e-12);
    CHECK(shape_has(&s, (struct xy){1, 1}));
    CHECK(!shape_has(&s, (struct xy){5, 5}));
    CHECK(!shape_has(&s, (struct xy){11, 5}));
}

TEST(tiles_of_a_polygon_add_up_to_its_area)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct shape s = star(&a, seed, 3 + (uint32_t)(seed * 7));
        double sum = 0;
        int cells = 1 + (int)(seed % 9);
        for (int i = 0; i < cells * cells; i++) {
            double x = i % cells, y = i / cells;
            struct shape part;
            CHECK(shape_clip(&s, (struct rect){x / cells, y / cells, (x + 1) / cells, (y + 1) / cells}, &a, &part));
            sum += shape_area(&part);
        }
        CHECK_NEAR(sum, shape_area(&s), 1e-9);
        arena_reset(&a);
    }
}

TEST(tiles_of_a_line_add_up_to_its_length)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct shape s = star(&a, seed, 50);
        s.kind = SHAPE_LINES;
        double sum = 0;
        for (int i = 0; i < 49; i++) {
            struct shape part;
            double x = i % 7, y = i / 7;
            CHECK(shape_clip(&s, (struct rect){x / 7, y / 7, (x + 1) / 7, (y + 1) / 7}, &a, &part));
            sum += shape_length(&part);
        }
        CHECK_NEAR(sum, shape_length(&s), 1e-9);
        arena_reset(&a);
    }
}

/* Both sides of a cut have the same points on it, to the bit. */
TEST(two_sides_of_a_cut_meet_in_the_same_points)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    struct shape s = star(&a, 7, 200), west, east;
    CHECK(shape_clip(&s, (struct rect){0, 0, 0.37, 1}, &a, &west));
    CHECK(shape_clip(&s, (struct rect){0.37, 0, 1, 1}, &a, &east));
    size_t on_cut = 0;
    for (uint32_t i = 0; i < west.n; i++) {
        if (west.at[i].x != 0.37)
            continue;
        bool found = false;
        for (uint32_t j = 0; j < east.n; j++)
            found |= east.at[j].x == 0.37 && east.at[j].y == west.at[i].y;
        CHECK(found);
        on_cut++;
    }
    CHECK(on_cut >= 4);
}

TEST(a_line_that_leaves_and_comes_back_falls_into_parts)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    const struct xy at[] = {{1, 5}, {15, 5}, {15, 8}, {1, 8}};
    uint32_t end;
    struct shape line = line_of(at, 4, &end), out;
    CHECK(shape_clip(&line, (struct rect){0, 0, 10, 10}, &a, &out));
    CHECK_INT(out.n_parts, 2);
    CHECK_INT(out.n, 4);
    CHECK_NEAR(out.at[1].x, 10, 0);
    CHECK_NEAR(out.at[2].y, 8, 0);
    const struct xy along[] = {{-5, 0}, {15, 0}}, past[] = {{-5, -1}, {15, -1}}, corner[] = {{-1, 1}, {1, -1}};
    line = line_of(along, 2, &end);
    CHECK(shape_clip(&line, (struct rect){0, 0, 10, 10}, &a, &out));
    CHECK_INT(out.n_parts, 1); /* the edge belongs to the box */
    line = line_of(past, 2, &end);
    CHECK(shape_clip(&line, (struct rect){0, 0, 10, 10}, &a, &out));
    CHECK_INT(out.n_parts, 0);
    line = line_of(corner, 2, &end);
    CHECK(shape_clip(&line, (struct rect){0, 0, 10, 10}, &a, &out));
    CHECK_INT(out.n_parts, 0); /* touching a corner is no line */
}

TEST(a_box_inside_a_polygon_is_all_of_it)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    uint32_t end;
    struct shape s = polygon_of(SQUARE, 4, &end), out;
    CHECK(shape_clip(&s, (struct rect){2, 3, 4, 7}, &a, &out));
    CHECK_NEAR(shape_area(&out), 8, 1e-12);
    CHECK(shape_clip(&s, (struct rect){10, 0, 20, 10}, &a, &out)); /* shares a side: no area */
    CHECK_INT(out.n_parts, 0);
}

TEST(points_are_kept_inside_and_on_the_edge)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    uint32_t end;
    const struct xy at[] = {{1, 1}, {10, 10}, {10.5, 1}};
    struct shape s = polygon_of(at, 3, &end), out;
    s.kind = SHAPE_POINTS;
    CHECK(shape_clip(&s, (struct rect){0, 0, 10, 10}, &a, &out));
    CHECK_INT(out.n, 2);
}

TEST(a_full_arena_is_an_answer_and_not_a_crash)
{
    AUTO(arena) a = {0}, small = {0};
    arena_init(&a, ARENA_BYTES);
    arena_init(&small, 1024);
    struct shape s = star(&a, 3, 2000), out = {0};
    CHECK(!shape_clip(&s, (struct rect){0, 0, 0.5, 1}, &small, &out));
    CHECK(!shape_simplify(&s, 1e-6, &small, &out));
    CHECK_INT(out.n, 0);
}

TEST(what_simplifying_leaves_is_within_the_tolerance)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    struct shape s = star(&a, 11, 3000), out;
    s.kind = SHAPE_LINES;
    const double tolerance = 0.05;
    CHECK(shape_simplify(&s, tolerance, &a, &out));
    CHECK_INT(out.n_parts, 2);
    CHECK(out.n < s.n / 2);
    for (uint32_t i = 0; i < s.end[0]; i++) {
        double nearest = 1;
        for (uint32_t j = 1; j < out.end[0]; j++) {
            struct xy p = s.at[i], u = out.at[j - 1], v = out.at[j];
            double dx = v.x - u.x, dy = v.y - u.y, t = ((p.x - u.x) * dx + (p.y - u.y) * dy) / (dx * dx + dy * dy);
            t = CLAMP(t, 0.0, 1.0);
            nearest = MIN(nearest, hypot(p.x - u.x - t * dx, p.y - u.y - t * dy));
        }
        CHECK(nearest <= tolerance + 1e-12);
    }
}

TEST(a_ring_under_the_tolerance_vanishes_and_its_holes_too)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    struct shape s = star(&a, 5, 100), out;
    CHECK(shape_simplify(&s, 3, &a, &out));
    CHECK_INT(out.n_parts, 0);
    CHECK(shape_simplify(&s, 0.001, &a, &out));
    CHECK_INT(out.n_parts, 2);
    CHECK(shape_ring_area(out.at, out.end[0]) > 0);
}

TEST(winding_finds_holes_by_nesting_whatever_their_order)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    /* an island in a lake in a land, each wound the same way and given from the inside; a closing point; a line */
    struct xy at[] = {{4, 4}, {6, 4}, {6, 6}, {4, 6}, {2, 2}, {8, 2}, {8, 8}, {2, 8}, {2, 2}, {0, 0}, {0, 10}, {10, 10}, {10, 0},
        {20, 20}, {21, 21}};
    uint32_t end[] = {4, 9, 13, 15};
    struct shape s = {SHAPE_POLYGONS, 4, 15, end, at};
    CHECK(shape_wind(&s, &a));
    CHECK_INT(s.n_parts, 3);
    CHECK_INT(s.n, 12);
    CHECK_NEAR(shape_ring_area(s.at, s.end[0]), 4, 1e-12);
    CHECK_NEAR(shape_ring_area(s.at + s.end[0], s.end[1] - s.end[0]), 100, 1e-12);
    CHECK_NEAR(shape_ring_area(s.at + s.end[1], s.end[2] - s.end[1]), -36, 1e-12);
    CHECK_NEAR(shape_area(&s), 68, 1e-12);
}

TEST(a_label_stands_well_inside_even_of_a_horseshoe)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    const struct xy horseshoe[] = {{0, 0}, {10, 0}, {10, 10}, {7, 10}, {7, 2}, {4, 2}, {4, 10}, {0, 10}};
    uint32_t end;
    struct shape s = polygon_of(horseshoe, 8, &end);
    struct xy at;
    CHECK(shape_label_point(&s, 0.01, &a, &at));
    CHECK(shape_has(&s, at));
    CHECK(at.x > 1.8 && at.x < 2.3); /* in the wider leg */
    struct shape empty = {.kind = SHAPE_POLYGONS};
    CHECK(!shape_label_point(&empty, 0.01, &a, &at));
}

TEST(a_point_inside_is_found_in_a_horseshoe_and_beside_a_hole)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    const struct xy horseshoe[] = {{0, 0}, {10, 0}, {10, 10}, {7, 10}, {7, 2}, {4, 2}, {4, 10}, {0, 10}};
    uint32_t end;
    struct shape s = polygon_of(horseshoe, 8, &end);
    struct xy at, ring[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}, {1, 1}, {1, 9}, {9, 9}, {9, 1}};
    uint32_t ends[] = {4, 8};
    struct shape holed = {SHAPE_POLYGONS, 2, 8, ends, ring}, empty = {.kind = SHAPE_POLYGONS};
    CHECK(shape_inner_point(&s, &a, &at) && shape_has(&s, at));
    CHECK(shape_inner_point(&holed, &a, &at) && shape_has(&holed, at));
    CHECK(!shape_inner_point(&empty, &a, &at));
}

TEST(a_label_stands_in_the_largest_polygon)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    struct xy at[] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {10, 10}, {20, 10}, {20, 20}, {10, 20}, {14, 16}, {16, 16}, {16, 14}, {14, 14}};
    uint32_t end[] = {4, 8, 12};
    struct shape s = {SHAPE_POLYGONS, 3, 12, end, at};
    struct xy label;
    CHECK(shape_label_point(&s, 0.01, &a, &label));
    CHECK(label.x > 10 && label.x < 20);
    CHECK(shape_has(&s, label));
}
