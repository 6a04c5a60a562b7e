/* contrechamp starter: the sourced starter list, put in or brought up to date. */
#include <stdio.h>

#include "data/import.h"
#include "server/command.h"

static const char HELP[] =
    "usage: contrechamp starter\n\n"
    "Puts in the sourced starter list, or brings it up to date; what was changed here since is kept.\n";

int cmd_starter(struct invocation *inv)
{
    struct err err = {0};
    struct store *s;
    struct batch b;
    int code;
    if (!options_read(inv, NULL, 0, NULL, HELP, &code))
        return code;
    if (!store_open(&s, inv->db, STORE_CREATE, &err))
        return command_failed(inv, &err);
    bool ok = starter_load(s, &b, &err);
    store_close(s);
    if (!ok)
        return command_failed(inv, &err);
    printf("read %llu new %llu updated %llu same %llu duplicate 0 refused %llu\n", (unsigned long long)b.n_read, (unsigned long long)b.n_new,
        (unsigned long long)b.n_updated, (unsigned long long)b.n_same, (unsigned long long)b.n_refused);
    return EXIT_DONE;
}
