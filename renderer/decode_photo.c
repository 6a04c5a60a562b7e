/*
 * JPEG is read by libjpeg, which leaves out what a scale of 1/2, 1/4 or 1/8 does not need; PNG by libpng, row by row unless it
 * is interlaced; WebP by libwebp, which makes it smaller itself. libjpeg and libpng leave by longjmp when a file is bad, so all
 * that must outlive that is in a struct on the heap.
 */
#include "renderer/decode_photo.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>
#include <png.h>
#include <webp/decode.h>

#include "data/base/limits.h"
#include "renderer/exif.h"
#include "renderer/shrink.h"

/* What a reader fills. */
struct target {
    struct photo_pixels *out;
    int *orientation;
    int longest_px;
};

void photo_pixels_done(struct photo_pixels *p)
{
    free(p->at);
    *p = (struct photo_pixels){0};
}

static bool check_size(uint64_t width, uint64_t height, struct err *err)
{
    if (width == 0 || height == 0)
        return err_set(err, ERR_INVALID, "the photo has no size");
    if (width > PHOTO_SIDE_MAX_PX || height > PHOTO_SIDE_MAX_PX)
        return err_set(err, ERR_TOO_BIG, "the photo is %llu by %llu pixels, and no side may be longer than %d",
            (unsigned long long)width, (unsigned long long)height, PHOTO_SIDE_MAX_PX);
    if (width * height > PHOTO_MAX_PX)
        return err_set(err, ERR_TOO_BIG, "the photo is %llu by %llu pixels, and may have %d million at most",
            (unsigned long long)width, (unsigned long long)height, PHOTO_MAX_PX / 1000000);
    return true;
}

static void make_room(struct photo_pixels *p, int width, int height)
{
    *p = (struct photo_pixels){width, height, base_alloc((size_t)width * (size_t)height, 3)};
}

/* From a picture of this size, made smaller, into p, which gets its memory here. */
static void begin_shrinking(struct shrink *s, struct photo_pixels *p, int width, int height, int longest_px)
{
    int to_width, to_height;
    shrink_size(width, height, longest_px, &to_width, &to_height);
    make_room(p, to_width, to_height);
    *s = (struct shrink){.width = width, .height = height, .to_width = to_width, .to_height = to_height, .to = p->at};
    shrink_init(s);
}

/* Straight RGBA to RGB; in place is allowed. */
static void put_on_white(uint8_t *rgb, const uint8_t *rgba, size_t n)
{
    for (size_t i = 0; i < n; i++, rgb += 3, rgba += 4) {
        unsigned a = rgba[3];
        for (int c = 0; c < 3; c++)
            rgb[c] = (uint8_t)((rgba[c] * a + 255 * (255 - a) + 127) / 255);
    }
}

static uint32_t u32_at(struct str s, size_t at, bool little_endian)
{
    const uint8_t *b = (const uint8_t *)s.at + at;
    if (little_endian)
        return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* ---- JPEG ---- */

struct jpeg {
    struct jpeg_decompress_struct of;
    struct jpeg_error_mgr says;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    bool too_many_scans, ends_early;
    struct photo_pixels made;
    struct shrink shrink;
    uint8_t *row;
};

static _Noreturn void jpeg_fails(j_common_ptr common)
{
    struct jpeg *j = (struct jpeg *)(void *)common;
    longjmp(j->failed, 1);
}

/* libjpeg fills the missing half of a photo with grey and only warns; we want no half photos. */
static void jpeg_warns(j_common_ptr common, int level)
{
    struct jpeg *j = (struct jpeg *)(void *)common;
    int what = common->err->msg_code;
    if (level >= 0 || (what != JWRN_JPEG_EOF && what != JWRN_HIT_MARKER))
        return;
    j->ends_early = true;
    jpeg_fails(common);
}

static void jpeg_goes_on(j_common_ptr common)
{
    struct jpeg *j = (struct jpeg *)(void *)common;
    if (j->of.input_scan_number <= PHOTO_SCANS_MAX)
        return;
    j->too_many_scans = true;
    jpeg_fails(common);
}

static bool jpeg_complaint(const struct jpeg *j, struct err *err)
{
    if (j->too_many_scans)
        return err_set(err, ERR_TOO_BIG, "the photo is a progressive JPEG of more than %d scans", PHOTO_SCANS_MAX);
    if (j->ends_early)
        return err_set(err, ERR_INVALID, "the photo is a damaged JPEG: it ends early");
    return err_set(err, ERR_INVALID, "the photo is a JPEG that cannot be read");
}

static int jpeg_orientation(const struct jpeg *j)
{
    for (const struct jpeg_marker_struct *m = j->of.marker_list; m; m = m->next) {
        struct str bytes = str_from((const char *)m->data, m->data_length);
        if (str_starts(bytes, S("Exif\0\0")))
            return exif_orientation(bytes);
    }
    return 1;
}

/* The strongest of libjpeg's own scales that leaves enough to shrink from. */
static void choose_scale(struct jpeg *j, int longest_px)
{
    unsigned longest = MAX(j->of.image_width, j->of.image_height), scale = 8;
    while (scale > 1 && longest / scale < (unsigned)longest_px)
        scale /= 2;
    j->of.scale_num = 1;
    j->of.scale_denom = scale;
}

static bool jpeg_rows(struct jpeg *j, const struct target *t, struct err *err)
{
    jpeg_save_markers(&j->of, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(&j->of, TRUE);
    if (!check_size(j->of.image_width, j->of.image_height, err))
        return false;
    if (j->of.jpeg_color_space == JCS_CMYK || j->of.jpeg_color_space == JCS_YCCK)
        return err_set(err, ERR_INVALID, "the photo is a JPEG made for printing (CMYK); save it in RGB");
    *t->orientation = jpeg_orientation(j);
    choose_scale(j, t->longest_px);
    j->of.out_color_space = JCS_RGB;
    j->of.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&j->of);
    int width = (int)j->of.output_width, height = (int)j->of.output_height;
    begin_shrinking(&j->shrink, &j->made, width, height, t->longest_px);
    j->row = base_alloc((size_t)width, 3);
    while (j->of.output_scanline < j->of.output_height) {
        jpeg_read_scanlines(&j->of, &j->row, 1);
        shrink_row(&j->shrink, j->row);
    }
    jpeg_finish_decompress(&j->of);
    return true;
}

static bool read_jpeg(const struct target *t, struct str bytes, struct err *err)
{
    struct jpeg *j = base_alloc(1, sizeof *j);
    bool ok;
    j->of.err = jpeg_std_error(&j->says);
    j->says.error_exit = jpeg_fails;
    j->says.emit_message = jpeg_warns;
    j->progress.progress_monitor = jpeg_goes_on;
    if (setjmp(j->failed)) {
        ok = jpeg_complaint(j, err);
    } else {
        jpeg_create_decompress(&j->of);
        j->of.progress = &j->progress;
        jpeg_mem_src(&j->of, (const unsigned char *)bytes.at, (unsigned long)bytes.len);
        ok = jpeg_rows(j, t, err);
    }
    jpeg_destroy_decompress(&j->of);
    shrink_done(&j->shrink);
    free(j->row);
    if (ok)
        *t->out = j->made;
    else
        photo_pixels_done(&j->made);
    free(j);
    return ok;
}

/* ---- PNG ---- */

enum { PNG_HEAD_BYTES = 33 };

struct png {
    png_structp of;
    png_infop info;
    struct str from;
    size_t at;
    struct photo_pixels made;
    struct shrink shrink;
    uint8_t *pixels;  /* RGBA: one row, or all of an interlaced one */
};

static void png_bytes(png_structp of, png_bytep to, size_t n)
{
    struct png *p = png_get_io_ptr(of);
    if (p->from.len - p->at < n)
        png_error(of, "it ends early");
    memcpy(to, p->from.at + p->at, n);
    p->at += n;
}

static _Noreturn void png_fails(png_structp of, png_const_charp why)
{
    (void)why;
    png_longjmp(of, 1);
}

static void png_is_quiet(png_structp of, png_const_charp why)
{
    (void)of;
    (void)why;
}

/* Of the eXIf chunk, which comes before the pixels or is none of ours. */
static int png_orientation(struct str bytes)
{
    for (size_t at = 8; bytes.len - at >= 12;) {
        size_t n = u32_at(bytes, at, false);
        struct str type = str_slice(bytes, at + 4, at + 8);
        if (n > bytes.len - at - 12 || str_eq(type, S("IDAT")))
            break;
        if (str_eq(type, S("eXIf")))
            return exif_orientation(str_slice(bytes, at + 8, at + 8 + n));
        at += n + 12;
    }
    return 1;
}

/* Whatever it is, as RGBA of 8 bits. */
static void png_ask_rgba(struct png *p)
{
    png_set_expand(p->of);
    png_set_scale_16(p->of);
    png_set_gray_to_rgb(p->of);
    png_set_add_alpha(p->of, 255, PNG_FILLER_AFTER);
}

static void png_take_row(struct png *p, uint8_t *row)
{
    put_on_white(row, row, (size_t)p->shrink.width);
    shrink_row(&p->shrink, row);
}

static void png_rows(struct png *p, int longest_px)
{
    png_set_user_limits(p->of, PHOTO_SIDE_MAX_PX, PHOTO_SIDE_MAX_PX);
    png_set_keep_unknown_chunks(p->of, PNG_HANDLE_CHUNK_NEVER, NULL, -1); /* all but the pixels, palette and tRNS */
    png_set_read_fn(p->of, p, png_bytes);
    png_read_info(p->of, p->info);
    png_ask_rgba(p);
    int passes = png_set_interlace_handling(p->of);
    png_read_update_info(p->of, p->info);
    size_t width = png_get_image_width(p->of, p->info), height = png_get_image_height(p->of, p->info);
    if (png_get_rowbytes(p->of, p->info) != 4 * width)
        png_error(p->of, "it is not RGBA");
    begin_shrinking(&p->shrink, &p->made, (int)width, (int)height, longest_px);
    p->pixels = base_alloc(passes > 1 ? height : 1, 4 * width);
    for (int pass = 1; pass < passes; pass++)
        for (size_t y = 0; y < height; y++)
            png_read_row(p->of, p->pixels + 4 * width * y, NULL);
    for (size_t y = 0; y < height; y++) {
        uint8_t *row = p->pixels + (passes > 1 ? 4 * width * y : 0);
        png_read_row(p->of, row, NULL);
        png_take_row(p, row);
    }
    png_read_end(p->of, NULL);
}

static bool png_run(struct png *p, int longest_px)
{
    if (setjmp(png_jmpbuf(p->of)))
        return false;
    png_rows(p, longest_px);
    return true;
}

static bool read_png(const struct target *t, struct str bytes, struct err *err)
{
    if (bytes.len < PNG_HEAD_BYTES || !str_eq(str_slice(bytes, 12, 16), S("IHDR")))
        return err_set(err, ERR_INVALID, "the photo is a damaged PNG: it ends early");
    if (!check_size(u32_at(bytes, 16, false), u32_at(bytes, 20, false), err))
        return false;
    struct png *p = base_alloc(1, sizeof *p);
    p->from = bytes;
    p->of = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, png_fails, png_is_quiet);
    p->info = p->of ? png_create_info_struct(p->of) : NULL;
    bool ok = p->info && png_run(p, t->longest_px);
    png_destroy_read_struct(&p->of, &p->info, NULL);
    shrink_done(&p->shrink);
    free(p->pixels);
    if (ok) {
        *t->out = p->made;
        *t->orientation = png_orientation(bytes);
    } else {
        photo_pixels_done(&p->made);
        err_set(err, ERR_INVALID, "the photo is a PNG that cannot be read: it is damaged or ends early");
    }
    free(p);
    return ok;
}

/* ---- WebP ---- */

/* Of the EXIF chunk (RIFF container, "Metadata"), which is padded to an even length. */
static int webp_orientation(struct str bytes)
{
    for (size_t at = 12; at < bytes.len && bytes.len - at >= 8;) {
        size_t n = u32_at(bytes, at + 4, true);
        if (n > bytes.len - at - 8)
            break;
        if (str_eq(str_slice(bytes, at, at + 4), S("EXIF")))
            return exif_orientation(str_slice(bytes, at + 8, at + 8 + n));
        at += 8 + n + (n & 1);
    }
    return 1;
}

static bool webp_pixels(struct photo_pixels *p, struct str bytes, WebPDecoderConfig *c)
{
    size_t n = (size_t)p->width * (size_t)p->height;
    AUTO_FREE uint8_t *rgba = base_alloc(n, 4);
    c->options.use_scaling = c->input.width != p->width || c->input.height != p->height;
    c->options.scaled_width = p->width;
    c->options.scaled_height = p->height;
    c->output.colorspace = MODE_RGBA;
    c->output.is_external_memory = 1;
    c->output.u.RGBA = (WebPRGBABuffer){.rgba = rgba, .stride = 4 * p->width, .size = 4 * n};
    bool ok = WebPDecode((const uint8_t *)bytes.at, bytes.len, c) == VP8_STATUS_OK;
    WebPFreeDecBuffer(&c->output);
    if (ok)
        put_on_white(p->at, rgba, n);
    return ok;
}

static bool read_webp(const struct target *t, struct str bytes, struct err *err)
{
    WebPDecoderConfig c;
    int width, height;
    if (!WebPInitDecoderConfig(&c) || WebPGetFeatures((const uint8_t *)bytes.at, bytes.len, &c.input) != VP8_STATUS_OK)
        return err_set(err, ERR_INVALID, "the photo is a WebP that cannot be read");
    if (c.input.has_animation)
        return err_set(err, ERR_INVALID, "the photo is a WebP that moves, and only still ones are taken");
    if (!check_size((uint64_t)c.input.width, (uint64_t)c.input.height, err))
        return false;
    struct photo_pixels made;
    shrink_size(c.input.width, c.input.height, t->longest_px, &width, &height);
    make_room(&made, width, height);
    if (!webp_pixels(&made, bytes, &c)) {
        photo_pixels_done(&made);
        return err_set(err, ERR_INVALID, "the photo is a WebP that cannot be read: it is damaged or ends early");
    }
    *t->out = made;
    *t->orientation = webp_orientation(bytes);
    return true;
}

/* ---- by content ---- */

static const struct kind {
    const char *name; /* of what is not taken */
    size_t at;
    struct str magic;
    bool (*read)(const struct target *t, struct str bytes, struct err *err);
} KINDS[] = {
    {NULL, 0, {"\xff\xd8\xff", 3}, read_jpeg},
    {NULL, 0, {"\x89PNG\r\n\x1a\n", 8}, read_png},
    {NULL, 8, {"WEBP", 4}, read_webp},
    {"a GIF", 0, {"GIF8", 4}, NULL},
    {"a HEIC", 4, {"ftyphe", 6}, NULL},
    {"a HEIF", 4, {"ftypmif1", 8}, NULL},
    {"an AVIF", 4, {"ftypavi", 7}, NULL},
    {"a film", 4, {"ftyp", 4}, NULL},
    {"a TIFF", 0, {"II*\0", 4}, NULL},
    {"a TIFF", 0, {"MM\0*", 4}, NULL},
    {"a BMP", 0, {"BM", 2}, NULL},
    {"a PDF", 0, {"%PDF", 4}, NULL},
};

static const struct kind *kind_of(struct str bytes)
{
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (str_eq(str_slice(bytes, KINDS[i].at, KINDS[i].at + KINDS[i].magic.len), KINDS[i].magic))
            return &KINDS[i];
    return NULL;
}

bool decode_photo(struct photo_pixels *out, int *orientation, struct str bytes, int longest_px, struct err *err)
{
    if (bytes.len > PHOTO_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "the photo has more than %d MB", PHOTO_MAX_BYTES / 1000000);
    const struct kind *kind = kind_of(bytes);
    if (!kind || !kind->read)
        return err_set(err, ERR_INVALID, "the photo is %s, and only JPEG, PNG and WebP are taken", kind ? kind->name : "no picture we know");
    struct target t = {out, orientation, longest_px};
    return kind->read(&t, bytes, err);
}
