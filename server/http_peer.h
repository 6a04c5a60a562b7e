/*
 * Connections and the requests on them, as the loops (http.c) and a request's life (http_exchange.c) share them; inner to http*.c.
 */
#ifndef SERVER_HTTP_PEER_H
#define SERVER_HTTP_PEER_H

#include <pthread.h>
#include <sys/types.h>

#include "data/base/limits.h"
#include "server/http_answer.h"
#include "server/work.h"

enum { LOOPS_MAX = 3, LISTEN_MAX = 10, CONNECTION_MEMORY_BYTES = 32 * 1024, MAGIC = 0x70656572 };

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

/* The connection of a request. */
static inline struct peer *peer_of(const struct request *rq)
{
    struct peer *peer = rq->connection;
    must(peer && peer->magic == MAGIC);
    return peer;
}

/* ---- what the library calls: a request begins, has a head, a body, is answered, is over ---- */
void *http_on_target(void *cls, const char *target, struct MHD_Connection *c);
enum MHD_Result http_on_call(void *cls, struct MHD_Connection *c, const char *path, const char *method, const char *version, const char *bytes,
    size_t *n_bytes, void **context);
void http_on_completed(void *cls, struct MHD_Connection *c, void **context, enum MHD_RequestTerminationCode why);

#endif
