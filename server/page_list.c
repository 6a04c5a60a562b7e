/*
 * Text lists: by search and by commune, of a city, of an operator or company, of a category. Projects stand before cameras.
 */
#include <string.h>

#include "server/on.h"
#include "server/page_parts.h"

static void begin(struct page *p, struct str title, struct str canonical)
{
    AUTO(buf) whole = {0};
    buf_fmt(&whole, "%.*s · %s", STR_ARG(title), p->app->config.title);
    page_begin(p, &(struct page_head){.title = buf_str(&whole), .canonical = canonical});
}

/* Those found, under a heading, a page of them at a time. `address` leads back here. */
static bool put_found(struct page *p, struct store *store, struct search *search, const char *heading, const char *address, bool with_place,
    size_t *total, struct err *err)
{
    struct deployment *found;
    size_t n;
    search->offset = page_offset(p);
    search->limit = LIST_ROWS;
    if (!store_search(store, search, &p->rq->arena, &found, &n, total, err))
        return false;
    if (!*total)
        return true;
    page_fmt(p, "<section><h2>%t <span class=\"n\">%N</span></h2>", heading, (int64_t)*total);
    size_t projects = 0;
    while (projects < n && found[projects].programme)
        projects++;
    if (projects && projects < n) {
        page_fmt(p, "<h3>%t</h3>", "list.projects");
        page_rows(p, found, projects, with_place);
        page_fmt(p, "<h3>%t</h3>", "list.devices");
        page_rows(p, found + projects, n - projects, with_place);
    } else {
        page_rows(p, found, n, with_place);
    }
    page_pager(p, address, search->offset, *total);
    page_raw(p, "</section>");
    return true;
}

/* ---- /list ---- */

static void put_place_row(struct page *p, const struct place *at)
{
    AUTO(buf) to = {0};
    buf_fmt(&to, "/c/%.*s", STR_ARG(at->slug.len ? at->slug : at->code));
    page_fmt(p, "<li><a href=\"%L\">%S</a>%s%S%s <span class=\"n\">%N</span></li>", to.at, at->name, at->parent_name.len ? " (" : "",
        at->parent_name, at->parent_name.len ? ")" : "", (int64_t)at->n_deployments);
}

static void put_search_field(struct page *p, struct str q)
{
    page_fmt(p, "<form class=\"find wide\" action=\"/list\"><label for=\"words\">%t</label><input id=\"words\" name=\"q\" type=\"search\" value=\"",
        "list.search");
    buf_html(p->out, q);
    page_fmt(p, "\"><button>%t</button>", "search.go");
    page_lang_field(p);
    page_raw(p, "</form>");
}

static bool put_places_with_records(struct page *p, struct store *store, struct err *err)
{
    struct place *places;
    size_t n;
    if (!store_places_with_records(store, &p->rq->arena, &places, &n, err))
        return false;
    page_fmt(p, "<section><h2>%t</h2>", "list.by_commune");
    if (!n)
        page_fmt(p, "<p>%t</p>", "list.no_records");
    page_raw(p, "<ul class=\"communes\">");
    for (size_t i = 0; i < n; i++)
        put_place_row(p, &places[i]);
    page_raw(p, "</ul></section>");
    return true;
}

static bool put_search(struct page *p, struct store *store, struct str q, const struct filter *filter, struct err *err)
{
    struct place *places;
    size_t n, total;
    if (!store_places(store, q, 12, &p->rq->arena, &places, &n, err))
        return false;
    if (n) {
        page_fmt(p, "<section><h2>%t</h2><ul class=\"communes\">", "list.communes");
        for (size_t i = 0; i < n; i++)
            put_place_row(p, &places[i]);
        page_raw(p, "</ul></section>");
    }
    AUTO(buf) address = {0};
    buf_add(&address, S("/list?q="));
    buf_url(&address, q);
    struct search search = {.filter = *filter, .text = q};
    if (!put_found(p, store, &search, "list.records", address.at, true, &total, err))
        return false;
    if (!total && !n)
        page_fmt(p, "<p>%t</p>", "list.nothing");
    return true;
}

/* What is in a view of the map: the rest of the list under it. */
static bool put_box(struct page *p, struct store *store, struct str bbox, const struct filter *filter, struct err *err)
{
    struct search search = {.filter = *filter, .has_bbox = true};
    size_t total;
    AUTO(buf) address = {0}, query = {0};
    page_filter_query(p, NULL, &query);
    buf_fmt(&address, "/list?bbox=%.*s%s%.*s", STR_ARG(bbox), query.len ? "&" : "", STR_ARG(buf_str(&query)));
    if (!page_box(bbox, &search.bbox, err) || !put_found(p, store, &search, "list.title", address.at, true, &total, err))
        return false;
    if (!total)
        page_fmt(p, "<p>%t</p>", "list.nothing");
    return true;
}

bool page_list(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page p = page_start(app, rq, rs);
    struct filter filter;
    struct str q = str_trim(page_param(&p, "q")), bbox = page_param(&p, "bbox");
    if (!page_filter(&p, worker, &filter, err) || !on_known_orgs(worker->store, rq, err))
        return false;
    begin(&p, str_of(say(&p, "nav.list")), S("/list"));
    page_fmt(&p, "<h1>%t</h1>", "nav.list");
    put_search_field(&p, q);
    if (bbox.len ? !put_box(&p, worker->store, bbox, &filter, err)
        : q.len  ? !put_search(&p, worker->store, q, &filter, err)
                 : !put_places_with_records(&p, worker->store, err))
        return false;
    if (!q.len && !bbox.len) {
        struct search wider = {.filter = filter, .levels = 1 << LEVEL_DEPARTMENT | 1 << LEVEL_REGION | 1 << LEVEL_COUNTRY};
        size_t total;
        if (!put_found(&p, worker->store, &wider, "list.wider", "/list", true, &total, err))
            return false;
    }
    page_end(&p);
    return true;
}

/* ---- /c/{place} ---- */

static void put_city_numbers(struct page *p, const struct deployment *all, size_t n, size_t total)
{
    size_t projects = 0, stopped = 0;
    for (size_t i = 0; i < n; i++) {
        bool stale;
        projects += all[i].programme;
        stopped += status_is_stopped(page_status_now(&all[i], &stale));
    }
    page_raw(p, "<p class=\"numbers\">");
    page_say_n(p, "city.records", (int64_t)total);
    if (n == total && projects && projects < total) { /* all of them were read: the rest can be said too */
        page_raw(p, ", ");
        page_say_n(p, "city.of_which_projects", (int64_t)projects);
    }
    if (n == total && stopped) {
        page_raw(p, ", ");
        page_say_n(p, "seen.stopped", (int64_t)stopped);
    }
    page_raw(p, ".</p>");
}

/* What concerns the département or the whole country concerns the city. */
static bool put_what_concerns(struct page *p, struct store *store, const struct place *place, const struct filter *filter, struct err *err)
{
    struct deployment *all;
    size_t n, total;
    struct search wider = {.filter = *filter, .levels = 1 << LEVEL_DEPARTMENT | 1 << LEVEL_REGION | 1 << LEVEL_COUNTRY, .limit = 60};
    if (!store_search(store, &wider, &p->rq->arena, &all, &n, &total, err))
        return false;
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (all[i].level == LEVEL_DEPARTMENT && !str_eq(all[i].place_code, place->parent_code))
            continue;
        if (!any)
            page_fmt(p, "<section><h2>%t</h2><ul class=\"rows\">", "city.wider");
        any = true;
        page_row(p, &all[i], true);
    }
    if (any)
        page_raw(p, "</ul></section>");
    return true;
}

static void put_city_map(struct page *p, const struct place *place)
{
    AUTO(buf) to = {0};
    page_map_address(&to, place->at, 13, S(""));
    page_fmt(p, "<a class=\"mini\" href=\"%L\" tabindex=\"-1\" aria-hidden=\"true\">", to.at); /* the words under it say it too */
    page_drawn_map(p, &(struct drawn_map){.centre = place->at, .zoom = 12, .cols = 5, .rows = 3});
    page_fmt(p, "</a><p class=\"small\"><a href=\"%L\">%t</a></p>", to.at, "record.on_map");
}

bool page_city(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page p = page_start(app, rq, rs);
    struct filter filter;
    struct place place;
    struct deployment *all;
    size_t n, total;
    bool found;
    struct str name = rq->n_segments > 1 ? rq->segments[1] : S("");
    if (!page_filter(&p, worker, &filter, err) || !store_place(worker->store, name, &rq->arena, &place, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de commune « %.*s »" : "there is no municipality \"%.*s\"",
            STR_ARG(str_cut_runes(name, 40)));
    AUTO(buf) address = {0};
    buf_fmt(&address, "/c/%.*s", STR_ARG(place.slug.len ? place.slug : place.code));
    begin(&p, place.name, buf_str(&address));
    page_fmt(&p, "<h1>%S</h1>", place.name);
    if (place.parent_name.len)
        page_fmt(&p, "<p class=\"where\">%S</p>", place.parent_name);
    struct search search = {.filter = filter, .place_code = place.code, .limit = 500};
    if (!store_search(worker->store, &search, &rq->arena, &all, &n, &total, err))
        return false;
    if (total)
        put_city_numbers(&p, all, n, total);
    else
        page_fmt(&p, "<p class=\"numbers\">%t</p>", "city.nobody_looked");
    if (!place.has_boundary)
        page_fmt(&p, "<p class=\"note\">%t</p>", "city.no_boundary");
    put_city_map(&p, &place);
    if (!put_found(&p, worker->store, &search, "list.records", address.at, false, &total, err) ||
        !put_what_concerns(&p, worker->store, &place, &filter, err))
        return false;
    AUTO(buf) sheet = {0};
    buf_fmt(&sheet, "%s/print?kind=sheet", address.at);
    page_fmt(&p, "<p class=\"small\"><a href=\"%L\" rel=\"nofollow\">%t</a></p>", sheet.at, "city.sheet");
    page_fmt(&p, "<p class=\"small\">%t <a href=\"/api/collections/deployments/items?city=%U\">GeoJSON</a></p>", "city.data",
        place.slug.len ? place.slug : place.code);
    page_end(&p);
    return true;
}

/* ---- /o/{slug} ---- */

bool page_org(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page p = page_start(app, rq, rs);
    struct org *orgs, *org = NULL;
    size_t n, runs = 0, sells = 0;
    struct str slug = rq->n_segments > 1 ? rq->segments[1] : S("");
    if (!store_orgs(worker->store, &rq->arena, &orgs, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (str_eq(orgs[i].slug, slug))
            org = &orgs[i];
    if (!org)
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas d'organisme « %.*s »" : "there is no organisation \"%.*s\"",
            STR_ARG(str_cut_runes(slug, 40)));
    AUTO(buf) address = {0};
    buf_fmt(&address, "/o/%.*s", STR_ARG(slug));
    begin(&p, org->name, buf_str(&address));
    page_fmt(&p, "<p class=\"kind\">%T</p><h1>%S</h1>", &ORG_KIND_TERMS[org->kind], org->name);
    if (org->siren.len)
        page_fmt(&p, "<p class=\"small\">SIREN %S</p>", org->siren);
    struct search search = {.filter = filter_everything()};
    search.filter.n_operators = 1;
    search.filter.operators[0] = org_key(slug);
    if (!put_found(&p, worker->store, &search, "org.runs", address.at, true, &runs, err))
        return false;
    search.filter = filter_everything();
    search.filter.n_vendors = 1;
    search.filter.vendors[0] = org_key(slug);
    if (!put_found(&p, worker->store, &search, "org.sells", address.at, true, &sells, err))
        return false;
    if (!runs && !sells)
        page_fmt(&p, "<p>%t</p>", "org.nothing");
    page_end(&p);
    return true;
}

/* ---- /k/{category} ---- */

bool page_category(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page p = page_start(app, rq, rs);
    struct str code = rq->n_segments > 1 ? rq->segments[1] : S("");
    int category = term_of(CATEGORY_TERMS, code);
    if (category < 0)
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de catégorie « %.*s »" : "there is no category \"%.*s\"",
            STR_ARG(str_cut_runes(code, 40)));
    const struct term *t = &CATEGORY_TERMS[category];
    size_t total;
    AUTO(buf) address = {0}, map = {0};
    buf_fmt(&address, "/k/%s", t->code);
    buf_fmt(&map, "/?category=%s", t->code);
    begin(&p, str_of(page_term(&p, t)), buf_str(&address));
    page_fmt(&p, "<p class=\"kind\">%T</p><h1>", &FAMILY_TERMS[category_family((enum category)category)]);
    page_symbol(&p, (enum category)category, STATUS_ACTIVE, false);
    page_fmt(&p, "%T</h1><p class=\"summary\">%s</p><p><a href=\"%L\">%t</a></p>", t, p.french ? t->fr_says : t->en_says, map.at, "record.on_map");
    struct search search = {.filter = filter_everything()};
    search.filter.categories = 1u << category;
    if (!put_found(&p, worker->store, &search, "list.records", address.at, true, &total, err))
        return false;
    if (!total)
        page_fmt(&p, "<p>%t</p>", "list.nothing");
    page_fmt(&p, "<nav class=\"others\" aria-label=\"%t\"><ul class=\"chips\">", "category.others");
    for (int i = 0; i < CATEGORY_COUNT; i++) {
        AUTO(buf) to = {0};
        buf_fmt(&to, "/k/%s", CATEGORY_TERMS[i].code);
        if (i != category)
            page_fmt(&p, "<li><a class=\"chip\" href=\"%L\">%T</a></li>", to.at, &CATEGORY_TERMS[i]);
    }
    page_raw(&p, "</ul></nav>");
    page_end(&p);
    return true;
}
