/* What people changed, as moderators and as the public may know it; what waits, counted; what taking back would do. */
#include "tests/test.h"

#include <string.h>

#include "data/base/clock.h"
#include "data/changes.h"
#include "data/contribution.h"
#include "tests/fresh_store.h"

static struct store *fresh(const char *name)
{
    struct store *s = empty_store(name);
    struct err err = {0};
    struct place places[] = {
        {.code = S("13055"), .name = S("Marseille"), .slug = S("marseille"), .kind = S("commune"), .at = {5.37, 43.3}, .population = 870000},
        {.code = S("06088"), .name = S("Nice"), .slug = S("nice"), .kind = S("commune"), .at = {7.27, 43.7}, .population = 340000}};
    works(store_begin(s, &err) && store_put_place(s, &places[0], S(""), &err) && store_put_place(s, &places[1], S(""), &err) && store_commit(s, &err), &err);
    return s;
}

#define CAMERA                                                                                                         \
    "{\"category\":\"cctv\",\"place_id\":\"13055\",\"place_name\":\"Marseille\",\"position\":[5.37,43.3],"             \
    "\"location_precision\":\"exact\",\"devices\":[{\"position\":[5.37,43.3],\"device_type\":\"dome\",\"mount\":\"pole\"}]}"

static const struct who EVERYWHERE = {.role = ROLE_MODERATOR, .territory = {"all", 3}, .name = {"mod", 3}};
static const struct who OF_NICE = {.role = ROLE_MODERATOR, .territory = {"06088", 5}, .name = {"nic", 3}};

static uint64_t account(struct store *s, const char *name)
{
    struct err err = {0};
    uint64_t id;
    works(people_add(s, &(struct account){.name = str_of(name), .role = ROLE_CONTRIBUTOR}, S("dix lettres"), &id, &err), &err);
    return id;
}

static uint64_t propose(struct store *s, enum contribution_kind kind, uint64_t target, const char *patch, uint64_t by)
{
    struct err err = {0};
    struct contribution c = {.kind = kind, .target = target, .patch = str_of(patch), .has_position = !target, .at = {5.37, 43.3},
        .place_code = target ? S("") : S("13055"), .account_id = by};
    works(contribution_receive(s, &c, S(""), &err), &err);
    return c.id;
}

static uint64_t accept(struct store *s, uint64_t id)
{
    struct err err = {0};
    struct ruled out = {0};
    works(contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = id, .who = &EVERYWHERE}, &out, &err), &err);
    return out.record;
}

static struct queue_counts counts(struct store *s, const struct who *who)
{
    struct err err = {0};
    struct queue_counts n = {0};
    works(contribution_counts(s, who, &n, &err), &err);
    return n;
}

static size_t queued(struct store *s, struct queue q)
{
    struct err err = {0};
    struct contribution *all;
    size_t n, total;
    q.limit = QUEUE_ROWS_MAX;
    works(contribution_queue(s, &q, &arena, &all, &n, &total, &err), &err);
    CHECK_INT(n, total);
    return n;
}

TEST(what_waits_is_counted_for_each_territory)
{
    struct store *s = fresh("counts.sqlite");
    struct err err = {0};
    uint64_t asked = propose(s, CONTRIBUTION_ADD, 0, CAMERA, 0), record = accept(s, propose(s, CONTRIBUTION_ADD, 0, CAMERA, 0));
    struct contribution seen = {.kind = CONTRIBUTION_ADD, .patch = S(CAMERA), .has_position = true, .at = {5.37, 43.3}, .place_code = S("13055"), .survey = true};
    works(contribution_receive(s, &seen, S(""), &err), &err);
    struct ruled out;
    works(contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = seen.id, .who = &EVERYWHERE, .hold_days = 31}, &out, &err), &err);
    works(contribution_say(s, asked, true, S("où ?"), &err), &err);
    propose(s, CONTRIBUTION_UNLAWFUL, record, "{}", 0);
    struct queue_counts all = counts(s, NULL), nice = counts(s, &OF_NICE);
    CHECK_INT(all.waiting, 2);
    CHECK_INT(all.asked, 1);
    CHECK_INT(all.urgent, 1);
    CHECK_INT(all.overdue, 0);
    CHECK_INT(all.held, 1);
    CHECK_INT(nice.waiting + nice.held, 0);
    store_close(s);
}

TEST(the_queue_is_filtered_by_kind_and_by_what_is_held)
{
    struct store *s = fresh("kinds.sqlite");
    struct err err = {0};
    uint64_t record = accept(s, propose(s, CONTRIBUTION_ADD, 0, CAMERA, 0));
    propose(s, CONTRIBUTION_ADD, 0, CAMERA, 0);
    propose(s, CONTRIBUTION_PROBLEM, record, "{}", 0);
    CHECK_INT(queued(s, (struct queue){0}), 2);
    CHECK_INT(queued(s, (struct queue){.kind = 1 + CONTRIBUTION_ADD}), 1);
    CHECK_INT(queued(s, (struct queue){.kind = 1 + CONTRIBUTION_PROBLEM}), 1);
    CHECK_INT(queued(s, (struct queue){.kind = 1 + CONTRIBUTION_PRIVACY}), 0);
    struct contribution seen = {.kind = CONTRIBUTION_ADD, .patch = S(CAMERA), .has_position = true, .at = {5.37, 43.3}, .place_code = S("13055"), .survey = true};
    struct ruled out;
    works(contribution_receive(s, &seen, S(""), &err), &err);
    works(contribution_rule(s, &(struct ruling){.kind = RULING_ACCEPT, .id = seen.id, .who = &EVERYWHERE, .hold_days = 31}, &out, &err), &err);
    CHECK_INT(queued(s, (struct queue){.decided = true}), 2);
    CHECK_INT(queued(s, (struct queue){.decided = true, .held = true}), 1);
    store_close(s);
}

TEST(changes_by_people_are_listed_newest_first_and_by_hand_only)
{
    struct store *s = fresh("made.sqlite");
    struct err err = {0};
    struct made_change *all;
    size_t n, total;
    uint64_t lou = account(s, "lou"), kim = account(s, "kim");
    uint64_t record = accept(s, propose(s, CONTRIBUTION_ADD, 0, CAMERA, lou));
    accept(s, propose(s, CONTRIBUTION_EDIT, record, "{\"summary_fr\":\"une\"}", kim));
    struct device device = {.at = {5.38, 43.3}};
    struct deployment imported = {.category = CATEGORY_CCTV, .place_code = S("13055"), .has_position = true, .at = {5.38, 43.3}, .device_count = -1,
        .retention_days = -1, .moderation = MODERATION_PUBLISHED, .n_devices = 1, .devices = &device};
    struct edit e = {.kind = EDIT_PUT, .deployment = &imported, .revision = REVISION_CORRECTION};
    works(store_apply(s, &e, 1, &err), &err);
    works(store_made_changes(s, &(struct made_changes){.limit = 10}, &arena, &all, &n, &total, &err), &err);
    CHECK_INT(n, 2);
    CHECK_INT(total, 2);
    CHECK_INT(all[0].version, 2);
    CHECK_STR(all[0].by, "kim");
    CHECK_INT(all[0].newest, 2);
    CHECK_STR(all[1].by, "lou");
    works(store_made_changes(s, &(struct made_changes){.account_id = lou, .limit = 10}, &arena, &all, &n, &total, &err), &err);
    CHECK(n == 1 && all[0].version == 1 && all[0].is_published);
    works(store_made_changes(s, &(struct made_changes){.limit = 1, .offset = 1}, &arena, &all, &n, &total, &err), &err);
    CHECK(n == 1 && total == 2 && all[0].version == 1);
    works(store_made_changes(s, &(struct made_changes){.limit = MADE_CHANGES_MAX + 1}, &arena, &all, &n, &total, &err), &err);
    CHECK_INT(n, 2);
    store_close(s);
}

TEST(the_public_knows_months_and_records_that_are_published)
{
    struct store *s = fresh("months.sqlite");
    struct err err = {0};
    struct month_count *months;
    struct month_change *all;
    size_t n, total;
    uint64_t record = accept(s, propose(s, CONTRIBUTION_ADD, 0, CAMERA, 0));
    accept(s, propose(s, CONTRIBUTION_EDIT, record, "{\"summary_fr\":\"une\"}", 0));
    works(store_changed_months(s, &arena, &months, &n, &err), &err);
    struct ymd today = clock_ymd((int32_t)(clock_unix_s() / 86400));
    CHECK(n == 1 && months[0].year == today.year && months[0].month == today.month && months[0].records == 1);
    works(store_month_changes(s, today.year, today.month, 0, 10, &arena, &all, &n, &total, &err), &err);
    CHECK(n == 1 && total == 1 && all[0].id == record && all[0].versions == 2 && all[0].is_new && !all[0].is_return);
    works(record_return_to(s, record, 1, &EVERYWHERE, S("erreur"), &err), &err);
    works(store_month_changes(s, today.year, today.month, 0, 10, &arena, &all, &n, &total, &err), &err);
    CHECK(all[0].is_return && all[0].versions == 3);
    works(store_month_changes(s, today.year, today.month == 12 ? 1 : today.month + 1, 0, 10, &arena, &all, &n, &total, &err), &err);
    CHECK(n == 0 && total == 0);
    accept(s, propose(s, CONTRIBUTION_REMOVE, record, "{}", 0));
    works(store_changed_months(s, &arena, &months, &n, &err), &err);
    CHECK_INT(n, 0);
    store_close(s);
}

TEST(what_taking_back_would_do_is_what_it_does)
{
    struct store *s = fresh("would.sqlite");
    struct err err = {0};
    uint64_t lou = account(s, "lou"), kim = account(s, "kim");
    uint64_t a = accept(s, propose(s, CONTRIBUTION_ADD, 0, CAMERA, lou));
    accept(s, propose(s, CONTRIBUTION_ADD, 0, CAMERA, lou));
    accept(s, propose(s, CONTRIBUTION_EDIT, a, "{\"summary_fr\":\"une\"}", kim));
    size_t would, would_leave, undone, left;
    struct undo_of of = {.account_id = lou};
    works(record_would_undo_all(s, of, &would, &would_leave, &err), &err);
    CHECK(would == 1 && would_leave == 1);
    works(record_undo_all(s, of, &EVERYWHERE, S("essai"), &undone, &left, &err), &err);
    CHECK(undone == would && left == would_leave);
    store_close(s);
}

TEST(whoever_makes_a_workshops_code_is_not_whoever_types_with_it)
{
    struct store *s = fresh("workshop.sqlite");
    struct err err = {0};
    struct who who;
    bool found;
    uint64_t lou = account(s, "lou"), id;
    AUTO(buf) code = {0};
    works(token_add(s, &(struct token){.account_id = lou, .label = S("atelier"), .role = ROLE_CONTRIBUTOR, .workshop = true, .expires_s = clock_unix_s() + 60},
        &code, &id, &err), &err);
    works(token_find(s, buf_str(&code), clock_unix_s(), &arena, &who, &found, &err), &err);
    CHECK(found && who.workshop && who.token_id == id && who.account_id == 0);
    store_close(s);
}
