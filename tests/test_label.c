#include "tests/test.h"

#include <math.h>

#include "renderer/label.h"

enum { MANY = 600 };

static void place(struct label_candidate *c, struct label_box *b, uint32_t i, double x, double y, double w, double h, double key)
{
    b[i] = (struct label_box){x, y, x + w, y + h};
    c[i] = (struct label_candidate){.sort_key = key, .tie = i * 2654435761u, .first_box = i, .n_boxes = 1};
}

TEST(the_better_of_two_that_overlap_is_shown)
{
    struct label_candidate c[3];
    struct label_box b[3];
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    place(c, b, 0, 0, 0, 50, 10, 2);
    place(c, b, 1, 40, 0, 50, 10, 1);
    place(c, b, 2, 95, 0, 50, 10, 3);
    label_decide(c, 3, b, &a);
    CHECK(!c[0].shown && c[1].shown && c[2].shown);
    c[0].allow_overlap = true;
    label_decide(c, 3, b, &a);
    CHECK(c[0].shown && c[1].shown);
}

TEST(a_later_layer_wins)
{
    struct label_candidate c[2];
    struct label_box b[2];
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    place(c, b, 0, 0, 0, 50, 10, 1);
    place(c, b, 1, 10, 0, 50, 10, 9);
    c[1].layer = 1;
    label_decide(c, 2, b, &a);
    CHECK(!c[0].shown && c[1].shown);
}

/* What is read further out than rounds · reach changes nothing inside. */
TEST(what_is_far_away_does_not_matter)
{
    static struct label_candidate all[MANY], near[MANY];
    static struct label_box b[MANY], nb[MANY];
    AUTO(arena) a;
    arena_init(&a, 64 << 20);
    uint32_t seed = 5, n_near = 0;
    double v[3];
    for (uint32_t i = 0; i < MANY; i++) {
        for (int k = 0; k < 3; k++)
            v[k] = ((seed = seed * 1664525u + 1013904223u) >> 8) / 16777216.0;
        place(all, b, i, v[0] * 2400 - 1200, v[1] * 2400 - 1200, 60 + v[2] * 90, 14, v[2]);
        all[i].tie = i;
        double margin = LABEL_REACH_PX * LABEL_ROUNDS + 160;
        if (b[i].x1 > -margin && b[i].x0 < margin && b[i].y1 > -margin && b[i].y0 < margin) {
            near[n_near] = all[i];
            near[n_near].first_box = n_near;
            nb[n_near++] = b[i];
        }
    }
    CHECK(n_near < MANY * 9 / 10);
    label_decide(all, MANY, b, &a);
    label_decide(near, n_near, nb, &a);
    size_t shown = 0, k = 0;
    for (uint32_t i = 0; i < MANY && k < n_near; i++)
        if (all[i].tie == near[k].tie) {
            if (fabs(b[i].x0 + b[i].x1) < 320 && fabs(b[i].y0 + b[i].y1) < 320) {
                CHECK_INT(all[i].shown, near[k].shown);
                shown += all[i].shown;
            }
            k++;
        }
    CHECK(shown > 5);
}
