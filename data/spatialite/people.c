/*
 * Accounts and tokens. A password that does not fit takes as long as one that does, also where there is no such account.
 */
#include "data/people.h"

#include <string.h>

#include "data/spatialite/inside.h"

enum { PEOPLE_MAX = 10000 };

const char *const ROLE_CODES[PEOPLE_ROLE_COUNT] = {"anonymous", "contributor", "moderator", "admin"};

int role_of(struct str code)
{
    for (int i = 0; i < PEOPLE_ROLE_COUNT; i++)
        if (str_eq(code, str_of(ROLE_CODES[i])))
            return i;
    return -1;
}

/* ---- territories ---- */

/* "dep:06" has the communes 06xxx; overseas three digits ("dep:974"), Corsica 2A and 2B. */
static bool department_has(struct str code, struct str commune)
{
    return str_starts(code, S("dep:")) && code.len > 5 && str_starts(commune, str_slice(code, 4, code.len)) && commune.len == 5;
}

bool who_may_at(const struct who *who, struct str commune)
{
    for (struct str rest = who->territory, code; rest.len && str_next(&rest, ',', &code);) {
        code = str_trim(code);
        if (str_eq(code, S("all")))
            return true;
        if (commune.len && (str_eq(code, commune) || department_has(code, commune)))
            return true;
    }
    return false;
}

bool territory_check(struct store *s, struct str territory, struct err *err)
{
    for (struct str rest = territory, code; rest.len && str_next(&rest, ',', &code);) {
        code = str_trim(code);
        if (str_eq(code, S("all")))
            continue;
        AUTO(stmt) q = db_stmt(&s->db, "SELECT 1 FROM place WHERE code = :code");
        stmt_bind_str(&q, ":code", code);
        if (!stmt_row(&q))
            return stmt_ok(&q, err) && err_set(err, ERR_INVALID, "territory %.*s: no place has this code; say an INSEE code (13055), dep:13 or all "
                "(`places import --default` brings the codes)", STR_ARG(str_cut_runes(code, 40)));
    }
    return true;
}

bool territory_two_person(struct store *s, struct str commune)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT 1 FROM territory WHERE two_person AND (code = 'all' OR code = :commune"
        " OR (code LIKE 'dep:__%' AND :commune <> '' AND substr(:commune, 1, length(code) - 4) = substr(code, 5)))");
    stmt_bind_text(&q, ":commune", commune);
    return stmt_row(&q);
}

bool territory_set_two_person(struct store *s, struct str code, bool on, struct err *err)
{
    if (!territory_check(s, code, err))
        return false;
    AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO territory (code, two_person) VALUES (:code, :on)"
        " ON CONFLICT (code) DO UPDATE SET two_person = excluded.two_person");
    stmt_bind_str(&q, ":code", code);
    stmt_bind_i64(&q, ":on", on);
    return stmt_run(&q, err);
}

bool territory_two_person_list(struct store *s, struct arena *a, struct str **out, size_t *n, struct err *err)
{
    if (!(*out = ARENA_ARRAY(a, struct str, PEOPLE_MAX)))
        return err_arena(err);
    *n = 0;
    AUTO(stmt) q = db_stmt(&s->db, "SELECT code FROM territory WHERE two_person ORDER BY code LIMIT 10000");
    while (*n < PEOPLE_MAX && stmt_row(&q))
        (*out)[(*n)++] = stmt_copy(&q, 0, a);
    return stmt_ok(&q, err);
}

/* ---- accounts ---- */

static bool name_check(struct str name, struct err *err)
{
    size_t n = str_runes(name);
    if (!n || n > ACCOUNT_NAME_MAX_RUNES || !str_is_utf8(name) || !str_eq(name, str_trim(name)))
        return err_set(err, ERR_INVALID, "a name has 1 to %d characters, without spaces at its ends", ACCOUNT_NAME_MAX_RUNES);
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.at[i] < 0x20 || name.at[i] == 0x7f)
            return err_set(err, ERR_INVALID, "a name has no control characters");
    return true;
}

bool people_add(struct store *s, const struct account *a, struct str password, uint64_t *id, struct err *err)
{
    char kept[PASSWORD_KEPT_BYTES];
    if (!name_check(a->name, err) || !territory_check(s, a->territory, err))
        return false;
    {
        AUTO(stmt) known = db_stmt(&s->db, "SELECT 1 FROM account WHERE name = :name");
        stmt_bind_str(&known, ":name", a->name);
        if (stmt_row(&known))
            return err_set(err, ERR_CONFLICT, "there is an account %.*s already; take another name", STR_ARG(a->name));
    }
    if (!password_keep(password, kept, err))
        return false;
    AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO account (name, password, role, territory) VALUES (:name, :password, :role, :territory)");
    stmt_bind_str(&q, ":name", a->name);
    stmt_bind_str(&q, ":password", str_of(kept));
    stmt_bind_str(&q, ":role", str_of(ROLE_CODES[a->role]));
    stmt_bind_text(&q, ":territory", a->territory);
    if (!stmt_run(&q, err))
        return false;
    if (id)
        *id = (uint64_t)sqlite3_last_insert_rowid(s->db.sqlite);
    return true;
}

static bool one_changed(struct store *s, const char *what, struct str name, struct err *err)
{
    return sqlite3_changes(s->db.sqlite) > 0 || err_set(err, ERR_MISSING, "there is no %s %.*s", what, STR_ARG(str_cut_runes(name, 60)));
}

bool people_set_password(struct store *s, struct str name, struct str password, struct err *err)
{
    char kept[PASSWORD_KEPT_BYTES];
    if (!password_keep(password, kept, err))
        return false;
    AUTO(stmt) q = db_stmt(&s->db, "UPDATE account SET password = :password, epoch = epoch + 1 WHERE name = :name");
    stmt_bind_str(&q, ":password", str_of(kept));
    stmt_bind_str(&q, ":name", name);
    return stmt_run(&q, err) && one_changed(s, "account", name, err);
}

bool people_disable(struct store *s, struct str name, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "UPDATE account SET disabled = 1, epoch = epoch + 1 WHERE name = :name");
    stmt_bind_str(&q, ":name", name);
    return stmt_run(&q, err) && one_changed(s, "account", name, err);
}

bool people_enable(struct store *s, struct str name, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "UPDATE account SET disabled = 0 WHERE name = :name");
    stmt_bind_str(&q, ":name", name);
    return stmt_run(&q, err) && one_changed(s, "account", name, err);
}

bool people_change(struct store *s, struct str name, int role, const struct str *territory, struct err *err)
{
    AUTO(tx) tx = {0};
    if ((territory && !territory_check(s, *territory, err)) || !tx_begin(&tx, &s->db, err))
        return false;
    AUTO(stmt) q = db_stmt(&s->db, "UPDATE account SET role = coalesce(:role, role), territory = coalesce(:territory, territory)"
        " WHERE name = :name");
    if (role >= 0)
        stmt_bind_str(&q, ":role", str_of(ROLE_CODES[role]));
    if (territory)
        stmt_bind_text(&q, ":territory", *territory);
    stmt_bind_str(&q, ":name", name);
    if (!stmt_run(&q, err) || !one_changed(s, "account", name, err))
        return false;
    AUTO(stmt) tokens = db_stmt(&s->db, "UPDATE token SET revoked = 1 WHERE account_id = (SELECT id FROM account WHERE name = :name)");
    stmt_bind_str(&tokens, ":name", name);
    return stmt_run(&tokens, err) && tx_commit(&tx, err);
}

bool people_log_out_everywhere(struct store *s, uint64_t id, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "UPDATE account SET epoch = epoch + 1 WHERE id = :id");
    stmt_bind_u64(&q, ":id", id);
    return stmt_run(&q, err);
}

bool people_list(struct store *s, struct arena *a, struct account **out, size_t *n, struct err *err)
{
    if (!(*out = ARENA_ARRAY(a, struct account, PEOPLE_MAX)))
        return err_arena(err);
    *n = 0;
    AUTO(stmt) q = db_stmt(&s->db, "SELECT id, name, territory, role, disabled, epoch FROM account ORDER BY name LIMIT 10000");
    while (*n < PEOPLE_MAX && stmt_row(&q))
        (*out)[(*n)++] = (struct account){.id = (uint64_t)stmt_int(&q, 0), .name = stmt_copy(&q, 1, a), .territory = stmt_copy(&q, 2, a),
            .role = (enum role)role_of(stmt_str(&q, 3)), .disabled = stmt_int(&q, 4) != 0, .epoch = (uint32_t)stmt_int(&q, 5)};
    return stmt_ok(&q, err);
}

static struct who who_at(struct stmt *q, struct arena *a)
{
    return (struct who){.account_id = (uint64_t)stmt_int(q, 0), .name = stmt_copy(q, 1, a), .territory = stmt_copy(q, 2, a),
        .role = (enum role)role_of(stmt_str(q, 3)), .epoch = (uint32_t)stmt_int(q, 4)};
}

/* Of a password nobody has. */
static const char NOBODYS[] =
    "$argon2id$v=19$m=65536,t=2,p=1$3Zl1q7hZ0kX3mJZC5s0c2A$w8o2k1s3T0q8p9z1mJY0c5nq1t5n0w3hXrP0yJm5w4c";

bool people_log_in(struct store *s, struct str name, struct str password, struct arena *a, struct who *out, bool *found, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT id, name, territory, role, epoch, password FROM account WHERE name = :name AND NOT disabled");
    stmt_bind_str(&q, ":name", name);
    bool known = stmt_row(&q);
    bool fits = password_fits(password, known ? str_cstr(a, stmt_str(&q, 5)) : NOBODYS);
    if ((*found = known && fits))
        *out = who_at(&q, a);
    return stmt_ok(&q, err);
}

bool people_find(struct store *s, uint64_t id, struct arena *a, struct who *out, bool *found, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, "SELECT id, name, territory, role, epoch FROM account WHERE id = :id AND NOT disabled");
    stmt_bind_u64(&q, ":id", id);
    if ((*found = stmt_row(&q)))
        *out = who_at(&q, a);
    return stmt_ok(&q, err);
}

/* ---- tokens ---- */

bool token_add(struct store *s, const struct token *t, struct buf *shown, uint64_t *id, struct err *err)
{
    size_t n = str_runes(t->label);
    if (!n || n > LABEL_MAX_RUNES || !str_is_utf8(t->label))
        return err_set(err, ERR_INVALID, "the label of a token has 1 to %d characters", LABEL_MAX_RUNES);
    if (!territory_check(s, t->territory, err))
        return false;
    AUTO(buf) code = {0};
    secret_make(&code);
    struct sha256 hash;
    must(secret_hash(buf_str(&code), &hash));
    AUTO(stmt) q = db_stmt(&s->db, "INSERT INTO token (hash, label, role, territory, account_id, expires_s, workshop)"
        " VALUES (:hash, :label, :role, :territory, :account, :expires, :workshop)");
    stmt_bind_blob(&q, ":hash", hash.bytes, sizeof hash.bytes);
    stmt_bind_str(&q, ":label", t->label);
    stmt_bind_str(&q, ":role", str_of(ROLE_CODES[t->role]));
    stmt_bind_text(&q, ":territory", t->territory);
    if (t->account_id)
        stmt_bind_u64(&q, ":account", t->account_id);
    stmt_bind_i64(&q, ":expires", t->expires_s);
    stmt_bind_i64(&q, ":workshop", t->workshop);
    if (!stmt_run(&q, err))
        return false;
    if (id)
        *id = (uint64_t)sqlite3_last_insert_rowid(s->db.sqlite);
    buf_add(shown, buf_str(&code));
    return true;
}

bool token_list(struct store *s, struct arena *a, struct token **out, size_t *n, struct err *err)
{
    if (!(*out = ARENA_ARRAY(a, struct token, PEOPLE_MAX)))
        return err_arena(err);
    *n = 0;
    AUTO(stmt) q = db_stmt(&s->db, "SELECT id, account_id, label, territory, role, expires_s, revoked, workshop FROM token ORDER BY id LIMIT 10000");
    while (*n < PEOPLE_MAX && stmt_row(&q))
        (*out)[(*n)++] = (struct token){.id = (uint64_t)stmt_int(&q, 0), .account_id = (uint64_t)stmt_int(&q, 1), .label = stmt_copy(&q, 2, a),
            .territory = stmt_copy(&q, 3, a), .role = (enum role)role_of(stmt_str(&q, 4)), .expires_s = stmt_int(&q, 5),
            .revoked = stmt_int(&q, 6) != 0, .workshop = stmt_int(&q, 7) != 0};
    return stmt_ok(&q, err);
}

bool token_revoke(struct store *s, uint64_t id, struct err *err)
{
    AUTO(buf) name = {0};
    buf_u64(&name, id);
    AUTO(stmt) q = db_stmt(&s->db, "UPDATE token SET revoked = 1 WHERE id = :id");
    stmt_bind_u64(&q, ":id", id);
    return stmt_run(&q, err) && one_changed(s, "token", buf_str(&name), err);
}

bool token_find(struct store *s, struct str typed, int64_t now_s, struct arena *a, struct who *out, bool *found, struct err *err)
{
    struct sha256 hash;
    *found = false;
    if (!secret_hash(typed, &hash))
        return true;
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT coalesce(t.account_id, 0), t.label, t.territory, t.role, 0, t.id, t.workshop FROM token t"
        " LEFT JOIN account p ON p.id = t.account_id WHERE t.hash = :hash AND NOT t.revoked AND t.expires_s > :now"
        " AND NOT coalesce(p.disabled, 0)");
    stmt_bind_blob(&q, ":hash", hash.bytes, sizeof hash.bytes);
    stmt_bind_i64(&q, ":now", now_s);
    if ((*found = stmt_row(&q))) {
        *out = who_at(&q, a);
        out->token_id = (uint64_t)stmt_int(&q, 5);
        out->workshop = stmt_int(&q, 6) != 0;
        if (out->workshop)
            out->account_id = 0; /* whoever made the code is not whoever types with it */
    }
    return stmt_ok(&q, err);
}
