#include "tests/test.h"

#include <stdio.h>
#include <jpeglib.h>
#include <errno.h>
#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <webp/encode.h>

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "renderer/decode_photo.h"
#include "renderer/photo.h"
#include "renderer/shrink.h"

#define CANARY "canary-48.8566N-2.3522E"

/* ---- photos to be cleaned ---- */

typedef void paint_fn(int x, int y, int width, int height, uint8_t rgb[3]);

static void paint_grey(int x, int y, int width, int height, uint8_t rgb[3])
{
    (void)x, (void)y, (void)width, (void)height;
    memset(rgb, 120, 3);
}

/* Red, green, blue, white, from the upper left along the rows. */
static void paint_quarters(int x, int y, int width, int height, uint8_t rgb[3])
{
    static const uint8_t COLORS[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};
    memcpy(rgb, COLORS[(x >= width / 2) + 2 * (y >= height / 2)], 3);
}

static void paint_noise(int x, int y, int width, int height, uint8_t rgb[3])
{
    (void)width, (void)height;
    uint32_t v = (uint32_t)x * 2654435761u ^ (uint32_t)y * 2246822519u;
    v = (v ^ v >> 15) * 2246822519u;
    rgb[0] = (uint8_t)(v >> 8), rgb[1] = (uint8_t)(v >> 16), rgb[2] = (uint8_t)(v >> 24);
}

static uint8_t *painted(paint_fn *paint, int width, int height)
{
    uint8_t *rgb = base_alloc((size_t)width * (size_t)height, 3);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            paint(x, y, width, height, rgb + 3 * ((size_t)y * (size_t)width + (size_t)x));
    return rgb;
}

struct jpeg_like {
    paint_fn *paint;
    int width, height;
    bool progressive, full_chroma, cmyk, grey;
    int extra_scans; /* refinements repeated: a file that never ends */
};

/* What libjpeg itself will not do: the scans of a script, again and again, spliced in before the end. */
static void repeat_scans(struct buf *b, int times)
{
    size_t last = 0;
    for (size_t i = 0; i + 1 < b->len; i++)
        if ((uint8_t)b->at[i] == 0xff && (uint8_t)b->at[i + 1] == 0xda)
            last = i;
    struct str scan = str_from(b->at + last, b->len - 2 - last);
    AUTO(buf) copy = {0};
    buf_add(&copy, scan);
    b->len -= 2;
    for (int i = 0; i < times; i++)
        buf_add(b, buf_str(&copy));
    buf_put(b, "\xff\xd9", 2);
}

static void make_jpeg(struct buf *out, const struct jpeg_like *like)
{
    struct jpeg_compress_struct c;
    struct jpeg_error_mgr says;
    unsigned char *bytes = NULL;
    unsigned long n = 0;
    AUTO_FREE uint8_t *rgb = painted(like->paint, like->width, like->height);
    AUTO_FREE uint8_t *ink = base_alloc((size_t)like->width, 4);
    c.err = jpeg_std_error(&says);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &bytes, &n);
    c.image_width = (JDIMENSION)like->width;
    c.image_height = (JDIMENSION)like->height;
    c.input_components = like->cmyk ? 4 : 3;
    c.in_color_space = like->cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&c);
    if (like->grey)
        jpeg_set_colorspace(&c, JCS_GRAYSCALE);
    jpeg_set_quality(&c, 95, TRUE);
    if (like->full_chroma)
        c.comp_info[0].h_samp_factor = c.comp_info[0].v_samp_factor = 1;
    if (like->progressive)
        jpeg_simple_progression(&c);
    jpeg_start_compress(&c, TRUE);
    while (c.next_scanline < c.image_height) {
        uint8_t *row = like->cmyk ? ink : rgb + 3 * (size_t)like->width * c.next_scanline;
        jpeg_write_scanlines(&c, &row, 1);
    }
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
    buf_put(out, bytes, n);
    free(bytes);
    if (like->extra_scans)
        repeat_scans(out, like->extra_scans);
}

/* A segment behind SOI, so that it comes before all others but those added after it. */
static void add_segment(struct buf *jpeg, int mark, struct str body)
{
    AUTO(buf) made = {0};
    buf_put(&made, jpeg->at, 2);
    buf_char(&made, (char)0xff);
    buf_char(&made, (char)mark);
    buf_char(&made, (char)((body.len + 2) >> 8));
    buf_char(&made, (char)(body.len + 2));
    buf_add(&made, body);
    buf_put(&made, jpeg->at + 2, jpeg->len - 2);
    buf_clear(jpeg);
    buf_add(jpeg, buf_str(&made));
}

/* One entry, an orientation, then a GPS text nobody points to. */
static void exif_of(struct buf *out, int orientation, bool little_endian)
{
    const char little[] = {'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (char)orientation, 0, 0, 0, 0, 0, 0, 0};
    const char big[] = {'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, (char)orientation, 0, 0, 0, 0, 0, 0};
    buf_put(out, little_endian ? little : big, sizeof little);
    buf_add(out, S("GPS " CANARY));
}

static void add_orientation(struct buf *jpeg, int orientation, bool little_endian)
{
    AUTO(buf) exif = {0};
    buf_add(&exif, S("Exif\0\0"));
    exif_of(&exif, orientation, little_endian);
    add_segment(jpeg, 0xe1, buf_str(&exif));
}

struct png_like {
    paint_fn *paint;
    int width, height, depth, color;
    bool interlaced;
    uint8_t alpha;
};

static void png_put(png_structp png, png_bytep bytes, size_t n)
{
    buf_put(png_get_io_ptr(png), bytes, n);
}

static void png_row_of(const struct png_like *like, const uint8_t *rgb, uint8_t *row)
{
    size_t each = (size_t)like->depth / 8, channels = like->color & PNG_COLOR_MASK_ALPHA ? 4 : 3;
    for (size_t x = 0; x < (size_t)like->width; x++)
        for (size_t c = 0; c < channels; c++)
            memset(row + (x * channels + c) * each, c < 3 ? rgb[3 * x + c] : like->alpha, each);
}

static void make_png(struct buf *out, const struct png_like *like)
{
    AUTO_FREE uint8_t *rgb = painted(like->paint, like->width, like->height);
    AUTO_FREE uint8_t *row = base_alloc((size_t)like->width, 8);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_text text = {.compression = PNG_TEXT_COMPRESSION_NONE, .key = (char *)(uintptr_t)"Comment", .text = (char *)(uintptr_t)CANARY};
    AUTO(buf) exif = {0};
    png_set_write_fn(png, out, png_put, NULL);
    png_set_IHDR(png, info, (uint32_t)like->width, (uint32_t)like->height, like->depth, like->color,
        like->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_text(png, info, &text, 1);
    exif_of(&exif, 6, false);
    png_set_eXIf_1(png, info, (uint32_t)exif.len, (png_bytep)exif.at);
    png_write_info(png, info);
    for (int pass = png_set_interlace_handling(png); pass > 0; pass--)
        for (int y = 0; y < like->height; y++) {
            png_row_of(like, rgb + 3 * (size_t)like->width * (size_t)y, row);
            png_write_row(png, row);
        }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}

static void make_webp(struct buf *out, paint_fn *paint, int width, int height)
{
    AUTO_FREE uint8_t *rgb = painted(paint, width, height);
    uint8_t *bytes = NULL;
    size_t n = WebPEncodeRGB(rgb, width, height, 3 * width, 95, &bytes);
    CHECK(n > 0);
    buf_put(out, bytes, n);
    WebPFree(bytes);
}

static void put_le32(struct buf *out, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        buf_char(out, (char)(v >> 8 * i));
}

static void put_riff(struct buf *out, const char *name, struct str body)
{
    buf_put(out, name, 4);
    put_le32(out, (uint32_t)body.len);
    buf_add(out, body);
    if (body.len & 1)
        buf_char(out, 0);
}

/* A simple WebP in the extended form: flags, size, its picture, and what is to be gone. */
static void extend_webp(struct buf *webp, int width, int height, uint8_t flags, const char *name, struct str body)
{
    AUTO(buf) made = {0};
    AUTO(buf) head = {0};
    put_le32(&head, flags);
    uint32_t w = (uint32_t)width - 1, h = (uint32_t)height - 1;
    for (int i = 0; i < 3; i++)
        buf_char(&head, (char)(w >> 8 * i));
    for (int i = 0; i < 3; i++)
        buf_char(&head, (char)(h >> 8 * i));
    buf_add(&made, S("WEBP"));
    put_riff(&made, "VP8X", buf_str(&head));
    buf_put(&made, webp->at + 12, webp->len - 12);
    put_riff(&made, name, body);
    buf_clear(webp);
    put_riff(webp, "RIFF", buf_str(&made));
}

/* ---- looking at what came out ---- */

struct cleaned {
    struct buf jpeg;
    struct photo_pixels seen;
    struct err err;
    bool ok;
};

static void cleaned_done(struct cleaned *c)
{
    buf_done(&c->jpeg);
    photo_pixels_done(&c->seen);
}

static struct cleaned clean_with(const struct buf *in, const struct photo_blur *blurs, size_t n)
{
    struct cleaned c = {0};
    int w = 0, h = 0, orientation = 0;
    c.ok = photo_clean(buf_str(in), blurs, n, &c.jpeg, &w, &h, &c.err);
    if (!c.ok)
        return c;
    CHECK(photo_is_clean(buf_str(&c.jpeg)));
    CHECK(!str_has(buf_str(&c.jpeg), S("canary")));
    CHECK(decode_photo(&c.seen, &orientation, buf_str(&c.jpeg), PHOTO_CLEAN_SIDE_MAX_PX, &c.err));
    CHECK_INT(c.seen.width, w);
    CHECK_INT(c.seen.height, h);
    CHECK_INT(orientation, 1);
    return c;
}

static struct cleaned clean(const struct buf *in)
{
    return clean_with(in, NULL, 0);
}

static void check_refused(const struct buf *in, enum err_code code, const char *sentence)
{
    AUTO(cleaned) c = clean(in);
    CHECK(!c.ok);
    CHECK_TEXT(c.err.text, sentence);
    CHECK_INT(c.err.code, code);
}

static bool is_about(const struct photo_pixels *p, int x, int y, int r, int g, int b)
{
    const uint8_t *at = p->at + 3 * (y * p->width + x);
    return abs(at[0] - r) < 24 && abs(at[1] - g) < 24 && abs(at[2] - b) < 24;
}

/* The colours in the middle of the quarters, as letters. */
static const char *quarters(const struct photo_pixels *p)
{
    static char text[5];
    for (int i = 0; i < 4; i++) {
        int x = p->width * (1 + 2 * (i % 2)) / 4, y = p->height * (1 + 2 * (i / 2)) / 4;
        text[i] = is_about(p, x, y, 255, 0, 0)       ? 'R'
                  : is_about(p, x, y, 0, 255, 0)     ? 'G'
                  : is_about(p, x, y, 0, 0, 255)     ? 'B'
                  : is_about(p, x, y, 255, 255, 255) ? 'W'
                                                     : '?';
    }
    return text;
}

static void jpeg_of(struct buf *out, paint_fn *paint, int width, int height)
{
    make_jpeg(out, &(struct jpeg_like){.paint = paint, .width = width, .height = height});
}

/* ---- nothing but pixels ---- */

TEST(nothing_of_a_jpeg_but_its_pixels_comes_through)
{
    AUTO(buf) in = {0};
    jpeg_of(&in, paint_quarters, 64, 48);
    add_segment(&in, 0xe2, S("ICC_PROFILE\0\1\1" CANARY));
    add_segment(&in, 0xed, S("Photoshop 3.0\0" "8BIM" CANARY));
    add_segment(&in, 0xfe, S("<html><script>alert(1)</script>" CANARY));
    add_segment(&in, 0xe1, S("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" CANARY));
    add_segment(&in, 0xee, S("something of its own " CANARY));
    add_segment(&in, 0xe0, S("JFXX\0\x10" CANARY));
    add_orientation(&in, 1, true);
    buf_add(&in, S("a film behind the photo " CANARY));
    AUTO(cleaned) c = clean(&in);
    CHECK(c.ok);
    CHECK_TEXT(quarters(&c.seen), "RGBW");
    static const char *const GONE[] = {"Exif", "GPS", "ICC", "http", "xmp", "8BIM", "JFXX", "script", "film", "Adobe"};
    for (size_t i = 0; i < COUNT(GONE); i++)
        CHECK(!str_has(buf_str(&c.jpeg), str_of(GONE[i])));
}

TEST(a_file_with_anything_more_than_a_photo_is_not_clean)
{
    AUTO(buf) in = {0};
    jpeg_of(&in, paint_noise, 64, 48);
    CHECK(photo_is_clean(buf_str(&in)));
    for (size_t n = 0; n < in.len; n++)
        CHECK(!photo_is_clean(str_from(in.at, n)));
    for (int mark = 0xe1; mark <= 0xfe; mark++) {
        AUTO(buf) more = {0};
        buf_add(&more, buf_str(&in));
        add_segment(&more, mark, S("x"));
        CHECK(!photo_is_clean(buf_str(&more)));
    }
    buf_char(&in, 'x');
    CHECK(!photo_is_clean(buf_str(&in)));
}

TEST(texts_in_a_png_do_not_come_through_and_its_orientation_is_heeded)
{
    AUTO(buf) in = {0};
    make_png(&in, &(struct png_like){paint_quarters, 64, 48, 8, PNG_COLOR_TYPE_RGB, false, 255});
    CHECK(str_has(buf_str(&in), S(CANARY)));
    AUTO(cleaned) c = clean(&in);
    CHECK(c.ok);
    CHECK_INT(c.seen.width, 48);
    CHECK_TEXT(quarters(&c.seen), "BRWG");
}

TEST(metadata_of_a_webp_does_not_come_through_and_its_orientation_is_heeded)
{
    AUTO(buf) in = {0};
    AUTO(buf) exif = {0};
    exif_of(&exif, 3, true);
    make_webp(&in, paint_quarters, 64, 48);
    extend_webp(&in, 64, 48, 0x08, "EXIF", buf_str(&exif));
    AUTO(cleaned) c = clean(&in);
    CHECK(c.ok);
    CHECK_TEXT(quarters(&c.seen), "WBGR");
}

/* ---- which way up, how large, which colours ---- */

TEST(a_photo_is_turned_the_way_exif_says)
{
    static const char *const SEEN[9] = {NULL, "RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB"};
    for (int i = 1; i <= 8; i++)
        for (int little = 0; little < 2; little++) {
            AUTO(buf) in = {0};
            jpeg_of(&in, paint_quarters, 96, 64);
            add_orientation(&in, i, little);
            AUTO(cleaned) c = clean(&in);
            CHECK(c.ok);
            CHECK_TEXT(quarters(&c.seen), SEEN[i]);
            CHECK_INT(c.seen.width, i < 5 ? 96 : 64);
            CHECK_INT(c.seen.height, i < 5 ? 64 : 96);
        }
}

TEST(an_orientation_that_makes_no_sense_is_none)
{
    static const int ODD[] = {0, 9, 255};
    for (size_t i = 0; i < COUNT(ODD); i++) {
        AUTO(buf) in = {0};
        jpeg_of(&in, paint_quarters, 96, 64);
        add_orientation(&in, ODD[i], true);
        AUTO(cleaned) c = clean(&in);
        CHECK(c.ok);
        CHECK_TEXT(quarters(&c.seen), "RGBW");
    }
}

TEST(a_large_photo_is_made_small_and_a_small_one_stays)
{
    static const int SIZES[][4] = {{2048, 100, 2048, 100}, {2049, 100, 2048, 100}, {300, 5000, 123, 2048}, {20000, 1, 2048, 1}, {1, 1, 1, 1}};
    for (size_t i = 0; i < COUNT(SIZES); i++) {
        AUTO(buf) jpeg = {0};
        AUTO(buf) png = {0};
        jpeg_of(&jpeg, paint_quarters, SIZES[i][0], SIZES[i][1]);
        AUTO(cleaned) c = clean(&jpeg);
        CHECK_INT(c.seen.width, SIZES[i][2]);
        CHECK_INT(c.seen.height, SIZES[i][3]);
        make_png(&png, &(struct png_like){paint_quarters, SIZES[i][0], SIZES[i][1], 8, PNG_COLOR_TYPE_RGB, i & 1, 255});
        AUTO(cleaned) turned = clean(&png);
        CHECK_INT(turned.seen.width, SIZES[i][3]);
        CHECK_INT(turned.seen.height, SIZES[i][2]);
    }
}

TEST(a_large_webp_is_made_small)
{
    AUTO(buf) in = {0};
    make_webp(&in, paint_quarters, 3000, 2000);
    AUTO(cleaned) c = clean(&in);
    CHECK_INT(c.seen.width, 2048);
    CHECK_INT(c.seen.height, 1365);
    CHECK_TEXT(quarters(&c.seen), "RGBW");
}

TEST(a_pixel_made_smaller_is_the_mean_of_what_it_covers)
{
    uint8_t to[6];
    struct shrink s = {.width = 3, .height = 3, .to_width = 2, .to_height = 1, .to = to};
    static const uint8_t ROWS[3][9] = {{0, 0, 0, 90, 90, 90, 240, 240, 240}, {30, 30, 30, 90, 90, 90, 240, 240, 240},
        {60, 60, 60, 90, 90, 90, 240, 240, 240}};
    shrink_init(&s);
    for (int y = 0; y < 3; y++)
        shrink_row(&s, ROWS[y]);
    shrink_done(&s);
    CHECK_INT(to[0], 50);  /* (30 * 1 + 90 / 2) / 1.5 */
    CHECK_INT(to[3], 190); /* (240 * 1 + 90 / 2) / 1.5 */
}

TEST(deep_interlaced_and_translucent_pngs_are_read)
{
    for (int depth = 8; depth <= 16; depth += 8)
        for (int interlaced = 0; interlaced < 2; interlaced++) {
            AUTO(buf) in = {0};
            make_png(&in, &(struct png_like){paint_quarters, 65, 47, depth, PNG_COLOR_TYPE_RGB_ALPHA, interlaced, 255});
            AUTO(cleaned) c = clean(&in);
            CHECK_TEXT(quarters(&c.seen), "BRWG");
            AUTO(buf) clear = {0};
            make_png(&clear, &(struct png_like){paint_quarters, 65, 47, depth, PNG_COLOR_TYPE_RGB_ALPHA, interlaced, 0});
            AUTO(cleaned) white = clean(&clear);
            CHECK_TEXT(quarters(&white.seen), "WWWW");
        }
}

TEST(a_progressive_jpeg_is_read)
{
    AUTO(buf) in = {0};
    make_jpeg(&in, &(struct jpeg_like){.paint = paint_quarters, .width = 4100, .height = 300, .progressive = true});
    AUTO(cleaned) c = clean(&in);
    CHECK(c.ok);
    CHECK_TEXT(quarters(&c.seen), "RGBW");
}

TEST(a_grey_jpeg_is_read)
{
    AUTO(buf) in = {0};
    make_jpeg(&in, &(struct jpeg_like){.paint = paint_grey, .width = 50, .height = 30, .grey = true});
    AUTO(cleaned) c = clean(&in);
    CHECK(c.ok);
    CHECK(is_about(&c.seen, 25, 15, 120, 120, 120));
}

/* ---- what is refused ---- */

TEST(only_jpeg_png_and_webp_are_taken)
{
    static const struct {
        struct str bytes;
        const char *what;
    } OTHERS[] = {{{"GIF89a......", 12}, "a GIF"}, {{"\0\0\0\x18" "ftypheic....", 16}, "a HEIC"},
        {{"\0\0\0\x18" "ftypavif....", 16}, "an AVIF"}, {{"II*\0........", 12}, "a TIFF"}, {{"<svg></svg>", 11}, "no picture we know"}, {{"", 0}, "no picture we know"}};
    for (size_t i = 0; i < COUNT(OTHERS); i++) {
        AUTO(buf) in = {0};
        char sentence[128];
        buf_add(&in, OTHERS[i].bytes);
        snprintf(sentence, sizeof sentence, "the photo is %s, and only JPEG, PNG and WebP are taken", OTHERS[i].what);
        check_refused(&in, ERR_INVALID, sentence);
    }
}

static void check_no_part_is_taken(struct buf *in)
{
    for (size_t n = 0; n < in->len; n += n < 700 ? 1 : 97) {
        struct buf part = {.at = in->at, .len = n};
        AUTO(cleaned) c = clean(&part);
        CHECK(!c.ok);
        CHECK_INT(c.err.code, ERR_INVALID);
    }
    buf_done(in);
}

TEST(a_photo_that_ends_early_is_refused)
{
    struct buf in = {0};
    jpeg_of(&in, paint_noise, 200, 100);
    check_no_part_is_taken(&in);
    make_png(&in, &(struct png_like){paint_noise, 200, 100, 8, PNG_COLOR_TYPE_RGB, false, 255});
    check_no_part_is_taken(&in);
    make_webp(&in, paint_noise, 200, 100);
    check_no_part_is_taken(&in);
}

TEST(a_jpeg_made_for_printing_is_refused)
{
    AUTO(buf) in = {0};
    make_jpeg(&in, &(struct jpeg_like){.paint = paint_grey, .width = 16, .height = 16, .cmyk = true});
    check_refused(&in, ERR_INVALID, "the photo is a JPEG made for printing (CMYK); save it in RGB");
}

TEST(a_webp_that_moves_is_refused)
{
    AUTO(buf) in = {0};
    make_webp(&in, paint_grey, 16, 16);
    extend_webp(&in, 16, 16, 0x02, "ANIM", S("\0\0\0\0\0\0"));
    check_refused(&in, ERR_INVALID, "the photo is a WebP that moves, and only still ones are taken");
}

TEST(a_jpeg_of_more_scans_than_allowed_is_refused)
{
    AUTO(buf) most = {0};
    AUTO(buf) more = {0};
    struct jpeg_like like = {.paint = paint_grey, .width = 16, .height = 16, .progressive = true};
    like.extra_scans = PHOTO_SCANS_MAX - 10; /* what jpeg_simple_progression makes of three channels */
    make_jpeg(&most, &like);
    AUTO(cleaned) c = clean(&most);
    CHECK(c.ok);
    like.extra_scans++;
    make_jpeg(&more, &like);
    check_refused(&more, ERR_TOO_BIG, "the photo is a progressive JPEG of more than 64 scans");
}

/* A PNG that says how large it is and has no pixels. */
static void claim_png(struct buf *out, uint32_t width, uint32_t height)
{
    make_png(out, &(struct png_like){paint_grey, 1, 1, 8, PNG_COLOR_TYPE_RGB, false, 255});
    for (int i = 0; i < 4; i++) {
        out->at[16 + i] = (char)(width >> (24 - 8 * i));
        out->at[20 + i] = (char)(height >> (24 - 8 * i));
    }
}

TEST(a_photo_that_claims_to_be_huge_is_refused_at_once)
{
    AUTO(buf) both = {0};
    AUTO(buf) side = {0};
    AUTO(buf) area = {0};
    int64_t began = clock_mono_ms();
    claim_png(&both, 50000, 50000);
    check_refused(&both, ERR_TOO_BIG, "the photo is 50000 by 50000 pixels, and no side may be longer than 20000");
    claim_png(&side, PHOTO_SIDE_MAX_PX + 1, 1);
    check_refused(&side, ERR_TOO_BIG, "the photo is 20001 by 1 pixels, and no side may be longer than 20000");
    claim_png(&area, 4000, PHOTO_MAX_PX / 4000 + 1);
    check_refused(&area, ERR_TOO_BIG, "the photo is 4000 by 10001 pixels, and may have 40 million at most");
    CHECK(clock_mono_ms() - began < 100);
}

TEST(a_jpeg_that_claims_to_be_huge_is_refused)
{
    AUTO(buf) in = {0};
    jpeg_of(&in, paint_grey, 16, 16);
    size_t frame = str_find(buf_str(&in), S("\xff\xc0"));
    memcpy(in.at + frame + 5, "\xfa\x00\xfa\x00", 4);
    check_refused(&in, ERR_TOO_BIG, "the photo is 64000 by 64000 pixels, and no side may be longer than 20000");
}

TEST(a_photo_of_too_many_bytes_is_refused)
{
    AUTO(buf) in = {0};
    struct err err = {0};
    int w, h;
    jpeg_of(&in, paint_quarters, 64, 48);
    size_t lacks = PHOTO_MAX_BYTES - in.len;
    memset(buf_room(&in, lacks + 1), 0, lacks + 1);
    in.len += lacks;
    AUTO(cleaned) whole = clean(&in);
    CHECK(whole.ok);
    in.len++;
    check_refused(&in, ERR_TOO_BIG, "the photo has more than 15 MB");
    AUTO(buf) none = {0};
    CHECK(!photo_clean_in_child(buf_str(&in), NULL, 0, &none, &w, &h, &err));
    CHECK_INT(err.code, ERR_TOO_BIG);
}

/* ---- blurred ---- */

/* The rectangle of the test below in a photo of noise, and how much neighbours differ there at most. */
static int roughest(const struct photo_pixels *p, int x0, int y0, int x1, int y1)
{
    int most = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x + 1 < x1; x++)
            for (int c = 0; c < 3; c++) {
                const uint8_t *at = p->at + 3 * (y * p->width + x) + c;
                most = MAX(most, abs(at[0] - at[3]));
            }
    return most;
}

TEST(a_blurred_place_keeps_nothing_that_its_pixels_had_and_the_rest_stays)
{
    AUTO(buf) in = {0};
    jpeg_of(&in, paint_noise, 320, 240);
    static const struct photo_blur BLUR = {0.25, 0.25, 0.5, 0.5};
    AUTO(cleaned) c = clean_with(&in, &BLUR, 1);
    CHECK(c.ok);
    CHECK(roughest(&c.seen, 82, 64, 238, 176) <= 16); /* further out, the noise beside it is in the same JPEG blocks */
    CHECK(roughest(&c.seen, 0, 0, 320, 50) > 60);
    CHECK(roughest(&c.seen, 0, 60, 70, 180) > 60);
}

/* Differs from grey in every pixel, and from it in no mean over whole blocks. */
static void paint_checks(int x, int y, int width, int height, uint8_t rgb[3])
{
    (void)width, (void)height;
    memset(rgb, (x + y) % 2 ? 90 : 150, 3);
}

TEST(places_of_the_same_means_cannot_be_told_apart)
{
    AUTO(buf) grey = {0};
    AUTO(buf) checks = {0};
    static const struct photo_blur ALL = {0, 0, 1, 1};
    make_png(&grey, &(struct png_like){paint_grey, 96, 96, 8, PNG_COLOR_TYPE_RGB, false, 255});
    make_png(&checks, &(struct png_like){paint_checks, 96, 96, 8, PNG_COLOR_TYPE_RGB, false, 255});
    AUTO(cleaned) a = clean_with(&grey, &ALL, 1);
    AUTO(cleaned) b = clean_with(&checks, &ALL, 1);
    CHECK(a.ok && b.ok);
    CHECK(str_eq(buf_str(&a.jpeg), buf_str(&b.jpeg)));
}

TEST(a_blur_at_the_edge_or_as_small_as_a_pixel_takes_a_whole_block)
{
    static const struct photo_blur BLURS[] = {{0, 0, 0.001, 0.001}, {0.999, 0.999, 0.5, 0.5}, {-0.5, 0.5, 0.51, 0.01}, {0.9, 0, 0.1, 1}};
    static const int SEEN[][4] = {{0, 0, 15, 15}, {305, 225, 320, 240}, {0, 117, 8, 126}, {288, 0, 320, 240}};
    for (size_t i = 0; i < COUNT(BLURS); i++) {
        AUTO(buf) in = {0};
        jpeg_of(&in, paint_noise, 320, 240);
        AUTO(cleaned) c = clean_with(&in, &BLURS[i], 1);
        CHECK(c.ok);
        CHECK(roughest(&c.seen, SEEN[i][0], SEEN[i][1], SEEN[i][2], SEEN[i][3]) <= 40); /* the noise beside it is in the same JPEG blocks */
    }
}

TEST(a_photo_smaller_than_a_block_becomes_one)
{
    AUTO(buf) in = {0};
    make_png(&in, &(struct png_like){paint_quarters, 7, 5, 8, PNG_COLOR_TYPE_RGB, false, 255});
    AUTO(cleaned) c = clean_with(&in, &(struct photo_blur){0.4, 0.4, 0.1, 0.1}, 1);
    CHECK(c.ok);
    CHECK(roughest(&c.seen, 0, 0, 5, 7) <= 1);
}

TEST(places_that_are_not_in_the_photo_are_refused)
{
    static const struct photo_blur ODD[] = {{1, 0, 0.5, 0.5}, {0, 0, 0, 0.5}, {0, 0, -1, 1}, {-1, 0, 0.5, 0.5}, {NAN, 0, 1, 1}, {0, 0, INFINITY, 1}};
    struct photo_blur many[PHOTO_BLURS_MAX + 1];
    AUTO(buf) in = {0};
    jpeg_of(&in, paint_grey, 64, 48);
    for (size_t i = 0; i < COUNT(ODD); i++) {
        AUTO(cleaned) c = clean_with(&in, &ODD[i], 1);
        CHECK(!c.ok);
        CHECK_INT(c.err.code, ERR_INVALID);
    }
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct photo_blur){0, 0, 0.5, 0.5};
    AUTO(cleaned) most = clean_with(&in, many, PHOTO_BLURS_MAX);
    CHECK(most.ok);
    AUTO(cleaned) more = clean_with(&in, many, PHOTO_BLURS_MAX + 1);
    CHECK(!more.ok);
    CHECK_INT(more.err.code, ERR_TOO_BIG);
}

/* ---- in a child ---- */

static void program(void)
{
    SKIP_WITHOUT("build/contrechamp");
    photo_worker_program = "build/contrechamp";
}

TEST(a_child_cleans_as_the_door_does)
{
    AUTO(buf) in = {0};
    AUTO(buf) out = {0};
    struct err err = {0};
    int w, h;
    program();
    jpeg_of(&in, paint_noise, 900, 600);
    add_orientation(&in, 6, true);
    static const struct photo_blur BLUR = {0.25, 0.25, 0.5, 0.5};
    if (!photo_clean_in_child(buf_str(&in), &BLUR, 1, &out, &w, &h, &err))
        fail_msg("%s", err.text);
    AUTO(cleaned) c = clean_with(&in, &BLUR, 1);
    CHECK_INT(w, 600);
    CHECK_INT(h, 900);
    CHECK(str_eq(buf_str(&out), buf_str(&c.jpeg)));
}

TEST(a_child_says_what_is_wrong_with_a_photo)
{
    AUTO(buf) out = {0};
    struct err err = {0};
    int w, h;
    program();
    CHECK(!photo_clean_in_child(S("GIF89a......"), NULL, 0, &out, &w, &h, &err));
    CHECK_TEXT(err.text, "the photo is a GIF, and only JPEG, PNG and WebP are taken");
    CHECK_INT(err.code, ERR_INVALID);
    CHECK_INT(out.len, 0);
}

TEST(the_largest_photos_fit_into_the_childs_memory_and_time)
{
    struct err err = {0};
    int w, h;
    program();
    AUTO(buf) jpeg = {0};
    AUTO(buf) png = {0};
    AUTO(buf) out = {0};
    make_jpeg(&jpeg, &(struct jpeg_like){.paint = paint_quarters, .width = 8000, .height = 5000, .progressive = true, .full_chroma = true});
    if (!photo_clean_in_child(buf_str(&jpeg), NULL, 0, &out, &w, &h, &err))
        fail_msg("%s", err.text);
    make_png(&png, &(struct png_like){paint_quarters, 8000, 5000, 16, PNG_COLOR_TYPE_RGB_ALPHA, true, 255});
    if (!photo_clean_in_child(buf_str(&png), NULL, 0, &out, &w, &h, &err))
        fail_msg("%s", err.text);
}

static void check_child(const char *as, enum err_code code, const char *sentence)
{
    AUTO(buf) in = {0};
    AUTO(buf) out = {0};
    struct err err = {0};
    int w, h;
    jpeg_of(&in, paint_noise, 1500, 1500);
    photo_worker_program = as;
    CHECK(!photo_clean_in_child(buf_str(&in), NULL, 0, &out, &w, &h, &err));
    CHECK_TEXT(err.text, sentence);
    CHECK_INT(err.code, code);
    CHECK_INT(out.len, 0);
}

TEST(a_child_that_cannot_be_had_or_crashes_or_lies_gives_no_photo)
{
    check_child("/nowhere/contrechamp", ERR_INTERNAL, "the photo process could not be started");
    check_child("/bin/true", ERR_INVALID, "the photo could not be read");
    check_child("/bin/false", ERR_INVALID, "the photo could not be read");
}

/* A program that does what the shell script says, in a folder of its own. */
static void check_script(const char *script, enum err_code code, const char *sentence)
{
    char path[] = "/tmp/contrechamp-photo-XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    CHECK(write(fd, script, strlen(script)) == (ssize_t)strlen(script));
    CHECK(fchmod(fd, 0700) == 0);
    close(fd);
    check_child(path, code, sentence);
    unlink(path);
}

TEST(a_child_that_answers_nonsense_or_dies_by_a_signal_gives_no_photo)
{
    check_script("#!/bin/sh\nexec /usr/bin/head -c 100000 /dev/zero\n", ERR_INVALID, "the photo could not be read");
    check_script("#!/bin/sh\nkill -SEGV $$\n", ERR_INVALID, "the photo could not be read");
    check_script("#!/bin/sh\n/usr/bin/head -c 1000 > /dev/null\nkill -KILL $$\n", ERR_INVALID, "the photo could not be read");
}

/* What a child that was taken over might write. */
static bool is_believed(uint32_t code, int32_t width, struct str body, struct err *err)
{
    char path[] = "/tmp/contrechamp-photo-XXXXXX";
    AUTO(buf) script = {0};
    AUTO(buf) out = {0};
    int w, h, fd = mkstemp(path);
    const struct {
        uint32_t magic, code;
        int32_t width, height;
        uint64_t n_bytes;
    } head = {0x70686f74, code, width, 48, body.len};
    buf_fmt(&script, "#!/bin/sh\nexec /usr/bin/tail -c %zu %s\n", sizeof head + body.len, path);
    buf_put(&script, &head, sizeof head);
    buf_add(&script, body);
    CHECK(fd >= 0 && write(fd, script.at, script.len) == (ssize_t)script.len && fchmod(fd, 0700) == 0);
    close(fd);
    photo_worker_program = path;
    bool ok = photo_clean_in_child(S("GIF8"), NULL, 0, &out, &w, &h, err);
    photo_worker_program = "/nowhere";
    unlink(path);
    return ok;
}

TEST(what_a_child_answers_is_not_believed)
{
    AUTO(buf) jpeg = {0};
    AUTO(buf) dirty = {0};
    struct err err = {0};
    jpeg_of(&jpeg, paint_quarters, 64, 48);
    buf_add(&dirty, buf_str(&jpeg));
    add_orientation(&dirty, 1, true);
    CHECK(is_believed(ERR_NONE, 64, buf_str(&jpeg), &err));
    CHECK(!is_believed(ERR_NONE, PHOTO_CLEAN_SIDE_MAX_PX + 1, buf_str(&jpeg), &err));
    CHECK(!is_believed(ERR_NONE, 64, buf_str(&dirty), &err));
    CHECK_TEXT(err.text, "the photo could not be read");
    CHECK(!is_believed(ERR_NONE, 64, S("<html>"), &err));
    CHECK(!is_believed(ERR_TOO_BIG, 0, S("it is \033[31mred"), &err));
    CHECK_TEXT(err.text, "the photo could not be read");
    CHECK(!is_believed(12345, 0, S("odd"), &err));
    CHECK_INT(err.code, ERR_INTERNAL);
}

TEST(an_answer_of_too_many_bytes_is_not_taken)
{
    AUTO(buf) jpeg = {0};
    struct err err = {0};
    jpeg_of(&jpeg, paint_quarters, 64, 48);
    size_t lacks = PHOTO_CLEAN_MAX_BYTES - jpeg.len;
    memset(buf_room(&jpeg, lacks + 1) - 2, 0, lacks + 1); /* within the scan, before its end */
    jpeg.len += lacks;
    memcpy(jpeg.at + jpeg.len - 2, "\xff\xd9", 2);
    CHECK(is_believed(ERR_NONE, 64, buf_str(&jpeg), &err));
    memcpy(jpeg.at + jpeg.len - 2, "\0\xff\xd9", 3);
    jpeg.len++;
    CHECK(photo_is_clean(buf_str(&jpeg)));
    CHECK(!is_believed(ERR_NONE, 64, buf_str(&jpeg), &err));
}

TEST(a_child_that_never_answers_is_not_waited_for_longer_than_the_limit)
{
    int64_t began = clock_mono_ms();
    CHECK_INT(photo_worker_wall_ms, PHOTO_CHILD_WALL_MS);
    photo_worker_wall_ms = 300;
    check_script("#!/bin/sh\nexec /usr/bin/sleep 100\n", ERR_TOO_BIG, "reading the photo takes too long");
    photo_worker_wall_ms = PHOTO_CHILD_WALL_MS;
    CHECK(clock_mono_ms() - began < 5000);
}

/* As on a kernel without the call; for this process and those it starts. */
static bool forbid(int call)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool ok = filter && seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0) == 0 && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

static bool is_read_without(int call, const char *because)
{
    AUTO(buf) in = {0};
    AUTO(buf) out = {0};
    struct err err = {0};
    int w, h;
    jpeg_of(&in, paint_noise, 1500, 1500);
    if (!forbid(call) || photo_clean_in_child(buf_str(&in), NULL, 0, &out, &w, &h, &err))
        return true;
    return err.code != ERR_INTERNAL || !str_has(str_of(err.text), str_of(because));
}

TEST(without_a_sandbox_no_photo_is_read)
{
    static const struct {
        int call;
        const char *because;
    } LACKS[] = {{SCMP_SYS(landlock_create_ruleset), "no landlock"}, {SCMP_SYS(landlock_restrict_self), "landlock"},
        {SCMP_SYS(prctl), "prctl"}};
    program();
    for (size_t i = 0; i < COUNT(LACKS); i++) {
        int status = 0;
        pid_t child = fork();
        if (child == 0)
            _exit(is_read_without(LACKS[i].call, LACKS[i].because));
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
        CHECK_INT(WEXITSTATUS(status), 0);
    }
}
