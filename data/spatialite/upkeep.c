/*
 * Backup, restore, check. A backup is made by SQLite's own backup of a live database into a file in the making, verified,
 * synced and put in its place (data/base/out_file.h); never a copy of the file.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/base/buf.h"
#include "data/base/json.h"
#include "data/base/out_file.h"
#include "data/spatialite/inside.h"

/* ---- backup and restore ---- */

static bool count_in(struct db *db, const char *sql, int64_t *out, struct err *err)
{
    AUTO(stmt) q = db_stmt(db, sql);
    *out = stmt_row(&q) ? stmt_int(&q, 0) : -1;
    return stmt_ok(&q, err);
}

static bool integrity(struct db *db, void (*say)(void *ctx, const char *line), void *ctx, bool *well, struct err *err)
{
    AUTO(stmt) q = db_stmt(db, "PRAGMA integrity_check(20)");
    while (stmt_row(&q)) {
        AUTO(buf) line = {0};
        buf_add(&line, stmt_str(&q, 0));
        if (strcmp(line.at, "ok") == 0)
            continue;
        *well = false;
        if (say)
            say(ctx, line.at);
    }
    return stmt_ok(&q, err);
}

static bool copy_pages(sqlite3 *from, sqlite3 *to, const char *path, struct err *err)
{
    enum { PAGES_A_STEP = 1024, TRIES = 2000 };
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    if (!b)
        return err_set(err, ERR_IO, "%s: %s", path, sqlite3_errmsg(to));
    int rc = SQLITE_OK;
    for (int busy = 0; busy < TRIES && (rc = sqlite3_backup_step(b, PAGES_A_STEP)) != SQLITE_DONE;) {
        if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
            busy++;
            sqlite3_sleep(5);
        } else if (rc != SQLITE_OK) {
            break;
        }
    }
    sqlite3_backup_finish(b);
    return rc == SQLITE_DONE || err_set(err, ERR_IO, "%s: %s", path, sqlite3_errstr(rc));
}

static const char *const BESIDE[] = {"-wal", "-shm", "-journal"};

/* What SQLite left beside a file that is about to be another one. */
static void remove_logs(const char *path)
{
    for (size_t i = 0; i < COUNT(BESIDE); i++) {
        AUTO(buf) name = {0};
        buf_fmt(&name, "%s%s", path, BESIDE[i]);
        unlink(name.at);
    }
}

static bool folder_and_name(const char *path, struct stat *folder, const char **name)
{
    AUTO(buf) copy = {0};
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    buf_add(&copy, slash ? str_from(path, (size_t)(slash - path) + 1) : S("."));
    return stat(copy.at, folder) == 0;
}

/* One file by whatever names, or one name in one folder where nothing stands yet. */
static bool is_same_place(const char *a, const char *b)
{
    struct stat x, y;
    const char *name_a, *name_b;
    if (stat(a, &x) == 0 && stat(b, &y) == 0)
        return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
    return folder_and_name(a, &x, &name_a) && folder_and_name(b, &y, &name_b) && x.st_dev == y.st_dev && x.st_ino == y.st_ino &&
           strcmp(name_a, name_b) == 0;
}

static bool is_of_database(const char *path, const char *db)
{
    bool same = is_same_place(path, db);
    for (size_t i = 0; i < COUNT(BESIDE) && !same; i++) {
        AUTO(buf) name = {0};
        buf_fmt(&name, "%s%s", db, BESIDE[i]);
        same = is_same_place(path, name.at);
    }
    return same;
}

/* Copies a database into `path` (which is not there) and makes sure that the copy is whole. */
static bool copy_verified(struct db *from, const char *path, struct err *err)
{
    sqlite3 *to = NULL;
    bool ok = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK ||
              err_set(err, ERR_IO, "%s: %s", path, sqlite3_errmsg(to));
    ok = ok && copy_pages(from->sqlite, to, path, err);
    /* One plain file, without a log beside it. */
    if (ok && sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
        ok = err_set(err, ERR_IO, "%s: %s", path, sqlite3_errmsg(to));
    sqlite3_close(to);
    if (!ok)
        return false;
    struct db copy;
    bool well = true;
    ok = db_open(&copy, path, false, false, err) && db_check_schema(&copy, err) && integrity(&copy, NULL, NULL, &well, err);
    db_close(&copy);
    return ok && (well || err_set(err, ERR_IO, "%s: the copy is damaged; the disk may be failing", path));
}

bool store_backup(struct store *s, const char *to, struct err *err)
{
    AUTO(out_file) o = {0};
    if (!out_file_begin(&o, to, err))
        return false;
    if (is_of_database(o.target.at, sqlite3_db_filename(s->db.sqlite, "main")))
        return err_set(err, ERR_INVALID, "%s: that is the database itself, or a file that belongs to it; give the copy a name of its own", to);
    const char *made = out_file_path(&o, "sqlite", err);
    if (!made)
        return false;
    if (!copy_verified(&s->db, made, err))
        return out_file_failed(&o, err);
    if (!o.is_special)
        remove_logs(o.target.at);
    return out_file_end(&o, err);
}

/* Nobody may have the database open while it is replaced. */
static bool stands_still(const char *path, struct err *err)
{
    if (access(path, F_OK) != 0)
        return true;
    sqlite3 *db = NULL;
    bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
              sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;", NULL, NULL, NULL) == SQLITE_OK;
    int rc = sqlite3_errcode(db);
    sqlite3_close(db);
    if (ok || rc == SQLITE_NOTADB || rc == SQLITE_CORRUPT)
        return true;
    return err_set(err, ERR_BUSY, "%s: a server or another program has it open; stop it, then restore", path);
}

static bool open_backup(struct db *backup, const char *from, struct err *err)
{
    bool well = true;
    if (access(from, R_OK) != 0)
        return err_errno(err, "%s", from);
    return db_open(backup, from, false, false, err) && db_check_schema(backup, err) && integrity(backup, NULL, NULL, &well, err) &&
           (well || err_set(err, ERR_IO, "%s: this backup is damaged; take an older one", from));
}

static bool put_back(struct db *backup, struct out_file *o, struct err *err)
{
    const char *made = out_file_path(o, "sqlite", err);
    if (!made)
        return false;
    if (!copy_verified(backup, made, err))
        return out_file_failed(o, err);
    remove_logs(o->target.at);
    return out_file_end(o, err);
}

bool store_restore(const char *from, const char *to, struct err *err)
{
    AUTO(out_file) o = {0};
    struct db backup = {0};
    if (!out_file_begin(&o, to, err))
        return false;
    if (o.is_special)
        return err_set(err, ERR_INVALID, "%s: a database is a file; --db names it", to);
    if (is_of_database(from, o.target.at))
        return err_set(err, ERR_INVALID, "%s: that is the database itself, or a file that belongs to it; name a backup", from);
    bool ok = open_backup(&backup, from, err) && stands_still(o.target.at, err) && put_back(&backup, &o, err);
    db_close(&backup);
    return ok;
}

/* ---- check ---- */

struct checking {
    struct store *s;
    void (*say)(void *ctx, const char *line);
    void *ctx;
    bool well;
};

static void found(struct checking *c, const char *what, int64_t n)
{
    AUTO(buf) line = {0};
    buf_fmt(&line, "%s: %lld", what, (long long)n);
    c->well = false;
    c->say(c->ctx, line.at);
}

/* Questions whose answer is 0 when all is well. */
static const struct {
    const char *what, *sql;
} QUESTIONS[] = {
    {"records whose newest version is not in the history",
        "SELECT count(*) FROM deployment d WHERE NOT EXISTS (SELECT 1 FROM revision r WHERE r.deployment_id = d.id AND r.version = d.version)"},
    {"versions in the history that are newer than their record",
        "SELECT count(*) FROM revision r JOIN deployment d ON d.id = r.deployment_id WHERE r.version > d.version"},
    {"published records whose category differs from their history",
        "SELECT count(*) FROM deployment d JOIN revision r ON r.deployment_id = d.id AND r.version = d.version"
        " WHERE d.moderation = 'published' AND json_extract(r.snapshot, '$.category') IS NOT d.category"},
    {"records that are not in the change log",
        "SELECT count(*) FROM deployment d WHERE NOT EXISTS (SELECT 1 FROM change_log c WHERE c.deployment_id = d.id)"},
    {"published records missing from the word index (check --rebuild remakes it)",
        "SELECT count(*) FROM deployment d WHERE moderation = 'published' AND NOT EXISTS (SELECT 1 FROM deployment_words w WHERE w.rowid = d.id)"},
    {"words of records that are not published (check --rebuild)",
        "SELECT count(*) FROM deployment_words w WHERE NOT EXISTS (SELECT 1 FROM deployment d WHERE d.id = w.rowid AND d.moderation = 'published')"},
    {"published records with a position missing from the spatial index (check --rebuild)",
        "SELECT count(*) FROM deployment d WHERE moderation = 'published' AND geom IS NOT NULL AND public_precision = location_precision"
        " AND NOT EXISTS (SELECT 1 FROM deployment_box b WHERE b.id = d.id)"},
    {"records in the spatial index that are not where it says (check --rebuild)",
        "SELECT count(*) FROM deployment_box b LEFT JOIN deployment d ON d.id = b.id WHERE d.id IS NULL OR d.moderation <> 'published'"
        " OR (d.public_precision = d.location_precision AND (X(d.geom) < b.west - 1e-4 OR X(d.geom) > b.east + 1e-4"
        " OR Y(d.geom) < b.south - 1e-4 OR Y(d.geom) > b.north + 1e-4))"},
    {"devices outside the spatial index's box of their record (check --rebuild)",
        "SELECT count(*) FROM device v JOIN deployment d ON d.id = v.deployment_id JOIN deployment_box b ON b.id = d.id"
        " WHERE d.public_precision = d.location_precision AND (X(v.geom) < b.west - 1e-4 OR X(v.geom) > b.east + 1e-4)"},
};

static bool check_rows(struct checking *c, struct err *err)
{
    struct db *db = &c->s->db;
    if (!integrity(db, c->say, c->ctx, &c->well, err))
        return false;
    if (!c->well) /* what follows would be read from damaged pages */
        return err_set(err, ERR_IO, "%s: the file is damaged; `contrechamp restore BACKUP` puts a backup in its place", db->path);
    AUTO(stmt) q = db_stmt(db, "PRAGMA foreign_key_check");
    while (stmt_row(&q)) {
        AUTO(buf) line = {0};
        buf_fmt(&line, "a row of %.*s points at what is not there", STR_ARG(stmt_str(&q, 0)));
        c->well = false;
        c->say(c->ctx, line.at);
    }
    if (!stmt_ok(&q, err))
        return false;
    for (size_t i = 0; i < COUNT(QUESTIONS); i++) {
        int64_t n;
        if (!count_in(db, QUESTIONS[i].sql, &n, err))
            return false;
        if (n)
            found(c, QUESTIONS[i].what, n);
    }
    return true;
}

static bool rebuild(struct store *s, struct err *err)
{
    AUTO(tx) tx = {0};
    if (!tx_begin(&tx, &s->db, err) || !db_exec(&s->db, "DELETE FROM deployment_box; DELETE FROM deployment_words;", err))
        return false;
    AUTO(arena) a;
    arena_init(&a, 64 * 1024 * 1024);
    uint64_t *ids = NULL;
    size_t n = 0, room = 0;
    {
        AUTO(stmt) q = db_stmt(&s->db, "SELECT id FROM deployment WHERE moderation = 'published' ORDER BY id");
        while (stmt_row(&q)) {
            if (n == room)
                ids = base_grow(ids, room = room ? room * 2 : 1024, sizeof *ids);
            ids[n++] = (uint64_t)stmt_int(&q, 0);
        }
        if (!stmt_ok(&q, err)) {
            free(ids);
            return false;
        }
    }
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        arena_reset(&a);
        struct deployment d;
        bool there;
        ok = record_read(s, ids[i], 0, &a, &d, &there, err) && (!there || record_derive(s, &d, err));
    }
    free(ids);
    return ok && words_flush(s, err) && places_finish(s, err) && tx_commit(&tx, err);
}

bool store_check(struct store *s, bool remake, void (*say)(void *ctx, const char *line), void *ctx, struct err *err)
{
    if (remake && !rebuild(s, err))
        return false;
    struct checking c = {s, say, ctx, true};
    if (!check_rows(&c, err))
        return false;
    return c.well || err_set(err, ERR_IO, "%s: what is said above is wrong; `contrechamp check --rebuild` remakes indexes, `contrechamp restore BACKUP` brings a backup back", s->db.path);
}
