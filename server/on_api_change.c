/*
 * OGC API – Features, part 4: records replaced (PUT), changed (PATCH) and removed by programs, each under the condition that it is still
 * the version that was read. A change is the difference between two features, so that it meets on the newest version what others
 * changed meanwhile, field by field, when it waited.
 */
#include "data/base/json_patch.h"
#include "data/record/public_copy.h"
#include "server/api_version.h"
#include "server/api_write.h"
#include "server/gate.h"
#include "server/on.h"

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
static void check_withheld(const struct change_of *c, const struct json *patch, struct api_fault *f)
{
    static const char *const whole[] = {"position", "devices", "zones", "claims", "sources", "location_precision", "ref", "source_name",
        "authorisation_ref", "osm_id", "osm_type"};
    for (size_t i = 0; c->withheld && i < COUNT(whole); i++)
        if (json_get(patch, str_of(whole[i])))
            api_fault(f, i ? "/properties" : "/geometry",
                "%s: this record is published less precisely than it is known, so that this cannot be changed without seeing all of it; "
                "propose it in words at /d/%llu/correct", whole[i], (unsigned long long)c->now.id);
}

/* A number in the body is that of the address, or is not there. */
static bool is_of(const struct change_of *c, const struct json *id)
{
    uint64_t n;
    return !id || (json_is_integer(id) && json_integer(id) == (int64_t)c->now.id) || (str_u64(json_string(id), &n) && n == c->now.id);
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
    if (!is_of(c, json_get(sent, S("id"))) || !is_of(c, json_get(json_get(sent, S("properties")), S("id")))) {
        api_fault(f, json_get(sent, S("id")) ? "/id" : "/properties/id", "this is the number of another record; the address says which one is changed");
        return true;
    }
    if (rq->method == HTTP_PATCH)
        json_merge(&merged, c->base.root, sent);
    else
        json_write(&merged, sent);
    if (!api_record_read(c->base.root, &r, &before, &none, f))
        return true;
    if (!json_read(&feature, buf_str(&merged), &JSON_STYLE, err) || !write_find_place(worker, rq, feature.root, c->base.root, &r.place, f, err))
        return false;
    r.changes = json_get(sent, S("properties"));
    if (f->text[0] || !api_record_read(feature.root, &r, &after, about, f))
        return true;
    about->note = str_copy(&rq->arena, about->note);
    if (!json_read(&was, buf_str(&before), &JSON_STYLE, err) || !json_read(&will, buf_str(&after), &JSON_STYLE, err))
        return false;
    json_difference(patch, was.root, will.root);
    if (!json_read(&difference, buf_str(patch), &JSON_STYLE, err))
        return false;
    check_withheld(c, difference.root, f);
    return true;
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
    return !w->moves || write_check_commune(worker, &after, &rq->arena, &w->place_after, f, err);
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
    return *answered ? write_stale(rs) && false : true;
}

static bool remove_record(struct app *app, struct request *rq, struct response *rs, const struct caller *caller, const struct change_of *c, struct err *err)
{
    struct api_write w = {.c = {.kind = CONTRIBUTION_REMOVE, .target = c->now.id, .base_version = c->now.version, .patch = S("{}")}};
    for (size_t i = 0; i < rq->n_query; i++)
        if (!str_eq(rq->query[i].name, S("note")))
            return err_set(err, ERR_INVALID, "note= is the one query parameter here: why it should go");
    w.c.note = request_query(rq, S("note"));
    return write_hand_over(app, rq, rs, caller, &w, err);
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
    if (!write_read_body(rq, rs, &doc, &answered, err))
        return answered;
    if (!make_patch(worker, rq, &c, doc.root, &patch, &about, &fault, err))
        return false;
    if (fault.text[0])
        return write_refuse(rs, &fault);
    if (str_eq(buf_str(&patch), S("{}")))
        return same(&c, rs);
    struct api_write w = {.c = {.kind = CONTRIBUTION_EDIT, .target = c.now.id, .base_version = c.now.version, .patch = str_copy(&rq->arena, buf_str(&patch))}};
    if (!check_after(worker, rq, &w, &fault, err))
        return false;
    if (fault.text[0])
        return write_refuse(rs, &fault);
    write_note_about(&w, &about, &caller, &rq->arena);
    return write_hand_over(app, rq, rs, &caller, &w, err);
}
