/* What stands in the address of a range of glyphs: "STACK/RANGE.pbf". */
#include "renderer/text_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* The list of fonts is read once and kept by the library to the end. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct text_engine *engine;
    struct str range = str_from((const char *)data, size), stack;
    AUTO(buf) brought = {0};
    AUTO(buf) again = {0};
    struct err err;
    uint32_t first;
    engine = engine ? engine : text_engine_new(32 << 20);
    if (!str_is_utf8(range)) /* the door refuses it */
        return 0;
    if (!str_next(&range, '/', &stack))
        return 0;
    if (text_range_read(range, &first))
        must(first % TEXT_RANGE == 0 && first <= TEXT_RANGE_LAST);
    if (!text_range_stack(engine, stack, &brought, &err)) {
        must(err.code == ERR_INVALID && err.text[0]);
        return 0;
    }
    must(brought.len > 0 && brought.len <= 4 * TEXT_STACK_MAX_BYTES);
    /* What a stack is brought to stays as it is: so there are only as many as there are fonts. */
    if (text_range_stack(engine, buf_str(&brought), &again, &err))
        must(str_eq(buf_str(&brought), buf_str(&again)));
    return 0;
}
