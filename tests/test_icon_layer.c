#include "tests/test.h"

#include <stdlib.h>

#include "renderer/encode.h"
#include "tests/folder.h"
#include "tests/picture.h"

enum { SIDE = 64 };
#define RED 0xffff0000u
#define GREEN 0xff00ff00u

/* Icons: "box", 8 by 8, red above and green below; "field", 24 by 24, the distances of a disc of 6 px. */
__attribute__((constructor)) static void write_sheet(void)
{
    static const char index[] = "{\"box\":{\"x\":0,\"y\":0,\"width\":8,\"height\":8},\"field\":{\"x\":8,\"y\":0,\"width\":24,\"height\":24,\"sdf\":true}}";
    AUTO(buf) png = {0};
    AUTO(buf) json = {0};
    struct err err = {0};
    cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 32, 24);
    uint32_t *at = (uint32_t *)(void *)cairo_image_surface_get_data(s);
    for (int y = 0; y < 24; y++)
        for (int x = 0; x < 32; x++) {
            double dx = x - 19.5, dy = y - 11.5, far = __builtin_sqrt(dx * dx + dy * dy) - 6;
            uint32_t a = (uint32_t)CLAMP(191 - far * 32, 0.0, 255.0);
            at[y * 32 + x] = x >= 8 ? a << 24 : y < 4 ? RED : y < 8 ? GREEN : 0;
        }
    cairo_surface_mark_dirty(s);
    buf_add(&json, str_of(index));
    if (!encode_surface(&png, s, PICTURE_PNG, &err) || !buf_write_file(&png, in_folder("sprite.png"), &err) ||
        !buf_write_file(&json, in_folder("sprite.json"), &err))
        abort();
    cairo_surface_destroy(s);
}

/* One point in the middle of the picture with these properties of layout and paint. */
static uint32_t *draw(const char *layout, const char *paint)
{
    static uint32_t px[SIDE * SIDE];
    AUTO(buf) text = {0};
    struct view v = {.centre = {0.5, 0.5}, .zoom = 3, .scale = 1, .width_px = SIDE, .height_px = SIDE};
    buf_fmt(&text, "{\"version\":8,\"sprite\":\"local://sprite\",\"sources\":{\"s\":{\"type\":\"geojson\",\"data\":{\"type\":\"Feature\",\"properties\":{\"n\":2},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0]}}}},"
                   "\"layers\":[{\"id\":\"l\",\"type\":\"symbol\",\"source\":\"s\",\"layout\":{%s},\"paint\":{%s}}]}", layout, paint);
    cairo_surface_t *image = picture_of(buf_str(&text), folder(), &v, false);
    for (int i = 0; i < SIDE * SIDE; i++)
        px[i] = pixel(image, i % SIDE, i / SIDE);
    cairo_surface_destroy(image);
    return px;
}

static int count(const uint32_t *px, uint32_t color)
{
    int n = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        n += px[i] == color;
    return n;
}

static uint32_t at(const uint32_t *px, int x, int y)
{
    return px[y * SIDE + x];
}

#define BOX "\"icon-image\":\"box\""
#define DISC "\"icon-image\":\"field\""

TEST(an_icon_stands_on_its_point)
{
    uint32_t *px = draw(BOX, "");
    CHECK_INT(count(px, RED), 32);
    CHECK_INT(at(px, 28, 28), RED);
    CHECK_INT(at(px, 35, 35), GREEN);
    CHECK_INT(count(draw("\"icon-image\":\"nothing\"", ""), 0), SIDE * SIDE);
    CHECK_INT(count(draw("\"icon-image\":[\"coalesce\",[\"image\",\"nothing\"],[\"image\",\"box\"]]", ""), RED), 32);
}

TEST(icons_have_a_size_an_angle_an_offset_and_an_anchor)
{
    uint32_t *px = draw(BOX ",\"icon-size\":[\"get\",\"n\"]", "");
    CHECK_INT(at(px, 30, 25), RED);
    CHECK_INT(at(px, 30, 38), GREEN);
    px = draw(BOX ",\"icon-rotate\":180", "");
    CHECK_INT(at(px, 31, 29), GREEN);
    CHECK_INT(at(px, 31, 34), RED);
    px = draw(BOX ",\"icon-offset\":[10,-4]", "");
    CHECK_INT(at(px, 38, 24), RED);
    CHECK_INT(at(px, 37, 24), 0);
    px = draw(BOX ",\"icon-anchor\":\"top-left\"", "");
    CHECK_INT(at(px, 32, 32), RED);
    CHECK_INT(at(px, 39, 39), GREEN);
    px = draw(BOX, "\"icon-translate\":[-5,7]");
    CHECK_INT(at(px, 23, 35), RED);
}

TEST(icons_fade_and_fields_take_colours_and_halos)
{
    uint32_t *px = draw(BOX, "\"icon-opacity\":0.5");
    CHECK_INT(at(px, 30, 30), 0x80800000u);
    px = draw(DISC, "\"icon-color\":\"#00ff00\"");
    int plain = count(px, GREEN);
    CHECK(plain > 80 && plain < 120);
    px = draw(DISC, "\"icon-color\":\"#00ff00\",\"icon-halo-color\":\"#ff0000\",\"icon-halo-width\":3");
    CHECK(count(px, RED) > 40);
    CHECK_INT(at(px, 31, 31), GREEN);
    uint32_t sharp = at(px, 32 + 7, 32);
    CHECK_INT(sharp, RED);
    px = draw(DISC, "\"icon-color\":\"#00ff00\",\"icon-halo-color\":\"#ff0000\",\"icon-halo-width\":3,\"icon-halo-blur\":3");
    CHECK(at(px, 32 + 7, 32) >> 24 < 250 && at(px, 32 + 7, 32) >> 24 > 50);
    CHECK(at(px, 32 + 10, 32) >> 24 > 0);
}
