/*
 * Start and stop. Start: world, base maps and styles, workers, HTTP, the writer's tick. Stop is the same backwards: no new
 * connections, what is under way is finished, the queues are refused, the threads end, the world closes.
 */
#include "server/app.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/base/clock.h"
#include "data/base/log.h"
#include "server/drawn.h"
#include "server/kept.h"
#include "server/page.h"
#include "server/rate.h"
#include "server/server.h"
#include "server/session.h"
#include "server/tile_cache.h"
#include "server/tiles.h"
#include "server/upload.h"
#include "server/writer.h"

enum {
    DRAIN_MS = 8000,
    DRAIN_REST_MS = 1000,
    QUICK_WAITING = 256,           /* reads of a few ms each */
    TILES_WAITING_EACH = 24,       /* a worker: the screens of a few visitors at once; what waits too long is refused */
    SLOW_WAITING = 16,
    QUICK_WAIT_MS = 700,           /* what is admitted is answered within a second; the rest is told to come back */
    TILE_WAIT_MS = 2000,           /* the map has moved on */
    KEPT_BYTES = 16 * 1024 * 1024, /* glyphs and sprites: a visitor's map needs about 1 MB of them */
};

static void note_change(void *ctx, const struct spot_box *boxes, size_t n, uint64_t seq)
{
    struct app *app = ctx;
    tile_cache_forget(app->tiles, boxes, n, seq);
    drawn_forget(app->server->drawn);
}

/* ---- what a worker owns ---- */
static void close_drawing(struct worker *worker)
{
    struct own *own = worker->own;
    painter_free(worker->painter);
    worker->painter = NULL;
    for (size_t i = 0; i < own->n_basemaps; i++)
        tileset_close(own->basemaps[i]);
    own->n_basemaps = 0;
}

/* What each worker keeps between drawings: a server of two workers stays under 300 MB with 100,000 devices. */
enum { PAINTER_CACHE_BYTES = 32 << 20 };

static bool open_drawing(struct app *app, struct worker *worker, struct err *err)
{
    struct own *own = worker->own;
    const struct config *c = &app->config;
    own->epoch = app->server->epoch;
    for (size_t i = 0; i < c->n_basemaps; i++) {
        if (!tileset_open(&own->basemaps[i], c->basemaps[i], err))
            return false;
        own->n_basemaps++;
    }
    return painter_new(&worker->painter, &(struct painter_options){.basemaps = c->basemaps, .n_basemaps = c->n_basemaps,
        .assets = c->styles_dir, .cache_bytes = PAINTER_CACHE_BYTES}, err);
}

static bool begin_worker(void *ctx, struct worker *worker, struct err *err)
{
    struct app *app = ctx;
    worker->own = base_alloc(1, sizeof *worker->own);
    return world_reader(app->world, &worker->store, err) && open_drawing(app, worker, err);
}

static void end_worker(void *ctx, struct worker *worker)
{
    (void)ctx;
    close_drawing(worker);
    store_close(worker->store);
    free(worker->own);
}

bool app_worker_ready(struct app *app, struct worker *worker, struct err *err)
{
    if (worker->painter && worker->own->epoch == app->server->epoch)
        return true;
    close_drawing(worker);
    return open_drawing(app, worker, err);
}

/* ---- what handlers ask ---- */
struct style *app_style(struct app *app, struct str name)
{
    struct style *found = NULL;
    pthread_mutex_lock(&app->server->lock);
    for (size_t i = 0; !found && i < app->styles->n; i++)
        if (str_eq(name, str_of(app->styles->list[i].name)))
            found = style_hold(app->styles->list[i].style);
    pthread_mutex_unlock(&app->server->lock);
    return found;
}

struct style *app_style_at(struct app *app, size_t i)
{
    pthread_mutex_lock(&app->server->lock);
    struct style *found = i < app->styles->n ? style_hold(app->styles->list[i].style) : NULL;
    pthread_mutex_unlock(&app->server->lock);
    return found;
}

const char *app_base_url(const struct app *app)
{
    return app->server->base_url.at;
}

const struct basemap_facts *app_facts(const struct app *app)
{
    pthread_mutex_lock(&app->server->lock);
    const struct basemap_facts *f = app->server->facts;
    pthread_mutex_unlock(&app->server->lock);
    return f;
}

size_t app_street_areas(const struct app *app, const struct box **out)
{
    const struct basemap_facts *f = app_facts(app);
    *out = f->areas;
    return f->n_areas;
}

double app_share_with_streets(const struct app *app, struct box b)
{
    const struct box *areas;
    size_t n = app_street_areas(app, &areas);
    double east = b.east < b.west ? b.east + 360 : b.east, share = 0, whole = (east - b.west) * (b.north - b.south);
    for (size_t i = 0; i < n; i++) {
        double w = MIN(east, areas[i].east) - MAX(b.west, areas[i].west), h = MIN(b.north, areas[i].north) - MAX(b.south, areas[i].south);
        share += w > 0 && h > 0 && whole > 0 ? w * h / whole : 0;
    }
    return MIN(share, 1);
}

struct str app_attribution(const struct app *app)
{
    return app_facts(app)->attribution;
}

/* ---- start, reload, stop ---- */
static bool read_again(struct app *app, struct err *err)
{
    struct server *s = app->server;
    struct styles *styles;
    struct basemap_facts *facts;
    if (!basemap_facts_read(&facts, &app->config, err))
        return false;
    if (!styles_read(&styles, app->config.styles_dir, err)) {
        basemap_facts_free(facts);
        return false;
    }
    pthread_mutex_lock(&s->lock);
    struct styles *old_styles = app->styles;
    struct basemap_facts *old_facts = s->facts_before;
    app->styles = styles;
    s->facts_before = s->facts;
    s->facts = facts;
    s->epoch++;
    pthread_mutex_unlock(&s->lock);
    styles_free(old_styles);
    basemap_facts_free(old_facts);
    return true;
}

bool app_reload(struct app *app, struct err *err)
{
    if (!read_again(app, err))
        return false;
    tile_cache_clear(app->tiles);
    drawn_forget(app->server->drawn);
    return true;
}

static bool open_world(struct app *app, struct err *err)
{
    struct err why;
    if (world_open(&app->world, app->config.db, true, &why))
        return true;
    app->server->read_only = true;
    if (access(app->config.db, R_OK) != 0 || !world_open(&app->world, app->config.db, false, err)) {
        *err = why;
        return false;
    }
    log_line(LOG_WARN, "the database can be read only: %s", why.text);
    return true;
}

/* The sockets: handed down, else those asked for. */
#define ADMIN_USUAL "127.0.0.1:8081"

static bool open_sockets(const struct config *c, int *fds, size_t *n, int *admin, struct err *err)
{
    *admin = -1;
    *n = http_inherited(fds, COUNT(c->listen));
    for (size_t i = 0, inherited = *n; !inherited && i < c->n_listen; i++) {
        fds[i] = http_listen(c->listen[i], err);
        if (fds[i] < 0)
            return false;
        ++*n;
    }
    if (c->admin) {
        *admin = http_listen(c->admin, err);
        return *admin >= 0;
    }
    /* The usual address, if it is free: a second server on this machine goes without. */
    struct err why;
    if ((*admin = http_listen(ADMIN_USUAL, &why)) < 0)
        log_line(LOG_WARN, "no health and metrics: %s; --admin names another address", why.text);
    return true;
}

static void set_base_url(struct server *s, const struct config *c, const int *fds, size_t n)
{
    if (c->base_url) {
        buf_add(&s->base_url, str_of(c->base_url));
        while (s->base_url.len && s->base_url.at[s->base_url.len - 1] == '/')
            s->base_url.at[--s->base_url.len] = '\0';
        return;
    }
    for (size_t i = 0; i < n && !s->base_url.len; i++) {
        http_address(&s->base_url, fds[i]);
        if (!str_starts(buf_str(&s->base_url), S("http")))
            buf_clear(&s->base_url);
    }
    if (!s->base_url.len)
        buf_add(&s->base_url, S("http://localhost"));
}

static void say_where(const int *fds, size_t n, int admin)
{
    for (size_t i = 0; i < n; i++) {
        AUTO(buf) at = {0};
        http_address(&at, fds[i]);
        log_line(LOG_INFO, "serving on %s%s", at.at, str_starts(buf_str(&at), S("http")) ? "/" : "");
    }
    if (admin >= 0) {
        AUTO(buf) at = {0};
        http_address(&at, admin);
        log_line(LOG_INFO, "health and metrics on %s/", at.at);
    }
}

static bool start_serving(struct app *app, struct err *err)
{
    struct server *s = app->server;
    const struct config *c = &app->config;
    int fds[COUNT(c->listen)], admin;
    size_t n = 0;
    if (!open_sockets(c, fds, &n, &admin, err))
        return false;
    set_base_url(s, c, fds, n);
    s->tiles = tiles_new(app);
    struct work_options work = {.threads = c->workers, .begin = begin_worker, .end = end_worker, .ctx = app,
        .bounds = {QUICK_WAITING, (size_t)c->workers * TILES_WAITING_EACH, SLOW_WAITING},
        .most_wait_ms = {QUICK_WAIT_MS, TILE_WAIT_MS, 0}};
    struct http_options http = {.app = app, .loops = 1, .n_listen = n, .listen_fds = fds,
        .admin_fd = admin, .counts = &s->counts, .error_page = page_error};
    if (!work_start(&s->work, &work, err))
        return false;
    http.work = s->work;
    if (!http_start(&s->http, &http, err))
        return false;
    say_where(fds, n, admin);
    return true;
}

/* Big blocks go back to the system when they are freed, and threads share two heaps: drawings come and go, and a heap with a
 * kept tile at its end never shrinks. */
static void hold_little_memory(void)
{
    enum { HEAPS = 2, BIG_BYTES = 256 * 1024, SPARE_BYTES = 2 * 1024 * 1024 };
    mallopt(M_ARENA_MAX, HEAPS);
    mallopt(M_MMAP_THRESHOLD, BIG_BYTES);
    mallopt(M_TRIM_THRESHOLD, SPARE_BYTES);
}

bool app_start(struct app **out, const struct config *config, struct err *err)
{
    struct app *app = base_alloc(1, sizeof *app);
    struct server *s = app->server = base_alloc(1, sizeof *s);
    s->app = app;
    s->began_ms = clock_mono_ms();
    pthread_mutex_init(&s->lock, NULL);
    app->config = *config;
    app->tiles = tile_cache_new(config->cache_bytes);
    s->kept = kept_new(KEPT_BYTES);
    s->drawn = drawn_new();
    s->rate = rate_new();
    s->sessions = sessions_new();
    s->uploads = uploads_new(app);
    signal(SIGPIPE, SIG_IGN);
    hold_little_memory();
    bool ok = open_world(app, err);
    malloc_trim(0); /* of what loading the map needed */
    if (ok) {
        world_watch(app->world, note_change, app);
        ok = read_again(app, err) && writer_start(&s->writer, app, !s->read_only, err) && start_serving(app, err);
    }
    if (!ok) {
        app_stop(app);
        return false;
    }
    s->ready = true;
    *out = app;
    return true;
}

void app_stop(struct app *app)
{
    struct server *s = app->server;
    s->ready = false;
    if (s->http)
        http_drain(s->http, DRAIN_MS);
    uploads_stop(s->uploads);
    work_stop(s->work);
    writer_stop(s->writer); /* after those who hand over, before those who wait for its answers */
    s->writer = NULL;
    if (s->http) {
        http_drain(s->http, DRAIN_REST_MS);
        http_stop(s->http);
    }
    tiles_free(s->tiles);
    tile_cache_free(app->tiles);
    kept_free(s->kept);
    drawn_free(s->drawn);
    rate_free(s->rate);
    sessions_free(s->sessions);
    uploads_free(s->uploads);
    styles_free(app->styles);
    basemap_facts_free(s->facts);
    basemap_facts_free(s->facts_before);
    world_close(app->world);
    buf_done(&s->base_url);
    pthread_mutex_destroy(&s->lock);
    free(s);
    free(app);
}
