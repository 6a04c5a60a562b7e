/* Any text as a style: checked, and read where it can be. */
#include "renderer/style.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) arena = {0};
    struct str text = str_from((const char *)data, size);
    struct complaint *complaints;
    struct style *style;
    struct err err;
    size_t n;
    arena_init(&arena, 32 << 20);
    (void)style_lint(text, &arena, &complaints, &n, &err);
    if (style_read(&style, text, ".", &err))
        style_drop(style);
    return 0;
}
