#include "data/record/partial_date.h"

#include <string.h>

#include "data/base/clock.h"

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool make(int year, int month, int day, bool uncertain, struct partial_date *out)
{
    if (year < 1000 || year > 9999 || month < 0 || month > 12 || day < 0 || (day && (!month || day > days_in(year, month))))
        return false;
    *out = (struct partial_date){.year = (int16_t)year, .month = (uint8_t)month, .day = (uint8_t)day, .uncertain = uncertain};
    int last_month = month ? month : 12;
    out->lo = clock_day((struct ymd){year, month ? month : 1, day ? day : 1});
    out->hi = clock_day((struct ymd){year, last_month, day ? day : days_in(year, last_month)});
    return true;
}

static bool digits(struct str s, size_t least, size_t most, int *out)
{
    if (s.len < least || s.len > most)
        return false;
    *out = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        *out = *out * 10 + s.at[i] - '0';
    }
    return true;
}

bool partial_date_read(struct str s, struct partial_date *out)
{
    if (!s.len) {
        *out = (struct partial_date){0};
        return true;
    }
    bool uncertain = s.at[s.len - 1] == '?';
    s.len -= uncertain;
    int year, month = 0, day = 0;
    if (!digits(str_slice(s, 0, 4), 4, 4, &year))
        return false;
    if (s.len > 4 && (s.at[4] != '-' || !digits(str_slice(s, 5, 7), 2, 2, &month) || !month))
        return false;
    if (s.len > 7 && (s.at[7] != '-' || !digits(str_slice(s, 8, s.len), 2, 2, &day) || !day))
        return false;
    return make(year, month, day, uncertain, out);
}

static int month_named(struct str folded)
{
    static const char *const names[12][4] = {{"janvier", "january", "jan", "janv"}, {"fevrier", "february", "feb", "fev"},
        {"mars", "march", "mar", "mars"}, {"avril", "april", "apr", "avr"}, {"mai", "may", "mai", "may"},
        {"juin", "june", "jun", "juin"}, {"juillet", "july", "jul", "juil"}, {"aout", "august", "aug", "aou"},
        {"septembre", "september", "sep", "sept"}, {"octobre", "october", "oct", "oct"},
        {"novembre", "november", "nov", "nov"}, {"decembre", "december", "dec", "dec"}};
    for (int m = 0; m < 12; m++)
        for (int i = 0; i < 4; i++)
            if (str_eq(folded, str_of(names[m][i])))
                return m + 1;
    return 0;
}

/* "octobre 2019", "28 octobre 2019", "Oct 28, 2019", "Début 2019": words in any order. */
static bool guess_words(struct str s, struct partial_date *out)
{
    AUTO(arena) arena;
    arena_init(&arena, 4096);
    struct str rest = str_fold(&arena, str_slice(s, 0, 200)), word;
    int year = 0, month = 0, day = 0, number;
    bool uncertain = false;
    while (str_next(&rest, ' ', &word)) {
        int named = month_named(word);
        if (named && !month)
            month = named;
        else if (digits(word, 4, 4, &number) && !year)
            year = number;
        else if (digits(word, 1, 2, &number) && !day)
            day = number;
        else if (str_eq(word, S("1er")) && !day)
            day = 1;
        else if (str_eq(word, S("debut")) || str_eq(word, S("fin")) || str_eq(word, S("mi")) || str_eq(word, S("vers")) ||
                 str_eq(word, S("circa")) || str_eq(word, S("about")) || str_eq(word, S("early")) || str_eq(word, S("late")))
            uncertain = true;
        else
            return false;
    }
    return year && (month || !day) && make(year, month, day, uncertain, out);
}

/* day sep month sep year, day first; two-digit years are 2000 to 2068 and 1969 to 1999 (POSIX %y). */
static bool guess_numeric(struct str s, char sep, struct partial_date *out)
{
    struct str parts[3], rest = s, part;
    size_t n = 0;
    while (str_next(&rest, sep, &part)) {
        if (n == 3)
            return false;
        parts[n++] = str_trim(part);
    }
    int a, b, c;
    if (n == 2 && digits(parts[0], 1, 2, &a) && digits(parts[1], 4, 4, &c))
        return a > 0 && make(c, a, 0, false, out);
    if (n != 3 || !digits(parts[0], 1, 4, &a) || !digits(parts[1], 1, 2, &b) || !digits(parts[2], 1, 4, &c) || !a || !b)
        return false;
    if (parts[0].len == 4)
        return c > 0 && make(a, b, c, false, out);
    if (parts[2].len == 2)
        c += c < 69 ? 2000 : 1900;
    return make(c, b, a, false, out) || (b > 12 && make(c, a, b, false, out));
}

enum { SERIAL_FIRST = 20000, SERIAL_LAST = 60000, SERIAL_EPOCH = -25569 /* 1899-12-30 */ };

bool partial_date_guess(struct str s, struct partial_date *out)
{
    s = str_trim(s);
    if (partial_date_read(s, out))
        return true;
    if (s.len > 10 && (s.at[10] == 'T' || s.at[10] == ' ') && partial_date_read(str_slice(s, 0, 10), out))
        return true;
    int number;
    if (digits(s, 5, 5, &number) && number >= SERIAL_FIRST && number <= SERIAL_LAST) {
        *out = partial_date_of_day(number + SERIAL_EPOCH);
        return true;
    }
    if (digits(s, 8, 8, &number) && make(number / 10000, number / 100 % 100, number % 100, false, out))
        return number / 100 % 100 > 0 && number % 100 > 0;
    struct str date = s;
    size_t space = str_find(s, S(" "));
    if (space != SIZE_MAX && str_find(s, S(":")) != SIZE_MAX)
        date = str_slice(s, 0, space);
    return guess_numeric(date, '/', out) || guess_numeric(date, '.', out) || guess_numeric(date, '-', out) || guess_words(s, out);
}

struct partial_date partial_date_of_day(int32_t day)
{
    struct ymd d = clock_ymd(day);
    return (struct partial_date){.year = (int16_t)d.year, .month = (uint8_t)d.month, .day = (uint8_t)d.day, .lo = day, .hi = day};
}

struct partial_date partial_date_of_month(int64_t unix_s)
{
    struct ymd d = clock_ymd((int32_t)(unix_s / 86400));
    struct partial_date month;
    must(make(d.year, d.month, 0, false, &month));
    return month;
}

void partial_date_write(struct buf *out, struct partial_date d)
{
    if (!d.year)
        return;
    buf_fmt(out, "%04d", d.year);
    if (d.month)
        buf_fmt(out, "-%02d", d.month);
    if (d.day)
        buf_fmt(out, "-%02d", d.day);
    if (d.uncertain)
        buf_char(out, '?');
}

void partial_date_say(struct buf *out, struct partial_date d, bool french)
{
    static const char *const fr[] = {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre"};
    static const char *const en[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December"};
    if (!d.year)
        return;
    if (d.uncertain)
        buf_add(out, french ? S("vers ") : S("about "));
    if (d.day == 1 && french)
        buf_add(out, S("1er "));
    else if (d.day)
        buf_fmt(out, "%d ", d.day);
    if (d.month)
        buf_fmt(out, "%s ", french ? fr[d.month - 1] : en[d.month - 1]);
    buf_fmt(out, "%d", d.year);
}
