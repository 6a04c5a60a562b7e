/*
 * Pages that explain (method, data, accessibility) and the page of an error answer.
 */
#include <string.h>

#include "data/base/clock.h"
#include "server/page_parts.h"
#include "server/page_words.h"

void page_words(struct page *p, const char *name)
{
    bool listing = false;
    for (int i = 1;; i++) {
        AUTO(buf) key = {0};
        buf_fmt(&key, "%s.%d", name, i);
        const char *text = say(p, key.at);
        bool heading = strncmp(text, "# ", 2) == 0, item = strncmp(text, "- ", 2) == 0;
        if (item != listing)
            page_raw(p, item ? "<ul>" : "</ul>");
        listing = item;
        if (!*text)
            return;
        page_fmt(p, heading ? "<h2>%s</h2>" : item ? "<li>%s</li>" : "<p>%s</p>", heading || item ? text + 2 : text);
    }
}

struct page page_words_begin(struct app *app, struct request *rq, struct response *rs, const char *name)
{
    struct page p = page_start(app, rq, rs);
    AUTO(buf) title = {0}, key = {0}, address = {0};
    buf_fmt(&key, "nav.%s", name);
    buf_fmt(&title, "%s · %s", say(&p, key.at), app->config.title);
    buf_fmt(&address, "/%s", name);
    page_begin(&p, &(struct page_head){.title = buf_str(&title), .canonical = buf_str(&address)});
    page_fmt(&p, "<article class=\"words\"><h1>%t</h1>", key.at);
    return p;
}

bool page_words_end(struct page *p)
{
    page_raw(p, "</article>");
    page_end(p);
    return true;
}

static void put_terms(struct page *p, const char *heading, const struct term *terms, size_t n, const char *link)
{
    page_fmt(p, "<h2>%t</h2><dl class=\"terms\">", heading);
    for (size_t i = 0; i < n; i++) {
        AUTO(buf) to = {0};
        buf_fmt(&to, "%s%s", link ? link : "", terms[i].code);
        if (link)
            page_fmt(p, "<dt><a href=\"%L\">%T</a></dt>", to.at, &terms[i]);
        else
            page_fmt(p, "<dt>%T</dt>", &terms[i]);
        page_fmt(p, "<dd>%s</dd>", p->french ? terms[i].fr_says : terms[i].en_says);
    }
    page_raw(p, "</dl>");
}

bool page_method(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker, (void)err;
    struct page p = page_words_begin(app, rq, rs, "method");
    page_words(&p, "method");
    put_terms(&p, "method.categories", CATEGORY_TERMS, CATEGORY_COUNT, "/k/");
    put_terms(&p, "method.statuses", STATUS_TERMS, STATUS_COUNT, NULL);
    put_terms(&p, "method.precisions", PRECISION_TERMS, PRECISION_COUNT, NULL);
    put_terms(&p, "method.confidences", CONFIDENCE_TERMS, CONFIDENCE_COUNT, NULL);
    return page_words_end(&p);
}

static void put_batches(struct page *p, const struct batch *all, size_t n)
{
    if (!n)
        return;
    page_fmt(p, "<h2>%t</h2><div class=\"scroll\"><table><thead><tr><th>%t</th><th>%t</th><th>%t</th><th>%t</th></tr></thead><tbody>", "data.batches",
        "data.batch", "data.as_of", "data.rows", "licence");
    for (size_t i = 0; i < n; i++) {
        const struct batch *b = &all[i];
        if (!str_eq(b->state, S("applied")) || !(b->n_new + b->n_updated + b->n_same)) /* of proposals only */
            continue;
        page_fmt(p, "<tr><td>%S</td><td>%D</td><td class=\"num\">%N</td><td>%S%s%S</td></tr>", b->attribution.len ? b->attribution : b->slug, b->as_of,
            (int64_t)(b->n_new + b->n_updated + b->n_same), b->licence, b->url.len ? " · " : "", b->url);
    }
    page_raw(p, "</tbody></table></div>");
}

bool page_data(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct store_stats stats;
    struct batch *batches;
    size_t n;
    if (!store_stats(worker->store, &stats, err) || !store_batches(worker->store, &rq->arena, &batches, &n, err))
        return false;
    struct page p = page_words_begin(app, rq, rs, "data");
    page_words(&p, "data");
    page_fmt(&p, "<h2>%t</h2><dl class=\"facts\"><dt>%t</dt><dd>%N</dd><dt>%t</dt><dd>%N</dd><dt>%t</dt><dd>%N</dd>", "data.numbers", "data.records",
        (int64_t)stats.deployments, "data.devices", (int64_t)stats.devices, "data.sources", (int64_t)stats.sources);
    if (stats.newest_day > 0)
        page_fmt(&p, "<dt>%t</dt><dd>%D</dd>", "data.newest", partial_date_of_day(stats.newest_day));
    page_fmt(&p, "</dl><h2>%t</h2><ul><li><a href=\"/api\">/api</a>, OGC API Features</li>"
                 "<li><a href=\"/api/collections/deployments/items?limit=100\">GeoJSON</a></li>"
                 "<li><a href=\"/tiles/deployments.json\">TileJSON</a> (%t)</li></ul>",
        "data.api", "data.vector");
    put_batches(&p, batches, n);
    return page_words_end(&p);
}

bool page_accessibility(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker, (void)err;
    struct page p = page_words_begin(app, rq, rs, "accessibility");
    page_words(&p, "accessibility");
    return page_words_end(&p);
}

bool page_error(struct app *app, struct request *rq, int status, const char *sentence, struct response *rs)
{
    buf_clear(&rs->body); /* a page that failed half-way */
    struct page p = page_start(app, rq, rs);
    rs->status = status;
    AUTO(buf) key = {0};
    buf_fmt(&key, "error.%d", status);
    const char *title = say(&p, key.at);
    if (!*title)
        title = say(&p, status >= 500 ? "error.500" : "error.400");
    page_begin(&p, &(struct page_head){.title = str_of(title), .robots = S("noindex")});
    page_fmt(&p, "<h1>%s</h1><p>%s</p><p><a href=\"%L\">%t</a> · <a href=\"%L\">%t</a></p>", title, sentence ? sentence : "", "/", "error.map", "/list",
        "nav.list");
    page_end(&p);
    return true;
}
