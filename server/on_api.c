/*
 * OGC API – Features, reading (part 1, core and GeoJSON): landing page, conformance, collections, items of the deployments, and the
 * places that the search field asks for. Lists are read whole from the store, page by page.
 */
#include <stdio.h>
#include <string.h>

#include "data/contribution.h"
#include "data/base/embed.h"
#include "data/base/json.h"
#include "data/base/limits.h"
#include "data/export.h"
#include "server/api_record.h"
#include "server/api_version.h"
#include "server/on.h"
#include "server/tiles.h"

EMBED(openapi_json, "server/openapi.json")

enum { ITEMS_USUAL = 10, PLACES_USUAL = 10, PLACES_MOST = 50, OFFSET_MAX = 10 * 1000 * 1000 };

static const char GEOJSON[] = "application/geo+json";

static void put_link(struct json_writer *w, struct app *app, const char *rel, const char *type, const char *title,
    struct str address)
{
    AUTO(buf) whole = {0};
    buf_fmt(&whole, "%s%.*s", app_base_url(app), STR_ARG(address));
    json_open(w, '{');
    json_key(w, "rel");
    json_put_cstr(w, rel);
    json_key(w, "type");
    json_put_cstr(w, type);
    if (title) {
        json_key(w, "title");
        json_put_cstr(w, title);
    }
    json_key(w, "href");
    json_put_str(w, buf_str(&whole));
    json_close(w, '}');
}

static void put_text(struct json_writer *w, const char *key, const char *value)
{
    json_key(w, key);
    json_put_cstr(w, value);
}

static bool only_f(const struct request *rq, struct err *err)
{
    for (size_t i = 0; i < rq->n_query; i++)
        if (!str_eq(rq->query[i].name, S("f")) || !str_eq(rq->query[i].value, S("json")))
            return err_set(err, ERR_INVALID, "there is no query parameter \"%.*s\" here",
                STR_ARG(str_cut_runes(rq->query[i].name, 40)));
    return true;
}

/* ---- what there is ---- */
bool on_api_landing(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker;
    struct json_writer w = {.out = &rs->body};
    if (!only_f(rq, err))
        return false;
    rs->content_type = "application/json";
    json_open(&w, '{');
    put_text(&w, "title", app->config.title);
    put_text(&w, "description", "Deployments of surveillance technology, with their sources");
    json_key(&w, "links");
    json_open(&w, '[');
    put_link(&w, app, "self", "application/json", "this document", S("/api"));
    put_link(&w, app, "service-desc", "application/vnd.oai.openapi+json;version=3.0", "the API described", S("/api/openapi.json"));
    put_link(&w, app, "service-doc", "text/html", "the data and the API", S("/data"));
    put_link(&w, app, "conformance", "application/json", "what it conforms to", S("/api/conformance"));
    put_link(&w, app, "data", "application/json", "the collections", S("/api/collections"));
    json_close(&w, ']');
    json_close(&w, '}');
    return true;
}

bool on_api_conformance(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker;
    static const char *const classes[] = {"1/1.0/conf/core", "1/1.0/conf/geojson", "1/1.0/conf/oas30", "4/1.0/conf/create-replace-delete",
        "4/1.0/conf/update", "4/1.0/conf/optimistic-locking-etags", "4/1.0/conf/features"};
    struct json_writer w = {.out = &rs->body};
    if (!only_f(rq, err))
        return false;
    rs->content_type = "application/json";
    json_open(&w, '{');
    json_key(&w, "conformsTo");
    json_open(&w, '[');
    for (size_t i = 0; i < COUNT(classes); i++) {
        char address[96];
        snprintf(address, sizeof address, "http://www.opengis.net/spec/ogcapi-features-%s", classes[i]);
        json_put_cstr(&w, address);
    }
    json_close(&w, ']');
    json_close(&w, '}');
    return true;
}

bool on_api_openapi(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker;
    if (!only_f(rq, err))
        return false;
    rs->content_type = "application/vnd.oai.openapi+json;version=3.0";
    buf_add(&rs->body, openapi_json());
    return true;
}

static void put_collection(struct json_writer *w, struct app *app)
{
    json_open(w, '{');
    put_text(w, "id", "deployments");
    put_text(w, "title", app->config.french ? "Déploiements" : "Deployments");
    put_text(w, "description", "Projects and devices of surveillance, each with category, status, place and sources");
    put_text(w, "itemType", "feature");
    json_key(w, "crs");
    json_put_raw(w, S("[\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\"]"));
    json_key(w, "extent");
    json_put_raw(w, S("{\"spatial\":{\"bbox\":[[-180,-90,180,90]],\"crs\":\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\"}}"));
    json_key(w, "links");
    json_open(w, '[');
    put_link(w, app, "self", "application/json", NULL, S("/api/collections/deployments"));
    put_link(w, app, "items", GEOJSON, "the records", S("/api/collections/deployments/items"));
    json_close(w, ']');
    json_close(w, '}');
}

bool on_api_collections(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker;
    struct json_writer w = {.out = &rs->body};
    if (!only_f(rq, err))
        return false;
    rs->content_type = "application/json";
    json_open(&w, '{');
    json_key(&w, "collections");
    json_open(&w, '[');
    put_collection(&w, app);
    json_close(&w, ']');
    json_key(&w, "links");
    json_open(&w, '[');
    put_link(&w, app, "self", "application/json", NULL, S("/api/collections"));
    json_close(&w, ']');
    json_close(&w, '}');
    return true;
}

static bool is_deployments(const struct request *rq, struct err *err)
{
    return str_eq(rq->segments[2], S("deployments")) || err_set(err, ERR_MISSING, "there is no such collection");
}

bool on_api_collection(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker;
    struct json_writer w = {.out = &rs->body};
    if (!is_deployments(rq, err) || !only_f(rq, err))
        return false;
    rs->content_type = "application/json";
    put_collection(&w, app);
    return true;
}

/* ---- what is asked for ---- */
static bool read_size(const struct request *rq, struct str name, size_t least, size_t most, size_t usual, size_t *out,
    struct err *err)
{
    uint64_t v;
    *out = usual;
    if (!request_has(rq, name))
        return true;
    if (!str_u64(request_query(rq, name), &v) || v < least)
        return err_set(err, ERR_INVALID, "%.*s is a whole number from %zu up", STR_ARG(name), least);
    *out = (size_t)MIN(v, most);
    return true;
}

static bool read_bbox(const struct request *rq, struct search *s, struct err *err)
{
    struct str rest = request_query(rq, S("bbox")), part;
    double v[6];
    size_t n = 0;
    if (!request_has(rq, S("bbox")))
        return true;
    while (str_next(&rest, ',', &part)) {
        if (n == COUNT(v) || !str_double(part, &v[n]))
            return err_set(err, ERR_INVALID, "bbox is west,south,east,north in degrees");
        n++;
    }
    if (n == 6) { /* with heights, which the records do not have */
        v[2] = v[3];
        v[3] = v[4];
    }
    if ((n != 4 && n != 6) || v[1] > v[3] || v[0] < -180 || v[0] > 180 || v[2] < -180 || v[2] > 180 || v[1] < -90 || v[3] > 90)
        return err_set(err, ERR_INVALID, "bbox is west,south,east,north in degrees, with south not above north");
    s->bbox = (struct box){v[0], v[1], v[2], v[3]};
    s->has_bbox = true;
    return true;
}

/* A day, an instant or an interval of which an end may be "..": the map as it was on the last day of it. */
static bool read_datetime(const struct request *rq, struct search *s, struct err *err)
{
    struct str rest = request_query(rq, S("datetime")), part, last = {0};
    size_t n = 0;
    if (!request_has(rq, S("datetime")))
        return true;
    while (str_next(&rest, '/', &part)) {
        struct partial_date d;
        struct str day = str_slice(part, 0, 10);
        bool open = !part.len || str_eq(part, S(".."));
        if (++n > 2 || (!open && (day.len != 10 || !partial_date_read(day, &d) || (part.len > 10 && part.at[10] != 'T'))))
            return err_set(err, ERR_INVALID, "datetime is YYYY-MM-DD, an instant, or two of them with a slash between");
        last = open ? (struct str){0} : day;
    }
    struct partial_date d;
    if (last.len && partial_date_read(last, &d))
        s->filter.day = d.hi;
    return true;
}

bool on_known_orgs(struct store *store, const struct request *rq, struct err *err)
{
    static const struct str names[] = {{"operator", 8}, {"vendor", 6}};
    for (size_t i = 0; i < COUNT(names); i++) {
        struct str rest = request_query(rq, names[i]), slug;
        while (rest.len && str_next(&rest, ',', &slug))
            if (slug.len && !store_has_org(store, slug))
                return err_set(err, ERR_INVALID, rq->french ? "%.*s : il n'y a pas d'organisme « %.*s » ; c'est le mot à la fin de son adresse, /o/…"
                    : "%.*s: there is no organisation \"%.*s\"; it is the word at the end of its address, /o/…", STR_ARG(names[i]),
                    STR_ARG(str_cut_runes(slug, 60)));
    }
    return true;
}

static bool read_search(const struct request *rq, struct worker *worker, struct search *s, struct arena *a, struct err *err)
{
    static const char *const others[] = {"bbox", "limit", "offset", "datetime", "q", "f", NULL};
    struct str city;
    s->filter = filter_public();
    if (!on_filter(rq, others, &s->filter, &city, err) || !on_known_orgs(worker->store, rq, err) || !read_bbox(rq, s, err) || !read_datetime(rq, s, err) ||
        !read_size(rq, S("limit"), 1, PAGE_ITEMS_MAX, ITEMS_USUAL, &s->limit, err) ||
        !read_size(rq, S("offset"), 0, OFFSET_MAX, 0, &s->offset, err))
        return false;
    if (request_has(rq, S("f")) && !str_eq(request_query(rq, S("f")), S("json")))
        return err_set(err, ERR_INVALID, "f: json is the one form that is written");
    s->text = request_query(rq, S("q"));
    struct err gone;
    if (city.len && !tiles_city(worker, &s->filter, city, a, &gone))
        return err_set(err, gone.code == ERR_MISSING ? ERR_INVALID : gone.code, "%s", gone.text);
    return true;
}

/* The address of this list at another offset. */
static void put_page_link(struct json_writer *w, struct app *app, const struct request *rq, const char *rel, size_t offset)
{
    AUTO(buf) address = {0};
    buf_fmt(&address, "/api/collections/deployments/items");
    const char *mark = "?";
    for (size_t i = 0; i < rq->n_query; i++) {
        if (str_eq(rq->query[i].name, S("offset")))
            continue;
        buf_fmt(&address, "%s%.*s=", mark, STR_ARG(rq->query[i].name));
        buf_url(&address, rq->query[i].value);
        mark = "&";
    }
    if (offset)
        buf_fmt(&address, "%soffset=%zu", mark, offset);
    put_link(w, app, rel, GEOJSON, NULL, buf_str(&address));
}

static void put_page_links(struct json_writer *w, struct app *app, const struct request *rq, const struct search *s,
    size_t n, size_t total)
{
    json_key(w, "links");
    json_open(w, '[');
    put_page_link(w, app, rq, "self", s->offset);
    if (s->offset + n < total && n)
        put_page_link(w, app, rq, "next", s->offset + n);
    if (s->offset)
        put_page_link(w, app, rq, "prev", s->offset > s->limit ? s->offset - s->limit : 0);
    put_link(w, app, "collection", "application/json", NULL, S("/api/collections/deployments"));
    json_close(w, ']');
}

bool on_api_items(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct search s = {0};
    struct deployment *list = NULL;
    size_t n = 0, total = 0;
    if (!is_deployments(rq, err) || !read_search(rq, worker, &s, &rq->arena, err) ||
        !store_search(worker->store, &s, &rq->arena, &list, &n, &total, err))
        return false;
    struct json_writer w = {.out = &rs->body};
    rs->content_type = GEOJSON;
    json_open(&w, '{');
    put_text(&w, "type", "FeatureCollection");
    json_key(&w, "numberMatched");
    json_put_int(&w, (int64_t)total);
    json_key(&w, "numberReturned");
    json_put_int(&w, (int64_t)n);
    put_page_links(&w, app, rq, &s, n, total);
    json_key(&w, "features");
    json_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        export_feature(&w, &list[i], app_base_url(app));
    json_close(&w, ']');
    json_close(&w, '}');
    return true;
}

bool on_api_item(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    uint64_t id = 0;
    bool found = false;
    struct deployment d;
    if (!is_deployments(rq, err) || !only_f(rq, err))
        return false;
    if (str_u64(rq->segments[4], &id) && !store_find(worker->store, id, false, &rq->arena, &d, &found, err))
        return false;
    if (!found && id && record_is_erased(worker->store, id))
        return err_set(err, ERR_GONE, "this record was withdrawn");
    if (!found)
        return err_set(err, ERR_MISSING, "there is no such record");
    rs->content_type = GEOJSON;
    api_record_write(&rs->body, &d, app_base_url(app));
    version_tag(rs->etag, 'd', d.id, d.version, buf_str(&rs->body));
    return true;
}

/* ---- places ---- */
static void put_place(struct json_writer *w, const struct place *p)
{
    json_open(w, '{');
    json_key(w, "code");
    json_put_str(w, p->code);
    json_key(w, "name");
    json_put_str(w, p->name);
    json_key(w, "slug");
    json_put_str(w, p->slug);
    json_key(w, "kind");
    json_put_str(w, p->kind);
    json_key(w, "department");
    json_put_str(w, p->parent_name);
    json_key(w, "lon");
    json_put_number(w, p->at.lon);
    json_key(w, "lat");
    json_put_number(w, p->at.lat);
    if (p->population >= 0) {
        json_key(w, "population");
        json_put_int(w, p->population);
    }
    json_key(w, "n"); /* records there */
    json_put_int(w, p->n_deployments);
    json_close(w, '}');
}

bool on_api_places(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app;
    struct place *list = NULL;
    size_t n = 0, limit;
    for (size_t i = 0; i < rq->n_query; i++)
        if (!str_eq(rq->query[i].name, S("q")) && !str_eq(rq->query[i].name, S("limit")))
            return err_set(err, ERR_INVALID, "places are asked for with q= and limit=");
    struct str text = str_trim(request_query(rq, S("q")));
    if (!read_size(rq, S("limit"), 1, PLACES_MOST, PLACES_USUAL, &limit, err))
        return false;
    if (text.len && !store_places(worker->store, str_cut_runes(text, 100), limit, &rq->arena, &list, &n, err))
        return false;
    struct json_writer w = {.out = &rs->body};
    rs->content_type = "application/json";
    json_open(&w, '{');
    json_key(&w, "places");
    json_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        put_place(&w, &list[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    return true;
}
