/*
 * A request's life: its head is checked before any byte of its body is taken, its body read within its bound, its handler run here or
 * on a worker, and what that left is made an answer. Where each step comes from is drawn in http.c.
 */
#include "server/http_peer.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "data/base/log.h"
#include "server/request_check.h"

enum {
    LARGE_BODY_BYTES = 1024 * 1024, /* one that may become larger is held whole in memory, so only so many are taken at once */
    LARGE_BODIES_MAX = 4,
    BODY_OVERRUN = 4,               /* a chunked body past its bound is read on to this many times it, then cut */
};

void *http_on_target(void *cls, const char *target, struct MHD_Connection *c)
{
    (void)cls;
    struct peer *peer = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct exchange *x = &peer->exchange;
    size_t len = strlen(target);
    x->started = true;
    x->stage = STAGE_NEW;
    x->route = NULL;
    x->answer = NULL;
    x->too_big = x->large = false;
    x->wish = (struct answer_wish){0};
    x->accept = x->languages = (struct str){0};
    x->target_too_long = len > TARGET_MAX_BYTES;
    x->target_len = MIN(len, TARGET_MAX_BYTES);
    memcpy(x->target, target, x->target_len);
    struct request *rq = &x->request;
    rq->method = HTTP_GET;
    rq->path = rq->body = (struct str){0};
    rq->n_segments = rq->n_query = 0;
    rq->wants_html = rq->french = false;
    rq->connection = peer;
    arena_init(&rq->arena, REQUEST_ARENA_BYTES);
    return peer;
}

void http_on_completed(void *cls, struct MHD_Connection *c, void **context, enum MHD_RequestTerminationCode why)
{
    (void)c, (void)why;
    struct loop *loop = cls;
    struct peer *peer = *context;
    if (!peer)
        return;
    struct exchange *x = &peer->exchange;
    must(peer->magic == MAGIC && x->stage != STAGE_PARKED);
    arena_done(&x->request.arena);
    buf_done(&x->body);
    if (x->large)
        atomic_fetch_sub(&loop->http->large_bodies, 1);
    x->large = false;
    answer_drop(x->answer);
    x->answer = NULL;
    x->started = false;
    x->stage = STAGE_NEW;
    peer->state = PEER_HEAD;
    peer->since_ms = loop->now_ms;
    peer->served = true;
    peer->looked = false;
    *context = NULL;
    if (loop->http->draining)
        shutdown(peer->fd, SHUT_RD);
}

struct head_reading {
    struct request_head *head;
    struct exchange *exchange;
};

static enum MHD_Result read_header(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_len, const char *value,
    size_t value_len)
{
    (void)kind;
    struct head_reading *r = cls;
    struct exchange *x = r->exchange;
    struct http_param h = {str_from(key, key_len), str_from(value ? value : "", value ? value_len : 0)};
    if (r->head->n_headers < REQUEST_HEADERS_MAX)
        r->head->headers[r->head->n_headers] = h;
    r->head->n_headers++;
    if (str_eq_nocase(h.name, S("Accept-Encoding")))
        x->wish.gzip = header_accepts(h.value, S("gzip"));
    else if (str_eq_nocase(h.name, S("If-None-Match")))
        x->wish.if_none_match = h.value;
    else if (str_eq_nocase(h.name, S("Accept")))
        x->accept = h.value;
    else if (str_eq_nocase(h.name, S("Accept-Language")))
        x->languages = h.value;
    return MHD_YES;
}

static enum MHD_Result send_answer(struct peer *peer)
{
    struct exchange *x = &peer->exchange;
    struct http_counts *counts = peer->loop->http->options.counts;
    int status = 0;
    must(x->answer);
    if (x->request.method != HTTP_GET)
        x->wish.if_none_match = (struct str){0};
    peer->state = PEER_ANSWER;
    peer->since_ms = peer->loop->now_ms;
    enum MHD_Result queued = answer_queue(x->answer, peer->connection, &x->wish, &status);
    counts->requests++;
    counts->by_class[status / 100 < 6 ? status / 100 : 0]++;
    counts->not_modified += status == 304;
    return queued;
}

static enum MHD_Result refuse_now(struct peer *peer, int status, const char *why)
{
    struct exchange *x = &peer->exchange;
    x->answer = answer_of_error(&peer->loop->http->options, &x->request, NULL, status, why, 0, true);
    x->stage = STAGE_DONE;
    return send_answer(peer);
}

static void set_error(struct peer *peer, int status, const char *why, unsigned allowed)
{
    struct exchange *x = &peer->exchange;
    x->answer = answer_of_error(&peer->loop->http->options, &x->request, NULL, status, why, allowed, false);
}

static void read_preferences(struct exchange *x, const struct app *app)
{
    (void)app;
    struct str lang = request_query(&x->request, S("lang"));
    x->request.wants_html = str_has(x->accept, S("text/html"));
    x->request.french = lang.len ? str_eq(lang, S("fr")) : header_prefers_french(x->languages, true);
}

/* False: all places for large bodies are taken. */
static bool take_large(struct peer *peer, size_t most)
{
    struct http *h = peer->loop->http;
    if (most <= LARGE_BODY_BYTES)
        return true;
    peer->exchange.large = atomic_fetch_add(&h->large_bodies, 1) < LARGE_BODIES_MAX;
    if (!peer->exchange.large)
        atomic_fetch_sub(&h->large_bodies, 1);
    return peer->exchange.large;
}

/* The first call: checks, then which route. What is wrong with the head closes the connection; what is only not there is
 * answered in the second call and keeps it. */
static enum MHD_Result on_head(struct peer *peer, const char *method, const char *version)
{
    struct exchange *x = &peer->exchange;
    struct request_head head = {.method = str_of(method), .version = str_of(version),
        .target = str_from(x->target, x->target_len)};
    struct request_facts facts;
    const char *why = NULL;
    MHD_get_connection_values_n(peer->connection, MHD_HEADER_KIND, read_header, &(struct head_reading){&head, x});
    x->stage = STAGE_READ;
    int status = x->target_too_long ? 414 : request_check(&head, &facts, &why);
    if (x->target_too_long)
        why = "the address is too long";
    if (!status)
        status = request_read_target(&x->request, head.target, &why);
    if (status && status != 404)
        return refuse_now(peer, status, why);
    bool has_body = facts.chunked || (facts.has_length && facts.length > 0);
    x->request.method = facts.method == HTTP_HEAD ? HTTP_GET : facts.method;
    read_preferences(x, peer->loop->http->options.app);
    unsigned allowed = 0;
    bool admin = peer->loop->is_admin;
    if (!status)
        x->route = route_find(admin ? ADMIN_ROUTES : ROUTES, admin ? N_ADMIN_ROUTES : N_ROUTES, &x->request, &allowed);
    if (!x->route)
        set_error(peer, allowed ? 405 : 404, allowed ? "this address does not take that method" :
            "there is nothing at this address", allowed);
    if (!has_body)
        return MHD_YES;
    if (!x->route) { /* its body is not read */
        x->stage = STAGE_DONE;
        return send_answer(peer);
    }
    if (facts.length > x->route->body_max_bytes)
        return refuse_now(peer, 413, "the body is larger than this address takes");
    if (!take_large(peer, facts.chunked ? x->route->body_max_bytes : (size_t)facts.length))
        return refuse_now(peer, 503, "other large files are being received; try again in a moment");
    peer->state = PEER_BODY;
    peer->since_ms = peer->loop->now_ms;
    return MHD_YES;
}

static enum MHD_Result on_body(struct peer *peer, const char *bytes, size_t *n)
{
    struct exchange *x = &peer->exchange;
    size_t most = x->route ? x->route->body_max_bytes : 0;
    if (x->body.len + *n > most) {
        x->too_big = true;
        if (x->body.len + *n > most * BODY_OVERRUN + CONNECTION_MEMORY_BYTES)
            return MHD_NO;
    }
    buf_put(&x->body, bytes, *n);
    *n = 0;
    return MHD_YES;
}

/* What a handler left, as an answer; on the thread of the handler. */
static struct answer *answer_of(struct exchange *x, const struct http_options *o, bool ok, struct response *rs,
    const struct err *err)
{
    struct answer *a;
    if (!ok) {
        int status = err_http_status(err->code);
        if (status >= 500 && status != 503)
            log_line(LOG_ERROR, "%s", err->text);
        a = answer_of_error(o, &x->request, rs, status, status == 500 ? "something went wrong here; it was noted" : err->text, 0, false);
        answer_drop(rs->ready);
    } else if (rs->ready) {
        a = rs->ready;
    } else {
        a = answer_new(rs, x->wish.gzip);
    }
    buf_done(&rs->body);
    return a;
}

static void run_handler(struct job *job, struct worker *worker)
{
    struct exchange *x = (struct exchange *)((char *)job - offsetof(struct exchange, job));
    struct peer *peer = peer_of(&x->request);
    const struct http_options *o = &peer->loop->http->options;
    struct response rs = {.status = 200, .headers = x->route->headers};
    struct err err = {0};
    bool ok = x->route->handle(o->app, worker, &x->request, &rs, &err);
    if (ok && rs.parked)
        return;
    request_answer(&x->request, answer_of(x, o, ok, &rs, &err));
}

static void refuse_handler(struct job *job)
{
    struct exchange *x = (struct exchange *)((char *)job - offsetof(struct exchange, job));
    request_fail(&x->request, &(struct err){.code = ERR_BUSY, .text = "the server is busy; try again in a second"});
}

/* It is suspended at the next call, which follows at once: by then the library knows that there is nothing to read for.
 * Suspended now, it would read before it sends the answer, and drop a visitor who has nothing more to say. */
static void park(struct peer *peer)
{
    peer->exchange.stage = STAGE_PARKED;
    peer->exchange.suspended = false;
    peer->loop->http->options.counts->parked++;
}

static enum MHD_Result suspend(struct peer *peer)
{
    if (!peer->exchange.suspended) {
        peer->exchange.suspended = true;
        MHD_suspend_connection(peer->connection);
    }
    return MHD_YES;
}

static enum MHD_Result dispatch(struct peer *peer)
{
    struct exchange *x = &peer->exchange;
    const struct http_options *o = &peer->loop->http->options;
    if (x->answer)
        return send_answer(peer);
    peer->state = PEER_ANSWER;
    if (x->too_big) {
        set_error(peer, 413, "the body is larger than this address takes", 0);
        return send_answer(peer);
    }
    x->request.body = buf_str(&x->body);
    if (x->route->runs_on != ON_LOOP) {
        x->job = (struct job){.run = run_handler, .refuse = refuse_handler};
        park(peer); /* before the push: it may be finished before this thread goes on */
        if (!work_push(o->work, x->route->runs_on == ON_WORKER_SLOW ? WORK_SLOW : WORK_QUICK, &x->job))
            request_fail(&x->request, &(struct err){.code = ERR_BUSY, .text = "the server is busy; try again in a second"});
        return MHD_YES;
    }
    struct response rs = {.status = 200, .headers = x->route->headers};
    struct err err;
    x->stage = STAGE_PARKED; /* so that who is asked to finish it may do so at once */
    bool ok = x->route->handle(o->app, NULL, &x->request, &rs, &err);
    if (ok && rs.parked) {
        park(peer);
        return MHD_YES;
    }
    x->stage = STAGE_READ;
    x->answer = answer_of(x, o, ok, &rs, &err);
    return send_answer(peer);
}

enum MHD_Result http_on_call(void *cls, struct MHD_Connection *c, const char *path, const char *method,
    const char *version, const char *bytes, size_t *n_bytes, void **context)
{
    (void)cls, (void)c, (void)path;
    struct peer *peer = *context;
    if (!peer)
        return MHD_NO;
    must(peer->magic == MAGIC);
    struct exchange *x = &peer->exchange;
    if (x->stage == STAGE_NEW)
        return on_head(peer, method, version);
    if (*n_bytes)
        return on_body(peer, bytes, n_bytes);
    if (x->stage == STAGE_PARKED)
        return suspend(peer);
    if (x->stage == STAGE_DONE)
        return send_answer(peer);
    return dispatch(peer);
}

void request_answer(struct request *rq, struct answer *a)
{
    struct peer *peer = peer_of(rq);
    struct loop *loop = peer->loop;
    peer->exchange.answer = a;
    pthread_mutex_lock(&loop->lock);
    bool first = loop->done == NULL;
    peer->exchange.next_done = loop->done;
    loop->done = peer;
    pthread_mutex_unlock(&loop->lock);
    if (first && eventfd_write(loop->bell, 1)) {}
}

void request_finish(struct request *rq, bool ok, struct response *rs, const struct err *err)
{
    struct peer *peer = peer_of(rq);
    request_answer(rq, answer_of(&peer->exchange, &peer->loop->http->options, ok, rs, err));
}

void request_fail(struct request *rq, const struct err *err)
{
    request_finish(rq, false, &(struct response){0}, err);
}

bool request_peer(const struct request *rq, struct sockaddr_storage *out)
{
    socklen_t len = sizeof *out;
    return getpeername(peer_of(rq)->fd, (struct sockaddr *)out, &len) == 0;
}

bool request_is_gone(const struct request *rq)
{
    struct pollfd p = {.fd = peer_of(rq)->fd, .events = POLLRDHUP};
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

struct str request_query(const struct request *rq, struct str name)
{
    for (size_t i = 0; i < rq->n_query; i++)
        if (str_eq(rq->query[i].name, name))
            return rq->query[i].value;
    return (struct str){0};
}

bool request_has(const struct request *rq, struct str name)
{
    for (size_t i = 0; i < rq->n_query; i++)
        if (str_eq(rq->query[i].name, name))
            return true;
    return false;
}

struct str request_header(const struct request *rq, const char *name)
{
    return str_of(MHD_lookup_connection_value(peer_of(rq)->connection, MHD_HEADER_KIND, name));
}
