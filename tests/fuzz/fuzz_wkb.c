/* Bytes as well-known binary, and the same bytes as a shape's geometry: clipped, simplified, wound. */
#include "data/geo/wkb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a;
    arena_init(&a, 16 * 1024 * 1024);
    struct shape s, clipped, simple;
    struct err err;
    if (!wkb_read(str_from((const char *)data, size), &a, &s, &err))
        return 0;
    AUTO(buf) out = {0};
    wkb_write(&out, &s);
    shape_bounds(&s);
    if (shape_clip(&s, (struct rect){-10, -10, 10, 10}, &a, &clipped))
        must(clipped.n_parts == 0 || clipped.end[clipped.n_parts - 1] == clipped.n);
    if (shape_simplify(&s, 0.5, &a, &simple))
        must(simple.n <= s.n);
    shape_wind(&s, &a);
    return 0;
}
