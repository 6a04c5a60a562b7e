/*
 * The connection. Settings: WAL with synchronous=FULL, so that what was acknowledged is on disk; foreign keys on; an
 * authorizer that refuses to attach other files or load code, so that not even a mistake of ours could.
 */
#include "data/spatialite/db.h"

#include <math.h>
#include <pthread.h>
#include <spatialite.h>
#include <string.h>
#include <sys/stat.h>

#include "data/base/buf.h"
#include "data/geo/wkb.h"

static bool sqlite_failed(struct db *db, const char *doing, struct err *err)
{
    int rc = db->sqlite ? sqlite3_extended_errcode(db->sqlite) : SQLITE_NOMEM;
    const char *why = db->sqlite ? sqlite3_errmsg(db->sqlite) : "out of memory";
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_BUSY, "%s: %s: another program is writing to it; try again when it is done", db->path, doing);
    case SQLITE_FULL:
        return err_set(err, ERR_BUSY, "%s: %s: the disk is full; make room and try again", db->path, doing);
    case SQLITE_CORRUPT:
        return err_set(err, ERR_IO, "%s: the file is damaged (%s); `contrechamp restore BACKUP` puts a backup in its place", db->path, why);
    case SQLITE_NOTADB:
        return err_set(err, ERR_IO, "%s: this is no database, or its beginning is damaged; name another with --db, or put a backup in its"
            " place with `contrechamp restore BACKUP`", db->path);
    case SQLITE_CONSTRAINT:
        return err_set(err, ERR_INVALID, "%s: %s: %s", db->path, doing, why);
    default:
        return err_set(err, ERR_IO, "%s: %s: %s", db->path, doing, why);
    }
}

static int authorize(void *ctx, int action, const char *a, const char *b, const char *c, const char *d)
{
    (void)ctx, (void)a, (void)c, (void)d;
    if (action == SQLITE_ATTACH || action == SQLITE_DETACH)
        return SQLITE_DENY;
    if (action == SQLITE_FUNCTION && b && strcmp(b, "load_extension") == 0)
        return SQLITE_DENY;
    return SQLITE_OK;
}

bool db_exec(struct db *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK || sqlite_failed(db, "write", err);
}

bool db_open(struct db *db, const char *path, bool writable, bool create, struct err *err)
{
    static pthread_mutex_t spatialite_start = PTHREAD_MUTEX_INITIALIZER; /* its start-up is not safe side by side */
    *db = (struct db){.path = strdup(path)};
    must(db->path);
    struct stat there;
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return err_set(err, ERR_INVALID, "%s: it is %s; a database is a file, and --db names it", path,
            S_ISDIR(there.st_mode) ? "a folder" : "not a plain file");
    int flags = (writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | (create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &db->sqlite, flags, NULL) != SQLITE_OK)
        return sqlite_failed(db, "open", err);
    sqlite3_extended_result_codes(db->sqlite, 1);
    sqlite3_busy_timeout(db->sqlite, DB_BUSY_MS);
    sqlite3_limit(db->sqlite, SQLITE_LIMIT_ATTACHED, 0);
    pthread_mutex_lock(&spatialite_start);
    db->spatialite = spatialite_alloc_connection();
    spatialite_init_ex(db->sqlite, db->spatialite, 0);
    pthread_mutex_unlock(&spatialite_start);
    /* In WAL mode a file of another kind shows itself only when it is read. */
    if (!db_exec(db, "SELECT count(*) FROM sqlite_master", err))
        return false;
    if (writable && !db_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 33554432;", err))
        return false;
    if (!db_exec(db, "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;", err))
        return false;
    if (!writable && !db_exec(db, "PRAGMA query_only = ON", err))
        return false;
    sqlite3_set_authorizer(db->sqlite, authorize, NULL);
    return true;
}

void db_close(struct db *db)
{
    for (size_t i = 0; i < db->n_kept; i++)
        sqlite3_finalize(db->kept[i].stmt);
    if (db->sqlite)
        sqlite3_close_v2(db->sqlite);
    if (db->spatialite)
        spatialite_cleanup_ex(db->spatialite);
    free(db->path);
    *db = (struct db){0};
}

struct stmt db_stmt(struct db *db, const char *sql)
{
    for (size_t i = 0; i < db->n_kept; i++)
        if (db->kept[i].sql == sql)
            return (struct stmt){db, db->kept[i].stmt, SQLITE_OK};
    must(db->n_kept < DB_STATEMENTS_MAX);
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL);
    if (rc != SQLITE_OK)
        return (struct stmt){db, NULL, rc};
    db->kept[db->n_kept++] = (struct db_kept){sql, q};
    return (struct stmt){db, q, SQLITE_OK};
}

void stmt_done(struct stmt *s)
{
    if (!s->q)
        return;
    sqlite3_reset(s->q);
    sqlite3_clear_bindings(s->q);
    s->q = NULL;
}

static int parameter(struct stmt *s, const char *name)
{
    if (!s->q || s->rc != SQLITE_OK)
        return 0;
    int i = sqlite3_bind_parameter_index(s->q, name);
    must(i > 0);
    return i;
}

static void bound(struct stmt *s, int rc)
{
    if (s->rc == SQLITE_OK)
        s->rc = rc;
}

void stmt_bind_i64(struct stmt *s, const char *name, int64_t v)
{
    int i = parameter(s, name);
    if (i)
        bound(s, sqlite3_bind_int64(s->q, i, v));
}

void stmt_bind_u64(struct stmt *s, const char *name, uint64_t v)
{
    stmt_bind_i64(s, name, (int64_t)v);
}

void stmt_bind_double(struct stmt *s, const char *name, double v)
{
    int i = parameter(s, name);
    if (i)
        bound(s, isnan(v) ? sqlite3_bind_null(s->q, i) : sqlite3_bind_double(s->q, i, v));
}

void stmt_bind_str(struct stmt *s, const char *name, struct str v)
{
    int i = parameter(s, name);
    if (i)
        bound(s, v.len ? sqlite3_bind_text64(s->q, i, v.at, v.len, SQLITE_STATIC, SQLITE_UTF8) : sqlite3_bind_null(s->q, i));
}

void stmt_bind_text(struct stmt *s, const char *name, struct str v)
{
    int i = parameter(s, name);
    if (i)
        bound(s, sqlite3_bind_text64(s->q, i, v.len ? v.at : "", v.len, SQLITE_STATIC, SQLITE_UTF8));
}

void stmt_bind_blob(struct stmt *s, const char *name, const void *bytes, size_t n)
{
    int i = parameter(s, name);
    if (i)
        bound(s, sqlite3_bind_blob64(s->q, i, bytes, n, SQLITE_STATIC));
}

void stmt_bind_wkb(struct stmt *s, const char *name, const struct shape *shape)
{
    int i = parameter(s, name);
    if (!i || !shape->n)
        return;
    AUTO(buf) wkb = {0};
    wkb_write(&wkb, shape);
    bound(s, sqlite3_bind_blob64(s->q, i, wkb.at, wkb.len, SQLITE_TRANSIENT));
}

bool stmt_row(struct stmt *s)
{
    if (!s->q || s->rc != SQLITE_OK)
        return false;
    int rc = sqlite3_step(s->q);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE)
        s->rc = rc;
    return false;
}

bool stmt_ok(struct stmt *s, struct err *err)
{
    return s->rc == SQLITE_OK || sqlite_failed(s->db, "read", err);
}

bool stmt_run(struct stmt *s, struct err *err)
{
    while (stmt_row(s))
        ;
    bool ok = s->rc == SQLITE_OK || sqlite_failed(s->db, "write", err);
    if (s->q) {
        sqlite3_reset(s->q);
        sqlite3_clear_bindings(s->q);
    }
    return ok;
}

int64_t stmt_int(struct stmt *s, int column)
{
    return sqlite3_column_int64(s->q, column);
}

double stmt_double(struct stmt *s, int column)
{
    return sqlite3_column_double(s->q, column);
}

bool stmt_null(struct stmt *s, int column)
{
    return sqlite3_column_type(s->q, column) == SQLITE_NULL;
}

struct str stmt_str(struct stmt *s, int column)
{
    const void *at = sqlite3_column_text(s->q, column);
    return at ? str_from(at, (size_t)sqlite3_column_bytes(s->q, column)) : S("");
}

struct str stmt_copy(struct stmt *s, int column, struct arena *a)
{
    return str_copy(a, stmt_str(s, column));
}

bool tx_begin(struct tx *tx, struct db *db, struct err *err)
{
    tx->db = NULL;
    if (db->in_tx)
        return true;
    if (sqlite3_exec(db->sqlite, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_failed(db, "begin to write", err);
    tx->db = db;
    db->in_tx = true;
    return true;
}

bool tx_commit(struct tx *tx, struct err *err)
{
    struct db *db = tx->db;
    if (!db)
        return true;
    if (sqlite3_exec(db->sqlite, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_failed(db, "commit", err);
    tx->db = NULL;
    db->in_tx = false;
    return true;
}

void tx_done(struct tx *tx)
{
    if (!tx->db)
        return;
    sqlite3_exec(tx->db->sqlite, "ROLLBACK", NULL, NULL, NULL);
    tx->db->in_tx = false;
    tx->db = NULL;
}
