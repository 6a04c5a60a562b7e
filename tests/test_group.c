/* What a group says over its place's page, what waits there, and what there is to do: the store's side. */
#include "tests/test.h"

#include <string.h>

#include "data/base/clock.h"
#include "data/base/json.h"
#include "data/base/limits.h"
#include "data/contribution.h"
#include "data/group.h"
#include "tests/fresh_store.h"

static struct store *fresh(const char *name)
{
    static const struct place places[] = {
        {.code = {"dep:13", 6}, .name = {"Bouches-du-Rhône", 17}, .slug = {"bouches-du-rhone", 16}, .kind = {"department", 10}, .at = {5, 43.5}, .population = -1},
        {.code = {"13055", 5}, .name = {"Marseille", 9}, .slug = {"marseille", 9}, .kind = {"commune", 7}, .parent_code = {"dep:13", 6}, .at = {5.37, 43.3}, .population = 870000},
        {.code = {"13001", 5}, .name = {"Aix", 3}, .slug = {"aix", 3}, .kind = {"commune", 7}, .parent_code = {"dep:13", 6}, .at = {5.45, 43.5}, .population = 140000},
        {.code = {"06088", 5}, .name = {"Nice", 4}, .slug = {"nice", 4}, .kind = {"commune", 7}, .parent_code = {"dep:06", 6}, .at = {7.26, 43.7}, .population = 340000}};
    struct store *s = empty_store(name);
    struct err err = {0};
    works(store_begin(s, &err), &err);
    for (size_t i = 0; i < COUNT(places); i++)
        works(store_put_place(s, &places[i], S(""), &err), &err);
    works(store_commit(s, &err), &err);
    return s;
}

static struct str repeated(const char *one, size_t n)
{
    AUTO(buf) b = {0};
    for (size_t i = 0; i < n; i++)
        buf_add(&b, str_of(one));
    return str_copy(&arena, buf_str(&b));
}

TEST(a_groups_text_and_contact_have_bounds_that_count_characters_and_not_bytes)
{
    arena_done(&arena);
    arena_init(&arena, 1 << 20);
    AUTO(buf) mail = {0};
    buf_add(&mail, repeated("a", GROUP_CONTACT_MAX_RUNES - 7));
    buf_add(&mail, S("@ici.org"));
    struct str long_mail = buf_str(&mail); /* one past */
    CHECK_INT(group_faults(&(struct group_page){.body = repeated("é", GROUP_TEXT_MAX_RUNES)}), 0);
    CHECK_INT(group_faults(&(struct group_page){.body = repeated("é", GROUP_TEXT_MAX_RUNES + 1)}), GROUP_TEXT_LONG);
    CHECK_INT(str_runes(long_mail), GROUP_CONTACT_MAX_RUNES + 1);
    CHECK_INT(group_faults(&(struct group_page){.contact = long_mail}), GROUP_CONTACT_LONG);
    CHECK_INT(group_faults(&(struct group_page){.contact = str_slice(long_mail, 1, long_mail.len)}), 0);
    CHECK_INT(group_faults(&(struct group_page){.colour = S("rouge"), .contact = S("chez nous")}), GROUP_COLOUR_ODD | GROUP_CONTACT_ODD);
}

TEST(a_colour_is_six_lower_case_digits_behind_a_hash_and_nothing_else)
{
    static const char *const good[] = {"", "#7b3fa0", "#000000", "#ffffff"};
    static const char *const bad[] = {"7b3fa0", "#7b3fa", "#7b3fa00", "#7B3FA0", "#7b3fag", "#fff", "red", "#7b3fa0;", "url(x)", "#7b3f\n0"};
    for (size_t i = 0; i < COUNT(good); i++)
        CHECK_INT(group_faults(&(struct group_page){.colour = str_of(good[i])}), 0);
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_INT(group_faults(&(struct group_page){.colour = str_of(bad[i])}), GROUP_COLOUR_ODD);
}

TEST(a_contact_is_an_address_of_mail_or_of_a_page_and_never_a_script)
{
    static const char *const good[] = {"groupe@exemple.org", "a.b+c@mail.exemple.org", "https://exemple.org", "https://exemple.org/c?x=1#y",
        "http://abcdefghijklmnop.onion/contact"};
    static const char *const bad[] = {"javascript:alert(1)", "data:text/html,x", "http://exemple.org", "https://", "https://exemple", "https://.org", "https://a@b.org",
        "groupe@exemple", "@exemple.org", "a@b@c.org", "a@.org", "a b@exemple.org", "a@exemple.org?bcc=b@c.org", "a@exemple.org,b@c.org",
        "https://exemple.org/\"onclick=", "https://exemple.org/<b>", "06 12 34 56 78", "mailto:a@b.org", "http://onion/x.onion", "a@exemple.org%0d", "//exemple.org"};
    for (size_t i = 0; i < COUNT(good); i++)
        CHECK_INT(group_faults(&(struct group_page){.contact = str_of(good[i])}), 0);
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (!group_faults(&(struct group_page){.contact = str_of(bad[i])}))
            print_error("taken: %s\n", bad[i]);
        CHECK_INT(group_faults(&(struct group_page){.contact = str_of(bad[i])}), GROUP_CONTACT_ODD);
    }
}

TEST(what_a_group_says_is_kept_changed_and_taken_away_by_saying_nothing)
{
    struct store *s = fresh("page.sqlite");
    struct err err = {0};
    struct group_page g;
    works(group_read(s, S("13055"), &arena, &g, &err), &err);
    CHECK(!g.body.len && !g.colour.len && !g.contact.len);
    works(group_write(s, S("13055"), &(struct group_page){S("Un\n\nDeux"), S("#7b3fa0"), S("a@b.org")}, &err), &err);
    works(group_write(s, S("13055"), &(struct group_page){.body = S("Trois")}, &err), &err);
    works(group_read(s, S("13055"), &arena, &g, &err), &err);
    CHECK_STR(g.body, "Trois");
    CHECK_STR(g.colour, "");
    CHECK(!group_write(s, S("13055"), &(struct group_page){.colour = S("red")}, &err));
    CHECK_INT(err.code, ERR_INVALID);
    works(group_read(s, S("13055"), &arena, &g, &err), &err);
    CHECK_STR(g.body, "Trois");
    works(group_write(s, S("13055"), &(struct group_page){0}, &err), &err);
    works(group_read(s, S("13055"), &arena, &g, &err), &err);
    CHECK(!g.body.len);
    store_close(s);
}

#define CAMERA(more)                                                                                                   \
    "{\"category\":\"cctv\",\"place_id\":\"13055\",\"place_name\":\"Marseille\",\"position\":[5.37,43.3],"             \
    "\"location_precision\":\"exact\",\"devices\":[{\"position\":[5.37,43.3],\"device_type\":\"dome\",\"mount\":\"pole\"}]" more "}"

static void propose(struct store *s, const char *code, enum contribution_kind kind, uint64_t target)
{
    struct err err = {0};
    struct contribution c = {.kind = kind, .target = target, .patch = str_of(target ? "{}" : CAMERA("")), .has_position = true, .at = {5.37, 43.3},
        .place_code = str_of(code)};
    works(contribution_receive(s, &c, S(""), &err), &err);
}

static uint64_t put(struct store *s, const char *json)
{
    struct err err = {0};
    struct deployment d;
    AUTO(json_doc) doc = {0};
    works(json_read(&doc, str_of(json), &JSON_BODY, &err) && deployment_read_json(doc.root, &arena, &d, &err), &err);
    deployment_derive(&d);
    struct edit e = {.deployment = &d};
    works(store_apply(s, &e, 1, &err), &err);
    return d.id;
}

TEST(what_waits_is_counted_by_commune_and_by_departement)
{
    struct store *s = fresh("waits.sqlite");
    struct err err = {0};
    struct group_waiting w;
    uint64_t camera = put(s, CAMERA(""));
    propose(s, "13055", CONTRIBUTION_ADD, 0);
    propose(s, "13001", CONTRIBUTION_ADD, 0);
    propose(s, "06088", CONTRIBUTION_ADD, 0);
    propose(s, "13055", CONTRIBUTION_UNLAWFUL, camera);
    static const struct { const char *code; size_t all, urgent; } wanted[] = {{"13055", 2, 1}, {"13001", 1, 0}, {"dep:13", 3, 1}, {"06088", 1, 0},
        {"dep:1", 0, 0}, {"13", 0, 0}, {"", 0, 0}, {"%", 0, 0}};
    for (size_t i = 0; i < COUNT(wanted); i++) {
        works(group_waiting(s, str_of(wanted[i].code), &w, &err), &err);
        if (w.all != wanted[i].all || w.urgent != wanted[i].urgent)
            print_error("%s: %zu, %zu urgent\n", wanted[i].code, w.all, w.urgent);
        CHECK_INT(w.all, wanted[i].all);
        CHECK_INT(w.urgent, wanted[i].urgent);
        CHECK_INT(w.overdue, 0);
    }
    store_close(s);
}

static size_t found(struct store *s, struct search search, uint64_t *first)
{
    struct err err = {0};
    struct deployment *all;
    size_t n, total;
    search.filter = filter_public();
    search.place_code = S("13055");
    search.limit = 1;
    works(store_search(s, &search, &arena, &all, &n, &total, &err), &err);
    *first = n ? all[0].id : 0;
    return total;
}

TEST(a_record_is_to_be_looked_at_again_when_nothing_of_it_is_newer_than_the_day_and_it_was_not_stopped)
{
    struct store *s = fresh("stale.sqlite");
    int32_t day = clock_day((struct ymd){2024, 11, 24});
    uint64_t first;
    put(s, CAMERA(",\"status_events\":[{\"status\":\"active\",\"kind\":\"observed\",\"date\":\"2024-11-24\"}]"));
    put(s, CAMERA(",\"status_events\":[{\"status\":\"active\",\"kind\":\"began\",\"date\":\"2013\"}],\"last_confirmed\":\"2024-11\"")); /* to the 30th */
    put(s, CAMERA(",\"first_seen\":\"2025\""));
    put(s, CAMERA(",\"status_events\":[{\"status\":\"removed\",\"kind\":\"observed\",\"date\":\"2015\"}]"));
    CHECK_INT(found(s, (struct search){.unconfirmed_since = day}, &first), 0);
    uint64_t old = put(s, CAMERA(",\"status_events\":[{\"status\":\"active\",\"kind\":\"observed\",\"date\":\"2024-11-23\"}],\"first_seen\":\"2020\""));
    CHECK_INT(found(s, (struct search){.unconfirmed_since = day}, &first), 1);
    CHECK_INT(first, old);
    put(s, CAMERA("")); /* nobody says when */
    CHECK_INT(found(s, (struct search){.unconfirmed_since = day}, &first), 2);
    CHECK_INT(found(s, (struct search){.unconfirmed_since = day + 1}, &first), 3);
    CHECK_INT(found(s, (struct search){0}, &first), 6);
    store_close(s);
}

TEST(what_a_new_file_repeats_of_a_camera_that_was_last_looked_at_long_ago_does_not_confirm_it)
{
    struct store *s = fresh("file.sqlite");
    int32_t day = clock_day((struct ymd){2024, 11, 24});
    uint64_t first;
    uint64_t repeated = put(s, CAMERA(",\"last_confirmed\":\"2015-03\",\"status_events\":[{\"status\":\"active\",\"kind\":\"observed\",\"date\":\"2026-10-01\"}]"));
    put(s, CAMERA(",\"last_confirmed\":\"2015-03\",\"sources\":[{\"url\":\"https://exemple.org/a\",\"title\":\"Un article\",\"kind\":\"press\"}],"
        "\"status_events\":[{\"status\":\"active\",\"kind\":\"observed\",\"date\":\"2026-10-01\",\"source\":1}]"));
    put(s, CAMERA(",\"last_confirmed\":\"2015-03\",\"status_events\":[{\"status\":\"suspended\",\"kind\":\"began\",\"date\":\"2025-06\"}]"));
    CHECK_INT(found(s, (struct search){.unconfirmed_since = day}, &first), 1);
    CHECK_INT(first, repeated);
    store_close(s);
}

TEST(a_record_lacks_a_source_when_it_has_no_document_and_nobody_saw_it)
{
    struct store *s = fresh("unsourced.sqlite");
    uint64_t first;
    put(s, CAMERA(",\"sources\":[{\"url\":\"https://exemple.org/a\",\"title\":\"Un arrêté\",\"kind\":\"official\"}]"));
    put(s, CAMERA(",\"claims\":[{\"field\":\"exists\",\"confidence\":\"confirmed\",\"basis\":\"survey\",\"said_on\":\"2026-10\"}]"));
    CHECK_INT(found(s, (struct search){.without_source = true}, &first), 0);
    uint64_t bare = put(s, CAMERA(""));
    CHECK_INT(found(s, (struct search){.without_source = true}, &first), 1);
    CHECK_INT(first, bare);
    store_close(s);
}

TEST(two_people_are_asked_for_where_the_place_says_so_itself_or_what_it_lies_in)
{
    struct store *s = fresh("two.sqlite");
    struct err err = {0};
    works(territory_set_two_person(s, S("dep:13"), true, &err), &err);
    CHECK(territory_two_person(s, S("13055")) && !group_two_person(s, S("13055")) && group_two_person(s, S("dep:13")));
    works(territory_set_two_person(s, S("13055"), true, &err) && territory_set_two_person(s, S("dep:13"), false, &err), &err);
    CHECK(group_two_person(s, S("13055")) && !group_two_person(s, S("dep:13")) && !territory_two_person(s, S("13001")));
    store_close(s);
}
