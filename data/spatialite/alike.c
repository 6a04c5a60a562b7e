/*
 * Duplicates are looked for in three ways: by the ids that sources give, around a point, and by name within a commune. Every
 * find goes into one list of the best, which are then read whole for their titles.
 */
#include "data/alike.h"

#include <math.h>
#include <string.h>

#include "data/contribution.h"
#include "data/spatialite/inside.h"

enum { ROWS_MAX = 512, WAITING_MAX = 64 };

/* One thing that might be the same, as far as it has to be known to tell. */
struct candidate {
    uint64_t id, contribution;
    enum category category;
    bool has_position;
    struct lonlat at;
    struct str title_fr, title_en, name, ref, operator;
    struct str area; /* code of its zone's kind, where it is nothing but a zone; where nothing was found is not where something is */
};

struct looking {
    struct store *s;
    const struct deployment *d;
    struct candidate self;
    bool kept;                /* also what is withheld or waits */
    struct arena *a;
    struct alike *out;
    size_t n;
};

/* ---- telling ---- */

bool alike_names(struct arena *scratch, struct str a, struct str b)
{
    return a.len && b.len && str_likeness(scratch, a, b) >= ALIKE_TEXT;
}

static struct str without_zeros(struct str s)
{
    while (s.len > 1 && s.at[0] == '0')
        s = str_slice(s, 1, s.len);
    return s;
}

bool alike_refs(struct str a, struct str b)
{
    return a.len && b.len && str_eq_nocase(without_zeros(a), without_zeros(b));
}

static enum family lens_family(enum category c)
{
    enum family f = category_family(c);
    return f == FAMILY_RECOGNITION ? FAMILY_IMAGE : f;
}

static bool categories_go_together(enum category a, enum category b)
{
    return a == CATEGORY_OTHER || b == CATEGORY_OTHER || lens_family(a) == lens_family(b);
}

static bool names_agree(struct arena *a, const struct candidate *x, const struct candidate *y)
{
    const struct str ours[] = {x->title_fr, x->title_en, x->name}, theirs[] = {y->title_fr, y->title_en, y->name};
    for (size_t i = 0; i < COUNT(ours); i++)
        for (size_t j = 0; j < COUNT(theirs); j++)
            if (alike_names(a, ours[i], theirs[j]))
                return true;
    return false;
}

static bool texts_agree(struct arena *a, const struct candidate *x, const struct candidate *y, double distance)
{
    if (x->ref.len && y->ref.len)
        return alike_refs(x->ref, y->ref);
    return names_agree(a, x, y) || (distance <= ALIKE_MEDIUM_M && alike_names(a, x->operator, y->operator));
}

/* False: not alike. */
static bool strength_at(struct looking *l, const struct candidate *c, double distance, enum alike_strength *out)
{
    if (distance > ALIKE_FAR_M || !str_eq(c->area, l->self.area) || !categories_go_together(c->category, l->self.category))
        return false;
    bool agree = texts_agree(l->a, &l->self, c, distance);
    *out = distance <= ALIKE_HIGH_M || (distance <= ALIKE_MEDIUM_M && agree) ? ALIKE_HIGH : ALIKE_MEDIUM;
    return agree || distance <= ALIKE_MEDIUM_M;
}

static bool strength_by_name(struct looking *l, const struct candidate *c, enum alike_strength *out)
{
    bool agree = names_agree(l->a, &l->self, c);
    if (c->category == l->self.category)
        *out = agree ? ALIKE_HIGH : ALIKE_LOW;
    else
        *out = ALIKE_MEDIUM;
    return c->category == l->self.category || (agree && categories_go_together(c->category, l->self.category));
}

/* ---- the list of the best ---- */

static bool is_better(const struct alike *x, const struct alike *y)
{
    if (x->strength != y->strength)
        return x->strength > y->strength;
    double dx = x->distance_m < 0 ? INFINITY : x->distance_m, dy = y->distance_m < 0 ? INFINITY : y->distance_m;
    return dx != dy ? dx < dy : x->pending != y->pending ? !x->pending : x->id < y->id;
}

static void keep(struct looking *l, const struct candidate *c, double distance, enum alike_strength strength)
{
    struct alike new = {.id = c->id, .contribution = c->contribution, .pending = c->contribution != 0, .distance_m = distance, .strength = strength,
        .category = c->category, .has_position = c->has_position, .at = c->at};
    if (c->id && c->id == l->d->id)
        return;
    for (size_t i = 0; i < l->n; i++) {
        if (l->out[i].id != new.id || l->out[i].contribution != new.contribution)
            continue;
        if (is_better(&l->out[i], &new))
            return;
        memmove(l->out + i, l->out + i + 1, (--l->n - i) * sizeof *l->out); /* nearer by another of its devices */
        break;
    }
    size_t at = l->n;
    while (at && is_better(&new, &l->out[at - 1]))
        at--;
    if (at == ALIKE_MAX)
        return;
    l->n = MIN(l->n + 1, ALIKE_MAX);
    memmove(l->out + at + 1, l->out + at, (l->n - at - 1) * sizeof *l->out);
    l->out[at] = new;
}

/* ---- around a point ---- */

/* Columns: id, lon, lat, category, title_fr, title_en, source_name, ref, operator, area. */
#define CANDIDATE_COLUMNS                                                                                              \
    "d.category, d.title_fr, d.title_en, d.source_name, d.ref, (SELECT o.name FROM deployment_org j JOIN org o ON o.id = j.org_id"       \
    " WHERE j.deployment_id = d.id AND j.role = 'operator' ORDER BY j.seq LIMIT 1),"                                   \
    " CASE WHEN NOT d.programme AND NOT EXISTS (SELECT 1 FROM device v WHERE v.deployment_id = d.id)"                  \
    " THEN (SELECT z.zone_kind FROM zone z WHERE z.deployment_id = d.id LIMIT 1) END"

static struct candidate candidate_at(struct stmt *q, struct arena *a)
{
    int category = term_of(CATEGORY_TERMS, stmt_str(q, 3));
    return (struct candidate){.id = (uint64_t)stmt_int(q, 0), .has_position = !stmt_null(q, 1), .at = {stmt_double(q, 1), stmt_double(q, 2)},
        .category = category < 0 ? CATEGORY_OTHER : (enum category)category, .title_fr = stmt_copy(q, 4, a), .title_en = stmt_copy(q, 5, a),
        .name = stmt_copy(q, 6, a), .ref = stmt_copy(q, 7, a), .operator = stmt_copy(q, 8, a), .area = stmt_copy(q, 9, a)};
}

static void bind_box(struct stmt *q, struct lonlat at)
{
    double lat = ALIKE_FAR_M / 111000.0, lon = lat / fmax(cos(at.lat * M_PI / 180), 0.01);
    stmt_bind_double(q, ":west", at.lon - lon);
    stmt_bind_double(q, ":east", at.lon + lon);
    stmt_bind_double(q, ":south", at.lat - lat);
    stmt_bind_double(q, ":north", at.lat + lat);
}

static bool weigh_rows(struct looking *l, struct stmt *q, struct lonlat at, struct err *err)
{
    enum alike_strength strength;
    for (size_t i = 0; i < ROWS_MAX && stmt_row(q); i++) {
        struct candidate c = candidate_at(q, l->a);
        double distance = distance_m(at, c.at);
        if (c.has_position && strength_at(l, &c, distance, &strength))
            keep(l, &c, distance, strength);
    }
    return stmt_ok(q, err);
}

/* Records that stand where they are published to stand: each of their devices, or their anchor. */
static bool look_around(struct looking *l, struct lonlat at, struct err *err)
{
    AUTO(stmt) q = db_stmt(&l->s->db,
        "WITH near AS (SELECT b.id AS id FROM deployment_box b WHERE b.west <= :east AND b.east >= :west AND b.south <= :north AND b.north >= :south)"
        " SELECT d.id, coalesce(X(v.geom), X(d.geom)) AS x, coalesce(Y(v.geom), Y(d.geom)) AS y, " CANDIDATE_COLUMNS
        " FROM near JOIN deployment d ON d.id = near.id LEFT JOIN device v ON v.deployment_id = d.id"
        " WHERE d.moderation = 'published' AND d.public_precision = d.location_precision"
        " AND d.location_precision IN ('exact', 'address', 'street', 'district') AND x BETWEEN :west AND :east AND y BETWEEN :south AND :north"
        " ORDER BY (y - (:south + :north) / 2) * (y - (:south + :north) / 2) + (x - (:west + :east) / 2) * (x - (:west + :east) / 2) LIMIT 512");
    bind_box(&q, at);
    return weigh_rows(l, &q, at, err);
}

/* Those that are published coarser stand in no index but that of their commune. */
static bool look_among_withheld(struct looking *l, struct lonlat at, struct err *err)
{
    if (!l->d->place_code.len)
        return true;
    AUTO(stmt) q = db_stmt(&l->s->db,
        "SELECT d.id, coalesce(X(v.geom), X(d.geom)) AS x, coalesce(Y(v.geom), Y(d.geom)) AS y, " CANDIDATE_COLUMNS
        " FROM deployment d LEFT JOIN device v ON v.deployment_id = d.id WHERE d.place_id = :place AND d.public_precision <> d.location_precision"
        " AND d.moderation = 'published' AND d.location_precision IN ('exact', 'address', 'street', 'district')"
        " AND x BETWEEN :west AND :east AND y BETWEEN :south AND :north LIMIT 512");
    stmt_bind_text(&q, ":place", l->d->place_code);
    bind_box(&q, at);
    return weigh_rows(l, &q, at, err);
}

/* ---- by the ids of sources, by name within a commune ---- */

static bool keep_same(struct looking *l, uint64_t id, struct err *err)
{
    AUTO(stmt) q = db_stmt(&l->s->db, "SELECT d.id, X(d.geom), Y(d.geom), " CANDIDATE_COLUMNS
        ", d.public_precision = d.location_precision FROM deployment d WHERE d.id = :id AND d.moderation = 'published'");
    stmt_bind_u64(&q, ":id", id);
    if (!stmt_row(&q))
        return stmt_ok(&q, err);
    struct candidate c = candidate_at(&q, l->a);
    if (!stmt_int(&q, 10)) { /* whoever decides elsewhere could measure it by its number */
        c.has_position = false;
        c.at = (struct lonlat){0};
    }
    bool measured = c.has_position && l->self.has_position;
    keep(l, &c, measured ? distance_m(l->self.at, c.at) : -1, ALIKE_HIGH);
    return stmt_ok(&q, err);
}

static bool look_up_osm(struct looking *l, char type, int64_t osm_id, struct err *err)
{
    AUTO(buf) key = {0};
    uint64_t id, content;
    if (!type || !osm_id)
        return true;
    buf_fmt(&key, "osm:%c%lld", type, (long long)osm_id);
    return store_identity(l->s, buf_str(&key), &id, &content, err) && (!id || keep_same(l, id, err));
}

static bool look_up_ids(struct looking *l, struct err *err)
{
    const struct deployment *d = l->d;
    if (!look_up_osm(l, d->osm_type, d->osm_id, err))
        return false;
    for (size_t i = 0; i < d->n_devices; i++)
        if (!look_up_osm(l, d->devices[i].osm_type, d->devices[i].osm_id, err))
            return false;
    if (!d->external_id.len)
        return true;
    uint64_t ids[ALIKE_MAX];
    size_t n = 0;
    AUTO(stmt) q = db_stmt(&l->s->db, "SELECT id FROM deployment WHERE external_id = :id AND coalesce(external_source, '') = :source");
    stmt_bind_text(&q, ":id", d->external_id);
    stmt_bind_text(&q, ":source", d->external_source);
    while (n < COUNT(ids) && stmt_row(&q))
        ids[n++] = (uint64_t)stmt_int(&q, 0);
    if (!stmt_ok(&q, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!keep_same(l, ids[i], err))
            return false;
    return true;
}

static bool look_in_place(struct looking *l, struct err *err)
{
    enum alike_strength strength;
    if (!l->d->place_code.len)
        return true;
    AUTO(stmt) q = db_stmt(&l->s->db, "SELECT d.id, NULL, NULL, " CANDIDATE_COLUMNS " FROM deployment d WHERE d.place_id = :place"
        " AND d.moderation = 'published' AND (d.programme OR d.location_precision NOT IN ('exact', 'address', 'street', 'district')) LIMIT 512");
    stmt_bind_text(&q, ":place", l->d->place_code);
    while (stmt_row(&q)) {
        struct candidate c = candidate_at(&q, l->a);
        if (strength_by_name(l, &c, &strength))
            keep(l, &c, -1, strength);
    }
    return stmt_ok(&q, err);
}

/* ---- what waits ---- */

static struct str operator_of(const struct deployment *d)
{
    for (size_t i = 0; i < d->n_orgs; i++)
        if (d->orgs[i].role == ROLE_OPERATOR)
            return d->orgs[i].name;
    return S("");
}

static struct candidate candidate_of(const struct deployment *d)
{
    bool stands = precision_is_point(d->precision) && (d->n_devices || d->has_position);
    bool is_area = d->n_zones && !d->n_devices && !d->programme;
    return (struct candidate){.category = d->category, .has_position = stands, .at = d->n_devices ? d->devices[0].at : d->at, 
        .area = is_area ? str_of(ZONE_KIND_TERMS[d->zones[0].kind].code) : S(""), .title_fr = d->title_fr, .title_en = d->title_en, .name = d->source_name, .ref = d->ref, .operator = operator_of(d)};
}

static void weigh_waiting(struct looking *l, uint64_t id, struct str patch)
{
    AUTO(json_doc) doc = {0};
    struct deployment d;
    struct err ignored; /* one that cannot be read is no duplicate; whoever opens it is told */
    enum alike_strength strength;
    if (!json_read(&doc, patch, &JSON_STYLE, &ignored) || !deployment_read_json(doc.root, l->a, &d, &ignored))
        return;
    struct candidate c = candidate_of(&d);
    c.contribution = id;
    bool both = c.has_position && l->self.has_position;
    double distance = both ? distance_m(l->self.at, c.at) : -1;
    if (both ? strength_at(l, &c, distance, &strength) : !c.has_position && !l->self.has_position && strength_by_name(l, &c, &strength))
        keep(l, &c, distance, strength);
}

static bool look_in_queue(struct looking *l, uint64_t self, struct err *err)
{
    AUTO(stmt) near = db_stmt(&l->s->db, "SELECT id, patch FROM contribution WHERE kind = 'add' AND state IN ('pending', 'asked', 'held') AND id <> :self"
        " AND lon BETWEEN :west AND :east AND lat BETWEEN :south AND :north ORDER BY created_s LIMIT 64");
    AUTO(stmt) named = db_stmt(&l->s->db, "SELECT id, patch FROM contribution WHERE kind = 'add' AND state IN ('pending', 'asked', 'held') AND id <> :self"
        " AND place_code = :place AND place_code <> '' ORDER BY created_s LIMIT 64");
    struct stmt *q = l->self.has_position ? &near : &named;
    stmt_bind_u64(q, ":self", self);
    if (l->self.has_position)
        bind_box(q, l->self.at);
    else
        stmt_bind_text(q, ":place", l->d->place_code);
    while (stmt_row(q))
        weigh_waiting(l, (uint64_t)stmt_int(q, 0), stmt_copy(q, 1, l->a));
    return stmt_ok(q, err);
}

/* ---- titles ---- */

static bool name_waiting(struct looking *l, struct alike *x, struct deployment *d, bool *found, struct err *err)
{
    struct contribution c;
    AUTO(json_doc) doc = {0};
    return contribution_find(l->s, x->contribution, l->a, &c, found, err) &&
           (!*found || (json_read(&doc, c.patch, &JSON_STYLE, err) && deployment_read_json(doc.root, l->a, d, err)));
}

static bool name_one(struct looking *l, struct alike *x, struct err *err)
{
    struct deployment d;
    bool found;
    AUTO(buf) fr = {0}, en = {0};
    if (x->pending ? !name_waiting(l, x, &d, &found, err) : !record_read(l->s, x->id, 0, l->a, &d, &found, err))
        return false;
    if (!found)
        return true;
    if (!l->kept)
        record_make_public(l->s, &d, l->a);
    deployment_title(&fr, &d, true);
    deployment_title(&en, &d, false);
    x->title = str_copy(l->a, buf_str(&fr));
    x->title_en = str_copy(l->a, buf_str(&en));
    x->place_name = d.place_name;
    return true;
}

/* ---- all of it ---- */

static bool look(struct looking *l, uint64_t self, struct err *err)
{
    if (!(l->out = ARENA_ARRAY(l->a, struct alike, ALIKE_MAX + 1)))
        return err_arena(err);
    l->self = candidate_of(l->d);
    if (!look_up_ids(l, err))
        return false;
    if (l->self.has_position) {
        for (size_t i = 0; i < MAX(l->d->n_devices, 1) && i < WAITING_MAX; i++) {
            struct lonlat at = l->d->n_devices ? l->d->devices[i].at : l->d->at;
            if (!look_around(l, at, err) || (l->kept && !look_among_withheld(l, at, err)))
                return false;
        }
    } else if (!look_in_place(l, err)) {
        return false;
    }
    if (l->kept && !look_in_queue(l, self, err))
        return false;
    for (size_t i = 0; i < l->n; i++)
        if (!name_one(l, &l->out[i], err))
            return false;
    return true;
}

bool contribution_alike(struct store *s, const struct deployment *d, struct arena *a, struct alike **out, size_t *n, struct err *err)
{
    struct looking l = {.s = s, .d = d, .a = a};
    if (!look(&l, 0, err))
        return false;
    *out = l.out;
    *n = l.n;
    return true;
}

bool contribution_alike_kept(struct store *s, const struct deployment *d, uint64_t contribution, struct arena *a, struct alike **out, size_t *n,
    struct err *err)
{
    struct looking l = {.s = s, .d = d, .a = a, .kept = true};
    if (!look(&l, contribution, err))
        return false;
    *out = l.out;
    *n = l.n;
    return true;
}
