/* What a proposal may be the same as: one metre on each side of every bound, on the equator and at 48 degrees. */
#include "tests/test.h"

#include <math.h>
#include <string.h>

#include "data/alike.h"
#include "data/contribution.h"
#include "tests/fresh_store.h"

static struct store *fresh(void)
{
    static int n;
    static char name[32];
    struct store *s = NULL;
    struct err err = {0};
    arena_done(&arena);
    arena_init(&arena, 256 << 20);
    snprintf(name, sizeof name, "alike-%d.sqlite", n++);
    works(store_open(&s, in_folder(name), STORE_CREATE, &err), &err);
    struct place nice = {.code = S("06088"), .name = S("Nice"), .slug = S("nice"), .kind = S("commune"), .at = {7.27, 43.7}, .population = 340000};
    works(store_begin(s, &err) && store_put_place(s, &nice, S(""), &err) && store_commit(s, &err), &err);
    return s;
}

/* A camera, its device kept beside it. */
static struct deployment *camera(struct lonlat at, const char *name, const char *ref)
{
    struct device *v = ARENA_NEW(&arena, struct device);
    struct status_event *e = ARENA_NEW(&arena, struct status_event);
    struct deployment *d = ARENA_NEW(&arena, struct deployment);
    *v = (struct device){.at = at, .type = DEVICE_DOME, .tilt_deg = NAN};
    *e = (struct status_event){.status = STATUS_ACTIVE, .kind = EVENT_OBSERVED, .date = partial_date_of_day(20000)};
    *d = (struct deployment){.category = CATEGORY_CCTV, .has_position = true, .at = at, .precision = PRECISION_EXACT, .public_precision = PRECISION_EXACT,
        .device_count = -1, .retention_days = -1, .moderation = MODERATION_PUBLISHED, .n_devices = 1, .devices = v, .n_events = 1, .events = e,
        .source_name = str_of(name), .ref = str_of(ref), .place_code = S("06088"), .place_name = S("Nice")};
    return d;
}

static struct deployment *programme(enum category category, const char *title)
{
    struct deployment *d = ARENA_NEW(&arena, struct deployment);
    *d = (struct deployment){.category = category, .level = LEVEL_COMMUNE, .programme = true, .precision = PRECISION_CITY, .public_precision = PRECISION_CITY,
        .device_count = -1, .retention_days = -1, .moderation = MODERATION_PUBLISHED, .title_fr = str_of(title), .place_code = S("06088"),
        .place_name = S("Nice"), .has_position = true, .at = {7.27, 43.7}};
    return d;
}

static uint64_t put(struct store *s, struct deployment *d, const char *identity)
{
    struct err err = {0};
    deployment_derive(d);
    struct edit e = {.deployment = d, .identity = str_of(identity), .content_hash = deployment_hash(d)};
    works(store_apply(s, &e, 1, &err), &err);
    return d->id;
}

struct found {
    size_t n;
    struct alike *at;
};

static struct found look(struct store *s, const struct deployment *d)
{
    struct err err = {0};
    struct found f = {0};
    works(contribution_alike(s, d, &arena, &f.at, &f.n, &err), &err);
    return f;
}

static struct found look_kept(struct store *s, const struct deployment *d, uint64_t self)
{
    struct err err = {0};
    struct found f = {0};
    works(contribution_alike_kept(s, d, self, &arena, &f.at, &f.n, &err), &err);
    return f;
}

/* -1: not alike. */
static int strength(struct store *s, const struct deployment *d)
{
    struct found f = look(s, d);
    CHECK(f.n <= 1);
    return f.n ? (int)f.at[0].strength : -1;
}

TEST(a_metre_less_or_more_decides_how_alike_two_cameras_are)
{
    static const struct { double metres; int without, with; } cases[] = {
        {0, ALIKE_HIGH, ALIKE_HIGH}, {24, ALIKE_HIGH, ALIKE_HIGH}, {26, ALIKE_MEDIUM, ALIKE_HIGH}, {74, ALIKE_MEDIUM, ALIKE_HIGH},
        {76, -1, ALIKE_MEDIUM}, {199, -1, ALIKE_MEDIUM}, {201, -1, -1},
    };
    static const struct lonlat places[] = {{2.35, 48}, {9.45, 0}, {179.9, 48}, {0, -48}};
    for (size_t p = 0; p < COUNT(places); p++) {
        struct store *s = fresh();
        put(s, camera(places[p], "Place Masséna nord", ""), "osm:n1");
        for (size_t i = 0; i < COUNT(cases); i++) {
            for (double bearing = 0; bearing < 360; bearing += 90) {
                struct lonlat at = lonlat_ahead(places[p], bearing, cases[i].metres);
                CHECK_INT(strength(s, camera(at, "Gare", "")), cases[i].without);
                CHECK_INT(strength(s, camera(at, "place massena, nord", "")), cases[i].with);
            }
        }
        store_close(s);
    }
}

TEST(two_numbers_tell_two_cameras_apart_and_one_number_tells_one)
{
    struct store *s = fresh();
    struct lonlat at = {7.27, 43.7}, far = lonlat_ahead(at, 90, 150), near = lonlat_ahead(at, 90, 50);
    put(s, camera(at, "Promenade", "0042"), "osm:n1");
    CHECK_INT(strength(s, camera(far, "", "42")), ALIKE_MEDIUM);
    CHECK_INT(strength(s, camera(near, "", "42")), ALIKE_HIGH);
    CHECK_INT(strength(s, camera(near, "Promenade", "43")), ALIKE_MEDIUM);
    CHECK_INT(strength(s, camera(far, "Promenade", "43")), -1);
    CHECK_INT(strength(s, camera(far, "", "")), -1); /* nothing agrees where nothing is said */
    store_close(s);
}

TEST(an_operator_agrees_up_to_75_metres_only)
{
    struct store *s = fresh();
    struct lonlat at = {7.27, 43.7};
    static const struct org_ref nice = {.role = ROLE_OPERATOR, .name = {"Ville de Nice", 13}};
    struct deployment *d = camera(at, "", "");
    d->orgs = &nice;
    d->n_orgs = 1;
    put(s, d, "osm:n1");
    struct deployment *near = camera(lonlat_ahead(at, 0, 60), "", ""), *far = camera(lonlat_ahead(at, 0, 90), "", "");
    near->orgs = far->orgs = &nice;
    near->n_orgs = far->n_orgs = 1;
    CHECK_INT(strength(s, near), ALIKE_HIGH);
    CHECK_INT(strength(s, far), -1);
    store_close(s);
}

TEST(what_looks_is_not_what_listens_and_an_area_is_no_camera)
{
    struct store *s = fresh();
    struct lonlat at = {7.27, 43.7};
    put(s, camera(at, "", ""), "osm:n1");
    struct deployment *d = camera(at, "", "");
    static const struct { enum category category; int strength; } cases[] = {{CATEGORY_ALPR, ALIKE_HIGH}, {CATEGORY_VSA, ALIKE_HIGH},
        {CATEGORY_OTHER, ALIKE_HIGH}, {CATEGORY_AUDIO_SENSOR, -1}, {CATEGORY_DRONE, -1}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        d->category = cases[i].category;
        CHECK_INT(strength(s, d), cases[i].strength);
    }
    struct zone zone = {.kind = ZONE_NO_COVERAGE_SURVEYED};
    d->category = CATEGORY_CCTV;
    d->n_devices = 0;
    d->n_zones = 1;
    d->zones = &zone;
    CHECK_INT(strength(s, d), -1);
    store_close(s);
}

TEST(the_same_id_is_the_same_wherever_it_is_and_the_record_itself_is_left_out)
{
    struct store *s = fresh();
    struct deployment *d = camera((struct lonlat){7.27, 43.7}, "", "");
    d->osm_type = d->devices[0].osm_type = 'n';
    d->osm_id = d->devices[0].osm_id = 123;
    d->external_id = S("C-17");
    d->external_source = S("nice");
    uint64_t id = put(s, d, "osm:n123");
    CHECK_INT(look(s, d).n, 0);

    struct deployment *same = camera((struct lonlat){2.35, 48.85}, "", "");
    same->devices[0].osm_type = 'n';
    same->devices[0].osm_id = 123;
    struct found f = look(s, same);
    CHECK_INT(f.n, 1);
    CHECK_INT(f.at[0].id, id);
    CHECK_INT(f.at[0].strength, ALIKE_HIGH);
    CHECK(f.at[0].distance_m > 600000);
    CHECK(f.at[0].has_position);
    CHECK(str_has(f.at[0].title, S("Nice")));
    CHECK(str_has(f.at[0].title_en, S("no. ")));

    same->devices[0].osm_id = 124;
    CHECK_INT(look(s, same).n, 0);
    same->external_id = S("C-17");
    same->external_source = S("nice");
    CHECK_INT(look(s, same).n, 1);
    same->external_source = S("lyon");
    CHECK_INT(look(s, same).n, 0);
    store_close(s);
}

TEST(a_withheld_position_is_told_to_those_who_decide_and_to_nobody_else)
{
    struct store *s = fresh();
    struct lonlat at = {7.2712345, 43.7012345};
    struct deployment *d = camera(at, "Villa", "");
    d->public_precision = PRECISION_STREET;
    d->osm_type = d->devices[0].osm_type = 'n';
    d->osm_id = d->devices[0].osm_id = 9;
    uint64_t id = put(s, d, "osm:n9");
    struct deployment *mine = camera(at, "Villa", "");
    CHECK_INT(look(s, mine).n, 0);
    mine->devices[0].osm_type = 'n';
    mine->devices[0].osm_id = 9;
    struct found f = look(s, mine);
    CHECK_INT(f.n, 1);
    CHECK_INT(f.at[0].id, id);
    CHECK(!f.at[0].has_position);
    CHECK(f.at[0].at.lon == 0 && f.at[0].at.lat == 0);
    CHECK(f.at[0].distance_m == -1);
    f = look_kept(s, camera(at, "", ""), 0);
    CHECK_INT(f.n, 1);
    CHECK_INT(f.at[0].strength, ALIKE_HIGH);
    CHECK(f.at[0].has_position && f.at[0].distance_m < 0.01);
    store_close(s);
}

static uint64_t propose(struct store *s, const struct deployment *d)
{
    struct err err = {0};
    AUTO(buf) text = {0};
    deployment_write_json(&text, d);
    bool stands = precision_is_point(d->precision);
    struct contribution c = {.kind = CONTRIBUTION_ADD, .patch = buf_str(&text), .has_position = stands, .at = d->at, .place_code = S("06088")};
    works(contribution_receive(s, &c, S(""), &err), &err);
    return c.id;
}

TEST(what_waits_is_found_by_those_who_decide_but_not_by_itself)
{
    struct store *s = fresh();
    struct lonlat at = {7.27, 43.7};
    struct deployment *d = camera(lonlat_ahead(at, 0, 50), "", "");
    uint64_t first = propose(s, d), second = propose(s, d);
    CHECK_INT(look(s, d).n, 0);
    struct found f = look_kept(s, d, second);
    CHECK_INT(f.n, 1);
    CHECK(f.at[0].pending && f.at[0].contribution == first && f.at[0].id == 0);
    CHECK_INT(f.at[0].strength, ALIKE_HIGH);
    CHECK(f.at[0].title.len > 0);
    f = look_kept(s, camera(at, "", ""), 0);
    CHECK_INT(f.n, 2);
    CHECK_INT(f.at[0].strength, ALIKE_MEDIUM);
    CHECK_INT(look_kept(s, camera(lonlat_ahead(at, 180, 26), "", ""), 0).n, 0); /* 76 m */
    store_close(s);
}

TEST(programmes_are_compared_by_name_within_their_commune)
{
    struct store *s = fresh();
    uint64_t safe_city = put(s, programme(CATEGORY_VSA, "Safe City Nice"), "ext:x:1");
    uint64_t cameras = put(s, programme(CATEGORY_CCTV, "Vidéosurveillance municipale"), "ext:x:2");
    put(s, programme(CATEGORY_AUDIO_SENSOR, "Safe City Nice son"), "ext:x:3");
    struct found f = look(s, programme(CATEGORY_VSA, "Projet Safe City à Nice"));
    CHECK_INT(f.n, 1);
    CHECK_INT(f.at[0].id, safe_city);
    CHECK_INT(f.at[0].strength, ALIKE_HIGH);
    CHECK(f.at[0].distance_m == -1);
    f = look(s, programme(CATEGORY_CCTV, "Safe City Nice"));
    CHECK_INT(f.n, 2);
    CHECK_INT(f.at[0].id, safe_city); /* of one family, and the name agrees */
    CHECK_INT(f.at[0].strength, ALIKE_MEDIUM);
    CHECK_INT(f.at[1].id, cameras);   /* of one category, and the name does not */
    CHECK_INT(f.at[1].strength, ALIKE_LOW);
    struct deployment *elsewhere = programme(CATEGORY_VSA, "Safe City Nice");
    elsewhere->place_code = S("13055");
    CHECK_INT(look(s, elsewhere).n, 0);
    uint64_t waits = propose(s, programme(CATEGORY_VSA, "Safe-City Nice"));
    f = look_kept(s, programme(CATEGORY_VSA, "Safe City Nice"), 0);
    CHECK_INT(f.n, 2);
    CHECK(f.at[0].id == safe_city && f.at[1].contribution == waits);
    store_close(s);
}

TEST(at_most_sixteen_are_told_the_strongest_then_the_nearest)
{
    struct store *s = fresh();
    struct lonlat at = {7.27, 43.7};
    char identity[16];
    for (int i = 39; i >= 0; i--) { /* 0 to 191 m to the north, every fourth with the name */
        snprintf(identity, sizeof identity, "osm:n%d", i);
        put(s, camera(lonlat_ahead(at, 0, i * 4.9), i % 4 == 0 ? "Rue de France" : "", ""), identity);
    }
    struct found f = look(s, camera(at, "Rue de France", ""));
    CHECK_INT(f.n, ALIKE_MAX);
    for (size_t i = 1; i < f.n; i++)
        CHECK(f.at[i - 1].strength > f.at[i].strength ||
            (f.at[i - 1].strength == f.at[i].strength && f.at[i - 1].distance_m <= f.at[i].distance_m));
    CHECK(f.at[0].distance_m < 1);
    CHECK_INT(f.at[7].strength, ALIKE_HIGH); /* six up to 25 m, then 39 and 59 m with the name */
    CHECK_INT(f.at[8].strength, ALIKE_MEDIUM);
    store_close(s);
}
