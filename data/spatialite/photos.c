/*
 * Photos in their table. Which record one belongs to follows from its contribution: what that became, or else is about. A record
 * whose place is withheld shows none: a photo of a house front is its address.
 */
#include "data/photo_store.h"

#include <string.h>

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "data/spatialite/inside.h"
#include "data/spatialite/ruling.h"

const struct term PHOTO_STATE_TERMS[PHOTO_STATE_COUNT] = {
    [PHOTO_PENDING] = {"pending", "en attente", "waiting", "", ""},
    [PHOTO_PUBLISHED] = {"published", "acceptée", "accepted", "", ""},
    [PHOTO_REFUSED] = {"refused", "refusée", "refused", "", ""},
};

/* ---- coming in ---- */

static bool check(const struct photo *p, struct err *err)
{
    if (p->taken.year && p->taken.lo > (int32_t)(clock_unix_s() / 86400))
        return err_set(err, ERR_INVALID, "taken: this month is still to come");
    if (p->taken.day)
        return err_set(err, ERR_INVALID, "taken: only the month is kept, never the day");
    if (str_runes(p->author) > PHOTO_AUTHOR_MAX_RUNES || !str_is_utf8(p->author))
        return err_set(err, ERR_INVALID, "author: it has more than %d characters; shorten it", PHOTO_AUTHOR_MAX_RUNES);
    return true;
}

static bool has_room(struct store *s, uint64_t contribution, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT (SELECT count(*) FROM photo WHERE contribution_id = c.id) FROM contribution c"
        " WHERE c.id = :id AND c.state IN ('pending', 'asked', 'held', 'accepted', 'merged')");
    stmt_bind_u64(&q, ":id", contribution);
    if (!stmt_row(&q))
        return stmt_ok(&q, err) && err_set(err, ERR_CONFLICT, "this contribution was refused or withdrawn; it takes no photos any more");
    if (stmt_int(&q, 0) >= PHOTOS_A_CONTRIBUTION_MAX)
        return err_set(err, ERR_TOO_BIG, "a contribution has at most %d photos, and this one has them", PHOTOS_A_CONTRIBUTION_MAX);
    return true;
}

bool photo_add(struct store *s, struct photo *p, struct str jpeg, struct err *err)
{
    AUTO(tx) tx = {0};
    if (!check(p, err) || !tx_begin(&tx, &s->db, err) || !has_room(s, p->contribution, err))
        return false;
    uint64_t id;
    AUTO(buf) taken = {0};
    hash_random(&id, sizeof id);
    id = (id >> 12) | 1;
    partial_date_write(&taken, p->taken);
    {
        AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO photo (id, contribution_id, taken_on, licence, author_label, blurred, width_px, height_px, jpeg)"
            " VALUES (:id, :contribution, :taken, :licence, :author, 0, :width, :height, :jpeg)");
        stmt_bind_u64(&q, ":id", id);
        stmt_bind_u64(&q, ":contribution", p->contribution);
        stmt_bind_str(&q, ":taken", buf_str(&taken));
        stmt_bind_str(&q, ":licence", p->licence);
        stmt_bind_str(&q, ":author", p->author);
        stmt_bind_i64(&q, ":width", p->width_px);
        stmt_bind_i64(&q, ":height", p->height_px);
        stmt_bind_blob(&q, ":jpeg", jpeg.at, jpeg.len);
        if (!stmt_run(&q, err))
            return false;
    }
    p->id = id;
    p->state = PHOTO_PENDING;
    return tx_commit(&tx, err);
}

/* ---- being looked for ---- */

#define COLUMNS                                                                                                        \
    "SELECT p.id, p.contribution_id, coalesce(c.result_id, c.target_id, p.deployment_id), p.state, p.taken_on, p.licence,"                 \
    " p.author_label, p.blurred, p.width_px, p.height_px, c.place_code FROM photo p LEFT JOIN contribution c ON c.id = p.contribution_id "

static struct photo photo_at(struct stmt *q, struct arena *a)
{
    struct photo p = {.id = (uint64_t)stmt_int(q, 0), .contribution = (uint64_t)stmt_int(q, 1), .record = (uint64_t)stmt_int(q, 2),
        .licence = stmt_copy(q, 5, a), .author = stmt_copy(q, 6, a), .blurred = stmt_int(q, 7) != 0, .width_px = (int)stmt_int(q, 8),
        .height_px = (int)stmt_int(q, 9), .place_code = stmt_copy(q, 10, a)};
    p.state = (enum photo_state)MAX(0, term_of(PHOTO_STATE_TERMS, stmt_str(q, 3)));
    if (!partial_date_read(stmt_str(q, 4), &p.taken))
        p.taken = (struct partial_date){0};
    return p;
}

bool photo_find(struct store *s, uint64_t id, struct arena *a, struct photo *out, bool *found, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, COLUMNS "WHERE p.id = :id");
    stmt_bind_u64(&q, ":id", id);
    if ((*found = stmt_row(&q)))
        *out = photo_at(&q, a);
    return stmt_ok(&q, err);
}

bool photo_jpeg(struct store *s, uint64_t id, struct buf *out, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT jpeg FROM photo WHERE id = :id");
    stmt_bind_u64(&q, ":id", id);
    if (stmt_row(&q))
        buf_add(out, stmt_str(&q, 0));
    return stmt_ok(&q, err);
}

bool photo_public_jpeg(struct store *s, uint64_t id, struct buf *out, enum photo_public *how, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT p.state = 'published' AND c.state IN ('accepted', 'merged') AND d.moderation = 'published' AND"
        " d.public_precision = d.location_precision, c.state = 'erased' OR e.deployment_id IS NOT NULL OR"
        " (p.state = 'published' AND c.state IN ('accepted', 'merged') AND d.moderation <> 'published'), p.jpeg"
        " FROM photo p LEFT JOIN contribution c ON c.id = p.contribution_id"
        " LEFT JOIN deployment d ON d.id = coalesce(c.result_id, c.target_id, p.deployment_id)"
        " LEFT JOIN erasure e ON e.deployment_id = coalesce(c.result_id, c.target_id, p.deployment_id) WHERE p.id = :id");
    stmt_bind_u64(&q, ":id", id);
    *how = PHOTO_IS_NOT;
    if (stmt_row(&q)) {
        *how = stmt_int(&q, 0) ? PHOTO_IS_PUBLIC : stmt_int(&q, 1) ? PHOTO_WAS_WITHDRAWN : PHOTO_IS_NOT;
        if (*how == PHOTO_IS_PUBLIC)
            buf_add(out, stmt_str(&q, 2));
    }
    return stmt_ok(&q, err);
}

static bool list(struct stmt *q, size_t most, struct arena *a, struct photo **out, size_t *n, struct err *err)
{
    *n = 0;
    if (!(*out = ARENA_ARRAY(a, struct photo, most)))
        return err_arena(err);
    while (*n < most && stmt_row(q))
        (*out)[(*n)++] = photo_at(q, a);
    return stmt_ok(q, err);
}

bool photo_of_contribution(struct store *s, uint64_t contribution, struct arena *a, struct photo **out, size_t *n, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, COLUMNS "WHERE p.contribution_id = :id ORDER BY p.rowid");
    stmt_bind_u64(&q, ":id", contribution);
    return list(&q, PHOTOS_A_CONTRIBUTION_MAX, a, out, n, err);
}

bool photo_of_record(struct store *s, uint64_t record, struct arena *a, struct photo **out, size_t *n, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, COLUMNS
        "WHERE p.state = 'published' AND p.contribution_id IN (SELECT id FROM contribution WHERE state IN ('accepted', 'merged') AND"
        " (result_id = :id OR (result_id IS NULL AND target_id = :id))) AND"
        " (SELECT public_precision = location_precision FROM deployment WHERE id = :id) ORDER BY p.taken_on DESC, p.id");
    stmt_bind_u64(&q, ":id", record);
    return list(&q, PHOTOS_SHOWN_MAX, a, out, n, err);
}

bool photo_waiting(struct store *s, const struct who *who, struct arena *a, struct photo **out, size_t *n, size_t *total, struct err *err)
{
    *n = *total = 0;
    if (!(*out = ARENA_ARRAY(a, struct photo, QUEUE_ROWS_MAX)))
        return err_arena(err);
    AUTO(stmt) q = db_stmt(&s->db, COLUMNS
        "WHERE p.state = 'pending' AND c.state IN ('pending', 'asked', 'held', 'accepted', 'merged') ORDER BY c.created_s, p.id");
    while (stmt_row(&q)) {
        struct arena_mark mark = arena_mark(a);
        struct photo p = photo_at(&q, a);
        bool mine = !who || who_may_at(who, p.place_code);
        if (mine && *n < QUEUE_ROWS_MAX)
            (*out)[(*n)++] = p;
        else
            arena_release(a, mark);
        *total += mine;
    }
    return stmt_ok(&q, err);
}

/* ---- decisions ---- */

static bool may_rule(struct store *s, uint64_t id, const struct who *who, struct photo *p, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, 64 * 1024);
    bool found;
    if (!photo_find(s, id, &a, p, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, "there is no photo %llu", (unsigned long long)id);
    if (who->role < ROLE_MODERATOR || !who_may_at(who, p->place_code))
        return err_set(err, ERR_DENIED, "only moderators of its place decide about a photo");
    if (p->state == PHOTO_REFUSED)
        return err_set(err, ERR_CONFLICT, "this photo was refused already, and nothing of it was kept");
    return true;
}

bool photo_rule(struct store *s, uint64_t id, const struct who *who, bool accept, struct err *err)
{
    struct photo p;
    AUTO(tx) tx = {0};
    if (!db_exec(&s->db, "PRAGMA secure_delete = ON", err) || !tx_begin(&tx, &s->db, err) || !may_rule(s, id, who, &p, err))
        return false;
    AUTO(stmt) yes = db_stmt(&s->db, "UPDATE photo SET state = 'published' WHERE id = :id");
    AUTO(stmt) no = db_stmt(&s->db, "UPDATE photo SET state = 'refused', jpeg = zeroblob(0), author_label = NULL, taken_on = NULL WHERE id = :id");
    struct stmt *q = accept ? &yes : &no;
    stmt_bind_u64(q, ":id", id);
    return stmt_run(q, err) && (!p.record || record_log_change(s, p.record, err)) && tx_commit(&tx, err);
}

bool photo_replace(struct store *s, uint64_t id, const struct who *who, const struct sha256 *was, struct str jpeg, int width_px, int height_px, struct err *err)
{
    struct photo p;
    AUTO(tx) tx = {0};
    if (!db_exec(&s->db, "PRAGMA secure_delete = ON", err) || !tx_begin(&tx, &s->db, err) || !may_rule(s, id, who, &p, err))
        return false;
    AUTO(buf) now = {0};
    if (!photo_jpeg(s, id, &now, err))
        return false;
    struct sha256 is = hash_sha256(buf_str(&now));
    if (memcmp(&is, was, sizeof is) != 0)
        return err_set(err, ERR_CONFLICT, "somebody else blurred this photo meanwhile; look at it again");
    AUTO(stmt) q = db_stmt(&s->db, "UPDATE photo SET jpeg = :jpeg, width_px = :width, height_px = :height, blurred = 1, state = 'pending'"
        " WHERE id = :id");
    stmt_bind_blob(&q, ":jpeg", jpeg.at, jpeg.len);
    stmt_bind_i64(&q, ":width", width_px);
    stmt_bind_i64(&q, ":height", height_px);
    stmt_bind_u64(&q, ":id", id);
    return stmt_run(&q, err) && (!p.record || record_log_change(s, p.record, err)) && tx_commit(&tx, err);
}

/* ---- what becomes of a contribution's photos ---- */

bool photos_drop(struct store *s, uint64_t contribution, struct err *err)
{
    if (!db_exec(&s->db, "PRAGMA secure_delete = ON", err))
        return false;
    AUTO(stmt) q = db_stmt(&s->db,
        "UPDATE photo SET state = 'refused', jpeg = zeroblob(0), author_label = NULL, taken_on = NULL WHERE contribution_id = :id");
    stmt_bind_u64(&q, ":id", contribution);
    return stmt_run(&q, err);
}

bool photos_withhold(struct store *s, uint64_t record, struct buf *ids, size_t *n, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, 1024 * 1024);
    struct photo *all;
    if (!photo_of_record(s, record, &a, &all, n, err))
        return false;
    for (size_t i = 0; i < *n; i++) {
        AUTO(stmt) q = db_stmt(&s->db, "UPDATE photo SET state = 'pending' WHERE id = :id");
        stmt_bind_u64(&q, ":id", all[i].id);
        if (!stmt_run(&q, err))
            return false;
        buf_fmt(ids, "%s%llu", i ? "," : "", (unsigned long long)all[i].id);
    }
    return true;
}

bool photos_show_again(struct store *s, uint64_t record, const struct json *ids, struct err *err)
{
    for (size_t i = 0; i < json_size(ids); i++) {
        AUTO(stmt) q = db_stmt(&s->db, "UPDATE photo SET state = 'published' WHERE id = :id AND state = 'pending' AND contribution_id IN"
            " (SELECT id FROM contribution WHERE result_id = :record OR target_id = :record)");
        stmt_bind_i64(&q, ":id", json_integer(json_at(ids, i)));
        stmt_bind_u64(&q, ":record", record);
        if (!stmt_run(&q, err))
            return false;
    }
    return true;
}
