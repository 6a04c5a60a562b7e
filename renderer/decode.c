/* PNG is read by Cairo (libpng), WebP by libwebp, JPEG by libjpeg; each once its header has been
 * looked at. */
#include "renderer/decode.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <jpeglib.h>
#include <webp/decode.h>

#include "data/base/buf.h"

enum { JPEG_SCANS_MAX = 200 };

struct bytes {
    struct str of;
    size_t at;
};

static bool check_size(uint64_t width, uint64_t height, size_t max_px, struct err *err)
{
    if (width == 0 || height == 0)
        return err_set(err, ERR_INVALID, "this picture has no size");
    if (width > 32767 || height > 32767 || width * height > max_px)
        return err_set(err, ERR_TOO_BIG,
            "a picture of %llu by %llu px is larger than the %zu px one may have",
            (unsigned long long)width, (unsigned long long)height, max_px);
    return true;
}

static bool done(cairo_surface_t *image, cairo_surface_t **out, struct err *err)
{
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
        *out = image;
        return true;
    }
    cairo_surface_destroy(image);
    return err_set(err, ERR_INVALID, "this picture cannot be read");
}

/* ---- PNG ---- */

static cairo_status_t next_bytes(void *ctx, unsigned char *to, unsigned n)
{
    struct bytes *b = ctx;
    if (b->of.len - b->at < n)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(to, b->of.at + b->at, n);
    b->at += n;
    return CAIRO_STATUS_SUCCESS;
}

static uint32_t u32_at(struct str s, size_t at)
{
    const uint8_t *b = (const uint8_t *)s.at + at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Cairo gives opaque ones as RGB24, whose fourth byte is anything. */
static cairo_surface_t *with_alpha(cairo_surface_t *image)
{
    if (cairo_surface_status(image) != CAIRO_STATUS_SUCCESS ||
        cairo_image_surface_get_format(image) == CAIRO_FORMAT_ARGB32)
        return image;
    cairo_surface_t *made = cairo_image_surface_create(CAIRO_FORMAT_ARGB32,
        cairo_image_surface_get_width(image), cairo_image_surface_get_height(image));
    cairo_t *cr = cairo_create(made);
    cairo_set_source_surface(cr, image, 0, 0);
    cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_destroy(image);
    cairo_surface_flush(made);
    return made;
}

static bool read_png(cairo_surface_t **out, struct str bytes, size_t max_px, struct err *err)
{
    if (bytes.len < 33 || memcmp(bytes.at + 12, "IHDR", 4) != 0)
        return err_set(err, ERR_INVALID, "this is not a whole PNG file");
    if (!check_size(u32_at(bytes, 16), u32_at(bytes, 20), max_px, err))
        return false;
    struct bytes from = {bytes, 0};
    return done(
        with_alpha(cairo_image_surface_create_from_png_stream(next_bytes, &from)), out, err);
}

/* ---- WebP ---- */

static void premultiply(cairo_surface_t *image)
{
    uint8_t *at = cairo_image_surface_get_data(image);
    size_t n = (size_t)cairo_image_surface_get_height(image) *
               (size_t)cairo_image_surface_get_stride(image) / 4;
    for (size_t i = 0; i < n; i++) {
        uint32_t p, a;
        memcpy(&p, at + 4 * i, 4);
        if ((a = p >> 24) == 255)
            continue;
        uint32_t r = ((p >> 16 & 255) * a + 127) / 255, g = ((p >> 8 & 255) * a + 127) / 255,
                 b = ((p & 255) * a + 127) / 255;
        p = a << 24 | r << 16 | g << 8 | b;
        memcpy(at + 4 * i, &p, 4);
    }
}

static bool read_webp(cairo_surface_t **out, struct str bytes, size_t max_px, struct err *err)
{
    WebPBitstreamFeatures f;
    const uint8_t *at = (const uint8_t *)bytes.at;
    if (WebPGetFeatures(at, bytes.len, &f) != VP8_STATUS_OK || f.has_animation)
        return err_set(err, ERR_INVALID, "this is not a WebP picture");
    if (!check_size((uint64_t)f.width, (uint64_t)f.height, max_px, err))
        return false;
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, f.width, f.height);
    int stride = cairo_image_surface_get_stride(image);
    size_t room = (size_t)stride * (size_t)f.height;
    if (!WebPDecodeBGRAInto(at, bytes.len, cairo_image_surface_get_data(image), room, stride)) {
        cairo_surface_destroy(image);
        return err_set(err, ERR_INVALID, "this WebP picture cannot be read");
    }
    premultiply(image);
    cairo_surface_mark_dirty(image);
    return done(image, out, err);
}

/* ---- JPEG ---- */

struct jpeg {
    struct jpeg_decompress_struct of;
    struct jpeg_error_mgr says;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    cairo_surface_t *image;
};

static _Noreturn void jpeg_fails(j_common_ptr common)
{
    struct jpeg *j = (struct jpeg *)(void *)common;
    longjmp(j->failed, 1);
}

static void jpeg_is_quiet(j_common_ptr common, int level)
{
    (void)common;
    (void)level;
}

/* A progressive file of a hundred thousand scans would take hours. */
static void jpeg_goes_on(j_common_ptr common)
{
    if (((j_decompress_ptr)common)->input_scan_number > JPEG_SCANS_MAX)
        jpeg_fails(common);
}

static bool jpeg_rows(struct jpeg *j, size_t max_px, struct err *err)
{
    jpeg_read_header(&j->of, TRUE);
    if (!check_size(j->of.image_width, j->of.image_height, max_px, err))
        return false;
    if (j->of.jpeg_color_space == JCS_CMYK || j->of.jpeg_color_space == JCS_YCCK)
        return err_set(err, ERR_INVALID, "JPEG pictures in CMYK are not read");
    j->of.out_color_space = JCS_EXT_BGRX;
    j->of.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&j->of);
    j->image = cairo_image_surface_create(
        CAIRO_FORMAT_ARGB32, (int)j->of.output_width, (int)j->of.output_height);
    uint8_t *at = cairo_image_surface_get_data(j->image);
    size_t stride = (size_t)cairo_image_surface_get_stride(j->image);
    while (j->of.output_scanline < j->of.output_height) {
        uint8_t *row = at + j->of.output_scanline * stride;
        jpeg_read_scanlines(&j->of, &row, 1);
        for (size_t x = 0; x < j->of.output_width; x++)
            row[4 * x + 3] = 255;
    }
    cairo_surface_mark_dirty(j->image);
    return true;
}

static bool read_jpeg(cairo_surface_t **out, struct str bytes, size_t max_px, struct err *err)
{
    struct jpeg *j = base_alloc(1, sizeof *j);
    bool ok;
    j->of.err = jpeg_std_error(&j->says);
    j->says.error_exit = jpeg_fails;
    j->says.emit_message = jpeg_is_quiet;
    j->progress.progress_monitor = jpeg_goes_on;
    if (setjmp(j->failed)) {
        ok = err_set(err, ERR_INVALID, "this JPEG picture cannot be read");
    } else {
        jpeg_create_decompress(&j->of);
        j->of.progress = &j->progress;
        jpeg_mem_src(&j->of, (const unsigned char *)bytes.at, (unsigned long)bytes.len);
        ok = jpeg_rows(j, max_px, err);
    }
    jpeg_destroy_decompress(&j->of);
    cairo_surface_t *image = j->image;
    free(j);
    if (ok)
        return done(image, out, err);
    if (image)
        cairo_surface_destroy(image);
    return false;
}

/* ---- by content ---- */

bool decode_picture(cairo_surface_t **out, struct str bytes, size_t max_px, struct err *err)
{
    if (str_starts(bytes, S("\x89PNG\r\n\x1a\n")))
        return read_png(out, bytes, max_px, err);
    if (bytes.len > 12 && str_starts(bytes, S("RIFF")) && memcmp(bytes.at + 8, "WEBP", 4) == 0)
        return read_webp(out, bytes, max_px, err);
    if (str_starts(bytes, S("\xff\xd8\xff")))
        return read_jpeg(out, bytes, max_px, err);
    return err_set(err, ERR_INVALID, "this is neither PNG, WebP nor JPEG");
}

bool decode_file(
    cairo_surface_t **out, const char *path, size_t max_bytes, size_t max_px, struct err *err)
{
    AUTO(buf) bytes = {0};
    return buf_read_file(&bytes, path, max_bytes, err) &&
           (decode_picture(out, buf_str(&bytes), max_px, err) || err_under(err, "%s", path));
}
