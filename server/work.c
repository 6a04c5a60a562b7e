#include "server/work.h"

#include <pthread.h>
#include <string.h>

#include "data/base/clock.h"

struct queue {
    struct job *first, *last;
    size_t waiting, bound;
};
struct crew_member {
    struct work *work;
    pthread_t thread;
    struct worker worker;
};
struct work {
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    struct queue queues[WORK_CLASS_COUNT];
    int slow_running, slow_most;
    int begun, failed;
    bool stopping;
    struct err err;

    struct work_options options;
    int n_threads;
    struct crew_member *crew;
};

static struct job *take(struct queue *q)
{
    struct job *job = q->first;
    if (!job)
        return NULL;
    q->first = job->next;
    if (!q->first)
        q->last = NULL;
    q->waiting--;
    job->next = NULL;
    return job;
}

/* The next job; NULL when there is none that may start now. The lock is held. */
static struct job *next_job(struct work *w, enum work_class last, enum work_class *out)
{
    bool tile_turn = last == WORK_QUICK && w->queues[WORK_TILE].waiting > 0;
    struct job *job = NULL;
    for (int c = tile_turn ? WORK_TILE : WORK_QUICK; c < WORK_CLASS_COUNT && !job; c++) {
        if (c == WORK_SLOW && w->slow_running >= w->slow_most)
            break;
        job = take(&w->queues[c]);
        *out = (enum work_class)c;
    }
    return job;
}

static void run_one(struct work *w, struct worker *worker, struct job *job, enum work_class c)
{
    int64_t most_ms = w->options.most_wait_ms[c];
    if (most_ms && clock_mono_ms() - job->since_ms > most_ms)
        job->refuse(job);
    else
        job->run(job, worker);
}

static void run_jobs(struct work *w, struct worker *worker)
{
    enum work_class c = WORK_TILE;
    pthread_mutex_lock(&w->lock);
    while (!w->stopping) {
        struct job *job = next_job(w, c, &c);
        if (!job) {
            pthread_cond_wait(&w->changed, &w->lock);
            continue;
        }
        bool slow = c == WORK_SLOW;
        w->slow_running += slow;
        pthread_mutex_unlock(&w->lock);
        run_one(w, worker, job, c);
        pthread_mutex_lock(&w->lock);
        w->slow_running -= slow;
        if (slow)
            pthread_cond_signal(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
}

static void *crew_main(void *arg)
{
    struct crew_member *me = arg;
    struct work *w = me->work;
    struct err err;
    bool ok = !w->options.begin || w->options.begin(w->options.ctx, &me->worker, &err);
    pthread_mutex_lock(&w->lock);
    w->begun++;
    if (!ok) {
        w->failed++;
        w->err = err;
    }
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    if (!ok)
        return NULL;
    run_jobs(w, &me->worker);
    if (w->options.end)
        w->options.end(w->options.ctx, &me->worker);
    return NULL;
}

static void refuse_all(struct work *w)
{
    for (int c = 0; c < WORK_CLASS_COUNT; c++) {
        for (;;) {
            pthread_mutex_lock(&w->lock);
            struct job *job = take(&w->queues[c]);
            pthread_mutex_unlock(&w->lock);
            if (!job)
                break;
            job->refuse(job);
        }
    }
}

bool work_start(struct work **out, const struct work_options *o, struct err *err)
{
    struct work *w = base_alloc(1, sizeof *w);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    w->options = *o;
    w->n_threads = o->threads;
    w->slow_most = MAX(o->threads / 2, 1);
    for (int c = 0; c < WORK_CLASS_COUNT; c++)
        w->queues[c].bound = o->bounds[c];
    w->crew = base_alloc((size_t)o->threads, sizeof *w->crew);
    for (int i = 0; i < o->threads; i++) {
        w->crew[i] = (struct crew_member){.work = w, .worker = {.number = i}};
        must(pthread_create(&w->crew[i].thread, NULL, crew_main, &w->crew[i]) == 0);
    }
    pthread_mutex_lock(&w->lock);
    while (w->begun < o->threads)
        pthread_cond_wait(&w->changed, &w->lock);
    bool failed = w->failed > 0;
    pthread_mutex_unlock(&w->lock);
    if (failed) {
        *err = w->err;
        work_stop(w);
        return false;
    }
    *out = w;
    return true;
}

bool work_push(struct work *w, enum work_class c, struct job *job)
{
    struct queue *q = &w->queues[c];
    job->since_ms = clock_mono_ms();
    pthread_mutex_lock(&w->lock);
    bool ok = !w->stopping && q->waiting < q->bound;
    if (ok) {
        job->next = NULL;
        if (q->last)
            q->last->next = job;
        else
            q->first = job;
        q->last = job;
        q->waiting++;
        pthread_cond_signal(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return ok;
}

size_t work_waiting(struct work *w, enum work_class c)
{
    pthread_mutex_lock(&w->lock);
    size_t n = w->queues[c].waiting;
    pthread_mutex_unlock(&w->lock);
    return n;
}

void work_stop(struct work *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->n_threads; i++)
        pthread_join(w->crew[i].thread, NULL);
    refuse_all(w);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w->crew);
    free(w);
}
