/* OGC API – Features, part 4: records added by programs; and what an address takes. */
#include "server/api_write.h"
#include "server/gate.h"
#include "server/on.h"

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
    if (!write_read_body(rq, rs, &doc, &answered, err))
        return answered;
    struct api_reading r = {.changes = json_get(doc.root, S("properties")), .arena = &rq->arena};
    if (!write_find_place(worker, rq, doc.root, NULL, &r.place, &fault, err))
        return false;
    if (fault.text[0] || !read_record(doc.root, &r, &text, &about, &d, &fault))
        return write_refuse(rs, &fault);
    if (!write_check_commune(worker, &d, &rq->arena, &w.c.place_code, &fault, err) || !check_osm(worker->store, &d, &fault, err))
        return false;
    if (fault.text[0])
        return write_refuse(rs, &fault);
    w.c.patch = str_copy(&rq->arena, buf_str(&text));
    w.c.has_position = d.has_position;
    w.c.at = d.at;
    write_note_about(&w, &about, &caller, &rq->arena);
    return write_hand_over(app, rq, rs, &caller, &w, err);
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
    if (rs->allow & 1u << HTTP_POST)
        rs->accept_post = str_eq(rq->segments[1], S("collections")) ? "application/geo+json, application/json" : "application/json";
    if (rs->allow & 1u << HTTP_PATCH)
        rs->accept_patch = "application/merge-patch+json";
    rs->headers = HEADERS_PREFLIGHT; /* 200, as part 4 has it */
    return true;
}
