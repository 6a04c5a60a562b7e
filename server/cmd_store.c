/* contrechamp backup, restore, check, stats: the upkeep of the database file. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "data/base/json.h"
#include "data/contribution.h"
#include "data/store.h"
#include "server/command.h"

/* One file and nothing else. */
static bool one_file(struct invocation *inv, const char *help, const char **file, int *code)
{
    struct option_list files = {0};
    if (!options_read(inv, NULL, 0, &files, help, code))
        return false;
    if (files.n != 1) {
        *code = command_misused(inv, "give one file");
        return false;
    }
    *file = files.at[0];
    return true;
}

/* So that `erase` can name it. Of a plain file only: what went into a pipe is anywhere. */
static void note_backup(const struct invocation *inv, const char *file)
{
    struct err err;
    struct stat st;
    struct store *store;
    if (strcmp(file, "-") == 0 || stat(file, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    bool ok = store_open(&store, inv->db, STORE_WRITE, &err);
    if (ok) {
        ok = store_note_backup(store, file, &err);
        store_close(store);
    }
    if (!ok)
        fprintf(stderr, "The database could not note where its backup is, so `erase` will not name it: %s\n", err.text);
}

int cmd_backup(struct invocation *inv)
{
    const char *file;
    int code;
    if (!one_file(inv, "usage: contrechamp [--db FILE] backup FILE\n\nA consistent copy of the database, made while it is in use, verified and synced.\n", &file, &code))
        return code;
    struct err err;
    struct store *store;
    if (!store_open(&store, inv->db, STORE_READ, &err))
        return command_failed(inv, &err);
    bool ok = store_backup(store, file, &err);
    store_close(store);
    if (!ok)
        return command_failed(inv, &err);
    printf("%s: whole\n", file);
    note_backup(inv, file);
    return EXIT_DONE;
}

int cmd_restore(struct invocation *inv)
{
    const char *file;
    int code;
    if (!one_file(inv, "usage: contrechamp [--db FILE] restore FILE\n\nPuts a backup in the place of the database, which nobody may have open.\n", &file, &code))
        return code;
    struct err err;
    if (!store_restore(file, inv->db, &err))
        return command_failed(inv, &err);
    printf("%s: restored from %s\n", inv->db, file);
    return EXIT_DONE;
}

static void say_line(void *ctx, const char *line)
{
    (void)ctx;
    printf("%s\n", line);
}

int cmd_check(struct invocation *inv)
{
    bool rebuild = false;
    const struct option options[] = {{"--rebuild", OPTION_FLAG, &rebuild}};
    int code;
    if (!options_read(inv, options, COUNT(options), NULL,
            "usage: contrechamp [--db FILE] check [--rebuild]\n\nIs the file whole, and do indexes agree with the facts. Prints \"ok\", or what is wrong\n"
            "and leaves with 1. --rebuild remakes the indexes first.\n", &code))
        return code;
    struct err err;
    struct store *store;
    if (!store_open(&store, inv->db, rebuild ? STORE_WRITE : STORE_READ, &err))
        return command_failed(inv, &err);
    bool ok = store_check(store, rebuild, say_line, NULL, &err);
    store_close(store);
    if (!ok)
        return command_failed(inv, &err);
    printf("ok\n");
    return EXIT_DONE;
}

/* ---- stats ---- */

static void print_terms(const char *title, const struct term *terms, const uint64_t *counts, size_t n)
{
    printf("%s\n", title);
    for (size_t i = 0; i < n; i++)
        if (counts[i])
            printf("  %8llu  %s\n", (unsigned long long)counts[i], terms[i].code);
}

static bool print_places(struct store *store, struct arena *a, struct err *err)
{
    struct place *places;
    size_t n;
    if (!store_places_with_records(store, a, &places, &n, err))
        return false;
    if (n)
        printf("by place\n");
    for (size_t i = 0; i < n; i++)
        printf("  %8u  %.*s (%.*s)\n", places[i].n_deployments, STR_ARG(places[i].name), STR_ARG(places[i].code));
    return true;
}

static bool print_people(struct store *store, const struct store_stats *t, struct err *err)
{
    struct queue_counts q;
    if (!contribution_counts(store, NULL, &q, err))
        return false;
    printf("contributions waiting %zu, urgent %zu, overdue %zu; accepted and held %zu\n", q.waiting, q.urgent, q.overdue, q.held);
    printf("photos %llu, waiting %llu\naccounts %llu\ntokens %llu\n", (unsigned long long)t->photos, (unsigned long long)t->photos_waiting,
        (unsigned long long)t->accounts, (unsigned long long)t->tokens);
    return true;
}

static bool print_batches(struct store *store, struct arena *a, struct err *err)
{
    struct batch *batches;
    size_t n;
    if (!store_batches(store, a, &batches, &n, err))
        return false;
    if (n)
        printf("imports, newest first (`import --undo NAME` takes one back)\n");
    for (size_t i = 0; i < n; i++) {
        const struct batch *b = &batches[i];
        AUTO(buf) day = {0};
        partial_date_write(&day, b->as_of);
        printf("  %.*s  %.*s  as of %s  read %llu new %llu updated %llu same %llu duplicate %llu refused %llu  %.*s  %.*s\n", STR_ARG(b->slug),
            STR_ARG(b->state), day.len ? day.at : "?", (unsigned long long)b->n_read, (unsigned long long)b->n_new,
            (unsigned long long)b->n_updated, (unsigned long long)b->n_same, (unsigned long long)b->n_duplicate,
            (unsigned long long)b->n_refused, STR_ARG(b->licence), STR_ARG(b->attribution));
    }
    return true;
}

int cmd_stats(struct invocation *inv)
{
    int code;
    if (!options_read(inv, NULL, 0, NULL, "usage: contrechamp [--db FILE] stats\n\nCounts by category, status, precision and place, what waits for a decision, and the imports.\n", &code))
        return code;
    struct err err;
    struct store *store;
    if (!store_open(&store, inv->db, STORE_READ, &err))
        return command_failed(inv, &err);
    AUTO(arena) a;
    arena_init(&a, 64 * 1024 * 1024);
    struct store_stats t;
    bool ok = store_stats(store, &t, &err);
    if (ok) {
        printf("records %llu\ndevices %llu\nsources %llu\nversions %llu\nimports %llu\nlast change %llu\n", (unsigned long long)t.deployments,
            (unsigned long long)t.devices, (unsigned long long)t.sources, (unsigned long long)t.revisions, (unsigned long long)t.batches,
            (unsigned long long)t.seq);
        if (t.surveys)
            printf("areas surveyed, nothing found %llu\n", (unsigned long long)t.surveys);
        print_terms("by category", CATEGORY_TERMS, t.by_category, CATEGORY_COUNT);
        print_terms("by status (latest event, however old)", STATUS_TERMS, t.by_status, STATUS_COUNT);
        print_terms("by precision as published", PRECISION_TERMS, t.by_precision, PRECISION_COUNT);
        ok = print_people(store, &t, &err) && print_places(store, &a, &err) && print_batches(store, &a, &err);
    }
    store_close(store);
    return ok ? EXIT_DONE : command_failed(inv, &err);
}
