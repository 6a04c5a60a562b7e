/*
 * Bounded queues of jobs in three classes, and the threads that do them: quick reads before tiles before pictures, but
 * never two quick ones in a row on a thread while a tile waits, and pictures on at most half of the threads. A full queue
 * refuses at once, and what waited too long is refused instead of done, which is how the server stays answerable.
 */
#ifndef SERVER_WORK_H
#define SERVER_WORK_H

#include "server/http.h"

enum work_class { WORK_QUICK, WORK_TILE, WORK_SLOW, WORK_CLASS_COUNT };

struct job {
    struct job *next;
    void (*run)(struct job *job, struct worker *worker);
    void (*refuse)(struct job *job); /* the work stopped before its turn, or its turn came too late */
    int64_t since_ms;                /* when it was pushed */
};

struct work;
struct work_options {
    int threads;
    size_t bounds[WORK_CLASS_COUNT];  /* jobs that may wait */
    int64_t most_wait_ms[WORK_CLASS_COUNT]; /* 0: any time */
    /* On each thread, before its first job and after its last; may be NULL. A thread whose begin fails is not started. */
    bool (*begin)(void *ctx, struct worker *worker, struct err *err);
    void (*end)(void *ctx, struct worker *worker);
    void *ctx;
};
/* Returns when every thread has begun. */
bool work_start(struct work **out, const struct work_options *o, struct err *err) MUST_USE;

/* False: the queue is full or the work stops; the job is still the caller's. */
bool work_push(struct work *w, enum work_class c, struct job *job);
size_t work_waiting(struct work *w, enum work_class c);

/* What is being done is finished, what waits is refused, the threads end. */
void work_stop(struct work *w);

#endif
