/*
 * Reading records. Whole ones come from their newest revision; what the map needs of all of them comes from the tables, by
 * cursors that walk side by side in order of id. What is answered is the public copy (data/record/public_copy.h).
 */
#include <math.h>
#include <string.h>

#include "data/base/json.h"
#include "data/geo/wkb.h"
#include "data/record/public_copy.h"
#include "data/spatialite/inside.h"

/* ---- the public copy ---- */

bool record_public_position(struct store *s, const struct deployment *d, struct lonlat *out)
{
    if (d->public_precision == d->precision) {
        *out = d->at;
        return d->has_position;
    }
    if (!d->place_code.len || d->public_precision > PRECISION_CITY)
        return false;
    AUTO(stmt) q = db_stmt(&s->db, "SELECT lon, lat FROM place WHERE code = :code");
    stmt_bind_str(&q, ":code", d->place_code);
    if (!stmt_row(&q))
        return false;
    *out = (struct lonlat){stmt_double(&q, 0), stmt_double(&q, 1)};
    return true;
}

void record_make_public(struct store *s, struct deployment *d, struct arena *a)
{
    struct lonlat at;
    if (deployment_is_withheld(d))
        deployment_make_public(d, record_public_position(s, d, &at) ? &at : NULL, a);
}

/* As it goes out: with the file it came from as a source, then without what is withheld. */
static bool publish(struct store *s, struct deployment *d, struct arena *a, struct err *err)
{
    if (!record_add_origin(s, d, a, err))
        return false;
    record_make_public(s, d, a);
    return true;
}

/* ---- one record ---- */

static void resolve_links(struct store *s, struct deployment *d)
{
    for (size_t i = 0; i < d->n_links; i++) {
        if (d->links[i].to)
            continue;
        AUTO(stmt) q = db_stmt(&s->db, "SELECT to_id FROM deployment_link WHERE from_id = :id AND seq = :seq");
        stmt_bind_u64(&q, ":id", d->id);
        stmt_bind_u64(&q, ":seq", i + 1);
        if (stmt_row(&q))
            d->links[i].to = (uint64_t)stmt_int(&q, 0);
    }
}

bool record_read(struct store *s, uint64_t id, uint32_t version, struct arena *a, struct deployment *out, bool *found, struct err *err)
{
    struct str text;
    int moderation;
    int64_t created, updated;
    {
        AUTO(stmt) q = db_stmt(&s->db,
            "SELECT r.snapshot, d.moderation, d.created_s, r.at_s FROM deployment d JOIN revision r ON r.deployment_id = d.id"
            " AND r.version = coalesce(:version, d.version) WHERE d.id = :id AND r.snapshot <> '{}'"); /* an erased one */
        stmt_bind_u64(&q, ":id", id);
        if (version)
            stmt_bind_i64(&q, ":version", version);
        *found = stmt_row(&q);
        if (!*found)
            return stmt_ok(&q, err);
        text = stmt_copy(&q, 0, a);
        moderation = term_of(MODERATION_TERMS, stmt_str(&q, 1));
        created = stmt_int(&q, 2);
        updated = stmt_int(&q, 3);
    }
    AUTO(json_doc) doc = {0};
    struct deployment d;
    if (!json_read(&doc, text, &JSON_STYLE, err) || !deployment_read_json(doc.root, a, &d, err))
        return err_under(err, "record %llu", (unsigned long long)id);
    d.moderation = moderation < 0 ? MODERATION_HIDDEN : (enum moderation)moderation;
    d.created_s = created;
    d.updated_s = updated;
    resolve_links(s, &d);
    *out = d;
    return true;
}

/* A version is shown no more precisely than the newest one allows; where that one is withheld, so are those before it. */
static bool as_newest_allows(struct store *s, struct deployment *d, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT public_precision, public_precision <> location_precision FROM deployment WHERE id = :id");
    stmt_bind_u64(&q, ":id", d->id);
    if (stmt_row(&q)) {
        int newest = term_of(PRECISION_TERMS, stmt_str(&q, 0));
        if (stmt_int(&q, 1))
            newest = MAX(newest, (int)PRECISION_CITY);
        d->public_precision = (enum precision)MAX((int)d->public_precision, newest);
        d->precision = MIN(d->precision, d->public_precision);
    }
    return stmt_ok(&q, err);
}

bool store_find_version(struct store *s, uint64_t id, uint32_t version, struct arena *a, struct deployment *out, bool *found, struct err *err)
{
    struct deployment d;
    if (!record_read(s, id, version, a, &d, found, err))
        return false;
    if (!*found)
        return true;
    *found = d.moderation == MODERATION_PUBLISHED;
    if (*found) {
        if (!as_newest_allows(s, &d, err))
            return false;
        if (!publish(s, &d, a, err))
            return false;
        *out = d;
    }
    return true;
}

bool store_find(struct store *s, uint64_t id, bool any, struct arena *a, struct deployment *out, bool *found, struct err *err)
{
    struct deployment d;
    if (!record_read(s, id, 0, a, &d, found, err))
        return false;
    if (!*found)
        return true;
    *found = any || d.moderation == MODERATION_PUBLISHED;
    if (*found && !any && !publish(s, &d, a, err))
        return false;
    if (*found)
        *out = d;
    return true;
}

uint64_t store_id_of_slug(struct store *s, struct str slug)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT id FROM deployment WHERE slug = :slug AND moderation = 'published'");
    stmt_bind_text(&q, ":slug", slug);
    return stmt_row(&q) ? (uint64_t)stmt_int(&q, 0) : 0;
}

bool store_history(struct store *s, uint64_t id, struct arena *a, struct revision **out, size_t *n, struct err *err)
{
    size_t room = 0;
    AUTO(stmt) count = db_stmt(&s->db, "SELECT version FROM deployment WHERE id = :id");
    stmt_bind_u64(&count, ":id", id);
    if (stmt_row(&count))
        room = (size_t)stmt_int(&count, 0);
    struct revision *at = ARENA_ARRAY(a, struct revision, room + 1);
    if (!at)
        return err_arena(err);
    size_t got = 0;
    AUTO(stmt) q = db_stmt(&s->db,
        /* The reason of an import is its file's name, which may be that of the one object it held. */
        "SELECT r.version, r.kind, CASE WHEN d.public_precision = d.location_precision THEN r.reason END, r.at_s, r.batch_id,"
        " r.by_hand, coalesce(p.name, t.label) FROM revision r JOIN deployment d ON d.id = r.deployment_id"
        " LEFT JOIN account p ON p.id = r.account_id LEFT JOIN token t ON t.id = r.token_id WHERE r.deployment_id = :id ORDER BY r.version DESC");
    stmt_bind_u64(&q, ":id", id);
    while (got < room && stmt_row(&q))
        at[got++] = (struct revision){(uint32_t)stmt_int(&q, 0), stmt_copy(&q, 1, a), stmt_copy(&q, 2, a), stmt_int(&q, 3),
            (uint64_t)stmt_int(&q, 4), stmt_int(&q, 5) != 0, stmt_copy(&q, 6, a)};
    *out = at;
    *n = got;
    return stmt_ok(&q, err);
}

/* ---- all records, for the map ---- */

/* A cursor over rows in order of a deployment's id, which stands in column 0. */
struct walk {
    struct stmt q;
    bool has;
    uint64_t id;
};

static void walk_step(struct walk *w)
{
    w->has = stmt_row(&w->q);
    w->id = w->has ? (uint64_t)stmt_int(&w->q, 0) : UINT64_MAX;
}

static struct walk walk_begin(struct store *s, const char *sql)
{
    struct walk w = {.q = db_stmt(&s->db, sql)};
    walk_step(&w);
    return w;
}

static bool walk_at(struct walk *w, uint64_t id)
{
    while (w->id < id)
        walk_step(w);
    return w->id == id;
}

static void walk_done(struct walk *w)
{
    stmt_done(&w->q);
}

enum { ROWS_MAX = 4096 }; /* devices, zones or events of one record */

static int code_at(struct stmt *q, int column, const struct term *terms, size_t n, int absent)
{
    int i = term_find(terms, n, stmt_str(q, column));
    return i < 0 ? absent : i;
}
#define CODE(q, column, terms, absent) code_at((q), (column), (terms), COUNT(terms), (absent))

static struct device_view view_at(struct stmt *q, int column)
{
    return (struct device_view){.bearing_deg = stmt_double(q, column), .width_deg = stmt_double(q, column + 1),
        .has_bearing = !stmt_null(q, column), .approximate = stmt_int(q, column + 2) != 0};
}

/* A row is a device and one of its views, or none. */
static bool read_devices(struct walk *w, struct deployment *d, struct arena *a)
{
    struct device *devices = NULL;
    struct device_view *views = NULL;
    size_t n = 0, room = 0, n_views = 0;
    while (walk_at(w, d->id) && n < ROWS_MAX) {
        struct stmt *q = &w->q;
        uint64_t id = (uint64_t)stmt_int(q, 1);
        if (!n || devices[n - 1].id != id) {
            if (n == room) {
                size_t more = room ? room * 2 : 1;
                struct device *grown = ARENA_ARRAY(a, struct device, more);
                if (!grown)
                    return false;
                if (n)
                    memcpy(grown, devices, n * sizeof *grown);
                devices = grown;
                room = more;
            }
            if (!(views = ARENA_ARRAY(a, struct device_view, 8)))
                return false;
            n_views = 0;
            devices[n++] = (struct device){.id = id, .at = {stmt_double(q, 2), stmt_double(q, 3)},
                .type = (enum device_type)CODE(q, 4, DEVICE_TYPE_TERMS, DEVICE_UNKNOWN), .height_m = stmt_double(q, 5), .tilt_deg = NAN,
                .views = views};
        }
        if (!stmt_null(q, 6) && n_views < 8) {
            views[n_views++] = view_at(q, 7);
            devices[n - 1].n_views = n_views;
        }
        walk_step(w);
    }
    d->devices = devices;
    d->n_devices = n;
    return true;
}

static bool read_events(struct walk *w, struct deployment *d, struct arena *a)
{
    struct status_event *events = NULL;
    size_t n = 0, room = 0;
    while (walk_at(w, d->id) && n < ROWS_MAX) {
        struct stmt *q = &w->q;
        if (n == room) {
            size_t more = room ? room * 2 : 2;
            struct status_event *grown = ARENA_ARRAY(a, struct status_event, more);
            if (!grown)
                return false;
            if (n)
                memcpy(grown, events, n * sizeof *grown);
            events = grown;
            room = more;
        }
        struct partial_date date = {0};
        partial_date_read(stmt_str(q, 3), &date);
        events[n++] = (struct status_event){.status = (enum status)CODE(q, 1, STATUS_TERMS, STATUS_UNKNOWN),
            .kind = (enum event_kind)CODE(q, 2, EVENT_KIND_TERMS, EVENT_OBSERVED), .date = date,
            .act = (enum act)CODE(q, 4, ACT_TERMS, ACT_NONE)};
        walk_step(w);
    }
    d->events = events;
    d->n_events = n;
    return true;
}

static bool read_zones(struct walk *w, struct deployment *d, struct arena *a, struct err *err)
{
    size_t n = 0;
    struct zone *zones = NULL;
    while (walk_at(w, d->id) && n < ROWS_MAX) {
        struct stmt *q = &w->q;
        struct zone *grown = ARENA_ARRAY(a, struct zone, n + 1);
        if (!grown)
            return err_arena(err);
        if (n)
            memcpy(grown, zones, n * sizeof *grown);
        zones = grown;
        zones[n] = (struct zone){.id = (uint64_t)stmt_int(q, 1), .kind = (enum zone_kind)CODE(q, 2, ZONE_KIND_TERMS, ZONE_COVERAGE)};
        partial_date_read(stmt_str(q, 3), &zones[n].valid_from);
        partial_date_read(stmt_str(q, 4), &zones[n].valid_to);
        if (!stmt_null(q, 5) && !wkb_read(stmt_str(q, 5), a, &zones[n].shape, err))
            return err_under(err, "zone %llu", (unsigned long long)zones[n].id);
        n++;
        walk_step(w);
    }
    d->zones = zones;
    d->n_zones = n;
    return true;
}

static bool read_orgs(struct walk *w, struct deployment *d, struct arena *a)
{
    enum { ORGS_MAX = 32 };
    struct org_ref *orgs = NULL;
    size_t n = 0;
    while (walk_at(w, d->id)) {
        struct stmt *q = &w->q;
        if (!orgs && !(orgs = ARENA_ARRAY(a, struct org_ref, ORGS_MAX)))
            return false;
        if (n < ORGS_MAX)
            orgs[n++] = (struct org_ref){.role = (enum org_role)CODE(q, 1, ROLE_TERMS, ROLE_RELATED), .id = (uint64_t)stmt_int(q, 2),
                .slug = stmt_copy(q, 3, a), .name = stmt_copy(q, 4, a)};
        walk_step(w);
    }
    d->orgs = orgs;
    d->n_orgs = n;
    return true;
}

static const char EACH_DEPLOYMENT[] =
    "SELECT id, version, title_fr, title_en, category, categories2, surveilled_space, watch_target, admin_level, place_id, place_name,"
    " X(geom), Y(geom), location_precision, public_precision, programme, device_count, status"
    " FROM deployment WHERE moderation = 'published' ORDER BY id";
static const char EACH_DEVICE[] =
    "SELECT v.deployment_id, v.id, X(v.geom), Y(v.geom), v.device_type, v.height_m, w.seq, w.bearing_deg, w.width_deg, w.approximate"
    " FROM device v LEFT JOIN device_view w ON w.device_id = v.id ORDER BY v.deployment_id, v.id, w.seq";
static const char EACH_EVENT[] =
    "SELECT deployment_id, status, kind, date, act FROM status_event ORDER BY deployment_id, date_lo, date_hi, id";
static const char EACH_ZONE[] =
    "SELECT deployment_id, id, zone_kind, valid_from, valid_to, AsBinary(geom) FROM zone ORDER BY deployment_id, id";
static const char EACH_ORG[] =
    "SELECT d.deployment_id, d.role, o.id, o.slug, o.name FROM deployment_org d JOIN org o ON o.id = d.org_id"
    " ORDER BY d.deployment_id, d.seq";

struct deployment light_at(struct stmt *q, struct arena *a)
{
    return (struct deployment){.id = (uint64_t)stmt_int(q, 0), .version = (uint32_t)stmt_int(q, 1), .title_fr = stmt_copy(q, 2, a),
        .title_en = stmt_copy(q, 3, a), .category = (enum category)CODE(q, 4, CATEGORY_TERMS, CATEGORY_OTHER),
        .categories2 = (uint32_t)stmt_int(q, 5), .space = (enum space)CODE(q, 6, SPACE_TERMS, SPACE_UNKNOWN),
        .target = (enum target)CODE(q, 7, TARGET_TERMS, TARGET_NONE), .level = (enum admin_level)CODE(q, 8, LEVEL_TERMS, LEVEL_DEVICE),
        .place_code = stmt_copy(q, 9, a), .place_name = stmt_copy(q, 10, a), .has_position = !stmt_null(q, 11),
        .at = {stmt_double(q, 11), stmt_double(q, 12)},
        .precision = (enum precision)CODE(q, 13, PRECISION_TERMS, PRECISION_COUNTRY),
        .public_precision = (enum precision)CODE(q, 14, PRECISION_TERMS, PRECISION_COUNTRY), .programme = stmt_int(q, 15) != 0,
        .device_count = stmt_null(q, 16) ? -1 : stmt_int(q, 16), .status = (enum status)CODE(q, 17, STATUS_TERMS, STATUS_UNKNOWN),
        .retention_days = -1, .moderation = MODERATION_PUBLISHED};
}

bool store_each(struct store *s, deployment_fn *fn, void *ctx, struct err *err)
{
    enum { EACH_ARENA_BYTES = 256 * 1024 * 1024 };
    AUTO(arena) a;
    arena_init(&a, EACH_ARENA_BYTES);
    AUTO(stmt) q = db_stmt(&s->db, EACH_DEPLOYMENT);
    __attribute__((cleanup(walk_done))) struct walk devices = walk_begin(s, EACH_DEVICE);
    __attribute__((cleanup(walk_done))) struct walk events = walk_begin(s, EACH_EVENT);
    __attribute__((cleanup(walk_done))) struct walk zones = walk_begin(s, EACH_ZONE);
    __attribute__((cleanup(walk_done))) struct walk orgs = walk_begin(s, EACH_ORG);
    while (stmt_row(&q)) {
        arena_reset(&a);
        struct deployment d = light_at(&q, &a);
        if (!read_devices(&devices, &d, &a) || !read_events(&events, &d, &a) || !read_orgs(&orgs, &d, &a))
            return err_arena(err);
        if (!read_zones(&zones, &d, &a, err))
            return false;
        record_make_public(s, &d, &a);
        if (!fn(ctx, &d, err))
            return false;
    }
    return stmt_ok(&q, err) && stmt_ok(&devices.q, err) && stmt_ok(&events.q, err) && stmt_ok(&zones.q, err) && stmt_ok(&orgs.q, err);
}
