/* contrechamp token: what programs say instead of a password. */
#include <stdio.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/people.h"
#include "server/command.h"
#include "server/terminal.h"

static const char HELP[] =
    "usage: contrechamp [--db FILE] token add --label TEXT [--account NAME] [--role ROLE] [--territory CODES] [--days N] [--workshop]\n"
    "       contrechamp [--db FILE] token list\n"
    "       contrechamp [--db FILE] token revoke ID\n\n"
    "A token is sent by a program as \"Authorization: Bearer TOKEN\". `add` prints it on standard output, and that is the only\n"
    "time it is known: only its hash is kept.\n\n"
    "  --label TEXT       what it is for, in the list and for those who decide\n"
    "  --account NAME     whose it is: it has at most the rights of that account, and ends when the account is disabled\n"
    "  --role ROLE        contributor, moderator or admin; not given: contributor, or as the account\n"
    "  --territory CODES  13055,dep:06, or all; a moderator's needs one; not given: as the account\n"
    "  --days N           until when, 1 to 1830; not given: 365 days, a workshop's one\n"
    "  --workshop         a code that several people type in together for an evening: all of it is one batch, an allowance\n"
    "                     of its own\n";

enum { DAYS_USUAL = 365, DAYS_MAX = 1830 /* five years: longer, and nobody knows who has it */, DAY_S = 86400 };

/* ---- add ---- */

struct wish {
    const char *label, *account, *role, *territory, *days;
    bool workshop;
};

/* All it may, an account's token may at most: the same role or less, and no place it has not. */
static bool within(const struct account *account, const struct token *t, struct err *err)
{
    struct who who = {.territory = account->territory};
    if (t->role > account->role)
        return err_set(err, ERR_DENIED, "--role %s: the account %.*s is only %s", ROLE_CODES[t->role], STR_ARG(account->name), ROLE_CODES[account->role]);
    for (struct str rest = t->territory, code; rest.len && str_next(&rest, ',', &code);) {
        code = str_trim(code);
        bool has = str_eq(account->territory, S("all")) || str_list_has(account->territory, ',', code) || (!str_eq(code, S("all")) && who_may_at(&who, code));
        if (!has)
            return err_set(err, ERR_DENIED, "--territory %.*s: the account %.*s has %s%.*s only", STR_ARG(str_cut_runes(code, 40)), STR_ARG(account->name),
                account->territory.len ? "" : "no territory", STR_ARG(account->territory));
    }
    return true;
}

static bool of_account(struct store *s, const struct wish *w, struct token *t, struct arena *a, struct err *err)
{
    struct account *all;
    size_t n;
    if (!people_list(s, a, &all, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!str_eq_nocase(all[i].name, str_of(w->account)))
            continue;
        if (all[i].disabled)
            return err_set(err, ERR_CONFLICT, "the account %.*s is disabled", STR_ARG(all[i].name));
        t->account_id = all[i].id;
        t->role = w->role ? t->role : w->workshop ? ROLE_CONTRIBUTOR : all[i].role;
        t->territory = w->territory ? t->territory : all[i].territory;
        return within(&all[i], t, err);
    }
    return err_set(err, ERR_MISSING, "there is no account %.60s; `user list` shows them", w->account);
}

static bool do_add(struct store *s, const struct wish *w, struct token *t, struct arena *a, struct err *err)
{
    AUTO(buf) shown = {0};
    uint64_t id;
    char until[21];
    if (w->account && !of_account(s, w, t, a, err))
        return false;
    if (t->role >= ROLE_MODERATOR && !t->territory.len)
        return err_set(err, ERR_INVALID, "a moderator's token needs a --territory: 13055, dep:06 or all");
    if (!token_add(s, t, &shown, &id, err))
        return false;
    clock_iso(t->expires_s, until);
    printf("%s\n", shown.at);
    terminal_forget(&shown);
    fprintf(stderr, "token %llu: %s%s%.*s, until %.10s. It is not shown again.\n", (unsigned long long)id, ROLE_CODES[t->role],
        t->territory.len ? " of " : "", STR_ARG(t->territory), until);
    return true;
}

/* What was typed, before anything is opened. */
static int read_wish(struct invocation *inv, const struct wish *w, struct token *out)
{
    uint64_t days = w->workshop ? 1 : DAYS_USUAL;
    int role = w->role ? role_of(str_of(w->role)) : ROLE_CONTRIBUTOR;
    if (!w->label || !str_trim(str_of(w->label)).len)
        return command_misused(inv, "--label is needed: what the token is for");
    if (role <= ROLE_ANONYMOUS)
        return command_misused(inv, "--role is contributor, moderator or admin, not %.40s", w->role);
    if (w->workshop && role != ROLE_CONTRIBUTOR)
        return command_misused(inv, "a workshop's code is for contributors");
    if (w->days && (!str_u64(str_of(w->days), &days) || !days || days > DAYS_MAX))
        return command_misused(inv, "--days is a number from 1 to %d", DAYS_MAX);
    *out = (struct token){.label = str_trim(str_of(w->label)), .territory = str_of(w->territory), .role = (enum role)role, .workshop = w->workshop,
        .expires_s = clock_unix_s() + (int64_t)days * DAY_S};
    return EXIT_DONE;
}

/* ---- list, revoke ---- */

static struct str account_name(const struct account *all, size_t n, uint64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].id == id)
            return all[i].name;
    return S("-");
}

static bool do_list(struct store *s, struct arena *a, struct err *err)
{
    struct token *all;
    struct account *people;
    size_t n, n_people;
    if (!token_list(s, a, &all, &n, err) || !people_list(s, a, &people, &n_people, err))
        return false;
    if (n)
        printf("%-5s %-20s %-11s %-12s %-10s %-8s %s\n", "ID", "LABEL", "ROLE", "ACCOUNT", "UNTIL", "STATE", "TERRITORY");
    for (size_t i = 0; i < n; i++) {
        const struct token *t = &all[i];
        char until[21];
        clock_iso(t->expires_s, until);
        printf("%-5llu ", (unsigned long long)t->id);
        terminal_put(stdout, t->label, 20);
        printf(" %-11s ", t->workshop ? "workshop" : ROLE_CODES[t->role]);
        terminal_put(stdout, account_name(people, n_people, t->account_id), 12);
        printf(" %.10s %-8s %.*s\n", until, t->revoked ? "revoked" : t->expires_s <= clock_unix_s() ? "expired" : "valid", STR_ARG(t->territory));
    }
    if (!n)
        fprintf(stderr, "There is no token yet: contrechamp token add --label TEXT\n");
    return true;
}

static bool do_revoke(struct store *s, uint64_t id, struct err *err)
{
    if (!token_revoke(s, id, err))
        return false;
    printf("token %llu: revoked\n", (unsigned long long)id);
    return true;
}

int cmd_token(struct invocation *inv)
{
    struct wish w = {0};
    struct token t;
    uint64_t id = 0;
    struct option_list words = {0};
    const struct option options[] = {{"--label", OPTION_TEXT, &w.label}, {"--account", OPTION_TEXT, &w.account}, {"--role", OPTION_TEXT, &w.role},
        {"--territory", OPTION_TEXT, &w.territory}, {"--days", OPTION_TEXT, &w.days}, {"--workshop", OPTION_FLAG, &w.workshop}};
    int code;
    if (!options_read(inv, options, COUNT(options), &words, HELP, &code))
        return code;
    const char *deed = words.n ? words.at[0] : "";
    bool adds = strcmp(deed, "add") == 0, lists = strcmp(deed, "list") == 0, revokes = strcmp(deed, "revoke") == 0;
    if (!adds && !lists && !revokes)
        return command_misused(inv, "what is to be done? add, list or revoke");
    if (!adds && (w.label || w.account || w.role || w.territory || w.days || w.workshop))
        return command_misused(inv, "%s takes no options", deed);
    if (revokes ? words.n != 2 || !str_u64(str_of(words.at[1]), &id) || !id : words.n != 1)
        return command_misused(inv, revokes ? "give the number of one token, as `token list` shows it" : "%s takes no such word", deed);
    if (adds && (code = read_wish(inv, &w, &t)) != EXIT_DONE)
        return code;
    struct err err;
    struct store *store;
    if (!store_open(&store, inv->db, lists ? STORE_READ : STORE_WRITE, &err))
        return command_failed(inv, &err);
    AUTO(arena) a;
    arena_init(&a, 64 << 20);
    bool ok = adds ? do_add(store, &w, &t, &a, &err) : lists ? do_list(store, &a, &err) : do_revoke(store, id, &err);
    store_close(store);
    return ok ? EXIT_DONE : command_failed(inv, &err);
}
