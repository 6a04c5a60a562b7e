/*
 * Accounts of people and tokens of programs, kept in the store: who may do what, and over which places. No address of any
 * kind is known of them.
 */
#ifndef DATA_PEOPLE_H
#define DATA_PEOPLE_H

#include "data/base/secret.h"
#include "data/store.h"

enum role { ROLE_ANONYMOUS, ROLE_CONTRIBUTOR, ROLE_MODERATOR, ROLE_ADMIN, PEOPLE_ROLE_COUNT };
extern const char *const ROLE_CODES[PEOPLE_ROLE_COUNT]; /* "anonymous", "contributor", "moderator", "admin" */
int role_of(struct str code);                           /* -1: none */

/* Who asks: nobody by name, an account, or a token (of an account or of none). */
struct who {
    enum role role;
    uint64_t account_id, token_id; /* 0: none */
    uint32_t epoch;                /* of the account, when it was read */
    struct str name;               /* of the account or the token's label */
    struct str territory;          /* "13055,dep:06"; "all"; "": nowhere */
    bool workshop;                 /* a workshop's code */
};
/* Whether somebody may decide at a place: everywhere, in this commune, in its département. A place that is not known ("")
 * is nobody's but theirs who may everywhere. */
bool who_may_at(const struct who *who, struct str commune);
/* "13055,dep:06,all": codes that the store knows. */
bool territory_check(struct store *s, struct str territory, struct err *err);

struct account {
    uint64_t id;
    struct str name, territory;
    enum role role;
    bool disabled;
    uint32_t epoch;
};
enum { ACCOUNT_NAME_MAX_RUNES = 40, LABEL_MAX_RUNES = 80 };
bool people_add(struct store *s, const struct account *a, struct str password, uint64_t *id, struct err *err) MUST_USE;
bool people_set_password(struct store *s, struct str name, struct str password, struct err *err) MUST_USE; /* logs out everywhere */
bool people_disable(struct store *s, struct str name, struct err *err) MUST_USE;
bool people_enable(struct store *s, struct str name, struct err *err) MUST_USE;
/* Another role (-1: as it is) or territory (NULL: as it is), from the next request on. Its tokens, which may have been wider,
 * are revoked. */
bool people_change(struct store *s, struct str name, int role, const struct str *territory, struct err *err) MUST_USE;
bool people_list(struct store *s, struct arena *a, struct account **out, size_t *n, struct err *err) MUST_USE;
/* *found false: no such name, another password, or disabled; all three take as long. */
bool people_log_in(struct store *s, struct str name, struct str password, struct arena *a, struct who *out, bool *found, struct err *err) MUST_USE;
/* The account as it is now; *found false: disabled or gone. */
bool people_find(struct store *s, uint64_t id, struct arena *a, struct who *out, bool *found, struct err *err) MUST_USE;
bool people_log_out_everywhere(struct store *s, uint64_t id, struct err *err) MUST_USE;

struct token {
    uint64_t id, account_id;
    struct str label, territory;
    enum role role;
    int64_t expires_s;
    bool revoked, workshop;
};
/* Appends the token to `shown`: the only time it is known. */
bool token_add(struct store *s, const struct token *t, struct buf *shown, uint64_t *id, struct err *err) MUST_USE;
bool token_list(struct store *s, struct arena *a, struct token **out, size_t *n, struct err *err) MUST_USE;
bool token_revoke(struct store *s, uint64_t id, struct err *err) MUST_USE;
/* *found false: unknown, revoked, expired, or its account is disabled. */
bool token_find(struct store *s, struct str typed, int64_t now_s, struct arena *a, struct who *out, bool *found, struct err *err) MUST_USE;

bool territory_two_person(struct store *s, struct str commune);
bool territory_set_two_person(struct store *s, struct str code, bool on, struct err *err) MUST_USE;
/* Codes of the territories where two people decide, in order. */
bool territory_two_person_list(struct store *s, struct arena *a, struct str **out, size_t *n, struct err *err) MUST_USE;

#endif
