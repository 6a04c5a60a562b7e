/* The admin listener: is it alive, is it ready, what did it do. No figure speaks of a single visitor. */
#include <unistd.h>

#include "data/base/clock.h"
#include "server/on.h"
#include "server/server.h"
#include "server/tile_cache.h"
#include "server/writer.h"

bool on_healthz(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker, (void)rq, (void)err;
    bool up = app->server->ready;
    rs->status = up ? 200 : 503;
    rs->content_type = "text/plain; charset=utf-8";
    buf_add(&rs->body, up ? S("ok\n") : S("stopping\n"));
    return true;
}

bool on_readyz(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker, (void)rq, (void)err;
    bool ready = app->server->ready && app->styles;
    rs->status = ready ? 200 : 503;
    rs->content_type = "text/plain; charset=utf-8";
    buf_add(&rs->body, ready ? S("ready\n") : S("not ready\n"));
    return true;
}

static void put_head(struct buf *out, const char *name, const char *kind, const char *help)
{
    buf_fmt(out, "# HELP contrechamp_%s %s\n# TYPE contrechamp_%s %s\n", name, help, name, kind);
}

static void put(struct buf *out, const char *name, const char *kind, const char *help, uint64_t v)
{
    put_head(out, name, kind, help);
    buf_fmt(out, "contrechamp_%s %llu\n", name, (unsigned long long)v);
}

static void put_http(struct buf *out, struct http_counts *c)
{
    put_head(out, "http_answers_total", "counter", "Answers by class of status.");
    for (int i = 1; i < 6; i++)
        buf_fmt(out, "contrechamp_http_answers_total{class=\"%dxx\"} %llu\n", i, (unsigned long long)c->by_class[i]);
    put(out, "http_requests_total", "counter", "Requests answered.", c->requests);
    put(out, "http_not_modified_total", "counter", "Answers with 304.", c->not_modified);
    put(out, "http_parked_total", "counter", "Requests that waited for a worker.", c->parked);
    put(out, "http_refused_connections_total", "counter", "Connections past the limit.", c->refused_connections);
    put(out, "http_connections", "gauge", "Connections open.", (uint64_t)MAX(c->connections, 0));
}

static void put_tiles(struct buf *out, struct app *app)
{
    struct tile_cache_counts c = tile_cache_counts(app->tiles);
    put(out, "tile_cache_tiles", "gauge", "Tiles kept.", c.tiles);
    put(out, "tile_cache_bytes", "gauge", "Memory of the tiles kept.", c.bytes);
    put(out, "tile_cache_hits_total", "counter", "Tiles found in the cache.", c.hits);
    put(out, "tile_cache_misses_total", "counter", "Tiles not found in the cache.", c.misses);
    put(out, "tile_cache_refused_total", "counter", "Tiles overtaken by a change while drawn.", c.refused);
    put(out, "tile_cache_forgotten_total", "counter", "Tiles forgotten because of a change.", c.forgotten);
    put(out, "tile_cache_evicted_total", "counter", "Tiles that made room for others.", c.evicted);
    put(out, "tiles_drawn_total", "counter", "Tiles drawn.", app->server->tiles_drawn);
    put(out, "tiles_drawn_cpu_microseconds_total", "counter", "Processor time of drawing them.", app->server->tiles_drawn_us);
    put(out, "pictures_drawn_total", "counter", "Pictures by address and preview cards drawn.", app->server->pictures_drawn);
    put(out, "pictures_drawn_cpu_microseconds_total", "counter", "Processor time of drawing them.", app->server->pictures_drawn_us);
}

static uint64_t resident_bytes(void)
{
    AUTO(buf) text = {0};
    struct err err;
    struct str rest, word;
    uint64_t pages = 0;
    if (!buf_read_file(&text, "/proc/self/statm", 4096, &err))
        return 0;
    rest = buf_str(&text);
    if (str_next(&rest, ' ', &word) && str_next(&rest, ' ', &word))
        str_u64(word, &pages);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

bool on_metrics(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker, (void)rq, (void)err;
    struct server *s = app->server;
    struct buf *out = &rs->body;
    rs->content_type = "text/plain; version=0.0.4; charset=utf-8";
    put_http(out, &s->counts);
    put_tiles(out, app);
    static const char *const classes[WORK_CLASS_COUNT] = {"quick", "tile", "slow"};
    put_head(out, "work_waiting", "gauge", "Jobs that wait for a worker.");
    for (int c = 0; c < WORK_CLASS_COUNT; c++)
        buf_fmt(out, "contrechamp_work_waiting{class=\"%s\"} %zu\n", classes[c], work_waiting(s->work, (enum work_class)c));
    const struct snapshot *now = world_hold(app->world);
    put(out, "map_points", "gauge", "Points on the map.", snapshot_size(now));
    put(out, "map_seq", "gauge", "Last change of the map.", snapshot_seq(now));
    snapshot_drop(now);
    put(out, "follow_errors_total", "counter", "Times the change log could not be read.", s->follow_errors);
    struct writer_counts written = writer_counts(s->writer);
    put(out, "writes_total", "counter", "Steps handed to the writer.", written.steps);
    put(out, "write_failures_total", "counter", "Steps that were refused or failed.", written.failures);
    put(out, "commits_total", "counter", "Transactions that hold them.", written.commits);
    put(out, "uptime_seconds", "gauge", "Since the start.", (uint64_t)(clock_mono_ms() - s->began_ms) / 1000);
    put(out, "resident_bytes", "gauge", "Memory of the process.", resident_bytes());
    return true;
}
