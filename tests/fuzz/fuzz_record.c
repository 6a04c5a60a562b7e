/* Bytes as a record's JSON. What passes the checks is written, and reads back as the same record. */
#include "data/record/deployment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a;
    arena_init(&a, 32 * 1024 * 1024);
    AUTO(json_doc) doc = {0};
    AUTO(json_doc) doc2 = {0};
    struct err err;
    struct deployment d, again;
    if (!json_read(&doc, str_from((const char *)data, size), &JSON_BODY, &err) || !deployment_read_json(doc.root, &a, &d, &err) ||
        !deployment_check(&d, &err))
        return 0;
    struct interval intervals[INTERVALS_MAX];
    size_t n = deployment_intervals(&d, intervals);
    must(n >= 1 && n <= INTERVALS_MAX);
    AUTO(buf) title = {0};
    AUTO(buf) text = {0};
    deployment_title(&title, &d, true);
    deployment_write_json(&text, &d);
    must(json_read(&doc2, buf_str(&text), &JSON_STYLE, &err) && deployment_read_json(doc2.root, &a, &again, &err));
    must(deployment_hash(&d) == deployment_hash(&again));
    return 0;
}
