/*
 * POST /queue/{id}: a decision. What can be known to be wrong is said on the page itself, with what was typed still there; the
 * rest is the writer's to find, a colleague who was faster above all: then a short page keeps what was typed and leads back.
 */
#include <string.h>

#include "server/on.h"
#include "server/queue_item.h"
#include "server/writer.h"

/* ---- on the writer ---- */

static bool rule(void *ctx, struct store *s, struct err *err)
{
    struct queue_deed *d = ctx;
    d->failed = false;
    if (!store_mark(s, err))
        return false;
    if (contribution_rule(s, &d->r, &d->out, &d->why))
        return store_mark_keep(s, err);
    store_mark_undo(s);
    d->failed = true;
    return true;
}

static bool is_of_the_form(struct str name)
{
    static const char *const ours[] = {"form_token", "challenge", "answer", "website", "version", "base_version", "do"};
    for (size_t i = 0; i < COUNT(ours); i++)
        if (str_eq(name, str_of(ours[i])))
            return true;
    return false;
}

/* What was typed comes back as fields of a form that opens the page again. */
static void put_typed_again(struct page *p, const struct queue_deed *d)
{
    desk_form_begin(p, &d->item.caller, d->address, "");
    page_raw(p, "<input type=\"hidden\" name=\"do\" value=\"show\">");
    for (size_t i = 0; i < d->form.n; i++)
        if (!is_of_the_form(d->form.fields[i].name) && !d->form.fields[i].is_file)
            page_fmt(p, "<input type=\"hidden\" name=\"%S\" value=\"%S\">", d->form.fields[i].name, d->form.fields[i].value);
    page_fmt(p, "<button class=\"main\">%t</button></form>", "rule.again");
}

static bool say_why(struct queue_deed *d, struct app *app, struct request *rq, struct response *rs)
{
    struct page p = desk_begin(app, rq, rs, &d->item.caller, "rule.not_done");
    rs->status = err_http_status(d->why.code);
    page_fmt(&p, "<p class=\"fault\" role=\"alert\">%t</p><p>%s</p>", d->why.code == ERR_CONFLICT ? "rule.meanwhile" : "rule.why", d->why.text);
    put_typed_again(&p, d);
    page_end(&p);
    return true;
}

static const char *outcome_word(const struct ruled *out)
{
    return out->needs_second ? "second" : CONTRIBUTION_STATE_TERMS[out->state].code;
}

static bool ruled(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)err;
    struct queue_deed *d = ctx;
    AUTO(buf) to = {0};
    if (d->failed)
        return say_why(d, app, rq, rs);
    buf_add(&to, S("/queue"));
    if (d->next)
        buf_fmt(&to, "/%llu", (unsigned long long)d->next);
    queue_view_query(&d->item.view, NULL, '?', &to);
    buf_fmt(&to, "%cdone=%s&was=%llu", strchr(to.at, '?') ? '&' : '?', outcome_word(&d->out), (unsigned long long)d->item.c.id);
    return app_see_other(rq, rs, "%s", to.at);
}

/* ---- before it ---- */

static bool read_ruling(struct queue_deed *d, const struct config *config)
{
    static const struct {
        const char *what;
        enum ruling_kind kind;
        const char *text;
    } kinds[] = {{"accept", RULING_ACCEPT, NULL}, {"refuse", RULING_REFUSE, "reason"}, {"merge", RULING_MERGE, NULL}, {"ask", RULING_ASK, "question"}};
    struct str what = form_get(&d->form, "do");
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (!str_eq(what, str_of(kinds[i].what)))
            continue;
        struct str into = form_get(&d->form, "into_id").len ? form_get(&d->form, "into_id") : form_get(&d->form, "into");
        d->r = (struct ruling){.kind = kinds[i].kind, .id = d->item.c.id, .version = (uint32_t)desk_number(form_get(&d->form, "version")),
            .who = &d->item.caller.who, .reason = kinds[i].text ? form_get(&d->form, kinds[i].text) : S(""), .into = desk_number(into),
            .at_once = form_has(&d->form, "at_once"), .hold_days = config->hold_days};
        return true;
    }
    return false;
}

const char *queue_fault_of(struct store *s, const struct queue_deed *d, int *status)
{
    const struct contribution *c = &d->item.c;
    *status = 409;
    if (c->state > CONTRIBUTION_ASKED)
        return "rule.decided";
    if (d->r.version != c->version)
        return "rule.stale";
    if (d->r.kind == RULING_ACCEPT && territory_two_person(s, c->place_code) && c->account_id && c->account_id == d->r.who->account_id) {
        *status = 403;
        return "decide.two_own";
    }
    if (d->r.kind == RULING_ACCEPT && d->item.conflicts.len && !d->r.corrected.len)
        return "queue.conflicts";
    *status = 400;
    if (d->r.kind == RULING_ACCEPT && !d->item.fits)
        return "queue.misfit";
    if (d->r.kind == RULING_REFUSE && !d->r.reason.len)
        return "queue.reason_needed";
    if (d->r.kind == RULING_ASK && !d->r.reason.len)
        return "rule.question_needed";
    if (d->r.kind == RULING_MERGE && !d->r.into)
        return "rule.into_needed";
    return str_runes(d->r.reason) > CONTRIBUTION_NOTE_MAX_RUNES ? "rule.too_long" : NULL;
}

bool queue_rule(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct queue_deed *d, struct err *err)
{
    return queue_next(worker->store, &d->item.view, d->item.c.id, &rq->arena, &d->next, err) && app_write(app, rq, rs, rule, ruled, d, err);
}

bool on_queue_rule(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page words = {.french = rq->french};
    struct queue_deed *d = ARENA_ARRAY(&rq->arena, struct queue_deed, 1);
    AUTO(buf) address = {0};
    if (!d)
        return err_arena(err);
    if (!desk_form(app, worker, rq, rs, GATE_MODERATE, ROLE_MODERATOR, &d->form, &d->item.caller, err) ||
        !queue_item_load(worker, rq, &d->item, desk_number(rq->segments[1]), err))
        return false;
    queue_item_address(&d->item, &address);
    d->address = str_cstr(&rq->arena, buf_str(&address));
    d->item.typed = &d->form;
    if (str_eq(form_get(&d->form, "do"), S("show")))
        return queue_item_page(app, worker, rq, rs, &d->item, err);
    if (!read_ruling(d, &app->config))
        return err_set(err, ERR_INVALID, "%s", say(&words, "desk.no_such_deed"));
    const char *fault = queue_fault_of(worker->store, d, &rs->status);
    if (fault) {
        d->item.fault = say(&words, fault);
        return queue_item_page(app, worker, rq, rs, &d->item, err);
    }
    rs->status = 200;
    return queue_rule(app, worker, rq, rs, d, err);
}
