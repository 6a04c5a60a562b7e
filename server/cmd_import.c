/* contrechamp import: foreign files in, and batches back out. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/base/limits.h"
#include "data/import.h"
#include "server/command.h"

static const char HELP[] =
    "usage: contrechamp import [options] FILE…\n"
    "       contrechamp import --undo BATCH\n\n"
    "Takes deployments in from OSM (.osm.pbf, .osm, .osm.gz), Overpass JSON, GeoJSON (also newline-delimited, gzipped),\n"
    "CSV/TSV, ODS/XLSX, KML, GPX, GeoPackage, Shapefile (also zipped) and FlatGeobuf. Local files only. One file is one\n"
    "batch, whole or not at all; the same file twice changes nothing.\n\n"
    "  --dry-run          says what would be done\n"
    "  --mapping FILE     JSON: {\"lon\": \"X\", \"lat\": \"Y\", \"ref\": \"Numéro\", \"constants\": {\"category\": \"cctv\"},\n"
    "                     \"projection\": \"EPSG:2154\", \"layer\": \"Feuille1\"}; what it does not name is guessed\n"
    "  --category C       what all of them are (cctv, vsa, alpr, …); needed where nothing in a table says surveillance\n"
    "  --licence L --attribution T --source-url U\n"
    "                     of the batch; the address also names the source when the file comes again\n"
    "  --precision P      how well the places are known (exact, address, street, district, city)\n"
    "  --as-of D          the day the file describes (2019-10-28; else its own)\n"
    "  --report FILE      every refused and duplicate row, as JSON\n"
    "  --memory-mb N      for reading the file (4096)\n"
    "  --undo BATCH       takes an import back; with --dry-run it says what that would change\n";

struct telling {
    size_t told;
};

static void tell_refused(void *ctx, const char *line)
{
    struct telling *t = ctx;
    if (t->told++ < IMPORT_REFUSALS_SHOWN)
        fprintf(stderr, "%s\n", line);
}

static int undo(struct invocation *inv, const char *slug, bool dry_run)
{
    struct err err = {0};
    struct store *s;
    struct undone n;
    if (!store_open(&s, inv->db, dry_run ? STORE_READ : STORE_WRITE, &err))
        return command_failed(inv, &err);
    bool ok = dry_run ? store_batch_would_undo(s, str_of(slug), &n, &err) : store_batch_undo(s, str_of(slug), &n, &err);
    store_close(s);
    if (!ok)
        return command_failed(inv, &err);
    printf("%s %llu\n", dry_run ? "would undo" : "undone", (unsigned long long)(n.n_removed + n.n_returned));
    fprintf(stderr, "%llu %s taken away, %llu %s as they were before\n", (unsigned long long)n.n_removed, dry_run ? "would be" : "were",
        (unsigned long long)n.n_returned, dry_run ? "would be" : "are");
    return EXIT_DONE;
}

static void say_batch(struct store *s, uint64_t id)
{
    struct arena a;
    struct batch *list;
    size_t n;
    struct err ignored;
    arena_init(&a, 1 << 24);
    if (store_batches(s, &a, &list, &n, &ignored))
        for (size_t i = 0; i < n; i++)
            if (list[i].id == id)
                fprintf(stderr, "batch %.*s (contrechamp import --undo %.*s takes it back)\n", STR_ARG(list[i].slug), STR_ARG(list[i].slug));
    arena_done(&a);
}

/* Without one nobody may pass the rows on; OSM files bring theirs. */
static void warn_of_no_licence(const char *file, const struct batch *b)
{
    if (b->n_new + b->n_updated && !b->licence.len)
        fprintf(stderr, "%s: under which licence these rows are is not known, and stays so in the data and in exports; say --licence (and --attribution)\n", file);
}

static bool import_one(struct store *s, struct import_job *job, struct batch *sum, struct err *err)
{
    struct batch b;
    struct telling t = {0};
    job->ctx = &t;
    if (!import_file(s, job, &b, err))
        return err_under(err, "%s", job->path);
    if (t.told > IMPORT_REFUSALS_SHOWN)
        fprintf(stderr, "%s: %zu more rows refused%s\n", job->path, t.told - IMPORT_REFUSALS_SHOWN, job->report ? ", all in the report" : "; --report FILE lists all");
    warn_of_no_licence(job->path, &b);
    if (b.id && !job->dry_run)
        say_batch(s, b.id);
    sum->n_read += b.n_read;
    sum->n_new += b.n_new;
    sum->n_updated += b.n_updated;
    sum->n_same += b.n_same;
    sum->n_duplicate += b.n_duplicate;
    sum->n_refused += b.n_refused;
    return true;
}

/* Of several files those that can be read go in; what the others lack is said as it is met. */
static size_t import_all(struct invocation *inv, struct store *s, struct import_job *job, const struct option_list *files, struct batch *sum)
{
    size_t failed = 0;
    for (size_t i = 0; i < files->n && !command_stop; i++) {
        struct err err = {0};
        job->path = files->at[i];
        if (import_one(s, job, sum, &err))
            continue;
        failed++;
        command_failed(inv, &err);
    }
    return failed;
}

/* Asked before the work is done, not after. */
static bool report_can_be_written(const char *path)
{
    AUTO(buf) folder = {0};
    const char *slash = strrchr(path, '/');
    buf_put(&folder, path, slash ? (size_t)(slash - path) : 0);
    return access(folder.len ? folder.at : slash ? "/" : ".", W_OK) == 0;
}

static bool is_word(const struct invocation *inv, const char *option, const char *word, const struct term *terms, size_t n)
{
    AUTO(buf) list = {0};
    if (!word || term_find(terms, n, str_of(word)) >= 0)
        return true;
    term_list(&list, terms, n);
    command_misused(inv, "%s %s is not one of %s", option, word, list.at);
    return false;
}

int cmd_import(struct invocation *inv)
{
    struct import_job job = {.refused = tell_refused, .stop = (const bool *)&command_stop};
    const char *undo_slug = NULL, *as_of = NULL, *memory = NULL;
    struct option_list files = {0};
    struct err err = {0};
    struct batch sum = {0};
    struct store *s;
    uint64_t memory_mb = 4096;
    int code;
    const struct option options[] = {{"--dry-run", OPTION_FLAG, &job.dry_run}, {"--mapping", OPTION_TEXT, &job.mapping},
        {"--category", OPTION_TEXT, &job.category}, {"--licence", OPTION_TEXT, &job.licence}, {"--attribution", OPTION_TEXT, &job.attribution},
        {"--source-url", OPTION_TEXT, &job.source_url}, {"--precision", OPTION_TEXT, &job.precision}, {"--report", OPTION_TEXT, &job.report},
        {"--as-of", OPTION_TEXT, &as_of}, {"--memory-mb", OPTION_TEXT, &memory}, {"--undo", OPTION_TEXT, &undo_slug}};
    if (!options_read(inv, options, COUNT(options), &files, HELP, &code))
        return code;
    if (undo_slug)
        return files.n ? command_misused(inv, "--undo takes a batch and no file") : undo(inv, undo_slug, job.dry_run);
    if (!files.n)
        return command_misused(inv, "which file?");
    if (job.report && files.n > 1)
        return command_misused(inv, "--report is for one file at a time");
    if (job.report && !report_can_be_written(job.report)) {
        err_errno(&err, "%s", job.report);
        return command_failed(inv, &err);
    }
    if (!is_word(inv, "--category", job.category, CATEGORY_TERMS, CATEGORY_COUNT) ||
        !is_word(inv, "--precision", job.precision, PRECISION_TERMS, PRECISION_COUNT))
        return EXIT_USAGE;
    if (as_of && (!partial_date_read(str_of(as_of), &job.as_of) || !job.as_of.year))
        return command_misused(inv, "--as-of %s is not a date such as 2019-10-28", as_of);
    if (memory && (!str_u64(str_of(memory), &memory_mb) || memory_mb < 64 || memory_mb > 1 << 20))
        return command_misused(inv, "--memory-mb is 64 to 1048576");
    job.limits.memory_bytes = memory_mb << 20;
    command_catch_stop();
    if (!store_open(&s, inv->db, STORE_CREATE, &err))
        return command_failed(inv, &err);
    size_t failed = import_all(inv, s, &job, &files, &sum);
    store_close(s);
    if (failed && files.n == 1)
        return EXIT_FAILED;
    printf("read %llu new %llu updated %llu same %llu duplicate %llu refused %llu\n", (unsigned long long)sum.n_read,
        (unsigned long long)sum.n_new, (unsigned long long)sum.n_updated, (unsigned long long)sum.n_same,
        (unsigned long long)sum.n_duplicate, (unsigned long long)sum.n_refused);
    return sum.n_refused || failed ? EXIT_PART : EXIT_DONE;
}
