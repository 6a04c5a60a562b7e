/*
 * What the store keeps of uploaded files: how a group reads its spreadsheets, and under which key a proposed row will be
 * known when it is accepted, so that the same file again brings nothing twice.
 */
#include "data/spatialite/upload.h"

#include "data/base/hash.h"

/* ---- mappings ---- */

static struct sha256 key_of(const struct import_columns *c)
{
    AUTO(buf) names = {0};
    for (size_t i = 0; i < c->n; i++)
        buf_json(&names, c->name[i]);
    return hash_sha256(buf_str(&names));
}

bool import_mapping_recall(struct store *s, struct str territory, const struct import_columns *columns, struct arena *a, struct str *mapping, bool *found,
    struct err *err)
{
    struct sha256 key = key_of(columns);
    AUTO(stmt) q = db_stmt(&s->db, "SELECT mapping FROM upload_mapping WHERE territory = :territory AND columns = :columns");
    stmt_bind_text(&q, ":territory", territory);
    stmt_bind_blob(&q, ":columns", key.bytes, sizeof key.bytes);
    *found = stmt_row(&q);
    if (*found)
        *mapping = stmt_copy(&q, 0, a);
    return stmt_ok(&q, err);
}

bool import_mapping_keep(struct store *s, struct str territory, const struct import_columns *columns, struct str mapping, struct err *err)
{
    struct sha256 key = key_of(columns);
    AUTO(stmt) q = db_stmt(&s->db,
        "INSERT INTO upload_mapping (territory, columns, mapping) VALUES (:territory, :columns, :mapping)"
        " ON CONFLICT (territory, columns) DO UPDATE SET mapping = excluded.mapping");
    stmt_bind_text(&q, ":territory", territory);
    stmt_bind_blob(&q, ":columns", key.bytes, sizeof key.bytes);
    stmt_bind_text(&q, ":mapping", mapping);
    return stmt_run(&q, err);
}

/* ---- proposed rows ---- */

bool import_row_proposed(struct store *s, uint64_t contribution, struct str identity, uint64_t content_hash, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO upload_row (contribution_id, key, content_hash) VALUES (:id, :key, :hash)");
    stmt_bind_u64(&q, ":id", contribution);
    stmt_bind_text(&q, ":key", identity);
    stmt_bind_u64(&q, ":hash", content_hash);
    return stmt_run(&q, err);
}

bool import_row_waits(struct store *s, struct str identity, uint64_t content_hash, bool *waits, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT 1 FROM upload_row r JOIN contribution c ON c.id = r.contribution_id"
        " WHERE r.key = :key AND r.content_hash = :hash AND c.state IN ('pending', 'asked', 'held') LIMIT 1");
    stmt_bind_text(&q, ":key", identity);
    stmt_bind_u64(&q, ":hash", content_hash);
    *waits = stmt_row(&q);
    return stmt_ok(&q, err);
}

/* "ext:SOURCE:ID": what the source calls it. */
static void take_external_id(struct str key, struct deployment *d)
{
    if (!str_starts(key, S("ext:")))
        return;
    struct str rest = str_slice(key, 4, key.len);
    size_t colon = str_find(rest, S(":"));
    if (colon == SIZE_MAX)
        return;
    d->external_source = str_slice(rest, 0, colon);
    d->external_id = str_slice(rest, colon + 1, rest.len);
}

bool upload_row_take(struct store *s, const struct contribution *c, struct deployment *d, struct edit *e, struct arena *a, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT r.key, r.content_hash, b.licence, b.attribution FROM upload_row r JOIN contribution c ON c.id = r.contribution_id"
        " LEFT JOIN import_batch b ON b.id = c.batch_id WHERE r.contribution_id = :id");
    stmt_bind_u64(&q, ":id", c->id);
    if (!stmt_row(&q))
        return stmt_ok(&q, err);
    e->identity = stmt_copy(&q, 0, a);
    e->content_hash = (uint64_t)stmt_int(&q, 1);
    if (c->kind == CONTRIBUTION_ADD) {
        d->licence = stmt_copy(&q, 2, a);
        d->attribution = stmt_copy(&q, 3, a);
        take_external_id(e->identity, d);
    }
    return stmt_ok(&q, err);
}
