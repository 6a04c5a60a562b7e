/*
 * The first line as a Content-Type, the rest as a form's body. Whatever is read keeps its bounds and is text where it says
 * so. The same bytes are tried as a forwarded address and as a challenge: neither may be taken for one of ours.
 */
#include <string.h>

#include "server/challenge.h"
#include "server/form.h"
#include "server/rate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct str s, bool lines)
{
    must(str_is_utf8(s) && !(s.len && memchr(s.at, '\0', s.len)) && !(s.len && memchr(s.at, '\r', s.len)));
    must(lines || !s.len || !memchr(s.at, '\n', s.len));
}

static void check_form(const struct form *f)
{
    must(f->n <= FORM_FIELDS_MAX);
    for (size_t i = 0; i < f->n; i++) {
        const struct form_field *field = &f->fields[i];
        must(field->name.len > 0 && field->name.len <= FORM_NAME_MAX_BYTES);
        must(field->file_name.len <= FORM_FILE_NAME_MAX_BYTES && !str_has(field->file_name, S("/")));
        check_text(field->name, false);
        check_text(field->file_name, false);
        check_text(field->content_type, false);
        if (field->is_file)
            continue;
        must(field->value.len <= FORM_TEXT_MAX_BYTES);
        check_text(field->value, true);
    }
}

static void check_others(struct str line, struct str rest)
{
    struct sockaddr_storage address;
    struct err err = {0};
    if (rate_forwarded(line, &address))
        must(address.ss_family == AF_INET || address.ss_family == AF_INET6);
    must(challenge_age_s(line, 1000) == -1 && !challenge_check(line, rest, 1000, 0, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_from((const char *)data, size), line = {0};
    str_next(&rest, '\n', &line);
    static struct form form;
    struct err err = {0};
    struct arena arena;
    arena_init(&arena, 8 * 1024 * 1024);
    if (form_read(line, rest, &arena, &form, &err))
        check_form(&form);
    else
        must(err.code && err.text[0] && str_is_utf8(str_of(err.text)));
    check_others(line, rest);
    arena_done(&arena);
    return 0;
}
