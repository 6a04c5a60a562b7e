/*
 * The page of a place: what its group says, the numbers, the map, what there is still to do, the records.
 */
#include "data/base/clock.h"
#include "data/group.h"
#include "server/on.h"
#include "server/page_parts.h"

enum { CONFIRMED_FOR_DAYS = 730, LOOKED_INTO_MAX = 500 /* records; of more only their number is said */ };

/* ---- the numbers ---- */

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

/* ---- the group ---- */

static void put_group(struct page *p, const struct group_page *g, const char *address)
{
    if (!g->body.len && !g->contact.len)
        return;
    page_raw(p, "<section class=\"group\" aria-labelledby=\"group\">");
    if (g->colour.len) /* a style of its own file: none may stand in the page */
        page_fmt(p, "<link rel=\"stylesheet\" href=\"%s/group.css\">", address);
    page_fmt(p, "<h2 id=\"group\">%t</h2>", "group.title");
    page_paragraphs(p, g->body);
    if (g->contact.len) {
        page_fmt(p, "<p>%t ", "group.contact");
        page_contact_link(p, g->contact);
        page_raw(p, "</p>");
    }
    page_fmt(p, "<p class=\"small\">%t</p></section>", "group.its_own_words");
}

/* How much waits, in steps: an exact number that anybody may ask for every minute would tell the minute at which somebody
 * proposed something here. Moderators read the exact one on /c/SLUG/group. */
static void put_waiting(struct page *p, size_t n)
{
    static const size_t steps[] = {100, 20, 5};
    for (size_t i = 0; i < COUNT(steps); i++) {
        if (n >= steps[i]) {
            page_say(p, "group.waiting.many", (int64_t)steps[i]);
            return;
        }
    }
    page_say(p, "group.waiting.few", (int64_t)steps[COUNT(steps) - 1]);
}

/* What can be asked for by show=. */
static const struct to_do {
    const char *show, *count, *title, *says;
} TO_DO[] = {{"stale", "group.stale", "group.stale.title", "group.stale.says"}, {"unsourced", "group.unsourced", "group.unsourced.title", "group.unsourced.says"}};

static struct search search_to_do(const struct place *place, const struct to_do *what)
{
    bool stale = what == &TO_DO[0];
    return (struct search){.filter = filter_public(), .place_code = place->code, .without_source = !stale,
        .unconfirmed_since = stale ? clock_today() - CONFIRMED_FOR_DAYS : 0};
}

static bool put_to_do(struct page *p, struct store *store, const struct place *place, const char *address, struct err *err)
{
    struct group_waiting waiting;
    if (!group_waiting(store, place->code, &waiting, err))
        return false;
    page_fmt(p, "<section><h2>%t</h2><ul class=\"plain\"><li>", "group.to_do");
    put_waiting(p, waiting.all);
    page_raw(p, "</li>");
    for (size_t i = 0; i < COUNT(TO_DO); i++) {
        struct search search = search_to_do(place, &TO_DO[i]);
        struct deployment *first;
        size_t n, total;
        search.limit = 1; /* only how many there are */
        if (!store_search(store, &search, &p->rq->arena, &first, &n, &total, err))
            return false;
        AUTO(buf) to = {0};
        buf_fmt(&to, "%s?show=%s", address, TO_DO[i].show);
        page_raw(p, "<li>");
        if (total)
            page_fmt(p, "<a href=\"%L\">", to.at);
        page_say_n(p, TO_DO[i].count, (int64_t)total);
        page_raw(p, total ? "</a></li>" : "</li>");
    }
    page_raw(p, "</ul></section>");
    return true;
}

/* ---- the page ---- */

static void begin(struct page *p, const struct place *place, const char *address)
{
    AUTO(buf) title = {0};
    buf_fmt(&title, "%.*s · %s", STR_ARG(place->name), p->app->config.title);
    page_begin(p, &(struct page_head){.title = buf_str(&title), .canonical = str_of(address)});
    page_fmt(p, "<h1>%S</h1>", place->name);
    if (place->parent_name.len)
        page_fmt(p, "<p class=\"where\">%S</p>", place->parent_name);
}

/* One list of what there is to do, whole. */
static bool put_list_to_do(struct page *p, struct store *store, const struct place *place, const struct to_do *what, const char *address, struct err *err)
{
    struct search search = search_to_do(place, what);
    size_t total;
    AUTO(buf) here = {0};
    buf_fmt(&here, "%s?show=%s", address, what->show);
    begin(p, place, here.at);
    page_fmt(p, "<p>");
    page_say(p, what->says, (int64_t)(CONFIRMED_FOR_DAYS / 365));
    page_raw(p, "</p>");
    if (!page_found(p, store, &search, what->title, here.at, false, &total, err))
        return false;
    if (!total)
        page_fmt(p, "<p>%t</p>", "group.nothing_to_do");
    page_fmt(p, "<p><a href=\"%L\">%t</a></p>", address, "group.back");
    page_end(p);
    return true;
}

static void put_ways_out(struct page *p, const struct place *place, const char *address)
{
    AUTO(buf) sheet = {0}, edit = {0};
    buf_fmt(&sheet, "%s/print?kind=sheet", address);
    buf_fmt(&edit, "%s/group", address);
    page_fmt(p, "<p class=\"small\"><a href=\"%L\" rel=\"nofollow\">%t</a></p>", sheet.at, "city.sheet");
    page_fmt(p, "<p class=\"small\">%t <a href=\"/api/collections/deployments/items?city=%U\">GeoJSON</a></p>", "city.data",
        place->slug.len ? place->slug : place->code);
    page_fmt(p, "<p class=\"small\"><a href=\"%L\" rel=\"nofollow\">%t</a></p>", edit.at, "group.edit");
}

bool page_place(struct worker *worker, struct request *rq, struct place *out, struct buf *address, struct err *err)
{
    bool found;
    struct str name = rq->n_segments > 1 ? rq->segments[1] : S("");
    if (!store_place(worker->store, name, &rq->arena, out, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de commune « %.*s »" : "there is no municipality \"%.*s\"",
            STR_ARG(str_cut_runes(name, 40)));
    buf_add(address, S("/c/"));
    buf_url(address, out->slug.len ? out->slug : out->code);
    return true;
}

bool page_city(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page p = page_start(app, rq, rs);
    struct filter filter;
    struct place place;
    struct group_page group;
    struct deployment *all;
    size_t n, total;
    AUTO(buf) address = {0};
    if (!page_filter(&p, worker, &filter, err) || !page_place(worker, rq, &place, &address, err) ||
        !group_read(worker->store, place.code, &rq->arena, &group, err))
        return false;
    for (size_t i = 0; i < COUNT(TO_DO); i++)
        if (str_eq(page_param(&p, "show"), str_of(TO_DO[i].show)))
            return put_list_to_do(&p, worker->store, &place, &TO_DO[i], address.at, err);
    begin(&p, &place, address.at);
    struct search search = {.filter = filter, .place_code = place.code, .limit = 1};
    if (!store_search(worker->store, &search, &rq->arena, &all, &n, &total, err))
        return false;
    search.limit = total;
    if (total > 1 && total <= LOOKED_INTO_MAX && !store_search(worker->store, &search, &rq->arena, &all, &n, &total, err))
        return false;
    if (total)
        put_city_numbers(&p, all, n, total);
    else
        page_fmt(&p, "<p class=\"numbers\">%t</p>", "city.nobody_looked");
    if (!place.has_boundary)
        page_fmt(&p, "<p class=\"note\">%t</p>", "city.no_boundary");
    put_city_map(&p, &place);
    put_group(&p, &group, address.at);
    bool works_here = group.body.len || group.contact.len; /* a group: what it does comes before what readers come for */
    if ((works_here && !put_to_do(&p, worker->store, &place, address.at, err)) ||
        !page_found(&p, worker->store, &search, "list.records", address.at, false, &total, err) ||
        !put_what_concerns(&p, worker->store, &place, &filter, err) ||
        (!works_here && total && !put_to_do(&p, worker->store, &place, address.at, err)))
        return false;
    put_ways_out(&p, &place, address.at);
    page_end(&p);
    return true;
}
