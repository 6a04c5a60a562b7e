/* contrechamp places import: places of reference and their boundaries. */
#include <stdio.h>
#include <string.h>

#include "data/base/limits.h"
#include "data/import.h"
#include "server/command.h"

static const char HELP[] =
    "usage: contrechamp places import --default [--packages FOLDER]\n"
    "       contrechamp places import FILE…\n\n"
    "--default: communes, départements and regions of France with codes, positions, population and postcodes, and foreign\n"
    "cities over 50,000 inhabitants, out of the packaged data. FILE: boundaries with INSEE codes (GeoJSON, GeoPackage,\n"
    "Shapefile); with them records are assigned to communes.\n";

static void tell_refused(void *ctx, const char *line)
{
    size_t *told = ctx;
    if ((*told)++ < IMPORT_REFUSALS_SHOWN)
        fprintf(stderr, "%s\n", line);
}

static bool import_boundaries(struct store *s, const struct option_list *files, uint64_t *refused, struct err *err)
{
    struct boundaries_read sum = {0};
    for (size_t i = 0; i < files->n; i++) {
        struct gdal_job job = {.path = files->at[i], .limits = {.memory_bytes = 4096ull << 20}};
        struct boundaries_read n;
        size_t told = 0;
        if (!places_read_boundaries(s, &job, &n, tell_refused, &told, err))
            return err_under(err, "%s", files->at[i]);
        sum.read += n.read;
        sum.placed += n.placed;
        sum.refused += n.refused;
    }
    printf("read %llu placed %llu refused %llu\n", (unsigned long long)sum.read, (unsigned long long)sum.placed, (unsigned long long)sum.refused);
    *refused = sum.refused;
    return true;
}

int cmd_places(struct invocation *inv)
{
    bool use_default = false;
    const char *packages = NULL;
    struct option_list words = {0};
    struct err err = {0};
    struct store *s;
    struct places_loaded n = {0};
    uint64_t refused = 0;
    int code;
    const struct option options[] = {{"--default", OPTION_FLAG, &use_default}, {"--packages", OPTION_TEXT, &packages}};
    if (!options_read(inv, options, COUNT(options), &words, HELP, &code))
        return code;
    if (!words.n || strcmp(words.at[0], "import") != 0)
        return command_misused(inv, "what is to be done? import");
    struct option_list files = {.n = words.n - 1};
    memcpy(files.at, words.at + 1, files.n * sizeof *files.at);
    if (!use_default && !files.n)
        return command_misused(inv, "which file? or --default");
    if (!store_open(&s, inv->db, STORE_CREATE, &err))
        return command_failed(inv, &err);
    bool ok = !use_default || places_load(s, packages, &n, &err);
    if (ok && use_default)
        printf("communes %llu departments %llu regions %llu foreign %llu without_position %llu\n", (unsigned long long)n.communes,
            (unsigned long long)n.departments, (unsigned long long)n.regions, (unsigned long long)n.foreign, (unsigned long long)n.without_position);
    if (ok && files.n)
        ok = import_boundaries(s, &files, &refused, &err);
    store_close(s);
    return !ok ? command_failed(inv, &err) : refused ? EXIT_PART : EXIT_DONE;
}
