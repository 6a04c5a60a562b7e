/*
 * OGC API – Features, part 4: records added, replaced, changed and removed by programs. Whatever comes becomes a contribution, as with
 * people's forms; a moderator's own is decided in the same step of the writer, where it lies in their territory, and all others wait.
 * Reading and checking are done on a worker; the version is compared again in the step, so that two who read the same cannot both win.
 */
#include <stdio.h>
#include <string.h>

#include "data/base/json_patch.h"
#include "data/base/limits.h"
#include "data/contribution.h"
#include "data/record/public_copy.h"
#include "server/api_record.h"
#include "server/api_version.h"
#include "server/gate.h"
#include "server/on.h"
#include "server/writer.h"

enum outcome { OUTCOME_WAITS, OUTCOME_DONE, OUTCOME_STALE };

struct api_write { /* lives in the request's arena */
    struct contribution c;
    struct who who;
    struct str receipt, place_after; /* where the record would lie then; empty: not known, or as before */
    bool moves;
    const char *base_url;
    struct arena *arena;
    bool at_once;
    int hold_days;
    /* of the step */
    enum outcome outcome;
    enum contribution_state state;
    uint64_t record;
    uint32_t version;
    struct str body; /* the record as it is now */
};

/* ---- the writer's step ---- */

static bool is_newest(struct api_write *w, struct store *store, bool *is, struct err *err)
{
    struct deployment now;
    bool found;
    *is = true;
    if (!w->c.target)
        return true;
    if (!store_find(store, w->c.target, false, w->arena, &now, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, "there is no such record");
    *is = now.version == w->c.base_version;
    return true;
}

static bool read_back(struct api_write *w, struct store *store, struct err *err)
{
    struct deployment d;
    bool found;
    if (!w->record || !store_find(store, w->record, false, w->arena, &d, &found, err) || !found)
        return w->record == 0 || !found;
    AUTO(buf) body = {0};
    api_record_write(&body, &d, w->base_url);
    w->version = d.version;
    w->body = str_copy(w->arena, buf_str(&body));
    return w->body.len || err_arena(err);
}

/* Who decides, decides at once; ERR_DENIED is of another territory, and then it waits like anybody's. */
static bool decide(struct api_write *w, struct store *store, struct err *err)
{
    struct ruling r = {.kind = RULING_ACCEPT, .id = w->c.id, .who = &w->who, .at_once = w->at_once, .hold_days = w->hold_days};
    struct ruled done = {0};
    if (w->who.role < ROLE_MODERATOR || (w->moves && !who_may_at(&w->who, w->place_after)))
        return true;
    if (!contribution_rule(store, &r, &done, err))
        return err->code == ERR_DENIED;
    w->state = done.state;
    if (done.needs_second || done.state != CONTRIBUTION_ACCEPTED)
        return true;
    w->outcome = OUTCOME_DONE;
    w->record = done.record;
    return w->c.kind == CONTRIBUTION_REMOVE || read_back(w, store, err);
}

static bool step(void *ctx, struct store *store, struct err *err)
{
    struct api_write *w = ctx;
    bool newest;
    w->outcome = OUTCOME_WAITS;
    w->state = CONTRIBUTION_PENDING;
    if (!is_newest(w, store, &newest, err))
        return false;
    if (!newest) {
        w->outcome = OUTCOME_STALE;
        return true;
    }
    return contribution_receive(store, &w->c, w->receipt, err) && decide(w, store, err);
}

/* ---- answers ---- */

static bool stale(struct response *rs)
{
    return response_problem(rs, 412, "the record was changed since that version was read; read it again and send the change with its new ETag", NULL);
}

static bool answer_waits(const struct api_write *w, struct response *rs)
{
    struct json_writer j = {.out = &rs->body};
    snprintf(rs->location, sizeof rs->location, "/api/contributions/%llu", (unsigned long long)w->c.id);
    rs->status = 202;
    rs->content_type = "application/json";
    json_open(&j, '{');
    json_key(&j, "id");
    json_put_int(&j, (int64_t)w->c.id);
    json_key(&j, "receipt");
    json_put_str(&j, w->receipt);
    json_key(&j, "state");
    json_put_cstr(&j, CONTRIBUTION_STATE_TERMS[w->state].code);
    json_close(&j, '}');
    return true;
}

static bool answer_record(const struct api_write *w, struct response *rs)
{
    rs->status = w->c.target ? 200 : 201;
    rs->content_type = "application/geo+json";
    version_tag(rs->etag, 'd', w->record, w->version, w->body);
    if (!w->c.target)
        snprintf(rs->location, sizeof rs->location, "/api/collections/deployments/items/%llu", (unsigned long long)w->record);
    buf_add(&rs->body, w->body);
    return true;
}

static bool answer(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)rq, (void)err;
    const struct api_write *w = ctx;
    if (w->outcome == OUTCOME_STALE)
        return stale(rs);
    if (w->outcome == OUTCOME_WAITS)
        return answer_waits(w, rs);
    if (w->c.kind == CONTRIBUTION_REMOVE || !w->body.len) {
        rs->status = 204;
        return true;
    }
    return answer_record(w, rs);
}

/* ---- what was sent ---- */

static bool is_sent_as(const struct request *rq, const char *const *types)
{
    struct str rest = request_header(rq, "Content-Type"), type = {0};
    str_next(&rest, ';', &type);
    for (; *types; types++)
        if (str_eq_nocase(str_trim(type), str_of(*types)))
            return true;
    return false;
}

/* False: the answer is in rs (*answered) or in err. */
static bool read_body(const struct request *rq, struct response *rs, struct json_doc *doc, bool *answered, struct err *err)
{
    static const char *const features[] = {"application/geo+json", "application/json", NULL}, *const patches[] = {"application/merge-patch+json", NULL};
    bool patch = rq->method == HTTP_PATCH;
    *answered = !is_sent_as(rq, patch ? patches : features);
    if (*answered) {
        response_problem(rs, 415, patch ? "a change is sent as Content-Type: application/merge-patch+json (RFC 7396)" :
            "a record is sent as Content-Type: application/geo+json, or application/json", NULL);
        return false;
    }
    if (!rq->body.len)
        return err_set(err, ERR_INVALID, "the body is empty; send one GeoJSON Feature");
    return json_read(doc, rq->body, &JSON_BODY, err);
}

static bool refuse(struct response *rs, const struct api_fault *f)
{
    buf_clear(&rs->body);
    return response_problem(rs, 422, f->text, f->pointer);
}

/* The place that place_id names anew; NULL with true: none is named, or the one that was. */
static bool find_place(struct worker *worker, struct request *rq, const struct json *feature, const struct json *base, const struct place **out,
    struct api_fault *f, struct err *err)
{
    const struct json *id = json_get(json_get(feature, S("properties")), S("place_id")), *old = json_get(json_get(base, S("properties")), S("place_id"));
    struct str code = json_string(id);
    bool found = false;
    struct place *place = ARENA_NEW(&rq->arena, struct place);
    *out = NULL;
    f->text[0] = '\0';
    if (!place)
        return err_arena(err);
    if (!code.len || (old && json_same(id, old)))
        return true;
    if (!store_place(worker->store, code, &rq->arena, place, &found, err))
        return false;
    if (!found || !str_eq(place->code, code))
        return !api_fault(f, "/properties/place_id", "no place has this code; communes have their INSEE code (13055), départements dep:13, regions reg:93") || true;
    *out = place;
    return true;
}

/* A commune that is named has to be the one in which the place lies, where that is known. */
static bool check_commune(struct worker *worker, const struct deployment *d, struct arena *a, struct str *commune, struct api_fault *f, struct err *err)
{
    struct str name;
    *commune = d->place_code;
    if (!d->has_position || !precision_is_point(d->precision))
        return true;
    if (!store_commune_at(worker->store, d->at, a, commune, &name, err))
        return false;
    if (commune->len && d->place_code.len && !str_eq(*commune, d->place_code))
        api_fault(f, "/properties/place_id", "this place lies in %.*s (%.*s), not in %.*s; leave place_id out, or correct it", STR_ARG(name), STR_ARG(*commune),
            STR_ARG(str_cut_runes(d->place_code, 40)));
    return true;
}

/* ---- handing over ---- */

static bool hand_over(struct app *app, struct request *rq, struct response *rs, const struct caller *caller, const struct api_write *filled, struct err *err)
{
    AUTO(buf) receipt = {0};
    struct api_write *w = ARENA_NEW(&rq->arena, struct api_write);
    if (!w)
        return err_arena(err);
    secret_make(&receipt);
    *w = *filled;
    w->receipt = str_copy(&rq->arena, buf_str(&receipt));
    w->who = caller->who;
    w->c.account_id = caller->who.account_id;
    w->c.token_id = caller->who.token_id;
    w->base_url = app_base_url(app);
    w->arena = &rq->arena;
    w->hold_days = app->config.hold_days;
    return app_write(app, rq, rs, step, answer, w, err);
}

/* Strangers who name no source have seen it themselves, whatever they say of it; that is published late, and by the month. */
static void note_about(struct api_write *w, const struct api_about *about, const struct caller *caller, struct arena *a)
{
    w->c.note = str_copy(a, about->note);
    w->c.survey = about->survey || (!about->survey_said && about->unsourced && caller->who.role < ROLE_MODERATOR);
    w->at_once = about->at_once;
}

static bool read_record(const struct json *feature, const struct api_reading *r, struct buf *text, struct api_about *about, struct deployment *out,
    struct api_fault *f)
{
    AUTO(json_doc) doc = {0};
    struct err why = {0};
    if (!api_record_read(feature, r, text, about, f))
        return false;
    if (json_read(&doc, buf_str(text), &JSON_STYLE, &why) && deployment_read_json(doc.root, r->arena, out, &why) && deployment_check(out, &why))
        return true;
    api_fault_of(f, &why);
    return false;
}

/* What another record, or one that was withdrawn, is known by already. */
static bool check_osm(struct store *store, const struct deployment *d, struct api_fault *f, struct err *err)
{
    AUTO(buf) key = {0};
    uint64_t id = 0, hash;
    if (!d->osm_id || !d->osm_type)
        return true;
    buf_fmt(&key, "osm:%c%lld", d->osm_type, (long long)d->osm_id);
    if (!store_identity(store, buf_str(&key), &id, &hash, err))
        return false;
    if (store_is_withdrawn(store, buf_str(&key)))
        api_fault(f, "/properties/osm_id", "the record of this object was withdrawn, and does not come back");
    else if (id)
        api_fault(f, "/properties/osm_id", "record %llu is of this object already; change that one", (unsigned long long)id);
    return true;
}

bool on_api_add(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller caller;
    struct api_write w = {.c = {.kind = CONTRIBUTION_ADD}};
    struct api_fault fault = {"", ""};
    struct api_about about;
    struct deployment d;
    AUTO(json_doc) doc = {0};
    AUTO(buf) text = {0};
    bool answered = false;
    rs->headers = HEADERS_API;
    if (!str_eq(rq->segments[2], S("deployments")))
        return err_set(err, ERR_MISSING, "there is no such collection");
    if (!on_no_query(rq, err) || !gate_api(app, worker, rq, rs, GATE_PROPOSE, &caller, err))
        return false;
    if (!read_body(rq, rs, &doc, &answered, err))
        return answered;
    struct api_reading r = {.changes = json_get(doc.root, S("properties")), .arena = &rq->arena};
    if (!find_place(worker, rq, doc.root, NULL, &r.place, &fault, err))
        return false;
    if (fault.text[0] || !read_record(doc.root, &r, &text, &about, &d, &fault))
        return refuse(rs, &fault);
    if (!check_commune(worker, &d, &rq->arena, &w.c.place_code, &fault, err) || !check_osm(worker->store, &d, &fault, err))
        return false;
    if (fault.text[0])
        return refuse(rs, &fault);
    w.c.patch = str_copy(&rq->arena, buf_str(&text));
    w.c.has_position = d.has_position;
    w.c.at = d.at;
    note_about(&w, &about, &caller, &rq->arena);
    return hand_over(app, rq, rs, &caller, &w, err);
}

/* ---- changes ---- */

struct change_of {
    struct deployment now;   /* the public copy */
    bool withheld;
    struct buf form;         /* it, as GET gives it */
    struct json_doc base;
};
static void change_of_done(struct change_of *c)
{
    buf_done(&c->form);
    json_doc_done(&c->base);
}

static bool read_now(struct app *app, struct worker *worker, struct request *rq, struct change_of *c, struct err *err)
{
    uint64_t id = 0;
    bool found = false, kept = false;
    struct deployment whole;
    if (str_u64(rq->segments[4], &id) && !store_find(worker->store, id, false, &rq->arena, &c->now, &found, err))
        return false;
    if (!found && id && record_is_erased(worker->store, id))
        return err_set(err, ERR_GONE, "this record was withdrawn");
    if (!found)
        return err_set(err, ERR_MISSING, "there is no such record");
    if (!store_find(worker->store, id, true, &rq->arena, &whole, &kept, err))
        return false;
    c->withheld = kept && deployment_is_withheld(&whole);
    api_record_write(&c->form, &c->now, app_base_url(app));
    return json_read(&c->base, buf_str(&c->form), &JSON_STYLE, err);
}

/* What a withheld record shows of these is not what it has. */
static bool check_withheld(const struct change_of *c, const struct json *patch, struct api_fault *f)
{
    static const char *const whole[] = {"position", "devices", "zones", "claims", "sources", "location_precision", "ref", "source_name",
        "authorisation_ref", "osm_id", "osm_type"};
    for (size_t i = 0; c->withheld && i < COUNT(whole); i++)
        if (json_get(patch, str_of(whole[i])))
            return api_fault(f, i ? "/properties" : "/geometry",
                "%s: this record is published less precisely than it is known, so that this cannot be changed without seeing all of it; "
                "propose it in words at /d/%llu/correct", whole[i], (unsigned long long)c->now.id);
    return true;
}

/* The difference between two features, both read in the same way, as a patch of the record. */
static bool make_patch(struct worker *worker, struct request *rq, const struct change_of *c, const struct json *sent, struct buf *patch,
    struct api_about *about, struct api_fault *f, struct err *err)
{
    AUTO(buf) merged = {0};
    AUTO(buf) before = {0};
    AUTO(buf) after = {0};
    AUTO(json_doc) feature = {0};
    AUTO(json_doc) was = {0};
    AUTO(json_doc) will = {0};
    AUTO(json_doc) difference = {0};
    struct api_about none;
    struct api_reading r = {.base = c->base.root, .arena = &rq->arena};
    f->text[0] = '\0';
    if (rq->method == HTTP_PATCH)
        json_merge(&merged, c->base.root, sent);
    else
        json_write(&merged, sent);
    if (!api_record_read(c->base.root, &r, &before, &none, f))
        return true;
    if (!json_read(&feature, buf_str(&merged), &JSON_STYLE, err) || !find_place(worker, rq, feature.root, c->base.root, &r.place, f, err))
        return false;
    r.changes = json_get(sent, S("properties"));
    if (f->text[0] || !api_record_read(feature.root, &r, &after, about, f))
        return true;
    about->note = str_copy(&rq->arena, about->note);
    if (!json_read(&was, buf_str(&before), &JSON_STYLE, err) || !json_read(&will, buf_str(&after), &JSON_STYLE, err))
        return false;
    json_difference(patch, was.root, will.root);
    return json_read(&difference, buf_str(patch), &JSON_STYLE, err) && (check_withheld(c, difference.root, f) || true);
}

/* The record as it would be has to be one that may be stored. */
static bool check_after(struct worker *worker, struct request *rq, struct api_write *w, struct api_fault *f, struct err *err)
{
    struct deployment before, after;
    struct str conflicts;
    struct err why;
    if (!contribution_preview(worker->store, &w->c, S(""), &rq->arena, &before, &after, &conflicts, &why))
        return why.code == ERR_INVALID ? (api_fault_of(f, &why), true) : err_set(err, why.code, "%s", why.text);
    deployment_derive(&after);
    if (!deployment_check(&after, &why)) {
        api_fault_of(f, &why);
        return true;
    }
    w->moves = before.at.lon != after.at.lon || before.at.lat != after.at.lat || !str_eq(before.place_code, after.place_code);
    return !w->moves || check_commune(worker, &after, &rq->arena, &w->place_after, f, err);
}

static bool same(const struct change_of *c, struct response *rs)
{
    rs->content_type = "application/geo+json";
    version_tag(rs->etag, 'd', c->now.id, c->now.version, buf_str(&c->form));
    buf_add(&rs->body, buf_str(&c->form));
    return true;
}

static bool is_allowed(const struct request *rq, const struct change_of *c, struct response *rs, bool *answered, struct err *err)
{
    struct str if_match = request_header(rq, "If-Match");
    *answered = false;
    if (!if_match.len)
        return err_set(err, ERR_UNCONDITIONAL, "say which version you read, with If-Match and the ETag that GET gave, so that nobody's change is lost");
    *answered = !version_matches(if_match, 'd', c->now.id, c->now.version);
    return *answered ? stale(rs) && false : true;
}

static bool remove_record(struct app *app, struct request *rq, struct response *rs, const struct caller *caller, const struct change_of *c, struct err *err)
{
    struct api_write w = {.c = {.kind = CONTRIBUTION_REMOVE, .target = c->now.id, .base_version = c->now.version, .patch = S("{}")}};
    for (size_t i = 0; i < rq->n_query; i++)
        if (!str_eq(rq->query[i].name, S("note")))
            return err_set(err, ERR_INVALID, "note= is the one query parameter here: why it should go");
    w.c.note = request_query(rq, S("note"));
    return hand_over(app, rq, rs, caller, &w, err);
}

bool on_api_change(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller caller;
    __attribute__((cleanup(change_of_done))) struct change_of c = {0};
    AUTO(json_doc) doc = {0};
    AUTO(buf) patch = {0};
    struct api_fault fault = {"", ""};
    struct api_about about = {0};
    bool answered = false;
    rs->headers = HEADERS_API;
    if (!str_eq(rq->segments[2], S("deployments")))
        return err_set(err, ERR_MISSING, "there is no such collection");
    if ((rq->method != HTTP_DELETE && !on_no_query(rq, err)) || !gate_api(app, worker, rq, rs, GATE_PROPOSE, &caller, err) ||
        !read_now(app, worker, rq, &c, err))
        return false;
    if (!is_allowed(rq, &c, rs, &answered, err))
        return answered;
    if (rq->method == HTTP_DELETE)
        return remove_record(app, rq, rs, &caller, &c, err);
    if (!read_body(rq, rs, &doc, &answered, err))
        return answered;
    if (!make_patch(worker, rq, &c, doc.root, &patch, &about, &fault, err))
        return false;
    if (fault.text[0])
        return refuse(rs, &fault);
    if (str_eq(buf_str(&patch), S("{}")))
        return same(&c, rs);
    struct api_write w = {.c = {.kind = CONTRIBUTION_EDIT, .target = c.now.id, .base_version = c.now.version, .patch = str_copy(&rq->arena, buf_str(&patch))}};
    if (!check_after(worker, rq, &w, &fault, err))
        return false;
    if (fault.text[0])
        return refuse(rs, &fault);
    note_about(&w, &about, &caller, &rq->arena);
    return hand_over(app, rq, rs, &caller, &w, err);
}

bool on_api_options(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker, (void)err;
    struct request probe = *rq; /* a look at the table, with other methods */
    for (int m = 0; m < HTTP_METHOD_COUNT; m++) {
        unsigned others;
        probe.method = (enum http_method)m;
        if (route_find(ROUTES, N_ROUTES, &probe, &others))
            rs->allow |= 1u << m;
    }
    rs->status = 204;
    rs->headers = HEADERS_PREFLIGHT;
    return true;
}
