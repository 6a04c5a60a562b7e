/*
 * Every place where the text may break remembers the best way to get there: the break before it that makes the sum of
 * badness least. The last place is the end of the text; from it the chain back gives the lines.
 */
#include "renderer/typeset.h"

#include <math.h>

struct place {
    uint32_t at;     /* the line ends before this item */
    int32_t before;  /* the place the line starts at; -1: the text's start */
    double x, badness;
};

bool typeset_is_space(uint32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13);
}

bool typeset_is_ideographic(uint32_t c)
{
    return (c >= 0x2E80 && c <= 0x2FDF) || (c >= 0x2FF0 && c <= 0x303F) || (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3100 && c <= 0x312F) ||
        (c >= 0x31A0 && c <= 0x31EF) || (c >= 0x31F0 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xA000 && c <= 0xA4CF) ||
        (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE10 && c <= 0xFE1F) || (c >= 0xFE30 && c <= 0xFE4F) || (c >= 0xFF00 && c <= 0xFFEF) ||
        (c >= 0x20000 && c <= 0x3FFFF);
}

bool typeset_is_rtl(uint32_t c)
{
    return (c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFF) || (c >= 0x10800 && c <= 0x10FFF) ||
        (c >= 0x1E800 && c <= 0x1EEFF);
}

bool typeset_is_joined(uint32_t c)
{
    return (c >= 0x600 && c <= 0x6FF) || (c >= 0x750 && c <= 0x77F) || (c >= 0x8A0 && c <= 0x8FF) || (c >= 0xFB50 && c <= 0xFDFF) ||
        (c >= 0xFE70 && c <= 0xFEFF);
}

static bool breaks_after(uint32_t c)
{
    static const uint16_t codes[] = {'\n', ' ', '&', ')', '+', '-', '/', 0xAD, 0xB7, 0x200B, 0x2010, 0x2013, 0x2027};
    for (size_t i = 0; i < COUNT(codes); i++)
        if (codes[i] == c)
            return true;
    return false;
}

/* Below 0: wanted; over 0: to be avoided. */
static double penalty_between(uint32_t c, uint32_t next, bool avoid_ideographic)
{
    double p = avoid_ideographic ? 150 : 0;
    if (c == '\n')
        p -= 10000;
    if (c == '(' || c == 0xFF08)
        p += 50;
    if (next == ')' || next == 0xFF09)
        p += 50;
    return p;
}

static double badness_of(double width, double target, double penalty, bool last)
{
    double ragged = (width - target) * (width - target);
    if (last)
        return width < target ? ragged / 2 : ragged * 2; /* rather short than long */
    return ragged + fabs(penalty) * penalty;
}

static void add_place(struct place *places, size_t *n, uint32_t at, double x, double target, double penalty, bool last)
{
    struct place p = {at, -1, x, badness_of(x, target, penalty, last)};
    for (size_t i = 0; i < *n; i++) {
        double b = badness_of(x - places[i].x, target, penalty, last) + places[i].badness;
        if (b <= p.badness) {
            p.badness = b;
            p.before = (int32_t)i;
        }
    }
    places[(*n)++] = p;
}

static bool may_break(const struct typeset_item *at, size_t n, size_t i)
{
    return breaks_after(at[i].code) || typeset_is_ideographic(at[i].code) || at[i].image || (i + 2 < n && at[i + 1].code == '(');
}

size_t typeset_break(const struct typeset_item *at, size_t n, double max_width, uint32_t *ends)
{
    struct place places[TYPESET_BREAKS_MAX + 2];
    size_t n_places = 0, lines = 0;
    double total = 0, x = 0;
    bool suggested = false; /* whoever made the text said where it may break */
    if (!n)
        return 0;
    for (size_t i = 0; i < n; i++) {
        total += at[i].advance;
        suggested |= at[i].code == 0x200B;
    }
    double count = MAX(ceil(total / max_width), 1), target = isfinite(count) ? total / count : 0;
    for (size_t i = 0; i < n; i++) {
        if (!typeset_is_space(at[i].code))
            x += at[i].advance;
        bool room = n_places < TYPESET_BREAKS_MAX / 2 || (at[i].code == '\n' && n_places < TYPESET_BREAKS_MAX);
        if (i + 1 < n && room && may_break(at, n, i))
            add_place(places, &n_places, (uint32_t)i + 1, x, target,
                penalty_between(at[i].code, at[i + 1].code, suggested && typeset_is_ideographic(at[i].code)), false);
    }
    add_place(places, &n_places, (uint32_t)n, x, target, 0, true);
    for (int32_t k = (int32_t)n_places - 1; k >= 0; k = places[k].before)
        lines++;
    size_t line = lines;
    for (int32_t k = (int32_t)n_places - 1; k >= 0; k = places[k].before)
        ends[--line] = places[k].at;
    return lines;
}
