#include "data/changes.h"

#include "data/base/clock.h"
#include "data/spatialite/inside.h"

enum { DAY_S = 86400 };

/* ---- for moderators ---- */

static void bind_whose(struct stmt *q, const struct made_changes *m)
{
    stmt_bind_i64(q, ":account", (int64_t)m->account_id);
    stmt_bind_i64(q, ":token", (int64_t)m->token_id);
}

#define WHOSE "r.by_hand AND (:account = 0 OR r.account_id = :account) AND (:token = 0 OR r.token_id = :token)"

bool store_made_changes(struct store *s, const struct made_changes *m, struct arena *a, struct made_change **out, size_t *n, size_t *total,
    struct err *err)
{
    size_t limit = MIN(m->limit, (size_t)MADE_CHANGES_MAX);
    struct made_change *at = ARENA_ARRAY(a, struct made_change, MADE_CHANGES_MAX);
    if (!at)
        return err_arena(err);
    bool sifted = (m->account_id || m->token_id) && m->who && !who_may_at(m->who, S(""));
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT r.deployment_id, r.version, d.version, r.kind, r.reason, r.at_s, r.account_id, r.token_id, coalesce(p.name, t.label),"
        " d.place_id, d.moderation = 'published' FROM revision r JOIN deployment d ON d.id = r.deployment_id"
        " LEFT JOIN account p ON p.id = r.account_id LEFT JOIN token t ON t.id = r.token_id WHERE " WHOSE
        " ORDER BY r.at_s DESC, r.deployment_id, r.version DESC LIMIT :limit OFFSET :offset");
    bind_whose(&q, m);
    stmt_bind_i64(&q, ":limit", sifted ? -1 : (int64_t)limit);
    stmt_bind_u64(&q, ":offset", sifted ? 0 : m->offset);
    *n = 0;
    size_t seen = 0;
    while (stmt_row(&q)) {
        if (sifted && !who_may_at(m->who, stmt_str(&q, 9)))
            continue;
        if (seen++ < (sifted ? m->offset : 0) || *n == limit)
            continue;
        at[(*n)++] = (struct made_change){.id = (uint64_t)stmt_int(&q, 0), .version = (uint32_t)stmt_int(&q, 1), .newest = (uint32_t)stmt_int(&q, 2),
            .kind = stmt_copy(&q, 3, a), .reason = stmt_copy(&q, 4, a), .at_s = stmt_int(&q, 5), .account_id = (uint64_t)stmt_int(&q, 6),
            .token_id = (uint64_t)stmt_int(&q, 7), .by = stmt_copy(&q, 8, a), .place_code = stmt_copy(&q, 9, a), .is_published = stmt_int(&q, 10) != 0};
    }
    *out = at;
    *total = seen;
    if (sifted || !stmt_ok(&q, err))
        return stmt_ok(&q, err);
    AUTO(stmt) count = db_stmt(&s->db, "SELECT count(*) FROM revision r WHERE " WHOSE);
    bind_whose(&count, m);
    *total = stmt_row(&count) ? (size_t)stmt_int(&count, 0) : 0;
    return stmt_ok(&count, err);
}

/* ---- for everybody ---- */

bool store_changed_months(struct store *s, struct arena *a, struct month_count **out, size_t *n, struct err *err)
{
    struct month_count *at = ARENA_ARRAY(a, struct month_count, MONTHS_SHOWN_MAX);
    if (!at)
        return err_arena(err);
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT CAST(strftime('%Y', r.at_s, 'unixepoch') AS INTEGER) y, CAST(strftime('%m', r.at_s, 'unixepoch') AS INTEGER) m,"
        " count(DISTINCT r.deployment_id) FROM revision r JOIN deployment d ON d.id = r.deployment_id"
        " WHERE r.by_hand AND d.moderation = 'published' GROUP BY y, m ORDER BY y DESC, m DESC LIMIT 240");
    *n = 0;
    while (*n < MONTHS_SHOWN_MAX && stmt_row(&q))
        at[(*n)++] = (struct month_count){(int)stmt_int(&q, 0), (int)stmt_int(&q, 1), (uint64_t)stmt_int(&q, 2)};
    *out = at;
    return stmt_ok(&q, err);
}

static void bind_month(struct stmt *q, int year, int month)
{
    struct ymd first = {year, month, 1}, next = {month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1};
    stmt_bind_i64(q, ":from", (int64_t)clock_day(first) * DAY_S);
    stmt_bind_i64(q, ":until", (int64_t)clock_day(next) * DAY_S);
}

#define IN_MONTH "FROM revision r JOIN deployment d ON d.id = r.deployment_id WHERE r.by_hand AND r.at_s >= :from AND r.at_s < :until AND d.moderation = 'published'"

bool store_month_changes(struct store *s, int year, int month, size_t offset, size_t limit, struct arena *a, struct month_change **out, size_t *n,
    size_t *total, struct err *err)
{
    limit = MIN(limit, (size_t)MADE_CHANGES_MAX);
    struct month_change *at = ARENA_ARRAY(a, struct month_change, MADE_CHANGES_MAX);
    if (!at)
        return err_arena(err);
    AUTO(stmt) count = db_stmt(&s->db, "SELECT count(DISTINCT r.deployment_id) " IN_MONTH);
    bind_month(&count, year, month);
    *total = stmt_row(&count) ? (size_t)stmt_int(&count, 0) : 0;
    if (!stmt_ok(&count, err))
        return false;
    AUTO(stmt) q = db_stmt(&s->db, "SELECT r.deployment_id, count(*), max(r.version = 1), max(r.kind = 'revert') " IN_MONTH
        " GROUP BY r.deployment_id ORDER BY r.deployment_id LIMIT :limit OFFSET :offset");
    bind_month(&q, year, month);
    stmt_bind_u64(&q, ":limit", limit);
    stmt_bind_u64(&q, ":offset", offset);
    *n = 0;
    while (*n < limit && stmt_row(&q))
        at[(*n)++] = (struct month_change){(uint64_t)stmt_int(&q, 0), (uint64_t)stmt_int(&q, 1), stmt_int(&q, 2) != 0, stmt_int(&q, 3) != 0};
    *out = at;
    return stmt_ok(&q, err);
}
