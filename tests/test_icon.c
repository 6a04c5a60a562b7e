#include "tests/test.h"

#include <math.h>

#include "renderer/decode.h"
#include "renderer/encode.h"
#include "renderer/icon_sheet.h"

enum { SHEET = 64, SIDE = 96 };
#define RED 0xffff0000u
#define BLUE 0xff0000ffu

struct cut {
    size_t n;
    struct sheet_icon at[8];
};

static void keep(void *ctx, struct str name, const struct sheet_icon *icon)
{
    struct cut *c = ctx;
    struct sheet_icon copy = *icon;
    (void)name;
    if (c->n < COUNT(c->at))
        c->at[c->n++] = copy;
    else
        sheet_icon_done(&copy);
}

/* A sheet that is blue but for px 4 to 8 of every twelve, across and down, which are red. */
static cairo_surface_t *picture(void)
{
    cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, SHEET, SHEET);
    uint32_t *at = (uint32_t *)(void *)cairo_image_surface_get_data(s);
    for (int i = 0; i < SHEET * SHEET; i++) {
        int x = i % SHEET % 12, y = i / SHEET % 12;
        at[i] = x >= 4 && x < 8 && y >= 4 && y < 8 ? RED : BLUE;
    }
    cairo_surface_mark_dirty(s);
    return s;
}

static struct cut cut_of(const char *index)
{
    struct cut c = {0};
    struct err err = {0};
    AUTO(json_doc) doc = {0};
    if (!json_read(&doc, str_of(index), &JSON_STYLE, &err))
        fail_msg("%s", err.text);
    sheet_cut(picture(), doc.root, keep, &c);
    return c;
}

static void cut_done(struct cut *c)
{
    for (size_t i = 0; i < c->n; i++)
        sheet_icon_done(&c->at[i]);
}

static uint32_t *draw(const struct sheet_icon *i, double x, double y, struct icon_look look)
{
    static uint32_t px[SIDE * SIDE];
    memset(px, 0, sizeof px);
    sheet_icon_draw(i, px, SIDE, SIDE, SIDE, (struct xy){x, y}, &look, 1);
    return px;
}

static int count(const uint32_t *px, uint32_t color)
{
    int n = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
        n += px[i] == color;
    return n;
}

TEST(an_icon_at_its_size_is_its_px_wherever_it_is_put)
{
    struct cut c = cut_of("{\"a\":{\"x\":0,\"y\":0,\"width\":12,\"height\":12}}");
    uint32_t *px = draw(&c.at[0], 30.3, 40.4, (struct icon_look){.scale = 1});
    CHECK_INT(count(px, RED), 16);
    CHECK_INT(count(px, BLUE), 128);
    CHECK_INT(px[34 * SIDE + 24], BLUE);
    CHECK_INT(px[34 * SIDE + 23], 0);
    px = draw(&c.at[0], 30.3, 40.4, (struct icon_look){.scale = 1, .smooth = true});
    CHECK(px[34 * SIDE + 24] >> 24 < 255 && px[36 * SIDE + 30] == BLUE);
    cut_done(&c);
}

TEST(an_icon_for_twice_the_px_has_half_the_size)
{
    struct cut c = cut_of("{\"a\":{\"x\":0,\"y\":0,\"width\":12,\"height\":12,\"pixelRatio\":2}}");
    CHECK_NEAR(c.at[0].icon.width_px, 6, 0);
    CHECK_INT(count(draw(&c.at[0], 30, 30, (struct icon_look){.scale = 2}), RED), 16);
    cut_done(&c);
}

TEST(zones_stretch_and_the_rest_keeps_its_size)
{
    struct cut c = cut_of("{\"a\":{\"x\":0,\"y\":0,\"width\":12,\"height\":12,\"stretchX\":[[4,8]],\"stretchY\":[[4,8]]},"
                          "\"b\":{\"x\":0,\"y\":0,\"width\":12,\"height\":12}}");
    struct icon_look wide = {.scale = 1, .stretch_x = 48, .stretch_y = 24};
    uint32_t *px = draw(&c.at[0], 48, 48, wide);
    CHECK_INT(count(px, RED), 40 * 16);
    CHECK_INT(count(px, RED) + count(px, BLUE), 48 * 24);
    CHECK_INT(count(draw(&c.at[1], 48, 48, wide), RED), 16 * 8); /* without zones all of it grows */
    wide.stretch_x = 2, wide.stretch_y = 2; /* no room for what keeps its size: the zone is gone */
    CHECK_INT(count(draw(&c.at[0], 48, 48, wide), RED), 0);
    cut_done(&c);
}

TEST(text_goes_in_the_content_box)
{
    struct cut c = cut_of("{\"a\":{\"x\":0,\"y\":0,\"width\":40,\"height\":20,\"stretchX\":[[10,30]],\"stretchY\":[[8,12]],\"content\":[10,4,30,16]},"
                          "\"b\":{\"x\":0,\"y\":0,\"width\":40,\"height\":20},"
                          "\"c\":{\"x\":0,\"y\":0,\"width\":40,\"height\":20,\"content\":[0,0,40,20],\"textFitHeight\":\"proportional\",\"textFitWidth\":\"stretchOnly\"}}");
    struct rect text = {-30, -10, 30, 10};
    struct rect a = icon_round(&c.at[0].icon, text), b = icon_round(&c.at[1].icon, text), p = icon_round(&c.at[2].icon, (struct rect){-10, -10, 10, 10});
    CHECK_NEAR(a.x0, -40, 1e-9);
    CHECK_NEAR(a.x1, 40, 1e-9);
    CHECK_NEAR(a.y0, -14, 1e-9);
    CHECK_NEAR(a.y1, 14, 1e-9);
    CHECK_NEAR(b.x1 - b.x0, 60, 1e-9);
    CHECK_NEAR(p.x1 - p.x0, 40, 1e-9); /* twice as wide as high, as its content is */
    CHECK_NEAR(p.y1 - p.y0, 20, 1e-9);
    cut_done(&c);
}

TEST(icons_out_of_their_sheet_are_left_out)
{
    struct cut c = cut_of("{\"a\":{\"x\":60,\"y\":0,\"width\":12,\"height\":12},\"b\":{\"x\":-1,\"y\":0,\"width\":2,\"height\":2},"
                          "\"c\":{\"x\":0,\"y\":0,\"width\":1e9,\"height\":1e9},\"d\":{\"x\":0,\"y\":0,\"width\":0,\"height\":3},"
                          "\"e\":{\"x\":0.5,\"y\":0,\"width\":2,\"height\":2},\"f\":{\"x\":0,\"y\":0,\"width\":2,\"height\":2,\"pixelRatio\":0},"
                          "\"g\":7,\"h\":{\"x\":62,\"y\":62,\"width\":2,\"height\":2,\"stretchX\":[[0,9]],\"stretchY\":[[1,0]],\"content\":[0,0,9,9]}}");
    CHECK_INT(c.n, 1);
    CHECK_INT(c.at[0].icon.n_x + c.at[0].icon.n_y + c.at[0].icon.has_content, 0);
    cut_done(&c);
}

TEST(a_field_takes_the_layers_colour_and_its_halo)
{
    struct cut c = cut_of("{\"a\":{\"x\":0,\"y\":0,\"width\":12,\"height\":12,\"sdf\":true}}");
    struct icon_look look = {.scale = 1, .tinted = true, .color = {0, 1, 0, 1}};
    CHECK_INT(count(draw(&c.at[0], 40, 40, look), 0xff00ff00u), 144); /* opaque everywhere: inside */
    look.halo = (struct rgba){1, 0, 0, 1};
    look.halo_px = 2;
    CHECK(count(draw(&c.at[0], 40, 40, look), 0xff00ff00u) < 144 + 52);
    cut_done(&c);
}

/* ---- what is read from files ---- */

TEST(pictures_are_read_back_as_they_were_and_their_claims_are_checked_first)
{
    AUTO(buf) png = {0};
    AUTO(buf) webp = {0};
    struct err err = {0};
    cairo_surface_t *from = picture(), *back;
    CHECK(encode_surface(&png, from, PICTURE_PNG, &err));
    CHECK(encode_surface(&webp, from, PICTURE_WEBP, &err));
    CHECK(decode_picture(&back, buf_str(&png), DECODE_TILE_MAX_PX, &err));
    CHECK(memcmp(cairo_image_surface_get_data(back), cairo_image_surface_get_data(from), SHEET * SHEET * 4) == 0);
    cairo_surface_destroy(back);
    CHECK(decode_picture(&back, buf_str(&webp), DECODE_TILE_MAX_PX, &err));
    CHECK_INT(cairo_image_surface_get_width(back), SHEET);
    cairo_surface_destroy(back);
    cairo_surface_destroy(from);
    CHECK(!decode_picture(&back, buf_str(&png), SHEET * SHEET - 1, &err));
    CHECK_INT(err.code, ERR_TOO_BIG);
    CHECK(!decode_picture(&back, str_slice(buf_str(&png), 0, 30), DECODE_TILE_MAX_PX, &err));
    CHECK(!decode_picture(&back, str_slice(buf_str(&png), 0, png.len - 30), DECODE_TILE_MAX_PX, &err));
    memcpy(png.at + 16, "\x00\x00\x7f\xff\x00\x00\x7f\xff", 8); /* claims a gigapixel */
    CHECK(!decode_picture(&back, buf_str(&png), DECODE_SHEET_MAX_PX, &err));
    CHECK_INT(err.code, ERR_TOO_BIG);
    CHECK(!decode_picture(&back, S("\xff\xd8\xff\xe0 no picture"), DECODE_TILE_MAX_PX, &err));
    CHECK(!decode_picture(&back, S("GIF89a"), DECODE_TILE_MAX_PX, &err));
}
