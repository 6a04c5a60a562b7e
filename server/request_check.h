/*
 * What a request must be before a byte of its body is read: one interpretation only, so that nothing can be smuggled past
 * a proxy in front of us (RFC 9112). Pure functions over what the HTTP library hands out, because the library accepts more
 * than it should: two lengths, a length with chunks, no host, unknown codings.
 */
#ifndef SERVER_REQUEST_CHECK_H
#define SERVER_REQUEST_CHECK_H

#include "server/http.h"

enum { REQUEST_HEADERS_MAX = 64 };
struct request_head {
    struct str method, version, target;
    size_t n_headers;          /* more than REQUEST_HEADERS_MAX are counted, not kept: 431 */
    struct http_param headers[REQUEST_HEADERS_MAX];
};

struct request_facts {
    enum http_method method;
    bool chunked, has_length;
    uint64_t length;           /* of the body, if has_length */
};

/* 0, or the status to answer with (400, 413 for a target, 417, 431, 501, 505) and, in *why, a sentence. */
int request_check(const struct request_head *head, struct request_facts *out, const char **why);

/* The value of Content-Length as RFC 9110 has it, and one that fits into 64 bits; else false with 400 or 413. */
bool length_is_number(struct str s, int *status);

/* The target's path and query, split, then percent-decoded into the request's arena: 0 or 400 with *why. Refuses what is
 * not UTF-8 once decoded, control characters, "." and ".." as segments, and more parts than a request may have. */
int request_read_target(struct request *rq, struct str target, const char **why);

/* Whether a list such as Accept-Encoding names a coding with a weight over 0. */
bool header_accepts(struct str list, struct str coding);
/* Whether an If-None-Match list has this entity tag (with its quotes), compared weakly (RFC 9110, 8.8.3.2). */
bool header_has_etag(struct str list, struct str etag);
/* Whether Accept-Language prefers French to English; `otherwise` if it names neither. */
bool header_prefers_french(struct str list, bool otherwise);

#endif
