#include "renderer/encode_jpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <jpeglib.h>

struct writing {
    struct jpeg_compress_struct of;
    struct jpeg_error_mgr says;
    jmp_buf failed;
    unsigned char *bytes;
    unsigned long n_bytes;
};

static _Noreturn void writing_fails(j_common_ptr common)
{
    struct writing *w = (struct writing *)(void *)common;
    longjmp(w->failed, 1);
}

static void writing_is_quiet(j_common_ptr common, int level)
{
    (void)common;
    (void)level;
}

static void write_rows(struct writing *w, const uint8_t *rgb, int width, int height, int quality)
{
    w->of.image_width = (JDIMENSION)width;
    w->of.image_height = (JDIMENSION)height;
    w->of.input_components = 3;
    w->of.in_color_space = JCS_RGB;
    jpeg_set_defaults(&w->of);
    jpeg_set_quality(&w->of, quality, TRUE);
    w->of.optimize_coding = TRUE;
    jpeg_start_compress(&w->of, TRUE);
    while (w->of.next_scanline < w->of.image_height) {
        const uint8_t *row = rgb + 3 * (size_t)width * w->of.next_scanline;
        JSAMPROW rows[1] = {(JSAMPROW)(uintptr_t)row}; /* libjpeg's rows are not const, but it only reads them */
        jpeg_write_scanlines(&w->of, rows, 1);
    }
    jpeg_finish_compress(&w->of);
}

/* In a struct on the heap, because what longjmp comes back to must not be in registers. */
bool encode_jpeg(struct buf *out, const uint8_t *rgb, int width, int height, int quality, struct err *err)
{
    struct writing *w = base_alloc(1, sizeof *w);
    bool ok = false;
    w->of.err = jpeg_std_error(&w->says);
    w->says.error_exit = writing_fails;
    w->says.emit_message = writing_is_quiet;
    if (setjmp(w->failed)) {
        ok = err_set(err, ERR_INTERNAL, "a photo could not be written as JPEG");
    } else {
        jpeg_create_compress(&w->of);
        jpeg_mem_dest(&w->of, &w->bytes, &w->n_bytes);
        write_rows(w, rgb, width, height, quality);
        buf_put(out, w->bytes, w->n_bytes);
        ok = true;
    }
    jpeg_destroy_compress(&w->of);
    free(w->bytes);
    free(w);
    return ok;
}
