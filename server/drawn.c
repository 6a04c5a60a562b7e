#include "server/drawn.h"

#include "data/base/clock.h"
#include "server/kept.h"
#include "server/server.h"

enum {
    KEPT_PICTURES_BYTES = 24 * 1024 * 1024, /* some hundred cards, or the pictures of a few articles */
    BUSY_AGAIN_S = 2,
    BIG_AGAIN_S = 15,                       /* 40 megapixels take about so long */
};

struct drawn {
    struct kept *kept;
    atomic_flag big; /* one is waiting or being drawn */
};

struct drawing_job { /* in its request's arena */
    struct job job;
    struct app *app;
    struct request *rq;
    struct str key;
    bool big;
    drawn_fn *draw;
    void *wish;
};

struct drawn *drawn_new(void)
{
    struct drawn *d = base_alloc(1, sizeof *d);
    d->kept = kept_new(KEPT_PICTURES_BYTES);
    atomic_flag_clear(&d->big);
    return d;
}

void drawn_free(struct drawn *d)
{
    if (!d)
        return;
    kept_free(d->kept);
    free(d);
}

void drawn_forget(struct drawn *d)
{
    kept_empty(d->kept);
}

/* A picture of an older map may be put away after it was forgotten: nobody asks for it by that name any more. */
static void put_name(struct buf *out, struct app *app, const struct snapshot *now, struct str key)
{
    buf_fmt(out, "%llu %d %u %.*s", (unsigned long long)snapshot_seq(now), clock_today(), (unsigned)app->server->epoch, STR_ARG(key));
}

static void run(struct job *job, struct worker *worker)
{
    struct drawing_job j = *(struct drawing_job *)job; /* gone with its request */
    struct drawn *d = j.app->server->drawn;
    struct response rs = {.status = 200, .headers = HEADERS_TILE, .no_gzip = true};
    struct err err = {.code = ERR_BUSY, .text = "nobody waits for this any more"};
    bool ok = !request_is_gone(j.rq) && app_worker_ready(j.app, worker, &err);
    if (ok) {
        AUTO(buf) name = {0};
        const struct snapshot *now = world_hold(j.app->world);
        put_name(&name, j.app, now, j.key);
        rs.ready = kept_get(d->kept, buf_str(&name)); /* by one that was before us in the queue */
        if (!rs.ready) {
            int64_t began_us = clock_cpu_us();
            ok = j.draw(j.app, worker, j.rq, j.wish, now, &rs, &err);
            j.app->server->pictures_drawn++;
            j.app->server->pictures_drawn_us += (uint64_t)(clock_cpu_us() - began_us);
            if (ok)
                kept_put(d->kept, buf_str(&name), &rs);
        }
        snapshot_drop(now);
    }
    if (j.big)
        atomic_flag_clear(&d->big);
    request_finish(j.rq, ok, &rs, &err);
}

static void refuse(struct job *job)
{
    struct drawing_job j = *(struct drawing_job *)job;
    if (j.big)
        atomic_flag_clear(&j.app->server->drawn->big);
    request_fail(j.rq, &(struct err){.code = ERR_BUSY, .text = "the server is busy; try again in a second"});
}

bool drawn_ask(struct app *app, struct request *rq, struct response *rs, struct str key, bool big, drawn_fn *draw, void *wish, struct err *err)
{
    struct drawn *d = app->server->drawn;
    AUTO(buf) name = {0};
    const struct snapshot *now = world_hold(app->world);
    put_name(&name, app, now, key);
    snapshot_drop(now);
    rs->ready = kept_get(d->kept, buf_str(&name));
    if (rs->ready)
        return true;
    struct drawing_job *j = ARENA_NEW(&rq->arena, struct drawing_job);
    if (!j)
        return err_arena(err);
    if (big && atomic_flag_test_and_set(&d->big)) {
        rs->retry_after_s = BIG_AGAIN_S;
        return err_set(err, ERR_BUSY, "another large picture is being drawn; they are drawn one at a time, try again in %d seconds", BIG_AGAIN_S);
    }
    *j = (struct drawing_job){.job = {.run = run, .refuse = refuse}, .app = app, .rq = rq, .key = key, .big = big, .draw = draw, .wish = wish};
    rs->parked = true; /* said before anybody can finish it */
    if (work_push(app->server->work, WORK_SLOW, &j->job))
        return true;
    rs->parked = false;
    rs->retry_after_s = BUSY_AGAIN_S;
    if (big)
        atomic_flag_clear(&d->big);
    return err_set(err, ERR_BUSY, "too many pictures are being drawn; try again in %d seconds", BUSY_AGAIN_S);
}
