#include "server/gate.h"

#include <string.h>

#include "data/base/clock.h"
#include "server/challenge.h"
#include "server/rate.h"
#include "server/server.h"

enum {
    CHALLENGE_BITS = 17,          /* about half a second on an old telephone */
    KNOWN_TIMES = 20,             /* people and programs we know may do so many times what a stranger may */
    ALL_TIMES = 100,              /* all callers together */
    LOGINS_AN_HOUR = 30, RECEIPTS_AN_HOUR = 120, UPLOADS_AN_HOUR = 20,
};
#define TRAP "website"
#define WORK_BELOW 0.5            /* of the common bucket */

/* ---- allowances ---- */
static double an_hour(const struct app *app, enum gate_kind kind)
{
    switch (kind) {
    case GATE_PROPOSE:
    case GATE_REPORT:
        return app->config.rate;
    case GATE_RECEIPT:
        return RECEIPTS_AN_HOUR;
    case GATE_LOGIN:
        return LOGINS_AN_HOUR;
    case GATE_UPLOAD:
        return UPLOADS_AN_HOUR;
    case GATE_MODERATE:
    case GATE_KIND_COUNT:
        break;
    }
    return 0;
}

static bool take(struct app *app, struct request *rq, struct response *rs, const struct caller *c, enum gate_kind kind, struct err *err)
{
    double rate = an_hour(app, kind);
    int64_t now = clock_mono_ms();
    bool apart = true, may;
    int wait_s = 0;
    if (rate <= 0 || c->who.role >= ROLE_MODERATOR)
        return true;
    if (c->by == CALLER_UNKNOWN) {
        uint64_t key = caller_key(app, rq, kind, &apart);
        may = rate_take_all(app->server->rate, kind, rate * ALL_TIMES, rate * ALL_TIMES, now, &wait_s) &&
              (!apart || rate_take(app->server->rate, key, rate, rate, now, &wait_s));
    } else {
        uint64_t id = c->by == CALLER_BY_COOKIE ? c->who.account_id << 1 : c->who.token_id << 1 | 1;
        may = rate_take(app->server->rate, rate_key_id(app->server->rate, kind, id, now), rate * KNOWN_TIMES, rate * KNOWN_TIMES, now, &wait_s);
    }
    if (may)
        return true;
    rs->retry_after_s = MAX(wait_s, 1);
    return err_set(err, ERR_TOO_OFTEN, rq->french ?
        "trop d'envois depuis votre réseau ; rien n'a été enregistré. Réessayez dans %d minutes" :
        "too many were sent from your network; nothing was stored. Try again in %d minutes", (wait_s + 59) / 60);
}

/* ---- from our own page ---- */

/* What browsers say by themselves. Our pages send no referrer, so that a form's Origin may be "null"; that alone says nothing. */
static bool is_from_here(const struct request *rq)
{
    struct str site = request_header(rq, "Sec-Fetch-Site"), origin = request_header(rq, "Origin"), host = request_header(rq, "Host");
    if (site.len)
        return str_eq(site, S("same-origin")) || str_eq(site, S("none"));
    if (!origin.len || str_eq(origin, S("null")))
        return true;
    size_t at = str_find(origin, S("://"));
    return at != SIZE_MAX && str_eq_nocase(str_slice(origin, at + 3, origin.len), host);
}

/* As long for every wrong one. */
static bool same_token(struct str sent, const char *ours)
{
    size_t n = strlen(ours);
    unsigned differ = sent.len != n;
    for (size_t i = 0; i < n && i < sent.len; i++)
        differ |= (unsigned char)sent.at[i] ^ (unsigned char)ours[i];
    return n && !differ;
}

static bool from_elsewhere(const struct request *rq, struct err *err)
{
    return err_set(err, ERR_DENIED, rq->french ? "ce formulaire ne vient pas d'une page de ce site, ou d'une session terminée ; ouvrez la page à nouveau" :
        "this form was not sent from a page of this site, or from a session that ended; open the page again");
}

/* ---- a person, not a machine ---- */
static bool is_a_person(struct app *app, struct request *rq, const struct form *f, enum gate_kind kind, struct err *err)
{
    int64_t now_s = clock_mono_ms() / 1000;
    struct str challenge = form_get(f, "challenge"), answer = form_get(f, "answer");
    double rate = an_hour(app, kind);
    bool crowded = rate_all_left(app->server->rate, kind, rate * ALL_TIMES, rate * ALL_TIMES, clock_mono_ms()) < WORK_BELOW;
    if (form_get(f, TRAP).len)
        return err_set(err, ERR_INVALID, rq->french ? "un champ qui devait rester vide a été rempli ; videz-le, ou ouvrez la page à nouveau" :
            "a field that had to stay empty was filled in; empty it, or open the page again");
    struct err why;
    if (answer.len ? challenge_check(challenge, answer, now_s, CHALLENGE_BITS, &why) : !crowded && challenge_check_age(challenge, now_s, &why))
        return true;
    if (crowded && !answer.len)
        return err_set(err, ERR_INVALID, rq->french ?
            "beaucoup d'envois arrivent en ce moment : le formulaire demande un petit calcul, donc JavaScript ; sinon, réessayez dans une heure" :
            "much is being sent just now: the form asks for a little computing, so JavaScript; else try again in an hour");
    return err_set(err, ERR_INVALID, rq->french ? "le formulaire était trop vieux, déjà envoyé, ou rempli trop vite ; relisez-le et envoyez-le encore" :
        "the form was too old, sent already, or filled in too quickly; read it again and send it once more");
}

/* ---- the gate ---- */
const char *gate_closed(const struct app *app, const struct caller *c)
{
    if (app->config.contributions == CONTRIBUTIONS_CLOSED && c->who.role < ROLE_MODERATOR)
        return "gate.closed";
    if (app->config.contributions == CONTRIBUTIONS_TOKEN && c->by == CALLER_UNKNOWN)
        return "gate.token";
    return NULL;
}

static bool is_open(const struct app *app, const struct request *rq, const struct caller *c, enum gate_kind kind, struct err *err)
{
    bool needs = kind == GATE_PROPOSE || kind == GATE_UPLOAD;
    struct page p = {.french = rq->french};
    const char *closed = needs ? gate_closed(app, c) : NULL;
    return !closed || err_set(err, ERR_DENIED, "%s", say(&p, closed));
}

bool gate_form(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct form *f, enum gate_kind kind,
    struct caller *out, struct err *err)
{
    if (!is_from_here(rq))
        return from_elsewhere(rq, err);
    if (!caller_of(app, worker, rq, out, err))
        return false;
    if (out->by == CALLER_BY_COOKIE && !same_token(form_get(f, "form_token"), out->form_token))
        return from_elsewhere(rq, err);
    struct str workshop = form_get(f, "workshop");
    if (out->by == CALLER_UNKNOWN && workshop.len && !caller_of_workshop(app, worker, rq, workshop, out, err))
        return false;
    if (!is_open(app, rq, out, kind, err))
        return false;
    if (out->by == CALLER_UNKNOWN && !is_a_person(app, rq, f, kind, err))
        return false;
    return take(app, rq, rs, out, kind, err);
}

bool gate_api(struct app *app, struct worker *worker, struct request *rq, struct response *rs, enum gate_kind kind, struct caller *out,
    struct err *err)
{
    *out = (struct caller){0};
    if (caller_bearer(rq).len && !caller_of(app, worker, rq, out, err))
        return false;
    if (out->has_bad_token)
        return err_set(err, ERR_STRANGER, "this token is not known, was revoked or has expired; ask for a new one");
    /* A page of elsewhere could send a plain form's body as a stranger, and nothing more: no cookie counts here. */
    return is_open(app, rq, out, kind, err) && take(app, rq, rs, out, kind, err);
}

static void put_hidden(struct page *p, const struct caller *c, struct str challenge)
{
    if (c->by == CALLER_BY_COOKIE) {
        page_fmt(p, "<input type=\"hidden\" name=\"form_token\" value=\"%s\">", c->form_token);
        return;
    }
    page_fmt(p, "<input type=\"hidden\" name=\"challenge\" value=\"%S\"><input type=\"hidden\" name=\"answer\" value=\"\" data-bits=\"%d\">"
                "<p class=\"trap\" aria-hidden=\"true\"><label>%t <input name=\"" TRAP "\" tabindex=\"-1\" autocomplete=\"off\"></label></p>",
        challenge, (int64_t)CHALLENGE_BITS, "form.trap");
}

void gate_fields(struct page *p, const struct caller *c, const struct form *f)
{
    AUTO(buf) challenge = {0};
    challenge_make(&challenge, clock_mono_ms() / 1000);
    put_hidden(p, c, buf_str(&challenge));
    if (c->by != CALLER_BY_COOKIE && f && form_get(f, "workshop").len)
        page_fmt(p, "<input type=\"hidden\" name=\"workshop\" value=\"%S\">", form_get(f, "workshop"));
}

void gate_fields_again(struct page *p, const struct caller *c, const struct form *f)
{
    int64_t now_s = clock_mono_ms() / 1000, age_s = challenge_age_s(form_get(f, "challenge"), now_s);
    AUTO(buf) challenge = {0};
    if (age_s >= 0 && age_s < CHALLENGE_FRESH_S / 2)
        buf_add(&challenge, form_get(f, "challenge"));
    else
        challenge_make(&challenge, now_s);
    put_hidden(p, c, buf_str(&challenge));
}
