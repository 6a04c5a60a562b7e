#include "tests/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "server/work.h"

/* A job that notes its turn, and may wait to be let go. */
struct noted {
    struct job job;
    int name;
    sem_t *wait, *began;
};
static atomic_int n_run, n_refused, n_running, most_running;
static int order[64];

static void run(struct job *job, struct worker *worker)
{
    (void)worker;
    struct noted *n = (struct noted *)job;
    int running = atomic_fetch_add(&n_running, 1) + 1;
    for (int most = most_running; running > most && !atomic_compare_exchange_weak(&most_running, &most, running);) {}
    if (n->began)
        sem_post(n->began);
    if (n->wait)
        sem_wait(n->wait);
    order[atomic_fetch_add(&n_run, 1) % 64] = n->name;
    atomic_fetch_sub(&n_running, 1);
}

static void refuse(struct job *job)
{
    (void)job;
    n_refused++;
}

static struct work *start(int threads, size_t bound)
{
    struct work *w;
    struct err err;
    n_run = n_refused = n_running = most_running = 0;
    CHECK(work_start(&w, &(struct work_options){.threads = threads, .bounds = {bound, bound, bound}}, &err));
    return w;
}

static struct noted noted(int name, sem_t *wait, sem_t *began)
{
    return (struct noted){.job = {.run = run, .refuse = refuse}, .name = name, .wait = wait, .began = began};
}

TEST(a_full_queue_refuses_one_past_its_bound)
{
    sem_t wait, began;
    sem_init(&wait, 0, 0);
    sem_init(&began, 0, 0);
    struct work *w = start(1, 3);
    struct noted first = noted(0, &wait, &began), more[4];
    CHECK(work_push(w, WORK_TILE, &first.job));
    sem_wait(&began);
    for (int i = 0; i < 4; i++) {
        more[i] = noted(i + 1, NULL, NULL);
        CHECK_INT(work_push(w, WORK_TILE, &more[i].job), i < 3);
    }
    CHECK_INT(work_waiting(w, WORK_TILE), 3);
    sem_post(&wait);
    while (n_run < 4)
        usleep(1000);
    work_stop(w);
    CHECK_INT(n_refused, 0);
}

TEST(quick_reads_go_before_tiles_and_tiles_before_pictures)
{
    sem_t wait, began;
    sem_init(&wait, 0, 0);
    sem_init(&began, 0, 0);
    struct work *w = start(1, 8);
    struct noted first = noted(0, &wait, &began), slow = noted(3, NULL, NULL), tile = noted(2, NULL, NULL),
        quick = noted(1, NULL, NULL);
    work_push(w, WORK_TILE, &first.job);
    sem_wait(&began);
    work_push(w, WORK_SLOW, &slow.job);
    work_push(w, WORK_TILE, &tile.job);
    work_push(w, WORK_QUICK, &quick.job);
    sem_post(&wait);
    while (n_run < 4)
        usleep(1000);
    work_stop(w);
    for (int i = 0; i < 4; i++)
        CHECK_INT(order[i], i);
}

TEST(pictures_take_at_most_half_of_the_threads)
{
    sem_t wait, began;
    sem_init(&wait, 0, 0);
    sem_init(&began, 0, 0);
    struct work *w = start(4, 16);
    struct noted jobs[6];
    for (int i = 0; i < 6; i++) {
        jobs[i] = noted(i, &wait, &began);
        CHECK(work_push(w, WORK_SLOW, &jobs[i].job));
    }
    sem_wait(&began);
    sem_wait(&began);
    usleep(20000);
    CHECK_INT(most_running, 2);
    for (int i = 0; i < 6; i++)
        sem_post(&wait);
    while (n_run < 6)
        usleep(1000);
    CHECK_INT(most_running, 2);
    work_stop(w);
}

static void *stop_later(void *w)
{
    work_stop(w);
    return NULL;
}

TEST(what_waits_is_refused_when_the_work_stops)
{
    sem_t wait, began;
    sem_init(&wait, 0, 0);
    sem_init(&began, 0, 0);
    struct work *w = start(1, 8);
    struct noted first = noted(0, &wait, &began), second = noted(1, NULL, NULL);
    work_push(w, WORK_TILE, &first.job);
    sem_wait(&began);
    work_push(w, WORK_SLOW, &second.job);
    pthread_t later;
    pthread_create(&later, NULL, stop_later, w);
    usleep(20000);
    sem_post(&wait);
    pthread_join(later, NULL);
    CHECK_INT(n_run, 1);
    CHECK_INT(n_refused, 1);
}

TEST(a_tile_goes_between_two_quick_reads)
{
    sem_t wait, began;
    sem_init(&wait, 0, 0);
    sem_init(&began, 0, 0);
    struct work *w = start(1, 8);
    struct noted first = noted(0, &wait, &began), jobs[4];
    static const int turns[] = {1, 3, 2, 4}; /* quick, quick, tile, tile */
    work_push(w, WORK_TILE, &first.job);
    sem_wait(&began);
    for (int i = 0; i < 4; i++) {
        jobs[i] = noted(turns[i], NULL, NULL);
        work_push(w, i < 2 ? WORK_QUICK : WORK_TILE, &jobs[i].job);
    }
    sem_post(&wait);
    while (n_run < 5)
        usleep(1000);
    work_stop(w);
    for (int i = 0; i < 5; i++)
        CHECK_INT(order[i], i);
}

TEST(what_waited_too_long_is_refused)
{
    sem_t wait, began;
    sem_init(&wait, 0, 0);
    sem_init(&began, 0, 0);
    struct work *w;
    struct err err;
    n_run = n_refused = 0;
    CHECK(work_start(&w, &(struct work_options){.threads = 1, .bounds = {4, 4, 4}, .most_wait_ms = {50, 0, 0}}, &err));
    struct noted first = noted(0, &wait, &began), late = noted(1, NULL, NULL), tile = noted(2, NULL, NULL);
    work_push(w, WORK_TILE, &first.job);
    sem_wait(&began);
    work_push(w, WORK_QUICK, &late.job);
    work_push(w, WORK_TILE, &tile.job);
    usleep(120 * 1000);
    sem_post(&wait);
    while (n_run + n_refused < 3)
        usleep(1000);
    work_stop(w);
    CHECK_INT(n_refused, 1);
    CHECK_INT(n_run, 2);
}

static bool cannot_begin(void *ctx, struct worker *worker, struct err *err)
{
    (void)ctx;
    return worker->number != 1 || err_set(err, ERR_IO, "no store for worker %d", worker->number);
}

TEST(a_thread_that_cannot_begin_stops_the_start)
{
    struct work *w = NULL;
    struct err err;
    CHECK(!work_start(&w, &(struct work_options){.threads = 3, .bounds = {1, 1, 1}, .begin = cannot_begin}, &err));
    CHECK_TEXT(err.text, "no store for worker 1");
}
