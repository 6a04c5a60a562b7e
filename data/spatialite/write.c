/*
 * Writing. A record is kept twice, on purpose: its newest version column by column, for whoever asks with SQL, and every
 * version whole, as JSON, in its history. Putting a version in removes the rows of the one before and writes the new ones;
 * ids of devices, events and claims are those of their newest rows.
 */
#include <math.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/hash.h"
#include "data/spatialite/inside.h"

enum { RECORD_ARENA_BYTES = 64 * 1024 * 1024 };

/* ---- small bindings ---- */

static void bind_date(struct stmt *q, const char *name, struct partial_date d, char text[16])
{
    AUTO(buf) b = {0};
    partial_date_write(&b, d);
    size_t n = MIN(b.len, 15);
    if (n)
        memcpy(text, b.at, n);
    stmt_bind_str(q, name, str_from(text, n));
}

static void bind_known(struct stmt *q, const char *name, int64_t v, int64_t unknown)
{
    if (v != unknown)
        stmt_bind_i64(q, name, v);
}

static void bind_code(struct stmt *q, const char *name, const struct term *terms, int value)
{
    stmt_bind_str(q, name, str_of(terms[value].code));
}

/* ---- organisations and sources ---- */

static bool free_slug(struct store *s, struct str base, struct arena *a, struct str *out, struct err *err)
{
    for (int i = 1; i < 10000; i++) {
        AUTO(buf) slug = {0};
        buf_add(&slug, base.len ? base : S("x"));
        if (i > 1)
            buf_fmt(&slug, "-%d", i);
        AUTO(stmt) q = db_stmt(&s->db, "SELECT 1 FROM org WHERE slug = :slug");
        stmt_bind_str(&q, ":slug", buf_str(&slug));
        if (!stmt_row(&q)) {
            *out = str_copy(a, buf_str(&slug));
            return stmt_ok(&q, err);
        }
    }
    return err_set(err, ERR_INTERNAL, "no address is free for an organisation");
}

static bool add_alias(struct store *s, struct str folded, uint64_t id, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "INSERT OR IGNORE INTO org_alias (folded, org_id) VALUES (:folded, :id)");
    stmt_bind_text(&q, ":folded", folded);
    stmt_bind_u64(&q, ":id", id);
    return stmt_run(&q, err);
}

static bool find_or_make_org(struct store *s, struct org_ref *o, struct arena *a, struct err *err)
{
    struct str folded = str_fold(a, o->name);
    {
        AUTO(stmt) q = db_stmt(&s->db, "SELECT o.id, o.slug, o.name FROM org_alias a JOIN org o ON o.id = a.org_id WHERE a.folded = :folded");
        stmt_bind_text(&q, ":folded", folded);
        if (stmt_row(&q)) {
            o->id = (uint64_t)stmt_int(&q, 0);
            o->slug = stmt_copy(&q, 1, a);
            o->name = stmt_copy(&q, 2, a);
            return true;
        }
        if (!stmt_ok(&q, err))
            return false;
    }
    if (!free_slug(s, str_slug(a, o->name), a, &o->slug, err))
        return false;
    AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO org (name, slug, kind) VALUES (:name, :slug, :kind)");
    stmt_bind_text(&q, ":name", o->name);
    stmt_bind_text(&q, ":slug", o->slug);
    bind_code(&q, ":kind", ORG_KIND_TERMS, (int)o->kind);
    if (!stmt_run(&q, err))
        return false;
    o->id = (uint64_t)sqlite3_last_insert_rowid(s->db.sqlite);
    return add_alias(s, folded, o->id, err);
}

static bool know_orgs(struct store *s, struct deployment *d, struct arena *a, struct err *err)
{
    struct org_ref *orgs = arena_copy(a, d->orgs, d->n_orgs * sizeof *orgs);
    if (d->n_orgs && !orgs)
        return err_arena(err);
    for (size_t i = 0; i < d->n_orgs; i++)
        if (!find_or_make_org(s, &orgs[i], a, err))
            return false;
    d->orgs = orgs;
    return true;
}

static uint64_t source_key(const struct source *c)
{
    const struct str texts[] = {c->url, c->title, c->publisher, c->author, c->lang, c->archive_url, c->archive_sha256, c->page,
        c->licence, c->quote};
    uint64_t key = hash_mix((uint64_t)c->kind + 1);
    for (size_t i = 0; i < COUNT(texts); i++)
        key = hash64(texts[i].at, texts[i].len, key);
    const struct partial_date dates[] = {c->published_on, c->accessed_on, c->archived_on};
    for (size_t i = 0; i < COUNT(dates); i++)
        key = hash_mix(key ^ (uint64_t)(dates[i].year * 1000000 + dates[i].month * 1000 + dates[i].day * 10 + dates[i].uncertain));
    return key;
}

static bool find_or_make_source(struct store *s, const struct source *c, uint64_t *id, struct err *err)
{
    uint64_t key = source_key(c);
    {
        AUTO(stmt) q = db_stmt(&s->db, "SELECT id FROM source WHERE content_key = :key");
        stmt_bind_u64(&q, ":key", key);
        if (stmt_row(&q)) {
            *id = (uint64_t)stmt_int(&q, 0);
            return true;
        }
        if (!stmt_ok(&q, err))
            return false;
    }
    char published[16], accessed[16], archived[16];
    AUTO(stmt) q = db_stmt(&s->db,
        "INSERT INTO source (content_key, url, title, publisher, author, published_on, accessed_on, kind, lang, archive_url,"
        " archive_sha256, archived_on, page, licence, quote) VALUES (:key, :url, :title, :publisher, :author, :published_on,"
        " :accessed_on, :kind, :lang, :archive_url, :archive_sha256, :archived_on, :page, :licence, :quote)");
    stmt_bind_u64(&q, ":key", key);
    stmt_bind_str(&q, ":url", c->url);
    stmt_bind_str(&q, ":title", c->title);
    stmt_bind_str(&q, ":publisher", c->publisher);
    stmt_bind_str(&q, ":author", c->author);
    bind_date(&q, ":published_on", c->published_on, published);
    bind_date(&q, ":accessed_on", c->accessed_on, accessed);
    bind_code(&q, ":kind", SOURCE_KIND_TERMS, (int)c->kind);
    stmt_bind_str(&q, ":lang", c->lang);
    stmt_bind_str(&q, ":archive_url", c->archive_url);
    stmt_bind_str(&q, ":archive_sha256", c->archive_sha256);
    bind_date(&q, ":archived_on", c->archived_on, archived);
    stmt_bind_str(&q, ":page", c->page);
    stmt_bind_str(&q, ":licence", c->licence);
    stmt_bind_str(&q, ":quote", c->quote);
    if (!stmt_run(&q, err))
        return false;
    *id = (uint64_t)sqlite3_last_insert_rowid(s->db.sqlite);
    return true;
}

/* ---- the rows of a record ---- */

bool record_remove_rows(struct store *s, uint64_t id, struct err *err)
{
    static const char *const texts[] = {
        "DELETE FROM claim WHERE deployment_id = :id",
        "DELETE FROM status_event WHERE deployment_id = :id",
        "DELETE FROM device_view WHERE device_id IN (SELECT id FROM device WHERE deployment_id = :id)",
        "DELETE FROM device WHERE deployment_id = :id",
        "DELETE FROM zone WHERE deployment_id = :id",
        "DELETE FROM deployment_source WHERE deployment_id = :id",
        "DELETE FROM deployment_org WHERE deployment_id = :id",
        "DELETE FROM deployment_cost WHERE deployment_id = :id",
        "DELETE FROM deployment_link WHERE from_id = :id",
        "DELETE FROM deployment_box WHERE id = :id",
        "DELETE FROM deployment_words WHERE rowid = :id",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        AUTO(stmt) q = db_stmt(&s->db, texts[i]);
        stmt_bind_u64(&q, ":id", id);
        if (!stmt_run(&q, err))
            return false;
    }
    return true;
}

static bool write_deployment(struct store *s, const struct deployment *d, struct err *err)
{
    char since[16], count_as_of[16], authorised[16], until[16], first[16], confirmed[16], review[16];
    AUTO(stmt) q = db_stmt(&s->db,
        "INSERT INTO deployment (id, version, slug, title_fr, title_en, category, categories2, capabilities, surveilled_space,"
        " watch_target, admin_level, place_id, place_name, location_precision, public_precision, accuracy_m, status, status_since,"
        " programme, device_count, device_count_as_of, legal_basis, legal_basis_text, authorisation_ref, authorised_on,"
        " authorised_until, retention_days, summary_fr, summary_en, body_fr, body_en, ref, source_name, needs_check, osm_type,"
        " osm_id, external_id, external_source, import_batch_id, licence, attribution, first_seen, last_confirmed, review_after,"
        " moderation, created_s, updated_s, geom) VALUES (:id, :version, :slug, :title_fr, :title_en, :category, :categories2,"
        " :capabilities, :space, :target, :level, :place_id, :place_name, :precision, :public_precision, :accuracy_m, :status,"
        " :status_since, :programme, :device_count, :device_count_as_of, :legal_basis, :legal_basis_text, :authorisation_ref,"
        " :authorised_on, :authorised_until, :retention_days, :summary_fr, :summary_en, :body_fr, :body_en, :ref, :source_name,"
        " :needs_check, :osm_type, :osm_id, :external_id, :external_source, :batch, :licence, :attribution, :first_seen,"
        " :last_confirmed, :review_after, :moderation, :created, :updated, MakePoint(:lon, :lat, 4326))"
        " ON CONFLICT (id) DO UPDATE SET version = excluded.version, slug = excluded.slug, title_fr = excluded.title_fr,"
        " title_en = excluded.title_en, category = excluded.category, categories2 = excluded.categories2,"
        " capabilities = excluded.capabilities, surveilled_space = excluded.surveilled_space, watch_target = excluded.watch_target,"
        " admin_level = excluded.admin_level, place_id = excluded.place_id, place_name = excluded.place_name,"
        " location_precision = excluded.location_precision, public_precision = excluded.public_precision,"
        " accuracy_m = excluded.accuracy_m, status = excluded.status, status_since = excluded.status_since,"
        " programme = excluded.programme, device_count = excluded.device_count, device_count_as_of = excluded.device_count_as_of,"
        " legal_basis = excluded.legal_basis, legal_basis_text = excluded.legal_basis_text,"
        " authorisation_ref = excluded.authorisation_ref, authorised_on = excluded.authorised_on,"
        " authorised_until = excluded.authorised_until, retention_days = excluded.retention_days,"
        " summary_fr = excluded.summary_fr, summary_en = excluded.summary_en, body_fr = excluded.body_fr, body_en = excluded.body_en,"
        " ref = excluded.ref, source_name = excluded.source_name, needs_check = excluded.needs_check, osm_type = excluded.osm_type,"
        " osm_id = excluded.osm_id, external_id = excluded.external_id, external_source = excluded.external_source,"
        " import_batch_id = excluded.import_batch_id, licence = excluded.licence, attribution = excluded.attribution,"
        " first_seen = excluded.first_seen, last_confirmed = excluded.last_confirmed, review_after = excluded.review_after,"
        " moderation = excluded.moderation, updated_s = excluded.updated_s, geom = excluded.geom");
    if (d->id)
        stmt_bind_u64(&q, ":id", d->id);
    stmt_bind_i64(&q, ":version", d->version);
    stmt_bind_str(&q, ":slug", d->slug);
    stmt_bind_str(&q, ":title_fr", d->title_fr);
    stmt_bind_str(&q, ":title_en", d->title_en);
    bind_code(&q, ":category", CATEGORY_TERMS, (int)d->category);
    stmt_bind_i64(&q, ":categories2", d->categories2);
    stmt_bind_i64(&q, ":capabilities", d->capabilities);
    bind_code(&q, ":space", SPACE_TERMS, (int)d->space);
    bind_code(&q, ":target", TARGET_TERMS, (int)d->target);
    bind_code(&q, ":level", LEVEL_TERMS, (int)d->level);
    stmt_bind_str(&q, ":place_id", d->place_code);
    stmt_bind_str(&q, ":place_name", d->place_name);
    bind_code(&q, ":precision", PRECISION_TERMS, (int)d->precision);
    bind_code(&q, ":public_precision", PRECISION_TERMS, (int)d->public_precision);
    stmt_bind_double(&q, ":accuracy_m", d->accuracy_m > 0 ? d->accuracy_m : NAN);
    bind_code(&q, ":status", STATUS_TERMS, (int)d->status);
    bind_date(&q, ":status_since", d->status_since, since);
    stmt_bind_i64(&q, ":programme", d->programme);
    bind_known(&q, ":device_count", d->device_count, -1);
    bind_date(&q, ":device_count_as_of", d->device_count_as_of, count_as_of);
    stmt_bind_str(&q, ":legal_basis", d->legal_basis);
    stmt_bind_str(&q, ":legal_basis_text", d->legal_basis_text);
    stmt_bind_str(&q, ":authorisation_ref", d->authorisation_ref);
    bind_date(&q, ":authorised_on", d->authorised_on, authorised);
    bind_date(&q, ":authorised_until", d->authorised_until, until);
    bind_known(&q, ":retention_days", d->retention_days, -1);
    stmt_bind_str(&q, ":summary_fr", d->summary_fr);
    stmt_bind_str(&q, ":summary_en", d->summary_en);
    stmt_bind_str(&q, ":body_fr", d->body_fr);
    stmt_bind_str(&q, ":body_en", d->body_en);
    stmt_bind_str(&q, ":ref", d->ref);
    stmt_bind_str(&q, ":source_name", d->source_name);
    stmt_bind_i64(&q, ":needs_check", d->needs_check);
    stmt_bind_str(&q, ":osm_type", str_from(&d->osm_type, d->osm_type ? 1 : 0));
    bind_known(&q, ":osm_id", d->osm_id, 0);
    stmt_bind_str(&q, ":external_id", d->external_id);
    stmt_bind_str(&q, ":external_source", d->external_source);
    bind_known(&q, ":batch", (int64_t)d->batch_id, 0);
    stmt_bind_str(&q, ":licence", d->licence);
    stmt_bind_str(&q, ":attribution", d->attribution);
    bind_date(&q, ":first_seen", d->first_seen, first);
    bind_date(&q, ":last_confirmed", d->last_confirmed, confirmed);
    bind_date(&q, ":review_after", d->review_after, review);
    bind_code(&q, ":moderation", MODERATION_TERMS, (int)d->moderation);
    stmt_bind_i64(&q, ":created", d->created_s);
    stmt_bind_i64(&q, ":updated", d->updated_s);
    stmt_bind_double(&q, ":lon", d->has_position ? d->at.lon : NAN);
    stmt_bind_double(&q, ":lat", d->has_position ? d->at.lat : NAN);
    return stmt_run(&q, err);
}

static bool write_views(struct store *s, uint64_t device, const struct device *v, struct err *err)
{
    for (size_t i = 0; i < v->n_views; i++) {
        const struct device_view *view = &v->views[i];
        AUTO(stmt) q = db_stmt(&s->db,
            "INSERT INTO device_view (device_id, seq, bearing_deg, width_deg, approximate) VALUES (:device, :seq, :bearing, :width, :approximate)");
        stmt_bind_u64(&q, ":device", device);
        stmt_bind_u64(&q, ":seq", i + 1);
        stmt_bind_double(&q, ":bearing", view->has_bearing ? view->bearing_deg : NAN);
        stmt_bind_double(&q, ":width", view->width_deg > 0 ? view->width_deg : NAN);
        stmt_bind_i64(&q, ":approximate", view->approximate);
        if (!stmt_run(&q, err))
            return false;
    }
    return true;
}

static bool write_device(struct store *s, uint64_t id, const struct device *v, uint64_t *made, struct err *err)
{
    char check_date[16];
    {
        AUTO(stmt) q = db_stmt(&s->db,
            "INSERT INTO device (deployment_id, device_type, mount, height_m, tilt_deg, model, osm_type, osm_id, osm_version,"
            " check_date, direction_raw, parse_state, source_tags, geom) VALUES (:id, :type, :mount, :height, :tilt, :model,"
            " :osm_type, :osm_id, :osm_version, :check_date, :raw, :parse_state, :tags, MakePoint(:lon, :lat, 4326))");
        stmt_bind_u64(&q, ":id", id);
        bind_code(&q, ":type", DEVICE_TYPE_TERMS, (int)v->type);
        bind_code(&q, ":mount", MOUNT_TERMS, (int)v->mount);
        stmt_bind_double(&q, ":height", v->height_m > 0 ? v->height_m : NAN);
        stmt_bind_double(&q, ":tilt", v->tilt_deg);
        stmt_bind_str(&q, ":model", v->model);
        stmt_bind_str(&q, ":osm_type", str_from(&v->osm_type, v->osm_type ? 1 : 0));
        bind_known(&q, ":osm_id", v->osm_id, 0);
        bind_known(&q, ":osm_version", v->osm_version, 0);
        bind_date(&q, ":check_date", v->check_date, check_date);
        stmt_bind_str(&q, ":raw", v->direction_raw);
        stmt_bind_str(&q, ":parse_state", v->direction_unparsed ? S("unparsed") : S("parsed"));
        stmt_bind_str(&q, ":tags", v->source_tags);
        stmt_bind_double(&q, ":lon", v->at.lon);
        stmt_bind_double(&q, ":lat", v->at.lat);
        if (!stmt_run(&q, err))
            return false;
    }
    *made = (uint64_t)sqlite3_last_insert_rowid(s->db.sqlite);
    return write_views(s, *made, v, err);
}

static bool write_zone(struct store *s, uint64_t id, const struct zone *z, struct err *err)
{
    char from[16], to[16];
    AUTO(stmt) q = db_stmt(&s->db,
        "INSERT INTO zone (deployment_id, zone_kind, valid_from, valid_to, time_window, geom) VALUES (:id, :kind, :from, :to,"
        " :window, CastToMulti(GeomFromWKB(:wkb, 4326)))");
    stmt_bind_u64(&q, ":id", id);
    bind_code(&q, ":kind", ZONE_KIND_TERMS, (int)z->kind);
    bind_date(&q, ":from", z->valid_from, from);
    bind_date(&q, ":to", z->valid_to, to);
    stmt_bind_str(&q, ":window", z->time_window);
    stmt_bind_wkb(&q, ":wkb", &z->shape);
    return stmt_run(&q, err);
}

static bool write_event(struct store *s, uint64_t id, const struct status_event *e, uint64_t source, struct err *err)
{
    char date[16];
    AUTO(stmt) q = db_stmt(&s->db,
        "INSERT INTO status_event (deployment_id, status, kind, date, date_lo, date_hi, authority, act, source_id, note_fr, note_en)"
        " VALUES (:id, :status, :kind, :date, :lo, :hi, :authority, :act, :source, :note_fr, :note_en)");
    stmt_bind_u64(&q, ":id", id);
    bind_code(&q, ":status", STATUS_TERMS, (int)e->status);
    bind_code(&q, ":kind", EVENT_KIND_TERMS, (int)e->kind);
    bind_date(&q, ":date", e->date, date);
    if (e->date.year) {
        stmt_bind_i64(&q, ":lo", e->date.lo);
        stmt_bind_i64(&q, ":hi", e->date.hi);
    }
    bind_code(&q, ":authority", AUTHORITY_TERMS, (int)e->authority);
    bind_code(&q, ":act", ACT_TERMS, (int)e->act);
    bind_known(&q, ":source", (int64_t)source, 0);
    stmt_bind_str(&q, ":note_fr", e->note_fr);
    stmt_bind_str(&q, ":note_en", e->note_en);
    return stmt_run(&q, err);
}

static bool write_claim(struct store *s, uint64_t id, const struct claim *c, uint64_t device, uint64_t event, uint64_t source, struct err *err)
{
    char said[16];
    AUTO(stmt) q = db_stmt(&s->db,
        "INSERT INTO claim (deployment_id, device_id, event_id, field, value, says_fr, says_en, confidence, basis, source_id, said_on)"
        " VALUES (:id, :device, :event, :field, :value, :says_fr, :says_en, :confidence, :basis, :source, :said)");
    stmt_bind_u64(&q, ":id", id);
    bind_known(&q, ":device", (int64_t)device, 0);
    bind_known(&q, ":event", (int64_t)event, 0);
    bind_code(&q, ":field", CLAIM_FIELD_TERMS, (int)c->field);
    stmt_bind_str(&q, ":value", c->value);
    stmt_bind_str(&q, ":says_fr", c->says_fr);
    stmt_bind_str(&q, ":says_en", c->says_en);
    bind_code(&q, ":confidence", CONFIDENCE_TERMS, (int)c->confidence);
    bind_code(&q, ":basis", BASIS_TERMS, (int)c->basis);
    bind_known(&q, ":source", (int64_t)source, 0);
    bind_date(&q, ":said", c->said_on, said);
    return stmt_run(&q, err);
}

static bool write_orgs(struct store *s, const struct deployment *d, struct err *err)
{
    for (size_t i = 0; i < d->n_orgs; i++) {
        AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO deployment_org (deployment_id, seq, role, org_id) VALUES (:id, :seq, :role, :org)");
        stmt_bind_u64(&q, ":id", d->id);
        stmt_bind_u64(&q, ":seq", i + 1);
        bind_code(&q, ":role", ROLE_TERMS, (int)d->orgs[i].role);
        stmt_bind_u64(&q, ":org", d->orgs[i].id);
        if (!stmt_run(&q, err))
            return false;
    }
    return true;
}

static bool write_costs(struct store *s, const struct deployment *d, struct err *err)
{
    static const char *const kinds[] = {"purchase", "annual", "subsidy", "study"}, *const vats[] = {"unknown", "ht", "ttc"};
    for (size_t i = 0; i < d->n_costs; i++) {
        AUTO(stmt) q = db_stmt(&s->db,
            "INSERT INTO deployment_cost (deployment_id, seq, cost_eur, cost_kind, cost_vat) VALUES (:id, :seq, :eur, :kind, :vat)");
        stmt_bind_u64(&q, ":id", d->id);
        stmt_bind_u64(&q, ":seq", i + 1);
        stmt_bind_i64(&q, ":eur", d->costs[i].eur);
        stmt_bind_str(&q, ":kind", str_of(kinds[d->costs[i].kind]));
        stmt_bind_str(&q, ":vat", str_of(vats[d->costs[i].vat]));
        if (!stmt_run(&q, err))
            return false;
    }
    return true;
}

static bool write_links(struct store *s, const struct deployment *d, struct err *err)
{
    for (size_t i = 0; i < d->n_links; i++) {
        AUTO(stmt) q = db_stmt(&s->db,
            "INSERT INTO deployment_link (from_id, seq, kind, to_id, to_key) VALUES (:id, :seq, :kind,"
            " coalesce(:to, (SELECT id FROM deployment WHERE external_id = :key LIMIT 1)), :key)");
        stmt_bind_u64(&q, ":id", d->id);
        stmt_bind_u64(&q, ":seq", i + 1);
        bind_code(&q, ":kind", LINK_KIND_TERMS, (int)d->links[i].kind);
        bind_known(&q, ":to", (int64_t)d->links[i].to, 0);
        stmt_bind_str(&q, ":key", d->links[i].to_key);
        if (!stmt_run(&q, err))
            return false;
    }
    return true;
}

bool links_finish(struct store *s, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "UPDATE deployment_link SET to_id = (SELECT id FROM deployment WHERE external_id = to_key LIMIT 1)"
        " WHERE to_id IS NULL AND to_key IS NOT NULL");
    return stmt_run(&q, err);
}

static bool write_children(struct store *s, const struct deployment *d, struct arena *a, struct err *err)
{
    uint64_t *sources = ARENA_ARRAY(a, uint64_t, d->n_sources + 1), *devices = ARENA_ARRAY(a, uint64_t, d->n_devices + 1),
             *events = ARENA_ARRAY(a, uint64_t, d->n_events + 1);
    if (!sources || !devices || !events)
        return err_arena(err);
    for (size_t i = 0; i < d->n_sources; i++) {
        if (!find_or_make_source(s, &d->sources[i], &sources[i + 1], err))
            return false;
        AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO deployment_source (deployment_id, seq, source_id) VALUES (:id, :seq, :source)");
        stmt_bind_u64(&q, ":id", d->id);
        stmt_bind_u64(&q, ":seq", i + 1);
        stmt_bind_u64(&q, ":source", sources[i + 1]);
        if (!stmt_run(&q, err))
            return false;
    }
    for (size_t i = 0; i < d->n_devices; i++)
        if (!write_device(s, d->id, &d->devices[i], &devices[i + 1], err))
            return false;
    for (size_t i = 0; i < d->n_zones; i++)
        if (!write_zone(s, d->id, &d->zones[i], err))
            return false;
    for (size_t i = 0; i < d->n_events; i++) {
        if (!write_event(s, d->id, &d->events[i], sources[d->events[i].source], err))
            return false;
        events[i + 1] = (uint64_t)sqlite3_last_insert_rowid(s->db.sqlite);
    }
    for (size_t i = 0; i < d->n_claims; i++) {
        const struct claim *c = &d->claims[i];
        if (!write_claim(s, d->id, c, devices[c->device], events[c->event], sources[c->source], err))
            return false;
    }
    return write_orgs(s, d, err) && write_costs(s, d, err) && write_links(s, d, err);
}

bool record_write_rows(struct store *s, const struct deployment *d, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, RECORD_ARENA_BYTES);
    return write_children(s, d, &a, err) && record_derive(s, d, err);
}

/* ---- what is derived ---- */

static struct box extent_of(const struct deployment *d, struct lonlat at)
{
    struct box b = {at.lon, at.lat, at.lon, at.lat};
    if (d->public_precision != d->precision)
        return b;
    for (size_t i = 0; i < d->n_devices; i++) {
        struct lonlat p = d->devices[i].at;
        b = (struct box){MIN(b.west, p.lon), MIN(b.south, p.lat), MAX(b.east, p.lon), MAX(b.north, p.lat)};
    }
    for (size_t i = 0; i < d->n_zones; i++) {
        struct rect r = shape_bounds(&d->zones[i].shape);
        if (r.x0 <= r.x1)
            b = (struct box){MIN(b.west, r.x0), MIN(b.south, r.y0), MAX(b.east, r.x1), MAX(b.north, r.y1)};
    }
    return b;
}

static bool derive_box(struct store *s, const struct deployment *d, struct err *err)
{
    struct lonlat at;
    if (!record_public_position(s, d, &at))
        return true;
    struct box b = extent_of(d, at);
    AUTO(stmt) q = db_stmt(&s->db, "INSERT OR REPLACE INTO deployment_box (id, west, east, south, north) VALUES (:id, :west, :east, :south, :north)");
    stmt_bind_u64(&q, ":id", d->id);
    stmt_bind_double(&q, ":west", b.west);
    stmt_bind_double(&q, ":east", b.east);
    stmt_bind_double(&q, ":south", b.south);
    stmt_bind_double(&q, ":north", b.north);
    return stmt_run(&q, err);
}

static void derive_words(struct store *s, const struct deployment *d)
{
    AUTO(buf) words = {0};
    deployment_title(&words, d, true);
    const struct str texts[] = {d->title_en, d->summary_fr, d->summary_en, d->place_name,
        str_of(CATEGORY_TERMS[d->category].fr), str_of(CATEGORY_TERMS[d->category].en),
        d->public_precision == d->precision ? d->ref : S(""), d->public_precision == d->precision ? d->source_name : S("")};
    for (size_t i = 0; i < COUNT(texts); i++) {
        buf_char(&words, '\n');
        buf_add(&words, texts[i]);
    }
    for (size_t i = 0; i < d->n_orgs; i++) {
        buf_char(&words, '\n');
        buf_add(&words, d->orgs[i].name);
    }
    words_wait(s, d->id, buf_str(&words));
}

bool record_derive(struct store *s, const struct deployment *d, struct err *err)
{
    if (d->moderation != MODERATION_PUBLISHED)
        return true;
    derive_words(s, d);
    return derive_box(s, d, err);
}

void words_wait(struct store *s, uint64_t id, struct str words)
{
    uint64_t head[2] = {id, words.len};
    buf_put(&s->words, head, sizeof head);
    buf_add(&s->words, words);
}

bool words_flush(struct store *s, struct err *err)
{
    for (size_t at = 0; at < s->words.len;) {
        uint64_t head[2];
        memcpy(head, s->words.at + at, sizeof head);
        struct str words = str_from(s->words.at + at + sizeof head, (size_t)head[1]);
        at += sizeof head + words.len;
        AUTO(stmt) q = db_stmt(&s->db,
            "INSERT OR REPLACE INTO deployment_words (rowid, words) SELECT :id, :words"
            " WHERE EXISTS (SELECT 1 FROM deployment WHERE id = :id AND moderation = 'published')");
        stmt_bind_u64(&q, ":id", head[0]);
        stmt_bind_str(&q, ":words", words);
        if (!stmt_run(&q, err))
            return false;
    }
    buf_clear(&s->words);
    return true;
}

/* ---- edits ---- */

static bool find_version(struct store *s, struct deployment *d, int64_t *created, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT version, created_s, slug FROM deployment WHERE id = :id");
    stmt_bind_u64(&q, ":id", d->id);
    if (!stmt_row(&q))
        return stmt_ok(&q, err) && err_set(err, ERR_MISSING, "there is no record %llu", (unsigned long long)d->id);
    d->version = (uint32_t)stmt_int(&q, 0) + 1;
    *created = stmt_int(&q, 1);
    return true;
}

static bool write_revision(struct store *s, const struct deployment *d, const struct edit *e, struct err *err)
{
    static const char *const kinds[REVISION_KIND_COUNT] = {"change_in_world", "correction", "new_source", "revert"};
    AUTO(buf) json = {0};
    deployment_write_json(&json, d);
    AUTO(stmt) q = db_stmt(&s->db,
        "INSERT INTO revision (deployment_id, version, kind, reason, at_s, batch_id, content_hash, moderation, snapshot, account_id, token_id,"
        " by_hand) VALUES (:id, :version, :kind, :reason, :at, :batch, :hash, :moderation, :json, :account, :token, :by_hand)");
    stmt_bind_u64(&q, ":id", d->id);
    stmt_bind_i64(&q, ":version", d->version);
    stmt_bind_str(&q, ":kind", str_of(kinds[e->revision]));
    stmt_bind_str(&q, ":reason", e->reason);
    stmt_bind_i64(&q, ":at", d->updated_s);
    bind_known(&q, ":batch", (int64_t)e->batch_id, 0);
    bind_known(&q, ":hash", (int64_t)e->content_hash, 0);
    bind_code(&q, ":moderation", MODERATION_TERMS, (int)d->moderation);
    stmt_bind_str(&q, ":json", buf_str(&json));
    bind_known(&q, ":account", (int64_t)e->account_id, 0);
    bind_known(&q, ":token", (int64_t)e->token_id, 0);
    stmt_bind_i64(&q, ":by_hand", e->by_hand);
    return stmt_run(&q, err);
}

static bool write_identity(struct store *s, const struct edit *e, struct err *err)
{
    if (!e->identity.len)
        return true;
    AUTO(stmt) q = db_stmt(&s->db,
        "INSERT INTO identity (key, deployment_id, content_hash) VALUES (:key, :id, :hash)"
        " ON CONFLICT (key) DO UPDATE SET deployment_id = excluded.deployment_id, content_hash = excluded.content_hash");
    stmt_bind_str(&q, ":key", e->identity);
    stmt_bind_u64(&q, ":id", e->deployment->id);
    stmt_bind_u64(&q, ":hash", e->content_hash);
    return stmt_run(&q, err);
}

/* A programme has an address of words, made once from its title and its place. */
static bool name_programme(struct store *s, struct deployment *d, struct arena *a, struct err *err)
{
    if (d->slug.len || !d->title_fr.len)
        return true;
    struct str base = str_slug(a, d->title_fr);
    for (int i = 1; i < 10000; i++) {
        AUTO(buf) slug = {0};
        buf_add(&slug, base.len ? base : S("projet"));
        if (i > 1)
            buf_fmt(&slug, "-%d", i);
        AUTO(stmt) q = db_stmt(&s->db, "SELECT 1 FROM deployment WHERE slug = :slug AND id IS NOT :id");
        stmt_bind_str(&q, ":slug", buf_str(&slug));
        bind_known(&q, ":id", (int64_t)d->id, 0);
        if (!stmt_row(&q)) {
            d->slug = str_copy(a, buf_str(&slug));
            return stmt_ok(&q, err);
        }
    }
    return err_set(err, ERR_INTERNAL, "no address is free for %.*s", STR_ARG(d->title_fr));
}

static bool put(struct store *s, struct edit *e, struct arena *a, struct err *err)
{
    struct deployment copy = *e->deployment, *d = &copy; /* what is filled in lives in our arena, not in the caller's */
    struct edit written = *e;
    written.deployment = d;
    bool is_new = d->id == 0;
    deployment_derive(d);
    if (!deployment_check(d, err) || !know_orgs(s, d, a, err))
        return false;
    d->updated_s = d->created_s = clock_unix_s();
    d->version = 1;
    if (e->batch_id)
        d->batch_id = e->batch_id;
    if (!is_new && (!find_version(s, d, &d->created_s, err) || !record_remove_rows(s, d->id, err)))
        return false;
    if (!name_programme(s, d, a, err) || !write_deployment(s, d, err))
        return false;
    if (is_new)
        d->id = (uint64_t)sqlite3_last_insert_rowid(s->db.sqlite);
    if (!write_children(s, d, a, err) || !record_derive(s, d, err) || !write_revision(s, d, &written, err) ||
        !write_identity(s, &written, err) || !record_log_change(s, d->id, err))
        return false;
    e->deployment->id = d->id;
    e->deployment->version = d->version;
    return true;
}

static bool run_for_id(struct store *s, const char *sql, uint64_t id, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, sql);
    stmt_bind_u64(&q, ":id", id);
    return stmt_run(&q, err);
}

/* What is withdrawn leaves its number and its history; its source keys become tombstones, so that no import brings it back. */
static bool withdraw(struct store *s, struct edit *e, struct arena *a, struct err *err)
{
    struct deployment gone;
    bool found;
    uint64_t id = e->deployment->id;
    if (!record_read(s, id, 0, a, &gone, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, "there is no record %llu", (unsigned long long)id);
    gone.moderation = MODERATION_DELETED;
    gone.version++;
    gone.updated_s = clock_unix_s();
    struct edit written = *e;
    written.deployment = &gone;
    return record_remove_rows(s, id, err) &&
           run_for_id(s, "UPDATE deployment SET moderation = 'deleted', version = version + 1 WHERE id = :id", id, err) &&
           run_for_id(s, "INSERT OR IGNORE INTO tombstone (key) SELECT key FROM identity WHERE deployment_id = :id", id, err) &&
           run_for_id(s, "DELETE FROM identity WHERE deployment_id = :id", id, err) && write_revision(s, &gone, &written, err) &&
           record_log_change(s, id, err);
}

bool store_apply(struct store *s, struct edit *edits, size_t n, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, RECORD_ARENA_BYTES);
    AUTO(tx) tx = {0};
    if (!tx_begin(&tx, &s->db, err))
        return false;
    if (tx.db)
        buf_clear(&s->words); /* of one that failed before */
    for (size_t i = 0; i < n; i++) {
        arena_reset(&a);
        bool ok = edits[i].kind == EDIT_DELETE ? withdraw(s, &edits[i], &a, err) : put(s, &edits[i], &a, err);
        if (!ok)
            return false;
    }
    if (tx.db && (!links_finish(s, err) || !words_flush(s, err)))
        return false;
    return tx_commit(&tx, err);
}
