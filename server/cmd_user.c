/* contrechamp user: accounts, and where two people have to agree. */
#include <stdio.h>
#include <string.h>

#include "data/people.h"
#include "server/command.h"
#include "server/terminal.h"

static const char HELP[] =
    "usage: contrechamp [--db FILE] user add NAME [--role ROLE] [--territory CODES]\n"
    "       contrechamp [--db FILE] user change NAME [--role ROLE] [--territory CODES]\n"
    "       contrechamp [--db FILE] user password|disable|enable NAME\n"
    "       contrechamp [--db FILE] user list\n"
    "       contrechamp [--db FILE] user two-person [CODE on|off]\n\n"
    "Accounts of people. The password is asked for twice; where standard input is no terminal its first line is taken. It is\n"
    "never an argument, which every program on this machine could read.\n\n"
    "  --role ROLE        contributor (the usual): proposals carry its name for those who decide\n"
    "                     moderator: decides within its territory\n"
    "                     admin: the same, and gives rights\n"
    "  --territory CODES  where: INSEE codes of communes and départements, 13055,dep:06, or all. A moderator needs one; an\n"
    "                     admin without one has all. Places come from `places import`\n\n"
    "change revokes the account's tokens; password logs it out everywhere; disable does both until enable.\n"
    "two-person CODE on: in this commune, département, or all, two accounts have to agree to a proposal, and neither may\n"
    "have made it. Without a code it lists where that is so.\n"
    "A server that runs beside it follows at the next request.\n";

struct request {
    struct invocation *inv;
    const char *name, *word; /* what follows the sub-command */
    int role;                /* -1: not given */
    const char *territory;   /* NULL: not given */
};

static bool known(struct store *s, struct str name, struct account *out, bool *found, struct arena *a, struct err *err)
{
    struct account *all;
    size_t n;
    *found = false;
    if (!people_list(s, a, &all, &n, err))
        return false;
    for (size_t i = 0; i < n && !*found; i++)
        if ((*found = str_eq_nocase(all[i].name, name)))
            *out = all[i];
    return true;
}

/* Nobody should type a password twice to hear that the name is taken, or that there is none. */
static bool look_first(struct store *s, struct str name, bool wanted, struct arena *a, struct err *err)
{
    struct account was;
    bool found;
    if (!known(s, name, &was, &found, a, err))
        return false;
    if (found && !wanted)
        return err_set(err, ERR_CONFLICT, "there is an account %.*s already; take another name, or `user change`", STR_ARG(was.name));
    return found || !wanted || err_set(err, ERR_MISSING, "there is no account %.*s; `user list` shows them", STR_ARG(str_cut_runes(name, 60)));
}

static bool do_add(struct store *s, const struct request *r, struct arena *a, struct err *err)
{
    AUTO(buf) password = {0};
    struct account account = {.name = str_of(r->name), .role = r->role < 0 ? ROLE_CONTRIBUTOR : (enum role)r->role};
    account.territory = r->territory ? str_of(r->territory) : account.role == ROLE_ADMIN ? S("all") : S("");
    bool ok = territory_check(s, account.territory, err) && look_first(s, account.name, false, a, err) &&
              terminal_read_password(&password, err) && people_add(s, &account, buf_str(&password), NULL, err);
    terminal_forget(&password);
    if (ok)
        printf("account %s: added, %s%s%.*s\n", r->name, ROLE_CODES[account.role], account.territory.len ? " of " : "", STR_ARG(account.territory));
    return ok;
}

static bool do_password(struct store *s, const struct request *r, struct arena *a, struct err *err)
{
    AUTO(buf) password = {0};
    bool ok = look_first(s, str_of(r->name), true, a, err) && terminal_read_password(&password, err) &&
              people_set_password(s, str_of(r->name), buf_str(&password), err);
    terminal_forget(&password);
    if (ok)
        printf("account %s: it has a new password and is logged out everywhere\n", r->name);
    return ok;
}

static bool do_change(struct store *s, const struct request *r, struct arena *a, struct err *err)
{
    struct account was;
    bool found;
    struct str territory = str_of(r->territory);
    if (!look_first(s, str_of(r->name), true, a, err) || !known(s, str_of(r->name), &was, &found, a, err))
        return false;
    if (r->role == ROLE_MODERATOR && !territory.len && !was.territory.len)
        return err_set(err, ERR_INVALID, "a moderator needs a --territory: 13055, dep:06 or all");
    if (!people_change(s, str_of(r->name), r->role, r->territory ? &territory : NULL, err) || !known(s, str_of(r->name), &was, &found, a, err))
        return false;
    printf("account %.*s: %s%s%.*s; its tokens are revoked\n", STR_ARG(was.name), ROLE_CODES[was.role], was.territory.len ? " of " : "",
        STR_ARG(was.territory));
    return true;
}

static bool do_disable(struct store *s, const struct request *r, struct arena *a, struct err *err)
{
    (void)a;
    if (!people_disable(s, str_of(r->name), err))
        return false;
    printf("account %s: disabled, logged out everywhere\n", r->name);
    return true;
}

static bool do_enable(struct store *s, const struct request *r, struct arena *a, struct err *err)
{
    (void)a;
    if (!people_enable(s, str_of(r->name), err))
        return false;
    printf("account %s: enabled\n", r->name);
    return true;
}

static bool do_list(struct store *s, const struct request *r, struct arena *a, struct err *err)
{
    (void)r;
    struct account *all;
    size_t n;
    if (!people_list(s, a, &all, &n, err))
        return false;
    if (n)
        printf("%-24s %-11s %-8s %s\n", "NAME", "ROLE", "STATE", "TERRITORY");
    for (size_t i = 0; i < n; i++) {
        terminal_put(stdout, all[i].name, 24);
        printf(" %-11s %-8s %.*s\n", ROLE_CODES[all[i].role], all[i].disabled ? "disabled" : "enabled", STR_ARG(all[i].territory));
    }
    if (!n)
        fprintf(stderr, "There is no account yet: contrechamp user add NAME --role admin\n");
    return true;
}

static bool list_two_person(struct store *s, struct arena *a, struct err *err)
{
    struct str *codes;
    size_t n;
    if (!territory_two_person_list(s, a, &codes, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        printf("%.*s\n", STR_ARG(codes[i]));
    if (!n)
        fprintf(stderr, "Nowhere do two people have to agree: contrechamp user two-person CODE on\n");
    return true;
}

static bool do_two_person(struct store *s, const struct request *r, struct arena *a, struct err *err)
{
    if (!r->name)
        return list_two_person(s, a, err);
    bool on = strcmp(r->word, "on") == 0;
    if (!territory_set_two_person(s, str_of(r->name), on, err))
        return false;
    printf("territory %s: %s\n", r->name, on ? "two people decide" : "one person decides");
    return true;
}

static const struct {
    const char *name;
    enum { NAMES_NONE, NAMES_ONE, NAMES_CODE_AND_WORD } takes;
    bool takes_rights, only_reads;
    bool (*run)(struct store *s, const struct request *r, struct arena *a, struct err *err);
} DEEDS[] = {
    {"add", NAMES_ONE, true, false, do_add},
    {"change", NAMES_ONE, true, false, do_change},
    {"list", NAMES_NONE, false, true, do_list},
    {"disable", NAMES_ONE, false, false, do_disable},
    {"enable", NAMES_ONE, false, false, do_enable},
    {"password", NAMES_ONE, false, false, do_password},
    {"two-person", NAMES_CODE_AND_WORD, false, false, do_two_person},
};

static int check_words(const struct request *r, size_t deed, size_t n_words)
{
    const bool is_on_off = n_words == 2 && (strcmp(r->word, "on") == 0 || strcmp(r->word, "off") == 0);
    switch (DEEDS[deed].takes) {
    case NAMES_NONE:
        return n_words ? command_misused(r->inv, "list takes no name") : EXIT_DONE;
    case NAMES_ONE:
        return n_words != 1 ? command_misused(r->inv, "%s takes one name", DEEDS[deed].name) : EXIT_DONE;
    case NAMES_CODE_AND_WORD:
        return n_words && !is_on_off ? command_misused(r->inv, "two-person takes a code and on or off") : EXIT_DONE;
    }
    return EXIT_USAGE;
}

/* Whether role and territory make sense together, before anything is opened. */
static int check_rights(const struct request *r, size_t deed)
{
    bool given = r->role >= 0 || r->territory;
    if (given && !DEEDS[deed].takes_rights)
        return command_misused(r->inv, "%s takes neither --role nor --territory", DEEDS[deed].name);
    if (DEEDS[deed].run == do_change && !given)
        return command_misused(r->inv, "change what? --role or --territory");
    if (DEEDS[deed].run == do_add && r->role == ROLE_MODERATOR && !str_of(r->territory).len)
        return command_misused(r->inv, "a moderator needs a --territory: 13055, dep:06 or all");
    return EXIT_DONE;
}

static int run(size_t deed, const struct request *r)
{
    struct err err;
    struct store *store;
    if (!store_open(&store, r->inv->db, DEEDS[deed].only_reads ? STORE_READ : STORE_WRITE, &err))
        return command_failed(r->inv, &err);
    AUTO(arena) a;
    arena_init(&a, 64 << 20);
    bool ok = DEEDS[deed].run(store, r, &a, &err);
    store_close(store);
    return ok ? EXIT_DONE : command_failed(r->inv, &err);
}

int cmd_user(struct invocation *inv)
{
    struct request r = {.inv = inv, .role = -1};
    const char *role = NULL;
    struct option_list words = {0};
    const struct option options[] = {{"--role", OPTION_TEXT, &role}, {"--territory", OPTION_TEXT, &r.territory}};
    int code;
    if (!options_read(inv, options, COUNT(options), &words, HELP, &code))
        return code;
    if (role && (r.role = role_of(str_of(role))) <= ROLE_ANONYMOUS)
        return command_misused(inv, "--role is contributor, moderator or admin, not %.40s", role);
    if (!words.n)
        return command_misused(inv, "what is to be done? add, list, change, disable, enable, password or two-person");
    for (size_t i = 0; i < COUNT(DEEDS); i++) {
        if (strcmp(DEEDS[i].name, words.at[0]) != 0)
            continue;
        r.name = words.n > 1 ? words.at[1] : NULL;
        r.word = words.n > 2 ? words.at[2] : NULL;
        if ((code = check_words(&r, i, words.n - 1)) != EXIT_DONE || (code = check_rights(&r, i)) != EXIT_DONE)
            return code;
        return run(i, &r);
    }
    return command_misused(inv, "%.40s: add, list, change, disable, enable, password or two-person", words.at[0]);
}
