/*
 * /queue/{id}: what would change, field by field, the place with what stands round it, what it rests on, what was said of it.
 * The forms to decide it are in queue_decide.c, what they do in on_queue_rule.c.
 */
#include "server/queue_item.h"

#include "data/base/clock.h"
#include "server/compare.h"
#include "server/on.h"
#include "server/page_parts.h"
#include "server/photo_parts.h"

/* ---- reading it ---- */

bool queue_item_load(struct worker *worker, struct request *rq, struct queue_item *item, uint64_t id, struct err *err)
{
    struct page words = {.rq = rq, .french = rq->french};
    struct err why;
    bool found;
    if (!contribution_find(worker->store, id, &rq->arena, &item->c, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, "%s", say(&words, "queue.no_such"));
    if (!who_may_at(&item->caller.who, item->c.place_code))
        return err_set(err, ERR_DENIED, "%s", say(&words, item->c.place_code.len ? "queue.elsewhere" : "queue.place_unknown"));
    item->view = queue_view_of(&words, &item->caller);
    item->fits = contribution_preview(worker->store, &item->c, S(""), &rq->arena, &item->before, &item->after, &item->conflicts, &why);
    if (!item->fits)
        item->misfit = str_cstr(&rq->arena, str_of(why.text));
    return true;
}

void queue_item_address(const struct queue_item *item, struct buf *out)
{
    buf_fmt(out, "/queue/%llu", (unsigned long long)item->c.id);
    queue_view_query(&item->view, NULL, '?', out);
}

/* ---- its head ---- */

static void put_head(struct page *p, const struct queue_item *item)
{
    const struct contribution *c = &item->c;
    bool waits = c->state <= CONTRIBUTION_ASKED;
    page_fmt(p, "<dl class=\"facts line-facts\"><dt>%t</dt><dd>", "queue.who");
    queue_put_who(p, c);
    page_fmt(p, "</dd><dt>%t</dt><dd>%S%s</dd><dt>%t</dt><dd>", "queue.place", c->place_name, "", "queue.since");
    if (waits)
        desk_age(p, c->created_s);
    else
        page_fmt(p, "%D", partial_date_of_month(c->created_s));
    page_fmt(p, "</dd><dt>%t</dt><dd>%T", "queue.state", &CONTRIBUTION_STATE_TERMS[c->state]);
    if (c->state == CONTRIBUTION_HELD)
        page_fmt(p, ", %t %D", "queue.publish", partial_date_of_day((int32_t)(c->publish_s / 86400)));
    page_raw(p, "</dd>");
    if (waits && c->due_s) {
        page_fmt(p, "<dt>%t</dt><dd><strong class=\"%s\">", "queue.clock", desk_is_overdue(c->due_s) ? "overdue" : "due");
        desk_due(p, c->due_s);
        page_raw(p, "</strong></dd>");
    }
    page_raw(p, "</dl>");
    AUTO(buf) key = {0};
    buf_fmt(&key, "accepting.%s", CONTRIBUTION_KIND_TERMS[c->kind].code);
    page_fmt(p, "<p class=\"does\">%t</p>", key.at);
    if (c->effect_version && waits)
        page_fmt(p, "<p class=\"does\">%t</p>", "queue.effect");
}

/* ---- what changes ---- */

static void put_reply_text(struct page *p, const struct contribution *c)
{
    AUTO(json_doc) doc = {0};
    struct err err;
    if (!json_read(&doc, c->patch, &JSON_BODY, &err))
        return;
    struct str label = json_string(json_get(doc.root, S("label"))), text = json_string(json_get(doc.root, S("text")));
    page_fmt(p, "<blockquote class=\"said\"><strong>%S</strong><p class=\"lines\">%S</p></blockquote>", label, text);
}

static void put_difference(struct page *p, const struct queue_item *item)
{
    const struct contribution *c = &item->c;
    page_fmt(p, "<section><h2>%t</h2>", c->kind == CONTRIBUTION_ADD ? "queue.proposed" : "queue.difference");
    if (c->kind == CONTRIBUTION_REPLY) {
        put_reply_text(p, c);
    } else if (!item->fits) {
        page_fmt(p, "<p class=\"fault\">%t %s</p><pre class=\"raw\">%S</pre>", "queue.misfit", item->misfit, c->patch);
    } else {
        struct comparison compared = {.before = c->target ? &item->before : NULL, .after = &item->after, .head_before = "compare.now",
            .head_after = "compare.proposed", .conflicts = item->conflicts};
        if (item->conflicts.len)
            page_fmt(p, "<p class=\"fault\">%t</p>", "queue.conflicts");
        if (!compare_put(p, &compared))
            page_fmt(p, "<p>%t</p>", "queue.nothing_changes");
    }
    page_raw(p, "</section>");
}

/* ---- where ---- */

static void put_zooms(struct page *p, const struct queue_item *item, int zoom)
{
    page_fmt(p, "<nav class=\"zooms\" aria-label=\"%t\">", "queue.zooms");
    for (int dz = 1; dz >= -1; dz -= 2) {
        AUTO(buf) to = {0};
        if (zoom + dz < QUEUE_MAP_ZOOM_MIN || zoom + dz > QUEUE_MAP_ZOOM_MAX)
            continue;
        queue_item_address(item, &to);
        buf_fmt(&to, "%czoom=%d#place", str_has(buf_str(&to), S("?")) ? '&' : '?', zoom + dz);
        page_fmt(p, "<a class=\"button\" href=\"%S\">%t</a>", buf_str(&to), dz > 0 ? "step.in" : "step.out");
    }
    page_raw(p, "</nav>");
}

static bool centre_of(const struct queue_item *item, struct lonlat *at)
{
    const struct deployment *d = &item->after;
    if (item->fits && d->has_position && item->c.kind != CONTRIBUTION_REPLY)
        *at = d->at;
    else if (item->c.has_position)
        *at = item->c.at;
    else
        return false;
    return true;
}

static bool put_place(struct page *p, struct store *s, const struct queue_item *item, struct queue_near *near, size_t *n, struct err *err)
{
    struct lonlat at;
    struct queue_mark marks[QUEUE_AROUND_MAX + 2];
    size_t n_marks = 0;
    *n = 0;
    if (!centre_of(item, &at))
        return true;
    if (!queue_find_around(p, s, item, at, near, n, err))
        return false;
    marks[n_marks++] = (struct queue_mark){at, '+'};
    if (item->c.target && item->fits && item->before.has_position && distance_m(item->before.at, at) > 0.5)
        marks[n_marks++] = (struct queue_mark){item->before.at, 'o'};
    for (size_t i = 0; i < *n; i++)
        if (near[i].has_at)
            marks[n_marks++] = (struct queue_mark){near[i].at, (char)('1' + i)};
    int zoom = (int)page_param_int(p, "zoom", QUEUE_MAP_ZOOM_MIN, QUEUE_MAP_ZOOM_MAX, QUEUE_MAP_ZOOM);
    page_fmt(p, "<section id=\"place\"><h2>%t</h2><div class=\"place\"><div>", "queue.place");
    queue_map(p, at, zoom, marks, n_marks);
    page_fmt(p, "<p class=\"small\">%t</p>", item->c.target ? "queue.map_legend_both" : "queue.map_legend");
    put_zooms(p, item, zoom);
    page_raw(p, "</div><div>");
    queue_put_around(p, item, near, *n);
    page_raw(p, "</div></div></section>");
    return true;
}

/* ---- what it rests on, and what was said ---- */

static void put_sources(struct page *p, const struct queue_item *item)
{
    const struct deployment *d = &item->after;
    if (!item->c.target || !item->fits || !d->n_sources)
        return; /* those of an addition are in the table */
    page_fmt(p, "<details><summary>%t <span class=\"n\">%N</span></summary><ol class=\"sources\">", "queue.sources", (int64_t)d->n_sources);
    for (size_t i = 0; i < d->n_sources; i++)
        page_source(p, &d->sources[i], i + 1);
    page_raw(p, "</ol></details>");
}

static bool put_said(struct page *p, struct store *s, const struct contribution *c, struct err *err)
{
    struct contribution_message *all;
    size_t n;
    if (!contribution_messages(s, c->id, &p->rq->arena, &all, &n, err))
        return false;
    if (!c->note.len && !n)
        return true;
    page_fmt(p, "<section><h2>%t</h2>", "queue.said");
    if (c->note.len)
        page_fmt(p, "<blockquote class=\"said\"><strong>%t</strong><p class=\"lines\">%S</p></blockquote>", "said.author", c->note);
    for (size_t i = 0; i < n; i++)
        page_fmt(p, "<blockquote class=\"said%s\"><strong>%t</strong><p class=\"lines\">%S</p></blockquote>", all[i].of_moderator ? " ours" : "",
            all[i].of_moderator ? "said.moderator" : "said.author", all[i].text);
    page_raw(p, "</section>");
    return true;
}

static void put_decided(struct page *p, const struct queue_item *item)
{
    const struct contribution *c = &item->c;
    AUTO(buf) to = {0};
    uint64_t record = c->result ? c->result : c->target;
    page_fmt(p, "<section class=\"decision\"><h2>%t</h2><p>%t", "queue.decision", queue_outcome(c->state, false));
    if (c->decided_s)
        page_fmt(p, " (%D)", partial_date_of_month(c->decided_s));
    page_raw(p, ".</p>");
    if (c->reason.len)
        page_fmt(p, "<p class=\"lines\">%S</p>", c->reason);
    buf_fmt(&to, "/d/%llu", (unsigned long long)record);
    if (record)
        page_fmt(p, "<p><a href=\"%L\">%t %d</a></p>", to.at, "me.record", (int64_t)record);
    struct str kept = item->typed ? form_get(item->typed, "reason") : S("");
    if (item->typed && !kept.len)
        kept = form_get(item->typed, "question");
    if (kept.len)
        page_fmt(p, "<label for=\"kept\">%t</label><textarea id=\"kept\" rows=\"3\" readonly>%S</textarea>", "rule.kept", kept);
    page_raw(p, "</section>");
}

/* ---- the page ---- */

/* What became of the one before, on the page of the next. */
static void put_done(struct page *p)
{
    struct str done = page_param(p, "done"), was = page_param(p, "was");
    static const char *const outcomes[] = {"accepted", "held", "refused", "merged", "asked", "second"};
    for (size_t i = 0; i < COUNT(outcomes); i++)
        if (str_eq(done, str_of(outcomes[i]))) {
            AUTO(buf) key = {0}, to = {0};
            buf_fmt(&key, "outcome.%s", outcomes[i]);
            buf_fmt(&to, "/queue/%llu", (unsigned long long)desk_number(was));
            page_fmt(p, "<p class=\"done\" role=\"status\">%t %t. <a href=\"%L\">%t</a></p>", "queue.before_this", key.at, to.at, "queue.look_back");
        }
}

static bool put_steps(struct page *p, struct store *s, const struct queue_item *item, struct err *err)
{
    uint64_t next;
    AUTO(buf) list = {0}, to = {0};
    if (!queue_next(s, &item->view, item->c.id, &p->rq->arena, &next, err))
        return false;
    buf_add(&list, S("/queue"));
    queue_view_query(&item->view, NULL, '?', &list);
    page_fmt(p, "<nav class=\"trail\" aria-label=\"%t\"><a href=\"%L\">← %t</a>", "queue.trail", list.at, "desk.queue");
    if (next) {
        buf_fmt(&to, "/queue/%llu", (unsigned long long)next);
        queue_view_query(&item->view, NULL, '?', &to);
        page_fmt(p, "<a rel=\"next\" href=\"%L\">%t →</a>", to.at, "queue.next");
    }
    page_raw(p, "</nav>");
    return true;
}

static void put_heading(struct page *p, struct store *s, const struct queue_item *item)
{
    AUTO(buf) to = {0};
    buf_fmt(&to, "/d/%llu", (unsigned long long)item->c.target);
    page_fmt(p, "<p class=\"kind\">%T</p><h1>", &CONTRIBUTION_KIND_TERMS[item->c.kind]);
    queue_put_what(p, s, &item->c);
    page_raw(p, "</h1>");
    if (item->c.target)
        page_fmt(p, "<p class=\"small\"><a href=\"%L\">%t %d</a></p>", to.at, "me.record", (int64_t)item->c.target);
}

bool queue_item_page(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct queue_item *item, struct err *err)
{
    struct store *s = worker->store;
    struct page words = {.french = rq->french};
    struct queue_near near[QUEUE_AROUND_MAX];
    size_t n;
    struct page p = desk_begin_titled(app, rq, rs, &item->caller, str_of(page_term(&words, &CONTRIBUTION_KIND_TERMS[item->c.kind])));
    put_done(&p);
    if (!put_steps(&p, s, item, err))
        return false;
    if (item->fault)
        page_fmt(&p, "<p class=\"fault\" id=\"fault\" role=\"alert\">%s</p>", item->fault);
    put_heading(&p, s, item);
    put_head(&p, item);
    put_difference(&p, item);
    if (!put_place(&p, s, item, near, &n, err))
        return false;
    put_sources(&p, item);
    if (!put_said(&p, s, &item->c, err))
        return false;
    if (item->c.photos) {
        page_fmt(&p, "<section><h2>%t</h2>", "queue.photos_title");
        photo_queue_list(&p, worker, item->c.id);
        page_raw(&p, "</section>");
    }
    if (item->c.state <= CONTRIBUTION_ASKED)
        queue_put_decision(&p, item, territory_two_person(s, item->c.place_code), near, n);
    else
        put_decided(&p, item);
    page_end(&p);
    return true;
}

bool on_queue_item(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct queue_item *item = ARENA_ARRAY(&rq->arena, struct queue_item, 1);
    bool done;
    if (!item)
        return err_arena(err);
    if (!caller_must_be(app, worker, rq, rs, ROLE_MODERATOR, &item->caller, &done, err) || done)
        return done;
    return queue_item_load(worker, rq, item, desk_number(rq->segments[1]), err) && queue_item_page(app, worker, rq, rs, item, err);
}
