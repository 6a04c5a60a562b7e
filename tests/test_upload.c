/* A file row by row without writing, and what the store keeps of files that people sent. */
#include "tests/test.h"

#include <string.h>

#include "data/columns.h"
#include "data/contribution.h"
#include "data/import.h"
#include "tests/fresh_store.h"

static struct store *fresh(const char *name)
{
    gdal_worker_program = "build/contrechamp";
    return empty_store(name);
}

static const char *table(const char *text)
{
    AUTO(buf) out = {0};
    struct err err = {0};
    const char *path = in_folder("cameras.csv");
    buf_add(&out, str_of(text));
    works(buf_write_file(&out, path, &err), &err);
    return path;
}

#define HEAD "id;numero;lon;lat;type;hauteur\n"

struct told {
    size_t n;
    struct import_row rows[8];
    char identity[8][120];
    int height[8];
};

static void tell(void *ctx, const struct import_row *r)
{
    struct told *t = ctx;
    CHECK(t->n < COUNT(t->rows));
    t->rows[t->n] = *r;
    snprintf(t->identity[t->n], sizeof t->identity[0], "%.*s", STR_ARG(r->identity));
    t->height[t->n] = r->d && r->d->n_devices ? (int)r->d->devices[0].height_m : -1;
    t->n++;
}

static struct told look(struct store *s, const char *path, const char *mapping, struct import_seen *seen)
{
    struct told t = {0};
    struct err err = {0};
    struct mapping fields = {0};
    struct import_job job = {.path = path, .name = "relevé", .fields = &fields};
    if (mapping)
        works(mapping_read(str_of(mapping), &arena, &fields, &err), &err);
    works(import_each(s, &job, tell, &t, seen, &err), &err);
    return t;
}

static struct batch import(struct store *s, const char *path)
{
    struct err err = {0};
    struct batch b = {0};
    works(import_file(s, &(struct import_job){.path = path, .name = "relevé"}, &b, &err), &err);
    return b;
}

TEST(a_store_that_is_only_read_says_what_would_become_of_each_row)
{
    SKIP_WITHOUT("build/contrechamp");
    struct err err = {0};
    struct import_seen seen;
    struct store *s = fresh("each.sqlite"), *reader;
    import(s, table(HEAD "1;A1;5.37;43.3;caméra;4\n2;A2;5.38;43.31;caméra;4\n"));
    works(store_open(&reader, in_folder("each.sqlite"), STORE_READ, &err), &err);
    struct told t = look(reader, table(HEAD "1;A1;5.37;43.3;caméra;4\n2;A2;5.38;43.31;caméra;6\n3;A2;5.38;43.31;caméra;4\n4;A4;5.39;43.32;caméra;4\n5;A5;;;caméra;4\n"),
        NULL, &seen);
    CHECK_INT(t.n, 5);
    CHECK_INT(t.rows[0].is, IMPORT_SAME);
    CHECK_INT(t.rows[1].is, IMPORT_CHANGED);
    CHECK_INT(t.rows[1].other, 2);
    CHECK_INT(t.height[1], 6);
    CHECK_INT(t.rows[2].is, IMPORT_DUPLICATE);
    CHECK_INT(t.rows[2].other, 2);
    CHECK_INT(t.rows[3].is, IMPORT_NEW);
    CHECK_TEXT(t.identity[3], "ext:releve:4");
    CHECK_INT(t.rows[3].number, 5);
    CHECK_INT(t.rows[4].is, IMPORT_REFUSED);
    CHECK_INT(seen.batch.n_read, 5);
    CHECK_INT(seen.batch.n_updated, 1);
    store_close(reader);
    struct store_stats stats;
    works(store_stats(s, &stats, &err), &err);
    CHECK_INT(stats.deployments, 2);
    CHECK_INT(stats.batches, 1);
    store_close(s);
}

TEST(a_mapping_is_written_as_it_is_read_and_what_is_null_in_it_is_not_looked_for)
{
    SKIP_WITHOUT("build/contrechamp");
    struct err err = {0};
    struct mapping m;
    AUTO(buf) text = {0}, again = {0};
    struct import_seen seen;
    arena_init(&arena, 1 << 20);
    works(mapping_read(S("{\"lon\":\"A\",\"ref\":null,\"columns\":{\"height\":null},\"constants\":{\"category\":\"cctv\"},\"projection\":\"EPSG:2154\",\"layer\":\"F\"}"), &arena, &m,
        &err), &err);
    CHECK(m.absent[COLUMN_REF] && m.absent[COLUMN_HEIGHT] && !m.absent[COLUMN_LON]);
    mapping_write(&text, &m);
    CHECK_TEXT(text.at, "{\"columns\":{\"lon\":\"A\",\"ref\":null,\"height\":null},\"constants\":{\"category\":\"cctv\"},\"projection\":\"EPSG:2154\",\"layer\":\"F\"}");
    works(mapping_read(buf_str(&text), &arena, &m, &err), &err);
    mapping_write(&again, &m);
    CHECK_TEXT(again.at, text.at);
    struct store *s = fresh("null.sqlite");
    struct told t = look(s, table(HEAD "1;A1;5.37;43.3;caméra;4\n"), "{\"height\":null}", &seen);
    CHECK_INT(t.height[0], 0);
    store_close(s);
}

TEST(a_group_finds_its_own_mapping_again_by_the_columns_of_the_file)
{
    SKIP_WITHOUT("build/contrechamp");
    struct err err = {0};
    struct store *s = fresh("mapping.sqlite");
    struct import_columns c, other = {.n = 1, .name = {{"a", 1}}};
    struct mapping none = {0};
    struct str text;
    bool found;
    works(import_look(&(struct import_job){.path = table(HEAD "1;A1;5.37;43.3;caméra;4\n"), .fields = &none}, &arena, &c, &err), &err);
    CHECK_INT(c.n, 6);
    CHECK_STR(c.name[1], "numero");
    CHECK_STR(c.sample[4], "caméra");
    works(import_mapping_keep(s, S("13055"), &c, S("{\"lon\":\"x\"}"), &err) && import_mapping_keep(s, S("13055"), &c, S("{\"lon\":\"lon\"}"), &err), &err);
    works(import_mapping_recall(s, S("13055"), &c, &arena, &text, &found, &err), &err);
    CHECK(found);
    CHECK_STR(text, "{\"lon\":\"lon\"}");
    works(import_mapping_recall(s, S("06088"), &c, &arena, &text, &found, &err), &err);
    CHECK(!found);
    works(import_mapping_recall(s, S("13055"), &other, &arena, &text, &found, &err), &err);
    CHECK(!found);
    store_close(s);
}

static uint64_t propose_first(struct store *s, const char *path, uint64_t *batch_id)
{
    struct err err = {0};
    struct import_seen seen;
    struct told t = look(s, path, NULL, &seen);
    struct batch b = {.slug = S("upload-2026-11"), .licence = S("Licence Ouverte 2.0"), .attribution = S("Ville de Nice"), .as_of = seen.batch.as_of};
    CHECK_INT(t.rows[0].is, IMPORT_NEW);
    works(store_begin(s, &err) && store_batch_begin(s, &b, &err), &err);
    struct contribution c = {.kind = CONTRIBUTION_ADD, .has_position = true, .at = {5.37, 43.3}, .batch_id = b.id,
        .patch = S("{\"category\":\"cctv\",\"position\":[5.37,43.3],\"location_precision\":\"street\",\"ref\":\"A1\",\"devices\":[{\"position\":[5.37,43.3]}]}")};
    works(contribution_receive(s, &c, S(""), &err) && import_row_proposed(s, c.id, str_of(t.identity[0]), t.rows[0].content_hash, &err) && store_commit(s, &err), &err);
    *batch_id = b.id;
    return c.id;
}

TEST(a_row_that_waits_is_not_proposed_twice_and_once_accepted_it_is_known_under_its_key)
{
    SKIP_WITHOUT("build/contrechamp");
    static const struct who MODERATOR = {.role = ROLE_MODERATOR, .territory = {"all", 3}, .name = {"mod", 3}};
    struct err err = {0};
    struct import_seen seen;
    struct store *s = fresh("waits.sqlite");
    const char *path = table(HEAD "1;A1;5.37;43.3;caméra;4\n");
    uint64_t batch, id = propose_first(s, path, &batch), known, hash;
    struct told t = look(s, path, NULL, &seen);
    CHECK_INT(t.rows[0].is, IMPORT_SAME);
    CHECK(t.rows[0].waiting);
    t = look(s, table(HEAD "1;A1;5.37;43.3;caméra;5\n"), NULL, &seen);
    CHECK_INT(t.rows[0].is, IMPORT_NEW); /* it says something else now */
    struct ruled out;
    works(contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &MODERATOR}, &out, &err), &err);
    works(store_identity(s, S("ext:releve:1"), &known, &hash, &err), &err);
    CHECK_INT(known, out.record);
    struct deployment d;
    bool found;
    works(store_find(s, known, true, &arena, &d, &found, &err), &err);
    CHECK_STR(d.licence, "Licence Ouverte 2.0");
    CHECK_STR(d.attribution, "Ville de Nice");
    CHECK_STR(d.external_id, "1");
    CHECK_STR(d.external_source, "releve");
    t = look(s, table(HEAD "1;A1;5.37;43.3;caméra;4\n"), NULL, &seen);
    CHECK_INT(t.rows[0].is, IMPORT_SAME);
    CHECK(!t.rows[0].waiting);
    t = look(s, table(HEAD "1;A1;5.37;43.3;caméra;5\n"), NULL, &seen);
    CHECK_INT(t.rows[0].is, IMPORT_CHANGED);
    CHECK(t.rows[0].by_hand); /* people accepted it: it is changed by proposals alone */
    struct undone undone;
    works(store_batch_undo(s, S("upload-2026-11"), &undone, &err), &err);
    CHECK_INT(undone.n_removed, 1);
    store_close(s);
}

TEST(what_is_erased_leaves_no_key_of_the_row_it_came_with)
{
    SKIP_WITHOUT("build/contrechamp");
    static const struct who MODERATOR = {.role = ROLE_MODERATOR, .territory = {"all", 3}, .name = {"mod", 3}};
    struct err err = {0};
    struct store *s = fresh("erased.sqlite");
    uint64_t batch, id = propose_first(s, table(HEAD "77;A1;5.37;43.3;caméra;4\n"), &batch);
    struct ruled out;
    bool waits;
    works(contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &MODERATOR}, &out, &err), &err);
    works(record_erase(s, out.record, S("ruling"), &err), &err);
    works(import_row_waits(s, S("ext:releve:77"), 0, &waits, &err), &err);
    CHECK(!waits);
    struct import_seen seen;
    struct told t = look(s, table(HEAD "77;A1;5.37;43.3;caméra;4\n"), NULL, &seen);
    CHECK_INT(t.rows[0].is, IMPORT_REFUSED);
    store_close(s);
}

TEST(reading_that_is_stopped_ends_at_once_and_says_so)
{
    SKIP_WITHOUT("build/contrechamp");
    struct err err = {0};
    const bool stop = true;
    struct mapping none = {0};
    struct import_columns c;
    struct import_seen seen;
    struct told t = {0};
    struct store *s = fresh("stop.sqlite");
    const struct import_job job = {.path = table(HEAD "1;A1;5.37;43.3;caméra;4\n"), .fields = &none, .stop = &stop};
    CHECK(!import_look(&job, &arena, &c, &err));
    CHECK_INT(err.code, ERR_BUSY);
    CHECK(!import_each(s, &job, tell, &t, &seen, &err));
    CHECK_INT(err.code, ERR_BUSY);
    store_close(s);
}

