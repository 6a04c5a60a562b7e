/* Times and territories in the words of the desk. */
#include "tests/test.h"

#include "data/base/clock.h"
#include "server/desk.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

static void due(struct buf *out, int64_t from_now_s)
{
    struct page p = {.out = out, .french = true};
    buf_clear(out);
    desk_due(&p, clock_unix_s() + from_now_s);
}

TEST(a_clock_is_told_in_words_and_past_it_how_late_it_is)
{
    AUTO(buf) out = {0};
    static const struct {
        int64_t from_now_s;
        const char *says;
    } cases[] = {{3 * DAY + HOUR, "encore 3 jours"}, {DAY + HOUR + 60, "encore 25 heures"}, {10 * 60, "encore 1 heure"}, {-10 * 60, "en retard de 1 heure"},
        {-5 * HOUR - 60, "en retard de 5 heures"}, {-3 * DAY - HOUR, "en retard de 3 jours"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        due(&out, cases[i].from_now_s);
        CHECK_TEXT(out.at, cases[i].says);
    }
    CHECK(desk_is_overdue(clock_unix_s() - 1) && !desk_is_overdue(clock_unix_s() + 60) && !desk_is_overdue(0));
}

TEST(an_age_is_told_in_days)
{
    AUTO(buf) out = {0};
    struct page p = {.out = &out, .french = true};
    desk_age(&p, clock_unix_s());
    CHECK_TEXT(out.at, "aujourd&#39;hui");
    buf_clear(&out);
    desk_age(&p, clock_unix_s() - DAY - 60);
    CHECK_TEXT(out.at, "il y a 1 jour");
    buf_clear(&out);
    desk_age(&p, clock_unix_s() - 16 * DAY);
    CHECK_TEXT(out.at, "il y a 16 jours");
}

TEST(a_password_keeps_the_spaces_at_its_ends_and_a_number_is_only_digits)
{
    struct form f = {.n = 1, .fields = {{.name = S("password"), .value = S(" two words ")}}};
    CHECK_STR(desk_password(&f, "password"), " two words ");
    CHECK_STR(desk_password(&f, "other"), "");
    CHECK_INT(desk_number(S("17")), 17);
    CHECK_INT(desk_number(S("-1")), 0);
    CHECK_INT(desk_number(S("1e3")), 0);
    CHECK_INT(desk_number(S("99999999999999999999999")), 0);
}
