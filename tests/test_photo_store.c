/* Photos that came with contributions: who sees them, and what is left of those that nobody may see. */
#include "tests/test.h"

#include <string.h>

#include "data/base/clock.h"
#include "data/base/limits.h"
#include "data/photo_store.h"
#include "tests/fresh_store.h"

#define PIXELS "pixels-of-a-front-door"
#define BLURRED "pixels-of-a-blurred-door"

static struct store *fresh(const char *name)
{
    struct store *s = empty_store(name);
    struct err err = {0};
    struct place marseille = {.code = S("13055"), .name = S("Marseille"), .slug = S("marseille"), .kind = S("commune"), .at = {5.37, 43.3}, .population = -1};
    works(store_begin(s, &err) && store_put_place(s, &marseille, S("13001"), &err) && store_commit(s, &err), &err);
    return s;
}

static const struct who MODERATOR = {.role = ROLE_MODERATOR, .territory = {"all", 3}};
static const struct who ELSEWHERE = {.role = ROLE_MODERATOR, .territory = {"69123", 5}};

static uint64_t receive(struct store *s, struct contribution c)
{
    struct err err = {0};
    works(contribution_receive(s, &c, S(""), &err), &err);
    return c.id;
}

static uint64_t an_addition(struct store *s)
{
    return receive(s, (struct contribution){.kind = CONTRIBUTION_ADD, .has_position = true, .at = {5.37, 43.3}, .place_code = S("13055"),
        .patch = S("{\"category\":\"cctv\",\"place_id\":\"13055\",\"position\":[5.37,43.3],\"location_precision\":\"exact\","
                   "\"devices\":[{\"position\":[5.37,43.3],\"device_type\":\"dome\"}]}")});
}

static struct ruled rule(struct store *s, uint64_t id, enum ruling_kind kind)
{
    struct err err = {0};
    struct ruled out = {0};
    works(contribution_rule(s, &(struct ruling){.kind = kind, .id = id, .who = &MODERATOR, .reason = S("because")}, &out, &err), &err);
    return out;
}

static uint64_t a_photo(struct store *s, uint64_t contribution)
{
    struct err err = {0};
    struct photo p = {.contribution = contribution, .licence = S("CC BY-SA 4.0"), .author = S("lou"), .width_px = 4, .height_px = 3};
    CHECK(partial_date_read(S("2026-10"), &p.taken));
    works(photo_add(s, &p, S(PIXELS), &err), &err);
    CHECK(p.id && p.id < (UINT64_C(1) << 52));
    return p.id;
}

static void decide(struct store *s, uint64_t photo, bool accept)
{
    struct err err = {0};
    works(photo_rule(s, photo, &MODERATOR, accept, &err), &err);
}

static enum photo_public seen(struct store *s, uint64_t photo)
{
    AUTO(buf) jpeg = {0};
    struct err err = {0};
    enum photo_public how;
    works(photo_public_jpeg(s, photo, &jpeg, &how, &err), &err);
    CHECK((how == PHOTO_IS_PUBLIC) == (jpeg.len > 0));
    return how;
}

static size_t shown_with(struct store *s, uint64_t record)
{
    struct photo *all;
    struct err err = {0};
    size_t n;
    works(photo_of_record(s, record, &arena, &all, &n, &err), &err);
    return n;
}

static struct photo photo_now(struct store *s, uint64_t id)
{
    struct photo p = {0};
    struct err err = {0};
    bool found;
    works(photo_find(s, id, &arena, &p, &found, &err), &err);
    CHECK(found);
    return p;
}

static size_t bytes_of(struct store *s, uint64_t photo)
{
    AUTO(buf) jpeg = {0};
    struct err err = {0};
    works(photo_jpeg(s, photo, &jpeg, &err), &err);
    return jpeg.len;
}

TEST(a_photo_is_shown_once_it_and_what_it_came_with_were_accepted_and_not_before)
{
    for (int photo_first = 0; photo_first < 2; photo_first++) {
        struct store *s = fresh(photo_first ? "photo-first.sqlite" : "record-first.sqlite");
        uint64_t contribution = an_addition(s), photo = a_photo(s, contribution), record = 0;
        CHECK_INT(seen(s, photo), PHOTO_IS_NOT);
        if (photo_first)
            decide(s, photo, true);
        else
            record = rule(s, contribution, RULING_ACCEPT).record;
        CHECK_INT(seen(s, photo), PHOTO_IS_NOT);
        if (photo_first)
            record = rule(s, contribution, RULING_ACCEPT).record;
        else
            decide(s, photo, true);
        CHECK_INT(seen(s, photo), PHOTO_IS_PUBLIC);
        CHECK_INT(shown_with(s, record), 1);
        struct photo p = photo_now(s, photo);
        CHECK(p.record == record && p.contribution == contribution && p.taken.month == 10 && !p.taken.day && str_eq(p.author, S("lou")));
        store_close(s);
    }
}

TEST(a_refused_photo_and_the_photos_of_a_refused_contribution_lose_their_pixels)
{
    struct store *s = fresh("refused.sqlite");
    struct err err = {0};
    uint64_t contribution = an_addition(s), one = a_photo(s, contribution), other = a_photo(s, contribution);
    decide(s, one, false);
    CHECK_INT(bytes_of(s, one), 0);
    CHECK(!photo_now(s, one).author.len);
    CHECK(!photo_rule(s, one, &MODERATOR, true, &err));
    CHECK_INT(err.code, ERR_CONFLICT);
    decide(s, other, true);
    rule(s, contribution, RULING_REFUSE);
    CHECK_INT(bytes_of(s, other), 0);
    CHECK_INT(seen(s, other), PHOTO_IS_NOT);
    struct photo late = {.contribution = contribution, .width_px = 1, .height_px = 1};
    CHECK(!photo_add(s, &late, S(PIXELS), &err));
    CHECK_INT(err.code, ERR_CONFLICT);
    store_close(s);
}

TEST(an_erased_record_takes_its_photos_with_it_and_their_addresses_say_so)
{
    struct store *s = fresh("erased.sqlite");
    struct err err = {0};
    uint64_t contribution = an_addition(s), shown = a_photo(s, contribution), waiting = a_photo(s, contribution);
    decide(s, shown, true);
    uint64_t record = rule(s, contribution, RULING_ACCEPT).record;
    CHECK_INT(seen(s, shown), PHOTO_IS_PUBLIC);
    works(record_erase(s, record, S("a ruling"), &err), &err);
    CHECK_INT(seen(s, shown), PHOTO_WAS_WITHDRAWN);
    CHECK_INT(seen(s, waiting), PHOTO_WAS_WITHDRAWN);
    CHECK_INT(bytes_of(s, shown) + bytes_of(s, waiting), 0);
    CHECK_INT(seen(s, shown + 2), PHOTO_IS_NOT);
    store_close(s);
    AUTO(buf) file = {0};
    works(buf_read_file(&file, in_folder("erased.sqlite"), 64 << 20, &err), &err);
    CHECK(!str_has(buf_str(&file), S(PIXELS)));
}

TEST(a_contribution_has_so_many_photos_and_no_more)
{
    struct store *s = fresh("many.sqlite");
    struct err err = {0};
    struct photo *all;
    size_t n;
    uint64_t contribution = an_addition(s);
    for (int i = 0; i < PHOTOS_A_CONTRIBUTION_MAX; i++)
        a_photo(s, contribution);
    struct photo more = {.contribution = contribution, .width_px = 1, .height_px = 1};
    CHECK(!photo_add(s, &more, S(PIXELS), &err));
    CHECK_INT(err.code, ERR_TOO_BIG);
    works(photo_of_contribution(s, contribution, &arena, &all, &n, &err), &err);
    CHECK_INT(n, PHOTOS_A_CONTRIBUTION_MAX);
    store_close(s);
}

TEST(a_photo_has_a_month_that_was_and_no_day_and_a_short_credit)
{
    struct store *s = fresh("facts.sqlite");
    struct err err = {0};
    struct photo p = {.contribution = an_addition(s), .width_px = 1, .height_px = 1};
    CHECK(partial_date_read(S("2026-10-17"), &p.taken));
    CHECK(!photo_add(s, &p, S(PIXELS), &err));
    CHECK(partial_date_read(S("2999-01"), &p.taken));
    CHECK(!photo_add(s, &p, S(PIXELS), &err));
    p.taken = (struct partial_date){0};
    char name[PHOTO_AUTHOR_MAX_RUNES + 2];
    memset(name, 'x', sizeof name);
    p.author = str_from(name, PHOTO_AUTHOR_MAX_RUNES + 1);
    CHECK(!photo_add(s, &p, S(PIXELS), &err));
    CHECK_INT(err.code, ERR_INVALID);
    p.author.len--;
    works(photo_add(s, &p, S(PIXELS), &err), &err);
    store_close(s);
}

TEST(a_blurred_photo_takes_the_place_of_the_one_that_was_looked_at_and_waits_again)
{
    struct store *s = fresh("blur.sqlite");
    struct err err = {0};
    AUTO(buf) jpeg = {0};
    uint64_t photo = a_photo(s, an_addition(s));
    struct sha256 was = hash_sha256(S(PIXELS));
    decide(s, photo, true);
    CHECK(!photo_replace(s, photo, &ELSEWHERE, &was, S(BLURRED), 2, 2, &err));
    CHECK_INT(err.code, ERR_DENIED);
    works(photo_replace(s, photo, &MODERATOR, &was, S(BLURRED), 2, 2, &err), &err);
    struct photo p = photo_now(s, photo);
    CHECK(p.blurred && p.state == PHOTO_PENDING && p.width_px == 2);
    works(photo_jpeg(s, photo, &jpeg, &err), &err);
    CHECK_TEXT(jpeg.at, BLURRED);
    CHECK(!photo_replace(s, photo, &MODERATOR, &was, S(PIXELS), 4, 3, &err)); /* what a colleague had blurred stays blurred */
    CHECK_INT(err.code, ERR_CONFLICT);
    store_close(s);
}

TEST(only_moderators_of_the_place_see_that_a_photo_waits_and_decide_about_it)
{
    struct store *s = fresh("territory.sqlite");
    struct err err = {0};
    struct photo *all;
    size_t n, total;
    uint64_t photo = a_photo(s, an_addition(s));
    works(photo_waiting(s, &ELSEWHERE, &arena, &all, &n, &total, &err), &err);
    CHECK_INT(n + total, 0);
    works(photo_waiting(s, &MODERATOR, &arena, &all, &n, &total, &err), &err);
    CHECK(n == 1 && total == 1 && all[0].id == photo);
    CHECK(!photo_rule(s, photo, &ELSEWHERE, true, &err));
    CHECK_INT(err.code, ERR_DENIED);
    CHECK(!photo_rule(s, photo, &(struct who){.role = ROLE_CONTRIBUTOR, .territory = S("all")}, true, &err));
    CHECK(!photo_rule(s, photo + 2, &MODERATOR, true, &err));
    CHECK_INT(err.code, ERR_MISSING);
    store_close(s);
}

static uint64_t a_shown_photo(struct store *s, uint64_t *record)
{
    uint64_t contribution = an_addition(s), photo = a_photo(s, contribution);
    decide(s, photo, true);
    *record = rule(s, contribution, RULING_ACCEPT).record;
    CHECK_INT(seen(s, photo), PHOTO_IS_PUBLIC);
    return photo;
}

TEST(a_privacy_report_about_a_photo_withholds_it_at_once_and_a_refusal_shows_it_again)
{
    struct store *s = fresh("privacy.sqlite");
    struct err err = {0};
    uint64_t record, photo = a_shown_photo(s, &record);
    struct contribution c = {.kind = CONTRIBUTION_PRIVACY, .target = record, .patch = S("{\"photos\":true}")};
    works(contribution_receive(s, &c, S(""), &err), &err);
    CHECK(c.withheld_photos && !c.effect_version); /* the place is as it was */
    CHECK(seen(s, photo) != PHOTO_IS_PUBLIC);
    rule(s, c.id, RULING_REFUSE);
    CHECK_INT(seen(s, photo), PHOTO_IS_PUBLIC);

    works(contribution_receive(s, &c, S(""), &err), &err);
    CHECK(seen(s, photo) != PHOTO_IS_PUBLIC);
    bool changed;
    works(contribution_tick(s, clock_unix_s() + PRIVACY_LAPSES_AFTER_H * 3600 + 1, &changed, &err), &err);
    CHECK_INT(seen(s, photo), PHOTO_IS_PUBLIC);

    c.patch = S("{\"photos\":true}");
    works(contribution_receive(s, &c, S(""), &err), &err);
    rule(s, c.id, RULING_ACCEPT);
    CHECK(seen(s, photo) != PHOTO_IS_PUBLIC); /* until it was blurred and accepted, or refused */
    CHECK_INT(photo_now(s, photo).state, PHOTO_PENDING);
    store_close(s);
}

TEST(no_report_can_name_the_photos_that_its_refusal_would_show)
{
    struct store *s = fresh("forged.sqlite");
    struct err err = {0};
    AUTO(buf) patch = {0};
    uint64_t record, shown = a_shown_photo(s, &record);
    struct contribution more = {.kind = CONTRIBUTION_PROBLEM, .target = record};
    works(contribution_receive(s, &more, S(""), &err), &err);
    uint64_t hidden = a_photo(s, more.id);
    rule(s, more.id, RULING_ACCEPT);
    buf_fmt(&patch, "{\"withheld_photos\":[%llu]}", (unsigned long long)hidden);
    struct contribution c = {.kind = CONTRIBUTION_PRIVACY, .target = record, .patch = buf_str(&patch)};
    works(contribution_receive(s, &c, S(""), &err), &err);
    rule(s, c.id, RULING_REFUSE);
    CHECK_INT(seen(s, hidden), PHOTO_IS_NOT);
    CHECK_INT(seen(s, shown), PHOTO_IS_PUBLIC);
    store_close(s);
}

TEST(a_record_whose_place_is_withheld_shows_no_photo)
{
    struct store *s = fresh("withheld.sqlite");
    struct err err = {0};
    uint64_t record, photo = a_shown_photo(s, &record);
    CHECK_INT(shown_with(s, record), 1);
    struct contribution c = {.kind = CONTRIBUTION_PRIVACY, .target = record};
    works(contribution_receive(s, &c, S(""), &err), &err);
    CHECK(c.effect_version);
    CHECK_INT(seen(s, photo), PHOTO_IS_NOT);
    CHECK_INT(shown_with(s, record), 0);
    rule(s, c.id, RULING_REFUSE);
    CHECK_INT(seen(s, photo), PHOTO_IS_PUBLIC);
    store_close(s);
}
