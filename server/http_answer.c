/*
 * An answer is made once and queued any number of times: the library's own response objects are counted and may be shared
 * by connections, which is what makes a cached tile cost nothing but the system calls.
 */
#include "server/http_answer.h"

#include <stdio.h>
#include <string.h>

#include "data/base/buf.h"
#include "data/base/hash.h"
#include "data/base/json.h"
#include "server/headers.h"
#include "server/request_check.h"

struct form { /* one encoding of the same thing */
    struct MHD_Response *whole; /* also for 304: the library leaves out the body and says its length, as RFC 9110 wants */
    char etag[44];
};
struct answer {
    atomic_int holds;
    int status;
    size_t bytes;
    struct form plain, gzip; /* gzip.whole is NULL where it does not pay */
};

enum { GZIP_FROM_BYTES = 512 };

static void add_headers(struct MHD_Response *r, const struct response *rs, const char *etag, bool varies)
{
    for (const struct header *h = headers_of(rs->headers); h->name; h++)
        MHD_add_response_header(r, h->name, h->value);
    char text[768];
    if (rs->status >= 400 && rs->status != 410)
        snprintf(text, sizeof text, "no-store");
    else if (rs->max_age_s < 0)
        snprintf(text, sizeof text, "public, max-age=31536000, immutable");
    else if (rs->max_age_s > 0)
        snprintf(text, sizeof text, "public, max-age=%d", rs->max_age_s);
    else
        snprintf(text, sizeof text, "%s", headers_cache_control(rs->headers));
    MHD_add_response_header(r, "Cache-Control", text);
    if (*etag)
        MHD_add_response_header(r, "ETag", etag);
    if (varies || rs->vary) {
        snprintf(text, sizeof text, "%s%s%s", varies ? "Accept-Encoding" : "", varies && rs->vary ? ", " : "",
            rs->vary ? rs->vary : "");
        MHD_add_response_header(r, "Vary", text);
    }
}

static void add_allow(struct MHD_Response *r, unsigned allowed)
{
    static const char *const names[HTTP_METHOD_COUNT] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    char text[80];
    size_t n = 0;
    if (allowed & 1u << HTTP_GET)
        allowed |= 1u << HTTP_HEAD;
    for (int m = 0; m < HTTP_METHOD_COUNT; m++)
        if (allowed & 1u << m)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "", names[m]);
    if (n)
        MHD_add_response_header(r, "Allow", text);
}

static void add_whole_headers(struct MHD_Response *r, const struct response *rs, const char *encoding)
{
    char text[768];
    if (rs->content_type)
        MHD_add_response_header(r, "Content-Type", rs->content_type);
    if (encoding)
        MHD_add_response_header(r, "Content-Encoding", encoding);
    if (rs->location[0])
        MHD_add_response_header(r, "Location", rs->location);
    if (rs->set_cookie[0])
        MHD_add_response_header(r, "Set-Cookie", rs->set_cookie);
    if (rs->retry_after_s > 0) {
        snprintf(text, sizeof text, "%d", rs->retry_after_s);
        MHD_add_response_header(r, "Retry-After", text);
    }
    if (rs->filename) {
        snprintf(text, sizeof text, "attachment; filename=\"%s\"", rs->filename);
        MHD_add_response_header(r, "Content-Disposition", text);
    }
    if (rs->onion.len && rs->onion.len < sizeof text) {
        snprintf(text, sizeof text, "%.*s", STR_ARG(rs->onion));
        MHD_add_response_header(r, "Onion-Location", text);
    }
    if (rs->link.len && rs->link.len < sizeof text) {
        snprintf(text, sizeof text, "%.*s", STR_ARG(rs->link));
        MHD_add_response_header(r, "Link", text);
    }
    if (rs->allow)
        add_allow(r, rs->allow);
    if (rs->accept_post)
        MHD_add_response_header(r, "Accept-Post", rs->accept_post);
    if (rs->accept_patch)
        MHD_add_response_header(r, "Accept-Patch", rs->accept_patch);
    if (rs->status == 401)
        MHD_add_response_header(r, "WWW-Authenticate", "Bearer realm=\"contrechamp\"");
}

/* Takes the body. */
static void make_form(struct form *f, const struct response *rs, struct buf *body, const char *encoding, bool varies)
{
    struct buf bytes = *body;
    *body = (struct buf){0};
    if (bytes.cap > bytes.len + bytes.len / 8) /* it may be kept for long */
        bytes.at = base_grow(bytes.at, bytes.len + 1, 1);
    f->whole = MHD_create_response_from_buffer(bytes.len, bytes.at, bytes.at ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    must(f->whole);
    add_headers(f->whole, rs, f->etag, varies);
    add_whole_headers(f->whole, rs, encoding);
}

static void make_etag(struct response *rs)
{
    uint64_t a = hash64(rs->body.at, rs->body.len, 1), b = hash64(rs->body.at, rs->body.len, 0x5bd1e995);
    snprintf(rs->etag, sizeof rs->etag, "\"%016llx%08llx\"", (unsigned long long)a, (unsigned long long)(b & 0xffffffffu));
}

static bool gzip_pays(const struct response *rs)
{
    static const char *const texts[] = {"text/", "application/json", "application/geo+json",
        "application/problem+json", "application/vnd.", "application/x-protobuf", "application/xml",
        "application/atom+xml", "application/x-ndjson", "image/svg+xml", "application/schema+json"};
    if (rs->no_gzip || rs->body.len < GZIP_FROM_BYTES || !rs->content_type)
        return false;
    for (size_t i = 0; i < COUNT(texts); i++)
        if (strncmp(rs->content_type, texts[i], strlen(texts[i])) == 0)
            return true;
    return false;
}

struct answer *answer_new(struct response *rs, bool both)
{
    struct answer *a = base_alloc(1, sizeof *a);
    a->holds = 1;
    a->status = rs->status ? rs->status : 200;
    if (a->status == 200 && !rs->etag[0])
        make_etag(rs);
    if (a->status != 200 && a->status != 201)
        rs->etag[0] = '\0';
    bool pays = gzip_pays(rs);
    snprintf(a->plain.etag, sizeof a->plain.etag, "%s", rs->etag);
    AUTO(buf) packed = {0};
    if (pays && both)
        buf_gzip(&packed, buf_str(&rs->body));
    a->bytes = sizeof *a + 1024 + rs->body.len + packed.len;
    if (packed.len) {
        if (rs->etag[0])
            snprintf(a->gzip.etag, sizeof a->gzip.etag, "%.*s-g\"", (int)strlen(rs->etag) - 1, rs->etag);
        make_form(&a->gzip, rs, &packed, "gzip", true);
    }
    make_form(&a->plain, rs, &rs->body, NULL, pays);
    return a;
}

struct answer *answer_hold(struct answer *a)
{
    atomic_fetch_add_explicit(&a->holds, 1, memory_order_relaxed);
    return a;
}

static void form_done(struct form *f)
{
    if (f->whole)
        MHD_destroy_response(f->whole);
}

void answer_drop(struct answer *a)
{
    if (!a || atomic_fetch_sub_explicit(&a->holds, 1, memory_order_acq_rel) != 1)
        return;
    form_done(&a->plain);
    form_done(&a->gzip);
    free(a);
}

size_t answer_bytes(const struct answer *a)
{
    return a->bytes;
}

enum MHD_Result answer_queue(const struct answer *a, struct MHD_Connection *c, const struct answer_wish *wish, int *status)
{
    const struct form *f = wish->gzip && a->gzip.whole ? &a->gzip : &a->plain;
    *status = a->status;
    if (f->etag[0] && wish->if_none_match.len && header_has_etag(wish->if_none_match, str_of(f->etag))) {
        *status = 304;
        return MHD_queue_response(c, 304, f->whole);
    }
    return MHD_queue_response(c, (unsigned)a->status, f->whole);
}

static const char *status_title(int status)
{
    switch (status) {
    case 400: return "Bad request";
    case 401: return "Who are you";
    case 403: return "Not allowed";
    case 404: return "Not found";
    case 405: return "Method not allowed";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Changed meanwhile";
    case 413: return "Too large";
    case 414: return "Address too long";
    case 415: return "Another kind of body";
    case 422: return "Not as it has to be";
    case 428: return "Say which version";
    case 429: return "Too many requests";
    case 431: return "Too many headers";
    case 503: return "Busy";
    default: return status >= 500 ? "Server error" : "Refused";
    }
}

static bool is_for_programs(const struct request *rq)
{
    static const char *const roots[] = {"api", "tiles", "styles", "sprites", "fonts", "identify", "static", "card", "oembed",
        "healthz", "readyz", "metrics"};
    for (size_t i = 0; rq->n_segments && i < COUNT(roots); i++)
        if (str_eq(rq->segments[0], str_of(roots[i])))
            return true;
    return rq->n_segments == 0 && !rq->path.len;
}

bool response_problem(struct response *rs, int status, const char *sentence, const char *pointer)
{
    rs->status = status;
    struct json_writer w = {.out = &rs->body};
    json_open(&w, '{');
    json_key(&w, "type");
    json_put_cstr(&w, "about:blank");
    json_key(&w, "title");
    json_put_cstr(&w, status_title(status));
    json_key(&w, "status");
    json_put_int(&w, status);
    json_key(&w, "detail");
    json_put_cstr(&w, sentence);
    if (pointer) {
        json_key(&w, "pointer");
        json_put_cstr(&w, pointer);
    }
    json_close(&w, '}');
    buf_char(&rs->body, '\n');
    rs->content_type = "application/problem+json";
    rs->headers = HEADERS_DATA;
    return true;
}

struct answer *answer_of_error(const struct http_options *o, struct request *rq, const struct response *left, int status,
    const char *sentence, unsigned allowed, bool close)
{
    struct response rs = {.headers = HEADERS_PAGE};
    if (left) {
        rs.retry_after_s = left->retry_after_s;
        memcpy(rs.set_cookie, left->set_cookie, sizeof rs.set_cookie);
    }
    if (is_for_programs(rq) || close || !o->error_page || !o->error_page(o->app, rq, status, sentence, &rs)) {
        buf_clear(&rs.body);
        response_problem(&rs, status, sentence, NULL);
    }
    rs.status = status;
    rs.retry_after_s = status == 503 || status == 429 ? MAX(rs.retry_after_s, 1) : 0;
    struct answer *a = answer_new(&rs, false);
    buf_done(&rs.body);
    add_allow(a->plain.whole, allowed);
    if (close)
        MHD_add_response_header(a->plain.whole, "Connection", "close");
    return a;
}
