/* Any bytes as a contributed photo: it is refused, or what comes out is clean. */
#include "renderer/photo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct photo_blur BLUR = {0.25, 0.5, 0.5, 0.75};
    AUTO(buf) jpeg = {0};
    struct err err;
    int w, h;
    struct str in = str_from((const char *)data, size);
    must(!photo_clean(in, &BLUR, 1, &jpeg, &w, &h, &err) || photo_is_clean(buf_str(&jpeg)));
    must(!photo_is_clean(in) || size > 100);
    return 0;
}
