#include "server/page_share.h"

#include <string.h>

#include "renderer/preview.h"
#include "server/page_frame.h"

/* The rest of an address that has so many segments, the first of them a letter: "/c/nice" → "nice". */
static struct str only_name(struct str address, struct str before)
{
    struct str rest = str_slice(address, before.len, address.len);
    bool plain = str_starts(address, before) && rest.len && !str_has(rest, S("/")) && !str_has(rest, S("?"));
    return plain ? rest : (struct str){0};
}

static void add_query(struct buf *to, const char *name, struct str value)
{
    buf_fmt(to, "%c%s=", str_has(buf_str(to), S("?")) ? '&' : '?', name);
    buf_add(to, value);
}

/* The view that the visitor shares, as far as it is one. */
static void put_map_card(const struct page *p, struct buf *to)
{
    AUTO(buf) filters = {0};
    double v[2];
    struct str center = page_param(p, "center");
    int64_t zoom = page_param_int(p, "zoom", 0, 20, -1);
    buf_add(to, S("/card/map.png"));
    if (!str_eq(p->rq->path, S("/")))
        return;
    if (page_numbers(center, v, 2) && lonlat_is_valid((struct lonlat){v[0], v[1]}))
        add_query(to, "center", center);
    AUTO(buf) number = {0};
    buf_i64(&number, zoom);
    if (zoom >= 0)
        add_query(to, "zoom", buf_str(&number));
    page_filter_query(p, NULL, &filters);
    if (filters.len)
        buf_fmt(to, "%c%s", str_has(buf_str(to), S("?")) ? '&' : '?', filters.at);
}

static void put_card(struct page *p, const struct page_head *head)
{
    AUTO(buf) to = {0};
    struct str town = only_name(head->canonical, S("/c/")), record = only_name(head->canonical, S("/d/"));
    if (town.len)
        buf_fmt(&to, "/card/c/%.*s.png", STR_ARG(town));
    else if (record.len)
        buf_fmt(&to, "/card/d/%.*s.png", STR_ARG(record));
    else
        put_map_card(p, &to);
    if (p->french != p->app->config.french)
        add_query(&to, "lang", p->french ? S("fr") : S("en"));
    page_fmt(p, "<meta property=\"og:image\" content=\"%s%S\"><meta property=\"og:image:type\" content=\"image/png\">"
                "<meta property=\"og:image:width\" content=\"%d\"><meta property=\"og:image:height\" content=\"%d\">"
                "<meta property=\"og:image:alt\" content=\"%S\"><meta name=\"twitter:card\" content=\"summary_large_image\">",
        app_base_url(p->app), buf_str(&to), (int64_t)PREVIEW_WIDE_PX, (int64_t)PREVIEW_HIGH_PX, head->title);
}

static void put_alternate(struct page *p, const char *hreflang, struct str canonical, const char *lang)
{
    AUTO(buf) to = {0};
    buf_add(&to, canonical);
    if (lang)
        add_query(&to, "lang", str_of(lang));
    page_fmt(p, "<link rel=\"alternate\" hreflang=\"%s\" href=\"%s%S\">", hreflang, app_base_url(p->app), buf_str(&to));
}

void page_share(struct page *p, const struct page_head *head)
{
    struct str says = head->description.len ? head->description : str_of(say(p, "tagline"));
    page_fmt(p, "<meta name=\"description\" content=\"%S\"><meta property=\"og:title\" content=\"%S\"><meta property=\"og:site_name\" content=\"%s\">", says,
        head->title, p->app->config.title);
    if (!head->canonical.len || head->robots.len)
        return;
    page_fmt(p, "<meta property=\"og:type\" content=\"website\"><meta property=\"og:description\" content=\"%S\">"
                "<meta property=\"og:url\" content=\"%s%S\"><meta property=\"og:locale\" content=\"%s\">",
        says, app_base_url(p->app), head->canonical, p->french ? "fr_FR" : "en_GB");
    put_card(p, head);
    put_alternate(p, "fr", head->canonical, "fr");
    put_alternate(p, "en", head->canonical, "en");
    put_alternate(p, "x-default", head->canonical, NULL);
}
