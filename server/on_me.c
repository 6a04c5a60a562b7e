/*
 * /me: what somebody with an account sees of themselves: what they proposed and what became of it, questions that wait for
 * them, their territory, their workshops, their password, and the button that ends all their sessions.
 */
#include "data/base/clock.h"
#include "data/contribution.h"
#include "server/desk.h"
#include "server/on.h"
#include "server/writer.h"

enum { OWN_ROWS = 50, WORKSHOP_HOURS = 12, TOKENS_SHOWN = 20 /* of each sort */ };

/* ---- what they proposed ---- */

static void put_answer_form(struct page *p, const struct caller *c, const struct contribution *k)
{
    desk_form_begin(p, c, "/me", "answer");
    page_fmt(p, "<input type=\"hidden\" name=\"do\" value=\"answer\"><input type=\"hidden\" name=\"id\" value=\"%d\"><label for=\"answer-%d\">%t</label>"
                "<textarea id=\"answer-%d\" name=\"text\" rows=\"2\" required></textarea><button>%t</button></form>",
        (int64_t)k->id, (int64_t)k->id, "me.answer", (int64_t)k->id, "me.answer_go");
}

static bool put_own(struct page *p, struct store *s, const struct caller *c, const struct contribution *k, struct err *err)
{
    AUTO(buf) to = {0};
    uint64_t record = k->result ? k->result : k->target;
    buf_fmt(&to, "/d/%llu", (unsigned long long)record);
    page_fmt(p, "<li><strong>%T</strong> · %T", &CONTRIBUTION_KIND_TERMS[k->kind], &CONTRIBUTION_STATE_TERMS[k->state]);
    if (k->place_name.len)
        page_fmt(p, " · %S", k->place_name);
    if (record)
        page_fmt(p, " · <a href=\"%L\">%t %d</a>", to.at, "me.record", (int64_t)record);
    if (k->state == CONTRIBUTION_REFUSED && k->reason.len)
        page_fmt(p, "<br><span class=\"small\">%t %S</span>", "me.refused", k->reason);
    if (k->state == CONTRIBUTION_ASKED) {
        struct contribution_message *said;
        size_t n;
        if (!contribution_messages(s, k->id, &p->rq->arena, &said, &n, err))
            return false;
        for (size_t i = 0; i < n; i++)
            page_fmt(p, "<p class=\"said\"><strong>%t</strong> %S</p>", said[i].of_moderator ? "said.moderator" : "said.you", said[i].text);
        put_answer_form(p, c, k);
    }
    page_raw(p, "</li>");
    return true;
}

static bool put_contributions(struct page *p, struct store *s, const struct caller *c, bool decided, struct err *err)
{
    struct contribution *all;
    size_t n, total;
    struct queue q = {.account_id = c->who.account_id, .decided = decided, .limit = OWN_ROWS};
    if (!contribution_queue(s, &q, &p->rq->arena, &all, &n, &total, err))
        return false;
    if (decided && !total)
        return true;
    page_fmt(p, "<h3>%t <span class=\"n\">%N</span></h3>", decided ? "me.decided" : "me.waiting", (int64_t)total);
    if (!total)
        page_fmt(p, "<p>%t</p>", "me.none");
    page_raw(p, "<ul class=\"plain own\">");
    for (size_t i = 0; i < n; i++)
        if (!put_own(p, s, c, &all[i], err))
            return false;
    page_raw(p, "</ul>");
    return true;
}

/* ---- tokens, workshops ---- */

static void put_state(struct page *p, const struct token *t)
{
    int64_t left_s = t->expires_s - clock_unix_s();
    if (t->revoked || left_s <= 0)
        page_fmt(p, "%t", t->revoked ? "me.revoked" : "me.over");
    else if (t->workshop)
        page_say_n(p, "me.open_hours", MAX(left_s / 3600, 1));
    else
        page_say_n(p, "me.open_days", MAX(left_s / 86400, 1));
}

static void put_revoke(struct page *p, const struct caller *c, const struct token *t)
{
    if (t->revoked || t->expires_s <= clock_unix_s())
        return;
    desk_form_begin(p, c, "/me", "one");
    page_fmt(p, "<input type=\"hidden\" name=\"do\" value=\"revoke\"><input type=\"hidden\" name=\"id\" value=\"%d\">"
                "<button>%t<span class=\"hidden\"> %S</span></button></form>", (int64_t)t->id, "me.revoke", t->label);
}

/* A workshop's contributions are looked through and taken back together. */
static void put_token(struct page *p, const struct caller *c, const struct token *t)
{
    AUTO(buf) queue = {0}, undo = {0};
    buf_fmt(&queue, "/queue?token=%llu", (unsigned long long)t->id);
    buf_fmt(&undo, "/queue/undo?token=%llu", (unsigned long long)t->id);
    page_fmt(p, "<tr><td>%S</td><td>", t->label);
    put_state(p, t);
    page_raw(p, "</td>");
    if (t->workshop)
        page_fmt(p, "<td><a href=\"%L\">%t</a> · <a href=\"%L\">%t</a></td>", queue.at, "me.workshop_queue", undo.at, "me.workshop_undo");
    page_raw(p, "<td>");
    put_revoke(p, c, t);
    page_raw(p, "</td></tr>");
}

/* The newest of their own, of one sort. */
static size_t put_tokens(struct page *p, const struct caller *c, const struct token *all, size_t n, bool workshops)
{
    size_t shown = 0;
    for (size_t i = n; i-- && shown < TOKENS_SHOWN;) {
        if (all[i].workshop != workshops || all[i].account_id != c->who.account_id)
            continue;
        if (!shown++) {
            page_fmt(p, "<div class=\"scroll\"><table><thead><tr><th>%t</th><th>%t</th>", workshops ? "me.label" : "me.token", "me.state");
            if (workshops)
                page_fmt(p, "<th>%t</th>", "me.workshop_rows");
            page_fmt(p, "<th><span class=\"hidden\">%t</span></th></tr></thead><tbody>", "me.revoke");
        }
        put_token(p, c, &all[i]);
    }
    if (shown)
        page_raw(p, "</tbody></table></div>");
    return shown;
}

static bool has_token(const struct caller *c, const struct token *all, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!all[i].workshop && all[i].account_id == c->who.account_id)
            return true;
    return false;
}

static bool put_codes(struct page *p, struct store *s, const struct caller *c, struct err *err)
{
    struct token *all;
    size_t n;
    if (!token_list(s, &p->rq->arena, &all, &n, err))
        return false;
    if (c->who.role >= ROLE_MODERATOR) {
        page_fmt(p, "<section id=\"workshops\"><h2>%t</h2><p>%t</p>", "me.workshops", "me.workshops_say");
        put_tokens(p, c, all, n, true);
        desk_form_begin(p, c, "/me", "line");
        page_fmt(p, "<input type=\"hidden\" name=\"do\" value=\"workshop\"><label for=\"label\">%t</label> <input id=\"label\" name=\"label\" required"
                    " maxlength=\"%d\" autocomplete=\"off\"> <button>%t</button></form></section>",
            "me.new_label", (int64_t)LABEL_MAX_RUNES, "me.new_workshop");
    }
    if (!has_token(c, all, n))
        return true;
    page_fmt(p, "<section id=\"tokens\"><h2>%t</h2><p>%t</p>", "me.tokens", "me.tokens_say");
    put_tokens(p, c, all, n, false);
    page_raw(p, "</section>");
    return true;
}

/* ---- the page ---- */

static void put_account(struct page *p, struct store *s, const struct caller *c)
{
    AUTO(buf) role = {0};
    buf_fmt(&role, "role.%s", ROLE_CODES[c->who.role]);
    page_fmt(p, "<dl class=\"facts\"><dt>%t</dt><dd>%S</dd><dt>%t</dt><dd>%t</dd><dt>%t</dt><dd>", "login.name", c->who.name, "me.role", role.at, "me.territory");
    desk_territory(p, s, c->who.territory);
    page_raw(p, "</dd></dl>");
}

static void put_password_form(struct page *p, const struct caller *c, const char *fault)
{
    const char *about = fault ? " aria-invalid=\"true\" aria-describedby=\"fault\"" : "";
    page_fmt(p, "<section id=\"account\"><h2>%t</h2>", "me.password");
    desk_form_begin(p, c, "/me", "form login");
    if (fault)
        page_fmt(p, "<p class=\"fault\" id=\"fault\" role=\"alert\">%s</p>", fault);
    page_fmt(p, "<input type=\"hidden\" name=\"do\" value=\"password\"><input type=\"hidden\" name=\"username\" value=\"%S\" autocomplete=\"username\">"
                "<label for=\"old\">%t</label><input id=\"old\" name=\"old\" type=\"password\" autocomplete=\"current-password\" required",
        c->who.name, "me.old_password");
    page_raw(p, about);
    page_fmt(p, "><label for=\"new\">%t</label><input id=\"new\" name=\"new\" type=\"password\" autocomplete=\"new-password\" minlength=\"%d\""
                " required aria-describedby=\"new-says\"><p class=\"says\" id=\"new-says\">", "me.new_password", (int64_t)PASSWORD_MIN_BYTES);
    page_say(p, "me.password_says", (int64_t)PASSWORD_MIN_BYTES);
    page_fmt(p, "</p><p><button>%t</button></p></form><h2>%t</h2><p>%t</p>", "me.password_go", "me.everywhere", "me.everywhere_says");
    desk_button(p, c, "/me", "do", "everywhere", "me.everywhere_go");
    page_raw(p, "</section>");
}

static bool put_me(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct caller *c, const char *fault,
    struct err *err)
{
    struct page p = desk_begin(app, rq, rs, c, "me.title");
    put_account(&p, worker->store, c);
    if (str_eq(request_query(rq, S("done")), S("password")))
        page_fmt(&p, "<p class=\"done\" role=\"status\">%t</p>", "me.password_done");
    page_fmt(&p, "<section><h2>%t</h2>", "me.contributions");
    if (!put_contributions(&p, worker->store, c, false, err) || !put_contributions(&p, worker->store, c, true, err))
        return false;
    page_raw(&p, "</section>");
    if (!put_codes(&p, worker->store, c, err))
        return false;
    put_password_form(&p, c, fault);
    page_end(&p);
    return true;
}

bool on_me(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller c;
    bool done;
    if (!caller_must_be(app, worker, rq, rs, ROLE_CONTRIBUTOR, &c, &done, err) || done)
        return done;
    return put_me(app, worker, rq, rs, &c, NULL, err);
}

/* ---- what they do ---- */

struct deed {
    struct caller caller;
    struct form form;
    uint64_t id;
    struct token workshop;
    struct str code; /* of a new workshop */
    struct arena *arena;
};

static bool set_password(void *ctx, struct store *s, struct err *err)
{
    struct deed *d = ctx;
    bool found;
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    struct who now;
    if (!people_set_password(s, d->caller.who.name, desk_password(&d->form, "new"), err) || !people_find(s, d->caller.who.account_id, &a, &now, &found, err))
        return false;
    d->caller.who.epoch = now.epoch;
    return found || err_set(err, ERR_MISSING, "the account is gone");
}

/* Other sessions ended with the old password; this one goes on. */
static bool password_is_set(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)err;
    struct deed *d = ctx;
    session_begin(app, rq, rs, &d->caller.who);
    return app_see_other(rq, rs, "/me?done=password");
}

static bool end_all(void *ctx, struct store *s, struct err *err)
{
    return people_log_out_everywhere(s, ((struct deed *)ctx)->caller.who.account_id, err);
}

static bool all_ended(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)ctx, (void)err;
    session_end(app, rq, rs);
    return app_see_other(rq, rs, "/login");
}

static bool add_workshop(void *ctx, struct store *s, struct err *err)
{
    struct deed *d = ctx;
    AUTO(buf) code = {0};
    if (!token_add(s, &d->workshop, &code, &d->id, err))
        return false;
    d->code = str_copy(d->arena, buf_str(&code));
    return d->code.len || err_arena(err);
}

static bool show_code(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)err;
    struct deed *d = ctx;
    struct page p = desk_begin(app, rq, rs, &d->caller, "workshop.title");
    rs->status = 201;
    page_fmt(&p, "<p>%t</p><p><output class=\"receipt\">%S</output></p><p>%t</p><p>", "workshop.code", d->code, "workshop.once");
    page_say(&p, "workshop.says", (int64_t)WORKSHOP_HOURS);
    page_fmt(&p, "</p><p><a class=\"button\" href=\"%L\">%t</a></p>", "/me", "desk.me");
    page_end(&p);
    return true;
}

static bool revoke(void *ctx, struct store *s, struct err *err)
{
    return token_revoke(s, ((struct deed *)ctx)->id, err);
}

static bool answer(void *ctx, struct store *s, struct err *err)
{
    struct deed *d = ctx;
    return contribution_say(s, d->id, false, form_get(&d->form, "text"), err);
}

static bool back_to_me(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)ctx, (void)app, (void)err;
    return app_see_other(rq, rs, "/me");
}

/* Only their own; an administrator those of everybody. */
static bool is_own_token(struct store *s, struct arena *a, const struct deed *d, bool *own, struct err *err)
{
    struct token *all;
    size_t n;
    if (!token_list(s, a, &all, &n, err))
        return false;
    *own = false;
    for (size_t i = 0; i < n; i++)
        *own |= all[i].id == d->id && (all[i].account_id == d->caller.who.account_id || (d->caller.who.role >= ROLE_ADMIN && who_may_at(&d->caller.who, S(""))));
    return true;
}

static bool is_own_contribution(struct store *s, struct arena *a, const struct deed *d, bool *own, struct err *err)
{
    struct contribution c;
    *own = false;
    if (!contribution_find(s, d->id, a, &c, own, err))
        return false;
    *own = *own && c.account_id == d->caller.who.account_id;
    return true;
}

static bool not_own(struct request *rq, struct err *err)
{
    struct page words = {.french = rq->french};
    return err_set(err, ERR_DENIED, "%s", say(&words, "me.not_own"));
}

static bool change_password(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct deed *d, struct err *err)
{
    struct page words = {.french = rq->french};
    struct who who;
    bool found;
    struct str new = desk_password(&d->form, "new");
    if (new.len < PASSWORD_MIN_BYTES || new.len > PASSWORD_MAX_BYTES) {
        rs->status = 400;
        return put_me(app, worker, rq, rs, &d->caller, say(&words, "me.password_short"), err);
    }
    if (!people_log_in(worker->store, d->caller.who.name, desk_password(&d->form, "old"), &rq->arena, &who, &found, err))
        return false;
    if (!found && !caller_guesses(app, rq, rs, err))
        return false;
    if (!found) {
        rs->status = 403;
        return put_me(app, worker, rq, rs, &d->caller, say(&words, "me.password_wrong"), err);
    }
    return app_write(app, rq, rs, set_password, password_is_set, d, err);
}

static bool make_workshop(struct app *app, struct request *rq, struct response *rs, struct deed *d, struct err *err)
{
    struct page words = {.french = rq->french};
    struct str label = form_get(&d->form, "label");
    if (d->caller.who.role < ROLE_MODERATOR)
        return err_set(err, ERR_DENIED, "%s", say(&words, "desk.denied"));
    if (!label.len || str_runes(label) > LABEL_MAX_RUNES)
        return err_set(err, ERR_INVALID, "%s", say(&words, "me.label_length"));
    /* It proposes and decides nothing, so it has no territory. */
    d->workshop = (struct token){.account_id = d->caller.who.account_id, .label = label, .role = ROLE_CONTRIBUTOR, .workshop = true,
        .expires_s = clock_unix_s() + (int64_t)WORKSHOP_HOURS * 3600};
    d->arena = &rq->arena;
    return app_write(app, rq, rs, add_workshop, show_code, d, err);
}

bool on_me_post(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct deed *d = ARENA_ARRAY(&rq->arena, struct deed, 1);
    bool own;
    if (!d)
        return err_arena(err);
    if (!desk_form(app, worker, rq, rs, GATE_MODERATE, ROLE_CONTRIBUTOR, &d->form, &d->caller, err))
        return false;
    if (d->caller.by != CALLER_BY_COOKIE)
        return not_own(rq, err);
    struct str what = form_get(&d->form, "do");
    d->id = desk_number(form_get(&d->form, "id"));
    if (str_eq(what, S("everywhere")))
        return app_write(app, rq, rs, end_all, all_ended, d, err);
    if (str_eq(what, S("password")))
        return change_password(app, worker, rq, rs, d, err);
    if (str_eq(what, S("workshop")))
        return make_workshop(app, rq, rs, d, err);
    if (str_eq(what, S("revoke")))
        return is_own_token(worker->store, &rq->arena, d, &own, err) && (own ? app_write(app, rq, rs, revoke, back_to_me, d, err) : not_own(rq, err));
    if (str_eq(what, S("answer")))
        return is_own_contribution(worker->store, &rq->arena, d, &own, err) && (own ? app_write(app, rq, rs, answer, back_to_me, d, err) : not_own(rq, err));
    struct page words = {.french = rq->french};
    return err_set(err, ERR_INVALID, "%s", say(&words, "desk.no_such_deed"));
}
