/* contrechamp erase: lawful removal, the only thing that overwrites history. */
#include <stdio.h>

#include "data/contribution.h"
#include "server/command.h"

static const char HELP[] =
    "usage: contrechamp [--db FILE] erase ID --reason TEXT\n\n"
    "Removes a record lawfully: text, position, sources and photos leave the record, all its versions and what was proposed\n"
    "about it, also in the file itself. Its number, the day and the reason stay; every address of it answers 410, and no\n"
    "import brings it back. A server that runs beside it follows within a second.\n\n"
    "  --reason TEXT   the ground, kept with the record's number: \"ruling of 3 May 2026\"; name nobody in it\n";

static bool name_backups(struct store *store, uint64_t id, struct err *err)
{
    static const char *const says[] = {[BACKUP_HOLDS_IT] = "holds it still", [BACKUP_UNREADABLE] = "cannot be looked into",
        [BACKUP_GONE] = "was made there, and is not there any more"};
    AUTO(arena) a;
    arena_init(&a, 16 << 20);
    struct backup *all;
    size_t n;
    if (!store_backups_of(store, id, &a, &all, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (all[i].state != BACKUP_CLEAN)
            fprintf(stderr, "%.*s: %s\n", STR_ARG(all[i].path), says[all[i].state]);
    fprintf(stderr, "Backups and exports that were made before still hold it: remove them, or make them anew.\n");
    return true;
}

int cmd_erase(struct invocation *inv)
{
    const char *reason = NULL;
    struct option_list ids = {0};
    const struct option options[] = {{"--reason", OPTION_TEXT, &reason}};
    uint64_t id;
    int code;
    if (!options_read(inv, options, COUNT(options), &ids, HELP, &code))
        return code;
    if (ids.n != 1 || !str_u64(str_of(ids.at[0]), &id) || !id)
        return command_misused(inv, "give the number of one record, as in its address /d/ID");
    if (!reason || !str_trim(str_of(reason)).len)
        return command_misused(inv, "--reason is needed: the ground of the removal, which is kept");
    struct err err;
    struct store *store;
    if (!store_open(&store, inv->db, STORE_WRITE, &err))
        return command_failed(inv, &err);
    bool ok = record_erase(store, id, str_of(reason), &err);
    if (ok) {
        printf("record %llu: erased\n", (unsigned long long)id);
        ok = name_backups(store, id, &err);
    }
    store_close(store);
    return ok ? EXIT_DONE : command_failed(inv, &err);
}
