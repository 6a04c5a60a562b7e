/* Bytes as a range of glyphs; whatever was kept of it is drawn. */
#include <stdlib.h>

#include "renderer/glyphs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct glyph_range *r;
    struct err err;
    static uint32_t pixels[64 * 64];
    if (!glyph_range_read(&r, str_from((const char *)data, size), 0, &err))
        return 0;
    for (int i = 0; i < GLYPHS_A_RANGE; i++)
        if (r->there[i] && r->at[i].field.width)
            sdf_draw(pixels, 64, 64, 64, &r->at[i].field, &(struct placing){0.7, 0.1, 3, -0.1, 0.7, 5}, 0.7, 1,
                &(struct sdf_look){.color = {1, 0, 0, 1}, .opacity = 1, .grow_px = 1});
    free(r);
    return 0;
}
