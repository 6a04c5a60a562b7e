#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "data/tileset.h"
#include "renderer/encode.h"
#include "renderer/pictures.h"
#include "tests/folder.h"
#include "tests/picture.h"

/* A picture of `side` px whose four quarters have these colours: top left, top right, bottom left, bottom right. */
static void put_png(struct buf *out, int side, const uint32_t quarters[4])
{
    struct err err = {0};
    cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, side, side);
    uint32_t *at = (uint32_t *)(void *)cairo_image_surface_get_data(s);
    for (int i = 0; i < side * side; i++)
        at[i] = quarters[(i % side >= side / 2) + 2 * (i / side >= side / 2)];
    cairo_surface_mark_dirty(s);
    if (!encode_surface(out, s, PICTURE_PNG, &err))
        fail_msg("%s", err.text);
    cairo_surface_destroy(s);
}

static void write_png(const char *name, int side, const uint32_t quarters[4])
{
    AUTO(buf) png = {0};
    struct err err = {0};
    put_png(&png, side, quarters);
    if (!buf_write_file(&png, in_folder(name), &err))
        fail_msg("%s", err.text);
}

static const uint32_t MAP[4] = {0xffff0000, 0xff00ff00, 0xff0000ff, 0xffffff00}, GREY[4] = {0xff808080, 0xff808080, 0xff808080, 0xff808080};

__attribute__((constructor)) static void write_tiles(void)
{
    write_png("0-0-0.png", 256, MAP);
    for (int y = 0; y < 2; y++)
        for (int x = 0; x < 2; x++) {
            char name[32];
            snprintf(name, sizeof name, "grey-1-%d-%d.png", x, y);
            write_png(name, 256, GREY);
        }
    write_png("image.png", 64, MAP);
    write_png("huge.png", 2100, GREY);
}

static cairo_surface_t *draw(const char *source, const char *paint, struct view v, bool whole)
{
    AUTO(buf) text = {0};
    buf_fmt(&text, "{\"version\":8,\"sources\":{\"s\":%s},\"layers\":[{\"id\":\"l\",\"type\":\"raster\",\"source\":\"s\",\"paint\":{%s}}]}", source, paint);
    return picture_of(buf_str(&text), folder(), &v, whole);
}

static size_t not_of(cairo_surface_t *image, uint32_t color)
{
    size_t n = 0;
    for (int y = 0; y < cairo_image_surface_get_height(image); y++)
        for (int x = 0; x < cairo_image_surface_get_width(image); x++)
            n += pixel(image, x, y) != color;
    return n;
}

static const struct view WORLD = {.centre = {0.5, 0.5}, .zoom = 0, .scale = 1, .width_px = 512, .height_px = 512};
#define TILES "{\"type\":\"raster\",\"tiles\":[\"local://{z}-{x}-{y}.png\"],\"tileSize\":256,\"maxzoom\":0}"
#define GREYS "{\"type\":\"raster\",\"tiles\":[\"local://grey-{z}-{x}-{y}.png\"],\"tileSize\":256,\"minzoom\":1,\"maxzoom\":1}"

TEST(tiles_of_pictures_lie_where_they_belong)
{
    cairo_surface_t *a = draw(TILES, "", WORLD, false);
    CHECK_INT(pixel(a, 100, 100), 0xffff0000u);
    CHECK_INT(pixel(a, 400, 100), 0xff00ff00u);
    CHECK_INT(pixel(a, 100, 400), 0xff0000ffu);
    CHECK_INT(pixel(a, 400, 400), 0xffffff00u);
    cairo_surface_destroy(a);
}

/* Between whole zooms tiles and cells end at parts of a px. */
TEST(neither_tiles_nor_cells_leave_a_seam)
{
    static const struct view views[] = {
        {.centre = {0.5, 0.5}, .zoom = 0.37, .scale = 1, .width_px = 400, .height_px = 300},
        {.centre = {0.501, 0.4987}, .zoom = 1.61, .scale = 2, .width_px = 300, .height_px = 300},
        {.centre = {0.5, 0.5}, .zoom = 3.13, .scale = 1, .width_px = 700, .height_px = 600},
        {.centre = {0.5, 0.5}, .zoom = 0.9, .bearing_deg = 31, .scale = 1, .width_px = 300, .height_px = 300},
        {.centre = {0.5, 0.5}, .zoom = 0.4, .scale = 1.5, .width_px = 333, .height_px = 333},
    };
    for (size_t i = 0; i < COUNT(views); i++) {
        cairo_surface_t *a = draw(GREYS, "", views[i], false);
        CHECK_INT(not_of(a, 0xff808080u), 0);
        cairo_surface_destroy(a);
        a = draw(GREYS, "\"raster-opacity\":0.5", views[i], false);
        CHECK_INT(not_of(a, pixel(a, 10, 10)), 0);
        CHECK(pixel(a, 10, 10) >> 24 >= 127 && pixel(a, 10, 10) >> 24 <= 128);
        cairo_surface_destroy(a);
    }
}

TEST(a_tile_enlarged_is_mixed_or_shown_in_squares)
{
    struct view v = {.centre = {0.5, 0.5}, .zoom = 5, .scale = 1, .width_px = 64, .height_px = 64};
    cairo_surface_t *smooth = draw(TILES, "", v, false), *hard = draw(TILES, "\"raster-resampling\":\"nearest\"", v, false), *other = draw(TILES, "\"resampling\":\"nearest\"", v, false);
    CHECK_INT(pixel(hard, 31, 31), 0xffff0000u);
    CHECK_INT(pixel(hard, 32, 31), 0xff00ff00u);
    CHECK_INT(pixel(other, 31, 31), 0xffff0000u);
    uint32_t middle = pixel(smooth, 32, 20);
    CHECK((middle >> 16 & 255) > 100 && (middle >> 8 & 255) > 100);
    cairo_surface_destroy(smooth);
    cairo_surface_destroy(hard);
    cairo_surface_destroy(other);
}

TEST(bounds_and_rows_from_the_south_are_heeded)
{
    cairo_surface_t *a = draw("{\"type\":\"raster\",\"tiles\":[\"local://grey-{z}-{x}-{y}.png\"],\"tileSize\":256,\"minzoom\":1,\"maxzoom\":1,\"bounds\":[1,-80,170,-1]}", "", WORLD, false);
    CHECK_INT(pixel(a, 400, 400), 0xff808080u);
    CHECK_INT(pixel(a, 100, 400), 0);
    CHECK_INT(pixel(a, 400, 100), 0);
    cairo_surface_destroy(a);
    write_png("south-1-0-1.png", 256, MAP);
    a = draw("{\"type\":\"raster\",\"tiles\":[\"local://south-{z}-{x}-{y}.png\"],\"tileSize\":256,\"minzoom\":1,\"maxzoom\":1,\"scheme\":\"tms\"}", "", WORLD, false);
    CHECK_INT(pixel(a, 60, 60), 0xffff0000u);
    CHECK_INT(pixel(a, 60, 300), 0);
    cairo_surface_destroy(a);
}

TEST(colours_of_pictures_are_turned_and_weighed)
{
    cairo_surface_t *a = draw(TILES, "\"raster-saturation\":-1", WORLD, false);
    uint32_t p = pixel(a, 100, 100);
    CHECK((p >> 16 & 255) == (p & 255) && (p >> 8 & 255) == (p & 255));
    cairo_surface_destroy(a);
    a = draw(TILES, "\"raster-hue-rotate\":120", WORLD, false);
    CHECK_INT(pixel(a, 100, 100), 0xff00ff00u);
    cairo_surface_destroy(a);
    a = draw(TILES, "\"raster-brightness-min\":0.5,\"raster-opacity\":0.5", WORLD, false);
    p = pixel(a, 100, 100);
    CHECK_NEAR((p >> 24), 128, 1);
    CHECK_NEAR((p >> 8 & 255), 64, 1);
    cairo_surface_destroy(a);
    a = draw(TILES, "\"raster-brightness-max\":0.5", WORLD, false);
    CHECK_NEAR((pixel(a, 400, 400) >> 16 & 255), 128, 1);
    cairo_surface_destroy(a);
    a = draw(TILES, "\"raster-contrast\":-1", WORLD, false);
    CHECK_NEAR((pixel(a, 100, 100) & 255), 128, 1);
    cairo_surface_destroy(a);
}

TEST(an_image_lies_between_its_four_corners)
{
    cairo_surface_t *a = draw("{\"type\":\"image\",\"url\":\"local://image.png\",\"coordinates\":[[-90,60],[90,60],[90,-60],[-90,-60]]}", "", WORLD, false);
    CHECK_INT(pixel(a, 200, 200), 0xffff0000u);
    CHECK_INT(pixel(a, 300, 300), 0xffffff00u);
    CHECK_INT(pixel(a, 120, 200), 0);
    cairo_surface_destroy(a);
    a = draw("{\"type\":\"image\",\"url\":\"local://image.png\",\"coordinates\":[[0,60],[90,0],[0,-60],[-90,0]]}", "", WORLD, false); /* on its tip */
    CHECK_INT(pixel(a, 256, 200), 0xffff0000u);
    CHECK_INT(pixel(a, 320, 256), 0xff00ff00u);
    CHECK_INT(pixel(a, 150, 190), 0);
    cairo_surface_destroy(a);
    a = draw("{\"type\":\"image\",\"url\":\"local://image.png\",\"coordinates\":[[-45,60],[45,60],[135,-60],[-135,-60]]}", "", WORLD, false); /* no parallelogram */
    CHECK_INT(pixel(a, 230, 180), 0xffff0000u);
    CHECK_INT(pixel(a, 90, 330), 0xff0000ffu);
    CHECK_INT(pixel(a, 400, 330), 0xffffff00u);
    cairo_surface_destroy(a);
}

TEST(a_file_of_tiles_holds_pictures_too)
{
    AUTO(buf) png = {0};
    struct err err = {0};
    struct tileset_writer *w;
    put_png(&png, 256, MAP);
    if (!tileset_create(&w, in_folder("tiles.mbtiles"), &err) || !tileset_meta(w, "format", S("png"), &err) ||
        !tileset_put(w, (struct tile){0, 0, 0}, buf_str(&png), &err) || !tileset_finish(w, &err))
        fail_msg("%s", err.text);
    cairo_surface_t *a = draw("{\"type\":\"raster\",\"url\":\"local://tiles.mbtiles\",\"tileSize\":512}", "", WORLD, false);
    CHECK_INT(pixel(a, 400, 100), 0xff00ff00u);
    cairo_surface_destroy(a);
}

TEST(a_vector_drawing_holds_the_same_picture)
{
    cairo_surface_t *cells = draw(TILES, "", WORLD, false), *whole = draw(TILES, "", WORLD, true);
    for (int i = 0; i < 4; i++)
        CHECK_INT(pixel(cells, 100 + 300 * (i & 1), 100 + 300 * (i >> 1)), pixel(whole, 100 + 300 * (i & 1), 100 + 300 * (i >> 1)));
    cairo_surface_destroy(cells);
    cairo_surface_destroy(whole);
}

TEST(pictures_that_are_too_large_or_no_pictures_are_left_out)
{
    cairo_surface_t *a = draw("{\"type\":\"raster\",\"tiles\":[\"local://huge.png\"],\"tileSize\":256}", "", WORLD, false);
    CHECK_INT(not_of(a, 0), 0);
    cairo_surface_destroy(a);
    a = draw("{\"type\":\"raster\",\"tiles\":[\"local://none-{z}.png\"],\"tileSize\":16}", "", WORLD, false);
    CHECK_INT(not_of(a, 0), 0);
    cairo_surface_destroy(a);
}

TEST(a_picture_is_decoded_once_and_halved_when_it_is_drawn_small)
{
    struct pictures *p = pictures_new(1 << 20);
    const char *path = in_folder("image.png");
    const struct image *whole = pictures_file(p, path, true, 0), *half = pictures_file(p, path, true, 1);
    CHECK(whole && pictures_file(p, path, true, 0) == whole);
    CHECK_INT(half->width, 32);
    CHECK_INT(half->at[0], 0xffff0000u);
    CHECK_INT(half->at[31], 0xff00ff00u);
    CHECK(!pictures_file(p, "/nowhere", true, 0) && !pictures_file(p, "/nowhere", true, 2));
    pictures_free(p);
}
