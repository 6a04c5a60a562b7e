#include "tests/test.h"

#include <math.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "data/base/clock.h"
#include "data/store.h"
#include "data/world.h"

/* ---- a database for each test, in a folder of its own ---- */

static char folder[64], path[96];

static struct store *fresh(void)
{
    struct err err = {0};
    snprintf(folder, sizeof folder, "/tmp/contrechamp-test-XXXXXX");
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/map.sqlite", folder);
    struct store *s = NULL;
    if (!store_open(&s, path, STORE_CREATE, &err))
        print_error("%s\n", err.text);
    CHECK(s != NULL);
    return s;
}

static void clean(struct store *s)
{
    store_close(s);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    CHECK_INT(system(command), 0);
}

static void must_work(bool ok, const struct err *err)
{
    if (!ok)
        print_error("%s\n", err->text);
    CHECK(ok);
}

static struct partial_date day(const char *text)
{
    struct partial_date d = {0};
    CHECK(partial_date_read(str_of(text), &d));
    return d;
}

/* A camera as an import makes it. */
struct camera {
    struct device device;
    struct device_view view;
    struct status_event event;
    struct org_ref org;
    struct deployment d;
};

static struct deployment *camera(struct camera *c, double lon, double lat)
{
    *c = (struct camera){.view = {.bearing_deg = 45, .has_bearing = true, .width_deg = 60},
        .event = {.status = STATUS_ACTIVE, .kind = EVENT_OBSERVED, .date = day("2026-01-01")},
        .org = {.role = ROLE_OPERATOR, .name = S("Ville de Nîmes")}};
    c->device = (struct device){.at = {lon, lat}, .type = DEVICE_DOME, .tilt_deg = NAN, .n_views = 1, .views = &c->view};
    c->d = (struct deployment){.category = CATEGORY_CCTV, .space = SPACE_PUBLIC, .has_position = true, .at = {lon, lat},
        .precision = PRECISION_EXACT, .public_precision = PRECISION_EXACT, .device_count = -1, .retention_days = -1,
        .moderation = MODERATION_PUBLISHED, .n_devices = 1, .devices = &c->device, .n_events = 1, .events = &c->event, .n_orgs = 1,
        .orgs = &c->org, .licence = S("ODbL-1.0")};
    return &c->d;
}

static uint64_t put(struct store *s, struct deployment *d, const char *identity, uint64_t batch)
{
    struct err err = {0};
    struct edit e = {.deployment = d, .identity = str_of(identity), .content_hash = deployment_hash(d), .batch_id = batch};
    must_work(store_apply(s, &e, 1, &err), &err);
    return d->id;
}

TEST(what_was_put_in_is_read_back_whole)
{
    struct store *s = fresh();
    struct camera c;
    uint64_t id = put(s, camera(&c, 4.36, 43.83), "osm:n1", 0);
    struct err err = {0};
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    struct deployment d;
    bool found;
    must_work(store_find(s, id, false, &a, &d, &found, &err), &err);
    CHECK(found);
    CHECK_INT(d.version, 1);
    CHECK_INT(d.n_devices, 1);
    CHECK_NEAR(d.devices[0].at.lat, 43.83, 1e-9);
    CHECK_INT(d.devices[0].n_views, 1);
    CHECK_NEAR(d.devices[0].views[0].bearing_deg, 45, 1e-9);
    CHECK_INT(d.status, STATUS_ACTIVE);
    CHECK_STR(d.orgs[0].slug, "ville-de-nimes");
    CHECK_STR(d.licence, "ODbL-1.0");
    uint64_t known, hash;
    must_work(store_identity(s, S("osm:n1"), &known, &hash, &err), &err);
    CHECK_INT(known, id);
    CHECK_INT(hash, deployment_hash(&c.d));
    clean(s);
}

static bool count_one(void *ctx, const struct deployment *d, struct err *err)
{
    (void)err;
    struct deployment *first = ctx;
    first->n_devices += d->n_devices;
    first->id++;
    return true;
}

TEST(the_sweep_over_the_tables_says_the_same_as_the_whole_record)
{
    struct store *s = fresh();
    struct camera c;
    for (int i = 0; i < 20; i++)
        put(s, camera(&c, 4 + i * 0.01, 43), "", 0);
    struct err err = {0};
    struct deployment sum = {0};
    must_work(store_each(s, count_one, &sum, &err), &err);
    CHECK_INT(sum.id, 20);
    CHECK_INT(sum.n_devices, 20);
    clean(s);
}

TEST(the_same_operator_in_another_spelling_is_one_organisation)
{
    struct store *s = fresh();
    struct camera c;
    put(s, camera(&c, 4, 43), "", 0);
    camera(&c, 4.1, 43);
    c.org.name = S("ville de nimes");
    put(s, &c.d, "", 0);
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    struct org *orgs;
    size_t n;
    struct err err = {0};
    must_work(store_orgs(s, &a, &orgs, &n, &err), &err);
    CHECK_INT(n, 1);
    CHECK_INT(orgs[0].n_deployments, 2);
    clean(s);
}

TEST(a_position_that_may_not_be_published_leaves_by_no_way)
{
    struct store *s = fresh();
    struct camera c;
    camera(&c, 4.123456, 43.654321);
    c.d.public_precision = PRECISION_CITY;
    c.d.place_code = S("30189");
    c.d.place_name = S("Nîmes");
    struct err err = {0};
    struct place nimes = {.code = S("30189"), .name = S("Nîmes"), .kind = S("commune"), .at = {4.36, 43.83}, .population = 148000};
    must_work(store_put_place(s, &nimes, S("30000 30900"), &err), &err);
    uint64_t id = put(s, &c.d, "osm:n77", 0);
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    struct deployment d;
    bool found;
    must_work(store_find(s, id, false, &a, &d, &found, &err), &err);
    CHECK(found);
    CHECK_INT(d.n_devices, 0);
    CHECK_NEAR(d.at.lon, 4.36, 1e-9);
    AUTO(buf) json = {0};
    deployment_write_json(&json, &d);
    CHECK(!str_has(buf_str(&json), S("4.123456")));
    CHECK(!str_has(buf_str(&json), S("43.654321")));
    struct search there = {.filter = filter_everything(), .has_bbox = true, .bbox = {4.12, 43.65, 4.13, 43.66}};
    struct deployment *list;
    size_t n, total;
    must_work(store_search(s, &there, &a, &list, &n, &total, &err), &err);
    CHECK_INT(total, 0);
    there.bbox = (struct box){4.3, 43.8, 4.4, 43.9};
    must_work(store_search(s, &there, &a, &list, &n, &total, &err), &err);
    CHECK_INT(total, 1);
    CHECK_INT(list[0].precision, PRECISION_CITY);
    clean(s);
}

TEST(words_places_and_filters_find_records)
{
    struct store *s = fresh();
    struct camera c;
    put(s, camera(&c, 4.36, 43.83), "", 0);
    camera(&c, 4.37, 43.83);
    c.d.space = SPACE_INDOOR;
    put(s, &c.d, "", 0);
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    struct err err = {0};
    struct deployment *list;
    size_t n, total;
    struct search q = {.filter = filter_public(), .text = S("nîmes vill"), .limit = 10};
    must_work(store_search(s, &q, &a, &list, &n, &total, &err), &err);
    CHECK_INT(total, 1);
    q.filter = filter_everything();
    must_work(store_search(s, &q, &a, &list, &n, &total, &err), &err);
    CHECK_INT(total, 2);
    q.filter.day = day("2025").lo;
    must_work(store_search(s, &q, &a, &list, &n, &total, &err), &err);
    CHECK_INT(total, 0);
    q.filter.day = INT32_MIN;
    q.text = S("\" OR 1=1 --");
    must_work(store_search(s, &q, &a, &list, &n, &total, &err), &err);
    CHECK_INT(total, 0);
    clean(s);
}

TEST(homonymous_communes_all_carry_their_code)
{
    struct store *s = fresh();
    struct err err = {0};
    const struct place places[] = {
        {.code = S("93066"), .name = S("Saint-Denis"), .kind = S("commune"), .at = {2.35, 48.93}, .population = 112000},
        {.code = S("97411"), .name = S("Saint-Denis"), .kind = S("commune"), .at = {55.4, -20.9}, .population = 153000},
        {.code = S("06088"), .name = S("Nice"), .kind = S("commune"), .at = {7.26, 43.7}, .population = 342000},
        {.code = S("CH:Genève"), .name = S("Genève"), .kind = S("foreign"), .at = {6.14, 46.2}, .population = 200000}};
    must_work(store_begin(s, &err), &err);
    for (size_t i = 0; i < COUNT(places); i++)
        must_work(store_put_place(s, &places[i], S("06000"), &err), &err);
    must_work(store_commit(s, &err), &err);
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    struct place p;
    bool found;
    must_work(store_place(s, S("saint-denis-93066"), &a, &p, &found, &err), &err);
    CHECK(found);
    must_work(store_place(s, S("nice"), &a, &p, &found, &err), &err);
    CHECK(found);
    CHECK_STR(p.code, "06088");
    must_work(store_place(s, S("geneve-ch"), &a, &p, &found, &err), &err);
    CHECK(found);
    struct place *list;
    size_t n;
    must_work(store_places(s, S("saint d"), 5, &a, &list, &n, &err), &err);
    CHECK_INT(n, 2);
    CHECK_STR(list[0].code, "97411");
    must_work(store_places(s, S("06000 nic"), 5, &a, &list, &n, &err), &err);
    CHECK_INT(n, 1);
    /* What is near is the largest whose middle lies there, and nothing where none does. */
    struct str name;
    must_work(store_largest_place(s, (struct box){2, 43, 8, 49}, &a, &name, &err), &err);
    CHECK_STR(name, "Nice");
    must_work(store_largest_place(s, (struct box){2, 48.93, 2.35, 49}, &a, &name, &err), &err);
    CHECK_STR(name, "Saint-Denis");
    must_work(store_largest_place(s, (struct box){0, 0, 1, 1}, &a, &name, &err), &err);
    CHECK_INT(name.len, 0);
    clean(s);
}

TEST(an_import_that_is_not_committed_leaves_nothing)
{
    struct store *s = fresh();
    struct camera c;
    struct err err = {0};
    must_work(store_begin(s, &err), &err);
    put(s, camera(&c, 4, 43), "osm:n1", 0);
    store_rollback(s);
    struct store_stats t;
    must_work(store_stats(s, &t, &err), &err);
    CHECK_INT(t.deployments, 0);
    CHECK_INT(t.seq, 0);
    clean(s);
}

TEST(a_batch_taken_back_leaves_what_was_there_before)
{
    struct store *s = fresh();
    struct camera c;
    struct err err = {0};
    uint64_t old = put(s, camera(&c, 4, 43), "osm:n1", 0);
    struct batch b = {.slug = S("nimes-2026"), .as_of = day("2026-02-01")};
    must_work(store_batch_begin(s, &b, &err), &err);
    camera(&c, 4.5, 43.5);
    c.d.id = old;
    put(s, &c.d, "osm:n1", b.id);
    uint64_t added = put(s, camera(&c, 5, 44), "osm:n2", b.id);
    struct undone n;
    uint64_t seq = store_seq(s);
    must_work(store_batch_would_undo(s, S("nimes-2026"), &n, &err), &err);
    CHECK_INT(n.n_removed, 1);
    CHECK_INT(n.n_returned, 1);
    CHECK_INT(store_seq(s), seq); /* asking changed nothing */
    must_work(store_batch_undo(s, S("nimes-2026"), &n, &err), &err);
    CHECK_INT(n.n_removed, 1);
    CHECK_INT(n.n_returned, 1);
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    struct deployment d;
    bool found;
    must_work(store_find(s, added, false, &a, &d, &found, &err), &err);
    CHECK(!found);
    must_work(store_find(s, old, false, &a, &d, &found, &err), &err);
    CHECK(found);
    CHECK_NEAR(d.devices[0].at.lon, 4, 1e-9);
    CHECK_INT(d.version, 3);
    CHECK(!store_is_withdrawn(s, S("osm:n2")));
    CHECK(!store_batch_undo(s, S("nimes-2026"), &n, &err));
    clean(s);
}

static void say(void *ctx, const char *line)
{
    (void)ctx;
    print_message("# %s\n", line);
}

TEST(a_record_withdrawn_is_not_taken_in_again)
{
    struct store *s = fresh();
    struct camera c;
    struct err err = {0};
    put(s, camera(&c, 4, 43), "osm:n9", 0);
    struct edit e = {.kind = EDIT_DELETE, .deployment = &c.d};
    must_work(store_apply(s, &e, 1, &err), &err);
    CHECK(store_is_withdrawn(s, S("osm:n9")));
    must_work(store_check(s, false, say, NULL, &err), &err);
    clean(s);
}

TEST(check_sees_a_broken_index_and_rebuild_mends_it)
{
    struct store *s = fresh();
    struct camera c;
    struct err err = {0};
    put(s, camera(&c, 4, 43), "", 0);
    must_work(store_check(s, false, say, NULL, &err), &err);
    char command[160];
    store_close(s);
    snprintf(command, sizeof command, "sqlite3 %s 'DELETE FROM deployment_box' 2>/dev/null", path);
    if (system(command) == 0) {
        must_work(store_open(&s, path, STORE_WRITE, &err), &err);
        CHECK(!store_check(s, false, say, NULL, &err));
        must_work(store_check(s, true, say, NULL, &err), &err);
    } else {
        print_message("# skipped: there is no sqlite3 program\n");
        must_work(store_open(&s, path, STORE_WRITE, &err), &err);
    }
    clean(s);
}

TEST(a_backup_of_a_live_database_is_whole_and_goes_back)
{
    struct store *s = fresh();
    struct camera c;
    struct err err = {0};
    put(s, camera(&c, 4, 43), "", 0);
    char copy[128];
    snprintf(copy, sizeof copy, "%s/copy.sqlite", folder);
    must_work(store_backup(s, copy, &err), &err);
    put(s, camera(&c, 4.1, 43), "", 0);
    CHECK(!store_restore(copy, path, &err));
    CHECK_INT(err.code, ERR_BUSY);
    store_close(s);
    must_work(store_restore(copy, path, &err), &err);
    must_work(store_open(&s, path, STORE_WRITE, &err), &err);
    struct store_stats t;
    must_work(store_stats(s, &t, &err), &err);
    CHECK_INT(t.deployments, 1);
    CHECK(!store_restore("/etc/passwd", path, &err));
    clean(s);
}

TEST(a_backup_is_never_written_over_the_database_by_whatever_name)
{
    struct store *s = fresh();
    struct camera c;
    struct err err = {0};
    put(s, camera(&c, 4, 43), "", 0);
    char names[6][160];
    static const char *const SUFFIXES[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < COUNT(SUFFIXES); i++)
        snprintf(names[i], sizeof names[i], "%s%s", path, SUFFIXES[i]);
    snprintf(names[4], sizeof names[4], "%s/link.sqlite", folder);
    snprintf(names[5], sizeof names[5], "%s/hard.sqlite", folder);
    CHECK(symlink(path, names[4]) == 0 && link(path, names[5]) == 0);
    for (size_t i = 0; i < COUNT(names); i++) {
        CHECK(!store_backup(s, names[i], &err));
        CHECK(strstr(err.text, "that is the database itself"));
        CHECK(!store_restore(names[i], path, &err));
    }
    struct stat at_path, hard;
    CHECK(stat(path, &at_path) == 0 && stat(names[5], &hard) == 0 && at_path.st_ino == hard.st_ino);
    put(s, camera(&c, 4.1, 43), "", 0);
    must_work(store_check(s, false, say, NULL, &err), &err);
    unlink(names[4]);
    unlink(names[5]);
    clean(s);
}

TEST(a_database_that_is_reached_by_a_link_is_restored_behind_the_link)
{
    struct store *s = fresh();
    struct camera c;
    struct err err = {0};
    struct stat st;
    put(s, camera(&c, 4, 43), "", 0);
    char copy[128], by[128];
    snprintf(copy, sizeof copy, "%s/copy.sqlite", folder);
    snprintf(by, sizeof by, "%s/by.sqlite", folder);
    must_work(store_backup(s, copy, &err), &err);
    CHECK(symlink(path, by) == 0);
    CHECK(!store_restore(copy, by, &err)); /* it is open */
    store_close(s);
    must_work(store_restore(copy, by, &err), &err);
    CHECK(lstat(by, &st) == 0 && S_ISLNK(st.st_mode));
    unlink(by);
    unlink(copy);
    must_work(store_open(&s, path, STORE_WRITE, &err), &err);
    clean(s);
}

TEST(a_database_of_another_program_is_refused)
{
    char name[] = "/tmp/contrechamp-other-XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    CHECK_INT(write(fd, "not a database at all, but long enough to be read as one", 56), 56);
    close(fd);
    struct store *s = NULL;
    struct err err = {0};
    CHECK(!store_open(&s, name, STORE_CREATE, &err));
    CHECK(err.text[0]);
    unlink(name);
}

/* A writer that is killed between acknowledged writes: every one that was acknowledged is there. */
TEST(kill_minus_nine_loses_nothing_that_was_acknowledged)
{
    enum { ROUNDS = 5 };
    store_close(fresh());
    uint64_t acknowledged = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int pipes[2];
        CHECK_INT(pipe(pipes), 0);
        pid_t child = fork();
        if (child == 0) {
            struct store *s;
            struct err err;
            struct camera c;
            if (!store_open(&s, path, STORE_WRITE, &err))
                _exit(1);
            for (int i = 0;; i++) {
                struct edit e = {.deployment = camera(&c, 4 + i * 1e-4, 43)};
                if (!store_apply(s, &e, 1, &err) || write(pipes[1], "x", 1) != 1)
                    _exit(2);
            }
        }
        close(pipes[1]);
        char byte;
        for (int i = 0; i < 20 + round * 7; i++) {
            CHECK_INT(read(pipes[0], &byte, 1), 1);
            acknowledged++;
        }
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(pipes[0], &byte, 1) == 1)
            acknowledged++;
        close(pipes[0]);
    }
    struct store *s;
    struct err err = {0};
    must_work(store_open(&s, path, STORE_WRITE, &err), &err);
    struct store_stats t;
    must_work(store_stats(s, &t, &err), &err);
    CHECK(t.deployments >= acknowledged && t.deployments <= acknowledged + ROUNDS);
    must_work(store_check(s, false, say, NULL, &err), &err);
    clean(s);
}

/* ---- the world ---- */

static size_t told_boxes;
static uint64_t told_seq;

static void watch(void *ctx, const struct spot_box *boxes, size_t n, uint64_t seq)
{
    (void)ctx, (void)boxes;
    told_boxes = n;
    told_seq = seq;
}

TEST(the_map_follows_what_another_connection_wrote)
{
    struct store *other = fresh();
    struct world *w;
    struct err err = {0};
    must_work(world_open(&w, path, true, &err), &err);
    world_watch(w, watch, NULL);
    struct camera c;
    CHECK(!world_moved(w));
    put(other, camera(&c, 4, 43), "", 0);
    CHECK(world_moved(w));
    must_work(world_follow(w, &err), &err);
    CHECK_INT(told_boxes, 1);
    const struct snapshot *s = world_hold(w);
    CHECK_INT(snapshot_size(s), 1);
    CHECK_INT(snapshot_seq(s), told_seq);
    put(other, camera(&c, 5, 43), "", 0);
    must_work(world_follow(w, &err), &err);
    CHECK_INT(snapshot_size(s), 1); /* who holds one keeps it */
    snapshot_drop(s);
    struct edit edit = {.deployment = camera(&c, 6, 43)};
    must_work(world_commit(w, &edit, 1, &err), &err);
    s = world_hold(w);
    CHECK_INT(snapshot_size(s), 3);
    snapshot_drop(s);
    world_close(w);
    clean(other);
}

TEST(thousands_of_changes_are_followed_in_one_sweep)
{
    struct store *other = fresh();
    struct world *w;
    struct err err = {0};
    must_work(world_open(&w, path, true, &err), &err);
    world_watch(w, watch, NULL);
    must_work(store_begin(other, &err), &err);
    struct camera c;
    for (int i = 0; i < 2500; i++)
        put(other, camera(&c, 4 + i * 1e-5, 43), "", 0);
    must_work(store_commit(other, &err), &err);
    must_work(world_follow(w, &err), &err);
    const struct snapshot *s = world_hold(w);
    CHECK_INT(snapshot_size(s), 2500);
    CHECK(told_boxes >= 1 && told_boxes < 10);
    snapshot_drop(s);
    world_close(w);
    clean(other);
}
