#include "tests/test.h"

#include <math.h>

#include "renderer/label.h"

enum { MANY = 600 };
static const struct rect EVERYTHING = {-1e6, -1e6, 1e6, 1e6};

static void place(struct label_candidate *c, struct label_option *o, struct label_box *b, uint32_t i, double x, double y, double w, double h, double key)
{
    b[i] = (struct label_box){x, y, x + w, y + h};
    o[i] = (struct label_option){.text = {i, 1}};
    c[i] = (struct label_candidate){.sort_key = key, .tie = i * 2654435761u, .first_option = i, .n_options = 1, .has_text = true};
}

TEST(the_better_of_two_that_overlap_is_shown)
{
    struct label_candidate c[3];
    struct label_option o[3];
    struct label_box b[3];
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    place(c, o, b, 0, 0, 0, 50, 10, 2);
    place(c, o, b, 1, 40, 0, 50, 10, 1);
    place(c, o, b, 2, 95, 0, 50, 10, 3);
    label_decide(c, 3, o, b, 3, EVERYTHING, &a);
    CHECK(!c[0].text_shown && c[1].text_shown && c[2].text_shown);
    c[0].text.overlap = LABEL_ALWAYS;
    label_decide(c, 3, o, b, 3, EVERYTHING, &a);
    CHECK(c[0].text_shown && c[1].text_shown);
}

TEST(a_later_layer_wins)
{
    struct label_candidate c[2];
    struct label_option o[2];
    struct label_box b[2];
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    place(c, o, b, 0, 0, 0, 50, 10, 1);
    place(c, o, b, 1, 10, 0, 50, 10, 9);
    c[1].layer = 1;
    label_decide(c, 2, o, b, 2, EVERYTHING, &a);
    CHECK(!c[0].text_shown && c[1].text_shown);
}

/* Whoever knows only a part of the world decides as whoever knows it all, and says where it cannot tell. */
TEST(what_hangs_on_nothing_unknown_is_decided_as_if_all_were_known)
{
    static struct label_candidate all[MANY], near[MANY];
    static struct label_option o[MANY], near_o[MANY];
    static struct label_box b[MANY], nb[MANY];
    AUTO(arena) a;
    arena_init(&a, 64 << 20);
    uint32_t seed = 5, n_near = 0;
    double v[3];
    struct rect known = {-700, -700, 700, 700};
    for (uint32_t i = 0; i < MANY; i++) {
        for (int k = 0; k < 3; k++)
            v[k] = ((seed = seed * 1664525u + 1013904223u) >> 8) / 16777216.0;
        double x = v[0] * 2400 - 1200, y = v[1] * 2400 - 1200, w = 60 + v[2] * 90;
        place(all, o, b, i, x - w / 2, y - 7, w, 14, v[2]);
        all[i].tie = i;
        if (x > known.x0 && x < known.x1 && y > known.y0 && y < known.y1) {
            near[n_near] = all[i];
            near[n_near].first_option = n_near;
            near_o[n_near] = (struct label_option){.text = {n_near, 1}};
            nb[n_near++] = b[i];
        }
    }
    CHECK(n_near < MANY * 6 / 10);
    label_decide(all, MANY, o, b, MANY, EVERYTHING, &a);
    label_decide(near, n_near, near_o, nb, n_near, known, &a);
    size_t closed = 0, shown = 0;
    for (uint32_t i = 0, k = 0; i < MANY && k < n_near; i++) {
        CHECK(!all[i].open);
        if (all[i].tie != near[k].tie)
            continue;
        if (!near[k].open) {
            CHECK_INT(all[i].text_shown, near[k].text_shown);
            closed++;
            shown += near[k].text_shown;
        }
        k++;
    }
    CHECK(closed > 60 && closed < n_near && shown > 30 && shown < closed);
}

TEST(a_text_takes_the_first_side_that_is_free)
{
    struct label_candidate c[2];
    struct label_option o[4];
    struct label_box b[4];
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    place(c, o, b, 0, 0, 0, 50, 10, 1);
    place(c, o, b, 1, 40, 0, 50, 10, 2);
    b[2] = (struct label_box){40, 20, 90, 30};
    b[3] = (struct label_box){0, 0, 9, 9};
    o[1] = (struct label_option){.text = {1, 1}};
    o[2] = (struct label_option){.text = {2, 1}};
    c[1].n_options = 2;
    label_decide(c, 2, o, b, 4, EVERYTHING, &a);
    CHECK(c[0].text_shown && c[1].text_shown);
    CHECK_INT(c[1].option, 1);
    c[1].text.overlap = LABEL_ALWAYS; /* still rather where it covers nothing */
    label_decide(c, 2, o, b, 4, EVERYTHING, &a);
    CHECK_INT(c[1].option, 1);
    o[2].text = (struct label_part){1, 1};
    label_decide(c, 2, o, b, 4, EVERYTHING, &a);
    CHECK(c[1].text_shown && c[1].option == 0);
}

TEST(an_icon_stands_without_its_text_only_where_it_may)
{
    struct label_candidate c[2];
    struct label_option o[2];
    struct label_box b[3];
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    place(c, o, b, 0, 0, 0, 50, 10, 1);
    place(c, o, b, 1, 40, 0, 50, 10, 2);
    b[2] = (struct label_box){60, 20, 70, 30};
    o[1].icon = (struct label_part){2, 1};
    c[1].has_icon = true;
    label_decide(c, 2, o, b, 3, EVERYTHING, &a);
    CHECK(!c[1].icon_shown && !c[1].text_shown);
    c[1].text.optional = true;
    label_decide(c, 2, o, b, 3, EVERYTHING, &a);
    CHECK(c[1].icon_shown && !c[1].text_shown);
}

TEST(what_overlaps_in_cooperation_keeps_off_what_never_does)
{
    struct label_candidate c[2];
    struct label_option o[2];
    struct label_box b[2];
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    place(c, o, b, 0, 0, 0, 50, 10, 1);
    place(c, o, b, 1, 40, 0, 50, 10, 2);
    c[1].text.overlap = LABEL_COOPERATIVE;
    label_decide(c, 2, o, b, 2, EVERYTHING, &a);
    CHECK(!c[1].text_shown);
    c[0].text.overlap = LABEL_COOPERATIVE;
    label_decide(c, 2, o, b, 2, EVERYTHING, &a);
    CHECK(c[0].text_shown && c[1].text_shown);
    c[0].text = (struct label_rule){.ignored = true};
    c[1].text.overlap = LABEL_NEVER;
    label_decide(c, 2, o, b, 2, EVERYTHING, &a);
    CHECK(c[1].text_shown);
}
