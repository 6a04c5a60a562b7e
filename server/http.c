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
#include "data/base/log.h"
#include "server/http_peer.h"
#include "server/request_check.h"

enum {
    IDLE_S = 30,                    /* between requests of a connection, and without progress in one */
    CROWDED_IDLE_MS = 4000,         /* between requests, when four of five places are taken */
    BODY_GRACE_MS = 10000,
    BODY_MS_PER_KIB = 1000,         /* a body brings at least a KiB a second after the grace */
    LARGE_MS_PER_KIB = 40,          /* a large one, 25 KiB: it holds one of few places */
    ACCEPTS_A_ROUND = 64,
    LOOK_EVERY_MS = 500,            /* at deadlines */
    LOOK_WAIT_MS = 250,
};

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
enum { COOKIE_MOST_BYTES = 2048 /* its own has under 80; past some KiB the library has no room to take it apart */ };

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
        0, NULL, NULL, http_on_call, loop,
        MHD_OPTION_EXTERNAL_LOGGER, on_library_log, loop,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX + 64,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 0, /* request_check.c is stricter, and its refusals are whole answers */
        MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, http_on_target, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, loop,
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
