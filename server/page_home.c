/*
 * The map page. What follows from the view (line, chips, strip, list, legend) is written here and nowhere else: the first
 * screen has it round a map of tiles, and when the map is moved the script asks for part=view and puts the new ones in.
 */
#include <math.h>
#include <string.h>

#include "data/base/clock.h"
#include "server/data_day.h"
#include "server/in_view.h"
#include "server/page_parts.h"

/* France in a window of 1280 × 720 px. */
static const struct lonlat FRANCE = {2.4, 46.55};
enum { FRANCE_ZOOM = 6, CITY_ZOOM = 13, WIDE_PX = 1280, HIGH_PX = 720, ZOOM_STREETS = 14, ZOOM_CONES = 16, ZOOM_STRIP = 13, STRIP_MAX = 24 };

/* Shares of a view with streets: under this there are as good as none, from this on nothing is missing that one would ask for. */
static const double STREETS_FEW = 0.05, STREETS_ENOUGH = 0.75;

struct home {
    struct page page;
    struct worker *worker;
    struct filter filter;
    struct lonlat centre;
    int zoom;
    struct box box;
    struct str query; /* the filters as given */
    const struct snapshot *snapshot;
    struct in_view seen;
    bool by_default;  /* no place was asked for */
};

/* ---- which view ---- */

static struct box box_round(struct lonlat centre, int zoom)
{
    struct xy at = mercator_of(centre);
    double half_w = WIDE_PX / 2 / ldexp(256, zoom), half_h = HIGH_PX / 2 / ldexp(256, zoom);
    struct lonlat nw = mercator_lonlat((struct xy){at.x - half_w, MAX(at.y - half_h, 0)});
    struct lonlat se = mercator_lonlat((struct xy){at.x + half_w, MIN(at.y + half_h, 1)});
    if (half_w >= 0.5)
        return (struct box){-180, se.lat, 180, nw.lat};
    return (struct box){nw.lon < -180 ? nw.lon + 360 : nw.lon, se.lat, se.lon > 180 ? se.lon - 360 : se.lon, nw.lat};
}

static bool read_view(struct home *h, struct err *err)
{
    struct page *p = &h->page;
    struct str center = page_param(p, "center"), city = page_param(p, "city"), bbox = page_param(p, "bbox");
    double v[2] = {FRANCE.lon, FRANCE.lat};
    if (center.len && (!page_numbers(center, v, 2) || !lonlat_is_valid((struct lonlat){v[0], v[1]})))
        return err_set(err, ERR_INVALID, "center: it is lon,lat in degrees, such as 5.37,43.29");
    h->centre = (struct lonlat){v[0], v[1]};
    h->by_default = !center.len;
    int zoom = FRANCE_ZOOM;
    if (city.len && !center.len) {
        struct place place;
        bool found;
        if (!store_place(h->worker->store, city, &p->rq->arena, &place, &found, err))
            return false;
        if (found) {
            h->centre = place.at;
            h->by_default = false;
            zoom = CITY_ZOOM;
        }
    }
    h->zoom = (int)page_param_int(p, "zoom", 0, 20, zoom);
    h->box = box_round(h->centre, h->zoom);
    return !bbox.len || page_box(bbox, &h->box, err);
}

/* ---- the line under the map ---- */

static bool is_filtered(const struct home *h)
{
    return h->query.len != 0;
}

static void put_part_of_line(struct page *p, const char *key, uint32_t n, bool *first)
{
    if (!n)
        return;
    page_raw(p, *first ? " " : ", ");
    page_say_n(p, key, n);
    *first = false;
}

/* Nobody looked, nothing was found, nothing is like that: three different things. */
static const char *nothing_key(const struct home *h)
{
    if (h->seen.surveyed)
        return "seen.surveyed_nothing";
    if (is_filtered(h))
        return "seen.nothing_like_it";
    return h->seen.n_hidden ? "seen.only_hidden" : "seen.nobody_looked";
}

static bool put_line(struct home *h, struct err *err)
{
    struct page *p = &h->page;
    const struct in_view *v = &h->seen;
    int32_t day;
    if (!data_day(h->worker->store, p->app->world, h->snapshot, &day, err))
        return false;
    page_raw(p, "<p id=\"seen\" class=\"seen\" role=\"status\">");
    if (v->n_projects + v->n_cameras + v->n_other_devices) {
        bool first = true;
        page_fmt(p, "<span>%t", "seen.in_view");
        put_part_of_line(p, "seen.projects", v->n_projects, &first);
        put_part_of_line(p, "seen.cameras", v->n_cameras, &first);
        put_part_of_line(p, "seen.devices", v->n_other_devices, &first);
        put_part_of_line(p, "seen.stopped", v->n_stopped, &first);
        put_part_of_line(p, "seen.old_news", v->n_old_news, &first);
        page_raw(p, "</span>");
    } else {
        page_fmt(p, "<span>%t</span>", nothing_key(h));
    }
    if (day > 0)
        page_fmt(p, " <span class=\"as-of\">%t %D</span>", "seen.as_of", partial_date_of_day(day));
    page_fmt(p, " <a class=\"to-list\" href=\"#list\">%t</a></p>", "seen.list");
    return true;
}

/* ---- chips: what is filtered, each to be taken off ---- */

static void put_chip(struct page *p, const struct home *h, const char *name, struct str word, const char *label)
{
    AUTO(buf) rest = {0}, to = {0};
    page_filter_query(p, name, &rest);
    struct str all = page_param(p, name), other;
    bool first = true;
    while (str_next(&all, ',', &other))
        if (!str_eq(other, word)) {
            buf_fmt(&rest, "%s%s", first ? (rest.len ? "&" : "") : ",", first ? name : "");
            if (first)
                buf_char(&rest, '=');
            buf_url(&rest, other);
            first = false;
        }
    page_map_address(&to, h->centre, h->zoom, buf_str(&rest));
    page_fmt(p, "<li><a class=\"chip\" href=\"%L\">%s<span class=\"hidden\"> · %t</span><span aria-hidden=\"true\"> ×</span></a></li>", to.at, label,
        "chip.remove");
}

static const char *org_name(struct home *h, struct str slug)
{
    struct org *orgs;
    size_t n;
    struct err err;
    if (store_orgs(h->worker->store, &h->page.rq->arena, &orgs, &n, &err))
        for (size_t i = 0; i < n; i++)
            if (str_eq(orgs[i].slug, slug))
                return str_cstr(&h->page.rq->arena, orgs[i].name);
    return str_cstr(&h->page.rq->arena, slug);
}

static const char *chip_label(struct home *h, const char *name, struct str word)
{
    static const struct { const char *name; const struct term *terms; size_t n; } lists[] = {
        {"category", CATEGORY_TERMS, CATEGORY_COUNT}, {"status", STATUS_TERMS, STATUS_COUNT}, {"space", SPACE_TERMS, SPACE_COUNT}};
    for (size_t i = 0; i < COUNT(lists); i++)
        if (strcmp(lists[i].name, name) == 0) {
            int at = term_find(lists[i].terms, lists[i].n, word);
            if (at >= 0)
                return page_term(&h->page, &lists[i].terms[at]);
            return say(&h->page, i == 0 ? "chip.all_categories" : i == 1 ? "chip.all_statuses" : "chip.all_spaces");
        }
    if (strcmp(name, "operator") == 0 || strcmp(name, "vendor") == 0)
        return org_name(h, word);
    if (strcmp(name, "date") != 0)
        return str_cstr(&h->page.rq->arena, word);
    AUTO(buf) as_in = {0};
    buf_fmt(&as_in, "%s %.*s", say(&h->page, "filter.as_in"), STR_ARG(word));
    return str_cstr(&h->page.rq->arena, buf_str(&as_in));
}

static void put_chips(struct home *h)
{
    static const char *const names[] = {"category", "status", "space", "operator", "vendor", "date", "city"};
    struct page *p = &h->page;
    page_raw(p, "<div id=\"chips\">");
    if (is_filtered(h)) {
        page_fmt(p, "<ul class=\"chips\" aria-label=\"%t\">", "chip.title");
        for (size_t i = 0; i < COUNT(names); i++) {
            struct str words = page_param(p, names[i]), word;
            while (str_next(&words, ',', &word))
                if (word.len)
                    put_chip(p, h, names[i], word, chip_label(h, names[i], word));
        }
        page_raw(p, "</ul>");
    }
    page_raw(p, "</div>");
}

/* ---- at the map's edge ---- */

/* A white map with a few streets at its edge is a map that ends, and says so. */
static void put_ground(struct home *h)
{
    double share = h->zoom >= ZOOM_STREETS ? app_share_with_streets(h->page.app, h->box) : 1;
    if (share < STREETS_ENOUGH)
        page_fmt(&h->page, "<p class=\"ground\">%t</p>", share < STREETS_FEW ? "map.no_streets" : "map.some_streets");
}

static void put_edge(struct home *h)
{
    struct page *p = &h->page;
    const struct point *badges[STRIP_MAX];
    size_t n = 0;
    if (h->zoom >= ZOOM_STRIP)
        n = in_view_city_level(h->snapshot, h->box, &h->filter, clock_today(), badges, STRIP_MAX);
    page_raw(p, "<div id=\"edge\" class=\"edge\">");
    if (n) {
        page_fmt(p, "<details class=\"strip\"><summary>%t <strong>%N</strong></summary><ul class=\"rows\">", "strip.city", (int64_t)n);
        for (size_t i = 0; i < n; i++) {
            const struct card *c = snapshot_card(h->snapshot, badges[i]->card);
            AUTO(buf) to = {0};
            buf_fmt(&to, "/d/%llu", (unsigned long long)badges[i]->id);
            page_raw(p, "<li class=\"row\">");
            page_symbol(p, (enum category)badges[i]->category, (enum status)badges[i]->status, badges[i]->flags & POINT_STALE);
            page_fmt(p, "<span class=\"what\"><a class=\"record\" href=\"%L\">%S</a><span class=\"small\">%S</span></span></li>", to.at,
                p->french || !c->title_en.len ? c->title_fr : c->title_en, c->place_name);
        }
        page_raw(p, "</ul></details>");
    }
    put_ground(h);
    page_raw(p, "</div>");
}

/* ---- legend ---- */

static void put_legend(struct home *h)
{
    struct page *p = &h->page;
    page_fmt(p, "<section id=\"legend\" class=\"legend\" aria-labelledby=\"legend-title\"><h2 id=\"legend-title\">%t</h2><ul>", "legend.title");
    for (int i = 0; i < FAMILY_COUNT; i++)
        if (h->seen.by_family[i])
            page_fmt(p, "<li><span class=\"sym fam-%s st-active\" aria-hidden=\"true\"></span>%T</li>", FAMILY_TERMS[i].code, &FAMILY_TERMS[i]);
    page_raw(p, "</ul><ul>");
    for (int i = 0; i < STATUS_COUNT; i++)
        if (h->seen.shown_status[i])
            page_fmt(p, "<li><span class=\"sym fam-image any st-%s\" aria-hidden=\"true\"></span>%T</li>", STATUS_TERMS[i].code, &STATUS_TERMS[i]);
    if (h->seen.n_old_news)
        page_fmt(p, "<li><span class=\"sym fam-image any st-active stale\" aria-hidden=\"true\"></span>%t</li>", "legend.stale");
    if (h->zoom >= ZOOM_CONES && h->seen.n_cameras)
        page_fmt(p, "<li><span class=\"cone\" aria-hidden=\"true\"></span>%t</li>", "legend.cone");
    page_raw(p, "</ul>");
    bool all = h->filter.spaces == filter_everything().spaces && h->filter.categories == filter_everything().categories;
    AUTO(buf) to = {0};
    page_map_address(&to, h->centre, h->zoom, all ? S("") : S("category=all&space=all"));
    page_fmt(p, "<p class=\"small\">%t", all ? "off.shown" : "off.hidden");
    if (!all && h->seen.n_hidden) {
        page_raw(p, " ");
        page_say(p, "off.here", (int64_t)h->seen.n_hidden);
    }
    page_fmt(p, " <a href=\"%L\">%t</a></p></section>", to.at, all ? "off.hide" : "off.show");
}

/* ---- list ---- */

/* All that is in this view, page by page, as text. */
static void put_list_link(struct home *h)
{
    const double edges[] = {h->box.west, h->box.south, h->box.east, h->box.north};
    AUTO(buf) to = {0};
    for (size_t i = 0; i < COUNT(edges); i++) {
        buf_add(&to, i ? S(",") : S("/list?bbox="));
        buf_fixed(&to, edges[i], 5);
    }
    buf_fmt(&to, "%s%.*s", h->query.len ? "&" : "", STR_ARG(h->query));
    page_fmt(&h->page, "<p><a href=\"%L\">%t</a></p>", to.at, "list.whole");
}

static bool put_projects(struct home *h, struct err *err)
{
    struct page *p = &h->page;
    const struct in_view *v = &h->seen;
    if (!v->n_listed)
        return true;
    page_fmt(p, "<h3>%t <span class=\"n\">%N</span></h3><ul class=\"rows\">", "list.projects", (int64_t)v->n_projects);
    for (size_t i = 0; i < v->n_listed; i++) {
        struct arena_mark mark = arena_mark(&p->rq->arena);
        struct deployment d;
        bool found;
        if (!store_find(h->worker->store, v->projects[i], false, &p->rq->arena, &d, &found, err))
            return false;
        if (found)
            page_row(p, &d, true);
        arena_release(&p->rq->arena, mark);
    }
    page_raw(p, "</ul>");
    if (v->n_projects > v->n_listed)
        put_list_link(h);
    return true;
}

static void put_devices(struct home *h)
{
    struct page *p = &h->page;
    const struct in_view *v = &h->seen;
    int64_t total = (int64_t)v->n_cameras + v->n_other_devices;
    if (!total)
        return;
    page_fmt(p, "<h3>%t <span class=\"n\">%t %N</span></h3>", "list.devices", "at_least", total);
    if (total > VIEW_DEVICES_MAX) {
        put_list_link(h);
        return;
    }
    page_raw(p, "<ul class=\"rows\">");
    for (size_t i = 0; i < v->n_devices_listed; i++) {
        const struct point *at = v->devices[i];
        const struct card *c = snapshot_card(h->snapshot, at->card);
        AUTO(buf) to = {0}, number = {0};
        buf_fmt(&to, "/d/%llu", (unsigned long long)at->id);
        buf_fmt(&number, "%llX", (unsigned long long)at->id); /* as in the record's title */
        page_raw(p, "<li class=\"row\">");
        page_symbol(p, (enum category)at->category, (enum status)at->status, at->flags & POINT_STALE);
        page_fmt(p, "<span class=\"what\"><a class=\"record\" href=\"%L\">%T, %t\u202f%s</a><span class=\"small\">%S%s%T</span></span></li>", to.at,
            &CATEGORY_TERMS[at->category], "number", number.at, c->place_name, c->place_name.len ? " · " : "", &STATUS_TERMS[at->status]);
    }
    page_raw(p, "</ul>");
}

/* What concerns départements, regions, the country: never a point, always in the list. */
static bool put_wider(struct home *h, struct err *err)
{
    struct page *p = &h->page;
    struct search search = {.filter = h->filter, .levels = 1 << LEVEL_DEPARTMENT | 1 << LEVEL_REGION | 1 << LEVEL_COUNTRY, .limit = 40};
    struct deployment *all;
    size_t n, total;
    if (!store_search(h->worker->store, &search, &p->rq->arena, &all, &n, &total, err))
        return false;
    if (!n)
        return true;
    page_fmt(p, "<h3>%t <span class=\"n\">%N</span></h3>", "list.wider", (int64_t)total);
    page_rows(p, all, n, true);
    return true;
}

static bool put_list(struct home *h, struct err *err)
{
    struct page *p = &h->page;
    page_fmt(p, "<section id=\"list\" class=\"list\" aria-labelledby=\"list-title\"><h2 id=\"list-title\">%t</h2>", "list.title");
    if (!h->seen.n_listed && !h->seen.n_cameras && !h->seen.n_other_devices)
        page_fmt(p, "<p>%t</p>", nothing_key(h));
    if (!put_projects(h, err))
        return false;
    put_devices(h);
    if (!put_wider(h, err))
        return false;
    page_fmt(p, "<p><a href=\"%L\">%t</a></p></section>", "/list", "list.all_communes");
    return true;
}

/* ---- filters ---- */

static void put_choice(struct page *p, const char *name, const struct term *t, bool on, uint32_t n)
{
    page_fmt(p, "<label class=\"choice%s\"><input type=\"checkbox\" name=\"%s\" value=\"%s\"%s><span>%T</span>"
                "<span class=\"n\" data-n=\"%s.%s\">%N</span></label>",
        n || on ? "" : " zero", name, t->code, on ? " checked" : "", t, name, t->code, (int64_t)n);
}

static bool is_chosen(const struct page *p, const char *name, const char *code)
{
    return str_list_has(page_param(p, name), ',', str_of(code));
}

static void put_categories(struct home *h)
{
    struct page *p = &h->page;
    page_fmt(p, "<fieldset><legend>%t</legend>", "filter.category");
    for (int f = 0; f < FAMILY_COUNT; f++) {
        page_fmt(p, "<p class=\"family\"><span class=\"sym fam-%s st-active\" aria-hidden=\"true\"></span>%T</p>", FAMILY_TERMS[f].code, &FAMILY_TERMS[f]);
        for (int i = 0; i < CATEGORY_COUNT; i++)
            if (category_family((enum category)i) == (enum family)f)
                put_choice(p, "category", &CATEGORY_TERMS[i], is_chosen(p, "category", CATEGORY_TERMS[i].code), h->seen.by_category[i]);
    }
    page_raw(p, "</fieldset>");
}

static void put_statuses(struct home *h)
{
    struct page *p = &h->page;
    page_fmt(p, "<fieldset><legend>%t</legend>", "filter.status");
    for (int i = 1; i <= STATUS_COUNT; i++) {
        const struct term *t = &STATUS_TERMS[i % STATUS_COUNT]; /* unknown last */
        put_choice(p, "status", t, is_chosen(p, "status", t->code), h->seen.by_status[i % STATUS_COUNT]);
    }
    page_raw(p, "</fieldset>");
}

/* Bars of what began or was first seen in each year; the choice below says the same in words. */
static void put_years(struct home *h)
{
    struct page *p = &h->page;
    int this_year = clock_ymd(clock_today()).year, first = this_year - 29;
    uint32_t most = 1;
    for (int y = first; y <= this_year; y++)
        if (y >= VIEW_FIRST_YEAR && y < VIEW_FIRST_YEAR + VIEW_YEARS)
            most = MAX(most, h->seen.by_year[y - VIEW_FIRST_YEAR]);
    page_fmt(p, "<fieldset><legend>%t</legend><svg class=\"years\" viewBox=\"0 0 300 40\" aria-hidden=\"true\">", "filter.date");
    for (int y = first; y <= this_year; y++) {
        int64_t n = y >= VIEW_FIRST_YEAR && y < VIEW_FIRST_YEAR + VIEW_YEARS ? h->seen.by_year[y - VIEW_FIRST_YEAR] : 0;
        int64_t tall = n ? 2 + 36 * n / most : 1;
        page_fmt(p, "<rect x=\"%d\" y=\"%d\" width=\"8\" height=\"%d\"></rect>", (int64_t)(y - first) * 10, 40 - tall, tall);
    }
    page_fmt(p, "</svg><label class=\"pick\"><span>%t</span><select name=\"date\"><option value=\"\">%t</option>", "filter.as_in", "filter.today");
    int64_t chosen = page_param_int(p, "date", 1900, 9999, 0);
    for (int y = this_year; y >= first; y--)
        page_fmt(p, "<option%s>%d</option>", chosen == y ? " selected" : "", (int64_t)y);
    page_raw(p, "</select></label></fieldset>");
}

static bool put_operators(struct home *h, struct err *err)
{
    struct page *p = &h->page;
    struct org *orgs;
    size_t n;
    if (!store_orgs(h->worker->store, &p->rq->arena, &orgs, &n, err))
        return false;
    page_fmt(p, "<fieldset><legend>%t</legend><label class=\"pick\"><span class=\"hidden\">%t</span><select name=\"operator\"><option value=\"\">%t</option>",
        "filter.operator", "filter.operator", "filter.any_operator");
    for (size_t i = 0; i < h->seen.n_operators; i++)
        for (size_t k = 0; k < n; k++)
            if (org_key(orgs[k].slug) == h->seen.operators[i].key)
                page_fmt(p, "<option value=\"%S\"%s>%S (%N)</option>", orgs[k].slug,
                    is_chosen(p, "operator", str_cstr(&p->rq->arena, orgs[k].slug)) ? " selected" : "", orgs[k].name, (int64_t)h->seen.operators[i].n);
    page_raw(p, "</select></label></fieldset>");
    return true;
}

static bool put_filters(struct home *h, struct err *err)
{
    struct page *p = &h->page;
    AUTO(buf) at = {0};
    buf_fixed(&at, h->centre.lon, 5);
    buf_char(&at, ',');
    buf_fixed(&at, h->centre.lat, 5);
    page_fmt(p, "<details id=\"filters\" class=\"filters\"><summary class=\"button\">%t</summary><form class=\"sheet\" action=\"/\" aria-label=\"%t\">"
                "<input type=\"hidden\" name=\"center\" value=\"%S\"><input type=\"hidden\" name=\"zoom\" value=\"%d\">"
                "<p class=\"small\">%t</p>",
        "filter.button", "filter.title", buf_str(&at), (int64_t)h->zoom, "filter.how");
    page_lang_field(p);
    put_categories(h);
    put_statuses(h);
    put_years(h);
    if (!put_operators(h, err))
        return false;
    page_fmt(p, "<fieldset><legend>%t</legend><label class=\"choice\"><input type=\"checkbox\" name=\"space\" value=\"all\"%s><span>%t</span></label>"
                "<label class=\"choice\"><input type=\"checkbox\" name=\"category\" value=\"all\"%s><span>%t</span></label></fieldset>",
        "filter.also", is_chosen(p, "space", "all") ? " checked" : "", "filter.also_private", is_chosen(p, "category", "all") ? " checked" : "",
        "filter.also_speed");
    page_fmt(p, "<p class=\"actions\"><button class=\"button main\">%t</button> <a class=\"button\" href=\"%L\">%t</a></p></form></details>", "filter.apply",
        "/", "filter.clear");
    return true;
}

/* ---- the page ---- */

/* What the script says by itself. */
static void put_words(struct page *p)
{
    static const char *const keys[] = {"close", "copied", "near.failed", "near.here", "search.none", "map.here_nothing", "map.several",
        "map.label", "number", "zoom.in", "zoom.out", "share.title", "map.failed", "panel"};
    AUTO(buf) json = {0};
    struct json_writer w = {.out = &json};
    json_open(&w, '{');
    for (size_t i = 0; i < COUNT(keys); i++) {
        json_key(&w, keys[i]);
        json_put_cstr(&w, say(p, keys[i]));
    }
    json_close(&w, '}');
    page_fmt(p, " data-words=\"%S\"", buf_str(&json));
}

static void put_top(struct page *p)
{
    page_fmt(p, "<h1 class=\"name\"><a href=\"%L\">%s</a></h1><p class=\"tagline\">%t</p>"
                "<form class=\"find\" role=\"search\" action=\"/list\"><label class=\"hidden\" for=\"q\">%t</label>"
                "<span class=\"field\"><input id=\"q\" name=\"q\" type=\"search\" placeholder=\"%t\" autocomplete=\"off\" autocapitalize=\"words\" spellcheck=\"false\">"
                "<ul id=\"found\" class=\"found\" role=\"listbox\" aria-label=\"%t\" hidden></ul></span><button class=\"go\">%t</button>",
        "/", p->app->config.title, "tagline", "search.label", "search.label", "search.results", "search.go");
    page_lang_field(p);
    page_fmt(p, "<button type=\"button\" id=\"near\" class=\"button\" hidden>%t</button></form>", "near.button");
}

static void put_stage(struct home *h)
{
    struct page *p = &h->page;
    AUTO(buf) link = {0};
    page_map_address(&link, h->centre, h->zoom, h->query);
    page_fmt(p, "<section class=\"stage\" aria-label=\"%t\"><div id=\"map\" data-query=\"%S\" data-zoom=\"%d\" data-home=\"%d\" data-center=\"", "map.label",
        h->query, (int64_t)h->zoom, (int64_t)h->by_default);
    buf_fixed(p->out, h->centre.lon, 5);
    page_raw(p, ",");
    buf_fixed(p->out, h->centre.lat, 5);
    page_raw(p, "\"");
    put_words(p);
    page_raw(p, ">");
    page_drawn_map(p, &(struct drawn_map){.centre = h->centre, .zoom = h->zoom, .cols = 7, .rows = 5, .steerable = true, .query = h->query});
    page_raw(p, "<p class=\"map-credit\">");
    page_credit(p);
    page_raw(p, "</p></div>");
    put_edge(h);
    page_fmt(p, "<aside id=\"panel\" class=\"panel\" tabindex=\"-1\" aria-label=\"%t\" hidden></aside></section>", "panel");
}

static void put_add_here(struct home *h)
{
    AUTO(buf) to = {0};
    page_map_address(&to, h->centre, h->zoom, S(""));
    struct str query = str_slice(buf_str(&to), 1, to.len); /* "/?…" */
    AUTO(buf) address = {0};
    buf_fmt(&address, "/add%.*s", STR_ARG(query));
    page_fmt(&h->page, "<a id=\"add-here\" class=\"button\" href=\"%L\">%t</a>", address.at, "add.here");
}

static bool put_whole(struct home *h, struct err *err)
{
    struct page *p = &h->page;
    AUTO(buf) title = {0};
    buf_fmt(&title, "%s · %s", p->app->config.title, say(p, "home.title"));
    page_begin(p, &(struct page_head){.title = buf_str(&title), .description = str_of(say(p, "home.description")), .canonical = S("/"), .map = true});
    page_raw(p, "<header class=\"top\">");
    put_top(p);
    put_chips(h);
    page_raw(p, "<div class=\"tools\">");
    if (!put_filters(h, err))
        return false;
    AUTO(buf) link = {0};
    page_map_address(&link, h->centre, h->zoom, h->query);
    page_fmt(p, "<a id=\"share\" class=\"button\" href=\"%L\">%t</a>", link.at, "share.button");
    if (p->app->config.contributions != CONTRIBUTIONS_CLOSED)
        put_add_here(h);
    page_raw(p, "</div>");
    page_raw(p, "</header><main id=\"main\">");
    put_stage(h);
    if (!put_line(h, err))
        return false;
    page_raw(p, "<div class=\"below\">");
    if (!put_list(h, err))
        return false;
    put_legend(h);
    page_raw(p, "</div>");
    page_end(p);
    return true;
}

static void put_numbers(struct home *h)
{
    struct page *p = &h->page;
    page_raw(p, "<div id=\"numbers\" hidden>");
    for (int i = 0; i < CATEGORY_COUNT; i++)
        page_fmt(p, "<span data-n=\"category.%s\">%N</span>", CATEGORY_TERMS[i].code, (int64_t)h->seen.by_category[i]);
    for (int i = 0; i < STATUS_COUNT; i++)
        page_fmt(p, "<span data-n=\"status.%s\">%N</span>", STATUS_TERMS[i].code, (int64_t)h->seen.by_status[i]);
    page_raw(p, "</div>");
}

/* For the script: what changes when the map is moved or filtered. */
static bool put_view(struct home *h, struct err *err)
{
    put_chips(h);
    put_edge(h);
    if (!put_line(h, err) || !put_list(h, err))
        return false;
    put_legend(h);
    put_numbers(h);
    return true;
}

bool page_home(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct home *h = ARENA_NEW(&rq->arena, struct home);
    if (!h)
        return err_arena(err);
    h->page = page_start(app, rq, rs);
    h->worker = worker;
    if (!page_filter(&h->page, worker, &h->filter, err) || !read_view(h, err))
        return false;
    AUTO(buf) query = {0};
    page_filter_query(&h->page, NULL, &query);
    h->query = buf_str(&query);
    h->snapshot = world_hold(app->world);
    in_view_count(&h->seen, h->snapshot, h->box, &h->filter, clock_today());
    bool done = page_is_part(&h->page) ? put_view(h, err) : put_whole(h, err);
    snapshot_drop(h->snapshot);
    return done;
}
