/* Bytes as a request head: the first line, then headers. Whatever passes has one host, one length and a decoded path. */
#include <string.h>

#include "data/base/limits.h"
#include "server/request_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_passed(const struct request_head *head, struct request *rq)
{
    size_t hosts = 0, lengths = 0;
    for (size_t i = 0; i < head->n_headers; i++) {
        hosts += str_eq_nocase(head->headers[i].name, S("Host"));
        lengths += str_eq_nocase(head->headers[i].name, S("Content-Length"));
    }
    must(hosts <= 1 && lengths <= 1);
    must(head->target.len <= TARGET_MAX_BYTES);
    const char *why = NULL;
    if (request_read_target(rq, head->target, &why)) {
        must(why);
        return;
    }
    for (size_t i = 0; i < rq->n_segments; i++) {
        must(str_is_utf8(rq->segments[i]) && !str_eq(rq->segments[i], S("..")));
        must(!memchr(rq->segments[i].at, '\0', rq->segments[i].len));
    }
    for (size_t i = 0; i < rq->n_query; i++)
        must(str_is_utf8(rq->query[i].name) && str_is_utf8(rq->query[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_from((const char *)data, size), line = {0};
    struct request_head head = {0};
    str_next(&rest, '\n', &line);
    str_next(&line, ' ', &head.method);
    str_next(&line, ' ', &head.target);
    head.version = line;
    while (str_next(&rest, '\n', &line)) {
        struct http_param h = {0};
        str_next(&line, ':', &h.name);
        h.value = line;
        if (head.n_headers < REQUEST_HEADERS_MAX)
            head.headers[head.n_headers] = h;
        head.n_headers++;
        header_accepts(h.value, S("gzip"));
        header_has_etag(h.value, S("\"a\""));
        header_prefers_french(h.value, true);
    }
    struct request_facts facts;
    const char *why = NULL;
    struct request *rq = base_alloc(1, sizeof *rq);
    arena_init(&rq->arena, REQUEST_ARENA_BYTES);
    if (request_check(&head, &facts, &why))
        must(why);
    else
        check_passed(&head, rq);
    arena_done(&rq->arena);
    free(rq);
    return 0;
}
