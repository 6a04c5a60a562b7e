/*
 * What changed, for everybody: the versions of one record and any two of them compared; and month by month which records
 * changed. By month, because the day and hour at which volunteers work is nobody's business, and never by whom.
 */
#include "data/changes.h"
#include "data/contribution.h"
#include "data/base/clock.h"
#include "server/compare.h"
#include "server/page_parts.h"

/* ---- one record ---- */

static void put_choice(struct page *p, const char *name, uint32_t version, uint32_t chosen)
{
    AUTO(buf) key = {0};
    buf_fmt(&key, "history.%s", name);
    page_fmt(p, "<label class=\"pick\"><input type=\"radio\" name=\"%s\" value=\"%d\"%s><span class=\"hidden\">%t %d</span></label>", name, (int64_t)version,
        version == chosen ? " checked" : "", key.at, (int64_t)version);
}

static void put_revision(struct page *p, uint64_t id, const struct revision *r, uint32_t a, uint32_t b, bool several)
{
    AUTO(buf) to = {0}, key = {0};
    buf_fmt(&to, "/d/%llu/v/%u", (unsigned long long)id, r->version);
    buf_fmt(&key, "revision.%.*s", STR_ARG(r->kind));
    page_fmt(p, "<li value=\"%d\">", (int64_t)r->version);
    if (several) {
        put_choice(p, "a", r->version, a);
        put_choice(p, "b", r->version, b);
    }
    page_fmt(p, "<a href=\"%L\">%t %d</a>, %D · %t", to.at, "version", (int64_t)r->version, partial_date_of_month(r->at_s), key.at);
    if (r->reason.len)
        page_fmt(p, " · %S", r->reason);
    page_raw(p, "</li>");
}

static void put_versions(struct page *p, uint64_t id, const struct revision *all, size_t n, uint32_t a, uint32_t b)
{
    AUTO(buf) to = {0};
    buf_fmt(&to, "/d/%llu/history", (unsigned long long)id);
    if (n > 1)
        page_fmt(p, "<form action=\"%S\"><p class=\"small\">%t</p>", buf_str(&to), "history.pick");
    page_raw(p, "<ol class=\"plain versions\">");
    for (size_t i = 0; i < n; i++)
        put_revision(p, id, &all[i], a, b, n > 1);
    page_raw(p, "</ol>");
    if (n > 1) {
        page_lang_field(p);
        page_fmt(p, "<button>%t</button></form>", "history.compare");
    }
}

static bool put_compared(struct page *p, struct store *s, uint64_t id, uint32_t a, uint32_t b, struct err *err)
{
    struct deployment before, after;
    bool had, has;
    if (!store_find_version(s, id, a, &p->rq->arena, &before, &had, err) || !store_find_version(s, id, b, &p->rq->arena, &after, &has, err))
        return false;
    if (!had || !has)
        return err_set(err, ERR_MISSING, "%s", say(p, "history.no_version"));
    page_raw(p, "<section id=\"compared\"><h2>");
    page_say(p, "history.compared", (int64_t)a, (int64_t)b);
    page_raw(p, "</h2>");
    if (!compare_put(p, &(struct comparison){.before = &before, .after = &after, .head_before = "history.a", .head_after = "history.b"}))
        page_fmt(p, "<p>%t</p>", "history.same");
    page_raw(p, "</section>");
    return true;
}

bool page_history(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page p = page_start(app, rq, rs);
    struct deployment d;
    struct revision *all;
    size_t n;
    if (!page_find_record(worker, rq, &d, err) || !store_history(worker->store, d.id, &rq->arena, &all, &n, err))
        return false;
    uint32_t a = (uint32_t)page_param_int(&p, "a", 1, UINT32_MAX, 0), b = (uint32_t)page_param_int(&p, "b", 1, UINT32_MAX, 0);
    bool compare = request_has(rq, S("a")) || request_has(rq, S("b"));
    AUTO(buf) title = {0}, back = {0};
    deployment_title(&title, &d, p.french);
    buf_fmt(&back, "/d/%llu", (unsigned long long)d.id);
    page_begin(&p, &(struct page_head){.title = buf_str(&title), .robots = S("noindex"), .compare = true});
    page_fmt(&p, "<h1>%t</h1><p><a href=\"%L\">%S</a></p>", "record.changes", back.at, buf_str(&title));
    if (compare && !put_compared(&p, worker->store, d.id, a, b, err))
        return false;
    put_versions(&p, d.id, all, n, a ? a : n > 1 ? all[1].version : 0, b ? b : n ? all[0].version : 0);
    page_end(&p);
    return true;
}

/* ---- all records, by month ---- */

static struct partial_date month_of(int year, int month)
{
    return partial_date_of_month((int64_t)clock_day((struct ymd){year, month, 1}) * 86400);
}

static void put_months(struct page *p, const struct month_count *months, size_t n)
{
    page_fmt(p, "<ul class=\"communes\">");
    for (size_t i = 0; i < n; i++) {
        AUTO(buf) to = {0};
        buf_fmt(&to, "/history?month=%d-%02d", months[i].year, months[i].month);
        page_fmt(p, "<li><a href=\"%L\">%D</a> <span class=\"n\">%N</span></li>", to.at, month_of(months[i].year, months[i].month), (int64_t)months[i].records);
    }
    page_raw(p, "</ul>");
}

static bool put_month_row(struct page *p, struct store *s, const struct month_change *m, struct err *err)
{
    struct deployment d;
    bool found;
    AUTO(buf) to = {0}, changes = {0};
    if (!store_find(s, m->id, false, &p->rq->arena, &d, &found, err))
        return false;
    if (!found)
        return true;
    buf_fmt(&to, "/d/%llu", (unsigned long long)m->id);
    buf_fmt(&changes, "/d/%llu/history", (unsigned long long)m->id);
    page_fmt(p, "<li><a href=\"%L\">", to.at);
    page_title(p, &d);
    page_fmt(p, "</a> · %t · <a href=\"%L\">", m->is_new ? "history.new" : m->is_return ? "revision.revert" : "history.changed", changes.at);
    page_say_n(p, "history.versions", (int64_t)m->versions);
    page_raw(p, "</a></li>");
    return true;
}

static bool put_month(struct page *p, struct store *s, int year, int month, struct err *err)
{
    struct month_change *all;
    size_t n, total, offset = page_offset(p);
    AUTO(buf) address = {0};
    if (!store_month_changes(s, year, month, offset, LIST_ROWS, &p->rq->arena, &all, &n, &total, err))
        return false;
    page_fmt(p, "<h2>%D <span class=\"n\">%N</span></h2><ul class=\"plain\">", month_of(year, month), (int64_t)total);
    for (size_t i = 0; i < n; i++)
        if (!put_month_row(p, s, &all[i], err))
            return false;
    page_raw(p, "</ul>");
    buf_fmt(&address, "/history?month=%d-%02d", year, month);
    page_pager(p, address.at, offset, total);
    return true;
}

bool page_changes(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page p = page_start(app, rq, rs);
    struct month_count *months;
    size_t n;
    struct partial_date chosen = {0};
    struct str asked = page_param(&p, "month");
    if (asked.len && (!partial_date_read(asked, &chosen) || !chosen.month || chosen.day))
        return err_set(err, ERR_INVALID, "%s", say(&p, "history.bad_month"));
    if (!store_changed_months(worker->store, &rq->arena, &months, &n, err))
        return false;
    AUTO(buf) title = {0};
    buf_fmt(&title, "%s · %s", say(&p, "history.title"), app->config.title);
    page_begin(&p, &(struct page_head){.title = buf_str(&title), .canonical = S("/history"), .robots = asked.len ? S("noindex") : S("")});
    page_fmt(&p, "<h1>%t</h1><p>%t</p>", "history.title", "history.about");
    if (chosen.year && !put_month(&p, worker->store, chosen.year, chosen.month, err))
        return false;
    if (chosen.year)
        page_fmt(&p, "<h2>%t</h2>", "history.months");
    put_months(&p, months, n);
    if (!n)
        page_fmt(&p, "<p>%t</p>", "history.none");
    page_end(&p);
    return true;
}
