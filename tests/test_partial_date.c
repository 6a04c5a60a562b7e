#include "tests/test.h"

#include "data/base/buf.h"
#include "data/base/clock.h"
#include "data/record/partial_date.h"

static void check_guess(const char *text, const char *expected)
{
    struct partial_date d = {0};
    AUTO(buf) out = {0};
    bool ok = partial_date_guess(str_of(text), &d);
    partial_date_write(&out, d);
    if (!ok || strcmp(out.at ? out.at : "", expected) != 0)
        print_error("%s gave %s\n", text, ok ? out.at : "nothing");
    CHECK(ok);
    CHECK_TEXT(out.at, expected);
}

TEST(dates_as_they_stand_in_files_are_understood)
{
    check_guess("2019", "2019");
    check_guess("2019-10", "2019-10");
    check_guess("2019-10-28?", "2019-10-28?");
    check_guess("08/07/16", "2016-07-08");
    check_guess("28/10/2019", "2019-10-28");
    check_guess("41208", "2012-10-26");
    check_guess("D\u00e9but 2019", "2019?");
    check_guess("octobre 2019", "2019-10");
    check_guess("28 octobre 2019", "2019-10-28");
    check_guess("2019-10-28T09:00:00Z", "2019-10-28");
    check_guess("20191028", "2019-10-28");
    check_guess("12/25/2019", "2019-12-25");
}

TEST(what_is_no_date_is_refused)
{
    static const char *const texts[] = {"inconnue", "#N/A", "2019-13", "2019-02-29", "31/04/2019", "99", "2019-1", "12:30", "0000"};
    struct partial_date d;
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (partial_date_guess(str_of(texts[i]), &d))
            print_error("%s\n", texts[i]);
        CHECK(!partial_date_guess(str_of(texts[i]), &d));
    }
}

TEST(a_partial_date_spans_all_it_may_mean)
{
    struct partial_date d;
    CHECK(partial_date_read(S("2020-02"), &d));
    CHECK_INT(d.lo, clock_day((struct ymd){2020, 2, 1}));
    CHECK_INT(d.hi, clock_day((struct ymd){2020, 2, 29}));
}

TEST(days_and_dates_agree_for_four_centuries)
{
    for (int32_t day = -150000; day < 150000; day += 7)
        CHECK_INT(clock_day(clock_ymd(day)), day);
    CHECK_INT(clock_ymd(0).year, 1970);
}
