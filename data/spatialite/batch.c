/*
 * Imports as the store sees them: batches, what sources call their records, what stands near a place, and taking a batch back.
 */
#include <math.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/json.h"
#include "data/spatialite/inside.h"

static bool unique_slug(struct store *s, struct str wanted, struct buf *out, struct err *err)
{
    for (int i = 1; i < 100000; i++) {
        buf_clear(out);
        buf_add(out, wanted.len ? wanted : S("import"));
        if (i > 1)
            buf_fmt(out, "-%d", i);
        AUTO(stmt) q = db_stmt(&s->db, "SELECT 1 FROM import_batch WHERE slug = :slug");
        stmt_bind_str(&q, ":slug", buf_str(out));
        if (!stmt_row(&q))
            return stmt_ok(&q, err);
    }
    return err_set(err, ERR_INTERNAL, "no name is free for this batch");
}

bool store_batch_begin(struct store *s, struct batch *b, struct err *err)
{
    AUTO(buf) slug = {0};
    AUTO(buf) as_of = {0};
    if (!unique_slug(s, b->slug, &slug, err))
        return false;
    partial_date_write(&as_of, b->as_of);
    AUTO(stmt) q = db_stmt(&s->db,
        "INSERT INTO import_batch (slug, file_name, licence, attribution, url, sha256, as_of, fetched_s)"
        " VALUES (:slug, :file, :licence, :attribution, :url, :sha256, :as_of, :at)");
    stmt_bind_str(&q, ":slug", buf_str(&slug));
    stmt_bind_str(&q, ":file", b->file_name);
    stmt_bind_str(&q, ":licence", b->licence);
    stmt_bind_str(&q, ":attribution", b->attribution);
    stmt_bind_str(&q, ":url", b->url);
    stmt_bind_str(&q, ":sha256", b->sha256);
    stmt_bind_str(&q, ":as_of", buf_str(&as_of));
    stmt_bind_i64(&q, ":at", b->at_s ? b->at_s : clock_unix_s());
    if (!stmt_run(&q, err))
        return false;
    b->id = (uint64_t)sqlite3_last_insert_rowid(s->db.sqlite);
    return true;
}

bool store_batch_counts(struct store *s, const struct batch *b, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "UPDATE import_batch SET n_read = :read, n_new = :new, n_updated = :updated, n_same = :same, n_duplicate = :duplicate,"
        " n_refused = :refused WHERE id = :id");
    stmt_bind_u64(&q, ":id", b->id);
    stmt_bind_u64(&q, ":read", b->n_read);
    stmt_bind_u64(&q, ":new", b->n_new);
    stmt_bind_u64(&q, ":updated", b->n_updated);
    stmt_bind_u64(&q, ":same", b->n_same);
    stmt_bind_u64(&q, ":duplicate", b->n_duplicate);
    stmt_bind_u64(&q, ":refused", b->n_refused);
    return stmt_run(&q, err);
}

bool store_batches(struct store *s, struct arena *a, struct batch **out, size_t *n, struct err *err)
{
    size_t room = 0, got = 0;
    AUTO(stmt) count = db_stmt(&s->db, "SELECT count(*) FROM import_batch");
    if (stmt_row(&count))
        room = (size_t)stmt_int(&count, 0);
    struct batch *at = ARENA_ARRAY(a, struct batch, room + 1);
    if (!at)
        return err_arena(err);
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT id, slug, file_name, licence, attribution, url, sha256, state, as_of, fetched_s, n_read, n_new, n_updated, n_same,"
        " n_duplicate, n_refused FROM import_batch ORDER BY id DESC");
    while (got < room && stmt_row(&q)) {
        struct batch *b = &at[got++];
        *b = (struct batch){.id = (uint64_t)stmt_int(&q, 0), .slug = stmt_copy(&q, 1, a), .file_name = stmt_copy(&q, 2, a),
            .licence = stmt_copy(&q, 3, a), .attribution = stmt_copy(&q, 4, a), .url = stmt_copy(&q, 5, a),
            .sha256 = stmt_copy(&q, 6, a), .state = stmt_copy(&q, 7, a), .at_s = stmt_int(&q, 9),
            .n_read = (uint64_t)stmt_int(&q, 10), .n_new = (uint64_t)stmt_int(&q, 11), .n_updated = (uint64_t)stmt_int(&q, 12),
            .n_same = (uint64_t)stmt_int(&q, 13), .n_duplicate = (uint64_t)stmt_int(&q, 14), .n_refused = (uint64_t)stmt_int(&q, 15)};
        partial_date_read(stmt_str(&q, 8), &b->as_of);
    }
    *out = at;
    *n = got;
    return stmt_ok(&q, err);
}

bool store_identity(struct store *s, struct str identity, uint64_t *id, uint64_t *content_hash, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT deployment_id, content_hash FROM identity WHERE key = :key");
    stmt_bind_text(&q, ":key", identity);
    *id = *content_hash = 0;
    if (stmt_row(&q)) {
        *id = (uint64_t)stmt_int(&q, 0);
        *content_hash = (uint64_t)stmt_int(&q, 1);
    }
    return stmt_ok(&q, err);
}

bool store_is_withdrawn(struct store *s, struct str identity)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT 1 FROM tombstone WHERE key = :key");
    stmt_bind_text(&q, ":key", identity);
    return stmt_row(&q);
}

static int by_distance(const void *a, const void *b)
{
    double x = ((const struct near *)a)->distance_m, y = ((const struct near *)b)->distance_m;
    return (x > y) - (x < y);
}

bool store_near(struct store *s, struct lonlat at, double metres, struct arena *a, struct near **out, size_t *n, struct err *err)
{
    enum { NEAR_MAX = 16, CANDIDATES_MAX = 512 };
    double lat = metres / 111000.0, lon = lat / fmax(cos(at.lat * M_PI / 180), 0.01);
    struct near *found = ARENA_ARRAY(a, struct near, CANDIDATES_MAX);
    if (!found)
        return err_arena(err);
    size_t got = 0;
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT d.id, d.import_batch_id, X(d.geom), Y(d.geom), d.category, d.ref, coalesce(d.title_fr, d.source_name)"
        " FROM deployment_box b JOIN deployment d ON d.id = b.id WHERE b.west <= :east AND b.east >= :west AND b.south <= :north"
        " AND b.north >= :south AND d.moderation = 'published' AND d.location_precision IN ('exact', 'address', 'street', 'district')");
    stmt_bind_double(&q, ":west", at.lon - lon);
    stmt_bind_double(&q, ":east", at.lon + lon);
    stmt_bind_double(&q, ":south", at.lat - lat);
    stmt_bind_double(&q, ":north", at.lat + lat);
    while (got < CANDIDATES_MAX && stmt_row(&q)) {
        double d = distance_m(at, (struct lonlat){stmt_double(&q, 2), stmt_double(&q, 3)});
        int category = term_of(CATEGORY_TERMS, stmt_str(&q, 4));
        if (d <= metres)
            found[got++] = (struct near){(uint64_t)stmt_int(&q, 0), (uint64_t)stmt_int(&q, 1), d,
                (enum category)(category < 0 ? CATEGORY_OTHER : category), stmt_copy(&q, 5, a), stmt_copy(&q, 6, a)};
    }
    qsort(found, got, sizeof *found, by_distance);
    *out = found;
    *n = MIN(got, NEAR_MAX);
    return stmt_ok(&q, err);
}

/* ---- taking back ---- */

struct taken {
    uint64_t id;
    uint32_t version;
};

static bool forget_record(struct store *s, uint64_t id, struct err *err)
{
    static const char *const texts[] = {
        "UPDATE deployment SET moderation = 'deleted', version = version + 1 WHERE id = :id",
        "UPDATE deployment_link SET to_id = NULL WHERE to_id = :id",
        "DELETE FROM identity WHERE deployment_id = :id",
        "INSERT INTO revision (deployment_id, version, kind, reason, at_s, moderation, snapshot)"
        " SELECT deployment_id, version + 1, 'revert', 'import undone', at_s, 'deleted', snapshot FROM revision"
        " WHERE deployment_id = :id ORDER BY version DESC LIMIT 1",
    };
    if (!record_remove_rows(s, id, err))
        return false;
    for (size_t i = 0; i < COUNT(texts); i++) {
        AUTO(stmt) q = db_stmt(&s->db, texts[i]);
        stmt_bind_u64(&q, ":id", id);
        if (!stmt_run(&q, err))
            return false;
    }
    return record_log_change(s, id, err);
}

static bool return_to(struct store *s, uint64_t id, uint32_t version, struct arena *a, struct err *err)
{
    struct deployment before;
    bool found;
    if (!record_read(s, id, version, a, &before, &found, err))
        return false;
    must(found);
    uint64_t hash = 0, batch = 0;
    {
        AUTO(stmt) q = db_stmt(&s->db, "SELECT content_hash, batch_id FROM revision WHERE deployment_id = :id AND version = :version");
        stmt_bind_u64(&q, ":id", id);
        stmt_bind_i64(&q, ":version", version);
        if (stmt_row(&q)) {
            hash = (uint64_t)stmt_int(&q, 0);
            batch = (uint64_t)stmt_int(&q, 1);
        }
        if (!stmt_ok(&q, err))
            return false;
    }
    before.id = id;
    struct edit edit = {.kind = EDIT_PUT, .deployment = &before, .revision = REVISION_REVERT, .reason = S("import undone"),
        .batch_id = batch, .content_hash = hash};
    if (!store_apply(s, &edit, 1, err))
        return false;
    AUTO(stmt) q = db_stmt(&s->db, "UPDATE identity SET content_hash = :hash WHERE deployment_id = :id");
    stmt_bind_u64(&q, ":hash", hash);
    stmt_bind_u64(&q, ":id", id);
    return stmt_run(&q, err);
}

static bool records_of(struct store *s, uint64_t batch, struct taken **out, size_t *n, struct err *err)
{
    size_t room = 0;
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT r.deployment_id, min(r.version) FROM revision r JOIN deployment d ON d.id = r.deployment_id"
        " WHERE r.batch_id = :batch AND d.moderation = 'published' AND (SELECT batch_id FROM revision x"
        "   WHERE x.deployment_id = d.id AND x.version = d.version) = :batch GROUP BY r.deployment_id");
    stmt_bind_u64(&q, ":batch", batch);
    while (stmt_row(&q)) {
        if (*n == room)
            *out = base_grow(*out, room = room ? room * 2 : 256, sizeof **out);
        (*out)[(*n)++] = (struct taken){(uint64_t)stmt_int(&q, 0), (uint32_t)stmt_int(&q, 1)};
    }
    return stmt_ok(&q, err);
}

static bool find_batch(struct store *s, struct str slug, uint64_t *id, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT id, state FROM import_batch WHERE slug = :slug");
    stmt_bind_text(&q, ":slug", slug);
    if (!stmt_row(&q))
        return stmt_ok(&q, err) && err_set(err, ERR_MISSING, "%.*s: there is no such batch; `contrechamp stats` lists them", STR_ARG(slug));
    *id = (uint64_t)stmt_int(&q, 0);
    return !str_eq(stmt_str(&q, 1), S("undone")) || err_set(err, ERR_CONFLICT, "%.*s: it was taken back already", STR_ARG(slug));
}

/* The newest version before one that no import wrote which was taken back; 0: there is none. */
static bool version_before(struct store *s, uint64_t id, uint32_t version, uint32_t *out, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT coalesce(max(version), 0) FROM revision WHERE deployment_id = :id AND version < :version"
        " AND coalesce(batch_id, 0) NOT IN (SELECT id FROM import_batch WHERE state = 'undone')");
    stmt_bind_u64(&q, ":id", id);
    stmt_bind_i64(&q, ":version", version);
    *out = stmt_row(&q) ? (uint32_t)stmt_int(&q, 0) : 0;
    return stmt_ok(&q, err);
}

/* What becomes of each: the version it returns to, 0 where nothing is left. */
static bool find_before(struct store *s, struct taken *records, size_t n, struct undone *out, struct err *err)
{
    *out = (struct undone){0};
    for (size_t i = 0; i < n; i++) {
        if (!version_before(s, records[i].id, records[i].version, &records[i].version, err))
            return false;
        *(records[i].version ? &out->n_returned : &out->n_removed) += 1;
    }
    return true;
}

bool store_batch_would_undo(struct store *s, struct str slug, struct undone *out, struct err *err)
{
    AUTO_FREE struct taken *records = NULL;
    size_t n = 0;
    uint64_t batch;
    return find_batch(s, slug, &batch, err) && records_of(s, batch, &records, &n, err) && find_before(s, records, n, out, err);
}

bool store_batch_undo(struct store *s, struct str slug, struct undone *out, struct err *err)
{
    AUTO(tx) tx = {0};
    AUTO_FREE struct taken *records = NULL;
    size_t n = 0;
    uint64_t batch;
    struct undone done;
    if (!tx_begin(&tx, &s->db, err) || !find_batch(s, slug, &batch, err) || !records_of(s, batch, &records, &n, err) ||
        !find_before(s, records, n, &done, err))
        return false;
    AUTO(arena) a;
    arena_init(&a, 64 * 1024 * 1024);
    for (size_t i = 0; i < n; i++) {
        arena_reset(&a);
        if (!(records[i].version ? return_to(s, records[i].id, records[i].version, &a, err) : forget_record(s, records[i].id, err)))
            return false;
    }
    AUTO(stmt) q = db_stmt(&s->db, "UPDATE import_batch SET state = 'undone' WHERE id = :id");
    stmt_bind_u64(&q, ":id", batch);
    if (!stmt_run(&q, err))
        return false;
    *out = done;
    return words_flush(s, err) && tx_commit(&tx, err);
}
