/*
 * Requests and responses: the only module that includes libmicrohttpd. Each HTTP loop is a thread of ours around MHD_run;
 * a request is checked before any byte of its body, answered at once from the loop, or parked while a worker makes the
 * answer, then finished by the loop that owns it. Nothing here keeps or logs who asked.
 */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

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

/* Headers come from one table by class of route (headers.c): pages, embeds, tiles, data, private. */
enum header_class { HEADERS_PAGE, HEADERS_EMBED, HEADERS_TILE, HEADERS_DATA, HEADERS_ASSET, HEADERS_PRIVATE, HEADERS_CLASS_COUNT };

struct response {
    int status;                  /* 200 unless set */
    const char *content_type;
    enum header_class headers;
    struct buf body;             /* taken by the server */
    char etag[40];               /* strong, with quotes; "" computes one from the body for 200 */
    char location[512];          /* for redirections */
    int retry_after_s;           /* with 503 and 429 */
    const char *vary;            /* NULL: none */
    bool no_gzip;                /* pictures */
    const char *filename;        /* Content-Disposition: attachment; NULL: none */
};

/* Where a handler runs. */
enum runs_on { ON_LOOP /* at once, never waits */, ON_WORKER_QUICK, ON_WORKER_SLOW };

/* What a worker owns while a handler runs: its own read-only store and painter. */
struct store;
struct painter;
struct worker {
    struct store *store;
    struct painter *painter;
    int number;
};

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
extern const struct route ROUTES[];
extern const size_t N_ROUTES;

#endif
