/*
 * /track: what became of a contribution, for whoever holds its receipt. The code comes in a body and stays out of addresses,
 * histories and logs. Looking is free for those who know a code, a wrong one is a guess; what is added passes the gate.
 */
#include <string.h>

#include "data/photo_store.h"
#include "server/fields.h"
#include "server/gate.h"
#include "server/on.h"
#include "server/page_parts.h"
#include "server/receipt.h"
#include "server/writer.h"

struct track {
    struct caller caller;
    const struct form *form;
    struct contribution c;
    struct str receipt;
    const char *fault;  /* of what was to be added; NULL */
};

static struct page begin(struct app *app, struct request *rq, struct response *rs, const char *key)
{
    struct page p = page_start(app, rq, rs);
    rs->headers = HEADERS_PRIVATE;
    AUTO(buf) title = {0};
    buf_fmt(&title, "%s · %s", say(&p, key), app->config.title);
    page_begin(&p, &(struct page_head){.title = buf_str(&title), .robots = S("noindex"), .form = true});
    page_fmt(&p, "<h1>%t</h1>", key);
    return p;
}

/* The same page for every code that opens nothing. */
static bool put_question(struct app *app, struct request *rq, struct response *rs, const struct form *f)
{
    struct page p = begin(app, rq, rs, "track.title");
    struct faults faults = {0};
    struct fields x = {&p, f, &faults};
    if (f) {
        rs->status = 404;
        fault_add(&faults, "receipt", say(&p, form_get(f, "receipt").len ? "track.unknown" : "track.empty"));
    }
    page_fmt(&p, "<p>%t</p>", "track.says");
    fields_faults(&x);
    page_fmt(&p, "<form class=\"form\" method=\"post\" action=\"%L\">", "/track");
    field_line(&x, &(struct field){.name = "receipt", .label = "track.receipt", .says = "track.receipt.says", .max_runes = 60, .required = true});
    page_fmt(&p, "<p><button class=\"go\">%t</button></p></form>", "track.look");
    page_end(&p);
    return true;
}

/* ---- what became of it ---- */

static bool is_open(const struct contribution *c)
{
    return c->state == CONTRIBUTION_PENDING || c->state == CONTRIBUTION_ASKED;
}

static void put_state(struct page *p, const struct contribution *c)
{
    AUTO(buf) key = {0};
    buf_fmt(&key, "track.%s", CONTRIBUTION_STATE_TERMS[c->state].code);
    page_fmt(p, "<p class=\"state\"><span class=\"said\">%T</span></p><p>%t", &CONTRIBUTION_STATE_TERMS[c->state], key.at);
    if (c->state == CONTRIBUTION_HELD && c->publish_s)
        page_fmt(p, " %t %D.", "track.publish", partial_date_of_month(c->publish_s));
    if (is_open(c) && c->due_s)
        page_fmt(p, " %t %D.", "track.due", partial_date_of_day((int32_t)(c->due_s / 86400)));
    if (is_open(c) && c->effect_version)
        page_fmt(p, " %t", "track.effect");
    page_raw(p, "</p>");
    if (c->reason.len && !is_open(c))
        page_fmt(p, "<h2>%t</h2><p class=\"note\">%S</p>", c->state == CONTRIBUTION_REFUSED ? "track.reason" : "track.remark", c->reason);
}

static bool put_about(struct page *p, struct store *store, const struct contribution *c, struct err *err)
{
    struct deployment d;
    uint64_t id = c->result && c->state != CONTRIBUTION_ERASED ? c->result : c->target;
    bool found = false;
    page_fmt(p, "<p class=\"kind\">%T", &CONTRIBUTION_KIND_TERMS[c->kind]);
    if (c->place_name.len)
        page_fmt(p, " · %S", c->place_name);
    page_raw(p, "</p>");
    if (id && !store_find(store, id, false, &p->rq->arena, &d, &found, err))
        return false;
    if (!found)
        return true;
    AUTO(buf) to = {0};
    buf_fmt(&to, "/d/%llu", (unsigned long long)id);
    page_fmt(p, "<p>%t <a href=\"%L\">", "track.record", to.at);
    page_title(p, &d);
    page_raw(p, "</a></p>");
    return true;
}

/* Text of people: their line breaks stay. */
static void put_message(struct page *p, const char *who, struct str text)
{
    page_fmt(p, "<li><strong>%t</strong><span class=\"typed\">", who);
    buf_html(p->out, text);
    page_raw(p, "</span></li>");
}

static bool put_messages(struct page *p, struct store *store, const struct contribution *c, struct err *err)
{
    struct contribution_message *all;
    size_t n;
    if (!contribution_messages(store, c->id, &p->rq->arena, &all, &n, err))
        return false;
    if (!n && !c->note.len)
        return true;
    page_fmt(p, "<h2>%t</h2><ol class=\"talk\">", "track.messages");
    if (c->note.len)
        put_message(p, "track.you", c->note);
    for (size_t i = 0; i < n; i++)
        put_message(p, all[i].of_moderator ? "track.moderator" : "track.you", all[i].text);
    page_raw(p, "</ol>");
    return true;
}

static bool put_photos(struct page *p, struct store *store, const struct track *t, struct err *err)
{
    struct photo *all;
    size_t n;
    if (!receipt_takes_photos(t->c.kind) || !photo_of_contribution(store, t->c.id, &p->rq->arena, &all, &n, err))
        return !receipt_takes_photos(t->c.kind);
    bool takes = p->app->config.photos && n < PHOTOS_A_CONTRIBUTION_MAX && t->c.state != CONTRIBUTION_REFUSED && t->c.state != CONTRIBUTION_ERASED;
    if (!n && !takes)
        return true;
    page_fmt(p, "<h2>%t</h2>", "track.photos");
    if (n)
        page_raw(p, "<ul>");
    for (size_t i = 0; i < n; i++)
        page_fmt(p, "<li>%t %d%s%D : %T</li>", "photo.one", (int64_t)i + 1, all[i].taken.year ? ", " : "", all[i].taken, &PHOTO_STATE_TERMS[all[i].state]);
    if (n)
        page_raw(p, "</ul>");
    if (takes)
        receipt_button(p, "/track/photo", t->receipt, "receipt.photo", false);
    return true;
}

static void put_say(struct page *p, const struct track *t)
{
    struct faults faults = {0};
    struct fields x = {p, t->fault ? t->form : NULL, &faults};
    if (t->fault)
        fault_add(&faults, "text", t->fault);
    page_fmt(p, "<h2>%t</h2><form class=\"form\" method=\"post\" action=\"%L\"><input type=\"hidden\" name=\"receipt\" value=\"%S\">", "track.add", "/track",
        t->receipt);
    gate_fields(p, &t->caller, NULL);
    field_area(&x, &(struct field){.name = "text", .label = t->c.state == CONTRIBUTION_ASKED ? "track.answer" : "track.text",
        .says = "track.text.says", .max_runes = CONTRIBUTION_NOTE_MAX_RUNES, .required = true});
    page_fmt(p, "<p><button name=\"add\" value=\"1\">%t</button></p></form>", "track.send");
}

static bool put_track(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct track *t, struct err *err)
{
    struct page p = begin(app, rq, rs, "track.title");
    rs->status = t->fault ? 400 : 200;
    if (!put_about(&p, worker->store, &t->c, err))
        return false;
    put_state(&p, &t->c);
    if (!put_messages(&p, worker->store, &t->c, err) || !put_photos(&p, worker->store, t, err))
        return false;
    if (is_open(&t->c))
        put_say(&p, t);
    page_end(&p);
    return true;
}

/* ---- adding to it ---- */

static bool store_message(void *ctx, struct store *store, struct err *err)
{
    struct track *t = ctx;
    return contribution_say(store, t->c.id, false, form_get(t->form, "text"), err);
}

static bool say_added(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)err;
    struct track *t = ctx;
    struct page p = begin(app, rq, rs, "track.added");
    page_fmt(&p, "<p>%t</p>", "track.added.says");
    receipt_button(&p, "/track", t->receipt, "receipt.look", false);
    page_end(&p);
    return true;
}

static bool add(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct track *t, struct err *err)
{
    struct page p = {.french = rq->french};
    struct str text = form_get(t->form, "text");
    if (!is_open(&t->c))
        return put_track(app, worker, rq, rs, t, err);
    if (!text.len || str_runes(text) > CONTRIBUTION_NOTE_MAX_RUNES) {
        t->fault = say(&p, text.len ? "report.too_long" : "track.text.missing");
        return put_track(app, worker, rq, rs, t, err);
    }
    if (gate_form(app, worker, rq, rs, t->form, GATE_RECEIPT, &t->caller, err))
        return app_write(app, rq, rs, store_message, say_added, t, err);
    if (err->code != ERR_INVALID)
        return false;
    t->fault = str_cstr(&rq->arena, str_of(err->text));
    return put_track(app, worker, rq, rs, t, err);
}

bool on_track(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)worker, (void)err;
    return put_question(app, rq, rs, NULL);
}

bool on_track_sent(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct track *t = ARENA_NEW(&rq->arena, struct track);
    struct form *f = ARENA_NEW(&rq->arena, struct form);
    bool found;
    if (!t || !f)
        return err_arena(err);
    if (!form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, f, err) || !caller_of(app, worker, rq, &t->caller, err) ||
        !receipt_find(app, worker, rq, rs, f, &t->c, &found, err))
        return false;
    if (!found)
        return put_question(app, rq, rs, f);
    t->form = f;
    t->receipt = form_get(f, "receipt");
    return form_has(f, "add") ? add(app, worker, rq, rs, t, err) : put_track(app, worker, rq, rs, t, err);
}
