#include "server/alike_list.h"

#include <math.h>

#include "data/alike.h"
#include "server/page_parts.h"

/* A row of its own where the record is still there. Numbers on the map are those of the rows. */
static bool add_row(struct draft_page *k, struct store *store, const struct alike *like, struct alike_row *rows, size_t *n, struct err *err)
{
    struct alike_row *row = &rows[*n];
    bool found;
    if (!store_find(store, like->id, false, &k->page.rq->arena, &row->record, &found, err))
        return false;
    if (!found)
        return true;
    row->id = like->id;
    row->distance_m = like->distance_m;
    row->strong = like->strength >= ALIKE_MEDIUM;
    if (like->has_position && k->n_known == *n) { /* one without a place ends the numbers */
        k->known[*n] = like->at;
        k->n_known++;
    }
    ++*n;
    return true;
}

bool alike_find(struct draft_page *k, struct store *store, const struct deployment *d, const struct alike_row **out, size_t *n, struct err *err)
{
    struct alike *like;
    size_t n_like;
    struct alike_row *rows = ARENA_ARRAY(&k->page.rq->arena, struct alike_row, COUNT(k->known));
    *n = 0;
    if (!rows)
        return err_arena(err);
    *out = rows;
    if (!contribution_alike(store, d, &k->page.rq->arena, &like, &n_like, err))
        return false;
    for (size_t i = 0; i < n_like && *n < COUNT(k->known); i++)
        if (!add_row(k, store, &like[i], rows, n, err))
            return false;
    return true;
}

bool alike_matters(const struct alike_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].strong)
            return true;
    return false;
}

static void put_row(struct page *p, const struct alike_row *row, size_t number, bool on_map)
{
    bool stale;
    enum status status = page_status_now(&row->record, &stale);
    AUTO(buf) record = {0}, same = {0}, changed = {0};
    buf_fmt(&record, "/d/%llu", (unsigned long long)row->id);
    buf_fmt(&same, "%s/report?kind=confirm", record.at);
    buf_fmt(&changed, "%s/correct", record.at);
    page_raw(p, "<li class=\"row\">");
    if (on_map)
        page_fmt(p, "<span class=\"number\">%d</span>", (int64_t)number);
    page_symbol(p, row->record.category, status, stale);
    page_fmt(p, "<span class=\"what\"><a href=\"%L\">", record.at);
    page_title(p, &row->record);
    page_raw(p, "</a><span class=\"small\">");
    page_status(p, &row->record);
    if (row->distance_m >= 0) {
        page_raw(p, " · ");
        page_say(p, "alike.distance", (int64_t)lround(row->distance_m));
    }
    page_fmt(p, "</span><span class=\"same\"><a href=\"%L\">%t</a> · <a href=\"%L\">%t</a></span></span></li>", same.at, "alike.same", changed.at, "alike.changed");
}

void alike_put(struct draft_page *k, const struct alike_row *rows, size_t n)
{
    struct page *p = &k->page;
    page_fmt(p, "<section class=\"alike\" aria-labelledby=\"alike\"><h2 id=\"alike\">%t</h2><p>%t</p><ul class=\"rows\">", "alike.title",
        k->n_known ? "alike.lead" : "alike.lead_far");
    for (size_t i = 0; i < n; i++)
        put_row(p, &rows[i], i + 1, i < k->n_known);
    page_fmt(p, "</ul><p class=\"actions\"><button name=\"do\" value=\"other\" autofocus>%t</button></p></section>", "alike.other");
}
