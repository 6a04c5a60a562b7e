/*
 * Text lists: by search and by commune, of an operator or company, of a category. Projects stand before cameras.
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
    if (!page_found(p, store, &search, "list.records", address.at, true, &total, err))
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
    if (!page_box(bbox, &search.bbox, err) || !page_found(p, store, &search, "list.title", address.at, true, &total, err))
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
        if (!page_found(&p, worker->store, &wider, "list.wider", "/list", true, &total, err))
            return false;
    }
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
    if (!page_found(&p, worker->store, &search, "org.runs", address.at, true, &runs, err))
        return false;
    search.filter = filter_everything();
    search.filter.n_vendors = 1;
    search.filter.vendors[0] = org_key(slug);
    if (!page_found(&p, worker->store, &search, "org.sells", address.at, true, &sells, err))
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
    if (!page_found(&p, worker->store, &search, "list.records", address.at, true, &total, err))
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
