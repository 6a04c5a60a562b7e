#include "server/writer.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/log.h"
#include "data/contribution.h"
#include "server/server.h"
#include "server/upload.h"

enum {
    FOLLOW_EVERY_MS = 150,   /* what another process wrote is on the map within a quarter of a second */
    TICK_EVERY_MS = 60 * 1000,
    STEPS_A_COMMIT_MAX = 64, /* so that the first of them does not wait for long */
};

struct step {
    struct step *next;
    struct request *rq;
    struct response rs;
    write_fn *run;
    written_fn *answer;
    void *ctx;
    bool ok;
    struct err err;
};
struct writer {
    struct app *app;
    bool writable;
    pthread_t thread;
    pthread_mutex_t lock;     /* guards all to `stopping` */
    pthread_cond_t bell;
    struct step *first, **last;
    size_t n_waiting;
    bool stopping;
    struct writer_counts counts; /* guarded too */
    int64_t ticked_ms;
};

/* ---- handing over ---- */
bool app_write(struct app *app, struct request *rq, struct response *rs, write_fn *run, written_fn *answer, void *ctx, struct err *err)
{
    struct writer *w = app->server->writer;
    if (!w || !w->writable)
        return err_set(err, ERR_DENIED, rq->french ? "la base ne peut être que lue ici : rien n'est enregistré" :
            "the database can only be read here: nothing is stored");
    struct step *step = ARENA_ARRAY(&rq->arena, struct step, 1);
    if (!step)
        return err_arena(err);
    *step = (struct step){.rq = rq, .run = run, .answer = answer, .ctx = ctx, .rs = *rs};
    pthread_mutex_lock(&w->lock);
    bool room = !w->stopping && w->n_waiting < WRITES_WAITING_MAX;
    if (room) {
        rs->body = (struct buf){0}; /* the step has it now */
        rs->parked = true;          /* before it can be finished */
        *w->last = step;
        w->last = &step->next;
        w->n_waiting++;
        pthread_cond_signal(&w->bell);
    }
    pthread_mutex_unlock(&w->lock);
    return room || err_set(err, ERR_BUSY, rq->french ? "trop d'envois à la fois ; rien n'a été enregistré, réessayez dans un moment" :
        "too many writes at once; nothing was stored, try again in a moment");
}

bool app_see_other(struct request *rq, struct response *rs, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(rs->location, sizeof rs->location, format, args);
    va_end(args);
    struct str lang = request_query(rq, S("lang"));
    if (n > 0 && (size_t)n + 10 < sizeof rs->location && (str_eq(lang, S("fr")) || str_eq(lang, S("en"))) && !strchr(rs->location, '#'))
        snprintf(rs->location + n, sizeof rs->location - (size_t)n, "%clang=%.*s", strchr(rs->location, '?') ? '&' : '?', STR_ARG(lang));
    rs->status = 303;
    rs->headers = HEADERS_PRIVATE;
    return true;
}

/* ---- the thread ---- */
static struct step *take(struct writer *w)
{
    struct step *first = w->first, *last = first;
    for (size_t i = 1; last && last->next && i < STEPS_A_COMMIT_MAX; i++)
        last = last->next;
    if (!first)
        return NULL;
    w->first = last->next;
    if (!w->first)
        w->last = &w->first;
    last->next = NULL;
    for (struct step *s = first; s; s = s->next)
        w->n_waiting--;
    return first;
}

static void run_step(struct store *store, struct step *s)
{
    if (!store_mark(store, &s->err))
        return;
    s->ok = s->run(s->ctx, store, &s->err);
    if (s->ok)
        s->ok = store_mark_keep(store, &s->err);
    else
        store_mark_undo(store);
}

/* All in one transaction. False: nothing of any of them is on disk. */
static bool run_all(struct store *store, struct step *steps, struct err *err)
{
    if (!store_begin(store, err))
        return false;
    for (struct step *s = steps; s; s = s->next)
        run_step(store, s);
    if (store_commit(store, err))
        return true;
    store_rollback(store);
    return false;
}

static void follow(struct app *app)
{
    struct err err;
    if (world_follow(app->world, &err))
        return;
    app->server->follow_errors++;
    log_line(LOG_ERROR, "following the change log: %s", err.text);
}

static void finish(struct app *app, struct step *s)
{
    if (s->ok)
        s->ok = s->answer(s->ctx, app, s->rq, &s->rs, &s->err);
    request_finish(s->rq, s->ok, &s->rs, &s->err);
}

static void write_steps(struct writer *w, struct step *steps)
{
    struct err err = {0};
    uint64_t n = 0, failed = 0;
    bool committed = run_all(world_store(w->app->world), steps, &err);
    if (!committed)
        log_line(LOG_ERROR, "writing: %s", err.text);
    else
        follow(w->app);
    for (struct step *s = steps, *next; s; s = next) {
        next = s->next; /* its memory goes with the request */
        n++;
        if (!committed) {
            s->ok = false;
            s->err = err;
        }
        failed += !s->ok;
        finish(w->app, s);
    }
    pthread_mutex_lock(&w->lock);
    w->counts.steps += n;
    w->counts.commits += committed;
    w->counts.failures += failed;
    pthread_mutex_unlock(&w->lock);
}

/* What time brings, and what others wrote. */
static void look_around(struct writer *w)
{
    struct err err;
    bool changed = false;
    int64_t now_ms = clock_mono_ms();
    if (w->writable && now_ms - w->ticked_ms >= TICK_EVERY_MS) {
        w->ticked_ms = now_ms;
        uploads_sweep(w->app->server->uploads);
        if (!contribution_tick(world_store(w->app->world), clock_unix_s(), &changed, &err))
            log_line(LOG_ERROR, "what waits for its day: %s", err.text);
    }
    if (world_moved(w->app->world) || changed)
        follow(w->app);
}

static void wait_a_while(struct writer *w)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += FOLLOW_EVERY_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&w->bell, &w->lock, &until);
}

static void *writer_main(void *arg)
{
    struct writer *w = arg;
    pthread_mutex_lock(&w->lock);
    for (int64_t looked_ms = 0; w->first || !w->stopping;) {
        if (!w->first)
            wait_a_while(w);
        struct step *steps = take(w);
        pthread_mutex_unlock(&w->lock);
        if (steps)
            write_steps(w, steps);
        if (clock_mono_ms() - looked_ms >= FOLLOW_EVERY_MS - 10) {
            looked_ms = clock_mono_ms();
            look_around(w);
        }
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

bool writer_start(struct writer **out, struct app *app, bool writable, struct err *err)
{
    struct writer *w = base_alloc(1, sizeof *w);
    w->app = app;
    w->writable = writable;
    w->last = &w->first;
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->bell, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&w->thread, NULL, writer_main, w) != 0) {
        free(w);
        return err_set(err, ERR_INTERNAL, "the writer's thread could not be started");
    }
    *out = w;
    return true;
}

void writer_stop(struct writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->bell);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->bell);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

struct writer_counts writer_counts(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    struct writer_counts c = w->counts;
    pthread_mutex_unlock(&w->lock);
    return c;
}
