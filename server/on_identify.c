/* /identify?style=…&lon=…&lat=…&zoom=…: what is drawn at a place, topmost first, as GeoJSON. */
#include <math.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/json.h"
#include "renderer/map.h"
#include "server/on.h"
#include "server/server.h"
#include "server/tiles.h"

enum { AROUND_PX = 256, REACH_PX = 6 /* a fingertip is not a mouse */ };

struct question {
    struct lonlat at;
    double zoom;
    struct style *style;
    struct filter filter;
};

static bool read_number(const struct request *rq, struct str name, double least, double most, double *out, struct err *err)
{
    if (str_double(request_query(rq, name), out) && *out >= least && *out <= most)
        return true;
    return err_set(err, ERR_INVALID, "%.*s is a number from %d to %d", STR_ARG(name), (int)least, (int)most);
}

/* style=NAME, or the bare name. */
static bool read_style(struct app *app, const struct request *rq, struct str *bare, struct question *q, struct err *err)
{
    struct str name = request_query(rq, S("style"));
    for (size_t i = 0; !name.len && i < rq->n_query; i++) {
        if (!rq->query[i].value.len) {
            q->style = app_style(app, rq->query[i].name);
            *bare = rq->query[i].name;
            if (q->style)
                return true;
        }
    }
    *bare = (struct str){0};
    q->style = app_style(app, name);
    return q->style || err_set(err, ERR_INVALID, "style names one of the styles of this server");
}

static bool read_question(struct app *app, struct worker *worker, struct request *rq, struct question *q, struct err *err)
{
    struct str city, bare;
    if (!read_number(rq, S("lon"), -180, 180, &q->at.lon, err) || !read_number(rq, S("lat"), -90, 90, &q->at.lat, err) ||
        !read_number(rq, S("zoom"), 0, 24, &q->zoom, err) || !read_style(app, rq, &bare, q, err))
        return false;
    const char *others[] = {"style", "lon", "lat", "zoom", bare.len ? str_cstr(&rq->arena, bare) : NULL, NULL};
    q->filter = filter_public();
    return on_filter(rq, others, &q->filter, &city, err) && tiles_city(worker, &q->filter, city, &rq->arena, err);
}

static void put_member(struct json_writer *w, const struct json *feature, const char *name)
{
    AUTO(buf) text = {0};
    const struct json *v = json_get(feature, str_of(name));
    json_key(w, name);
    if (!v) {
        json_put_null(w);
        return;
    }
    json_write(&text, v);
    json_put_raw(w, buf_str(&text));
}

static bool put_features(struct response *rs, struct str drawn, struct err *err)
{
    static const char *const members[] = {"id", "geometry", "properties", "layer", "source"};
    AUTO(json_doc) doc = {0};
    if (!json_read(&doc, drawn, &JSON_STYLE, err))
        return false;
    struct json_writer w = {.out = &rs->body};
    json_open(&w, '{');
    json_key(&w, "type");
    json_put_cstr(&w, "FeatureCollection");
    json_key(&w, "features");
    json_open(&w, '[');
    for (size_t i = 0; i < json_size(doc.root); i++) {
        const struct json *feature = json_at(doc.root, i);
        json_open(&w, '{');
        json_key(&w, "type");
        json_put_cstr(&w, "Feature");
        for (size_t m = json_get(feature, S("id")) ? 0 : 1; m < COUNT(members); m++)
            put_member(&w, feature, members[m]);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
    rs->content_type = "application/geo+json";
    return true;
}

bool on_identify(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct question q = {0};
    bool ok = app_worker_ready(app, worker, err) && read_question(app, worker, rq, &q, err);
    if (ok) {
        AUTO(buf) drawn = {0};
        const struct snapshot *now = world_hold(app->world);
        struct scene scene = {.points = now, .filter = &q.filter, .today = clock_today(), .french = rq->french};
        struct view view = {.centre = mercator_of(q.at), .zoom = q.zoom, .scale = 1, .width_px = AROUND_PX,
            .height_px = AROUND_PX};
        double middle = AROUND_PX / 2.0;
        ok = map_query(worker->painter, &view, q.style, &scene, middle - REACH_PX, middle - REACH_PX, middle + REACH_PX,
                 middle + REACH_PX, &drawn, err) &&
            put_features(rs, buf_str(&drawn), err);
        snapshot_drop(now);
    }
    if (q.style)
        style_drop(q.style);
    return ok;
}
