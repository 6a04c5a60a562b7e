#include "server/alike_list.h"

#include <math.h>

#include "data/record/public_copy.h"
#include "server/page_parts.h"

static const double NEAR_M = 75;

static bool add_row(struct draft_page *k, struct store *store, const struct near *near, struct alike_row *rows, size_t *n, struct err *err)
{
    struct alike_row *row = &rows[*n];
    bool found;
    if (!store_find(store, near->id, false, &k->page.rq->arena, &row->record, &found, err))
        return false;
    if (!found || deployment_is_withheld(&row->record) || !row->record.has_position)
        return true; /* how far away it is would tell where it stands */
    row->id = near->id;
    row->distance_m = near->distance_m;
    row->strong = true;
    k->known[*n] = row->record.at;
    k->n_known = ++*n;
    return true;
}

bool alike_find(struct draft_page *k, struct store *store, const struct deployment *d, const struct alike_row **out, size_t *n, struct err *err)
{
    struct near *near;
    size_t n_near;
    struct alike_row *rows = ARENA_ARRAY(&k->page.rq->arena, struct alike_row, COUNT(k->known));
    *n = 0;
    if (!rows)
        return err_arena(err);
    *out = rows;
    if (!d->has_position || !store_near(store, d->at, NEAR_M, &k->page.rq->arena, &near, &n_near, err))
        return !d->has_position;
    for (size_t i = 0; i < n_near && *n < COUNT(k->known); i++)
        if (!add_row(k, store, &near[i], rows, n, err))
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

static void put_row(struct page *p, const struct alike_row *row)
{
    AUTO(buf) same = {0}, changed = {0};
    buf_fmt(&same, "/d/%llu/report?kind=confirm", (unsigned long long)row->id);
    buf_fmt(&changed, "/d/%llu/correct", (unsigned long long)row->id);
    page_row(p, &row->record, true);
    page_fmt(p, "<li class=\"same\">");
    if (!row->record.programme)
        page_say(p, "alike.distance", (int64_t)lround(row->distance_m));
    page_fmt(p, " <a href=\"%L\">%t</a> · <a href=\"%L\">%t</a></li>", same.at, "alike.same", changed.at, "alike.changed");
}

void alike_put(struct draft_page *k, const struct alike_row *rows, size_t n)
{
    struct page *p = &k->page;
    page_fmt(p, "<section class=\"alike\" aria-labelledby=\"alike\"><h2 id=\"alike\">%t</h2><p>%t</p><ol class=\"rows\">", "alike.title", "alike.lead");
    for (size_t i = 0; i < n; i++)
        put_row(p, &rows[i]);
    page_fmt(p, "</ol><p class=\"actions\"><button name=\"do\" value=\"other\" autofocus>%t</button></p></section>", "alike.other");
}
