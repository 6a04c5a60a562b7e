/* Any bytes as a picture: PNG, WebP or JPEG. */
#include "renderer/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err;
    cairo_surface_t *image;
    if (decode_picture(&image, str_from((const char *)data, size), 1 << 18, &err))
        cairo_surface_destroy(image);
    return 0;
}
