/*
 * The schema's steps, applied in order. user_version is the number of the last one; a step that was released is never
 * edited, the next one changes what it made.
 */
#include <string.h>

#include "data/base/embed.h"
#include "data/spatialite/db.h"

EMBED(sql_0001, "data/sql/0001_first.sql")
EMBED(sql_0002, "data/sql/0002_contributions.sql")
EMBED(sql_0003, "data/sql/0003_groups.sql")
EMBED(sql_0004, "data/sql/0004_backups.sql")

static struct str step_text(int64_t version)
{
    switch (version) {
    case 1:
        return sql_0001();
    case 2:
        return sql_0002();
    case 3:
        return sql_0003();
    case 4:
        return sql_0004();
    default:
        return S("");
    }
}
enum { NEWEST = 4 };

static bool read_number(struct db *db, const char *pragma, int64_t *out, struct err *err)
{
    AUTO(stmt) q = db_stmt(db, pragma);
    if (stmt_row(&q))
        *out = stmt_int(&q, 0);
    return stmt_ok(&q, err);
}

bool db_check_schema(struct db *db, struct err *err)
{
    int64_t id = 0, version = 0;
    if (!read_number(db, "PRAGMA application_id", &id, err) || !read_number(db, "PRAGMA user_version", &version, err))
        return false;
    if (id != DB_APPLICATION_ID)
        return err_set(err, ERR_INVALID, "%s: this is not a Contrechamp database; give another file with --db", db->path);
    if (version > NEWEST)
        return err_set(err, ERR_INVALID, "%s: it was written by a newer Contrechamp (schema %lld, this one knows %d); use that program",
            db->path, (long long)version, NEWEST);
    if (version < NEWEST)
        return err_set(err, ERR_INVALID, "%s: its schema is %lld and this program's is %d; open it once for writing (any import, or serve)",
            db->path, (long long)version, NEWEST);
    return true;
}

static bool apply_step(struct db *db, int64_t version, struct err *err)
{
    AUTO(tx) tx = {0};
    if (!tx_begin(&tx, db, err))
        return false;
    /* Another program may have done it while we waited. */
    int64_t now = 0;
    if (!read_number(db, "PRAGMA user_version", &now, err))
        return false;
    if (now >= version)
        return tx_commit(&tx, err);
    if (version == 1 && !db_exec(db, "SELECT InitSpatialMetaDataFull(0, 'WGS84'); PRAGMA application_id = 1129206851;", err))
        return false;
    if (!db_exec(db, step_text(version).at, err))
        return false;
    static const char *const set_version[] = {NULL, "PRAGMA user_version = 1", "PRAGMA user_version = 2", "PRAGMA user_version = 3",
        "PRAGMA user_version = 4"};
    _Static_assert(COUNT(set_version) == NEWEST + 1, "each step has its number");
    return db_exec(db, set_version[version], err) && tx_commit(&tx, err);
}

bool db_migrate(struct db *db, struct err *err)
{
    int64_t tables = 0, id = 0, version = 0;
    if (!read_number(db, "SELECT count(*) FROM sqlite_master", &tables, err) ||
        !read_number(db, "PRAGMA application_id", &id, err) || !read_number(db, "PRAGMA user_version", &version, err))
        return false;
    if (tables && id != DB_APPLICATION_ID)
        return err_set(err, ERR_INVALID, "%s: this is a database of another program; give another file with --db", db->path);
    for (int64_t v = version + 1; v <= NEWEST; v++)
        if (!apply_step(db, v, err)) {
            return err_under(err, "bring the schema to version %lld", (long long)v);
        }
    return db_check_schema(db, err);
}
