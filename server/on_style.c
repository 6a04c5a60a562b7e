/* What a map program needs of a style: TileJSON 3.0 of its pictures and of our vector tiles, and the style itself with
 * absolute addresses. */
#include <stdio.h>
#include <string.h>

#include "data/base/json.h"
#include "data/base/limits.h"
#include "renderer/encode.h"
#include "server/on.h"
#include "server/server.h"

static const char DEPLOYMENT_LAYERS[] =
    "[{\"id\":\"deployments\",\"minzoom\":0,\"maxzoom\":14,\"fields\":{\"id\":\"Number\",\"kind\":\"String\","
    "\"count\":\"Number\",\"category\":\"String\",\"family\":\"String\",\"status\":\"String\",\"stale\":\"Boolean\","
    "\"precision\":\"String\",\"space\":\"String\",\"bearing\":\"Number\",\"estimated\":\"Boolean\",\"name\":\"String\"}},"
    "{\"id\":\"clusters\",\"minzoom\":0,\"maxzoom\":8,\"fields\":{\"count\":\"Number\"}},"
    "{\"id\":\"badges\",\"minzoom\":0,\"maxzoom\":11,\"fields\":{\"id\":\"Number\",\"kind\":\"String\",\"count\":\"Number\",\"family\":\"String\","
    "\"category\":\"String\",\"status\":\"String\",\"stale\":\"Boolean\",\"precision\":\"String\",\"name\":\"String\"}},"
    "{\"id\":\"cones\",\"minzoom\":14,\"maxzoom\":14,\"fields\":{\"id\":\"Number\",\"family\":\"String\","
    "\"status\":\"String\",\"estimated\":\"Boolean\"}},"
    "{\"id\":\"zones\",\"minzoom\":0,\"maxzoom\":14,\"fields\":{\"id\":\"Number\",\"zone_kind\":\"String\",\"category\":\"String\","
    "\"status\":\"String\"}}]";

bool on_no_query(const struct request *rq, struct err *err)
{
    if (!rq->n_query)
        return true;
    return err_set(err, ERR_INVALID, "there is no query parameter \"%.*s\" here", STR_ARG(str_cut_runes(rq->query[0].name, 40)));
}

static void put_box(struct json_writer *w, struct box b)
{
    json_key(w, "bounds");
    json_open(w, '[');
    json_put_number(w, b.west);
    json_put_number(w, b.south);
    json_put_number(w, b.east);
    json_put_number(w, b.north);
    json_close(w, ']');
}

static void open_tilejson(struct json_writer *w, struct app *app, struct str name, struct str ending, int min_zoom, int max_zoom)
{
    AUTO(buf) address = {0};
    buf_fmt(&address, "%s/tiles/%.*s/{z}/{x}/{y}.%.*s", app_base_url(app), STR_ARG(name), STR_ARG(ending));
    json_open(w, '{');
    json_key(w, "tilejson");
    json_put_cstr(w, "3.0.0");
    json_key(w, "name");
    json_put_str(w, name);
    json_key(w, "tiles");
    json_open(w, '[');
    json_put_str(w, buf_str(&address));
    json_close(w, ']');
    json_key(w, "scheme");
    json_put_cstr(w, "xyz");
    json_key(w, "minzoom");
    json_put_int(w, min_zoom);
    json_key(w, "maxzoom");
    json_put_int(w, max_zoom);
    json_key(w, "attribution");
    json_put_str(w, app_attribution(app));
}

/* "light.png.json" → style and ending; false if it is not of that form. */
static bool is_picture(struct str file, struct str *style, struct str *ending)
{
    for (int f = PICTURE_PNG; f <= PICTURE_WEBP; f++) {
        char tail[24];
        snprintf(tail, sizeof tail, ".%s.json", PICTURE_EXTENSION[f]);
        if (str_ends(file, str_of(tail)) && file.len > strlen(tail)) {
            *style = str_slice(file, 0, file.len - strlen(tail));
            *ending = str_of(PICTURE_EXTENSION[f]);
            return true;
        }
    }
    return false;
}

static bool put_vector(struct json_writer *w, struct app *app, struct str name, struct err *err)
{
    const struct basemap_facts *facts = app_facts(app);
    struct box world = {-180, -MERCATOR_MAX_LAT, 180, MERCATOR_MAX_LAT};
    bool deployments = str_eq(name, S("deployments"));
    if (!deployments && (!str_eq(name, S("basemap")) || facts->max_zoom < 0))
        return err_set(err, ERR_MISSING, "there are no such tiles");
    open_tilejson(w, app, name, S("mvt"), deployments ? 0 : facts->min_zoom, deployments ? 14 : facts->max_zoom);
    put_box(w, deployments ? world : facts->bounds);
    json_key(w, "vector_layers");
    json_put_raw(w, deployments ? str_of(DEPLOYMENT_LAYERS) : facts->layers.len ? facts->layers : S("[]"));
    json_close(w, '}');
    return true;
}

bool on_tilejson(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker;
    struct json_writer w = {.out = &rs->body};
    struct str file = rq->segments[1], style_name_, ending;
    rs->content_type = "application/json";
    if (!on_no_query(rq, err))
        return false;
    if (!str_ends(file, S(".json")))
        return err_set(err, ERR_MISSING, "there is nothing at this address");
    if (!is_picture(file, &style_name_, &ending))
        return put_vector(&w, app, str_slice(file, 0, file.len - 5), err);
    struct style *style = app_style(app, style_name_);
    if (!style)
        return err_set(err, ERR_MISSING, "there is no such style");
    style_drop(style);
    open_tilejson(&w, app, style_name_, ending, 0, ZOOM_MAX);
    put_box(&w, (struct box){-180, -MERCATOR_MAX_LAT, 180, MERCATOR_MAX_LAT});
    json_close(&w, '}');
    return true;
}

/* ---- the style ---- */
static void put_source(struct json_writer *w, struct app *app, const struct json *source)
{
    struct str url = json_string(json_get(source, S("url")));
    if (!str_starts(url, S("contrechamp://"))) {
        AUTO(buf) as_written = {0};
        json_write(&as_written, source);
        json_put_raw(w, buf_str(&as_written));
        return;
    }
    AUTO(buf) address = {0};
    buf_fmt(&address, "%s/tiles/%.*s.json", app_base_url(app), STR_ARG(str_slice(url, 14, url.len)));
    json_open(w, '{');
    json_key(w, "type");
    json_put_cstr(w, "vector");
    json_key(w, "url");
    json_put_str(w, buf_str(&address));
    json_close(w, '}');
}

static void put_sources(struct json_writer *w, struct app *app, const struct json *sources, struct arena *a)
{
    json_open(w, '{');
    for (struct json_each e = {0}; json_each(sources, &e);) {
        json_key(w, str_cstr(a, e.key));
        put_source(w, app, e.value);
    }
    json_close(w, '}');
}

/* Sprites and glyphs for browsers are not served yet: their addresses are left out rather than promised. */
static void put_style(struct json_writer *w, struct app *app, const struct style *style, struct arena *a)
{
    json_open(w, '{');
    for (struct json_each e = {0}; json_each(style_root(style), &e);) {
        if ((str_eq(e.key, S("sprite")) || str_eq(e.key, S("glyphs"))) && str_starts(json_string(e.value), S("contrechamp://")))
            continue;
        json_key(w, str_cstr(a, e.key));
        if (str_eq(e.key, S("sources"))) {
            put_sources(w, app, e.value, a);
        } else {
            AUTO(buf) as_written = {0};
            json_write(&as_written, e.value);
            json_put_raw(w, buf_str(&as_written));
        }
    }
    json_close(w, '}');
}

bool on_style_json(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker;
    struct str file = rq->segments[1];
    if (!on_no_query(rq, err))
        return false;
    if (!str_ends(file, S(".json")))
        return err_set(err, ERR_MISSING, "styles are /styles/STYLE.json");
    struct str name = str_slice(file, 0, file.len - 5);
    struct style *style = app_style(app, name);
    if (!style)
        return err_set(err, ERR_MISSING, "there is no such style");
    struct json_writer w = {.out = &rs->body};
    put_style(&w, app, style, &rq->arena);
    style_drop(style);
    rs->content_type = "application/json";
    return true;
}
