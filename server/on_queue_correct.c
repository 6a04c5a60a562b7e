/*
 * /queue/{id}/correct: a proposal put right before it is accepted, in the same form in which it could have been made. What the
 * form does not show of it stays as it was proposed.
 */
#include <string.h>

#include "server/compare.h"
#include "server/on.h"
#include "server/page_draft.h"
#include "server/queue_item.h"

struct correcting {
    struct queue_deed d;
    struct draft_page k;
    struct draft draft;
    const char *says;   /* why it was not taken, of the whole */
    bool checked;       /* what would be accepted is shown */
};

static void put_checked(struct correcting *z, struct page *p)
{
    const struct queue_item *item = &z->d.item;
    page_fmt(p, "<section><h2>%t</h2>", "correct.would");
    if (!compare_put(p, &(struct comparison){.before = item->c.target ? &item->before : NULL, .after = &z->draft.d, .head_before = "compare.now",
            .head_after = "correct.corrected"}))
        page_fmt(p, "<p>%t</p>", "correct.nothing");
    page_raw(p, "</section>");
}

static bool put_page(struct correcting *z, struct response *rs)
{
    struct page *p = &z->k.page;
    const struct queue_item *item = &z->d.item;
    AUTO(buf) back = {0};
    rs->headers = HEADERS_PRIVATE;
    page_begin(p, &(struct page_head){.title = str_of(say(p, "decide.correct")), .robots = S("noindex"), .form = true, .script = "add.js", .caller = &item->caller});
    queue_item_address(item, &back);
    page_fmt(p, "<nav class=\"trail\" aria-label=\"%t\"><a href=\"%L\">← %t</a></nav><h1>%t</h1><p class=\"does\">%t</p>", "queue.trail", back.at,
        "correct.back", "decide.correct", "correct.says");
    if (z->says)
        page_fmt(p, "<p class=\"fault\" role=\"alert\">%t</p>", z->says);
    page_fmt(p, "<form class=\"form draft\" id=\"correct\" method=\"post\" action=\"%L\" novalidate>"
                "<button class=\"first\" name=\"do\" value=\"check\" tabindex=\"-1\" aria-hidden=\"true\">%t</button>"
                "<input type=\"hidden\" name=\"version\" value=\"%d\"><input type=\"hidden\" name=\"base_version\" value=\"%d\">",
        z->d.address, "add.check", (int64_t)item->c.version, (int64_t)item->before.version);
    draft_faults(&z->k);
    if (z->checked && !z->draft.n_faults)
        put_checked(z, p);
    draft_fields(&z->k);
    page_raw(p, "</form>");
    page_end(p);
    return true;
}

/* What is corrected is the record as it would be; its patch is from the record as it is. */
static bool judge(struct correcting *z, struct worker *w, struct buf *patch, struct err *err)
{
    const struct queue_item *item = &z->d.item;
    struct request *rq = z->k.page.rq;
    z->checked = true;
    if (!draft_read_change(&z->draft, &item->after, z->k.f, rq->french, w->store, &rq->arena, err))
        return false;
    z->k.draft = &z->draft;
    if (z->draft.n_faults)
        return true;
    if (!draft_patch(patch, item->c.target ? &item->before : NULL, &z->draft.d, err))
        return false;
    if (str_eq(buf_str(patch), S("{}")))
        z->says = "correct.nothing";
    return true;
}

static bool post(struct correcting *z, struct app *app, struct worker *w, struct request *rq, struct response *rs, struct err *err)
{
    struct queue_deed *d = &z->d;
    struct str pressed = form_get(z->k.f, "do");
    bool looked, sends = str_eq(pressed, S("send"));
    AUTO(buf) patch = {0};
    if (!draft_map_read(&z->k.map, z->k.f, z->k.what, w->store, &rq->arena, &looked, err))
        return false;
    if (looked || !(sends || str_eq(pressed, S("check"))))
        return put_page(z, rs);
    if (!judge(z, w, &patch, err))
        return false;
    d->r = (struct ruling){.kind = RULING_ACCEPT, .id = d->item.c.id, .version = (uint32_t)desk_number(form_get(z->k.f, "version")),
        .who = &d->item.caller.who, .corrected = str_copy(&rq->arena, buf_str(&patch)), .at_once = form_has(z->k.f, "publish"),
        .hold_days = app->config.hold_days};
    if (!z->says && !z->draft.n_faults && sends) {
        z->says = queue_fault_of(w->store, d, &rs->status);
        if (!z->says && desk_number(form_get(z->k.f, "base_version")) != d->item.before.version) {
            z->says = "rule.stale";
            rs->status = 409;
        }
    } else if (sends) {
        rs->status = 400;
    }
    if (!sends || z->says || z->draft.n_faults)
        return put_page(z, rs);
    rs->status = 200;
    d->form = *z->k.f;
    return queue_rule(app, w, rq, rs, d, err);
}

bool on_queue_correct(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page words = {.french = rq->french};
    struct correcting *z = ARENA_NEW(&rq->arena, struct correcting);
    AUTO(buf) address = {0};
    bool done, looked;
    if (!z)
        return err_arena(err);
    struct queue_item *item = &z->d.item;
    z->k = (struct draft_page){.f = ARENA_NEW(&rq->arena, struct form), .caller = &item->caller, .base = &item->after, .decides = true};
    if (!z->k.f)
        return err_arena(err);
    if (rq->method == HTTP_POST && !desk_form(app, worker, rq, rs, GATE_MODERATE, ROLE_MODERATOR, z->k.f, &item->caller, err))
        return false;
    if (rq->method != HTTP_POST && (!caller_must_be(app, worker, rq, rs, ROLE_MODERATOR, &item->caller, &done, err) || done))
        return done;
    if (!queue_item_load(worker, rq, item, desk_number(rq->segments[1]), err))
        return false;
    if (!item->fits || (item->c.kind != CONTRIBUTION_ADD && item->c.kind != CONTRIBUTION_EDIT))
        return err_set(err, ERR_CONFLICT, "%s", say(&words, "correct.cannot"));
    z->k.page = page_start(app, rq, rs);
    z->k.what = draft_what_of(&item->after);
    z->k.moderator = item->c.survey;
    buf_fmt(&address, "/queue/%llu/correct", (unsigned long long)item->c.id);
    queue_view_query(&item->view, NULL, '?', &address);
    z->d.address = str_cstr(&rq->arena, buf_str(&address));
    if (rq->method == HTTP_POST)
        return post(z, app, worker, rq, rs, err);
    draft_fill(z->k.f, &item->after, rq->french, &rq->arena);
    return draft_map_read(&z->k.map, z->k.f, z->k.what, worker->store, &rq->arena, &looked, err) && put_page(z, rs);
}
