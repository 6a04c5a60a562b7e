/* Any JSON as an expression of each type and as a filter, and evaluated where it is one. */
#include "renderer/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum expr_type TYPES[] = {TYPE_VALUE, TYPE_NUMBER, TYPE_COLOR, TYPE_FORMATTED, TYPE_ARRAY, TYPE_PADDING};
    AUTO(json_doc) doc = {0};
    AUTO(arena) arena = {0};
    AUTO(buf) out = {0};
    struct err err;
    const struct expr *e;
    arena_init(&arena, 32 << 20);
    struct json_writer w = {.out = &out};
    struct expr_input in = {.zoom = 7.5, .arena = &arena};
    if (!json_read(&doc, str_from((const char *)data, size), &JSON_STYLE, &err))
        return 0;
    in.properties = doc.root;
    for (size_t i = 0; i <= COUNT(TYPES); i++) {
        bool ok = i < COUNT(TYPES) ? expr_read(&e, doc.root, TYPES[i], &arena, &err) : expr_read_filter(&e, doc.root, &arena, &err);
        struct expr_value v = ok ? expr_eval_why(e, &in, &err) : (struct expr_value){.type = TYPE_ERROR};
        if (v.type != TYPE_ERROR)
            expr_value_write(&w, &v, &in);
    }
    return 0;
}
