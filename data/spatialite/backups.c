/* Where backups were put. The copying itself is in upkeep.c. */
#include <stdlib.h>
#include <unistd.h>

#include "data/base/clock.h"
#include "data/contribution.h"
#include "data/spatialite/inside.h"

enum { BACKUPS_MAX = 1000 };

bool store_note_backup(struct store *s, const char *path, struct err *err)
{
    AUTO_FREE char *whole = realpath(path, NULL);
    if (!whole)
        return err_errno(err, "%s", path);
    AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO backup (path, day) VALUES (:path, :day) ON CONFLICT (path) DO UPDATE SET day = excluded.day");
    stmt_bind_str(&q, ":path", str_of(whole));
    stmt_bind_i64(&q, ":day", clock_unix_s() / 86400);
    return stmt_run(&q, err);
}

/* A copy that cannot be read is none that is known to be without it. */
static enum backup_state look_into(const char *path, uint64_t id)
{
    struct store *copy;
    struct err err;
    struct deployment d;
    bool found = false;
    if (access(path, F_OK) != 0)
        return BACKUP_GONE;
    if (!store_open(&copy, path, STORE_READ, &err))
        return BACKUP_UNREADABLE;
    AUTO(arena) a;
    arena_init(&a, 64 << 20);
    bool ok = store_find(copy, id, true, &a, &d, &found, &err);
    bool holds = found && !record_is_erased(copy, id);
    store_close(copy);
    return !ok ? BACKUP_UNREADABLE : holds ? BACKUP_HOLDS_IT : BACKUP_CLEAN;
}

bool store_backups_of(struct store *s, uint64_t id, struct arena *a, struct backup **out, size_t *n, struct err *err)
{
    if (!(*out = ARENA_ARRAY(a, struct backup, BACKUPS_MAX)))
        return err_arena(err);
    *n = 0;
    AUTO(stmt) q = db_stmt(&s->db, "SELECT path, day FROM backup ORDER BY day DESC, path LIMIT 1000");
    while (*n < BACKUPS_MAX && stmt_row(&q))
        (*out)[(*n)++] = (struct backup){.path = stmt_copy(&q, 0, a), .day = (int32_t)stmt_int(&q, 1)};
    for (size_t i = 0; i < *n; i++)
        (*out)[i].state = look_into(str_cstr(a, (*out)[i].path), id);
    return stmt_ok(&q, err);
}
