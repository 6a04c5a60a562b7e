/* Walking a JSON text by its brackets: every value lies inside of the text, and the walk ends. */
#include "data/json_stream.h"

static void walk(struct str text, int depth)
{
    for (struct json_walk w = json_walk_begin(text); json_walk_next(&w);) {
        must(w.value.at >= text.at && w.value.at + w.value.len <= text.at + text.len);
        if (depth < 4)
            walk(w.value, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    walk(str_from((const char *)bytes, n), 0);
    return 0;
}
