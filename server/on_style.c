/* What a map program needs of a style: TileJSON 3.0 of its pictures and of our vector tiles, and the style itself with
 * absolute addresses. */
#include <stdio.h>
#include <string.h>

#include "data/base/json.h"
#include "data/base/limits.h"
#include "renderer/encode.h"
#include "renderer/sprite_sheet.h"
#include "server/kept.h"
#include "server/on.h"
#include "server/server.h"

enum { DEPLOYMENTS_MAX_ZOOM = 14 };

static const char DEPLOYMENT_LAYERS[] =
    "[{\"id\":\"deployments\",\"minzoom\":0,\"maxzoom\":14,\"fields\":{\"id\":\"Number\",\"kind\":\"String\","
    "\"count\":\"Number\",\"category\":\"String\",\"family\":\"String\",\"status\":\"String\",\"stale\":\"Boolean\","
    "\"precision\":\"String\",\"space\":\"String\",\"bearing\":\"Number\",\"estimated\":\"Boolean\",\"name\":\"String\"}},"
    "{\"id\":\"clusters\",\"minzoom\":0,\"maxzoom\":8,\"fields\":{\"count\":\"Number\",\"image\":\"Number\",\"recognition\":\"Number\","
    "\"sound\":\"Number\",\"air\":\"Number\",\"systems\":\"Number\",\"other\":\"Number\"}},"
    "{\"id\":\"badges\",\"minzoom\":0,\"maxzoom\":11,\"fields\":{\"id\":\"Number\",\"kind\":\"String\",\"count\":\"Number\",\"family\":\"String\","
    "\"category\":\"String\",\"status\":\"String\",\"stale\":\"Boolean\",\"precision\":\"String\",\"name\":\"String\"}},"
    "{\"id\":\"cones\",\"minzoom\":14,\"maxzoom\":14,\"fields\":{\"id\":\"Number\",\"category\":\"String\",\"family\":\"String\","
    "\"status\":\"String\",\"stale\":\"Boolean\",\"bearing\":\"Number\",\"estimated\":\"Boolean\"}},"
    "{\"id\":\"zones\",\"minzoom\":0,\"maxzoom\":14,\"fields\":{\"id\":\"Number\",\"zone_kind\":\"String\",\"category\":\"String\","
    "\"family\":\"String\",\"status\":\"String\",\"stale\":\"Boolean\"}}]";

bool on_no_query(const struct request *rq, struct err *err)
{
    if (!rq->n_query)
        return true;
    return err_set(err, ERR_INVALID, "there is no query parameter \"%.*s\" here", STR_ARG(str_cut_runes(rq->query[0].name, 40)));
}

static void put_as_written(struct json_writer *w, const struct json *v)
{
    AUTO(buf) as_written = {0};
    json_write(&as_written, v);
    json_put_raw(w, buf_str(&as_written));
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

/* Layers that a style asks of the base map. */
static void put_asked(struct json_writer *w, const struct style *style, const struct json *there, struct buf *seen)
{
    const struct style_layer *layers;
    size_t n = style_layers(style, &layers);
    for (size_t i = 0; i < n; i++) {
        AUTO(buf) mark = {0};
        struct str id = layers[i].source_layer;
        if (!layers[i].source || !str_eq(layers[i].source->url, S("contrechamp://basemap")) || basemap_facts_layer(there, id))
            continue;
        buf_fmt(&mark, "\n%.*s\n", STR_ARG(id));
        if (str_has(buf_str(seen), buf_str(&mark)))
            continue;
        buf_add(seen, buf_str(&mark));
        json_open(w, '{');
        json_key(w, "id");
        json_put_str(w, id);
        json_key(w, "fields");
        json_open(w, '{');
        json_close(w, '}');
        json_close(w, '}');
    }
}

/* Those of the files, and those that our styles know and no file has yet: a map program takes a layer that it is not told of
 * for an error of the style. */
static void put_basemap_layers(struct json_writer *w, struct app *app, struct str of_files)
{
    struct err err;
    AUTO(json_doc) doc = {0};
    AUTO(buf) seen = {0};
    struct style *style;
    must(!of_files.len || json_read(&doc, of_files, &JSON_STYLE, &err));
    json_open(w, '[');
    for (size_t i = 0; i < json_size(doc.root); i++)
        put_as_written(w, json_at(doc.root, i));
    for (size_t i = 0; (style = app_style_at(app, i)); i++) {
        put_asked(w, style, doc.root, &seen);
        style_drop(style);
    }
    json_close(w, ']');
}

/* Without a base map there is an empty one, so that our styles open all the same. */
static bool put_vector(struct json_writer *w, struct app *app, struct str name, struct err *err)
{
    const struct basemap_facts *facts = app_facts(app);
    struct box world = {-180, -MERCATOR_MAX_LAT, 180, MERCATOR_MAX_LAT};
    bool deployments = str_eq(name, S("deployments")), empty = facts->max_zoom < 0;
    if (!deployments && !str_eq(name, S("basemap")))
        return err_set(err, ERR_MISSING, "there are no such tiles");
    open_tilejson(w, app, name, S("mvt"), deployments || empty ? 0 : facts->min_zoom,
        deployments ? DEPLOYMENTS_MAX_ZOOM : MAX(facts->max_zoom, 0));
    put_box(w, deployments || empty ? world : facts->bounds);
    json_key(w, "vector_layers");
    if (deployments)
        json_put_raw(w, str_of(DEPLOYMENT_LAYERS));
    else
        put_basemap_layers(w, app, facts->layers);
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
        put_as_written(w, source);
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

/* A layer that only we can draw says in its metadata by which layers it is drawn elsewhere. */
static void put_layers(struct json_writer *w, const struct json *layers)
{
    json_open(w, '[');
    for (size_t i = 0; i < json_size(layers); i++) {
        const struct json *elsewhere = json_get(json_get(json_at(layers, i), S("metadata")), S("contrechamp:elsewhere"));
        if (json_kind(elsewhere) != JSON_ARRAY)
            put_as_written(w, json_at(layers, i));
        for (size_t k = 0; json_kind(elsewhere) == JSON_ARRAY && k < json_size(elsewhere); k++)
            put_as_written(w, json_at(elsewhere, k));
    }
    json_close(w, ']');
}

static void put_address(struct json_writer *w, struct app *app, const char *key, const char *folder, struct str name, const char *rest)
{
    AUTO(buf) address = {0};
    buf_fmt(&address, "%s/%s/", app_base_url(app), folder);
    buf_url(&address, name);
    buf_add(&address, str_of(rest));
    json_key(w, key);
    json_put_str(w, buf_str(&address));
}

static bool is_elsewhere(const struct json *sprite)
{
    return str_starts(json_string(sprite), S("https://")) || str_starts(json_string(sprite), S("http://"));
}

/* The style with all that it needs at absolute addresses of ours. Only a sprite that its author has elsewhere stays there: we
 * do not fetch, so we do not have it. */
static void put_style(struct json_writer *w, struct app *app, struct str name, const struct style *style, struct arena *a)
{
    const struct json *sprite = json_get(style_root(style), S("sprite"));
    json_open(w, '{');
    for (struct json_each e = {0}; json_each(style_root(style), &e);) {
        if (str_eq(e.key, S("glyphs")) || (str_eq(e.key, S("sprite")) && !is_elsewhere(sprite)))
            continue;
        json_key(w, str_cstr(a, e.key));
        if (str_eq(e.key, S("sources")))
            put_sources(w, app, e.value, a);
        else if (str_eq(e.key, S("layers")))
            put_layers(w, e.value);
        else
            put_as_written(w, e.value);
    }
    if (!is_elsewhere(sprite))
        put_address(w, app, "sprite", "sprites", name, "");
    put_address(w, app, "glyphs", "fonts", S(""), "{fontstack}/{range}.pbf");
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
    put_style(&w, app, name, style, &rq->arena);
    style_drop(style);
    rs->content_type = "application/json";
    return true;
}

/* ---- its sprite ---- */
struct sprite_wish {
    struct str name;
    int ratio;
    bool picture; /* else the index */
};

/* "light@2x.png" */
static bool read_sprite(struct str file, struct sprite_wish *out)
{
    out->picture = str_ends(file, S(".png"));
    if (!out->picture && !str_ends(file, S(".json")))
        return false;
    file.len -= out->picture ? 4 : 5;
    out->ratio = str_ends(file, S("@2x")) ? 2 : 1;
    file.len -= out->ratio == 2 ? 3 : 0;
    out->name = file;
    return file.len > 0;
}

static struct str sprite_key(struct buf *out, struct app *app, const struct style *style, int ratio, bool picture)
{
    buf_clear(out);
    buf_fmt(out, "sprite/%u/%016llx/%d/%d", app->server->epoch, (unsigned long long)style_hash(style), ratio, picture);
    return buf_str(out);
}

/* The layers are those of the style as it is served. */
static bool make_sprite(struct app *app, struct worker *worker, const struct sprite_wish *wish, struct style *style, struct response rs[2],
    struct arena *a, struct err *err)
{
    AUTO(buf) text = {0};
    struct json_writer w = {.out = &text};
    struct style *served;
    put_style(&w, app, wish->name, style, a);
    if (!style_read(&served, buf_str(&text), NULL, err)) {
        err->code = ERR_INTERNAL; /* the operator's to read */
        return err_under(err, "style %.*s as it is served", STR_ARG(wish->name));
    }
    bool ok = sprite_sheet(worker->painter, style, served, wish->ratio, &rs[0].body, &rs[1].body, err);
    style_drop(served);
    return ok;
}

/* Index and picture are made together and kept, so that they belong to each other. */
static bool keep_sprite(struct app *app, struct worker *worker, const struct sprite_wish *wish, struct style *style, struct response *rs,
    struct arena *a, struct err *err)
{
    struct response both[2] = {*rs, *rs};
    AUTO(buf) key = {0};
    both[0].content_type = "application/json";
    both[1].content_type = "image/png";
    both[1].no_gzip = true;
    bool ok = make_sprite(app, worker, wish, style, both, a, err);
    for (int i = 0; i < 2; i++) {
        if (ok)
            kept_put(app->server->kept, sprite_key(&key, app, style, wish->ratio, i), &both[i]);
        buf_done(&both[i].body);
    }
    rs->ready = both[wish->picture].ready;
    answer_drop(both[!wish->picture].ready);
    return ok;
}

bool on_sprite(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct sprite_wish wish;
    AUTO(buf) key = {0};
    if (!on_no_query(rq, err))
        return false;
    if (!read_sprite(rq->segments[1], &wish))
        return err_set(err, ERR_MISSING, "sprites are /sprites/STYLE.json and .png, or STYLE@2x");
    if (!app_worker_ready(app, worker, err))
        return false;
    struct style *style = app_style(app, wish.name);
    if (!style)
        return err_set(err, ERR_MISSING, "there is no such style");
    rs->ready = kept_get(app->server->kept, sprite_key(&key, app, style, wish.ratio, wish.picture));
    bool ok = rs->ready || keep_sprite(app, worker, &wish, style, rs, &rq->arena, err);
    style_drop(style);
    return ok;
}
