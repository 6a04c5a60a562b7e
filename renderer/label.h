/*
 * Which labels appear. Candidates have a fixed order (sort key, then rank, then a hash of the id). Round by round, a
 * candidate that beats all undecided candidates it overlaps is kept, and what it overlaps is dropped; after a fixed small
 * number of rounds the rest is dropped. So the outcome at a place depends only on candidates within rounds × reach, and a
 * tile that reads that margin decides exactly as its neighbour does.
 */
#ifndef RENDERER_LABEL_H
#define RENDERER_LABEL_H

#include "data/base/arena.h"
#include "data/geo/shape.h"

enum { LABEL_ROUNDS = 4 };
#define LABEL_REACH_PX 160.0 /* no candidate is larger, half its diagonal */

struct label_box {
    double x0, y0, x1, y1;      /* world px */
};
struct label_candidate {
    double sort_key;            /* smaller wins */
    int layer;                  /* later layers win, as the specification says */
    uint64_t tie;               /* hash of what it is */
    uint32_t first_box, n_boxes; /* a text along a line has several */
    bool allow_overlap, ignore_placement;
    bool shown;                 /* the answer */
};
void label_decide(struct label_candidate *at, size_t n, const struct label_box *boxes, struct arena *scratch);

#endif
