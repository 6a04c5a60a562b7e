#include "server/page_frame.h"

#include <string.h>

#include "server/desk.h"
#include "server/page_share.h"

/* The same page under the onion address, said to Tor Browser, which asks its user; only over TLS does it listen. */
static void say_onion(struct app *app, struct request *rq, struct response *rs)
{
    AUTO(buf) to = {0};
    if (!app->config.onion || !str_starts(str_of(app_base_url(app)), S("https://")) || str_has(request_header(rq, "Host"), S(".onion")))
        return;
    buf_add(&to, str_of(app->config.onion));
    for (size_t i = 0; i < rq->n_segments; i++) {
        buf_char(&to, '/');
        buf_url(&to, rq->segments[i]);
    }
    if (!rq->n_segments)
        buf_char(&to, '/');
    for (size_t i = 0; i < rq->n_query; i++) {
        buf_char(&to, i ? '&' : '?');
        buf_url(&to, rq->query[i].name);
        buf_char(&to, '=');
        buf_url(&to, rq->query[i].value);
    }
    rs->onion = str_copy(&rq->arena, buf_str(&to));
}

struct page page_start(struct app *app, struct request *rq, struct response *rs)
{
    rs->content_type = "text/html; charset=utf-8";
    rs->headers = HEADERS_PAGE;
    rs->vary = "Accept-Language";
    say_onion(app, rq, rs);
    return (struct page){.app = app, .rq = rq, .out = &rs->body, .french = rq->french};
}

bool page_is_part(const struct page *p)
{
    return page_param(p, "part").len != 0;
}

struct str page_param(const struct page *p, const char *name)
{
    struct str first = {0};
    AUTO(buf) all = {0};
    size_t n = 0;
    for (size_t i = 0; i < p->rq->n_query; i++) {
        const struct http_param *q = &p->rq->query[i];
        if (!str_eq(q->name, str_of(name)) || !q->value.len)
            continue;
        if (str_eq(q->value, S("all")))
            return q->value; /* a box for everything beside boxes for some */
        if (n++ == 0)
            first = q->value;
        buf_fmt(&all, "%s%.*s", n > 1 ? "," : "", STR_ARG(q->value));
    }
    return n < 2 ? first : str_copy(&p->rq->arena, buf_str(&all));
}

int64_t page_param_int(const struct page *p, const char *name, int64_t least, int64_t most, int64_t otherwise)
{
    int64_t v;
    return str_i64(page_param(p, name), &v) && v >= least && v <= most ? v : otherwise;
}

bool page_numbers(struct str text, double *out, size_t n)
{
    struct str word;
    size_t i = 0;
    for (; str_next(&text, ',', &word); i++)
        if (i == n || !str_double(word, &out[i]))
            return false;
    return i == n;
}

bool page_box(struct str text, struct box *out, struct err *err)
{
    double v[4];
    if (!page_numbers(text, v, 4) || !lonlat_is_valid((struct lonlat){v[0], v[1]}) || !lonlat_is_valid((struct lonlat){v[2], v[3]}) || v[1] > v[3])
        return err_set(err, ERR_INVALID, "bbox: it is west,south,east,north in degrees");
    *out = (struct box){v[0], v[1], v[2], v[3]};
    return true;
}

/* ---- filters ---- */

static const char *const FILTERS[] = {"category", "status", "space", "operator", "vendor", "date", "city"};

bool page_filter(struct page *p, struct worker *w, struct filter *out, struct err *err)
{
    *out = filter_public();
    for (size_t i = 0; i + 1 < COUNT(FILTERS); i++) {
        struct str value = page_param(p, FILTERS[i]);
        bool known;
        if (value.len && !filter_set(out, str_of(FILTERS[i]), value, &known, err))
            return false;
    }
    struct str city = page_param(p, "city");
    if (!city.len)
        return true;
    struct place place;
    bool found;
    if (!store_place(w->store, city, &p->rq->arena, &place, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, "city: there is no place \"%.*s\"", STR_ARG(str_cut_runes(city, 40)));
    out->place = place_key(place.code);
    return true;
}

void page_filter_query(const struct page *p, const char *without, struct buf *out)
{
    for (size_t i = 0; i < COUNT(FILTERS); i++) {
        struct str value = page_param(p, FILTERS[i]);
        if (!value.len || (without && strcmp(without, FILTERS[i]) == 0))
            continue;
        buf_fmt(out, "%s%s=", out->len ? "&" : "", FILTERS[i]);
        struct str word;
        for (bool first = true; str_next(&value, ',', &word); first = false) {
            if (!first)
                buf_char(out, ',');
            buf_url(out, word);
        }
    }
}

void page_filter_fields(struct page *p)
{
    for (size_t i = 0; i < COUNT(FILTERS); i++) {
        struct str value = page_param(p, FILTERS[i]);
        if (value.len)
            page_fmt(p, "<input type=\"hidden\" name=\"%s\" value=\"%S\">", FILTERS[i], value);
    }
}

void page_lang_field(struct page *p)
{
    if (page_param(p, "lang").len)
        page_fmt(p, "<input type=\"hidden\" name=\"lang\" value=\"%s\">", p->french ? "fr" : "en");
}

/* ---- pages of a list ---- */

size_t page_offset(const struct page *p)
{
    return (size_t)(page_param_int(p, "page", 1, 100000, 1) - 1) * LIST_ROWS;
}

void page_pager(struct page *p, const char *address, size_t offset, size_t total)
{
    if (total <= LIST_ROWS)
        return;
    int64_t page = (int64_t)(offset / LIST_ROWS) + 1, pages = (int64_t)((total + LIST_ROWS - 1) / LIST_ROWS);
    AUTO(buf) base = {0};
    buf_fmt(&base, "%s%cpage=", address, strchr(address, '?') ? '&' : '?');
    page_fmt(p, "<nav class=\"pager\" aria-label=\"%t\">", "pager");
    AUTO(buf) link = {0};
    if (page > 1) {
        buf_fmt(&link, "%s%lld", base.at, (long long)(page - 1));
        page_fmt(p, "<a rel=\"prev\" href=\"%L\">← %t</a> ", link.at, "pager.before");
    }
    page_fmt(p, "<span>%N / %N</span>", page, pages);
    buf_clear(&link);
    if (page < pages) {
        buf_fmt(&link, "%s%lld", base.at, (long long)(page + 1));
        page_fmt(p, " <a rel=\"next\" href=\"%L\">%t →</a>", link.at, "pager.after");
    }
    page_raw(p, "</nav>");
}

/* ---- credits ---- */

/* The next piece of text that stands before, within or behind a tag; *href is that of the link it stands in. */
static bool next_piece(struct str *rest, struct str *href, struct str *text)
{
    while (rest->len && rest->at[0] == '<') {
        size_t end = str_find(*rest, S(">"));
        struct str tag = str_slice(*rest, 0, end);
        size_t from = str_find(tag, S("href=\""));
        *href = (struct str){0};
        if (end != SIZE_MAX && from != SIZE_MAX) {
            struct str value = str_slice(tag, from + 6, tag.len);
            *href = str_slice(value, 0, str_find(value, S("\"")));
        }
        *rest = end == SIZE_MAX ? (struct str){0} : str_slice(*rest, end + 1, rest->len);
    }
    size_t end = str_find(*rest, S("<"));
    *text = str_slice(*rest, 0, end);
    *rest = end == SIZE_MAX ? (struct str){0} : str_slice(*rest, end, rest->len);
    return text->len != 0;
}

void page_credit(struct page *p)
{
    struct str rest = app_attribution(p->app), href = {0}, text;
    while (next_piece(&rest, &href, &text))
        if (str_starts(href, S("https://")))
            page_fmt(p, "<a href=\"%S\" rel=\"noopener noreferrer\">%S</a>", href, text);
        else
            page_text(p, text);
}

void page_credit_words(const struct page *p, struct buf *out)
{
    struct str rest = app_attribution(p->app), href, text;
    while (next_piece(&rest, &href, &text))
        buf_add(out, text);
}

/* ---- head and foot ---- */

/* This page in the other language: the same query with another lang=. */
static void other_language(struct page *p)
{
    AUTO(buf) to = {0};
    buf_add(&to, p->rq->path);
    buf_add(&to, S("?"));
    for (size_t i = 0; i < p->rq->n_query; i++) {
        const struct http_param *q = &p->rq->query[i];
        if (str_eq(q->name, S("lang")))
            continue;
        buf_url(&to, q->name);
        buf_char(&to, '=');
        buf_url(&to, q->value);
        buf_char(&to, '&');
    }
    buf_add(&to, p->french ? S("lang=en") : S("lang=fr"));
    page_fmt(p, "<a id=\"language\" href=\"%S\" hreflang=\"%s\" lang=\"%s\">%s</a>", buf_str(&to), p->french ? "en" : "fr",
        p->french ? "en" : "fr", p->french ? "English" : "Français");
}

static void page_meta(struct page *p, const struct page_head *head)
{
    page_fmt(p, "<title>%S</title>", head->title);
    page_share(p, head);
    if (head->canonical.len)
        page_fmt(p, "<link rel=\"canonical\" href=\"%s%S\">", app_base_url(p->app), head->canonical);
    if (head->robots.len)
        page_fmt(p, "<meta name=\"robots\" content=\"%S\">", head->robots);
}

void page_begin(struct page *p, const struct page_head *head)
{
    page_fmt(p, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">",
        p->french ? "fr" : "en");
    page_meta(p, head);
    if (head->refresh_s)
        page_fmt(p, "<meta http-equiv=\"refresh\" content=\"%d\">", (int64_t)head->refresh_s);
    page_raw(p, "<link rel=\"icon\" href=\"data:,\">");
    if (head->map || head->script)
        page_raw(p, "<link rel=\"stylesheet\" href=\"/web/leaflet.css\">");
    page_raw(p, "<link rel=\"stylesheet\" href=\"/web/page.css\">");
    if (head->form)
        page_raw(p, "<link rel=\"stylesheet\" href=\"/web/form.css\"><script src=\"/web/form.js\" defer></script>");
    if (head->caller || head->compare)
        page_raw(p, "<link rel=\"stylesheet\" href=\"/web/queue.css\">");
    if (head->photo)
        page_raw(p, "<link rel=\"stylesheet\" href=\"/web/photo.css\"><script src=\"/web/blur.js\" defer></script>");
    if (head->map)
        page_raw(p, "<link rel=\"stylesheet\" href=\"/web/map.css\"><script src=\"/web/leaflet.js\" defer></script>"
                    "<script src=\"/web/map.js\" defer></script>");
    if (head->script)
        page_fmt(p, "<script src=\"/web/leaflet.js\" defer></script><script src=\"/web/%s\" defer></script>", head->script);
    page_fmt(p, "</head><body class=\"%s\"><a class=\"skip\" href=\"#main\">%t</a>", head->map ? "map-page" : head->caller ? "text-page desk" : "text-page", "skip");
    if (head->map)
        return;
    struct str site = str_of(p->app->config.title);
    page_fmt(p, "<header class=\"bar\"><a class=\"name\" href=\"%L\">%S</a><nav aria-label=\"%t\"><a href=\"%L\">%t</a>"
                "<a href=\"%L\">%t</a><a href=\"%L\">%t</a>",
        "/", site, "nav", "/", "nav.map", "/list", "nav.list", "/method", "nav.method");
    if (p->app->config.contributions != CONTRIBUTIONS_CLOSED)
        page_fmt(p, "<a href=\"%L\">%t</a>", "/add", "nav.add");
    page_fmt(p, "</nav><form class=\"find\" role=\"search\" action=\"/list\"><label class=\"hidden\" for=\"q\">%t</label>"
                "<input id=\"q\" name=\"q\" type=\"search\" placeholder=\"%t\" autocomplete=\"off\"><button>%t</button>",
        "search.label", "search.label", "search.go");
    page_lang_field(p);
    page_raw(p, "</form></header>");
    if (head->caller)
        desk_bar(p, head->caller);
    page_raw(p, "<main id=\"main\">");
}

void page_end(struct page *p)
{
    static const char *const pages[][2] = {{"/list", "nav.list"}, {"/method", "nav.method"}, {"/data", "nav.data"}, {"/guide", "nav.guide"}, {"/track", "nav.track"},
        {"/accessibility", "nav.accessibility"}, {"/legal", "nav.legal"}, {"/contact", "nav.contact"}};
    page_fmt(p, "</main><footer class=\"foot\"><nav aria-label=\"%t\">", "nav.foot");
    for (size_t i = 0; i < COUNT(pages); i++)
        page_fmt(p, "<a href=\"%L\">%t</a>", pages[i][0], pages[i][1]);
    other_language(p);
    page_raw(p, "</nav><p class=\"credit\">");
    page_credit(p);
    page_raw(p, "</p></footer></body></html>\n");
}
