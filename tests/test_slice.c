#include "tests/test.h"

#include <math.h>

#include "data/base/hash.h"
#include "data/geo/slice.h"

enum { ARENA_BYTES = 64 << 20, EXTENT = 4096 };

struct sums {
    double area, length; /* of what is within the tiles themselves, in units of the world */
    size_t tiles, pieces;
    struct tile last;
    struct arena arena;
};

static void sums_done(struct sums *s)
{
    arena_done(&s->arena);
}

static bool add_tile(void *ctx, struct tile t, const struct slice_feature *at, size_t n, struct err *err)
{
    (void)err;
    struct sums *sums = ctx;
    double unit = ldexp(1.0, -t.z) / EXTENT;
    sums->tiles++;
    sums->last = t;
    for (size_t i = 0; i < n; i++) {
        struct shape inner;
        CHECK(shape_clip(&at[i].shape, (struct rect){0, 0, EXTENT, EXTENT}, &sums->arena, &inner));
        sums->area += shape_area(&inner) * unit * unit;
        sums->length += shape_length(&inner) * unit;
        sums->pieces++;
    }
    return true;
}

/* A wavy ring right across the world, and the same as a line. */
static struct shape wave(struct arena *a, enum shape_kind kind)
{
    struct shape s = {.kind = kind, .n_parts = 1, .n = 500};
    s.at = ARENA_ARRAY(a, struct xy, s.n);
    s.end = ARENA_ARRAY(a, uint32_t, 1);
    s.end[0] = s.n;
    for (uint32_t i = 0; i < s.n; i++) {
        double turn = 2 * M_PI * i / s.n, r = 0.4 + 0.05 * sin(turn * 31);
        s.at[i] = (struct xy){0.5 + r * cos(turn), 0.5 + r * sin(turn)};
    }
    return s;
}

TEST(the_tiles_of_each_zoom_add_up_to_the_whole)
{
    AUTO(arena) a = {0};
    arena_init(&a, ARENA_BYTES);
    struct slice_feature f[] = {{.shape = wave(&a, SHAPE_POLYGONS), .max_zoom = 14}, {.shape = wave(&a, SHAPE_LINES), .max_zoom = 14}};
    double area = shape_area(&f[0].shape), length = shape_length(&f[1].shape) + shape_length(&f[0].shape);
    for (uint8_t z = 0; z <= 6; z++) {
        AUTO(sums) sums = {0};
        arena_init(&sums.arena, ARENA_BYTES);
        struct slice_options o = {.min_zoom = z, .max_zoom = z, .extent = EXTENT, .buffer = 64};
        struct err err;
        CHECK(slice_all(f, 1, &o, add_tile, &sums, &err));
        CHECK_NEAR(sums.area, area, 1e-9);
        sums.length = 0;
        CHECK(slice_all(f + 1, 1, &o, add_tile, &sums, &err));
        CHECK_NEAR(sums.length, length - shape_length(&f[0].shape), 1e-9);
    }
}

/* Simplified before it is cut: so the tiles add up to the simplified whole, exactly, and no seam can open. */
TEST(simplified_tiles_join_without_a_gap)
{
    AUTO(arena) a = {0};
    AUTO(sums) sums = {0};
    arena_init(&a, ARENA_BYTES);
    arena_init(&sums.arena, ARENA_BYTES);
    struct slice_feature f = {.shape = wave(&a, SHAPE_POLYGONS), .max_zoom = 14};
    struct slice_options o = {.min_zoom = 3, .max_zoom = 3, .extent = EXTENT, .buffer = 64, .tolerance = 40};
    struct err err;
    o.max_zoom = 4;
    struct shape simple;
    CHECK(shape_simplify(&f.shape, 40.0 / EXTENT / 8, &a, &simple));
    CHECK(simple.n < f.shape.n);
    f.max_zoom = 3;
    CHECK(slice_all(&f, 1, &o, add_tile, &sums, &err));
    CHECK_NEAR(sums.area, shape_area(&simple), 1e-9);
    CHECK(fabs(shape_area(&simple) - shape_area(&f.shape)) > 1e-6);
}

TEST(a_buffer_is_kept_round_each_tile_and_no_more)
{
    AUTO(arena) a = {0};
    AUTO(sums) sums = {0};
    arena_init(&a, ARENA_BYTES);
    arena_init(&sums.arena, ARENA_BYTES);
    struct xy at = {0.5 + 63.0 / EXTENT / 16, 0.3}; /* 63 units east of the line between two tiles of z4 */
    uint32_t end = 1;
    struct slice_feature f = {.shape = {SHAPE_POINTS, 1, 1, &end, &at}, .max_zoom = 14};
    struct slice_options o = {.min_zoom = 4, .max_zoom = 4, .extent = EXTENT, .buffer = 64};
    struct err err;
    CHECK(slice_all(&f, 1, &o, add_tile, &sums, &err));
    CHECK_INT(sums.tiles, 2);
    at.x = 0.5 + 65.0 / EXTENT / 16;
    sums.tiles = 0;
    CHECK(slice_all(&f, 1, &o, add_tile, &sums, &err));
    CHECK_INT(sums.tiles, 1);
    CHECK_INT(sums.last.x, 8);
    CHECK_INT(sums.last.y, 4);
}

TEST(a_feature_is_only_in_the_zooms_it_asks_for)
{
    AUTO(sums) sums = {0};
    arena_init(&sums.arena, ARENA_BYTES);
    struct xy at = {0.3, 0.3};
    uint32_t end = 1;
    struct slice_feature f = {.shape = {SHAPE_POINTS, 1, 1, &end, &at}, .min_zoom = 3, .max_zoom = 5};
    struct slice_options o = {.min_zoom = 0, .max_zoom = 9, .extent = EXTENT, .buffer = 0};
    struct err err;
    CHECK(slice_all(&f, 1, &o, add_tile, &sums, &err));
    CHECK_INT(sums.tiles, 3);
}

static bool western(void *ctx, struct tile t)
{
    (void)ctx;
    return t.z == 0 || t.x < 1u << (t.z - 1);
}

TEST(what_is_not_wanted_is_not_entered)
{
    AUTO(arena) a = {0};
    AUTO(sums) sums = {0};
    arena_init(&a, ARENA_BYTES);
    arena_init(&sums.arena, ARENA_BYTES);
    struct slice_feature f = {.shape = wave(&a, SHAPE_POLYGONS), .max_zoom = 14};
    struct slice_options o = {.min_zoom = 5, .max_zoom = 5, .extent = EXTENT, .buffer = 0, .wanted = western};
    struct err err;
    CHECK(slice_all(&f, 1, &o, add_tile, &sums, &err));
    CHECK_NEAR(sums.area, shape_area(&f.shape) / 2, 1e-4);
    CHECK(sums.last.x < 16);
}

TEST(small_rings_are_dropped_but_never_the_cut_edge_of_a_large_one)
{
    AUTO(arena) a = {0};
    AUTO(sums) sums = {0};
    arena_init(&a, ARENA_BYTES);
    arena_init(&sums.arena, ARENA_BYTES);
    /* a square that reaches a hair into the next tiles, and a speck */
    struct xy at[] = {{0.2, 0.2}, {0.5001, 0.2}, {0.5001, 0.5001}, {0.2, 0.5001}, {0.7, 0.7}, {0.70001, 0.7}, {0.70001, 0.70001}};
    uint32_t end[] = {4, 7};
    struct slice_feature f = {.shape = {SHAPE_POLYGONS, 2, 7, end, at}, .max_zoom = 1};
    struct slice_options o = {.min_zoom = 1, .max_zoom = 2, .extent = EXTENT, .buffer = 0, .min_area = 64};
    struct err err;
    CHECK(slice_all(&f, 1, &o, add_tile, &sums, &err));
    CHECK_INT(sums.tiles, 4);
    CHECK_NEAR(sums.area, 0.3001 * 0.3001, 1e-9);
}

static bool refuse(void *ctx, struct tile t, const struct slice_feature *at, size_t n, struct err *err)
{
    (void)ctx, (void)t, (void)at, (void)n;
    return err_set(err, ERR_IO, "the disk is full");
}

TEST(the_caller_can_stop_it)
{
    struct xy at = {0.3, 0.3};
    uint32_t end = 1;
    struct slice_feature f = {.shape = {SHAPE_POINTS, 1, 1, &end, &at}, .max_zoom = 5};
    struct slice_options o = {.max_zoom = 9, .extent = EXTENT};
    struct err err = {0};
    CHECK(!slice_all(&f, 1, &o, refuse, NULL, &err));
    CHECK_TEXT(err.text, "the disk is full");
}

TEST(nothing_gives_no_tiles)
{
    AUTO(sums) sums = {0};
    arena_init(&sums.arena, ARENA_BYTES);
    struct slice_options o = {.max_zoom = 9, .extent = EXTENT};
    struct err err;
    CHECK(slice_all(NULL, 0, &o, add_tile, &sums, &err));
    CHECK_INT(sums.tiles, 0);
}
