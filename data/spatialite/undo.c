/*
 * Changes taken back: one version, all that somebody did; and erasure, which is the only thing that overwrites.
 */
#include <string.h>

#include "data/base/clock.h"
#include "data/spatialite/ruling.h"

enum { UNDO_ARENA_BYTES = 64 * 1024 * 1024, DAY_S = 86400 };

static bool put_back(struct store *s, uint64_t id, uint32_t version, const struct who *who, struct str reason, struct arena *a, struct err *err)
{
    struct deployment now, then;
    bool found, had;
    if (!record_read(s, id, 0, a, &now, &found, err) || !record_read(s, id, version, a, &then, &had, err))
        return false;
    if (!found || !had)
        return err_set(err, ERR_MISSING, "there is no version %u of record %llu", version, (unsigned long long)id);
    if (now.moderation == MODERATION_DELETED)
        return err_set(err, ERR_CONFLICT, "record %llu was withdrawn and stays so", (unsigned long long)id);
    then.moderation = MODERATION_PUBLISHED;
    then.id = id;
    then.slug = now.slug;
    struct edit e = {.kind = EDIT_PUT, .deployment = &then, .revision = REVISION_REVERT, .reason = reason, .by_hand = true,
        .account_id = who->account_id, .token_id = who->token_id};
    return store_apply(s, &e, 1, err);
}

bool record_return_to(struct store *s, uint64_t id, uint32_t version, const struct who *who, struct str reason, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, UNDO_ARENA_BYTES);
    AUTO(tx) tx = {0};
    struct deployment d, then;
    bool found, had;
    if (!tx_begin(&tx, &s->db, err) || !record_read(s, id, 0, &a, &d, &found, err) || !record_read(s, id, version, &a, &then, &had, err))
        return false;
    if (!found || !had)
        return err_set(err, ERR_MISSING, "there is no version %u of record %llu", version, (unsigned long long)id);
    if (who->role < ROLE_MODERATOR)
        return err_set(err, ERR_DENIED, "only moderators of its place take a change back");
    if (!rights_over(s, who, &d, &then, &a, err))
        return false;
    if (rights_two_person(s, d.place_code, &d, &then) && !who_may_at(who, S("")))
        return err_set(err, ERR_DENIED, "two people decide here: propose the older state as a correction, so that a second can agree");
    return put_back(s, id, version, who, reason, &a, err) && tx_commit(&tx, err);
}

struct step {
    uint64_t id;
    uint32_t before, newest; /* version before the first of theirs; 0: they brought it */
    bool others_since;
};

static bool list_steps(struct store *s, struct undo_of of, struct step **out, size_t *n, struct err *err)
{
    size_t room = 0;
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT r.deployment_id, min(r.version) - 1, d.version, d.version <> max(r.version) FROM revision r JOIN deployment d ON"
        " d.id = r.deployment_id WHERE (r.account_id = :account OR r.token_id = :token) AND d.moderation <> 'deleted' AND r.kind <> 'revert'"
        " GROUP BY r.deployment_id");
    if (of.account_id)
        stmt_bind_u64(&q, ":account", of.account_id);
    if (of.token_id)
        stmt_bind_u64(&q, ":token", of.token_id);
    *n = 0;
    while (stmt_row(&q)) {
        if (*n == room)
            *out = base_grow(*out, room = MAX(256, room * 2), sizeof **out);
        (*out)[(*n)++] = (struct step){(uint64_t)stmt_int(&q, 0), (uint32_t)stmt_int(&q, 1), (uint32_t)stmt_int(&q, 2), stmt_int(&q, 3) != 0};
    }
    return stmt_ok(&q, err);
}

static bool take_back(struct store *s, const struct step *step, const struct who *who, struct str reason, struct arena *a, struct err *err)
{
    if (step->before)
        return put_back(s, step->id, step->before, who, reason, a, err);
    struct deployment d = {.id = step->id};
    struct edit e = {.kind = EDIT_DELETE, .deployment = &d, .revision = REVISION_REVERT, .reason = reason, .by_hand = true,
        .account_id = who->account_id, .token_id = who->token_id};
    return store_apply(s, &e, 1, err);
}

bool record_undo_all(struct store *s, struct undo_of of, const struct who *who, struct str reason, size_t *undone, size_t *left, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, UNDO_ARENA_BYTES);
    AUTO(tx) tx = {0};
    AUTO_FREE struct step *steps = NULL;
    size_t n;
    *undone = *left = 0;
    if (!who_may_at(who, S("")))
        return err_set(err, ERR_DENIED, "taking back all that somebody did is for those who may everywhere");
    if (!tx_begin(&tx, &s->db, err) || !list_steps(s, of, &steps, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        arena_reset(&a);
        if (steps[i].others_since) {
            ++*left;
            continue;
        }
        if (!take_back(s, &steps[i], who, reason, &a, err))
            return false;
        ++*undone;
    }
    return tx_commit(&tx, err);
}

bool record_would_undo_all(struct store *s, struct undo_of of, size_t *undone, size_t *left, struct err *err)
{
    AUTO_FREE struct step *steps = NULL;
    size_t n;
    if (!list_steps(s, of, &steps, &n, err))
        return false;
    *undone = *left = 0;
    for (size_t i = 0; i < n; i++)
        ++*(steps[i].others_since ? left : undone);
    return true;
}

/* ---- erasure ---- */

static bool run_all(struct store *s, const char *const *texts, size_t n, uint64_t id, struct str ground, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        AUTO(stmt) q = db_stmt(&s->db, texts[i]);
        stmt_bind_u64(&q, ":id", id);
        if (strstr(texts[i], ":ground"))
            stmt_bind_text(&q, ":ground", ground);
        if (strstr(texts[i], ":day"))
            stmt_bind_i64(&q, ":day", clock_unix_s() / DAY_S);
        if (!stmt_run(&q, err))
            return false;
    }
    return true;
}

/* Sources that no other record names go too: they may hold the very text. */
static const char *const ERASE[] = {
    "INSERT OR REPLACE INTO erasure (deployment_id, day, ground) VALUES (:id, :day, :ground)",
    "INSERT OR IGNORE INTO tombstone (key) SELECT key FROM identity WHERE deployment_id = :id",
    "DELETE FROM identity WHERE deployment_id = :id",
    "DELETE FROM reply WHERE deployment_id = :id",
    "UPDATE photo SET state = 'refused', jpeg = zeroblob(0), author_label = NULL, taken_on = NULL, width_px = 0, height_px = 0"
    " WHERE deployment_id = :id OR contribution_id IN (SELECT id FROM contribution WHERE target_id = :id OR result_id = :id)",
    "DELETE FROM upload_row WHERE contribution_id IN (SELECT id FROM contribution WHERE target_id = :id OR result_id = :id)",
    "DELETE FROM contribution_message WHERE contribution_id IN (SELECT id FROM contribution WHERE target_id = :id OR result_id = :id)",
    "UPDATE contribution SET state = 'erased', patch = '{}', note = '', reason = '', place_code = '', lon = NULL, lat = NULL,"
    " account_id = NULL, token_id = NULL, version = version + 1 WHERE target_id = :id OR result_id = :id",
    "UPDATE revision SET snapshot = '{}', reason = NULL, content_hash = NULL, account_id = NULL, token_id = NULL, moderation = 'deleted'"
    " WHERE deployment_id = :id",
    "UPDATE deployment SET slug = NULL, title_fr = NULL, title_en = NULL, category = 'other', categories2 = 0, capabilities = 0,"
    " place_id = NULL, place_name = NULL, accuracy_m = NULL, status = 'unknown', status_since = NULL, device_count = NULL,"
    " device_count_as_of = NULL, legal_basis = NULL, legal_basis_text = NULL, authorisation_ref = NULL, authorised_on = NULL,"
    " authorised_until = NULL, retention_days = NULL, summary_fr = NULL, summary_en = NULL, body_fr = NULL, body_en = NULL, ref = NULL,"
    " source_name = NULL, osm_type = NULL, osm_id = NULL, external_id = NULL, external_source = NULL, attribution = NULL,"
    " first_seen = NULL, last_confirmed = NULL, review_after = NULL, location_precision = 'country', public_precision = 'country',"
    " geom = NULL, moderation = 'deleted' WHERE id = :id",
};

bool record_erase(struct store *s, uint64_t id, struct str ground, struct err *err)
{
    static const char *const orphans[] = {
        "DELETE FROM source WHERE id NOT IN (SELECT source_id FROM deployment_source)"
        " AND id NOT IN (SELECT source_id FROM status_event WHERE source_id IS NOT NULL)"
        " AND id NOT IN (SELECT source_id FROM claim WHERE source_id IS NOT NULL) AND :id > 0",
        "DELETE FROM deployment_link WHERE to_id = :id",
    };
    if (!str_trim(ground).len)
        return err_set(err, ERR_INVALID, "the ground of an erasure is kept and shown: say it with --reason");
    if (!db_exec(&s->db, "PRAGMA secure_delete = ON", err))
        return false;
    {
        AUTO(tx) tx = {0};
        if (!tx_begin(&tx, &s->db, err))
            return false;
        AUTO(stmt) known = db_stmt(&s->db, "SELECT 1 FROM deployment WHERE id = :id");
        stmt_bind_u64(&known, ":id", id);
        if (!stmt_row(&known))
            return stmt_ok(&known, err) && err_set(err, ERR_MISSING, "there is no record %llu", (unsigned long long)id);
        stmt_done(&known);
        if (!record_remove_rows(s, id, err) || !run_all(s, ERASE, COUNT(ERASE), id, ground, err) ||
            !run_all(s, orphans, COUNT(orphans), id, ground, err) || !record_log_change(s, id, err) || !tx_commit(&tx, err))
            return false;
    }
    /* What FTS5 merges later and what the log still holds would keep the words. */
    return db_exec(&s->db, "INSERT INTO deployment_words (deployment_words) VALUES ('optimize')", err) &&
           db_exec(&s->db, "PRAGMA wal_checkpoint(TRUNCATE)", err);
}

bool record_is_erased(struct store *s, uint64_t id)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT 1 FROM erasure WHERE deployment_id = :id");
    stmt_bind_u64(&q, ":id", id);
    return stmt_row(&q);
}
