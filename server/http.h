/*
 * Requests and responses: the only module that includes libmicrohttpd. Each HTTP loop is a thread of ours around MHD_run;
 * a request is checked before any byte of its body, answered at once from the loop, or parked while a worker makes the
 * answer, then finished by the loop that owns it. Nothing here keeps or logs who asked.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include <stdatomic.h>

#include "data/base/arena.h"
#include "data/base/buf.h"
#include "data/base/err.h"
#include "data/base/str.h"

struct app;

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_METHOD_COUNT };

enum { QUERY_MAX = 48, SEGMENTS_MAX = 12 };
struct http_param {
    struct str name, value; /* percent-decoded, UTF-8 checked */
};
struct request {
    enum http_method method;     /* HEAD is handled as GET, the body is not sent */
    struct str path;             /* decoded, starts with '/' */
    size_t n_segments;
    struct str segments[SEGMENTS_MAX]; /* of the path, decoded one by one */
    size_t n_query;
    struct http_param query[QUERY_MAX];
    struct str body;
    bool wants_html, french;     /* by Accept and Accept-Language, or lang= */
    struct arena arena;          /* of this request */
    void *connection;            /* inner */
};
struct str request_query(const struct request *rq, struct str name); /* empty if absent */
bool request_has(const struct request *rq, struct str name);
struct str request_header(const struct request *rq, const char *name);

/* Where the other side of the connection is, for server/gate.c alone; nothing may keep it. */
struct sockaddr_storage;
bool request_peer(const struct request *rq, struct sockaddr_storage *out);

/* Headers come from one table by class of route (headers.c): pages, embeds, tiles, data, private. */
enum header_class { HEADERS_PAGE, HEADERS_EMBED, HEADERS_TILE, HEADERS_DATA, HEADERS_API /* data that is nobody else's: never kept */,
    HEADERS_PREFLIGHT, HEADERS_ASSET, HEADERS_PRIVATE, HEADERS_ADMIN, HEADERS_CLASS_COUNT };

/* An answer made ready to send, plain, gzipped and as 304. It never changes, any number of connections may be sending it,
 * and it is counted: cached tiles and embedded files are answers that somebody holds. */
struct answer;

struct response {
    int status;                  /* 200 unless set */
    const char *content_type;
    enum header_class headers;
    struct buf body;             /* taken by the server */
    char etag[40];               /* strong, with quotes, of 200 and 201; "" computes one from the body for 200 */
    char location[512];          /* for redirections */
    int retry_after_s;           /* with 503 and 429, errors too */
    char set_cookie[192];        /* "": none */
    const char *vary;            /* NULL: none */
    bool no_gzip;                /* pictures */
    const char *filename;        /* Content-Disposition: attachment; NULL: none */
    int max_age_s;               /* 0: the class's Cache-Control; -1: it never changes */
    struct str link;             /* a Link header; empty: none */
    unsigned allow;              /* bits 1 << HTTP_… of an Allow header; 0: none */
    struct str onion;            /* an Onion-Location header: this page where Tor Browser finds it; empty: none */
    const char *accept_post, *accept_patch; /* what bodies are taken, told with allow; NULL: none */
    struct answer *ready;        /* instead of all of the above; one hold, taken by the server */
    bool parked;                 /* the request was kept by someone who will call request_answer or request_fail */
};

/* Takes the body out of the response. Both: the gzipped form too, for answers that are kept. */
struct answer *answer_new(struct response *rs, bool both);
struct answer *answer_hold(struct answer *a);
void answer_drop(struct answer *a);
size_t answer_bytes(const struct answer *a); /* of memory, about */

/* For requests that were parked, from any thread, once: takes the hold on the answer. */
void request_answer(struct request *rq, struct answer *a);
void request_fail(struct request *rq, const struct err *err);
/* The same from what a handler left: rs as it filled it, or the error. */
void request_finish(struct request *rq, bool ok, struct response *rs, const struct err *err);
/* The visitor closed the connection; nobody waits for this answer any more. */
bool request_is_gone(const struct request *rq);

/* Where a handler runs. */
enum runs_on { ON_LOOP /* at once, never waits */, ON_WORKER_QUICK, ON_WORKER_SLOW };

/* What a worker owns while a handler runs: its own read-only store and painter. */
struct store;
struct painter;
struct worker {
    struct store *store;
    struct painter *painter;
    int number;
    struct own *own;             /* inner to app.c */
};

/* RFC 9457: fills the answer of an API that names the field ("/properties/category", a JSON pointer; NULL: none). */
bool response_problem(struct response *rs, int status, const char *sentence, const char *pointer);

/* Fills the response; false with err: the server makes the error answer (problem+json under /api, a page elsewhere). */
typedef bool handler_fn(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err);

struct route {
    unsigned methods;            /* bits 1 << HTTP_… */
    const char *pattern;         /* "/d/{id}", "/tiles/{style}/{z}/{x}/{y}" */
    handler_fn *handle;
    enum runs_on runs_on;
    size_t body_max_bytes;
    enum header_class headers;
};
extern const struct route ROUTES[], ADMIN_ROUTES[];
extern const size_t N_ROUTES, N_ADMIN_ROUTES;
/* The route of a path; NULL: none. When there is one for other methods only, NULL too, and *allowed has their bits. */
const struct route *route_find(const struct route *routes, size_t n, const struct request *rq, unsigned *allowed);

/* ---- the server's side ---- */
struct work;
struct http_counts {
    _Atomic uint64_t requests, by_class[6], parked, refused_connections, not_modified;
    _Atomic int connections;
};
struct http_options {
    struct app *app;
    struct work *work;
    int loops;                   /* threads for the public listeners, 1 or 2 */
    size_t n_listen;
    const int *listen_fds;       /* taken */
    int admin_fd;                /* taken; -1: none. It has a thread of its own */
    struct http_counts *counts;
    /* The page that says what went wrong; NULL: problem+json everywhere. */
    bool (*error_page)(struct app *app, struct request *rq, int status, const char *sentence, struct response *rs);
};
struct http;
bool http_start(struct http **out, const struct http_options *o, struct err *err) MUST_USE;
/* No new connections; those that have a request under way finish it. Waits until all are gone, at most so long. */
void http_drain(struct http *h, int64_t most_ms);
/* After the work was stopped, so that nothing is parked any more. */
void http_stop(struct http *h);

/* Whether it is written as one; what it names is looked at by http_listen. */
bool http_address_check(const char *address, struct err *err) MUST_USE;
/* A listening socket for "127.0.0.1:8080", "[::1]:8080", "localhost:0" or "unix:PATH"; -1 with err. */
int http_listen(const char *address, struct err *err);
/* Sockets handed down by systemd (LISTEN_FDS), at most `most`. */
size_t http_inherited(int *fds, size_t most);
/* "http://127.0.0.1:8080" or "unix:/run/x": where a listening socket is reached. */
void http_address(struct buf *out, int fd);

#endif
