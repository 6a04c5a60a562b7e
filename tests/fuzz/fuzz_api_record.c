/*
 * Bytes as the body of a record that a program sends. What is refused has a place and a sentence; what passes the checks is written as GET
 * gives it, and that, sent back as it is, changes nothing.
 */
#include "data/record/public_copy.h"
#include "server/api_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void send_back(const struct deployment *d, struct arena *a)
{
    AUTO(buf) form = {0};
    AUTO(buf) before = {0};
    AUTO(buf) after = {0};
    AUTO(json_doc) doc = {0};
    struct err err;
    struct api_fault fault;
    struct api_about about;
    api_record_write(&form, d, "http://x");
    must(json_read(&doc, buf_str(&form), &JSON_STYLE, &err));
    struct api_reading now = {.base = doc.root, .arena = a}, sent = {.base = doc.root, .changes = json_get(doc.root, S("properties")), .arena = a};
    must(api_record_read(doc.root, &now, &before, &about, &fault) && api_record_read(doc.root, &sent, &after, &about, &fault));
    must(str_eq(buf_str(&before), buf_str(&after)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) a;
    AUTO(json_doc) doc = {0};
    AUTO(json_doc) record = {0};
    AUTO(buf) text = {0};
    struct err err;
    struct api_fault fault = {"", ""};
    struct api_about about;
    struct deployment d;
    arena_init(&a, 32 * 1024 * 1024);
    if (!json_read(&doc, str_from((const char *)data, size), &JSON_BODY, &err))
        return 0;
    struct api_reading r = {.changes = json_get(doc.root, S("properties")), .arena = &a};
    if (!api_record_read(doc.root, &r, &text, &about, &fault)) {
        must(fault.text[0] && (!fault.pointer[0] || fault.pointer[0] == '/') && str_is_utf8(str_of(fault.pointer)) && str_is_utf8(str_of(fault.text)));
        return 0;
    }
    must(json_read(&record, buf_str(&text), &JSON_STYLE, &err));
    if (!deployment_read_json(record.root, &a, &d, &err) || !deployment_check(&d, &err)) {
        api_fault_of(&fault, &err);
        must(fault.text[0]);
        return 0;
    }
    deployment_make_public(&d, NULL, &a);
    send_back(&d, &a);
    return 0;
}
