/*
 * Decisions. A proposal is a patch, so accepting it puts the patch on the newest version of the record, whatever became of
 * it meanwhile; only fields that somebody else changed too are in the way, and whoever decides is told which.
 */
#include "data/spatialite/ruling.h"

#include "data/base/clock.h"
#include "data/spatialite/upload.h"

enum { DAY_S = 86400, RULING_ARENA_BYTES = 64 * 1024 * 1024 };

/* ---- days of publication ---- */

static int64_t first_of_month(int64_t at_s)
{
    struct ymd d = clock_ymd((int32_t)(at_s / DAY_S));
    d.day = 1;
    return (int64_t)clock_day(d) * DAY_S;
}

/* What is held is published in batches, at the first of a month: published so many days after it came, it would tell the day. */
static int64_t batch_day(int64_t not_before_s)
{
    enum { LONGER_THAN_A_MONTH_S = 32 * DAY_S };
    int64_t first = first_of_month(not_before_s);
    return first == not_before_s ? first : first_of_month(first + LONGER_THAN_A_MONTH_S);
}

/* ---- putting it in ---- */

static bool name_place(struct store *s, struct deployment *d, struct arena *a, struct err *err)
{
    struct str code, name;
    deployment_derive(d);
    if (!d->has_position || !precision_is_point(d->precision))
        return true;
    if (!store_commune_at(s, d->at, a, &code, &name, err))
        return false;
    if (code.len || !d->place_code.len) { /* where the boundary is known it counts, whatever was said */
        d->place_code = code;
        d->place_name = name;
    }
    return true;
}

static bool put_reply(struct store *s, const struct contribution *c, struct str corrected, struct err *err)
{
    AUTO(json_doc) doc = {0};
    if (!json_read(&doc, corrected.len ? corrected : c->patch, &JSON_BODY, err))
        return false;
    AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO reply (deployment_id, label, text, received_on, published_on) VALUES (:id, :label, :text, :received, :now)");
    AUTO(buf) received = {0}, now = {0};
    partial_date_write(&received, partial_date_of_month(c->created_s));
    partial_date_write(&now, partial_date_of_month(clock_unix_s()));
    stmt_bind_u64(&q, ":id", c->target);
    stmt_bind_text(&q, ":label", json_string(json_get(doc.root, S("label"))));
    stmt_bind_text(&q, ":text", json_string(json_get(doc.root, S("text"))));
    stmt_bind_str(&q, ":received", buf_str(&received));
    stmt_bind_str(&q, ":now", buf_str(&now));
    return stmt_run(&q, err) && record_log_change(s, c->target, err);
}

static enum revision_kind revision_of(enum contribution_kind k)
{
    return k == CONTRIBUTION_GONE || k == CONTRIBUTION_CONFIRM || k == CONTRIBUTION_ADD ? REVISION_CHANGE_IN_WORLD : REVISION_CORRECTION;
}

static bool put_record(struct store *s, const struct contribution *c, struct deployment *d, struct str reason, struct arena *a, struct err *err)
{
    struct edit e = {.kind = c->kind == CONTRIBUTION_REMOVE ? EDIT_DELETE : EDIT_PUT, .deployment = d, .revision = revision_of(c->kind),
        .reason = reason, .batch_id = c->batch_id, .by_hand = true, .account_id = c->account_id, .token_id = c->token_id};
    if (c->batch_id && !upload_row_take(s, c, d, &e, a, err))
        return false;
    if (c->kind == CONTRIBUTION_ADD)
        d->licence = d->licence.len ? d->licence : S("ODbL-1.0");
    if (c->survey)
        record_hide_days(d);
    if (!name_place(s, d, a, err))
        return false;
    return store_apply(s, &e, 1, err);
}

/* An error that turned out to be none, a photo that was dealt with: the record stays at its version. */
static bool same_content(const struct deployment *a, const struct deployment *b)
{
    AUTO(buf) one = {0}, other = {0};
    preview_plain(&one, a);
    preview_plain(&other, b);
    return str_eq(buf_str(&one), buf_str(&other)) && a->moderation == b->moderation;
}

/* What accepting would make of it. */
struct looked {
    struct deployment before, after;
    struct str conflicts;
};
static bool look(struct store *s, const struct contribution *c, struct str corrected, struct arena *a, struct looked *l, struct err *err)
{
    return contribution_preview(s, c, corrected, a, &l->before, &l->after, &l->conflicts, err) && rights_may_say(s, &l->before, &l->after, err);
}

static bool put_in(struct store *s, const struct contribution *c, struct str corrected, bool over_newer, struct str reason, struct looked *l,
    struct arena *a, struct ruled *out, struct err *err)
{
    if (c->kind == CONTRIBUTION_REPLY) {
        out->record = c->target;
        return put_reply(s, c, corrected, err);
    }
    if (l->conflicts.len && !over_newer)
        return err_set(err, ERR_CONFLICT, "changed by others since it was proposed: %.*s; look at the difference and accept it with corrections",
            STR_ARG(str_cut_runes(l->conflicts, 200)));
    bool changes = c->kind < CONTRIBUTION_CONFIRM || !same_content(&l->before, &l->after);
    if (changes && !put_record(s, c, &l->after, reason, a, err))
        return false;
    out->record = l->after.id;
    out->record_version = l->after.version;
    return true;
}

/* ---- the contribution's own state ---- */

static bool set_state(struct store *s, const struct contribution *c, enum contribution_state state, const struct ruling *r, uint64_t record,
    int64_t publish_s, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "UPDATE contribution SET state = :state, version = version + 1, reason = :reason, decided_s = :now, decided_by = :by,"
        " result_id = :record, publish_s = :publish, created_s = :created, patch = :patch WHERE id = :id");
    bool done = state != CONTRIBUTION_HELD;
    stmt_bind_str(&q, ":state", str_of(CONTRIBUTION_STATE_TERMS[state].code));
    stmt_bind_text(&q, ":reason", r->reason);
    stmt_bind_i64(&q, ":now", clock_unix_s());
    if (r->who && r->who->account_id)
        stmt_bind_u64(&q, ":by", r->who->account_id);
    if (record)
        stmt_bind_u64(&q, ":record", record);
    if (publish_s)
        stmt_bind_i64(&q, ":publish", publish_s);
    stmt_bind_i64(&q, ":created", done ? first_of_month(c->created_s) : c->created_s);
    stmt_bind_str(&q, ":patch", r->corrected.len ? r->corrected : c->patch);
    stmt_bind_u64(&q, ":id", c->id);
    return stmt_run(&q, err);
}

static bool may_decide(const struct who *who, const struct contribution *c, struct err *err)
{
    if (!who || who->role < ROLE_MODERATOR)
        return err_set(err, ERR_DENIED, "only moderators decide");
    return rights_at(who, c->place_code, err);
}

static bool may_vote(const struct who *who, const struct contribution *c, struct err *err)
{
    if (!who->account_id)
        return err_set(err, ERR_DENIED, "two people decide here, each under an account of their own");
    return who->account_id != c->account_id || err_set(err, ERR_DENIED, "two people decide here, and neither may have proposed it");
}

/* A vote is for what was read: a correction is a new proposal, to which those who agreed before have not agreed. */
static bool keep_correction(struct store *s, const struct contribution *c, struct str corrected, struct err *err)
{
    if (!corrected.len || str_eq(corrected, c->patch))
        return true;
    AUTO(stmt) drop = db_stmt(&s->db, "DELETE FROM contribution_vote WHERE contribution_id = :id");
    AUTO(stmt) put = db_stmt(&s->db, "UPDATE contribution SET patch = :patch WHERE id = :id");
    stmt_bind_u64(&drop, ":id", c->id);
    stmt_bind_str(&put, ":patch", corrected);
    stmt_bind_u64(&put, ":id", c->id);
    return stmt_run(&drop, err) && stmt_run(&put, err);
}

/* Two accounts, neither of which proposed it. True with *enough false: this was the first. */
static bool vote(struct store *s, const struct contribution *c, const struct ruling *r, bool *enough, struct err *err)
{
    if (!may_vote(r->who, c, err) || !keep_correction(s, c, r->corrected, err))
        return false;
    AUTO(stmt) put = db_stmt(&s->db, "INSERT OR IGNORE INTO contribution_vote (contribution_id, account_id) VALUES (:id, :account)");
    stmt_bind_u64(&put, ":id", c->id);
    stmt_bind_u64(&put, ":account", r->who->account_id);
    if (!stmt_run(&put, err))
        return false;
    AUTO(stmt) q = db_stmt(&s->db, "SELECT count(*) FROM contribution_vote WHERE contribution_id = :id");
    stmt_bind_u64(&q, ":id", c->id);
    *enough = stmt_row(&q) && stmt_int(&q, 0) >= 2;
    AUTO(stmt) touch = db_stmt(&s->db, "UPDATE contribution SET version = version + 1 WHERE id = :id");
    stmt_bind_u64(&touch, ":id", c->id);
    return stmt_ok(&q, err) && (*enough || stmt_run(&touch, err));
}

static bool accept(struct store *s, const struct contribution *c, const struct ruling *r, struct arena *a, struct ruled *out, struct err *err)
{
    struct looked l;
    bool enough = true;
    if (!look(s, c, r->corrected, a, &l, err) || !rights_over(s, r->who, &l.before, &l.after, a, err))
        return false;
    if (rights_two_person(s, c->place_code, &l.before, &l.after) && !vote(s, c, r, &enough, err))
        return false;
    if (!enough) {
        out->state = c->state;
        out->needs_second = true;
        return true;
    }
    int64_t publish_s = batch_day(c->created_s + (int64_t)r->hold_days * DAY_S);
    if (c->survey && !r->at_once && r->hold_days > 0 && publish_s > clock_unix_s()) {
        out->state = CONTRIBUTION_HELD;
        return set_state(s, c, CONTRIBUTION_HELD, r, 0, publish_s, err);
    }
    out->state = CONTRIBUTION_ACCEPTED;
    return put_in(s, c, r->corrected, r->corrected.len > 0, r->reason, &l, a, out, err) &&
           set_state(s, c, CONTRIBUTION_ACCEPTED, r, out->record, 0, err);
}

/* The photos it withheld are shown again, and the position is as precise as before. */
static bool take_effect_back(struct store *s, const struct contribution *c, struct arena *a, struct err *err)
{
    struct deployment now, before;
    bool found, had;
    AUTO(json_doc) doc = {0};
    if (c->kind != CONTRIBUTION_PRIVACY)
        return true;
    if (!json_read(&doc, c->patch, &JSON_BODY, err) || !photos_show_again(s, c->target, json_get(doc.root, S("withheld_photos")), err))
        return false;
    if (!c->effect_version)
        return true;
    if (!record_read(s, c->target, 0, a, &now, &found, err) || !record_read(s, c->target, c->effect_version - 1, a, &before, &had, err))
        return false;
    if (!found || !had || now.moderation != MODERATION_PUBLISHED)
        return true;
    now.public_precision = MAX(before.public_precision, now.precision);
    struct edit e = {.kind = EDIT_PUT, .deployment = &now, .revision = REVISION_REVERT, .by_hand = true};
    return store_apply(s, &e, 1, err);
}

static bool refuse(struct store *s, const struct contribution *c, const struct ruling *r, struct arena *a, struct ruled *out, struct err *err)
{
    if (!str_trim(r->reason).len)
        return err_set(err, ERR_INVALID, "reason: a refusal says why; its author reads it");
    out->state = CONTRIBUTION_REFUSED;
    return take_effect_back(s, c, a, err) && photos_drop(s, c->id, err) && set_state(s, c, CONTRIBUTION_REFUSED, r, 0, 0, err);
}

/* The same as a record there is: it is confirmed by it, and what it adds is a correction of its own if somebody wants it. */
static bool merge(struct store *s, const struct contribution *c, const struct ruling *r, struct arena *a, struct ruled *out, struct err *err)
{
    struct deployment d;
    bool found;
    if (!record_read(s, r->into, 0, a, &d, &found, err))
        return false;
    if (!found || d.moderation != MODERATION_PUBLISHED || c->kind != CONTRIBUTION_ADD)
        return err_set(err, ERR_INVALID, "merge: an addition is merged into a published record, and %llu is none", (unsigned long long)r->into);
    if (!rights_at(r->who, d.place_code, err) || (rights_two_person(s, c->place_code, &d, &d) && !may_vote(r->who, c, err)))
        return false;
    struct contribution seen = *c;
    seen.kind = CONTRIBUTION_CONFIRM;
    if (c->survey && (!preview_sighting(&d, &seen, NULL, a, err) || !put_record(s, &seen, &d, r->reason, a, err)))
        return false;
    out->state = CONTRIBUTION_MERGED;
    out->record = r->into;
    out->record_version = d.version;
    return set_state(s, c, CONTRIBUTION_MERGED, r, r->into, 0, err);
}

bool contribution_rule(struct store *s, const struct ruling *r, struct ruled *out, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, RULING_ARENA_BYTES);
    AUTO(tx) tx = {0};
    struct contribution c;
    bool found;
    struct ruled done = {0};
    if (str_runes(r->reason) > CONTRIBUTION_NOTE_MAX_RUNES)
        return err_set(err, ERR_INVALID, "reason: it has more than %d characters; shorten it", CONTRIBUTION_NOTE_MAX_RUNES);
    if (!tx_begin(&tx, &s->db, err) || !contribution_find(s, r->id, &a, &c, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, "there is no contribution %llu", (unsigned long long)r->id);
    if (!may_decide(r->who, &c, err))
        return false;
    if (r->version && r->version != c.version)
        return err_set(err, ERR_CONFLICT, "somebody else worked on this proposal meanwhile; read it again");
    if (c.state != CONTRIBUTION_PENDING && c.state != CONTRIBUTION_ASKED)
        return err_set(err, ERR_CONFLICT, "it was decided already (%s)", CONTRIBUTION_STATE_TERMS[c.state].code);
    bool ok = false;
    switch (r->kind) {
    case RULING_ACCEPT:
        ok = accept(s, &c, r, &a, &done, err);
        break;
    case RULING_REFUSE:
        ok = refuse(s, &c, r, &a, &done, err);
        break;
    case RULING_MERGE:
        ok = merge(s, &c, r, &a, &done, err);
        break;
    case RULING_ASK:
        done.state = CONTRIBUTION_ASKED;
        ok = contribution_say(s, c.id, true, r->reason, err);
        break;
    }
    if (!ok || !tx_commit(&tx, err))
        return false;
    *out = done;
    return true;
}

bool ruling_publish_held(struct store *s, uint64_t id, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, RULING_ARENA_BYTES);
    struct contribution c;
    struct ruled out = {0};
    struct err why;
    bool found;
    if (!contribution_find(s, id, &a, &c, &found, err) || !found)
        return found;
    struct ruling r = {.reason = c.reason};
    struct looked l;
    if (look(s, &c, S(""), &a, &l, &why) && put_in(s, &c, S(""), true, c.reason, &l, &a, &out, &why))
        return set_state(s, &c, CONTRIBUTION_ACCEPTED, &r, out.record, 0, err);
    r.reason = str_copy(&a, str_of(why.text));
    return photos_drop(s, id, err) && set_state(s, &c, CONTRIBUTION_REFUSED, &r, 0, 0, err);
}

bool ruling_lapse(struct store *s, uint64_t id, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, RULING_ARENA_BYTES);
    struct contribution c;
    bool found;
    if (!contribution_find(s, id, &a, &c, &found, err) || !found)
        return found;
    return take_effect_back(s, &c, &a, err) && set_state(s, &c, CONTRIBUTION_LAPSED, &(struct ruling){.reason = S("")}, 0, 0, err);
}

/* ---- replies, as they are shown ---- */

bool record_replies(struct store *s, uint64_t id, struct arena *a, struct reply **out, size_t *n, struct err *err)
{
    *n = 0;
    if (!(*out = ARENA_ARRAY(a, struct reply, REPLIES_SHOWN_MAX)))
        return err_arena(err);
    AUTO(stmt) q = db_stmt(&s->db, "SELECT label, text, received_on, published_on FROM reply WHERE deployment_id = :id ORDER BY id");
    stmt_bind_u64(&q, ":id", id);
    while (*n < REPLIES_SHOWN_MAX && stmt_row(&q)) {
        struct reply r = {.label = stmt_copy(&q, 0, a), .text = stmt_copy(&q, 1, a)};
        if (!partial_date_read(stmt_str(&q, 2), &r.received) || !partial_date_read(stmt_str(&q, 3), &r.published))
            return err_set(err, ERR_INTERNAL, "record %llu: the date of a reply is none", (unsigned long long)id);
        (*out)[(*n)++] = r;
    }
    return stmt_ok(&q, err);
}
