#include "tests/test.h"

#include <math.h>

#include "renderer/sdf.h"

enum { SIDE = 40, FIELD = 24, REACH = 7 };

/* A disc of REACH px in the middle of a field. */
static struct sdf disc(uint8_t *at)
{
    for (int y = 0; y < FIELD; y++)
        for (int x = 0; x < FIELD; x++) {
            double far = hypot(x + 0.5 - FIELD / 2.0, y + 0.5 - FIELD / 2.0) - REACH;
            at[y * FIELD + x] = (uint8_t)CLAMP(192 - far * 255 / SDF_PX + 0.5, 0.0, 255.0);
        }
    return (struct sdf){FIELD, FIELD, FIELD, at};
}

static const struct sdf_look RED = {.color = {1, 0, 0, 1}, .opacity = 1};

static void draw(uint32_t *px, struct placing to, const struct sdf_look *look)
{
    uint8_t at[FIELD * FIELD];
    struct sdf s = disc(at);
    memset(px, 0, SIDE * SIDE * sizeof *px);
    sdf_draw(px, SIDE, SIDE, SIDE, &s, &to, 1, 1, look);
}

static double area(const uint32_t *px)
{
    double sum = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        sum += (px[i] >> 24) / 255.0;
    return sum;
}

TEST(a_disc_of_distances_covers_the_area_of_a_disc)
{
    uint32_t px[SIDE * SIDE];
    draw(px, (struct placing){1, 0, 8, 0, 1, 8}, &RED);
    CHECK_NEAR(area(px), M_PI * REACH * REACH, 2);
    CHECK_INT(px[20 * SIDE + 20], 0xffff0000u);
    CHECK_INT(px[0], 0);
    draw(px, (struct placing){0.5, 0, 8, 0, 0.5, 8}, &RED);
    CHECK_NEAR(area(px), M_PI * REACH * REACH / 4, 2);
}

TEST(a_turned_field_covers_as_much_and_a_moved_one_lies_elsewhere)
{
    uint32_t px[SIDE * SIDE];
    double c = cos(0.6), s = sin(0.6);
    draw(px, (struct placing){c, -s, 20 - 12 * c + 12 * s, s, c, 20 - 12 * s - 12 * c}, &RED);
    CHECK_NEAR(area(px), M_PI * REACH * REACH, 2);
    draw(px, (struct placing){1, 0, 8.5, 0, 1, 8}, &RED);
    uint32_t left = px[20 * SIDE + 13] >> 24, right = px[20 * SIDE + 27] >> 24;
    CHECK(left < 200 && right > 50 && right > left - 60);
}

TEST(a_halo_is_a_ring_of_its_width_and_empty_inside)
{
    uint32_t px[SIDE * SIDE];
    struct sdf_look halo = RED;
    halo.grow_px = 2;
    draw(px, (struct placing){1, 0, 8, 0, 1, 8}, &halo);
    CHECK_NEAR(area(px), M_PI * 81, 3);
    halo.only_outside = true;
    draw(px, (struct placing){1, 0, 8, 0, 1, 8}, &halo);
    CHECK_INT(px[20 * SIDE + 20], 0);
    CHECK_INT(px[20 * SIDE + 27] >> 24, 255);
    halo.blur_px = 2;
    draw(px, (struct placing){1, 0, 8, 0, 1, 8}, &halo);
    CHECK(px[20 * SIDE + 28] >> 24 < 200 && px[20 * SIDE + 31] >> 24 > 0);
}

TEST(a_field_is_the_same_wherever_the_image_is_cut)
{
    uint8_t at[FIELD * FIELD];
    struct sdf s = disc(at);
    uint32_t whole[SIDE * SIDE] = {0}, part[16 * 16] = {0};
    struct placing to = {0.8, -0.3, 13.140625, 0.3, 0.8, 5.71875};
    sdf_draw(whole, SIDE, SIDE, SIDE, &s, &to, 0.7, 1, &RED);
    to.x0 -= 12, to.y0 -= 10;
    sdf_draw(part, 16, 16, 16, &s, &to, 0.7, 1, &RED);
    for (int y = 0; y < 16; y++)
        for (int x = 0; x < 16; x++)
            CHECK_INT(part[y * 16 + x], whole[(y + 10) * SIDE + x + 12]);
}

TEST(opacity_and_what_lies_below_are_mixed)
{
    uint8_t at[FIELD * FIELD];
    struct sdf s = disc(at);
    uint32_t px[SIDE * SIDE];
    struct sdf_look half = RED;
    half.opacity = 0.5;
    for (int i = 0; i < SIDE * SIDE; i++)
        px[i] = 0xff0000ffu;
    sdf_draw(px, SIDE, SIDE, SIDE, &s, &(struct placing){1, 0, 8, 0, 1, 8}, 1, 1, &half);
    CHECK_INT(px[20 * SIDE + 20], 0xff800080u);
    CHECK_INT(px[0], 0xff0000ffu);
}

TEST(places_and_numbers_that_are_none_draw_nothing)
{
    uint32_t px[SIDE * SIDE];
    static const struct placing bad[] = {{0, 0, 8, 0, 0, 8}, {NAN, 0, 8, 0, 1, 8}, {1, 0, INFINITY, 0, 1, 8}, {1, 0, 1e300, 0, 1, 8},
        {1e-9, 0, 8, 0, 1e-9, 8}, {1, 1, 8, 1, 1, 8}};
    for (size_t i = 0; i < COUNT(bad); i++) {
        draw(px, bad[i], &RED);
        CHECK(area(px) == 0);
    }
    struct sdf_look look = RED;
    look.blur_px = NAN;
    draw(px, (struct placing){1, 0, 8, 0, 1, 8}, &look);
    CHECK(area(px) == 0);
    draw(px, (struct placing){1e6, 0, -12e6, 0, 1e6, -12e6}, &RED); /* huge: bounded by the image */
}
