/*
 * Places: looked up by code, address, name, postcode and position. A commune is that of a boundary that holds the position;
 * where no boundary is known nothing is assigned by what is nearest.
 */
#include <math.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/geo/wkb.h"
#include "data/spatialite/inside.h"

#define PLACE_COLUMNS                                                                                                  \
    "SELECT p.id, p.code, p.name, p.slug, p.kind, p.parent_code, q.name, p.lon, p.lat, p.population, p.boundary IS NOT NULL," \
    " (SELECT count(*) FROM deployment d WHERE d.place_id = p.code AND d.moderation = 'published') AS n"                 \
    " FROM place p LEFT JOIN place q ON q.code = p.parent_code "

static struct place place_at(struct stmt *q, struct arena *a)
{
    return (struct place){.id = (uint64_t)stmt_int(q, 0), .code = stmt_copy(q, 1, a), .name = stmt_copy(q, 2, a),
        .slug = stmt_copy(q, 3, a), .kind = stmt_copy(q, 4, a), .parent_code = stmt_copy(q, 5, a), .parent_name = stmt_copy(q, 6, a),
        .at = {stmt_double(q, 7), stmt_double(q, 8)}, .population = stmt_null(q, 9) ? -1 : stmt_int(q, 9),
        .has_boundary = stmt_int(q, 10) != 0, .n_deployments = (uint32_t)stmt_int(q, 11)};
}

static bool collect(struct stmt *q, size_t room, struct arena *a, struct place **out, size_t *n, struct err *err)
{
    struct place *at = ARENA_ARRAY(a, struct place, room + 1);
    if (!at)
        return err_arena(err);
    size_t got = 0;
    while (got < room && stmt_row(q))
        at[got++] = place_at(q, a);
    *out = at;
    *n = got;
    return stmt_ok(q, err);
}

bool store_places(struct store *s, struct str text, size_t limit, struct arena *a, struct place **out, size_t *n, struct err *err)
{
    AUTO(buf) words = {0};
    words_query(&words, text);
    *out = NULL;
    *n = 0;
    if (!words.len || !limit)
        return true;
    /* The name that is typed whole comes before longer ones of the same kind. */
    struct str folded = str_fold(a, text);
    AUTO(stmt) q = db_stmt(&s->db, PLACE_COLUMNS
        "WHERE p.id IN (SELECT rowid FROM place_words WHERE place_words MATCH :words)"
        " ORDER BY (p.base_slug = :slug) DESC, n DESC, p.population DESC, p.code LIMIT :limit");
    stmt_bind_str(&q, ":words", buf_str(&words));
    stmt_bind_text(&q, ":slug", str_slug(a, folded));
    stmt_bind_u64(&q, ":limit", limit);
    return collect(&q, limit, a, out, n, err);
}

static bool one(struct stmt *q, struct arena *a, struct place *out, bool *found, struct err *err)
{
    *found = stmt_row(q);
    if (*found)
        *out = place_at(q, a);
    return stmt_ok(q, err);
}

bool store_place(struct store *s, struct str code_or_slug, struct arena *a, struct place *out, bool *found, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, PLACE_COLUMNS "WHERE p.code = :key OR p.slug = :key ORDER BY p.code = :key DESC, p.kind LIMIT 1");
    stmt_bind_text(&q, ":key", code_or_slug);
    return one(&q, a, out, found, err);
}

bool store_largest_place(struct store *s, struct box b, struct arena *a, struct str *name, struct err *err)
{
    *name = (struct str){0};
    AUTO(stmt) q = db_stmt(&s->db, "SELECT name FROM place WHERE kind IN ('commune', 'foreign') AND lat BETWEEN :south AND :north"
        " AND lon BETWEEN :west AND :east ORDER BY population DESC, code LIMIT 1");
    stmt_bind_double(&q, ":south", b.south);
    stmt_bind_double(&q, ":north", b.north);
    stmt_bind_double(&q, ":west", b.west);
    stmt_bind_double(&q, ":east", b.east);
    if (stmt_row(&q))
        *name = stmt_copy(&q, 0, a);
    return stmt_ok(&q, err);
}

bool store_place_by_name(struct store *s, struct str name, struct arena *a, struct place *out, bool *found, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, PLACE_COLUMNS "WHERE p.base_slug = :slug ORDER BY p.kind = 'commune' DESC, p.population DESC LIMIT 1");
    stmt_bind_text(&q, ":slug", str_slug(a, name));
    return one(&q, a, out, found, err);
}

bool store_places_with_records(struct store *s, struct arena *a, struct place **out, size_t *n, struct err *err)
{
    size_t room = 0;
    AUTO(stmt) count = db_stmt(&s->db, "SELECT count(DISTINCT place_id) FROM deployment WHERE moderation = 'published'");
    if (stmt_row(&count))
        room = (size_t)stmt_int(&count, 0);
    AUTO(stmt) q = db_stmt(&s->db, PLACE_COLUMNS
        "WHERE p.code IN (SELECT place_id FROM deployment WHERE moderation = 'published') ORDER BY p.base_slug, p.code");
    return collect(&q, room, a, out, n, err);
}

bool store_put_place(struct store *s, const struct place *p, struct str postcodes, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, 1024 * 1024);
    AUTO(buf) base = {0};
    if (str_eq(p->kind, S("department")))
        buf_add(&base, S("departement-"));
    else if (str_eq(p->kind, S("region")))
        buf_add(&base, S("region-"));
    else if (str_eq(p->kind, S("country")))
        buf_add(&base, S("pays-"));
    buf_add(&base, str_slug(&a, p->name));
    if (str_eq(p->kind, S("foreign")) && p->code.len > 2) {
        buf_char(&base, '-');
        buf_add(&base, str_slug(&a, str_slice(p->code, 0, 2)));
    }
    {
        AUTO(stmt) q = db_stmt(&s->db,
            "INSERT INTO place (code, name, base_slug, slug, kind, parent_code, population, postcodes, lon, lat)"
            " VALUES (:code, :name, :base, :base, :kind, :parent, :population, :postcodes, :lon, :lat)"
            " ON CONFLICT (code) DO UPDATE SET name = excluded.name, base_slug = excluded.base_slug, kind = excluded.kind,"
            " parent_code = excluded.parent_code, population = excluded.population, postcodes = excluded.postcodes,"
            " lon = excluded.lon, lat = excluded.lat");
        stmt_bind_text(&q, ":code", p->code);
        stmt_bind_text(&q, ":name", p->name);
        stmt_bind_text(&q, ":base", buf_str(&base));
        stmt_bind_text(&q, ":kind", p->kind);
        stmt_bind_str(&q, ":parent", p->parent_code);
        if (p->population >= 0)
            stmt_bind_i64(&q, ":population", p->population);
        stmt_bind_text(&q, ":postcodes", postcodes);
        stmt_bind_double(&q, ":lon", p->at.lon);
        stmt_bind_double(&q, ":lat", p->at.lat);
        if (!stmt_run(&q, err))
            return false;
    }
    s->places_changed = true;
    return s->has_tx || places_finish(s, err);
}

bool store_put_boundary(struct store *s, struct str code, const struct shape *boundary, bool *known, struct err *err)
{
    struct rect r = shape_bounds(boundary);
    int64_t id = 0;
    {
        AUTO(stmt) q = db_stmt(&s->db,
            "UPDATE place SET boundary = CastToMulti(GeomFromWKB(:wkb, 4326)) WHERE code = :code RETURNING id");
        stmt_bind_wkb(&q, ":wkb", boundary);
        stmt_bind_text(&q, ":code", code);
        *known = stmt_row(&q);
        if (*known)
            id = stmt_int(&q, 0);
        if (!stmt_ok(&q, err))
            return false;
        if (!*known)
            return true;
    }
    AUTO(stmt) q = db_stmt(&s->db, "INSERT OR REPLACE INTO place_box (id, west, east, south, north) VALUES (:id, :west, :east, :south, :north)");
    stmt_bind_i64(&q, ":id", id);
    stmt_bind_double(&q, ":west", r.x0);
    stmt_bind_double(&q, ":east", r.x1);
    stmt_bind_double(&q, ":south", r.y0);
    stmt_bind_double(&q, ":north", r.y1);
    return stmt_run(&q, err);
}

bool store_commune_at(struct store *s, struct lonlat at, struct arena *a, struct str *code, struct str *name, struct err *err)
{
    *code = *name = S("");
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT p.code, p.name FROM place_box b JOIN place p ON p.id = b.id WHERE b.west <= :lon AND b.east >= :lon AND b.south <= :lat"
        " AND b.north >= :lat AND p.kind IN ('commune', 'foreign') AND ST_Contains(p.boundary, MakePoint(:lon, :lat, 4326)) ORDER BY p.code LIMIT 1");
    stmt_bind_double(&q, ":lon", at.lon);
    stmt_bind_double(&q, ":lat", at.lat);
    if (stmt_row(&q)) {
        *code = stmt_copy(&q, 0, a);
        *name = stmt_copy(&q, 1, a);
    }
    return stmt_ok(&q, err);
}

bool store_placeless(struct store *s, uint64_t **ids, size_t *n, struct err *err)
{
    size_t room = 0;
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT id FROM deployment WHERE moderation = 'published' AND place_id IS NULL AND geom IS NOT NULL"
        " AND location_precision IN ('exact', 'address', 'street', 'district') ORDER BY id");
    while (stmt_row(&q)) {
        if (*n == room)
            *ids = base_grow(*ids, room = MAX(1024, room * 2), sizeof **ids);
        (*ids)[(*n)++] = (uint64_t)stmt_int(&q, 0);
    }
    return stmt_ok(&q, err);
}

/* All at once, for the reason that words_wait gives. */
static bool remake_words(struct store *s, struct err *err)
{
    if (!db_exec(&s->db, "DELETE FROM place_words", err))
        return false;
    AUTO(arena) a;
    arena_init(&a, 64 * 1024 * 1024);
    AUTO(stmt) q = db_stmt(&s->db, "SELECT id, name, postcodes FROM place");
    while (stmt_row(&q)) {
        arena_reset(&a);
        AUTO(buf) words = {0};
        buf_add(&words, str_fold(&a, stmt_str(&q, 1)));
        buf_char(&words, ' ');
        buf_add(&words, stmt_str(&q, 2));
        AUTO(stmt) put = db_stmt(&s->db, "INSERT INTO place_words (rowid, words) VALUES (:id, :words)");
        stmt_bind_i64(&put, ":id", stmt_int(&q, 0));
        stmt_bind_str(&put, ":words", buf_str(&words));
        if (!stmt_run(&put, err))
            return false;
    }
    return stmt_ok(&q, err);
}

/* Words, and addresses: communes that share a name all carry their code; a name that is alone is an address as it stands. */
bool places_finish(struct store *s, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "UPDATE place SET slug = CASE WHEN base_slug IN (SELECT base_slug FROM place GROUP BY base_slug HAVING count(*) > 1)"
        " THEN base_slug || '-' || lower(replace(code, ':', '-')) ELSE base_slug END");
    return stmt_run(&q, err) && remake_words(s, err);
}
