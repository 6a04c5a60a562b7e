/*
 * Loops around libmicrohttpd. Each loop is a thread that waits for its epoll descriptor, its bell (an eventfd) and the
 * listening sockets, accepts connections itself and calls MHD_run; the library has no thread of its own (that mode stalls
 * when 128 sockets are ready at once).
 *
 *   head complete   → on_head: the checks; which route
 *   body bytes      → on_body
 *   all is there    → dispatch: handled here, or parked
 *   again           → MHD_suspend_connection
 *   …somebody calls request_answer from any thread: into the loop's list of finished requests, and the bell rings
 *   the loop        → MHD_resume_connection, and the library calls again for the answer
 *
 * An answer is queued in the second call of the handler: queued in the first, the library closes the connection. That is
 * what we want after a malformed head, and only there.
 */
#include "server/http.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "data/base/log.h"
#include "server/http_answer.h"
#include "server/request_check.h"
#include "server/work.h"

enum {
    LOOPS_MAX = 3,
    LISTEN_MAX = 10,
    IDLE_S = 30,                    /* between requests of a connection, and without progress in one */
    CROWDED_IDLE_MS = 4000,         /* between requests, when four of five places are taken */
    BODY_GRACE_MS = 10000,
    BODY_MS_PER_KIB = 1000,         /* a body brings at least a KiB a second after the grace */
    LARGE_MS_PER_KIB = 40,          /* a large one, 25 KiB: it holds one of few places */
    LARGE_BODY_BYTES = 1024 * 1024, /* one that may become larger is held whole in memory, so only so many are taken at once */
    LARGE_BODIES_MAX = 4,
    BODY_OVERRUN = 4,               /* a chunked body past its bound is read on to this many times it, then cut */
    ACCEPTS_A_ROUND = 64,
    LOOK_EVERY_MS = 500,            /* at deadlines */
    LOOK_WAIT_MS = 250,
    CONNECTION_MEMORY_BYTES = 32 * 1024,
    MAGIC = 0x70656572,
};

enum peer_state { PEER_HEAD /* waits for a request's head */, PEER_BODY, PEER_ANSWER };
enum stage { STAGE_NEW, STAGE_READ /* the head was good or its answer waits */, STAGE_PARKED, STAGE_DONE };

/* One request on its way. A connection has one at a time, so it lives in the peer and is used again. */
struct exchange {
    enum stage stage;
    bool target_too_long, too_big, started, suspended;
    bool large;                     /* it holds one of the places for large bodies */
    size_t target_len;
    char target[TARGET_MAX_BYTES + 1];
    const struct route *route;
    struct request request;
    struct str accept, languages;
    struct answer_wish wish;
    struct buf body;
    struct answer *answer;          /* one hold */
    struct job job;
    struct peer *next_done;
};
struct peer {
    uint32_t magic;
    struct loop *loop;
    struct MHD_Connection *connection;
    int fd;
    enum peer_state state;
    bool served, cut;               /* had an answer before; its deadline passed */
    bool looked;                    /* whether the other side has closed, since the last answer */
    int64_t since_ms;               /* of the state */
    struct peer *prev, *next;       /* of the loop's list */
    struct exchange exchange;
};
struct loop {
    struct http *http;
    bool is_admin, running;
    pthread_t thread;
    struct MHD_Daemon *daemon;
    int epoll_fd, bell;
    size_t n_listen;
    int listen_fds[LISTEN_MAX];
    struct peer *peers;
    int n_peers;                    /* this thread's own count */
    int64_t now_ms;
    bool drained;                   /* idle connections were told to end */

    pthread_mutex_t lock;           /* guards the list of finished requests */
    struct peer *done;
};
struct http {
    struct http_options options;
    int n_loops;
    struct loop loops[LOOPS_MAX];
    atomic_bool draining, stopping;
    atomic_int large_bodies;
};

static struct peer *peer_of(const struct request *rq)
{
    struct peer *peer = rq->connection;
    must(peer && peer->magic == MAGIC);
    return peer;
}

/* ---- connections ---- */
static void on_connection(void *cls, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode what)
{
    struct loop *loop = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        struct peer *peer = base_alloc(1, sizeof *peer);
        peer->magic = MAGIC;
        peer->loop = loop;
        peer->connection = c;
        peer->fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        peer->since_ms = loop->now_ms;
        peer->next = loop->peers;
        if (peer->next)
            peer->next->prev = peer;
        loop->peers = peer;
        *context = peer;
        return;
    }
    struct peer *peer = *context;
    if (!peer)
        return;
    must(peer->magic == MAGIC && peer->exchange.stage != STAGE_PARKED);
    *(peer->prev ? &peer->prev->next : &loop->peers) = peer->next;
    if (peer->next)
        peer->next->prev = peer->prev;
    loop->n_peers--;
    if (!loop->is_admin)
        atomic_fetch_sub(&loop->http->options.counts->connections, 1);
    peer->magic = 0;
    free(peer);
    *context = NULL;
}

static void refuse_connection(struct loop *loop, int fd)
{
    static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
                               "Connection: close\r\n\r\n";
    loop->http->options.counts->refused_connections++;
    send(fd, busy, sizeof busy - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    close(fd);
}

static void accept_some(struct loop *loop, int listen_fd)
{
    for (int i = 0; i < ACCEPTS_A_ROUND; i++) {
        struct sockaddr_storage from;
        socklen_t len = sizeof from;
        int fd = accept4(listen_fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        if (!loop->is_admin && atomic_fetch_add(&loop->http->options.counts->connections, 1) >= CONNECTIONS_MAX) {
            atomic_fetch_sub(&loop->http->options.counts->connections, 1);
            refuse_connection(loop, fd);
            continue;
        }
        loop->n_peers++;
        if (MHD_add_connection(loop->daemon, fd, (struct sockaddr *)&from, len) != MHD_YES) { /* it closes fd itself */
            loop->n_peers--;
            if (!loop->is_admin)
                atomic_fetch_sub(&loop->http->options.counts->connections, 1);
        }
    }
}

/* ---- a request's life ---- */
static void *on_target(void *cls, const char *target, struct MHD_Connection *c)
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

static void on_completed(void *cls, struct MHD_Connection *c, void **context, enum MHD_RequestTerminationCode why)
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

static enum MHD_Result on_call(void *cls, struct MHD_Connection *c, const char *path, const char *method,
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

/* ---- the loop ---- */
static void resume_done(struct loop *loop)
{
    eventfd_t n;
    if (eventfd_read(loop->bell, &n)) {}
    pthread_mutex_lock(&loop->lock);
    struct peer *peer = loop->done;
    loop->done = NULL;
    pthread_mutex_unlock(&loop->lock);
    while (peer) {
        struct peer *next = peer->exchange.next_done;
        peer->exchange.stage = STAGE_DONE;
        if (peer->exchange.suspended)
            MHD_resume_connection(peer->connection);
        peer = next;
    }
}

static bool is_late(const struct peer *peer, bool crowded)
{
    int64_t waited = peer->loop->now_ms - peer->since_ms;
    if (peer->state == PEER_BODY)
        return waited > BODY_GRACE_MS + (int64_t)(peer->exchange.body.len / 1024) * (peer->exchange.large ? LARGE_MS_PER_KIB : BODY_MS_PER_KIB);
    if (peer->state == PEER_ANSWER)
        return false; /* the library's own time-out asks for progress */
    if (!peer->served)
        return waited > HEAD_DEADLINE_MS;
    return waited > (crowded ? CROWDED_IDLE_MS : IDLE_S * 1000 + HEAD_DEADLINE_MS);
}

/* The library may overlook that the other side closed while its request was answered: asked once after each answer. */
static bool is_left(struct peer *peer)
{
    if (peer->state != PEER_HEAD || !peer->served || peer->looked)
        return false;
    peer->looked = true;
    return request_is_gone(&peer->exchange.request);
}

static void cut_late(struct loop *loop)
{
    bool crowded = atomic_load(&loop->http->options.counts->connections) > CONNECTIONS_MAX / 5 * 4;
    for (struct peer *peer = loop->peers; peer; peer = peer->next) {
        if (!peer->cut && (is_late(peer, crowded) || is_left(peer))) {
            peer->cut = true;
            shutdown(peer->fd, SHUT_RDWR);
        }
    }
}

/* What arrived already is still read and answered; then the connection ends. */
static void drain_idle(struct loop *loop)
{
    loop->drained = true;
    for (struct peer *peer = loop->peers; peer; peer = peer->next)
        if (peer->state == PEER_HEAD)
            shutdown(peer->fd, SHUT_RD);
}

static int wait_ms(struct loop *loop)
{
    MHD_UNSIGNED_LONG_LONG ms;
    if (MHD_get_timeout(loop->daemon, &ms) != MHD_YES || ms > LOOK_WAIT_MS)
        return LOOK_WAIT_MS;
    return (int)ms;
}

static void *loop_main(void *arg)
{
    struct loop *loop = arg;
    struct pollfd p[LISTEN_MAX + 2] = {{.fd = loop->epoll_fd, .events = POLLIN}, {.fd = loop->bell, .events = POLLIN}};
    for (size_t i = 0; i < loop->n_listen; i++)
        p[i + 2] = (struct pollfd){.fd = loop->listen_fds[i], .events = POLLIN};
    int64_t looked_ms = 0;
    while (!atomic_load_explicit(&loop->http->stopping, memory_order_relaxed)) {
        bool draining = atomic_load_explicit(&loop->http->draining, memory_order_relaxed) && !loop->is_admin;
        poll(p, 2 + (draining ? 0 : loop->n_listen), wait_ms(loop));
        loop->now_ms = clock_mono_ms();
        if (p[1].revents)
            resume_done(loop);
        for (size_t i = 0; i < loop->n_listen && !draining; i++)
            if (p[i + 2].revents)
                accept_some(loop, p[i + 2].fd);
        if (draining && !loop->drained)
            drain_idle(loop);
        MHD_run(loop->daemon);
        if (loop->now_ms - looked_ms > LOOK_EVERY_MS) {
            looked_ms = loop->now_ms;
            cut_late(loop);
        }
    }
    return NULL;
}

static size_t keep_escapes(void *cls, struct MHD_Connection *c, char *s)
{
    (void)cls, (void)c;
    return strlen(s); /* request_check.c decodes, after splitting */
}

/* ---- what the library would refuse by itself ---- */
/*
 * A length that is no number, and cookies it has no room for, never come to request_check: the library (0.9.75) answers by
 * itself, and writes its status line and headers twice. It tells its log before it sends, on this thread; that is the moment to answer in its place and to
 * close our side, so that what it has made goes nowhere. Whose request it is it does not tell; the headers do.
 */
enum { COOKIE_MOST_BYTES = 2048 /* this server sets none of its own; past some KiB the library has no room to take it apart */ };

static enum MHD_Result note_what_it_refuses(void *cls, enum MHD_ValueKind kind, const char *key, size_t key_len, const char *value, size_t value_len)
{
    (void)kind;
    int *status = cls;
    struct str v = str_from(value ? value : "", value ? value_len : 0);
    if (str_eq_nocase(str_from(key, key_len), S("Content-Length")) && !length_is_number(v, status))
        return MHD_NO;
    if (str_eq_nocase(str_from(key, key_len), S("Cookie")) && v.len > COOKIE_MOST_BYTES)
        *status = 431;
    return MHD_YES;
}

static void answer_and_close(struct peer *peer, int status)
{
    static const struct {
        int status;
        const char *title, *says;
    } ANSWERS[] = {{400, "Bad Request", "the Content-Length header is not a number"}, {413, "Content Too Large", "no body of that length is taken"},
        {431, "Request Header Fields Too Large", "the cookies are too large"}};
    size_t i = 0;
    while (ANSWERS[i].status != status)
        must(++i < COUNT(ANSWERS));
    AUTO(buf) body = {0};
    AUTO(buf) out = {0};
    buf_fmt(&body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n", ANSWERS[i].title, status, ANSWERS[i].says);
    buf_fmt(&out, "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\nContent-Length: %zu\r\n"
        "Connection: close\r\n\r\n%s", status, ANSWERS[i].title, body.len, body.at);
    send(peer->fd, out.at, out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(peer->fd, SHUT_WR);
    peer->cut = true;
    peer->loop->http->options.counts->requests++;
    peer->loop->http->options.counts->by_class[4]++;
}

static void on_library_log(void *cls, const char *format, va_list args)
{
    (void)format, (void)args; /* its messages speak of single visitors: they are not kept */
    struct loop *loop = cls;
    for (struct peer *peer = loop->peers; peer; peer = peer->next) {
        int status = 0;
        if (peer->cut || !peer->exchange.started || peer->exchange.stage != STAGE_NEW)
            continue;
        MHD_get_connection_values_n(peer->connection, MHD_HEADER_KIND, note_what_it_refuses, &status);
        if (status)
            answer_and_close(peer, status);
    }
}

static bool start_loop(struct loop *loop, struct err *err)
{
    pthread_mutex_init(&loop->lock, NULL);
    loop->now_ms = clock_mono_ms();
    loop->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    loop->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG,
        0, NULL, NULL, on_call, loop,
        MHD_OPTION_EXTERNAL_LOGGER, on_library_log, loop,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX + 64,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 0, /* request_check.c is stricter, and its refusals are whole answers */
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, loop,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, loop, MHD_OPTION_END);
    if (!loop->daemon || loop->bell < 0)
        return err_set(err, ERR_INTERNAL, "the HTTP library could not be started");
    loop->epoll_fd = MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    loop->running = pthread_create(&loop->thread, NULL, loop_main, loop) == 0;
    return loop->running || err_set(err, ERR_INTERNAL, "a thread could not be started");
}

bool http_start(struct http **out, const struct http_options *o, struct err *err)
{
    struct http *h = base_alloc(1, sizeof *h);
    h->options = *o;
    bool ok = true;
    must(o->n_listen <= LISTEN_MAX && o->loops < LOOPS_MAX);
    for (int i = 0; ok && i < o->loops + (o->admin_fd >= 0); i++) {
        struct loop *loop = &h->loops[h->n_loops++];
        loop->http = h;
        loop->is_admin = i == o->loops;
        loop->n_listen = loop->is_admin ? 1 : o->n_listen;
        for (size_t l = 0; l < loop->n_listen; l++)
            loop->listen_fds[l] = loop->is_admin ? o->admin_fd : o->listen_fds[l];
        ok = start_loop(loop, err);
    }
    if (!ok) {
        http_stop(h);
        return false;
    }
    *out = h;
    return true;
}

static void ring_all(struct http *h)
{
    for (int i = 0; i < h->n_loops; i++)
        if (eventfd_write(h->loops[i].bell, 1)) {}
}

void http_drain(struct http *h, int64_t most_ms)
{
    int64_t until = clock_mono_ms() + most_ms;
    h->draining = true;
    ring_all(h);
    while (atomic_load(&h->options.counts->connections) > 0 && clock_mono_ms() < until)
        usleep(5000);
}

void http_stop(struct http *h)
{
    h->stopping = true;
    ring_all(h);
    for (int i = 0; i < h->n_loops; i++) {
        struct loop *loop = &h->loops[i];
        if (loop->running)
            pthread_join(loop->thread, NULL);
        resume_done(loop);
        if (loop->daemon)
            MHD_stop_daemon(loop->daemon);
        for (size_t l = 0; l < loop->n_listen && (i == 0 || loop->is_admin); l++)
            close(loop->listen_fds[l]);
        close(loop->bell);
        pthread_mutex_destroy(&loop->lock);
    }
    free(h);
}
