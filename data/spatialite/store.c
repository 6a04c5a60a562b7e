/*
 * Opening and closing, transactions over several steps, the change log.
 */
#include <string.h>
#include <unistd.h>

#include "data/base/clock.h"
#include "data/spatialite/inside.h"

bool store_open(struct store **out, const char *path, enum store_mode mode, struct err *err)
{
    if (mode != STORE_CREATE && access(path, F_OK) != 0)
        return err_set(err, ERR_MISSING, "%s: there is no such database; `contrechamp --db %s starter` or `import` makes it, --db names another",
            path, path);
    struct store *s = base_alloc(1, sizeof *s);
    s->mode = mode;
    bool ok = db_open(&s->db, path, mode != STORE_READ, mode == STORE_CREATE, err) &&
              (mode == STORE_READ ? db_check_schema(&s->db, err) : db_migrate(&s->db, err));
    if (!ok) {
        store_close(s);
        return false;
    }
    store_moved(s);
    *out = s;
    return true;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    store_rollback(s);
    db_close(&s->db);
    buf_done(&s->words);
    free(s);
}

bool store_begin(struct store *s, struct err *err)
{
    must(!s->has_tx);
    if (!tx_begin(&s->tx, &s->db, err))
        return false;
    s->has_tx = true;
    return true;
}

bool store_commit(struct store *s, struct err *err)
{
    must(s->has_tx);
    if ((s->places_changed && !places_finish(s, err)) || !links_finish(s, err) || !words_flush(s, err) ||
        !tx_commit(&s->tx, err))
        return false;
    s->has_tx = s->places_changed = false;
    return true;
}

void store_rollback(struct store *s)
{
    if (s->has_tx)
        tx_done(&s->tx);
    buf_clear(&s->words);
    s->has_tx = s->places_changed = false;
}

/* The words of records wait in a buffer: what was added since the mark goes with it. */
bool store_mark(struct store *s, struct err *err)
{
    must(s->has_tx);
    s->words_marked = s->words.len;
    return db_exec(&s->db, "SAVEPOINT step", err);
}

bool store_mark_keep(struct store *s, struct err *err)
{
    return db_exec(&s->db, "RELEASE step", err);
}

void store_mark_undo(struct store *s)
{
    struct err err;
    s->words.len = MIN(s->words.len, s->words_marked);
    if (!db_exec(&s->db, "ROLLBACK TO step; RELEASE step", &err))
        must(!"a savepoint can be rolled back");
}

bool record_log_change(struct store *s, uint64_t id, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO change_log (deployment_id, at_s) VALUES (:id, :at)");
    stmt_bind_u64(&q, ":id", id);
    stmt_bind_i64(&q, ":at", clock_unix_s());
    return stmt_run(&q, err);
}

uint64_t store_seq(struct store *s)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT coalesce(max(seq), 0) FROM change_log");
    return stmt_row(&q) ? (uint64_t)stmt_int(&q, 0) : 0;
}

bool store_moved(struct store *s)
{
    AUTO(stmt) q = db_stmt(&s->db, "PRAGMA data_version");
    int64_t now = stmt_row(&q) ? stmt_int(&q, 0) : s->data_version;
    bool moved = now != s->data_version;
    s->data_version = now;
    return moved;
}

bool store_since_at_most(struct store *s, uint64_t seq, size_t most, struct arena *a, struct changes *out, struct err *err)
{
    size_t n = 0, room = 0;
    struct change *at = NULL;
    AUTO(stmt) count = db_stmt(&s->db, "SELECT count(*) FROM change_log WHERE seq > :seq");
    stmt_bind_u64(&count, ":seq", seq);
    if (stmt_row(&count))
        room = (size_t)stmt_int(&count, 0);
    if (!stmt_ok(&count, err))
        return false;
    room = MIN(room, most);
    if (room && !(at = ARENA_ARRAY(a, struct change, room)))
        return err_arena(err);
    AUTO(stmt) q = db_stmt(&s->db, "SELECT seq, deployment_id FROM change_log WHERE seq > :seq ORDER BY seq");
    stmt_bind_u64(&q, ":seq", seq);
    while (n < room && stmt_row(&q))
        at[n++] = (struct change){(uint64_t)stmt_int(&q, 0), (uint64_t)stmt_int(&q, 1)};
    if (!stmt_ok(&q, err))
        return false;
    *out = (struct changes){n, at, n ? at[n - 1].seq : seq};
    return true;
}

bool store_since(struct store *s, uint64_t seq, struct arena *a, struct changes *out, struct err *err)
{
    return store_since_at_most(s, seq, SIZE_MAX, a, out, err);
}
