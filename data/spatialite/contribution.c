/*
 * Contributions as they are kept: coming in, being looked for, being talked about, growing old. What a decision does with
 * them is in ruling.c.
 */
#include "data/contribution.h"

#include "data/base/clock.h"
#include "data/spatialite/ruling.h"

const struct term CONTRIBUTION_KIND_TERMS[CONTRIBUTION_KIND_COUNT] = {
    [CONTRIBUTION_ADD] = {"add", "ajout", "addition", "", ""},
    [CONTRIBUTION_EDIT] = {"edit", "correction", "correction", "", ""},
    [CONTRIBUTION_REMOVE] = {"remove", "retrait de la fiche", "removal of the record", "", ""},
    [CONTRIBUTION_CONFIRM] = {"confirm", "toujours là", "still there", "", ""},
    [CONTRIBUTION_GONE] = {"gone", "n'est plus là", "gone", "", ""},
    [CONTRIBUTION_PROBLEM] = {"problem", "erreur signalée", "reported error", "", ""},
    [CONTRIBUTION_PRIVACY] = {"privacy", "atteinte à la vie privée", "privacy problem", "", ""},
    [CONTRIBUTION_REPLY] = {"reply", "droit de réponse", "right of reply", "", ""},
    [CONTRIBUTION_UNLAWFUL] = {"unlawful", "contenu illicite", "unlawful content", "", ""},
};
const struct term CONTRIBUTION_STATE_TERMS[CONTRIBUTION_STATE_COUNT] = {
    [CONTRIBUTION_PENDING] = {"pending", "en attente", "waiting", "", ""},
    [CONTRIBUTION_ASKED] = {"asked", "une question vous est posée", "a question waits for you", "", ""},
    [CONTRIBUTION_HELD] = {"held", "acceptée, bientôt publiée", "accepted, published soon", "", ""},
    [CONTRIBUTION_ACCEPTED] = {"accepted", "acceptée", "accepted", "", ""},
    [CONTRIBUTION_REFUSED] = {"refused", "refusée", "refused", "", ""},
    [CONTRIBUTION_MERGED] = {"merged", "réunie à une autre fiche", "merged into another record", "", ""},
    [CONTRIBUTION_LAPSED] = {"lapsed", "sans suite", "lapsed", "", ""},
    [CONTRIBUTION_ERASED] = {"erased", "effacée", "erased", "", ""},
};

enum { DAY_S = 86400 };

bool contribution_is_urgent(const struct contribution *c)
{
    return c->kind == CONTRIBUTION_PRIVACY || c->kind == CONTRIBUTION_REPLY || c->kind == CONTRIBUTION_UNLAWFUL ||
           clock_unix_s() - c->created_s > (int64_t)URGENT_AFTER_DAYS * DAY_S;
}

/* ---- coming in ---- */

/* Where it lies decides who may decide: by its own position, else by that of the record it is about. */
static bool find_place(struct store *s, struct contribution *c, struct arena *a, struct err *err)
{
    struct str name;
    if (c->target) {
        AUTO(stmt) q = db_stmt(&s->db, "SELECT coalesce(place_id, ''), X(geom), Y(geom) FROM deployment WHERE id = :id");
        stmt_bind_u64(&q, ":id", c->target);
        if (stmt_row(&q)) {
            c->place_code = stmt_copy(&q, 0, a);
            if (!c->has_position && !stmt_null(&q, 1)) {
                c->has_position = true;
                c->at = (struct lonlat){stmt_double(&q, 1), stmt_double(&q, 2)};
            }
        }
        if (!stmt_ok(&q, err))
            return false;
    }
    return c->place_code.len || !c->has_position || store_commune_at(s, c->at, a, &c->place_code, &name, err);
}

static bool insert(struct store *s, struct contribution *c, struct str receipt, struct err *err)
{
    struct sha256 hash;
    AUTO(stmt) q = db_stmt(&s->db,
        "INSERT INTO contribution (id, kind, target_id, base_version, patch, note, survey, place_code, lon, lat, receipt, account_id,"
        " token_id, batch_id, created_s, due_s, effect_version) VALUES (:id, :kind, :target, :base, :patch, :note, :survey, :place, :lon,"
        " :lat, :receipt, :account, :token, :batch, :created, :due, :effect)");
    stmt_bind_u64(&q, ":id", c->id);
    stmt_bind_str(&q, ":kind", str_of(CONTRIBUTION_KIND_TERMS[c->kind].code));
    if (c->target) {
        stmt_bind_u64(&q, ":target", c->target);
        stmt_bind_i64(&q, ":base", c->base_version);
    }
    stmt_bind_str(&q, ":patch", c->patch.len ? c->patch : S("{}"));
    stmt_bind_text(&q, ":note", c->note);
    stmt_bind_i64(&q, ":survey", c->survey);
    stmt_bind_text(&q, ":place", c->place_code);
    if (c->has_position) {
        stmt_bind_double(&q, ":lon", c->at.lon);
        stmt_bind_double(&q, ":lat", c->at.lat);
    }
    if (receipt.len) {
        if (!secret_hash(receipt, &hash))
            return err_set(err, ERR_INTERNAL, "the receipt is no code");
        stmt_bind_blob(&q, ":receipt", hash.bytes, sizeof hash.bytes);
    }
    const struct {
        const char *name;
        uint64_t value;
    } known[] = {{":account", c->account_id}, {":token", c->token_id}, {":batch", c->batch_id}, {":due", (uint64_t)c->due_s},
        {":effect", c->effect_version}};
    for (size_t i = 0; i < COUNT(known); i++)
        if (known[i].value)
            stmt_bind_u64(&q, known[i].name, known[i].value);
    stmt_bind_i64(&q, ":created", c->created_s);
    return stmt_run(&q, err);
}

/* What reports hold beside fields of the record; see contribution.h. */
static bool check_report(const struct contribution *c, struct err *err)
{
    AUTO(json_doc) doc = {0};
    struct partial_date seen;
    if (c->kind < CONTRIBUTION_CONFIRM)
        return true;
    if (!json_read(&doc, c->patch.len ? c->patch : S("{}"), &JSON_BODY, err))
        return err_under(err, "the report");
    struct str on = json_string(json_get(doc.root, S("seen_on"))), label = json_string(json_get(doc.root, S("label"))),
               text = json_string(json_get(doc.root, S("text")));
    if (c->kind != CONTRIBUTION_REPLY)
        return !on.len || (partial_date_read(on, &seen) && seen.lo <= (int32_t)(clock_unix_s() / DAY_S)) ||
               err_set(err, ERR_INVALID, "seen_on: it is a month such as 2026-10, and not to come");
    if (!str_trim(label).len || str_runes(label) > REPLY_LABEL_MAX_RUNES)
        return err_set(err, ERR_INVALID, "label: say who replies, in 1 to %d characters; it is shown with the reply", REPLY_LABEL_MAX_RUNES);
    if (!str_trim(text).len || str_runes(text) > CONTRIBUTION_NOTE_MAX_RUNES)
        return err_set(err, ERR_INVALID, "text: a reply has 1 to %d characters", CONTRIBUTION_NOTE_MAX_RUNES);
    return true;
}

static bool check_received(struct store *s, struct contribution *c, struct err *err)
{
    if (c->patch.len > CONTRIBUTION_PATCH_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "the proposal is larger than %d bytes; make several of it", CONTRIBUTION_PATCH_MAX_BYTES);
    if (str_runes(c->note) > CONTRIBUTION_NOTE_MAX_RUNES)
        return err_set(err, ERR_INVALID, "note: it has more than %d characters; shorten it", CONTRIBUTION_NOTE_MAX_RUNES);
    if ((c->kind == CONTRIBUTION_ADD) != (c->target == 0))
        return err_set(err, ERR_INVALID, "an addition has no record yet, and everything else names one");
    if (!check_report(c, err))
        return false;
    if (!c->target)
        return true;
    AUTO(stmt) q = db_stmt(&s->db, "SELECT version FROM deployment WHERE id = :id AND moderation = 'published'");
    stmt_bind_u64(&q, ":id", c->target);
    if (!stmt_row(&q))
        return stmt_ok(&q, err) && err_set(err, ERR_MISSING, "there is no published record %llu", (unsigned long long)c->target);
    if (!c->base_version)
        c->base_version = (uint32_t)stmt_int(&q, 0);
    return true;
}

bool contribution_receive(struct store *s, struct contribution *c, struct str receipt, struct err *err)
{
    enum { SCRATCH_BYTES = 8 * 1024 * 1024 };
    AUTO(arena) a;
    arena_init(&a, SCRATCH_BYTES);
    AUTO(tx) tx = {0};
    struct contribution in = *c;
    if (!tx_begin(&tx, &s->db, err) || !check_received(s, &in, err) || !find_place(s, &in, &a, err))
        return false;
    hash_random(&in.id, sizeof in.id);
    in.id = (in.id >> 12) | 1; /* a whole number for every reader of JSON (2^52) */
    in.version = 1;
    in.state = CONTRIBUTION_PENDING;
    in.created_s = clock_unix_s();
    in.due_s = in.kind == CONTRIBUTION_REPLY      ? in.created_s + (int64_t)REPLY_DUE_DAYS * DAY_S
               : in.kind == CONTRIBUTION_UNLAWFUL ? in.created_s + (int64_t)UNLAWFUL_DUE_DAYS * DAY_S
               : in.kind == CONTRIBUTION_PRIVACY  ? in.created_s + (int64_t)PRIVACY_LAPSES_AFTER_H * 3600
                                                  : 0;
    if (in.kind == CONTRIBUTION_PRIVACY && !privacy_takes_effect(s, &in, &a, err))
        return false;
    if (!insert(s, &in, receipt, err))
        return false;
    c->id = in.id;
    c->version = in.version;
    c->state = in.state;
    c->created_s = in.created_s;
    c->due_s = in.due_s;
    c->effect_version = in.effect_version;
    c->withheld_photos = in.withheld_photos;
    return tx_commit(&tx, err);
}

/* ---- being looked for ---- */

#define COLUMNS                                                                                                        \
    "SELECT c.id, c.version, c.kind, c.state, c.target_id, c.base_version, c.patch, c.note, c.survey, c.place_code, c.lon, c.lat,"        \
    " c.account_id, c.token_id, c.batch_id, c.created_s, c.due_s, c.publish_s, c.decided_s, c.decided_by, c.reason, c.result_id,"          \
    " c.effect_version, (SELECT count(*) FROM contribution_vote v WHERE v.contribution_id = c.id), coalesce(p.name, t.label),"             \
    " (SELECT name FROM place WHERE code = c.place_code), (SELECT count(*) FROM photo f WHERE f.contribution_id = c.id AND f.state <> 'refused')"                                                              \
    " FROM contribution c LEFT JOIN account p ON p.id = c.account_id LEFT JOIN token t ON t.id = c.token_id "

static struct contribution contribution_at(struct stmt *q, struct arena *a)
{
    struct contribution c = {.id = (uint64_t)stmt_int(q, 0), .version = (uint32_t)stmt_int(q, 1),
        .target = (uint64_t)stmt_int(q, 4), .base_version = (uint32_t)stmt_int(q, 5), .patch = stmt_copy(q, 6, a), .note = stmt_copy(q, 7, a),
        .survey = stmt_int(q, 8) != 0, .place_code = stmt_copy(q, 9, a), .has_position = !stmt_null(q, 10),
        .at = {stmt_double(q, 10), stmt_double(q, 11)}, .account_id = (uint64_t)stmt_int(q, 12), .token_id = (uint64_t)stmt_int(q, 13),
        .batch_id = (uint64_t)stmt_int(q, 14), .created_s = stmt_int(q, 15), .due_s = stmt_int(q, 16), .publish_s = stmt_int(q, 17),
        .decided_s = stmt_int(q, 18), .decided_by = (uint64_t)stmt_int(q, 19), .reason = stmt_copy(q, 20, a),
        .result = (uint64_t)stmt_int(q, 21), .effect_version = (uint32_t)stmt_int(q, 22), .votes = (uint32_t)stmt_int(q, 23),
        .by = stmt_copy(q, 24, a), .place_name = stmt_copy(q, 25, a), .photos = (uint32_t)stmt_int(q, 26)};
    c.kind = (enum contribution_kind)MAX(0, term_of(CONTRIBUTION_KIND_TERMS, stmt_str(q, 2)));
    c.state = (enum contribution_state)MAX(0, term_of(CONTRIBUTION_STATE_TERMS, stmt_str(q, 3)));
    return c;
}

static bool one(struct stmt *q, struct arena *a, struct contribution *out, bool *found, struct err *err)
{
    if ((*found = stmt_row(q)))
        *out = contribution_at(q, a);
    return stmt_ok(q, err);
}

bool contribution_find(struct store *s, uint64_t id, struct arena *a, struct contribution *out, bool *found, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, COLUMNS "WHERE c.id = :id");
    stmt_bind_u64(&q, ":id", id);
    return one(&q, a, out, found, err);
}

bool contribution_find_by_receipt(struct store *s, struct str receipt, struct arena *a, struct contribution *out, bool *found, struct err *err)
{
    struct sha256 hash;
    *found = false;
    if (!secret_hash(receipt, &hash))
        return true;
    AUTO(stmt) q = db_stmt(&s->db, COLUMNS "WHERE c.receipt = :hash");
    stmt_bind_blob(&q, ":hash", hash.bytes, sizeof hash.bytes);
    return one(&q, a, out, found, err);
}

static bool wanted(const struct queue *q, const struct contribution *c)
{
    return (!q->who || who_may_at(q->who, c->place_code)) && (!q->account_id || c->account_id == q->account_id) &&
           (!q->batch_id || c->batch_id == q->batch_id) && (!q->token_id || c->token_id == q->token_id) &&
           (!q->kind || c->kind == (enum contribution_kind)(q->kind - 1)) && (!q->held || c->state == CONTRIBUTION_HELD) &&
           (!q->urgent_only || contribution_is_urgent(c));
}

/* Territories are lists of codes, so rows are looked at one by one, but only what decides is read of them: a flood of proposals
 * must not make the queue slow. *n ids of those wanted from the offset on. */
static void walk_queue(struct stmt *rows, const struct queue *q, uint64_t *ids, size_t *n, size_t *total)
{
    size_t limit = MIN(q->limit, QUEUE_ROWS_MAX);
    *n = *total = 0;
    while (stmt_row(rows)) {
        struct contribution c = {.id = (uint64_t)stmt_int(rows, 0), .place_code = stmt_str(rows, 3), .account_id = (uint64_t)stmt_int(rows, 4),
            .token_id = (uint64_t)stmt_int(rows, 5), .batch_id = (uint64_t)stmt_int(rows, 6), .created_s = stmt_int(rows, 7)};
        c.kind = (enum contribution_kind)MAX(0, term_of(CONTRIBUTION_KIND_TERMS, stmt_str(rows, 1)));
        c.state = (enum contribution_state)MAX(0, term_of(CONTRIBUTION_STATE_TERMS, stmt_str(rows, 2)));
        if (!wanted(q, &c))
            continue;
        if (*total >= q->offset && *n < limit)
            ids[(*n)++] = c.id;
        ++*total;
    }
}

#define QUEUE_COLUMNS "SELECT id, kind, state, place_code, account_id, token_id, batch_id, created_s FROM contribution "

bool contribution_queue(struct store *s, const struct queue *q, struct arena *a, struct contribution **out, size_t *n, size_t *total, struct err *err)
{
    uint64_t ids[QUEUE_ROWS_MAX];
    size_t found = 0;
    AUTO(stmt) waiting = db_stmt(&s->db, QUEUE_COLUMNS
        "WHERE state IN ('pending', 'asked') OR (:mine AND state = 'held') ORDER BY kind IN ('privacy', 'reply', 'unlawful') DESC, created_s < :old DESC, created_s, id");
    AUTO(stmt) decided = db_stmt(&s->db, QUEUE_COLUMNS
        "WHERE state NOT IN ('pending', 'asked') ORDER BY decided_s DESC, id LIMIT 2000");
    if (!q->decided) {
        stmt_bind_i64(&waiting, ":mine", q->account_id != 0);
        stmt_bind_i64(&waiting, ":old", clock_unix_s() - (int64_t)URGENT_AFTER_DAYS * DAY_S);
    }
    struct stmt *rows = q->decided ? &decided : &waiting;
    walk_queue(rows, q, ids, &found, total);
    if (!stmt_ok(rows, err))
        return false;
    if (!(*out = ARENA_ARRAY(a, struct contribution, found + 1)))
        return err_arena(err);
    *n = 0;
    for (size_t i = 0; i < found; i++) {
        bool there;
        if (!contribution_find(s, ids[i], a, &(*out)[*n], &there, err))
            return false;
        *n += there;
    }
    return true;
}

bool contribution_counts(struct store *s, const struct who *who, struct queue_counts *out, struct err *err)
{
    struct queue_counts n = {0};
    AUTO(stmt) q = db_stmt(&s->db, "SELECT state, kind, created_s, coalesce(due_s, 0), place_code FROM contribution WHERE state IN ('pending', 'asked', 'held')");
    while (stmt_row(&q)) {
        if (who && !who_may_at(who, stmt_str(&q, 4)))
            continue;
        struct contribution c = {.kind = (enum contribution_kind)MAX(0, term_of(CONTRIBUTION_KIND_TERMS, stmt_str(&q, 1))), .created_s = stmt_int(&q, 2)};
        bool held = str_eq(stmt_str(&q, 0), S("held"));
        n.held += held;
        n.waiting += !held;
        n.asked += str_eq(stmt_str(&q, 0), S("asked"));
        n.urgent += !held && contribution_is_urgent(&c);
        n.overdue += !held && stmt_int(&q, 3) && stmt_int(&q, 3) < clock_unix_s();
    }
    *out = n;
    return stmt_ok(&q, err);
}

bool contribution_overdue(struct store *s, size_t *n, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT count(*) FROM contribution WHERE state IN ('pending', 'asked') AND kind IN ('reply', 'unlawful') AND due_s < :now");
    stmt_bind_i64(&q, ":now", clock_unix_s());
    *n = stmt_row(&q) ? (size_t)stmt_int(&q, 0) : 0;
    return stmt_ok(&q, err);
}

/* ---- being talked about ---- */

bool contribution_messages(struct store *s, uint64_t id, struct arena *a, struct contribution_message **out, size_t *n, struct err *err)
{
    if (!(*out = ARENA_ARRAY(a, struct contribution_message, CONTRIBUTION_MESSAGES_MAX)))
        return err_arena(err);
    *n = 0;
    AUTO(stmt) q = db_stmt(&s->db, "SELECT of_moderator, text FROM contribution_message WHERE contribution_id = :id ORDER BY seq");
    stmt_bind_u64(&q, ":id", id);
    while (*n < CONTRIBUTION_MESSAGES_MAX && stmt_row(&q))
        (*out)[(*n)++] = (struct contribution_message){stmt_int(&q, 0) != 0, stmt_copy(&q, 1, a)};
    return stmt_ok(&q, err);
}

bool contribution_say(struct store *s, uint64_t id, bool of_moderator, struct str text, struct err *err)
{
    if (!str_trim(text).len || str_runes(text) > CONTRIBUTION_NOTE_MAX_RUNES || !str_is_utf8(text))
        return err_set(err, ERR_INVALID, "a message has 1 to %d characters", CONTRIBUTION_NOTE_MAX_RUNES);
    AUTO(tx) tx = {0};
    if (!tx_begin(&tx, &s->db, err))
        return false;
    int64_t n = 0;
    {
        AUTO(stmt) q = db_stmt(&s->db, "SELECT (SELECT count(*) FROM contribution_message WHERE contribution_id = c.id) FROM contribution c"
            " WHERE c.id = :id AND c.state IN ('pending', 'asked')");
        stmt_bind_u64(&q, ":id", id);
        if (!stmt_row(&q))
            return stmt_ok(&q, err) && err_set(err, ERR_CONFLICT, "it was decided already; nothing can be added to it");
        n = stmt_int(&q, 0);
    }
    if (n >= CONTRIBUTION_MESSAGES_MAX)
        return err_set(err, ERR_TOO_BIG, "%d messages are enough for one proposal; decide it", CONTRIBUTION_MESSAGES_MAX);
    AUTO(stmt) put = db_stmt(&s->db, "INSERT INTO contribution_message (contribution_id, seq, of_moderator, text) VALUES (:id, :seq, :mod, :text)");
    stmt_bind_u64(&put, ":id", id);
    stmt_bind_i64(&put, ":seq", n + 1);
    stmt_bind_i64(&put, ":mod", of_moderator);
    stmt_bind_str(&put, ":text", text);
    AUTO(stmt) state = db_stmt(&s->db, "UPDATE contribution SET state = :state, version = version + 1 WHERE id = :id");
    stmt_bind_str(&state, ":state", of_moderator ? S("asked") : S("pending"));
    stmt_bind_u64(&state, ":id", id);
    return stmt_run(&put, err) && stmt_run(&state, err) && tx_commit(&tx, err);
}

/* ---- growing old ---- */

static bool due(struct store *s, const char *sql, int64_t now_s, uint64_t *ids, size_t most, size_t *n, struct err *err)
{
    *n = 0;
    AUTO(stmt) q = db_stmt(&s->db, sql);
    stmt_bind_i64(&q, ":now", now_s);
    while (*n < most && stmt_row(&q))
        ids[(*n)++] = (uint64_t)stmt_int(&q, 0);
    return stmt_ok(&q, err);
}

static bool cut_links(struct store *s, int64_t before_s, bool *changed, struct err *err)
{
    static const char *const texts[] = {
        "UPDATE contribution SET account_id = NULL, token_id = NULL, decided_by = NULL WHERE decided_s < :before AND (account_id IS NOT NULL OR token_id IS NOT NULL OR decided_by IS NOT NULL)",
        "DELETE FROM contribution_vote WHERE contribution_id IN (SELECT id FROM contribution WHERE decided_s < :before)",
        "UPDATE revision SET account_id = NULL, token_id = NULL WHERE at_s < :before AND (account_id IS NOT NULL OR token_id IS NOT NULL)",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        AUTO(stmt) q = db_stmt(&s->db, texts[i]);
        stmt_bind_i64(&q, ":before", before_s);
        if (!stmt_run(&q, err))
            return false;
        *changed |= sqlite3_changes(s->db.sqlite) > 0;
    }
    return true;
}

bool contribution_tick(struct store *s, int64_t now_s, bool *changed, struct err *err)
{
    enum { AT_ONCE = 500 };
    uint64_t ids[AT_ONCE];
    size_t n;
    *changed = false;
    AUTO(tx) tx = {0};
    if (!tx_begin(&tx, &s->db, err) ||
        !due(s, "SELECT id FROM contribution WHERE state = 'held' AND publish_s <= :now ORDER BY random()", now_s, ids, AT_ONCE, &n, err))
        return false;
    for (size_t i = 0; i < n; i++, *changed = true)
        if (!ruling_publish_held(s, ids[i], err))
            return false;
    if (!due(s, "SELECT id FROM contribution WHERE state IN ('pending', 'asked') AND kind = 'privacy' AND due_s <= :now", now_s, ids, AT_ONCE, &n, err))
        return false;
    for (size_t i = 0; i < n; i++, *changed = true)
        if (!ruling_lapse(s, ids[i], err))
            return false;
    if (!cut_links(s, now_s - (int64_t)LINK_CUT_AFTER_DAYS * DAY_S, changed, err))
        return false;
    return tx_commit(&tx, err);
}
