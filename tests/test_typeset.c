#include "tests/test.h"

#include <math.h>

#include "renderer/typeset.h"

static size_t broken(const char *text, double max_width, uint32_t *ends)
{
    struct typeset_item at[128];
    size_t n = 0;
    for (; text[n] && n < 128; n++)
        at[n] = (struct typeset_item){(unsigned char)text[n], 10, false};
    return typeset_break(at, n, max_width, ends);
}

TEST(a_text_is_broken_into_lines_of_about_one_length)
{
    uint32_t ends[130];
    CHECK_INT(broken("Place de la Gare", INFINITY, ends), 1);
    CHECK_INT(ends[0], 16);
    CHECK_INT(broken("Place de la Gare", 110, ends), 2); /* not "Place de la" over "Gare" */
    CHECK_INT(ends[0], 9);
    CHECK_INT(ends[1], 16);
}

TEST(a_line_feed_ends_a_line_whatever_the_width)
{
    uint32_t ends[130];
    CHECK_INT(broken("a\n\nb", INFINITY, ends), 3);
    CHECK_INT(ends[0], 2);
    CHECK_INT(ends[1], 3);
    CHECK_INT(broken("", 100, ends), 0);
}

TEST(no_room_at_all_breaks_at_every_word)
{
    uint32_t ends[130];
    CHECK_INT(broken("one two-three (four)", 0, ends), 4);
    CHECK_INT(ends[1], 8);
}

TEST(a_text_with_more_places_to_break_than_are_looked_at_is_broken_all_the_same)
{
    enum { N = 4 * TYPESET_BREAKS_MAX };
    static struct typeset_item at[N];
    static uint32_t ends[N + 2];
    for (size_t i = 0; i < N; i++)
        at[i] = (struct typeset_item){i % 2 ? ' ' : 'x', 10, false};
    size_t n = typeset_break(at, N, 100, ends);
    CHECK(n > 1 && n <= TYPESET_BREAKS_MAX + 1);
    CHECK_INT(ends[n - 1], N);
}
