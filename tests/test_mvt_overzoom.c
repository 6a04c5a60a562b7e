#include "tests/test.h"

#include "data/geo/mvt.h"

static void make(struct buf *out)
{
    struct xy square[] = {{0, 0}, {2048, 0}, {2048, 2048}, {0, 2048}}, dot[] = {{3000, 3000}};
    uint32_t four = 4, one = 1;
    struct shape area = {SHAPE_POLYGONS, 1, 4, &four, square}, place = {SHAPE_POINTS, 1, 1, &one, dot};
    struct mvt_writer *w = mvt_writer_new();
    mvt_begin_layer(w, S("land"), 4096);
    CHECK(mvt_begin_feature(w, &area, true, 7));
    mvt_property(w, S("kind"), (struct value){.kind = VALUE_STRING, .string = S("park")});
    mvt_end_feature(w);
    mvt_end_layer(w);
    mvt_begin_layer(w, S("places"), 4096);
    CHECK(mvt_begin_feature(w, &place, true, 8));
    mvt_end_feature(w);
    mvt_end_layer(w);
    mvt_finish(w, out);
    mvt_writer_free(w);
}

TEST(a_child_holds_its_quarter_of_the_tile_in_full_extent)
{
    AUTO(buf) bytes = {0};
    AUTO(buf) out = {0};
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    struct err err;
    make(&bytes);
    /* The south-east quarter: the dot, and of the square only its corner within the buffer. */
    CHECK(mvt_overzoom(buf_str(&bytes), (struct tile){.x = 2, .y = 1, .z = 2}, (struct tile){.x = 5, .y = 3, .z = 3}, &a, &out, &err));
    struct vector_tile tile;
    CHECK(mvt_decode(buf_str(&out), &a, &tile, &err));
    const struct features *places = mvt_layer(&tile, S("places")), *land = mvt_layer(&tile, S("land"));
    CHECK(places && places->n == 1 && places->at[0].id == 8);
    CHECK_NEAR(places->at[0].shape.at[0].x, (3000 - 2048) * 2, 1e-9);
    CHECK(land && land->n == 1);
    struct rect r = shape_bounds(&land->at[0].shape);
    CHECK(r.x1 <= 0 && r.x0 >= -64);
}

TEST(a_descendant_far_from_everything_is_an_empty_tile)
{
    AUTO(buf) bytes = {0};
    AUTO(buf) out = {0};
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    struct err err;
    make(&bytes);
    CHECK(mvt_overzoom(buf_str(&bytes), (struct tile){.x = 0, .y = 0, .z = 0}, (struct tile){.x = 15, .y = 15, .z = 4}, &a, &out, &err));
    CHECK_INT(out.len, 0);
}
