/*
 * The commands of the program and how they read what was typed. Results go to standard output, all else to standard
 * error; the exit code is 0 done, 1 failed, 2 wrong usage, 3 done in part.
 */
#ifndef SERVER_COMMAND_H
#define SERVER_COMMAND_H

#include "data/base/err.h"
#include "data/base/str.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_PART = 3 };

struct invocation {
    const char *db;      /* --db, CONTRECHAMP_DB or ./contrechamp.sqlite */
    bool db_is_given;    /* not the last of these */
    const char *command; /* "import" */
    int argc;            /* what follows the command's name */
    char **argv;
};
typedef int command_fn(struct invocation *inv);

/* Options of a command: a table the reader walks. Values are borrowed from argv. */
enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_LIST };
struct option_list {
    size_t n;
    const char *at[64];
};
struct option {
    const char *name; /* "--report" */
    enum option_kind kind;
    void *into;       /* bool *, const char **, struct option_list * */
};
/* Reads options, and the rest into `files` (NULL: none are taken). On a mistake says what and how to get help, and answers
 * false with *code to leave with: EXIT_USAGE, or EXIT_DONE after --help, for which `help` is printed. */
bool options_read(struct invocation *inv, const struct option *options, size_t n, struct option_list *files,
    const char *help, int *code);

/* "contrechamp: COMMAND: sentence" on standard error; returns EXIT_FAILED. */
int command_failed(const struct invocation *inv, const struct err *err);
/* The same for wrong usage: EXIT_USAGE, with where to find help. */
int command_misused(const struct invocation *inv, const char *format, ...) PRINTF_LIKE(2, 3);

/* Set by the first Ctrl-C or SIGTERM after command_catch_stop; long work asks it between steps. */
extern volatile bool command_stop;
void command_catch_stop(void);

command_fn cmd_version, cmd_basemap, cmd_json, cmd_tile;
command_fn cmd_style;
command_fn cmd_render, cmd_query;
command_fn cmd_backup, cmd_restore, cmd_check, cmd_stats, cmd_doctor;
command_fn cmd_export, cmd_import, cmd_places, cmd_starter, cmd_worker, cmd_photo;
command_fn cmd_erase, cmd_user, cmd_token, cmd_moderate;
command_fn cmd_serve;

#endif
