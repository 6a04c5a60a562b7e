/* People, what they propose, and what decisions make of it: the store's side, without a server. */
#include "tests/test.h"

#include <math.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/json_patch.h"
#include "data/contribution.h"
#include "tests/fresh_store.h"

static struct store *fresh(const char *name)
{
    struct store *s = empty_store(name);
    struct err err = {0};
    struct place marseille = {.code = S("13055"), .name = S("Marseille"), .slug = S("marseille"), .kind = S("commune"),
        .parent_code = S("dep:13"), .at = {5.37, 43.3}, .population = 870000};
    struct place department = {.code = S("dep:13"), .name = S("Bouches-du-Rhône"), .slug = S("bouches-du-rhone"), .kind = S("department"),
        .at = {5.0, 43.5}, .population = -1};
    works(store_begin(s, &err) && store_put_place(s, &department, S(""), &err) && store_put_place(s, &marseille, S("13001"), &err) &&
        store_commit(s, &err), &err);
    return s;
}

static const struct who MODERATOR = {.role = ROLE_MODERATOR, .territory = {"all", 3}, .name = {"mod", 3}};

#define CAMERA                                                                                                         \
    "{\"category\":\"cctv\",\"place_id\":\"13055\",\"place_name\":\"Marseille\",\"position\":[5.37,43.3],"             \
    "\"location_precision\":\"exact\",\"devices\":[{\"position\":[5.37,43.3],\"device_type\":\"dome\",\"mount\":\"pole\"}]," \
    "\"status_events\":[{\"status\":\"active\",\"kind\":\"observed\",\"date\":\"2026-10-17\"}],"                       \
    "\"claims\":[{\"field\":\"exists\",\"confidence\":\"confirmed\",\"basis\":\"survey\",\"said_on\":\"2026-10-17\"}]}"

static uint64_t propose(struct store *s, enum contribution_kind kind, uint64_t target, const char *patch, bool survey)
{
    struct err err = {0};
    struct contribution c = {.kind = kind, .target = target, .patch = str_of(patch), .survey = survey, .has_position = !target,
        .at = {5.37, 43.3}, .place_code = target ? S("") : S("13055")};
    works(contribution_receive(s, &c, S(""), &err), &err);
    return c.id;
}

static struct ruled rule(struct store *s, struct ruling r)
{
    struct err err = {0};
    struct ruled out = {0};
    r.who = r.who ? r.who : &MODERATOR;
    works(contribution_rule(s, &r, &out, &err), &err);
    return out;
}

static uint64_t a_camera(struct store *s)
{
    return rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = propose(s, CONTRIBUTION_ADD, 0, CAMERA, false)}).record;
}

static struct deployment record(struct store *s, uint64_t id)
{
    struct err err = {0};
    struct deployment d = {0};
    bool found;
    works(store_find(s, id, true, &arena, &d, &found, &err), &err);
    CHECK(found);
    return d;
}

TEST(a_merge_patch_leads_from_one_object_to_another_as_RFC_7396_has_it)
{
    static const struct { const char *from, *to, *patch; } cases[] = {
        {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
        {"{\"a\":\"b\",\"b\":\"c\"}", "{\"b\":\"c\"}", "{\"a\":null}"},
        {"{\"a\":{\"b\":\"c\",\"d\":1}}", "{\"a\":{\"b\":\"d\"}}", "{\"a\":{\"b\":\"d\",\"d\":null}}"},
        {"{\"a\":[1,2]}", "{\"a\":[1]}", "{\"a\":[1]}"},
        {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", "{}"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        AUTO(json_doc) from = {0}, to = {0}, patch = {0}, again = {0};
        AUTO(buf) difference = {0}, merged = {0};
        struct err err = {0};
        works(json_read(&from, str_of(cases[i].from), &JSON_BODY, &err) && json_read(&to, str_of(cases[i].to), &JSON_BODY, &err), &err);
        json_difference(&difference, from.root, to.root);
        CHECK_TEXT(difference.at, cases[i].patch);
        works(json_read(&patch, buf_str(&difference), &JSON_BODY, &err), &err);
        json_merge(&merged, from.root, patch.root);
        works(json_read(&again, buf_str(&merged), &JSON_BODY, &err), &err);
        CHECK(json_same(again.root, to.root));
    }
}

TEST(a_code_can_be_typed_in_any_case_without_hyphens_and_with_the_letters_people_confuse)
{
    AUTO(buf) code = {0}, typed = {0};
    struct sha256 a, b;
    secret_make(&code);
    CHECK(secret_hash(buf_str(&code), &a));
    for (size_t i = 0; i < code.len; i++)
        if (code.at[i] != '-')
            buf_char(&typed, code.at[i] == '0' ? 'o' : code.at[i] == '1' ? 'l' : code.at[i] >= 'A' ? (char)(code.at[i] + 32) : code.at[i]);
    CHECK(secret_hash(buf_str(&typed), &b));
    CHECK(memcmp(&a, &b, sizeof a) == 0);
    CHECK(!secret_hash(str_slice(buf_str(&typed), 1, typed.len), &b));
    buf_char(&typed, 'A');
    CHECK(!secret_hash(buf_str(&typed), &b)); /* one past */
}

TEST(a_password_fits_only_itself_and_a_disabled_account_fits_nothing)
{
    struct store *s = fresh("people.sqlite");
    struct err err = {0};
    struct who who;
    bool found;
    works(people_add(s, &(struct account){.name = S("lou"), .role = ROLE_MODERATOR, .territory = S("dep:13")}, S("dix lettres"), NULL, &err), &err);
    CHECK(!people_add(s, &(struct account){.name = S("LOU"), .role = ROLE_ADMIN}, S("dix lettres"), NULL, &err));
    CHECK_INT(err.code, ERR_CONFLICT);
    CHECK(!people_add(s, &(struct account){.name = S("zoe"), .role = ROLE_ADMIN}, S("neuf lett"), NULL, &err));
    CHECK(!people_add(s, &(struct account){.name = S("zoe"), .role = ROLE_ADMIN, .territory = S("99999")}, S("dix lettres"), NULL, &err));
    works(people_log_in(s, S("lou"), S("dix lettres"), &arena, &who, &found, &err), &err);
    CHECK(found && who.role == ROLE_MODERATOR && who_may_at(&who, S("13055")) && !who_may_at(&who, S("69123")) && !who_may_at(&who, S("")));
    works(people_log_in(s, S("lou"), S("dix lettreS"), &arena, &who, &found, &err), &err);
    CHECK(!found);
    works(people_disable(s, S("lou"), &err), &err);
    works(people_log_in(s, S("lou"), S("dix lettres"), &arena, &who, &found, &err), &err);
    CHECK(!found);
    store_close(s);
}

TEST(a_token_works_until_it_is_revoked_or_expires_and_is_nowhere_in_the_file)
{
    struct store *s = fresh("tokens.sqlite");
    struct err err = {0};
    AUTO(buf) shown = {0}, file = {0};
    struct who who;
    bool found;
    uint64_t id;
    works(token_add(s, &(struct token){.label = S("script"), .role = ROLE_CONTRIBUTOR, .expires_s = clock_unix_s() + 100}, &shown, &id, &err), &err);
    works(token_find(s, buf_str(&shown), clock_unix_s(), &arena, &who, &found, &err), &err);
    CHECK(found && who.token_id == id && who.role == ROLE_CONTRIBUTOR);
    works(token_find(s, buf_str(&shown), clock_unix_s() + 101, &arena, &who, &found, &err), &err);
    CHECK(!found);
    works(token_revoke(s, id, &err), &err);
    works(token_find(s, buf_str(&shown), clock_unix_s(), &arena, &who, &found, &err), &err);
    CHECK(!found);
    store_close(s);
    works(buf_read_file(&file, in_folder("tokens.sqlite"), 64 << 20, &err), &err);
    CHECK(!str_has(buf_str(&file), buf_str(&shown)));
}

TEST(a_proposal_changes_nothing_until_it_is_accepted)
{
    struct store *s = fresh("proposal.sqlite");
    uint64_t seq = store_seq(s), id = propose(s, CONTRIBUTION_ADD, 0, CAMERA, false);
    CHECK_INT(store_seq(s), seq);
    struct ruled r = rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = id});
    CHECK_INT(r.state, CONTRIBUTION_ACCEPTED);
    CHECK(store_seq(s) > seq && r.record);
    struct deployment d = record(s, r.record);
    CHECK_INT(d.n_devices, 1);
    CHECK_INT(d.devices[0].type, DEVICE_DOME);
    struct err err = {0};
    struct ruled again;
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &MODERATOR}, &again, &err));
    CHECK_INT(err.code, ERR_CONFLICT);
    store_close(s);
}

TEST(what_was_seen_on_foot_is_held_and_loses_its_day)
{
    struct store *s = fresh("held.sqlite");
    struct err err = {0};
    bool changed;
    uint64_t id = propose(s, CONTRIBUTION_ADD, 0, CAMERA, true);
    struct ruled r = rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = id, .hold_days = 31});
    CHECK_INT(r.state, CONTRIBUTION_HELD);
    CHECK_INT(r.record, 0);
    works(contribution_tick(s, clock_unix_s() + 30 * 86400, &changed, &err), &err);
    CHECK(!changed);
    struct contribution c;
    bool found;
    works(contribution_find(s, id, &arena, &c, &found, &err), &err);
    CHECK(c.publish_s >= clock_unix_s() + 31 * 86400 - 60 && c.publish_s <= clock_unix_s() + 63 * 86400);
    CHECK_INT(c.publish_s % 86400, 0); /* at the first of a month, so that nothing tells the day it came */
    CHECK_INT(clock_ymd((int32_t)(c.publish_s / 86400)).day, 1);
    works(contribution_tick(s, c.publish_s - 1, &changed, &err), &err);
    CHECK(!changed);
    works(contribution_tick(s, c.publish_s, &changed, &err), &err);
    CHECK(changed);
    works(contribution_find(s, id, &arena, &c, &found, &err), &err);
    CHECK_INT(c.state, CONTRIBUTION_ACCEPTED);
    CHECK_INT(clock_ymd((int32_t)(c.created_s / 86400)).day, 1); /* the month is kept, the day is not */
    struct deployment d = record(s, c.result);
    CHECK_INT(d.events[0].date.day, 0);
    CHECK_INT(d.events[0].date.month, 10);
    CHECK_INT(d.claims[0].said_on.day, 0);
    store_close(s);
}

TEST(an_edit_is_put_on_the_newest_version_and_says_which_fields_others_changed)
{
    struct store *s = fresh("edit.sqlite");
    struct err err = {0};
    uint64_t id = a_camera(s);
    uint64_t one = propose(s, CONTRIBUTION_EDIT, id, "{\"ref\":\"C7\",\"id\":99,\"slug\":\"x\"}", false);
    uint64_t other = propose(s, CONTRIBUTION_EDIT, id, "{\"ref\":\"C8\"}", false);
    uint64_t third = propose(s, CONTRIBUTION_EDIT, id, "{\"retention_days\":30}", false);
    CHECK_INT(rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = one}).record, id);
    CHECK(str_eq(record(s, id).ref, S("C7")) && !record(s, id).slug.len);
    struct ruled out;
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = other, .who = &MODERATOR}, &out, &err));
    CHECK_INT(err.code, ERR_CONFLICT);
    CHECK(strstr(err.text, "ref") != NULL);
    rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = third});
    struct deployment d = record(s, id);
    CHECK(str_eq(d.ref, S("C7")) && d.retention_days == 30);
    rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = other, .corrected = S("{\"ref\":\"C9\"}")});
    CHECK(str_eq(record(s, id).ref, S("C9")));
    store_close(s);
}

TEST(two_moderators_at_once_do_not_undo_each_other)
{
    struct store *s = fresh("match.sqlite");
    struct err err = {0};
    uint64_t id = propose(s, CONTRIBUTION_ADD, 0, CAMERA, false);
    rule(s, (struct ruling){.kind = RULING_ASK, .id = id, .version = 1, .reason = S("Which pole?")});
    struct ruled out;
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .version = 1, .who = &MODERATOR}, &out, &err));
    CHECK_INT(err.code, ERR_CONFLICT);
    works(contribution_say(s, id, false, S("The one at the corner."), &err), &err);
    rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = id, .version = 3});
    store_close(s);
}

static void put_square(struct store *s, const char *code, double w, double south, double e, double n)
{
    struct xy corners[] = {{w, south}, {e, south}, {e, n}, {w, n}, {w, south}};
    uint32_t end = COUNT(corners);
    struct err err = {0};
    bool known;
    works(store_begin(s, &err) && store_put_boundary(s, str_of(code), &(struct shape){.kind = SHAPE_POLYGONS, .n_parts = 1, .n = end, .at = corners, .end = &end}, &known, &err) &&
        store_commit(s, &err), &err);
    CHECK(known);
}

/* The other side of the border: another commune, whose moderators are others. */
#define NEXT_DOOR "{\"category\":\"cctv\",\"location_precision\":\"exact\",\"position\":[5.45,43.5],\"devices\":[{\"position\":[5.45,43.5]}]}"

TEST(a_correction_a_device_or_a_merger_reaches_no_other_territory)
{
    struct store *s = fresh("border.sqlite");
    struct err err = {0};
    struct ruled out;
    struct place aix = {.code = S("13001"), .name = S("Aix"), .slug = S("aix"), .kind = S("commune"), .parent_code = S("dep:13"), .at = {5.45, 43.5}, .population = -1};
    works(store_begin(s, &err) && store_put_place(s, &aix, S(""), &err) && store_commit(s, &err), &err);
    put_square(s, "13055", 5.2, 43.2, 5.4, 43.4);
    put_square(s, "13001", 5.4, 43.45, 5.5, 43.6);
    struct who here = {.role = ROLE_MODERATOR, .territory = S("13055")};
    uint64_t theirs = rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = propose(s, CONTRIBUTION_ADD, 0, NEXT_DOOR, false)}).record;
    uint64_t id = propose(s, CONTRIBUTION_ADD, 0, CAMERA, false);
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &here, .corrected = S(NEXT_DOOR)}, &out, &err) && err.code == ERR_DENIED);
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_MERGE, .id = id, .who = &here, .into = theirs}, &out, &err) && err.code == ERR_DENIED);
    uint64_t far = propose(s, CONTRIBUTION_ADD, 0,
        "{\"category\":\"cctv\",\"location_precision\":\"exact\",\"position\":[5.37,43.3],\"devices\":[{\"position\":[5.37,43.3]},{\"position\":[5.45,43.5]}]}", false);
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = far, .who = &here}, &out, &err) && err.code == ERR_DENIED);
    CHECK_INT(rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &here}).state, CONTRIBUTION_ACCEPTED);
    store_close(s);
}

TEST(no_decision_lets_in_a_script_as_an_address_or_a_day_to_come)
{
    struct store *s = fresh("said.sqlite");
    struct err err = {0};
    struct ruled out;
    static const char *const bad[] = {
        "{\"category\":\"cctv\",\"position\":[5.37,43.3],\"location_precision\":\"exact\",\"devices\":[{\"position\":[5.37,43.3]}],\"sources\":[{\"kind\":\"press\",\"url\":\"javascript:alert(1)\"}]}",
        "{\"category\":\"cctv\",\"position\":[5.37,43.3],\"location_precision\":\"exact\",\"devices\":[{\"position\":[5.37,43.3]}],\"last_confirmed\":\"2999-01\"}",
        "{\"category\":\"cctv\",\"position\":[5.37,43.3],\"location_precision\":\"exact\",\"devices\":[{\"position\":[5.37,43.3],\"source_tags\":{\"contact:webcam\":\"http://cam.example\"}}]}"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        uint64_t id = propose(s, CONTRIBUTION_ADD, 0, CAMERA, false);
        CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &MODERATOR, .corrected = str_of(bad[i])}, &out, &err) && err.code == ERR_INVALID);
    }
    store_close(s);
}

TEST(nobody_decides_outside_their_territory_and_nobody_where_the_place_is_unknown)
{
    struct store *s = fresh("territory.sqlite");
    struct err err = {0};
    struct ruled out;
    struct who elsewhere = {.role = ROLE_MODERATOR, .territory = S("69123")}, here = {.role = ROLE_MODERATOR, .territory = S("dep:13")},
               visitor = {.role = ROLE_CONTRIBUTOR, .territory = S("all")};
    uint64_t id = propose(s, CONTRIBUTION_ADD, 0, CAMERA, false);
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &elsewhere}, &out, &err) && err.code == ERR_DENIED);
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &visitor}, &out, &err) && err.code == ERR_DENIED);
    /* The département was said; where the place lies is known once the boundary is. */
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &here}, &out, &err) && err.code == ERR_DENIED);
    put_square(s, "13055", 5.2, 43.2, 5.5, 43.4);
    rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &here});
    struct contribution nowhere = {.kind = CONTRIBUTION_ADD, .patch = S(CAMERA), .has_position = true, .at = {0, 50}};
    works(contribution_receive(s, &nowhere, S(""), &err), &err);
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = nowhere.id, .who = &here}, &out, &err) && err.code == ERR_DENIED);
    store_close(s);
}

TEST(where_two_people_decide_one_is_not_enough_and_the_author_does_not_count)
{
    struct store *s = fresh("two.sqlite");
    struct err err = {0};
    struct ruled out;
    uint64_t ids[3];
    static const char *const names[] = {"ana", "ben", "cem"};
    for (size_t i = 0; i < 3; i++)
        works(people_add(s, &(struct account){.name = str_of(names[i]), .role = ROLE_MODERATOR, .territory = S("all")}, S("dix lettres"), &ids[i], &err), &err);
    uint64_t other = a_camera(s);
    works(territory_set_two_person(s, S("13055"), true, &err), &err);
    struct contribution c = {.kind = CONTRIBUTION_ADD, .patch = S(CAMERA), .place_code = S("13055"), .account_id = ids[0]};
    works(contribution_receive(s, &c, S(""), &err), &err);
    struct who who[3];
    for (size_t i = 0; i < 3; i++)
        who[i] = (struct who){.role = ROLE_MODERATOR, .territory = S("all"), .account_id = ids[i]};
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = c.id, .who = &who[0]}, &out, &err) && err.code == ERR_DENIED);
    CHECK(rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = c.id, .who = &who[1]}).needs_second);
    CHECK(rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = c.id, .who = &who[1]}).needs_second); /* the same again */
    /* Who corrects it starts anew: nobody has agreed to that yet. */
    CHECK(rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = c.id, .who = &who[2], .corrected = S("{\"category\":\"alpr\",\"position\":[5.37,43.3],"
        "\"location_precision\":\"exact\",\"devices\":[{\"position\":[5.37,43.3]}]}")}).needs_second);
    CHECK(rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = c.id, .who = &who[2]}).needs_second);
    struct contribution mine = {.kind = CONTRIBUTION_ADD, .patch = S(CAMERA), .place_code = S("13055"), .account_id = ids[0], .survey = true};
    works(contribution_receive(s, &mine, S(""), &err), &err);
    CHECK(!contribution_rule(s, &(struct ruling){.kind = RULING_MERGE, .id = mine.id, .who = &who[0], .into = other}, &out, &err) && err.code == ERR_DENIED);
    CHECK_INT(rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = c.id, .who = &who[1]}).state, CONTRIBUTION_ACCEPTED);
    store_close(s);
}

TEST(a_privacy_report_takes_effect_at_once_and_lapses_after_three_days)
{
    struct store *s = fresh("privacy.sqlite");
    struct err err = {0};
    bool changed;
    uint64_t id = a_camera(s);
    propose(s, CONTRIBUTION_PRIVACY, id, "{}", false);
    CHECK_INT(record(s, id).public_precision, PRECISION_STREET);
    works(contribution_tick(s, clock_unix_s() + 73 * 3600, &changed, &err), &err);
    CHECK(changed);
    CHECK_INT(record(s, id).public_precision, PRECISION_EXACT);
    store_close(s);
}

TEST(a_publicly_operated_camera_is_not_moved_by_a_report)
{
    struct store *s = fresh("public.sqlite");
    uint64_t id = rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = propose(s, CONTRIBUTION_ADD, 0,
        "{\"category\":\"cctv\",\"position\":[5.37,43.3],\"location_precision\":\"exact\",\"devices\":[{\"position\":[5.37,43.3]}],"
        "\"orgs\":[{\"role\":\"operator\",\"name\":\"Ville de Marseille\",\"kind\":\"commune\"}]}", false)}).record;
    propose(s, CONTRIBUTION_PRIVACY, id, "{}", false);
    CHECK_INT(record(s, id).public_precision, PRECISION_EXACT);
    store_close(s);
}

TEST(reports_that_take_effect_at_once_are_bounded_a_day)
{
    struct store *s = fresh("bounded.sqlite");
    uint64_t last = 0;
    for (int i = 0; i <= PRIVACY_EFFECTS_A_DAY; i++) {
        last = a_camera(s);
        propose(s, CONTRIBUTION_PRIVACY, last, "{}", false);
        CHECK_INT(record(s, last).public_precision, i < PRIVACY_EFFECTS_A_DAY ? PRECISION_STREET : PRECISION_EXACT);
    }
    store_close(s);
}

TEST(all_that_an_account_did_is_taken_back_but_where_others_changed_it_since)
{
    struct store *s = fresh("undo.sqlite");
    struct err err = {0};
    uint64_t vandal, id = a_camera(s), touched = a_camera(s);
    works(people_add(s, &(struct account){.name = S("x"), .role = ROLE_CONTRIBUTOR}, S("dix lettres"), &vandal, &err), &err);
    const uint64_t targets[] = {id, touched};
    for (size_t i = 0; i < 2; i++) {
        struct contribution c = {.kind = CONTRIBUTION_EDIT, .target = targets[i], .patch = S("{\"ref\":\"bad\"}"), .account_id = vandal};
        works(contribution_receive(s, &c, S(""), &err), &err);
        rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = c.id});
    }
    rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = propose(s, CONTRIBUTION_EDIT, touched, "{\"retention_days\":5}", false)});
    size_t undone, left;
    works(record_undo_all(s, (struct undo_of){.account_id = vandal}, &MODERATOR, S("vandalism"), &undone, &left, &err), &err);
    CHECK_INT(undone, 1);
    CHECK_INT(left, 1);
    CHECK(!record(s, id).ref.len);
    works(record_return_to(s, touched, 1, &MODERATOR, S("vandalism"), &err), &err);
    CHECK(!record(s, touched).ref.len);
    store_close(s);
}

TEST(the_link_from_a_contribution_to_its_account_is_cut_after_ninety_days)
{
    struct store *s = fresh("cut.sqlite");
    struct err err = {0};
    uint64_t account;
    bool changed, found;
    works(people_add(s, &(struct account){.name = S("x"), .role = ROLE_CONTRIBUTOR}, S("dix lettres"), &account, &err), &err);
    struct contribution c = {.kind = CONTRIBUTION_ADD, .patch = S(CAMERA), .account_id = account}, after;
    works(contribution_receive(s, &c, S(""), &err), &err);
    struct ruled r = rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = c.id});
    works(contribution_tick(s, clock_unix_s() + 91LL * 86400, &changed, &err), &err);
    works(contribution_find(s, c.id, &arena, &after, &found, &err), &err);
    CHECK(found && after.account_id == 0 && after.decided_by == 0);
    struct revision *list;
    size_t n;
    works(store_history(s, r.record, &arena, &list, &n, &err), &err);
    CHECK(n == 1 && list[0].by_hand && !list[0].by.len);
    store_close(s);
}

TEST(what_was_erased_is_nowhere_in_the_file_and_does_not_come_back)
{
    struct store *s = fresh("erase.sqlite");
    struct err err = {0};
    uint64_t id = rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = propose(s, CONTRIBUTION_ADD, 0,
        "{\"category\":\"cctv\",\"title_fr\":\"Canarimaison\",\"summary_fr\":\"chez Canarimaison\",\"position\":[5.37,43.3],"
        "\"location_precision\":\"exact\",\"devices\":[{\"position\":[5.37,43.3]}],"
        "\"sources\":[{\"kind\":\"press\",\"title\":\"Canarimaison filme\",\"url\":\"https://example.org/Canarimaison\"}]}", false)}).record;
    propose(s, CONTRIBUTION_EDIT, id, "{\"summary_fr\":\"toujours Canarimaison\"}", false);
    works(record_erase(s, id, S("court order"), &err), &err);
    struct deployment d;
    bool found;
    works(store_find(s, id, false, &arena, &d, &found, &err), &err);
    CHECK(!found && record_is_erased(s, id));
    works(store_find_version(s, id, 1, &arena, &d, &found, &err), &err);
    CHECK(!found);
    CHECK(!record_erase(s, id + 1, S("court order"), &err));
    CHECK(!record_erase(s, id, S(" "), &err));
    store_close(s);
    AUTO(buf) file = {0};
    works(buf_read_file(&file, in_folder("erase.sqlite"), 64 << 20, &err), &err);
    CHECK(!str_has(buf_str(&file), S("anarimaison")));
}

TEST(an_import_does_not_write_over_what_people_decided)
{
    struct store *s = fresh("hand.sqlite");
    struct err err = {0};
    struct revision *list;
    size_t n;
    works(store_history(s, a_camera(s), &arena, &list, &n, &err), &err);
    CHECK(n == 1 && list[0].by_hand);
    store_close(s);
}


TEST(an_area_where_nothing_was_found_is_known_by_the_month_and_nothing_in_it_can_be_gone)
{
    struct store *s = fresh("surveyed.sqlite");
    static struct xy ring[] = {{5.37, 43.29}, {5.38, 43.29}, {5.38, 43.3}, {5.37, 43.3}, {5.37, 43.29}};
    static uint32_t end[] = {COUNT(ring)};
    struct zone zone = {.kind = ZONE_NO_COVERAGE_SURVEYED, .shape = {.kind = SHAPE_POLYGONS, .n = COUNT(ring), .n_parts = 1, .at = ring, .end = end}};
    CHECK(partial_date_read(S("2026-03-14"), &zone.valid_from));
    struct deployment d = {.category = CATEGORY_CCTV, .title_fr = S("Relevé sans dispositif trouvé"), .has_position = true, .at = {5.375, 43.295},
        .place_code = S("13055"), .precision = PRECISION_DISTRICT, .public_precision = PRECISION_DISTRICT, .device_count = -1, .retention_days = -1,
        .n_zones = 1, .zones = &zone};
    CHECK(deployment_is_survey(&d));
    AUTO(buf) text = {0};
    deployment_write_json(&text, &d);
    uint64_t id = rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = propose(s, CONTRIBUTION_ADD, 0, text.at, true), .at_once = true}).record;
    struct deployment kept = record(s, id);
    CHECK(deployment_is_survey(&kept));
    CHECK_INT(kept.zones[0].valid_from.month, 3);
    CHECK_INT(kept.zones[0].valid_from.day, 0);
    CHECK_INT(deployment_surveyed_on(&kept).month, 3);

    static const enum contribution_kind kinds[] = {CONTRIBUTION_CONFIRM, CONTRIBUTION_GONE};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        rule(s, (struct ruling){.kind = RULING_ACCEPT, .id = propose(s, kinds[i], id, "{}", false), .at_once = true});
        kept = record(s, id);
        CHECK_INT(kept.n_events, 0);
        CHECK(kept.last_confirmed.year >= 2026);
        CHECK_INT(deployment_surveyed_on(&kept).lo, kept.last_confirmed.lo); /* somebody looked again */
    }

    struct device device = {.at = {5.375, 43.295}, .tilt_deg = NAN};
    d.n_devices = 1;
    d.devices = &device;
    CHECK(!deployment_is_survey(&d));
    d.n_devices = 0;
    zone.kind = ZONE_PILOT;
    CHECK(!deployment_is_survey(&d));
    store_close(s);
}
