/*
 * One connection to the SpatiaLite file: statements prepared once and kept, transactions that roll back by themselves.
 * Inner to the store: only the files of this folder include it.
 */
#ifndef DATA_SPATIALITE_DB_H
#define DATA_SPATIALITE_DB_H

#include <sqlite3.h>

#include "data/base/err.h"
#include "data/base/str.h"
#include "data/geo/shape.h"

enum { DB_APPLICATION_ID = 1129206851 /* "CNRC" */, DB_STATEMENTS_MAX = 256, DB_BUSY_MS = 10 * 1000 };

struct db {
    sqlite3 *sqlite;
    void *spatialite;
    char *path;
    struct db_kept {
        const char *sql;     /* a literal: known again by its address */
        sqlite3_stmt *stmt;
    } kept[DB_STATEMENTS_MAX];
    size_t n_kept;
    bool in_tx;
};

/* Opens what is there (or, with create, makes an empty file) with this project's settings; no schema is looked at. */
bool db_open(struct db *db, const char *path, bool writable, bool create, struct err *err) MUST_USE;
void db_close(struct db *db); /* works on a zeroed struct */

/* Brings the schema up to the newest, each step in its own transaction; an older program refuses a newer file. */
bool db_migrate(struct db *db, struct err *err) MUST_USE;
bool db_check_schema(struct db *db, struct err *err) MUST_USE; /* for readers: what is there is what this program knows */

/* Constant text, run for its effect. */
bool db_exec(struct db *db, const char *sql, struct err *err) MUST_USE;

/* A kept statement in use. Steps that fail are remembered; stmt_ok asks once. */
struct stmt {
    struct db *db;
    sqlite3_stmt *q;
    int rc;
};
struct stmt db_stmt(struct db *db, const char *sql);
void stmt_done(struct stmt *s); /* resets it for the next use */
void stmt_bind_i64(struct stmt *s, const char *name, int64_t v);
void stmt_bind_u64(struct stmt *s, const char *name, uint64_t v);
void stmt_bind_double(struct stmt *s, const char *name, double v); /* NULL when NAN */
void stmt_bind_str(struct stmt *s, const char *name, struct str v); /* NULL when empty; borrowed until stmt_done */
void stmt_bind_text(struct stmt *s, const char *name, struct str v); /* '' when empty */
void stmt_bind_blob(struct stmt *s, const char *name, const void *bytes, size_t n); /* borrowed until stmt_done */
void stmt_bind_wkb(struct stmt *s, const char *name, const struct shape *shape); /* NULL when empty */
bool stmt_row(struct stmt *s);                    /* true while there is a row */
bool stmt_run(struct stmt *s, struct err *err);   /* for statements without rows; resets, bindings cleared */
bool stmt_ok(struct stmt *s, struct err *err);
int64_t stmt_int(struct stmt *s, int column);
double stmt_double(struct stmt *s, int column);
bool stmt_null(struct stmt *s, int column);
struct str stmt_str(struct stmt *s, int column);                       /* borrowed until the next row */
struct str stmt_copy(struct stmt *s, int column, struct arena *a);

/* A transaction that is rolled back at the end of its scope unless committed. Inside another it is part of that one. */
struct tx {
    struct db *db; /* NULL: committed, or part of an outer one */
};
bool tx_begin(struct tx *tx, struct db *db, struct err *err) MUST_USE; /* BEGIN IMMEDIATE */
bool tx_commit(struct tx *tx, struct err *err) MUST_USE;
void tx_done(struct tx *tx);

#endif
