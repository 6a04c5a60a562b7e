/* Sightings, replies and errors that somebody reported: what a decision makes of them. */
#include "tests/test.h"

#include <string.h>

#include "data/base/clock.h"
#include "data/contribution.h"
#include "tests/fresh_store.h"

static const struct who MODERATOR = {.role = ROLE_MODERATOR, .territory = {"all", 3}};

static struct ruled accept_it(struct store *s, uint64_t id, struct str corrected)
{
    struct err err = {0};
    struct ruled out = {0};
    works(contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &MODERATOR, .corrected = corrected}, &out, &err), &err);
    return out;
}

static uint64_t receive(struct store *s, struct contribution c)
{
    struct err err = {0};
    works(contribution_receive(s, &c, S(""), &err), &err);
    return c.id;
}

static struct store *with_camera(const char *name, uint64_t *record)
{
    struct store *s = NULL;
    struct err err = {0};
    arena_done(&arena);
    arena_init(&arena, 64 << 20);
    works(store_open(&s, in_folder(name), STORE_CREATE, &err), &err);
    *record = accept_it(s, receive(s, (struct contribution){.kind = CONTRIBUTION_ADD, .has_position = true, .at = {5.37, 43.3},
        .patch = S("{\"category\":\"cctv\",\"position\":[5.37,43.3],\"devices\":[{\"position\":[5.37,43.3],\"device_type\":\"dome\"}]}")}), S("")).record;
    return s;
}

static struct deployment now(struct store *s, uint64_t id)
{
    struct err err = {0};
    struct deployment d = {0};
    bool found;
    works(store_find(s, id, true, &arena, &d, &found, &err), &err);
    CHECK(found);
    return d;
}

static bool is_month(struct partial_date d, const char *text)
{
    AUTO(buf) out = {0};
    partial_date_write(&out, d);
    return str_eq(buf_str(&out), str_of(text));
}

TEST(a_sighting_counts_in_the_month_somebody_saw_it_and_an_older_one_does_not_make_the_record_older)
{
    uint64_t id;
    struct store *s = with_camera("sighting.sqlite", &id);
    accept_it(s, receive(s, (struct contribution){.kind = CONTRIBUTION_CONFIRM, .target = id, .patch = S("{\"seen_on\":\"2025-06\"}")}), S(""));
    CHECK(is_month(now(s, id).last_confirmed, "2025-06"));
    accept_it(s, receive(s, (struct contribution){.kind = CONTRIBUTION_CONFIRM, .target = id, .patch = S("{\"seen_on\":\"2024-01\"}")}), S(""));
    struct deployment d = now(s, id);
    CHECK(is_month(d.last_confirmed, "2025-06"));
    CHECK_INT(d.n_events, 2);
    accept_it(s, receive(s, (struct contribution){.kind = CONTRIBUTION_GONE, .target = id, .patch = S("{\"seen_on\":\"2025-07\"}")}), S(""));
    d = now(s, id);
    CHECK_INT(d.status, STATUS_REMOVED);
    CHECK(is_month(d.status_since, "2025-07"));
    store_close(s);
}

TEST(the_preview_of_a_report_shows_what_accepting_it_would_do)
{
    uint64_t id;
    struct store *s = with_camera("preview.sqlite", &id);
    struct err err = {0};
    static const enum contribution_kind kinds[] = {CONTRIBUTION_GONE, CONTRIBUTION_PRIVACY, CONTRIBUTION_UNLAWFUL};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct deployment before, after;
        struct str conflicts;
        struct contribution c = {.kind = kinds[i], .target = id, .created_s = clock_unix_s(), .patch = S("{}")};
        works(contribution_preview(s, &c, S(""), &arena, &before, &after, &conflicts, &err), &err);
        CHECK(after.n_events == before.n_events + (kinds[i] == CONTRIBUTION_GONE));
        CHECK((after.public_precision != before.public_precision) == (kinds[i] == CONTRIBUTION_PRIVACY && before.public_precision < PRECISION_STREET));
        CHECK((after.moderation == MODERATION_HIDDEN) == (kinds[i] == CONTRIBUTION_UNLAWFUL));
    }
    store_close(s);
}

TEST(a_sighting_in_a_month_to_come_or_in_no_month_is_refused)
{
    uint64_t id;
    struct store *s = with_camera("future.sqlite", &id);
    struct err err = {0};
    static const char *const wrong[] = {"{\"seen_on\":\"2999-01\"}", "{\"seen_on\":\"October\"}", "[", "{\"seen_on\":\"2026-13\"}"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct contribution c = {.kind = CONTRIBUTION_CONFIRM, .target = id, .patch = str_of(wrong[i])};
        CHECK(!contribution_receive(s, &c, S(""), &err));
        CHECK_INT(err.code, ERR_INVALID);
    }
    store_close(s);
}

TEST(an_error_that_was_none_makes_no_new_version)
{
    uint64_t id;
    struct store *s = with_camera("problem.sqlite", &id);
    uint32_t version = now(s, id).version;
    struct ruled r = accept_it(s, receive(s, (struct contribution){.kind = CONTRIBUTION_PROBLEM, .target = id, .note = S("hm")}), S(""));
    CHECK_INT(r.state, CONTRIBUTION_ACCEPTED);
    CHECK_INT(now(s, id).version, version);
    accept_it(s, receive(s, (struct contribution){.kind = CONTRIBUTION_PROBLEM, .target = id, .note = S("hm")}), S("{\"ref\":\"C7\"}"));
    struct deployment d = now(s, id);
    CHECK(d.version == version + 1 && str_eq(d.ref, S("C7")));
    store_close(s);
}

TEST(an_accepted_reply_stands_with_its_record_and_goes_with_it)
{
    uint64_t id;
    struct store *s = with_camera("reply.sqlite", &id);
    struct err err = {0};
    struct reply *all;
    size_t n;
    uint64_t reply = receive(s, (struct contribution){.kind = CONTRIBUTION_REPLY, .target = id,
        .patch = S("{\"label\":\"Ville\",\"text\":\"Nous contestons.\"}"), .note = S("06 00 00 00 00")});
    works(record_replies(s, id, &arena, &all, &n, &err), &err);
    CHECK_INT(n, 0);
    accept_it(s, reply, S(""));
    works(record_replies(s, id, &arena, &all, &n, &err), &err);
    CHECK_INT(n, 1);
    CHECK(str_eq(all[0].label, S("Ville")) && str_eq(all[0].text, S("Nous contestons.")));
    CHECK(all[0].received.month && !all[0].received.day && all[0].published.month && !all[0].published.day);
    accept_it(s, receive(s, (struct contribution){.kind = CONTRIBUTION_REPLY, .target = id, .patch = S("{\"label\":\"V\",\"text\":\"t\"}")}),
        S("{\"label\":\"Ville\",\"text\":\"sans adresse\"}"));
    works(record_replies(s, id, &arena, &all, &n, &err), &err);
    CHECK(n == 2 && str_eq(all[1].text, S("sans adresse"))); /* as the moderator corrected it */
    works(record_erase(s, id, S("a ruling"), &err), &err);
    works(record_replies(s, id, &arena, &all, &n, &err), &err);
    CHECK_INT(n, 0);
    store_close(s);
}

TEST(a_reply_says_who_and_what_and_not_too_much)
{
    uint64_t id;
    struct store *s = with_camera("bounds.sqlite", &id);
    struct err err = {0};
    for (int over = 0; over < 2; over++) {
        for (int part = 0; part < 2; part++) {
            AUTO(buf) patch = {0};
            size_t most = part ? CONTRIBUTION_NOTE_MAX_RUNES : REPLY_LABEL_MAX_RUNES;
            buf_fmt(&patch, "{\"%s\":\"x\",\"%s\":\"", part ? "label" : "text", part ? "text" : "label");
            for (size_t i = 0; i < most + (size_t)over; i++)
                buf_add(&patch, S("é"));
            buf_add(&patch, S("\"}"));
            struct contribution c = {.kind = CONTRIBUTION_REPLY, .target = id, .patch = buf_str(&patch)};
            CHECK(contribution_receive(s, &c, S(""), &err) == !over);
        }
    }
    static const char *const missing[] = {"{}", "{\"label\":\"x\"}", "{\"text\":\"x\"}", "{\"label\":\" \",\"text\":\"x\"}", "{\"label\":5,\"text\":\"x\"}"};
    for (size_t i = 0; i < COUNT(missing); i++) {
        struct contribution c = {.kind = CONTRIBUTION_REPLY, .target = id, .patch = str_of(missing[i])};
        CHECK(!contribution_receive(s, &c, S(""), &err));
        CHECK_INT(err.code, ERR_INVALID);
    }
    store_close(s);
}
