#include "tests/test.h"

#include "renderer/encode.h"

struct bytes {
    const struct buf *of;
    size_t at;
};

static cairo_status_t next(void *ctx, unsigned char *to, unsigned n)
{
    struct bytes *b = ctx;
    if (b->of->len - b->at < n)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(to, b->of->at + b->at, n);
    b->at += n;
    return CAIRO_STATUS_SUCCESS;
}

/* A picture of n colours, some of them translucent when asked for. */
static cairo_surface_t *picture(uint32_t n, bool translucent)
{
    cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 67, 41);
    uint32_t *at = (uint32_t *)(void *)cairo_image_surface_get_data(s);
    for (uint32_t i = 0; i < 67 * 41; i++) {
        uint32_t c = i % n, v = (c * 2654435761u) & 0xffffff;
        at[i] = translucent && c % 2 ? 0x80000000u | (v >> 1 & 0x7f7f7f) : 0xff000000u | v;
    }
    cairo_surface_mark_dirty(s);
    return s;
}

static int worst(cairo_surface_t *a, cairo_surface_t *b)
{
    int most = 0;
    for (int i = 0; i < 67 * 41 * 4; i++)
        most = MAX(most, abs(cairo_image_surface_get_data(a)[i] - cairo_image_surface_get_data(b)[i]));
    return most;
}

static int color_type(const struct buf *png)
{
    return png->at[25];
}

static int round_trip(uint32_t n, bool translucent, enum picture_format format, int *kind)
{
    AUTO(buf) png = {0};
    struct err err = {0};
    cairo_surface_t *s = picture(n, translucent);
    CHECK(encode_surface(&png, s, format, &err));
    struct bytes b = {&png, 0};
    cairo_surface_t *back = cairo_image_surface_create_from_png_stream(next, &b);
    CHECK_INT(cairo_surface_status(back), CAIRO_STATUS_SUCCESS);
    cairo_surface_t *argb = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 67, 41);
    cairo_t *cr = cairo_create(argb);
    cairo_set_source_surface(cr, back, 0, 0);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_flush(argb);
    int w = worst(s, argb);
    *kind = color_type(&png);
    cairo_surface_destroy(s);
    cairo_surface_destroy(back);
    cairo_surface_destroy(argb);
    return w;
}

TEST(a_png_of_up_to_256_colours_has_a_palette_and_is_exact)
{
    static const uint32_t counts[] = {1, 2, 3, 5, 16, 17, 256};
    for (size_t i = 0; i < COUNT(counts); i++) {
        int kind;
        CHECK_INT(round_trip(counts[i], false, PICTURE_PNG, &kind), 0);
        CHECK_INT(kind, 3);
        CHECK(round_trip(counts[i], true, PICTURE_PNG, &kind) <= 1);
        CHECK_INT(kind, 3);
    }
}

TEST(a_png_of_more_colours_is_rgb_when_opaque_and_rgba_else)
{
    int kind;
    CHECK_INT(round_trip(257, false, PICTURE_PNG, &kind), 0);
    CHECK_INT(kind, 2);
    CHECK(round_trip(257, true, PICTURE_PNG, &kind) <= 1);
    CHECK_INT(kind, 6);
}

TEST(png8_is_exact_when_it_can_be_and_near_when_not)
{
    int kind;
    CHECK_INT(round_trip(200, false, PICTURE_PNG8, &kind), 0);
    CHECK(round_trip(2000, false, PICTURE_PNG8, &kind) < 64); /* random colours: the hardest there are */
    CHECK_INT(kind, 3);
}

TEST(webp_is_written)
{
    AUTO(buf) out = {0};
    struct err err = {0};
    cairo_surface_t *s = picture(300, true);
    CHECK(encode_surface(&out, s, PICTURE_WEBP, &err));
    CHECK(out.len > 20 && memcmp(out.at, "RIFF", 4) == 0 && memcmp(out.at + 8, "WEBPVP8L", 8) == 0);
    cairo_surface_destroy(s);
}

TEST(a_png_for_paper_says_how_large_it_is_and_is_still_read)
{
    struct err err;
    AUTO(buf) png = {0};
    cairo_surface_t *from = picture(300, false);
    CHECK(encode_surface(&png, from, PICTURE_PNG, &err));
    size_t before = png.len;
    encode_png_density(&png, 300);
    CHECK_INT(png.len, before + 21);
    /* 300 dots an inch are 11811 a metre, in both directions. */
    CHECK(memcmp(png.at + 33, "\0\0\0\x09pHYs\0\0\x2e\x23\0\0\x2e\x23\x01", 17) == 0);
    cairo_surface_t *read = cairo_image_surface_create_from_png_stream(next, &(struct bytes){.of = &png});
    CHECK_INT(cairo_surface_status(read), CAIRO_STATUS_SUCCESS);
    CHECK_INT(cairo_image_surface_get_width(read), 67);
    cairo_surface_destroy(read);
    cairo_surface_destroy(from);
}
