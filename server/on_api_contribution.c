/*
 * What became of what was sent: read with the receipt, or by those who may decide it; a line added to it; decided. The receipt is sent as
 * a Bearer, never in an address.
 */
#include <stdio.h>
#include <string.h>

#include "data/base/limits.h"
#include "data/contribution.h"
#include "server/api_fields.h"
#include "server/api_record.h"
#include "server/api_version.h"
#include "server/gate.h"
#include "server/on.h"
#include "server/writer.h"

struct reader {
    struct contribution c;
    bool is_author, may_decide;
    struct caller caller;
};

/* Whoever may not read it is told what a stranger is told of one that is not there. */
static bool missing(struct err *err)
{
    return err_set(err, ERR_MISSING, "there is no such contribution, or this receipt or token is of another");
}

static bool find_reader(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct reader *out, struct err *err)
{
    struct str bearer = caller_bearer(rq);
    uint64_t id = 0;
    bool found;
    *out = (struct reader){0};
    rs->headers = HEADERS_API;
    if (!bearer.len)
        return err_set(err, ERR_STRANGER, "send the receipt as Authorization: Bearer RECEIPT, or the token of a moderator");
    if (!str_u64(rq->segments[2], &id))
        return missing(err);
    if (!contribution_find_by_receipt(worker->store, bearer, &rq->arena, &out->c, &found, err))
        return false;
    if (found) {
        out->is_author = out->c.id == id;
        return out->is_author || missing(err);
    }
    if (!gate_api(app, worker, rq, rs, GATE_RECEIPT, &out->caller, err) || !contribution_find(worker->store, id, &rq->arena, &out->c, &found, err))
        return false;
    const struct who *who = &out->caller.who;
    out->is_author = found && ((who->account_id && who->account_id == out->c.account_id) || (who->token_id && who->token_id == out->c.token_id));
    out->may_decide = found && who->role >= ROLE_MODERATOR && who_may_at(who, out->c.place_code);
    return out->is_author || out->may_decide || missing(err);
}

/* ---- reading ---- */

static void put_text(struct json_writer *w, const char *key, struct str s)
{
    if (!s.len)
        return;
    json_key(w, key);
    json_put_str(w, s);
}

/* Of when people worked, the month is enough. */
static void put_month(struct json_writer *w, const char *key, int64_t at_s)
{
    AUTO(buf) text = {0};
    if (!at_s)
        return;
    partial_date_write(&text, partial_date_of_month(at_s));
    put_text(w, key, buf_str(&text));
}

static void put_address(struct json_writer *w, const char *key, uint64_t id)
{
    AUTO(buf) text = {0};
    if (!id)
        return;
    buf_fmt(&text, "/api/collections/deployments/items/%llu", (unsigned long long)id);
    put_text(w, key, buf_str(&text));
}

static void put_contribution(struct json_writer *w, const struct reader *r, const struct contribution_message *messages, size_t n)
{
    const struct contribution *c = &r->c;
    json_open(w, '{');
    json_key(w, "id");
    json_put_int(w, (int64_t)c->id);
    put_text(w, "kind", str_of(CONTRIBUTION_KIND_TERMS[c->kind].code));
    put_text(w, "state", str_of(CONTRIBUTION_STATE_TERMS[c->state].code));
    put_address(w, "target", c->target);
    put_address(w, "record", c->result);
    put_month(w, "received", c->created_s);
    if (c->state == CONTRIBUTION_HELD)
        put_month(w, "published_in", c->publish_s);
    json_key(w, "survey");
    json_put_bool(w, c->survey);
    put_text(w, "place_id", c->place_code);
    put_text(w, "note", c->note);
    put_text(w, "reason", c->reason);
    if (r->may_decide)
        put_text(w, "by", c->by);
    json_key(w, "messages");
    json_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(w, '{');
        put_text(w, "from", messages[i].of_moderator ? S("moderator") : S("author"));
        put_text(w, "text", messages[i].text);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_key(w, "changes");
    json_put_raw(w, c->patch.len ? c->patch : S("{}"));
    json_close(w, '}');
}

static bool write_contribution(struct store *store, const struct reader *r, struct arena *a, struct response *rs, struct err *err)
{
    struct contribution_message *messages;
    size_t n;
    if (!contribution_messages(store, r->c.id, a, &messages, &n, err))
        return false;
    put_contribution(&(struct json_writer){.out = &rs->body}, r, messages, n);
    rs->content_type = "application/json";
    version_tag(rs->etag, 'c', r->c.id, r->c.version, (struct str){0});
    return true;
}

bool on_api_contribution(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct reader r;
    return on_no_query(rq, err) && find_reader(app, worker, rq, rs, &r, err) && write_contribution(worker->store, &r, &rq->arena, rs, err);
}

/* ---- writing ---- */

static const struct field MESSAGE_FIELDS[] = {{"text", FIELD_TEXT, USE_ABOUT, 0, CONTRIBUTION_NOTE_MAX_RUNES, NULL, 0, NULL, 0}};
static const struct term RULING_WORDS[] = {[RULING_ACCEPT] = {"accept", "", "", "", ""}, [RULING_REFUSE] = {"refuse", "", "", "", ""},
    [RULING_MERGE] = {"merge", "", "", "", ""}, [RULING_ASK] = {"ask", "", "", "", ""}};

/* False: rs has the answer (*answered), or err. An object whose properties are of their kinds. */
static bool read_object(const struct request *rq, struct response *rs, const struct field *fields, size_t n, struct json_doc *doc, bool *answered,
    struct err *err)
{
    struct str rest = request_header(rq, "Content-Type"), type = {0};
    struct api_fault fault;
    str_next(&rest, ';', &type);
    *answered = false;
    if (!rest.len && !type.len)
        return err_set(err, ERR_INVALID, "the body has no Content-Type");
    *answered = !str_eq_nocase(str_trim(type), S("application/json"));
    if (*answered) {
        response_problem(rs, 415, "this is sent as Content-Type: application/json", NULL);
        return false;
    }
    if (!json_read(doc, rq->body, &JSON_BODY, err))
        return false;
    if (json_kind(doc->root) == JSON_OBJECT && fields_check(fields, n, doc->root, NULL, "", &fault))
        return true;
    if (json_kind(doc->root) != JSON_OBJECT)
        api_fault(&fault, "", "the body is an object");
    *answered = true;
    response_problem(rs, 422, fault.text, fault.pointer);
    return false;
}

struct said { /* of a step; lives in the request's arena */
    struct reader r;
    struct str text;
    struct ruling ruling;
    struct ruled ruled;
    struct arena *arena;
    bool stale, rules;
};

static bool say_step(void *ctx, struct store *store, struct err *err)
{
    struct said *s = ctx;
    bool found;
    if (s->rules) {
        struct contribution now;
        if (!contribution_find(store, s->ruling.id, s->arena, &now, &found, err))
            return false;
        s->stale = !found || now.version != s->ruling.version;
        if (s->stale)
            return true;
        if (!contribution_rule(store, &s->ruling, &s->ruled, err))
            return false;
    } else if (!contribution_say(store, s->r.c.id, s->r.may_decide, s->text, err)) {
        return false;
    }
    return contribution_find(store, s->r.c.id, s->arena, &s->r.c, &found, err);
}

static bool say_answer(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    struct said *s = ctx;
    if (s->stale)
        return response_problem(rs, 412, "somebody else worked on this proposal meanwhile; read it again", NULL);
    return write_contribution(world_store(app->world), &s->r, &rq->arena, rs, err);
}

bool on_api_message(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    AUTO(json_doc) doc = {0};
    bool answered = false;
    struct said *s = ARENA_NEW(&rq->arena, struct said);
    if (!s)
        return err_arena(err);
    if (!on_no_query(rq, err) || !find_reader(app, worker, rq, rs, &s->r, err))
        return false;
    if (!read_object(rq, rs, MESSAGE_FIELDS, COUNT(MESSAGE_FIELDS), &doc, &answered, err))
        return answered;
    s->text = str_copy(&rq->arena, json_string(json_get(doc.root, S("text"))));
    if (!str_trim(s->text).len)
        return response_problem(rs, 422, "a message has a text", "/text");
    s->arena = &rq->arena;
    return app_write(app, rq, rs, say_step, say_answer, s, err);
}

/* ---- deciding ---- */

/* Corrections take the place of `changes`, and are looked at before the writer has them. */
static bool check_corrected(struct worker *worker, struct request *rq, const struct said *s, struct api_fault *f, struct err *err)
{
    struct deployment before, after;
    struct str conflicts;
    struct err why;
    f->text[0] = '\0';
    if (!s->ruling.corrected.len)
        return true;
    if (!contribution_preview(worker->store, &s->r.c, s->ruling.corrected, &rq->arena, &before, &after, &conflicts, &why)) {
        if (why.code != ERR_INVALID)
            return err_set(err, why.code, "%s", why.text);
        return api_fault(f, "/corrected", "%s", why.text) || true;
    }
    deployment_derive(&after);
    if (!deployment_check(&after, &why))
        api_fault(f, "/corrected", "%s", why.text);
    return true;
}

static bool read_ruling(const struct json *body, struct said *s, struct arena *a, struct api_fault *f)
{
    const struct json *corrected = json_get(body, S("corrected"));
    int kind = term_of(RULING_WORDS, json_string(json_get(body, S("kind"))));
    AUTO(buf) text = {0};
    if (kind < 0)
        return api_fault(f, "/kind", "this is one of accept, refuse, merge, ask");
    if (json_kind(corrected) != JSON_NULL) {
        if (json_kind(corrected) != JSON_OBJECT || kind != RULING_ACCEPT)
            return api_fault(f, "/corrected", "this is an object in the form of changes, of a proposal that is accepted");
        json_write(&text, corrected);
    }
    s->ruling.kind = (enum ruling_kind)kind;
    s->ruling.reason = str_copy(a, json_string(json_get(body, S("reason"))));
    s->ruling.into = (uint64_t)json_integer(json_get(body, S("into")));
    s->ruling.at_once = json_bool(json_get(body, S("publish_at_once")));
    s->ruling.corrected = str_copy(a, buf_str(&text));
    if (kind == RULING_MERGE && !s->ruling.into)
        return api_fault(f, "/into", "this is the number of the record it is the same as");
    return ((kind != RULING_REFUSE && kind != RULING_ASK) || str_trim(s->ruling.reason).len) ||
           api_fault(f, "/reason", kind == RULING_ASK ? "this is the question" : "a refusal says why; its author reads it");
}

bool on_api_ruling(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    static const struct field fields[] = {{"kind", FIELD_WORD, USE_ABOUT, 0, 0, RULING_WORDS, COUNT(RULING_WORDS), NULL, 0},
        {"reason", FIELD_TEXT, USE_ABOUT, 0, CONTRIBUTION_NOTE_MAX_RUNES, NULL, 0, NULL, 0},
        {"into", FIELD_WHOLE, USE_ABOUT, 1, 9e15, NULL, 0, NULL, 0}, {"corrected", FIELD_OBJECT, USE_ABOUT, 0, 0, NULL, 0, NULL, 0},
        {"publish_at_once", FIELD_BOOL, USE_ABOUT, 0, 0, NULL, 0, NULL, 0}};
    AUTO(json_doc) doc = {0};
    struct api_fault fault;
    struct str if_match = request_header(rq, "If-Match");
    bool answered = false;
    struct said *s = ARENA_NEW(&rq->arena, struct said);
    if (!s)
        return err_arena(err);
    if (!on_no_query(rq, err) || !find_reader(app, worker, rq, rs, &s->r, err))
        return false;
    if (!s->r.may_decide)
        return err_set(err, ERR_DENIED, "only moderators decide, in their territory");
    if (!if_match.len)
        return err_set(err, ERR_UNCONDITIONAL, "say which version you read, with If-Match and the ETag that GET gave");
    if (!version_matches(if_match, 'c', s->r.c.id, s->r.c.version))
        return response_problem(rs, 412, "somebody else worked on this proposal meanwhile; read it again", NULL);
    if (!read_object(rq, rs, fields, COUNT(fields), &doc, &answered, err))
        return answered;
    if (!read_ruling(doc.root, s, &rq->arena, &fault))
        return response_problem(rs, 422, fault.text, fault.pointer);
    if (!check_corrected(worker, rq, s, &fault, err))
        return false;
    if (fault.text[0])
        return response_problem(rs, 422, fault.text, fault.pointer);
    s->ruling.id = s->r.c.id;
    s->ruling.version = s->r.c.version;
    s->ruling.who = &s->r.caller.who;
    s->ruling.hold_days = app->config.hold_days;
    s->rules = true;
    s->arena = &rq->arena;
    return app_write(app, rq, rs, say_step, say_answer, s, err);
}
