/*
 * Single flight. A tile on its way is a flight in a small list (there are at most as many as jobs may wait and run); who
 * asks for the same key waits with the first.
 */
#include "server/tiles.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/hash.h"
#include "data/base/limits.h"
#include "server/server.h"

enum { REDRAWS_MAX = 8 }; /* the map changes under the tile this often in a row: busy */

struct waiter { /* in its request's arena */
    struct waiter *next;
    struct request *rq;
};
struct flight {
    struct job job;
    struct flight *next;
    struct tiles *tiles;
    struct tile_wish wish;
    struct waiter *waiters;   /* guarded by the tiles' lock */
};
struct tiles {
    struct app *app;
    pthread_mutex_t lock;     /* guards the list and the waiters */
    struct flight *flights;
};

struct tiles *tiles_new(struct app *app)
{
    struct tiles *t = base_alloc(1, sizeof *t);
    t->app = app;
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

void tiles_free(struct tiles *t)
{
    if (!t)
        return;
    must(!t->flights);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

bool tiles_city(struct worker *worker, struct filter *filter, struct str city, struct arena *a, struct err *err)
{
    struct place place;
    bool found = false;
    if (!city.len)
        return true;
    if (!store_place(worker->store, city, a, &place, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, "city: there is no place \"%.*s\"", STR_ARG(str_cut_runes(city, 60)));
    filter->place = place_key(place.code);
    return true;
}

/* ---- drawing ---- */

/* The tile at its own zoom from the first file that has it, else its nearest ancestor from any; *at says which. */
static bool find_stored(struct worker *worker, struct tile wanted, struct tile *at, struct buf *out, bool *found, struct err *err)
{
    *found = false;
    for (int z = wanted.z; z >= 0 && !*found; z--) {
        *at = tile_parent(wanted, z);
        for (size_t i = 0; i < worker->own->n_basemaps && !*found; i++) {
            buf_clear(out);
            if (!tileset_read(worker->own->basemaps[i], *at, out, found, err))
                return false;
        }
    }
    return true;
}

static bool draw_basemap_mvt(struct worker *worker, const struct tile_wish *w, struct response *rs, struct err *err)
{
    AUTO(buf) stored = {0};
    struct tile at;
    bool found;
    rs->content_type = "application/vnd.mapbox-vector-tile";
    if (!find_stored(worker, w->at, &at, &stored, &found, err))
        return false;
    if (!found) {
        rs->status = 204;
        return true;
    }
    if (at.z != w->at.z) {
        AUTO(arena) scratch;
        arena_init(&scratch, DRAW_ARENA_BYTES);
        return mvt_overzoom(buf_str(&stored), at, w->at, &scratch, &rs->body, err);
    }
    if (stored.len > 2 && (unsigned char)stored.at[0] == 0x1f && (unsigned char)stored.at[1] == 0x8b)
        return buf_gunzip(&rs->body, buf_str(&stored), MVT_MAX_BYTES, err);
    buf_add(&rs->body, buf_str(&stored));
    return true;
}

static bool draw(struct worker *worker, const struct tile_wish *w, const struct scene *scene, struct response *rs,
    struct err *err)
{
    if (w->kind == TILE_BASEMAP_MVT)
        return draw_basemap_mvt(worker, w, rs, err);
    if (w->kind == TILE_DEPLOYMENTS_MVT) {
        AUTO(arena) scratch;
        arena_init(&scratch, DRAW_ARENA_BYTES);
        rs->content_type = "application/vnd.mapbox-vector-tile";
        return tile_deployments_mvt(w->at, scene, &scratch, &rs->body, err);
    }
    rs->content_type = PICTURE_MIME[w->format];
    rs->no_gzip = true;
    return tile_draw(worker->painter, w->at, w->scale, w->format, w->style, scene, &rs->body, err);
}

/* The tile's box and what reaches into it. */
static struct spot_box sight_of(const struct tile_wish *w)
{
    int zoom = w->at.z;
    double reach_px = w->style ? tile_reach_px(w->style, zoom) : 64;
    double spots = reach_px * 16777216.0 / (double)(1u << zoom); /* a px at zoom 0 is 2^24 spots */
    return spot_box_grow(tile_spots(w->at), spots >= 4294967295.0 ? UINT32_MAX : (uint32_t)spots);
}

/* Draws until the map did not change meanwhile. */
static bool draw_newest(struct tiles *t, struct worker *worker, struct tile_wish *w, struct answer **out, struct err *err)
{
    struct app *app = t->app;
    for (int i = 0; i < REDRAWS_MAX; i++) {
        const struct snapshot *now = world_hold(app->world);
        struct scene scene = {.points = now, .filter = &w->filter, .today = clock_today(), .french = w->french};
        struct response rs = {.status = 200, .headers = HEADERS_TILE, .max_age_s = app->config.tile_max_age_s};
        uint64_t seq = snapshot_seq(now);
        bool ok = draw(worker, w, &scene, &rs, err);
        snapshot_drop(now);
        if (!ok) {
            buf_done(&rs.body);
            return false;
        }
        *out = answer_new(&rs, true);
        if (tile_cache_put(app->tiles, &w->key, sight_of(w), seq, *out))
            return true;
        answer_drop(*out);
    }
    return err_set(err, ERR_BUSY, "the map is changing too fast here");
}

/* ---- flights ---- */
/* Takes the flight out of the list: from here on nobody joins it. The lock is held. */
static void land(struct flight *f)
{
    struct flight **at = &f->tiles->flights;
    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
}

static void tell(struct flight *f, struct answer *answer, const struct err *err)
{
    for (struct waiter *w = f->waiters, *next; w; w = next) {
        next = w->next; /* the waiter is gone with its request */
        if (answer)
            request_answer(w->rq, answer_hold(answer));
        else
            request_fail(w->rq, err);
    }
    if (f->wish.style)
        style_drop(f->wish.style);
    free(f);
}

static void finish(struct flight *f, struct answer *answer, const struct err *err)
{
    struct tiles *t = f->tiles;
    pthread_mutex_lock(&t->lock);
    land(f);
    pthread_mutex_unlock(&t->lock);
    tell(f, answer, err);
}

/* When everybody who waited has closed the connection the flight is taken out and nothing is drawn. */
static bool abandon(struct flight *f)
{
    struct tiles *t = f->tiles;
    bool gone = true;
    pthread_mutex_lock(&t->lock);
    for (struct waiter *w = f->waiters; w && gone; w = w->next)
        gone = request_is_gone(w->rq);
    if (gone)
        land(f);
    pthread_mutex_unlock(&t->lock);
    if (gone)
        tell(f, NULL, &(struct err){.code = ERR_BUSY, .text = "nobody waits for this any more"});
    return gone;
}

static void run_flight(struct job *job, struct worker *worker)
{
    struct flight *f = (struct flight *)job;
    struct app *app = f->tiles->app;
    struct err err;
    struct answer *answer = NULL;
    if (abandon(f))
        return;
    AUTO(arena) a;
    arena_init(&a, REQUEST_ARENA_BYTES);
    int64_t began_us = clock_cpu_us();
    bool ok = app_worker_ready(app, worker, &err) &&
        tiles_city(worker, &f->wish.filter, str_of(f->wish.city), &a, &err) &&
        draw_newest(f->tiles, worker, &f->wish, &answer, &err);
    app->server->tiles_drawn++;
    app->server->tiles_drawn_us += (uint64_t)(clock_cpu_us() - began_us);
    finish(f, ok ? answer : NULL, &err);
    if (ok)
        answer_drop(answer);
}

static void refuse_flight(struct job *job)
{
    finish((struct flight *)job, NULL, &(struct err){.code = ERR_BUSY, .text = "too many tiles are being drawn; try again in a second"});
}

/* Joins the flight of this key, if there is one. The lock is held. */
static bool join(struct tiles *t, const struct tile_key *key, struct waiter *waiter)
{
    for (struct flight *f = t->flights; f; f = f->next) {
        if (memcmp(&f->wish.key, key, sizeof *key) == 0) {
            waiter->next = f->waiters;
            f->waiters = waiter;
            return true;
        }
    }
    return false;
}

static bool take_off(struct tiles *t, struct tile_wish *wish, struct waiter *waiter, struct err *err)
{
    struct flight *f = base_alloc(1, sizeof *f);
    *f = (struct flight){.job = {.run = run_flight, .refuse = refuse_flight}, .tiles = t, .wish = *wish,
        .waiters = waiter, .next = t->flights};
    t->flights = f;
    if (work_push(t->app->server->work, WORK_TILE, &f->job)) {
        wish->style = NULL; /* the flight's now */
        return true;
    }
    t->flights = f->next;
    free(f);
    return err_set(err, ERR_BUSY, "too many tiles are being drawn; try again in a second");
}

bool tiles_ask(struct tiles *t, struct tile_wish *wish, struct request *rq, struct response *rs, struct err *err)
{
    rs->ready = tile_cache_get(t->app->tiles, &wish->key);
    bool ok = true;
    if (!rs->ready) {
        struct waiter *waiter = ARENA_NEW(&rq->arena, struct waiter);
        must(waiter); /* a request's first bytes */
        waiter->rq = rq;
        rs->parked = true; /* said before anybody can finish it */
        pthread_mutex_lock(&t->lock);
        ok = join(t, &wish->key, waiter) || take_off(t, wish, waiter, err);
        pthread_mutex_unlock(&t->lock);
        rs->parked = ok;
    }
    if (wish->style)
        style_drop(wish->style);
    wish->style = NULL;
    return ok;
}
