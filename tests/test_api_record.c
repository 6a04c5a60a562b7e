/* A record as a GeoJSON feature, in and out, and versions as entity tags. */
#include "tests/test.h"

#include <string.h>

#include "data/base/json_patch.h"
#include "data/base/limits.h"
#include "server/api_record.h"
#include "server/api_version.h"

static struct arena arena;

static struct json_doc parse(const char *text)
{
    struct json_doc doc = {0};
    struct err err = {0};
    bool ok = json_read(&doc, str_of(text), &JSON_STYLE, &err);
    if (!ok)
        print_error("%s\n", err.text);
    CHECK(ok);
    return doc;
}

static void fresh(void)
{
    arena_done(&arena);
    arena_init(&arena, 32 << 20);
}

/* A new record of a body. */
static struct deployment added(const char *body, struct api_about *about)
{
    fresh();
    AUTO(json_doc) doc = parse(body);
    AUTO(json_doc) record = {0};
    AUTO(buf) text = {0};
    struct api_fault fault = {"", ""};
    struct err err = {0};
    struct deployment d = {0};
    struct api_reading r = {.changes = json_get(doc.root, S("properties")), .arena = &arena};
    bool ok = api_record_read(doc.root, &r, &text, about, &fault);
    if (!ok)
        print_error("%s %s\n", fault.pointer, fault.text);
    CHECK(ok);
    ok = json_read(&record, buf_str(&text), &JSON_STYLE, &err) && deployment_read_json(record.root, &arena, &d, &err) && deployment_check(&d, &err);
    if (!ok)
        print_error("%s\n", err.text);
    CHECK(ok);
    return d;
}

static struct api_fault refused(const char *body)
{
    fresh();
    AUTO(json_doc) doc = parse(body);
    AUTO(buf) text = {0};
    struct api_fault fault = {"", ""};
    struct api_about about;
    struct api_reading r = {.changes = json_get(doc.root, S("properties")), .arena = &arena};
    CHECK(!api_record_read(doc.root, &r, &text, &about, &fault));
    return fault;
}

/* The patch that sending a feature means for a record that is shown as `form`; `changes`: what was sent, if not all of it. */
static struct str patch_of(const char *form, const char *sent, const char *changes)
{
    AUTO(json_doc) base = parse(form);
    AUTO(json_doc) feature = parse(sent);
    AUTO(json_doc) part = parse(changes ? changes : sent);
    AUTO(buf) before = {0};
    AUTO(buf) after = {0};
    AUTO(buf) patch = {0};
    struct api_fault fault = {"", ""};
    struct api_about about;
    struct api_reading now = {.base = base.root, .arena = &arena}, then = {.base = base.root, .changes = json_get(part.root, S("properties")), .arena = &arena};
    bool ok = api_record_read(base.root, &now, &before, &about, &fault) && api_record_read(feature.root, &then, &after, &about, &fault);
    if (!ok)
        print_error("%s %s\n", fault.pointer, fault.text);
    CHECK(ok);
    AUTO(json_doc) was = parse(before.at);
    AUTO(json_doc) will = parse(after.at);
    json_difference(&patch, was.root, will.root);
    return str_copy(&arena, buf_str(&patch));
}

static struct str form_of(const struct deployment *d)
{
    AUTO(buf) form = {0};
    api_record_write(&form, d, "http://x");
    return str_copy(&arena, buf_str(&form));
}

#define POINT(properties) "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[5.37,43.3]},\"properties\":{" properties "}}"

TEST(a_point_makes_a_record_with_one_device_and_what_was_said_of_it)
{
    struct api_about about;
    struct deployment d = added(POINT("\"category\":\"cctv\",\"device_type\":\"dome\",\"mount\":\"pole\",\"height_m\":4,\"direction\":\"45-90\",\"operator\":\"A; B\",\"vendor\":\"C\""), &about);
    CHECK(d.n_devices == 1 && d.devices[0].type == DEVICE_DOME && d.devices[0].mount == MOUNT_POLE && d.devices[0].height_m == 4);
    CHECK(d.devices[0].n_views == 1 && d.devices[0].views[0].bearing_deg == 67.5 && d.devices[0].views[0].width_deg == 45);
    CHECK(d.at.lon == 5.37 && d.devices[0].at.lat == 43.3);
    CHECK(d.precision == PRECISION_STREET && d.public_precision == PRECISION_STREET);
    CHECK(d.n_orgs == 3 && d.orgs[0].role == ROLE_OPERATOR && d.orgs[2].role == ROLE_VENDOR);
    CHECK_STR(d.orgs[1].name, "B");
    CHECK(about.unsourced && !about.survey && !about.on_foot);
}

TEST(a_bearing_of_zero_is_a_bearing)
{
    struct api_about about;
    struct deployment d = added(POINT("\"category\":\"cctv\",\"bearing_deg\":0,\"width_deg\":60"), &about);
    CHECK(d.devices[0].n_views == 1 && d.devices[0].views[0].has_bearing && d.devices[0].views[0].bearing_deg == 0);
}

TEST(devices_without_a_position_stand_at_the_point)
{
    struct api_about about;
    struct deployment d = added(POINT("\"category\":\"cctv\",\"devices\":[{\"position\":[5.38,43.31]},{\"direction\":\"N;S\"}]"), &about);
    CHECK(d.n_devices == 2 && d.devices[0].at.lon == 5.38 && d.devices[1].at.lon == 5.37 && d.devices[1].n_views == 2);
}

TEST(a_state_becomes_the_first_event_with_the_first_source)
{
    struct api_about about;
    struct deployment d = added(POINT("\"category\":\"cctv\",\"status\":\"active\",\"status_since\":\"2019-10\",\"sources\":[{\"kind\":\"press\",\"title\":\"x\"}]"), &about);
    CHECK(d.status == STATUS_ACTIVE && d.n_events == 1 && d.events[0].source == 1 && d.events[0].date.month == 10);
    CHECK(!about.unsourced);
}

TEST(a_claim_that_rests_on_a_survey_says_that_it_was_seen_on_foot)
{
    struct api_about about;
    added(POINT("\"category\":\"cctv\",\"claims\":[{\"field\":\"exists\",\"basis\":\"survey\"}]"), &about);
    CHECK(about.survey && about.on_foot);
    added(POINT("\"category\":\"cctv\",\"survey\":false,\"claims\":[{\"field\":\"exists\",\"basis\":\"survey\"}]"), &about);
    CHECK(!about.survey);
}

TEST(a_polygon_makes_a_zone_whose_rings_are_turned_and_closed)
{
    struct api_about about;
    struct deployment d = added("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[5,43],[5,44],[6,44],[6,43],[5,43]],"
                                "[[5.4,43.4],[5.6,43.4],[5.6,43.6],[5.4,43.6],[5.4,43.4]]]},\"properties\":{\"category\":\"vsa\",\"zone_kind\":\"pilot\"}}", &about);
    CHECK(d.n_devices == 0 && d.n_zones == 1 && d.zones[0].kind == ZONE_PILOT && d.zones[0].shape.n_parts == 2);
    CHECK(d.has_position && shape_has(&d.zones[0].shape, (struct xy){d.at.lon, d.at.lat}));
    struct str form = form_of(&d);
    CHECK(str_has(form, S("\"geom\":{\"type\":\"MultiPolygon\",\"coordinates\":[[[[")));
    CHECK_STR(patch_of(form.at, form.at, NULL), "{}");
}

TEST(what_is_shown_and_sent_back_changes_nothing)
{
    struct api_about about;
    struct deployment d = added(POINT("\"category\":\"alpr\",\"categories2\":[\"cctv\"],\"capabilities\":\"recording,audio\",\"device_type\":\"fixed\",\"height_m\":4.5,\"tilt_deg\":-10,"
        "\"direction\":\"90\",\"operator\":\"A\",\"accuracy_m\":3,\"device_count\":7,\"retention_days\":30,\"costs\":[{\"eur\":5,\"kind\":\"annual\",\"vat\":\"ht\"}],"
        "\"osm_type\":\"node\",\"osm_id\":12,\"links\":[{\"kind\":\"part_of\",\"to\":4}],\"sources\":[{\"kind\":\"press\",\"url\":\"https://x.example/\"}],"
        "\"claims\":[{\"field\":\"exists\",\"basis\":\"press\",\"source\":1}],\"status_events\":[{\"status\":\"active\",\"date\":\"2020\",\"source\":1}],\"last_confirmed\":\"2024-05\""), &about);
    d.id = 12;
    d.version = 3;
    d.licence = S("ODbL-1.0");
    d.at.lon += 1e-9; /* more digits than are told */
    struct str form = form_of(&d);
    CHECK_STR(patch_of(form.at, form.at, NULL), "{}");
}

TEST(a_change_is_a_patch_of_what_was_changed_and_of_nothing_else)
{
    struct api_about about;
    struct deployment d = added(POINT("\"category\":\"cctv\",\"height_m\":4,\"ref\":\"A\",\"operator\":\"X\""), &about);
    struct str form = form_of(&d);
    AUTO(json_doc) base = parse(form.at);
    static const struct { const char *change, *patch; } cases[] = {
        {"{\"properties\":{\"ref\":\"B\"}}", "{\"ref\":\"B\"}"},
        {"{\"properties\":{\"ref\":null}}", "{\"ref\":null}"},
        {"{\"properties\":{\"height_m\":5}}", "{\"devices\":[{\"position\":[5.37,43.3],\"height_m\":5}]}"},
        {"{\"properties\":{\"height_m\":null}}", "{\"devices\":[{\"position\":[5.37,43.3]}]}"},
        {"{\"properties\":{\"operator\":\"Y\"}}", "{\"orgs\":[{\"role\":\"operator\",\"name\":\"Y\"}]}"},
        {"{\"properties\":{\"operator\":\"\"}}", "{\"orgs\":[]}"},
        {"{\"geometry\":{\"type\":\"Point\",\"coordinates\":[5.5,43.5]}}",
            "{\"position\":[5.5,43.5],\"devices\":[{\"position\":[5.5,43.5],\"height_m\":4}]}"},
        {"{\"properties\":{\"height_m\":4}}", "{}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        AUTO(json_doc) change = parse(cases[i].change);
        AUTO(buf) merged = {0};
        json_merge(&merged, base.root, change.root);
        CHECK_STR(patch_of(form.at, merged.at, cases[i].change), cases[i].patch);
    }
}

TEST(nested_devices_alone_may_be_sent_without_what_mirrors_the_first)
{
    struct api_about about;
    struct deployment d = added(POINT("\"category\":\"cctv\",\"height_m\":4"), &about);
    struct str form = form_of(&d);
    const char *sent = POINT("\"category\":\"cctv\",\"surveilled_space\":\"unknown\",\"admin_level\":\"device\",\"location_precision\":\"street\","
                             "\"devices\":[{\"position\":[5.37,43.3],\"height_m\":4}]");
    CHECK_STR(patch_of(form.at, sent, NULL), "{}");
}

TEST(lists_hold_so_many_and_no_more)
{
    AUTO(buf) body = {0};
    for (size_t n = API_LIST_MAX; n <= API_LIST_MAX + 1; n++) {
        buf_clear(&body);
        buf_add(&body, S("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[5,43]},\"properties\":{\"category\":\"cctv\",\"devices\":["));
        for (size_t i = 0; i < n; i++)
            buf_add(&body, i ? S(",{}") : S("{}"));
        buf_add(&body, S("]}}"));
        struct api_about about;
        if (n == API_LIST_MAX)
            CHECK(added(body.at, &about).n_devices == API_LIST_MAX);
        else
            CHECK_TEXT(refused(body.at).pointer, "/properties/devices");
    }
}

TEST(a_zone_has_so_many_places_and_no_more)
{
    AUTO(buf) body = {0};
    for (size_t n = IMPORT_VERTICES_MAX; n <= IMPORT_VERTICES_MAX + 1; n++) {
        buf_clear(&body);
        buf_add(&body, S("{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[5,43],[6,43]"));
        for (size_t i = 3; i < n; i++) {
            buf_add(&body, S(",["));
            buf_double(&body, 6 - (double)i / (double)n);
            buf_add(&body, i % 2 ? S(",44]") : S(",43.9]"));
        }
        buf_add(&body, S(",[5,43]]]},\"properties\":{\"category\":\"vsa\"}}"));
        struct api_about about;
        if (n == IMPORT_VERTICES_MAX)
            CHECK(added(body.at, &about).n_zones == 1);
        else
            CHECK_TEXT(refused(body.at).pointer, "/geometry/coordinates");
    }
}

TEST(a_pointer_names_the_place_and_survives_strange_names)
{
    CHECK_TEXT(refused(POINT("\"category\":\"cctv\",\"claims\":[{},{\"basis\":\"rumour\"}]")).pointer, "/properties/claims/1/basis");
    CHECK_TEXT(refused(POINT("\"category\":\"cctv\",\"~/\":1")).pointer, "/properties/~0~1");
    AUTO(buf) body = {0};
    buf_add(&body, S("{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"x"));
    for (int i = 0; i < 5000; i++)
        buf_add(&body, S("é"));
    buf_add(&body, S("\":1}}"));
    struct api_fault f = refused(body.at);
    CHECK(str_is_utf8(str_of(f.pointer)) && strlen(f.pointer) < sizeof f.pointer);
}

TEST(an_error_of_the_records_own_check_is_given_its_place)
{
    static const struct { const char *text, *pointer; } cases[] = {{"title_fr: it is too long", "/properties/title_fr"}, {"position: no", "/geometry"},
        {"claim: it needs a source", "/properties/claims"}, {"status event: no", "/properties/status_events"}, {"something else", ""}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct err err;
        struct api_fault f;
        err_set(&err, ERR_INVALID, "%s", cases[i].text);
        api_fault_of(&f, &err);
        CHECK_TEXT(f.pointer, cases[i].pointer);
        CHECK_TEXT(f.text, cases[i].text);
    }
}

TEST(a_condition_lets_the_version_it_names_pass_and_no_other)
{
    char tag[VERSION_TAG_BYTES];
    version_tag(tag, 'd', 12, 3, S("body"));
    CHECK(version_matches(str_of(tag), 'd', 12, 3));
    static const struct { const char *if_match; bool passes; } cases[] = {{"*", true}, {" * ", true}, {"\"d12-v3\"", true}, {"\"d12-v3-g\"", true},
        {"\"d12-v3-0badc0de-g\"", true}, {"\"x\", \"d12-v3\"", true}, {"W/\"d12-v3\"", false}, {"\"d12-v30\"", false}, {"\"d12-v2\"", false},
        {"\"d1-v3\"", false}, {"\"d12-v3", false}, {"d12-v3", false}, {"\"c12-v3\"", false}, {"\"*\"", false}, {"", false}, {"\"d12-v3x\"", false}};
    for (size_t i = 0; i < COUNT(cases); i++)
        if (version_matches(str_of(cases[i].if_match), 'd', 12, 3) != cases[i].passes)
            CHECK_TEXT(cases[i].if_match, cases[i].passes ? "should pass" : "should not pass");
    version_tag(tag, 'c', (1ull << 52) - 1, 4294967295u, (struct str){0});
    CHECK(tag[strlen(tag) - 1] == '"');
}
