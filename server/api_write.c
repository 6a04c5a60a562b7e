/*
 * Whatever programs send becomes a contribution, as with people's forms; a moderator's own is decided in the same step of the writer,
 * where it lies in their territory, and all others wait. The version is compared again in the step, so that two who read the same cannot
 * both win.
 */
#include "server/api_write.h"

#include <stdio.h>
#include <string.h>

#include "data/base/json_patch.h"
#include "server/api_version.h"
#include "server/writer.h"

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

bool write_stale(struct response *rs)
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
        return write_stale(rs);
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

bool write_read_body(const struct request *rq, struct response *rs, struct json_doc *doc, bool *answered, struct err *err)
{
    static const char *const features[] = {"application/geo+json", "application/json", NULL}, *const patches[] = {"application/merge-patch+json", NULL};
    static const char crs84[] = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>";
    bool patch = rq->method == HTTP_PATCH;
    struct str crs = request_header(rq, "Content-Crs");
    *answered = false;
    if (!request_header(rq, "Content-Type").len)
        return err_set(err, ERR_INVALID, "the body has no Content-Type");
    if (crs.len && !str_eq(str_trim(crs), str_of(crs84)))
        return err_set(err, ERR_INVALID, "Content-Crs: coordinates are longitude and latitude, %s", crs84);
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

bool write_refuse(struct response *rs, const struct api_fault *f)
{
    buf_clear(&rs->body);
    return response_problem(rs, 422, f->text, f->pointer);
}

bool write_find_place(struct worker *worker, struct request *rq, const struct json *feature, const struct json *base, const struct place **out,
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
    if (found && str_eq(place->code, code))
        *out = place;
    else
        api_fault(f, "/properties/place_id", "no place has this code; communes have their INSEE code (13055), départements dep:13, regions reg:93");
    return true;
}

bool write_check_commune(struct worker *worker, const struct deployment *d, struct arena *a, struct str *commune, struct api_fault *f, struct err *err)
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

bool write_hand_over(struct app *app, struct request *rq, struct response *rs, const struct caller *caller, const struct api_write *filled, struct err *err)
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
void write_note_about(struct api_write *w, const struct api_about *about, const struct caller *caller, struct arena *a)
{
    w->c.note = str_copy(a, about->note);
    w->c.survey = about->survey || ((about->unsourced || about->on_foot) && caller->who.role < ROLE_MODERATOR);
    w->at_once = about->at_once;
}
