/*
 * A record as JSON and back: revisions, the API's detail, and equality of content rest on it. Names are the record's;
 * what is unknown is absent.
 */
#include <math.h>

#include "data/record/deployment.h"

/* ---- writing ---- */

static void put_str(struct json_writer *w, const char *key, struct str s)
{
    if (!s.len)
        return;
    json_key(w, key);
    json_put_str(w, s);
}

static void put_term(struct json_writer *w, const char *key, const struct term *terms, int value, int absent)
{
    if (value == absent)
        return;
    json_key(w, key);
    json_put_cstr(w, terms[value].code);
}

static void put_int(struct json_writer *w, const char *key, int64_t v, int64_t absent)
{
    if (v == absent)
        return;
    json_key(w, key);
    json_put_int(w, v);
}

static void put_number(struct json_writer *w, const char *key, double v)
{
    json_key(w, key);
    json_put_number(w, v);
}

static void put_date(struct json_writer *w, const char *key, struct partial_date d)
{
    AUTO(buf) text = {0};
    if (!d.year)
        return;
    partial_date_write(&text, d);
    put_str(w, key, buf_str(&text));
}

static void put_bits(struct json_writer *w, const char *key, const struct term *terms, size_t n, uint32_t bits)
{
    if (!bits)
        return;
    json_key(w, key);
    json_open(w, '[');
    for (size_t i = 0; i < n; i++)
        if (bits >> i & 1)
            json_put_cstr(w, terms[i].code);
    json_close(w, ']');
}

static void put_position(struct json_writer *w, const char *key, struct lonlat at)
{
    json_key(w, key);
    json_open(w, '[');
    json_put_number(w, at.lon);
    json_put_number(w, at.lat);
    json_close(w, ']');
}

static void put_device(struct json_writer *w, const struct device *v)
{
    char type[2] = {v->osm_type, 0};
    json_open(w, '{');
    put_int(w, "id", (int64_t)v->id, 0);
    put_position(w, "position", v->at);
    put_term(w, "device_type", DEVICE_TYPE_TERMS, (int)v->type, DEVICE_UNKNOWN);
    put_term(w, "mount", MOUNT_TERMS, (int)v->mount, MOUNT_UNKNOWN);
    if (v->height_m > 0)
        put_number(w, "height_m", v->height_m);
    if (!isnan(v->tilt_deg))
        put_number(w, "tilt_deg", v->tilt_deg);
    put_str(w, "model", v->model);
    put_str(w, "osm_type", str_of(type));
    put_int(w, "osm_id", v->osm_id, 0);
    put_int(w, "osm_version", v->osm_version, 0);
    put_date(w, "check_date", v->check_date);
    put_str(w, "direction", v->direction_raw);
    if (v->direction_unparsed) {
        json_key(w, "direction_unparsed");
        json_put_bool(w, true);
    }
    if (v->source_tags.len) {
        json_key(w, "source_tags");
        json_put_raw(w, v->source_tags);
    }
    if (v->n_views) {
        json_key(w, "views");
        json_open(w, '[');
        for (size_t i = 0; i < v->n_views; i++) {
            json_open(w, '{');
            if (v->views[i].has_bearing)
                put_number(w, "bearing_deg", v->views[i].bearing_deg);
            if (v->views[i].width_deg > 0)
                put_number(w, "width_deg", v->views[i].width_deg);
            if (v->views[i].approximate) {
                json_key(w, "approximate");
                json_put_bool(w, true);
            }
            json_close(w, '}');
        }
        json_close(w, ']');
    }
    json_close(w, '}');
}

static void put_zone(struct json_writer *w, const struct zone *z)
{
    json_open(w, '{');
    put_int(w, "id", (int64_t)z->id, 0);
    put_term(w, "zone_kind", ZONE_KIND_TERMS, (int)z->kind, -1);
    put_date(w, "valid_from", z->valid_from);
    put_date(w, "valid_to", z->valid_to);
    put_str(w, "time_window", z->time_window);
    json_key(w, "rings");
    json_open(w, '[');
    for (uint32_t i = 0, from = 0; i < z->shape.n_parts; from = z->shape.end[i++]) {
        json_open(w, '[');
        for (uint32_t p = from; p < z->shape.end[i]; p++) {
            json_open(w, '[');
            json_put_number(w, z->shape.at[p].x);
            json_put_number(w, z->shape.at[p].y);
            json_close(w, ']');
        }
        json_close(w, ']');
    }
    json_close(w, ']');
    json_close(w, '}');
}

static void put_source(struct json_writer *w, const struct source *s)
{
    json_open(w, '{');
    put_int(w, "id", (int64_t)s->id, 0);
    put_term(w, "kind", SOURCE_KIND_TERMS, (int)s->kind, -1);
    put_str(w, "url", s->url);
    put_str(w, "title", s->title);
    put_str(w, "publisher", s->publisher);
    put_str(w, "author", s->author);
    put_date(w, "published_on", s->published_on);
    put_date(w, "accessed_on", s->accessed_on);
    put_str(w, "lang", s->lang);
    put_str(w, "archive_url", s->archive_url);
    put_str(w, "archive_sha256", s->archive_sha256);
    put_date(w, "archived_on", s->archived_on);
    put_str(w, "page", s->page);
    put_str(w, "licence", s->licence);
    put_str(w, "quote", s->quote);
    json_close(w, '}');
}

static void put_event(struct json_writer *w, const struct status_event *e)
{
    json_open(w, '{');
    put_term(w, "status", STATUS_TERMS, (int)e->status, -1);
    put_term(w, "kind", EVENT_KIND_TERMS, (int)e->kind, -1);
    put_date(w, "date", e->date);
    put_term(w, "authority", AUTHORITY_TERMS, (int)e->authority, AUTHORITY_NONE);
    put_term(w, "act", ACT_TERMS, (int)e->act, ACT_NONE);
    put_int(w, "source", e->source, 0);
    put_str(w, "note_fr", e->note_fr);
    put_str(w, "note_en", e->note_en);
    json_close(w, '}');
}

static void put_claim(struct json_writer *w, const struct claim *c)
{
    json_open(w, '{');
    put_term(w, "field", CLAIM_FIELD_TERMS, (int)c->field, -1);
    put_str(w, "value", c->value);
    put_str(w, "says_fr", c->says_fr);
    put_str(w, "says_en", c->says_en);
    put_term(w, "confidence", CONFIDENCE_TERMS, (int)c->confidence, -1);
    put_term(w, "basis", BASIS_TERMS, (int)c->basis, -1);
    put_int(w, "source", c->source, 0);
    put_int(w, "device", c->device, 0);
    put_int(w, "event", c->event, 0);
    put_date(w, "said_on", c->said_on);
    json_close(w, '}');
}

static void put_org(struct json_writer *w, const struct org_ref *o)
{
    json_open(w, '{');
    put_term(w, "role", ROLE_TERMS, (int)o->role, -1);
    put_str(w, "name", o->name);
    put_term(w, "kind", ORG_KIND_TERMS, (int)o->kind, ORG_UNKNOWN);
    json_close(w, '}');
}

static void put_link(struct json_writer *w, const struct deployment_link *l)
{
    json_open(w, '{');
    put_term(w, "kind", LINK_KIND_TERMS, (int)l->kind, -1);
    put_int(w, "to", (int64_t)l->to, 0);
    put_str(w, "to_key", l->to_key);
    json_close(w, '}');
}

static const char *const COST_KINDS[] = {"purchase", "annual", "subsidy", "study"}, *const VAT_KINDS[] = {"unknown", "ht", "ttc"};

#define PUT_LIST(w, key, n, at, put)                                                               \
    do {                                                                                           \
        if (n) {                                                                                   \
            json_key(w, key);                                                                      \
            json_open(w, '[');                                                                     \
            for (size_t i_ = 0; i_ < (n); i_++)                                                    \
                put(w, &(at)[i_]);                                                                 \
            json_close(w, ']');                                                                    \
        }                                                                                          \
    } while (0)

static void put_cost(struct json_writer *w, const struct cost *c)
{
    json_open(w, '{');
    put_int(w, "eur", c->eur, -1);
    put_str(w, "kind", str_of(COST_KINDS[c->kind]));
    put_str(w, "vat", str_of(VAT_KINDS[c->vat]));
    json_close(w, '}');
}

void deployment_write_json(struct buf *out, const struct deployment *d)
{
    struct json_writer writer = {.out = out}, *w = &writer;
    char type[2] = {d->osm_type, 0};
    json_open(w, '{');
    put_int(w, "id", (int64_t)d->id, 0);
    put_int(w, "version", d->version, 0);
    put_str(w, "slug", d->slug);
    put_str(w, "title_fr", d->title_fr);
    put_str(w, "title_en", d->title_en);
    put_term(w, "category", CATEGORY_TERMS, (int)d->category, -1);
    put_bits(w, "categories2", CATEGORY_TERMS, CATEGORY_COUNT, d->categories2);
    put_bits(w, "capabilities", CAPABILITY_TERMS, CAPABILITY_COUNT, d->capabilities);
    put_term(w, "surveilled_space", SPACE_TERMS, (int)d->space, SPACE_UNKNOWN);
    put_term(w, "watch_target", TARGET_TERMS, (int)d->target, TARGET_NONE);
    put_term(w, "admin_level", LEVEL_TERMS, (int)d->level, LEVEL_DEVICE);
    put_str(w, "place_id", d->place_code);
    put_str(w, "place_name", d->place_name);
    if (d->has_position)
        put_position(w, "position", d->at);
    put_term(w, "location_precision", PRECISION_TERMS, (int)d->precision, -1);
    put_term(w, "public_precision", PRECISION_TERMS, (int)d->public_precision, (int)d->precision);
    if (d->accuracy_m > 0)
        put_number(w, "accuracy_m", d->accuracy_m);
    if (d->programme) {
        json_key(w, "programme");
        json_put_bool(w, true);
    }
    put_int(w, "device_count", d->device_count, -1);
    put_date(w, "device_count_as_of", d->device_count_as_of);
    PUT_LIST(w, "costs", d->n_costs, d->costs, put_cost);
    put_str(w, "legal_basis", d->legal_basis);
    put_str(w, "legal_basis_text", d->legal_basis_text);
    put_str(w, "authorisation_ref", d->authorisation_ref);
    put_date(w, "authorised_on", d->authorised_on);
    put_date(w, "authorised_until", d->authorised_until);
    put_int(w, "retention_days", d->retention_days, -1);
    put_str(w, "summary_fr", d->summary_fr);
    put_str(w, "summary_en", d->summary_en);
    put_str(w, "body_fr", d->body_fr);
    put_str(w, "body_en", d->body_en);
    put_str(w, "ref", d->ref);
    put_str(w, "source_name", d->source_name);
    if (d->needs_check) {
        json_key(w, "needs_check");
        json_put_bool(w, true);
    }
    put_str(w, "osm_type", str_of(type));
    put_int(w, "osm_id", d->osm_id, 0);
    put_str(w, "external_id", d->external_id);
    put_str(w, "external_source", d->external_source);
    put_int(w, "import_batch_id", (int64_t)d->batch_id, 0);
    put_str(w, "licence", d->licence);
    put_str(w, "attribution", d->attribution);
    put_date(w, "first_seen", d->first_seen);
    put_date(w, "last_confirmed", d->last_confirmed);
    put_date(w, "review_after", d->review_after);
    PUT_LIST(w, "orgs", d->n_orgs, d->orgs, put_org);
    PUT_LIST(w, "devices", d->n_devices, d->devices, put_device);
    PUT_LIST(w, "zones", d->n_zones, d->zones, put_zone);
    PUT_LIST(w, "status_events", d->n_events, d->events, put_event);
    PUT_LIST(w, "claims", d->n_claims, d->claims, put_claim);
    PUT_LIST(w, "sources", d->n_sources, d->sources, put_source);
    PUT_LIST(w, "links", d->n_links, d->links, put_link);
    json_close(w, '}');
}

/* ---- reading ---- */

struct reading {
    struct arena *a;
    struct err *err;
    bool ok; /* the first failure is kept, and asked once at the end */
};

static void fail(struct reading *r, const char *key, const char *why)
{
    if (r->ok)
        err_set(r->err, ERR_INVALID, "%s: %s", key, why);
    r->ok = false;
}

static struct str get_str(struct reading *r, const struct json *o, const char *key)
{
    const struct json *v = json_get(o, str_of(key));
    if (json_kind(v) == JSON_NULL)
        return S("");
    if (json_kind(v) != JSON_STRING) {
        fail(r, key, "it is a text");
        return S("");
    }
    return str_copy(r->a, json_string(v));
}

static int get_term(struct reading *r, const struct json *o, const char *key, const struct term *terms, size_t n, int absent)
{
    const struct json *v = json_get(o, str_of(key));
    if (json_kind(v) == JSON_NULL)
        return absent;
    int found = term_find(terms, n, json_string(v));
    if (found >= 0)
        return found;
    AUTO(buf) why = {0};
    buf_add(&why, S("it is one of "));
    term_list(&why, terms, n);
    fail(r, key, why.at);
    return absent;
}

static double get_number(struct reading *r, const struct json *o, const char *key, double absent)
{
    const struct json *v = json_get(o, str_of(key));
    if (json_kind(v) == JSON_NULL)
        return absent;
    if (json_kind(v) != JSON_NUMBER)
        fail(r, key, "it is a number");
    return json_number(v);
}

static int64_t get_int(struct reading *r, const struct json *o, const char *key, int64_t absent)
{
    const struct json *v = json_get(o, str_of(key));
    if (json_kind(v) == JSON_NULL)
        return absent;
    if (json_kind(v) != JSON_NUMBER || !json_is_integer(v))
        fail(r, key, "it is a whole number");
    return json_integer(v);
}

static bool get_bool(const struct json *o, const char *key)
{
    return json_bool(json_get(o, str_of(key)));
}

static struct partial_date get_date(struct reading *r, const struct json *o, const char *key)
{
    struct partial_date out = {0};
    if (!partial_date_read(json_string(json_get(o, str_of(key))), &out))
        fail(r, key, "it is a date: 2019, 2019-10 or 2019-10-28");
    return out;
}

static uint32_t get_bits(struct reading *r, const struct json *o, const char *key, const struct term *terms, size_t n)
{
    uint32_t bits = 0;
    struct json_each e = {0};
    while (json_each(json_get(o, str_of(key)), &e)) {
        int found = term_find(terms, n, json_string(e.value));
        if (found < 0)
            fail(r, key, "it lists a word that is not known");
        else
            bits |= 1u << found;
    }
    return bits;
}

static bool get_position(struct reading *r, const struct json *o, const char *key, struct lonlat *out)
{
    const struct json *v = json_get(o, str_of(key));
    if (json_kind(v) == JSON_NULL)
        return false;
    *out = (struct lonlat){json_number(json_at(v, 0)), json_number(json_at(v, 1))};
    if (json_kind(json_at(v, 0)) != JSON_NUMBER || json_kind(json_at(v, 1)) != JSON_NUMBER || !lonlat_is_valid(*out))
        fail(r, key, "it is [longitude, latitude] in degrees");
    return true;
}

static void *get_list(struct reading *r, const struct json *o, const char *key, size_t size, size_t *n)
{
    const struct json *v = json_get(o, str_of(key));
    *n = json_kind(v) == JSON_ARRAY ? json_size(v) : 0;
    void *at = arena_array(r->a, *n + 1, size);
    if (!at) {
        err_arena(r->err);
        r->ok = false;
        *n = 0;
    }
    return at;
}

#define TERM(type, o, key, terms, absent) (enum type) get_term(r, o, key, terms, COUNT(terms), absent)

static void get_device(struct reading *r, const struct json *o, struct device *out)
{
    struct str osm = get_str(r, o, "osm_type");
    *out = (struct device){.id = (uint64_t)get_int(r, o, "id", 0), .type = TERM(device_type, o, "device_type", DEVICE_TYPE_TERMS, 0),
        .mount = TERM(mount, o, "mount", MOUNT_TERMS, 0), .height_m = get_number(r, o, "height_m", 0),
        .tilt_deg = get_number(r, o, "tilt_deg", NAN), .model = get_str(r, o, "model"), .osm_type = osm.len ? osm.at[0] : 0,
        .osm_id = get_int(r, o, "osm_id", 0), .osm_version = (int32_t)get_int(r, o, "osm_version", 0),
        .check_date = get_date(r, o, "check_date"), .direction_raw = get_str(r, o, "direction"),
        .direction_unparsed = get_bool(o, "direction_unparsed")};
    if (!get_position(r, o, "position", &out->at))
        fail(r, "position", "a device has one");
    const struct json *tags = json_get(o, S("source_tags"));
    if (json_kind(tags) == JSON_OBJECT) {
        AUTO(buf) text = {0};
        json_write(&text, tags);
        out->source_tags = str_copy(r->a, buf_str(&text));
    }
    struct device_view *views = get_list(r, o, "views", sizeof *views, &out->n_views);
    for (size_t i = 0; i < out->n_views; i++) {
        const struct json *v = json_at(json_get(o, S("views")), i);
        views[i] = (struct device_view){get_number(r, v, "bearing_deg", 0), get_number(r, v, "width_deg", 0),
            json_kind(json_get(v, S("bearing_deg"))) == JSON_NUMBER, get_bool(v, "approximate")};
    }
    out->views = views;
}

static void get_zone(struct reading *r, const struct json *o, struct zone *out)
{
    *out = (struct zone){.id = (uint64_t)get_int(r, o, "id", 0), .kind = TERM(zone_kind, o, "zone_kind", ZONE_KIND_TERMS, 0),
        .valid_from = get_date(r, o, "valid_from"), .valid_to = get_date(r, o, "valid_to"),
        .time_window = get_str(r, o, "time_window")};
    const struct json *rings = json_get(o, S("rings"));
    size_t n = 0;
    for (size_t i = 0; i < json_size(rings); i++)
        n += json_size(json_at(rings, i));
    struct shape *s = &out->shape;
    s->kind = SHAPE_POLYGONS;
    s->at = ARENA_ARRAY(r->a, struct xy, n + 1);
    s->end = ARENA_ARRAY(r->a, uint32_t, json_size(rings) + 1);
    if (!s->at || !s->end) {
        fail(r, "rings", "they need too much memory");
        return;
    }
    for (size_t i = 0; i < json_size(rings); i++) {
        const struct json *ring = json_at(rings, i);
        for (size_t p = 0; p < json_size(ring); p++)
            s->at[s->n++] = (struct xy){json_number(json_at(json_at(ring, p), 0)), json_number(json_at(json_at(ring, p), 1))};
        s->end[s->n_parts++] = s->n;
    }
}

static void get_source(struct reading *r, const struct json *o, struct source *out)
{
    *out = (struct source){.id = (uint64_t)get_int(r, o, "id", 0), .kind = TERM(source_kind, o, "kind", SOURCE_KIND_TERMS, SOURCE_PRESS),
        .url = get_str(r, o, "url"), .title = get_str(r, o, "title"), .publisher = get_str(r, o, "publisher"),
        .author = get_str(r, o, "author"), .published_on = get_date(r, o, "published_on"),
        .accessed_on = get_date(r, o, "accessed_on"), .lang = get_str(r, o, "lang"), .archive_url = get_str(r, o, "archive_url"),
        .archive_sha256 = get_str(r, o, "archive_sha256"), .archived_on = get_date(r, o, "archived_on"),
        .page = get_str(r, o, "page"), .licence = get_str(r, o, "licence"), .quote = get_str(r, o, "quote")};
}

static void get_event(struct reading *r, const struct json *o, struct status_event *out)
{
    *out = (struct status_event){.status = TERM(status, o, "status", STATUS_TERMS, STATUS_UNKNOWN),
        .kind = TERM(event_kind, o, "kind", EVENT_KIND_TERMS, EVENT_OBSERVED), .date = get_date(r, o, "date"),
        .authority = TERM(authority, o, "authority", AUTHORITY_TERMS, AUTHORITY_NONE), .act = TERM(act, o, "act", ACT_TERMS, ACT_NONE),
        .source = (uint32_t)get_int(r, o, "source", 0), .note_fr = get_str(r, o, "note_fr"), .note_en = get_str(r, o, "note_en")};
}

static void get_claim(struct reading *r, const struct json *o, struct claim *out)
{
    *out = (struct claim){.field = TERM(claim_field, o, "field", CLAIM_FIELD_TERMS, CLAIM_EXISTS), .value = get_str(r, o, "value"),
        .says_fr = get_str(r, o, "says_fr"), .says_en = get_str(r, o, "says_en"),
        .confidence = TERM(confidence, o, "confidence", CONFIDENCE_TERMS, CONFIDENCE_PROBABLE),
        .basis = TERM(basis, o, "basis", BASIS_TERMS, BASIS_PRESS), .source = (uint32_t)get_int(r, o, "source", 0),
        .device = (uint32_t)get_int(r, o, "device", 0), .event = (uint32_t)get_int(r, o, "event", 0),
        .said_on = get_date(r, o, "said_on")};
}

static void get_org(struct reading *r, const struct json *o, struct org_ref *out)
{
    *out = (struct org_ref){.role = TERM(org_role, o, "role", ROLE_TERMS, ROLE_OPERATOR), .name = get_str(r, o, "name"),
        .kind = TERM(org_kind, o, "kind", ORG_KIND_TERMS, ORG_UNKNOWN)};
    out->slug = str_slug(r->a, out->name);
}

static void get_link(struct reading *r, const struct json *o, struct deployment_link *out)
{
    *out = (struct deployment_link){.kind = TERM(link_kind, o, "kind", LINK_KIND_TERMS, LINK_SAME_PROJECT),
        .to = (uint64_t)get_int(r, o, "to", 0), .to_key = get_str(r, o, "to_key")};
}

static void get_cost(struct reading *r, const struct json *o, struct cost *out)
{
    *out = (struct cost){.eur = get_int(r, o, "eur", 0)};
    struct str kind = get_str(r, o, "kind"), vat = get_str(r, o, "vat");
    for (unsigned i = 0; i < COUNT(COST_KINDS); i++)
        if (str_eq(kind, str_of(COST_KINDS[i])))
            out->kind = i;
    for (unsigned i = 0; i < COUNT(VAT_KINDS); i++)
        if (str_eq(vat, str_of(VAT_KINDS[i])))
            out->vat = i;
}

#define GET_LIST(r, o, key, into, n, get)                                                          \
    do {                                                                                           \
        (into) = get_list(r, o, key, sizeof *(into), &(n));                                        \
        for (size_t i_ = 0; i_ < (n); i_++)                                                        \
            get(r, json_at(json_get(o, S(key)), i_), &(into)[i_]);                                 \
    } while (0)

bool deployment_read_json(const struct json *o, struct arena *a, struct deployment *out, struct err *err)
{
    struct reading reading = {a, err, true}, *r = &reading;
    struct str osm = get_str(r, o, "osm_type");
    struct deployment d = {.id = (uint64_t)get_int(r, o, "id", 0), .version = (uint32_t)get_int(r, o, "version", 0),
        .slug = get_str(r, o, "slug"), .title_fr = get_str(r, o, "title_fr"), .title_en = get_str(r, o, "title_en"),
        .category = TERM(category, o, "category", CATEGORY_TERMS, CATEGORY_COUNT),
        .categories2 = get_bits(r, o, "categories2", CATEGORY_TERMS, CATEGORY_COUNT),
        .capabilities = get_bits(r, o, "capabilities", CAPABILITY_TERMS, CAPABILITY_COUNT),
        .space = TERM(space, o, "surveilled_space", SPACE_TERMS, SPACE_UNKNOWN),
        .target = TERM(target, o, "watch_target", TARGET_TERMS, TARGET_NONE),
        .level = TERM(admin_level, o, "admin_level", LEVEL_TERMS, LEVEL_DEVICE), .place_code = get_str(r, o, "place_id"),
        .place_name = get_str(r, o, "place_name"),
        .precision = TERM(precision, o, "location_precision", PRECISION_TERMS, PRECISION_STREET),
        .public_precision = TERM(precision, o, "public_precision", PRECISION_TERMS, PRECISION_EXACT),
        .accuracy_m = get_number(r, o, "accuracy_m", 0), .programme = get_bool(o, "programme"),
        .device_count = get_int(r, o, "device_count", -1), .device_count_as_of = get_date(r, o, "device_count_as_of"),
        .legal_basis = get_str(r, o, "legal_basis"), .legal_basis_text = get_str(r, o, "legal_basis_text"),
        .authorisation_ref = get_str(r, o, "authorisation_ref"), .authorised_on = get_date(r, o, "authorised_on"),
        .authorised_until = get_date(r, o, "authorised_until"), .retention_days = (int32_t)get_int(r, o, "retention_days", -1),
        .summary_fr = get_str(r, o, "summary_fr"), .summary_en = get_str(r, o, "summary_en"), .body_fr = get_str(r, o, "body_fr"),
        .body_en = get_str(r, o, "body_en"), .ref = get_str(r, o, "ref"), .source_name = get_str(r, o, "source_name"),
        .needs_check = get_bool(o, "needs_check"), .osm_type = osm.len ? osm.at[0] : 0, .osm_id = get_int(r, o, "osm_id", 0),
        .external_id = get_str(r, o, "external_id"), .external_source = get_str(r, o, "external_source"),
        .batch_id = (uint64_t)get_int(r, o, "import_batch_id", 0), .licence = get_str(r, o, "licence"),
        .attribution = get_str(r, o, "attribution"), .first_seen = get_date(r, o, "first_seen"),
        .last_confirmed = get_date(r, o, "last_confirmed"), .review_after = get_date(r, o, "review_after"),
        .moderation = MODERATION_PUBLISHED};
    d.has_position = get_position(r, o, "position", &d.at);
    struct cost *costs;
    GET_LIST(r, o, "costs", costs, d.n_costs, get_cost);
    d.costs = costs;
    struct org_ref *orgs;
    GET_LIST(r, o, "orgs", orgs, d.n_orgs, get_org);
    d.orgs = orgs;
    GET_LIST(r, o, "devices", d.devices, d.n_devices, get_device);
    GET_LIST(r, o, "zones", d.zones, d.n_zones, get_zone);
    GET_LIST(r, o, "status_events", d.events, d.n_events, get_event);
    GET_LIST(r, o, "claims", d.claims, d.n_claims, get_claim);
    GET_LIST(r, o, "sources", d.sources, d.n_sources, get_source);
    GET_LIST(r, o, "links", d.links, d.n_links, get_link);
    if (!reading.ok)
        return false;
    if (d.category == CATEGORY_COUNT)
        return err_set(err, ERR_INVALID, "category: it is needed");
    deployment_derive(&d);
    *out = d;
    return true;
}
