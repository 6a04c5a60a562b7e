/* Bytes as JSON. What is read is written, and reads back to the same text. */
#include "data/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(json_doc) doc = {0};
    AUTO(json_doc) again = {0};
    AUTO(buf) once = {0};
    AUTO(buf) twice = {0};
    struct err err;
    if (!json_read(&doc, str_from((const char *)data, size), &JSON_BODY, &err))
        return 0;
    json_write(&once, doc.root);
    must(json_read(&again, buf_str(&once), &JSON_STYLE, &err));
    json_write(&twice, again.root);
    must(str_eq(buf_str(&once), buf_str(&twice)));
    json_line(&doc, S("a[0].b"));
    return 0;
}
