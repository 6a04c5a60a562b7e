/*
 * /queue/history: what people changed, with whose name for moderators alone; and /queue/undo, which says first what would be
 * taken back and then takes it back: one version, all that an account or a token did, or an import.
 */
#include <string.h>

#include "data/changes.h"
#include "data/contribution.h"
#include "data/base/clock.h"
#include "server/compare.h"
#include "server/desk.h"
#include "server/on.h"
#include "server/page_parts.h"
#include "server/writer.h"

enum { BATCHES_SHOWN = 20 };

/* Taking back all that somebody did, or a whole import, reaches across territories. */
static bool may_undo_all(const struct who *who)
{
    return who_may_at(who, S(""));
}

/* ---- the list ---- */

static void put_title(struct page *p, struct store *s, uint64_t id)
{
    struct deployment d;
    struct err err;
    bool found;
    AUTO(buf) to = {0};
    buf_fmt(&to, "/d/%llu", (unsigned long long)id);
    page_fmt(p, "<a href=\"%L\">", to.at);
    if (store_find(s, id, true, &p->rq->arena, &d, &found, &err) && found)
        page_title(p, &d);
    else
        page_fmt(p, "%t %d", "me.record", (int64_t)id);
    page_raw(p, "</a>");
}

/* Names are for those who may decide at that place. */
static void put_whose(struct page *p, const struct caller *c, const struct made_change *m)
{
    AUTO(buf) to = {0};
    if (!m->account_id && !m->token_id)
        page_fmt(p, "%t", "queue.anonymous");
    if ((!m->account_id && !m->token_id) || !who_may_at(&c->who, m->place_code))
        return;
    buf_fmt(&to, "/queue/history?%s=%llu", m->token_id ? "token" : "account", (unsigned long long)(m->token_id ? m->token_id : m->account_id));
    page_fmt(p, "<a href=\"%L\">%S</a>", to.at, m->by);
}

static void put_change(struct page *p, struct store *s, const struct caller *c, const struct made_change *m)
{
    AUTO(buf) kind = {0}, compare = {0}, undo = {0};
    buf_fmt(&kind, "revision.%.*s", STR_ARG(m->kind));
    buf_fmt(&compare, "/d/%llu/history?a=%u&b=%u", (unsigned long long)m->id, m->version - 1, m->version);
    buf_fmt(&undo, "/queue/undo?record=%llu&version=%u", (unsigned long long)m->id, m->version);
    page_raw(p, "<tr><td class=\"what-of\">");
    put_title(p, s, m->id);
    page_fmt(p, " <span class=\"small\">%t %d</span>", "version", (int64_t)m->version);
    if (!m->is_published)
        page_fmt(p, " <span class=\"badge\">%t</span>", "changes.withdrawn");
    page_fmt(p, "<br><span class=\"small\">%t%s%S</span></td><td class=\"who-of\" data-head=\"%t\">", m->version == 1 ? "history.new" : kind.at,
        m->reason.len ? " · " : "", m->reason, "queue.who");
    put_whose(p, c, m);
    page_raw(p, "</td><td class=\"when-of\">");
    desk_age(p, m->at_s);
    page_raw(p, "</td><td class=\"do-of\">");
    if (m->version > 1 && m->is_published)
        page_fmt(p, "<a href=\"%L\">%t</a> ", compare.at, "changes.compare");
    if (m->is_published && who_may_at(&c->who, m->place_code))
        page_fmt(p, "<a href=\"%L\">%t</a>", undo.at, m->version == m->newest ? "changes.undo" : "changes.back");
    page_raw(p, "</td></tr>");
}

static bool put_changes(struct page *p, struct store *s, const struct caller *c, const struct made_changes *q, const char *address, struct err *err)
{
    struct made_change *all;
    size_t n, total;
    if (!store_made_changes(s, q, &p->rq->arena, &all, &n, &total, err))
        return false;
    if (!n) {
        page_fmt(p, "<p class=\"empty\">%t</p>", "changes.none");
        return true;
    }
    page_fmt(p, "<table class=\"queue unticked\"><thead><tr><th scope=\"col\">%t</th><th scope=\"col\">%t</th><th scope=\"col\">%t</th>"
                "<th scope=\"col\"><span class=\"hidden\">%t</span></th></tr></thead><tbody>", "changes.record", "queue.who", "queue.since", "changes.do");
    for (size_t i = 0; i < n; i++)
        put_change(p, s, c, &all[i]);
    page_raw(p, "</tbody></table>");
    page_pager(p, address, q->offset, total);
    return true;
}

static bool put_batches(struct page *p, struct store *s, const struct caller *c, struct err *err)
{
    struct batch *all;
    size_t n;
    if (!store_batches(s, &p->rq->arena, &all, &n, err))
        return false;
    if (!n)
        return true;
    page_fmt(p, "<section><h2>%t</h2><ul class=\"plain\">", "changes.batches");
    for (size_t i = 0; i < MIN(n, (size_t)BATCHES_SHOWN); i++) {
        AUTO(buf) to = {0};
        bool applied = str_eq(all[i].state, S("applied"));
        buf_add(&to, S("/queue/undo?batch="));
        buf_url(&to, all[i].slug);
        page_fmt(p, "<li>%S <span class=\"n\">%N</span> · ", all[i].slug, (int64_t)(all[i].n_new + all[i].n_updated));
        if (applied && may_undo_all(&c->who))
            page_fmt(p, "<a href=\"%L\">%t</a>", to.at, "changes.undo");
        else
            page_fmt(p, "%t", applied ? "changes.applied" : "changes.undone");
        page_raw(p, "</li>");
    }
    page_raw(p, "</ul></section>");
    return true;
}

static void put_filter(struct page *p, const struct caller *c, const struct made_changes *q)
{
    AUTO(buf) undo = {0};
    if (!q->account_id && !q->token_id)
        return;
    buf_fmt(&undo, "/queue/undo?%s=%llu", q->token_id ? "token" : "account", (unsigned long long)(q->token_id ? q->token_id : q->account_id));
    page_fmt(p, "<p class=\"line\"><a class=\"chip\" href=\"%L\">%t <span aria-hidden=\"true\">×</span><span class=\"hidden\"> %t</span></a>", "/queue/history",
        q->token_id ? "queue.of_token" : "queue.of_account", "queue.unfilter");
    if (may_undo_all(&c->who))
        page_fmt(p, " <a class=\"button\" href=\"%L\">%t</a>", undo.at, "changes.undo_all");
    page_raw(p, "</p>");
}

static void put_undone(struct page *p)
{
    if (!page_param(p, "undone").len)
        return;
    page_raw(p, "<p class=\"done\" role=\"status\">");
    page_say(p, "changes.did", page_param_int(p, "undone", 0, 1000000000, 0), page_param_int(p, "left", 0, 1000000000, 0));
    page_raw(p, "</p>");
}

bool on_changes(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller c;
    bool done;
    if (!caller_must_be(app, worker, rq, rs, ROLE_MODERATOR, &c, &done, err) || done)
        return done;
    struct page p = desk_begin(app, rq, rs, &c, "changes.title");
    struct made_changes q = {.account_id = desk_number(page_param(&p, "account")), .token_id = desk_number(page_param(&p, "token")),
        .who = &c.who, .offset = page_offset(&p), .limit = LIST_ROWS};
    AUTO(buf) address = {0};
    buf_add(&address, S("/queue/history"));
    if (q.account_id || q.token_id)
        buf_fmt(&address, "?%s=%llu", q.token_id ? "token" : "account", (unsigned long long)(q.token_id ? q.token_id : q.account_id));
    put_undone(&p);
    page_fmt(&p, "<p>%t</p>", "changes.about");
    put_filter(&p, &c, &q);
    if (!put_changes(&p, worker->store, &c, &q, address.at, err) || (!q.account_id && !q.token_id && !put_batches(&p, worker->store, &c, err)))
        return false;
    page_end(&p);
    return true;
}

/* ---- taking back ---- */

/* One of them is set. */
struct undo {
    struct caller caller;
    struct form form;
    uint64_t record, account, token;
    uint32_t version; /* of record: the one to take back */
    struct str batch, reason;
    size_t undone, left;
    uint64_t waits;   /* the withdrawal that another moderator has to agree to; 0: none */
};

static void read_undo(struct undo *u, struct str (*get)(const void *from, const char *name), const void *from)
{
    u->record = desk_number(get(from, "record"));
    u->version = (uint32_t)desk_number(get(from, "version"));
    u->account = desk_number(get(from, "account"));
    u->token = desk_number(get(from, "token"));
    u->batch = get(from, "batch");
}

static struct str of_query(const void *from, const char *name)
{
    return request_query(from, str_of(name));
}

static struct str of_form(const void *from, const char *name)
{
    return form_get(from, name);
}

static bool check_undo(const struct undo *u, const struct request *rq, struct err *err)
{
    struct page words = {.french = rq->french};
    int n = (u->record != 0) + (u->account != 0) + (u->token != 0) + (u->batch.len != 0);
    if (n != 1 || (u->record && !u->version))
        return err_set(err, ERR_MISSING, "%s", say(&words, "undo.what"));
    if (!u->record && !may_undo_all(&u->caller.who))
        return err_set(err, ERR_DENIED, "%s", say(&words, "undo.everywhere"));
    return true;
}

static bool put_one(struct page *p, struct store *s, const struct undo *u, struct err *err)
{
    struct deployment now, then;
    bool found, had = false;
    if (!store_find(s, u->record, true, &p->rq->arena, &now, &found, err) ||
        (u->version > 1 && !store_find_version(s, u->record, u->version - 1, &p->rq->arena, &then, &had, err)))
        return false;
    if (!found || u->version > now.version || (u->version > 1 && !had))
        return err_set(err, ERR_MISSING, "%s", say(p, "history.no_version"));
    if (!who_may_at(&u->caller.who, now.place_code))
        return err_set(err, ERR_DENIED, "%s", say(p, now.place_code.len ? "queue.elsewhere" : "queue.place_unknown"));
    page_raw(p, "<p>");
    put_title(p, s, u->record);
    page_raw(p, "</p><p>");
    if (u->version == 1)
        page_fmt(p, "%t", "undo.remove");
    else
        page_say(p, u->version == now.version ? "undo.one" : "undo.several", (int64_t)u->version, (int64_t)(u->version - 1));
    page_raw(p, "</p>");
    if (u->version > 1 && !compare_put(p, &(struct comparison){.before = &now, .after = &then, .head_before = "compare.now", .head_after = "undo.then"}))
        page_fmt(p, "<p>%t</p>", "history.same");
    return true;
}

static bool put_all(struct page *p, struct store *s, const struct undo *u, struct err *err)
{
    size_t undone, left;
    struct undone batch;
    if (u->batch.len) {
        if (!store_batch_would_undo(s, u->batch, &batch, err))
            return false;
        page_fmt(p, "<p><strong>%S</strong></p><p>", u->batch);
        page_say(p, "undo.batch", (int64_t)batch.n_removed, (int64_t)batch.n_returned);
        page_raw(p, "</p>");
        return true;
    }
    if (!record_would_undo_all(s, (struct undo_of){.account_id = u->account, .token_id = u->token}, &undone, &left, err))
        return false;
    page_raw(p, "<p>");
    page_say(p, "undo.all", (int64_t)undone, (int64_t)left);
    page_raw(p, "</p>");
    return true;
}

static void put_field(struct page *p, const char *name, uint64_t value)
{
    if (value)
        page_fmt(p, "<input type=\"hidden\" name=\"%s\" value=\"%d\">", name, (int64_t)value);
}

static bool put_undo(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct undo *u, const char *fault,
    struct err *err)
{
    struct page p = desk_begin(app, rq, rs, &u->caller, "undo.title");
    if (fault)
        page_fmt(&p, "<p class=\"fault\" id=\"fault\" role=\"alert\">%s</p>", fault);
    if (!(u->record ? put_one(&p, worker->store, u, err) : put_all(&p, worker->store, u, err)))
        return false;
    desk_form_begin(&p, &u->caller, "/queue/undo", "confirm");
    put_field(&p, "record", u->record);
    put_field(&p, "version", u->version);
    put_field(&p, "account", u->account);
    put_field(&p, "token", u->token);
    if (u->batch.len)
        page_fmt(&p, "<input type=\"hidden\" name=\"batch\" value=\"%S\">", u->batch);
    page_fmt(&p, "<label for=\"reason\">%t</label><input id=\"reason\" name=\"reason\" required value=\"%S\" aria-describedby=\"reason-says%s\">"
                 "<p class=\"small\" id=\"reason-says\">%t</p><p><button class=\"main\">%t</button> <a class=\"button\" href=\"%L\">%t</a></p></form>",
        "queue.reason", u->reason, fault ? " fault" : "", "undo.reason_says", "undo.go", "/queue/history", "undo.not");
    page_end(&p);
    return true;
}

bool on_undo(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct undo *u = ARENA_ARRAY(&rq->arena, struct undo, 1);
    bool done;
    if (!u)
        return err_arena(err);
    if (!caller_must_be(app, worker, rq, rs, ROLE_MODERATOR, &u->caller, &done, err) || done)
        return done;
    read_undo(u, of_query, rq);
    return check_undo(u, rq, err) && put_undo(app, worker, rq, rs, u, NULL, err);
}

/* The first version has none before it: the record is withdrawn, as a decision like any other; where two people decide, the
 * other one does. */
static bool withdraw(struct store *s, struct undo *u, struct err *err)
{
    struct contribution c = {.kind = CONTRIBUTION_REMOVE, .target = u->record, .account_id = u->caller.who.account_id, .token_id = u->caller.who.token_id};
    struct ruled out;
    struct ruling r = {.kind = RULING_ACCEPT, .who = &u->caller.who, .reason = u->reason};
    if (!contribution_receive(s, &c, S(""), err))
        return false;
    r.id = c.id;
    u->waits = territory_two_person(s, c.place_code) ? c.id : 0;
    if (u->waits)
        return true;
    return contribution_rule(s, &r, &out, err);
}

static bool undo(void *ctx, struct store *s, struct err *err)
{
    struct undo *u = ctx;
    struct undone batch;
    u->undone = 1;
    u->left = 0;
    if (u->record)
        return u->version == 1 ? withdraw(s, u, err) : record_return_to(s, u->record, u->version - 1, &u->caller.who, u->reason, err);
    if (!u->batch.len)
        return record_undo_all(s, (struct undo_of){.account_id = u->account, .token_id = u->token}, &u->caller.who, u->reason, &u->undone, &u->left, err);
    if (!store_batch_undo(s, u->batch, &batch, err))
        return false;
    u->undone = batch.n_removed + batch.n_returned;
    return true;
}

static bool undone(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)err;
    struct undo *u = ctx;
    if (u->waits)
        return app_see_other(rq, rs, "/queue/%llu", (unsigned long long)u->waits);
    return app_see_other(rq, rs, "/queue/history?undone=%zu&left=%zu", u->undone, u->left);
}

bool on_undo_post(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page words = {.french = rq->french};
    struct undo *u = ARENA_ARRAY(&rq->arena, struct undo, 1);
    if (!u)
        return err_arena(err);
    if (!desk_form(app, worker, rq, rs, GATE_MODERATE, ROLE_MODERATOR, &u->form, &u->caller, err))
        return false;
    read_undo(u, of_form, &u->form);
    u->reason = form_get(&u->form, "reason");
    if (!check_undo(u, rq, err))
        return false;
    if (!u->reason.len || str_runes(u->reason) > CONTRIBUTION_NOTE_MAX_RUNES) {
        rs->status = 400;
        return put_undo(app, worker, rq, rs, u, say(&words, u->reason.len ? "rule.too_long" : "queue.reason_needed"), err);
    }
    return app_write(app, rq, rs, undo, undone, u, err);
}
