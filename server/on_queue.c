/*
 * /queue: what waits for a decision, the urgent first, then the oldest; what was accepted and waits for its day; what was
 * decided. Several can be decided at once, each for itself: one that cannot be does not hold up the others.
 */
#include <string.h>

#include "data/base/clock.h"
#include "server/on.h"
#include "server/queue_view.h"
#include "server/writer.h"

/* ---- above the list ---- */

/* What there is none of is not said, so that what there is stands out. */
static void put_count(struct page *p, const char *key, size_t n, const char *class)
{
    if (!n && *class)
        return;
    page_fmt(p, "<li class=\"%s\">", class);
    page_say_n(p, key, (int64_t)n);
    page_raw(p, "</li>");
}

static bool put_counts(struct page *p, struct store *s, const struct caller *c, struct err *err)
{
    struct queue_counts n;
    if (!contribution_counts(s, &c->who, &n, err))
        return false;
    page_raw(p, "<ul class=\"counts\">");
    put_count(p, "count.waiting", n.waiting, "");
    put_count(p, "count.urgent", n.urgent, "urgent");
    put_count(p, "count.overdue", n.overdue, "overdue");
    put_count(p, "count.asked", n.asked, "asked");
    put_count(p, "count.held", n.held, "held");
    page_raw(p, "</ul>");
    return true;
}

static void put_tabs(struct page *p, const struct queue_view *v)
{
    static const char *const tabs[] = {"waiting", "held", "decided"};
    page_fmt(p, "<nav class=\"tabs\" aria-label=\"%t\">", "queue.tabs");
    for (size_t i = 0; i < COUNT(tabs); i++) {
        AUTO(buf) to = {0}, key = {0};
        buf_add(&to, S("/queue"));
        queue_view_query(v, "tab", '?', &to);
        if (i)
            buf_fmt(&to, "%ctab=%s", strchr(to.at, '?') ? '&' : '?', tabs[i]);
        buf_fmt(&key, "tab.%s", tabs[i]);
        page_fmt(p, "<a href=\"%L\"%s>%t</a>", to.at, strcmp(v->tab, tabs[i]) == 0 ? " aria-current=page" : "", key.at);
    }
    page_raw(p, "</nav>");
}

static void put_filters(struct page *p, const struct queue_view *v)
{
    const struct {
        const char *name;
        uint64_t value;
    } kept[] = {{"token", v->q.token_id}, {"account", v->q.account_id}, {"batch", v->q.batch_id}};
    page_fmt(p, "<form class=\"line filters\" action=\"/queue\"><label for=\"kind\">%t</label> <select id=\"kind\" name=\"kind\"><option value=\"\">%t</option>",
        "queue.kind", "queue.any_kind");
    for (int i = 0; i < CONTRIBUTION_KIND_COUNT; i++)
        page_fmt(p, "<option value=\"%s\"%s>%T</option>", CONTRIBUTION_KIND_TERMS[i].code, v->q.kind == i + 1 ? " selected" : "", &CONTRIBUTION_KIND_TERMS[i]);
    page_fmt(p, "</select> <label class=\"box\"><input type=\"checkbox\" name=\"urgent\" value=\"1\"%s> %t</label> ", v->q.urgent_only ? " checked" : "",
        "queue.urgent_only");
    for (size_t i = 0; i < COUNT(kept); i++)
        if (kept[i].value)
            page_fmt(p, "<input type=\"hidden\" name=\"%s\" value=\"%d\">", kept[i].name, (int64_t)kept[i].value);
    if (v->q.decided)
        page_fmt(p, "<input type=\"hidden\" name=\"tab\" value=\"%s\">", v->tab);
    page_lang_field(p);
    page_fmt(p, "<button>%t</button>", "queue.filter");
    for (size_t i = 0; i < COUNT(kept); i++)
        if (kept[i].value) {
            AUTO(buf) to = {0}, key = {0};
            buf_add(&to, S("/queue"));
            queue_view_query(v, kept[i].name, '?', &to);
            buf_fmt(&key, "queue.of_%s", kept[i].name);
            page_fmt(p, " <a class=\"chip\" href=\"%L\">%t <span aria-hidden=\"true\">×</span><span class=\"hidden\"> %t</span></a>", to.at, key.at, "queue.unfilter");
        }
    page_raw(p, "</form>");
}

/* ---- the list ---- */

/* What is read before it is decided has no box to tick. */
static bool can_tick(const struct contribution *c)
{
    return c->kind != CONTRIBUTION_PRIVACY && c->kind != CONTRIBUTION_REPLY && c->kind != CONTRIBUTION_UNLAWFUL && c->kind != CONTRIBUTION_REMOVE &&
           (c->state == CONTRIBUTION_PENDING || c->state == CONTRIBUTION_ASKED);
}

/* All from the same hand are a click away. */
static void put_who_link(struct page *p, const struct queue_view *v, const struct contribution *c)
{
    AUTO(buf) to = {0};
    const char *name = c->token_id ? "token" : c->batch_id ? "batch" : "account";
    uint64_t id = c->token_id ? c->token_id : c->batch_id ? c->batch_id : c->account_id;
    if (!id) {
        queue_put_who(p, c);
        return;
    }
    buf_fmt(&to, "/queue?%s=%llu", name, (unsigned long long)id);
    if (v->q.decided)
        buf_fmt(&to, "&tab=%s", v->tab);
    page_fmt(p, "<a href=\"%L\">", to.at);
    queue_put_who(p, c);
    page_raw(p, "</a>");
}

static void put_when(struct page *p, const struct contribution *c)
{
    bool waits = c->state == CONTRIBUTION_PENDING || c->state == CONTRIBUTION_ASKED;
    if (waits) {
        desk_age(p, c->created_s);
        if (c->due_s) {
            page_fmt(p, "<br><strong class=\"%s\">", desk_is_overdue(c->due_s) ? "overdue" : "due");
            desk_due(p, c->due_s);
            page_raw(p, "</strong>");
        }
    } else if (c->state == CONTRIBUTION_HELD) {
        page_fmt(p, "%D", partial_date_of_day((int32_t)(c->publish_s / 86400)));
    } else {
        page_fmt(p, "%D", partial_date_of_month(c->decided_s));
    }
}

static void put_marks(struct page *p, const struct contribution *c)
{
    if (contribution_is_urgent(c) && c->state <= CONTRIBUTION_ASKED)
        page_fmt(p, " <span class=\"badge urgent\">%t</span>", "queue.urgent");
    if (c->state != CONTRIBUTION_PENDING)
        page_fmt(p, " <span class=\"badge\">%t</span>", c->state == CONTRIBUTION_ASKED ? "queue.asked" : queue_outcome(c->state, false));
    if (c->survey)
        page_fmt(p, " <span class=\"badge\">%t</span>", "queue.survey");
    if (c->votes && c->state <= CONTRIBUTION_ASKED)
        page_fmt(p, " <span class=\"badge\">%t</span>", "queue.one_vote");
    if (c->photos) {
        page_raw(p, " <span class=\"badge\">");
        page_say_n(p, "queue.photos", c->photos);
        page_raw(p, "</span>");
    }
}

static void put_row(struct page *p, struct store *s, const struct queue_view *v, const struct contribution *c)
{
    AUTO(buf) to = {0};
    buf_fmt(&to, "/queue/%llu", (unsigned long long)c->id);
    queue_view_query(v, NULL, '?', &to);
    page_raw(p, "<tr>");
    if (!v->q.decided) {
        page_raw(p, "<td class=\"tick\">");
        if (can_tick(c))
            page_fmt(p, "<input type=\"checkbox\" name=\"id\" value=\"%d:%d\" aria-labelledby=\"c%d\">", (int64_t)c->id, (int64_t)c->version, (int64_t)c->id);
        page_raw(p, "</td>");
    }
    page_fmt(p, "<td class=\"kind-of\">%T</td><td class=\"what-of\" id=\"c%d\"><a href=\"%L\">", &CONTRIBUTION_KIND_TERMS[c->kind], (int64_t)c->id, to.at);
    queue_put_what(p, s, c);
    page_raw(p, "</a>");
    put_marks(p, c);
    if (c->place_name.len)
        page_fmt(p, "<br><span class=\"small\">%S</span>", c->place_name);
    else if (!c->place_code.len)
        page_fmt(p, "<br><span class=\"small\">%t</span>", "queue.no_place");
    page_fmt(p, "</td><td class=\"who-of\" data-head=\"%t\">", "queue.who");
    put_who_link(p, v, c);
    page_raw(p, "</td><td class=\"when-of\">");
    put_when(p, c);
    page_raw(p, "</td></tr>");
}

static void put_head(struct page *p, const struct queue_view *v)
{
    page_raw(p, "<table class=\"queue\"><thead><tr>");
    if (!v->q.decided)
        page_fmt(p, "<th scope=\"col\"><span class=\"hidden\">%t</span></th>", "queue.tick");
    page_fmt(p, "<th scope=\"col\">%t</th><th scope=\"col\">%t</th><th scope=\"col\">%t</th><th scope=\"col\">%t</th></tr></thead><tbody>", "queue.kind",
        "queue.what", "queue.who", strcmp(v->tab, "held") == 0 ? "queue.publish" : v->q.decided ? "queue.decided" : "queue.since");
}

static void put_deeds(struct page *p, const struct queue_view *v, size_t total)
{
    page_fmt(p, "<div class=\"deeds\"><button name=\"do\" value=\"accept\" class=\"main\">%t</button> <span class=\"refuse\"><label for=\"reason\">%t</label>"
                " <input id=\"reason\" name=\"reason\" autocomplete=\"off\"> <button name=\"do\" value=\"refuse\">%t</button></span>",
        "queue.accept_ticked", "queue.reason", "queue.refuse_ticked");
    if (v->q.token_id || v->q.batch_id || v->q.account_id) {
        page_fmt(p, "<button name=\"do\" value=\"accept_all\">");
        page_say_n(p, "queue.accept_all", (int64_t)MIN(total, (size_t)QUEUE_ROWS_MAX));
        page_raw(p, "</button>");
    }
    page_fmt(p, "</div><p class=\"small\">%t</p>", "queue.ticked_say");
}

static bool put_list(struct page *p, struct store *s, const struct caller *c, const struct queue_view *v, struct err *err)
{
    struct contribution *all;
    size_t n, total;
    AUTO(buf) address = {0};
    if (!contribution_queue(s, &v->q, &p->rq->arena, &all, &n, &total, err))
        return false;
    buf_add(&address, S("/queue"));
    queue_view_query(v, NULL, '?', &address);
    if (!n) {
        AUTO(buf) key = {0};
        buf_fmt(&key, "queue.none_%s", v->tab);
        page_fmt(p, "<p class=\"empty\">%t</p>", key.at);
        return true;
    }
    if (!v->q.decided)
        desk_form_begin(p, c, address.at, "list");
    put_head(p, v);
    for (size_t i = 0; i < n; i++)
        put_row(p, s, v, &all[i]);
    page_raw(p, "</tbody></table>");
    if (!v->q.decided) {
        put_deeds(p, v, total);
        page_raw(p, "</form>");
    }
    page_pager(p, address.at, v->q.offset, total);
    return true;
}

bool on_queue(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller c;
    bool done;
    if (!caller_must_be(app, worker, rq, rs, ROLE_MODERATOR, &c, &done, err) || done)
        return done;
    struct page p = desk_begin(app, rq, rs, &c, "queue.title");
    struct queue_view v = queue_view_of(&p, &c);
    page_fmt(&p, "<p class=\"territory\">%t ", "queue.territory");
    desk_territory(&p, worker->store, c.who.territory);
    page_raw(&p, "</p>");
    if (page_param(&p, "done").len) /* the last one of the queue was decided */
        page_fmt(&p, "<p class=\"done\" role=\"status\">%t</p>", "queue.last_done");
    if (!put_counts(&p, worker->store, &c, err))
        return false;
    put_tabs(&p, &v);
    put_filters(&p, &v);
    if (!put_list(&p, worker->store, &c, &v, err))
        return false;
    page_end(&p);
    return true;
}

/* ---- several at once ---- */

struct many {
    struct caller caller;
    struct form form;
    enum ruling_kind kind;
    int hold_days;
    struct arena *arena;
    const char *back;
    size_t n, n_done, n_second, n_failed;
    struct one {
        uint64_t id;
        uint32_t version;
        struct str why; /* of one that could not be decided */
    } at[QUEUE_ROWS_MAX];
};

static bool rule_one(struct store *s, struct many *m, struct one *one, struct err *err)
{
    struct ruled out;
    struct err why;
    struct ruling r = {.kind = m->kind, .id = one->id, .version = one->version, .who = &m->caller.who, .hold_days = m->hold_days,
        .reason = m->kind == RULING_REFUSE ? form_get(&m->form, "reason") : S("")};
    if (!store_mark(s, err))
        return false;
    if (contribution_rule(s, &r, &out, &why)) {
        m->n_second += out.needs_second;
        m->n_done += !out.needs_second;
        return store_mark_keep(s, err);
    }
    store_mark_undo(s);
    m->n_failed++;
    one->why = str_copy(m->arena, str_of(why.text));
    return true;
}

static bool rule_many(void *ctx, struct store *s, struct err *err)
{
    struct many *m = ctx;
    m->n_done = m->n_second = m->n_failed = 0;
    for (size_t i = 0; i < m->n; i++) {
        m->at[i].why = S("");
        if (!rule_one(s, m, &m->at[i], err))
            return false;
    }
    return true;
}

static bool many_ruled(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)err;
    struct many *m = ctx;
    struct page p = desk_begin(app, rq, rs, &m->caller, "many.title");
    page_raw(&p, "<p role=\"status\">");
    page_say_n(&p, m->kind == RULING_ACCEPT ? "many.accepted" : "many.refused", (int64_t)m->n_done);
    page_raw(&p, "</p>");
    if (m->n_second) {
        page_raw(&p, "<p>");
        page_say_n(&p, "many.second", (int64_t)m->n_second);
        page_raw(&p, "</p>");
    }
    if (m->n_failed) {
        page_fmt(&p, "<h2>%t</h2><ul class=\"plain\">", "many.failed");
        for (size_t i = 0; i < m->n; i++) {
            AUTO(buf) to = {0};
            buf_fmt(&to, "/queue/%llu", (unsigned long long)m->at[i].id);
            if (m->at[i].why.len)
                page_fmt(&p, "<li><a href=\"%L\">%t %d</a> — %S</li>", to.at, "many.one", (int64_t)m->at[i].id, m->at[i].why);
        }
        page_raw(&p, "</ul>");
    }
    page_fmt(&p, "<p><a class=\"button main\" href=\"%L\">%t</a></p>", m->back, "many.back");
    page_end(&p);
    return true;
}

static bool read_ticked(struct many *m)
{
    struct str ticked[QUEUE_ROWS_MAX];
    size_t n = MIN(form_all(&m->form, "id", ticked, QUEUE_ROWS_MAX), (size_t)QUEUE_ROWS_MAX);
    for (size_t i = 0; i < n; i++) {
        struct str rest = ticked[i], id, version;
        if (!str_next(&rest, ':', &id) || !str_next(&rest, ':', &version))
            continue;
        struct one one = {.id = desk_number(id), .version = (uint32_t)desk_number(version)};
        if (one.id && one.version)
            m->at[m->n++] = one;
    }
    return m->n > 0;
}

/* All of one source, as they are now. */
static bool read_all(struct store *s, struct request *rq, const struct queue_view *v, struct many *m, struct err *err)
{
    struct queue q = v->q;
    struct contribution *all;
    size_t n, total;
    q.offset = 0;
    q.limit = QUEUE_ROWS_MAX;
    if (!contribution_queue(s, &q, &rq->arena, &all, &n, &total, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (can_tick(&all[i]))
            m->at[m->n++] = (struct one){.id = all[i].id, .version = all[i].version};
    return true;
}

bool on_queue_post(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page words = {.app = app, .rq = rq, .french = rq->french};
    struct many *m = ARENA_ARRAY(&rq->arena, struct many, 1);
    AUTO(buf) back = {0};
    if (!m)
        return err_arena(err);
    if (!desk_form(app, worker, rq, rs, GATE_MODERATE, ROLE_MODERATOR, &m->form, &m->caller, err))
        return false;
    struct queue_view v = queue_view_of(&words, &m->caller);
    struct str what = form_get(&m->form, "do");
    bool all = str_eq(what, S("accept_all")) && !v.q.decided && (v.q.token_id || v.q.batch_id || v.q.account_id);
    m->kind = str_eq(what, S("refuse")) ? RULING_REFUSE : RULING_ACCEPT;
    m->hold_days = app->config.hold_days;
    m->arena = &rq->arena;
    buf_add(&back, S("/queue"));
    queue_view_query(&v, NULL, '?', &back);
    m->back = str_cstr(&rq->arena, buf_str(&back));
    if (!all && !str_eq(what, S("accept")) && !str_eq(what, S("refuse")))
        return err_set(err, ERR_INVALID, "%s", say(&words, "desk.no_such_deed"));
    if (m->kind == RULING_REFUSE && !form_get(&m->form, "reason").len)
        return err_set(err, ERR_INVALID, "%s", say(&words, "queue.reason_needed"));
    if (all ? !read_all(worker->store, rq, &v, m, err) : !read_ticked(m) && !err_set(err, ERR_INVALID, "%s", say(&words, "queue.none_ticked")))
        return false;
    return app_write(app, rq, rs, rule_many, many_ruled, m, err);
}
