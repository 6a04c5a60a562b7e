/*
 * Overlaps are found once, through a grid of squares as wide as a usual label; then the rounds go over the pairs only.
 * All decisions of a round look at the round before, so the order in which candidates stand in the array says nothing.
 */
#include "renderer/label.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UNDECIDED, KEPT, DROPPED };
#define GRID_PX 64.0
enum { GRID_SLOTS = 4096 };

struct entry { /* one box in one square */
    uint32_t box, owner;
    int32_t x, y;
    uint32_t next; /* + 1; 0: the end */
};
struct pair {
    uint32_t better, worse;
};
struct decider {
    struct label_candidate *at;
    const struct label_box *boxes;
    uint32_t *rank; /* of each candidate; smaller wins */
    struct entry *entries;
    size_t n_entries;
    uint32_t heads[GRID_SLOTS];
    struct pair *pairs;
    size_t n_pairs, cap_pairs;
};

static _Thread_local const struct label_candidate *sorted_of;

static int by_rank(const void *pa, const void *pb)
{
    uint32_t ia = *(const uint32_t *)pa, ib = *(const uint32_t *)pb;
    const struct label_candidate *a = &sorted_of[ia], *b = &sorted_of[ib];
    if (a->layer != b->layer)
        return a->layer > b->layer ? -1 : 1;
    if (a->sort_key != b->sort_key)
        return a->sort_key < b->sort_key ? -1 : 1;
    if (a->tie != b->tie)
        return a->tie < b->tie ? -1 : 1;
    return ia < ib ? -1 : ia > ib;
}

static uint32_t slot_of(int32_t x, int32_t y)
{
    return ((uint32_t)x * 73856093u ^ (uint32_t)y * 19349663u) % GRID_SLOTS;
}

static bool boxes_meet(const struct label_box *a, const struct label_box *b)
{
    return a->x0 < b->x1 && b->x0 < a->x1 && a->y0 < b->y1 && b->y0 < a->y1;
}

static void add_pair(struct decider *d, uint32_t a, uint32_t b)
{
    struct label_candidate *ca = &d->at[a], *cb = &d->at[b];
    if (d->n_pairs == d->cap_pairs) {
        d->cap_pairs = MAX(d->cap_pairs * 2, 256);
        d->pairs = base_grow(d->pairs, d->cap_pairs, sizeof *d->pairs);
    }
    bool a_wins = d->rank[a] < d->rank[b];
    const struct label_candidate *winner = a_wins ? ca : cb, *loser = a_wins ? cb : ca;
    if (winner->ignore_placement || loser->allow_overlap)
        return;
    d->pairs[d->n_pairs++] = (struct pair){a_wins ? a : b, a_wins ? b : a};
}

static bool grid_add(struct decider *d, uint32_t owner, uint32_t box, struct arena *scratch, size_t *cap)
{
    const struct label_box *b = &d->boxes[box];
    if (!(b->x0 < b->x1 && b->y0 < b->y1) || b->x1 - b->x0 > 4096 || b->y1 - b->y0 > 4096)
        return true;
    int32_t x0 = (int32_t)floor(b->x0 / GRID_PX), x1 = (int32_t)floor(b->x1 / GRID_PX);
    int32_t y0 = (int32_t)floor(b->y0 / GRID_PX), y1 = (int32_t)floor(b->y1 / GRID_PX);
    for (int32_t y = y0; y <= y1; y++)
        for (int32_t x = x0; x <= x1; x++) {
            uint32_t slot = slot_of(x, y);
            for (uint32_t i = d->heads[slot]; i; i = d->entries[i - 1].next) {
                const struct entry *e = &d->entries[i - 1];
                if (e->x == x && e->y == y && e->owner != owner && boxes_meet(b, &d->boxes[e->box]))
                    add_pair(d, owner, e->owner);
            }
            if (d->n_entries == *cap) {
                size_t more = MAX(*cap * 2, 1024);
                struct entry *grown = ARENA_ARRAY(scratch, struct entry, more);
                if (!grown)
                    return false;
                if (*cap)
                    memcpy(grown, d->entries, *cap * sizeof *grown);
                d->entries = grown;
                *cap = more;
            }
            d->entries[d->n_entries++] = (struct entry){box, owner, x, y, d->heads[slot]};
            d->heads[slot] = (uint32_t)d->n_entries;
        }
    return true;
}

static void one_round(struct decider *d, size_t n, uint8_t *state, uint8_t *beaten)
{
    memset(beaten, 0, n);
    for (size_t i = 0; i < d->n_pairs; i++)
        if (state[d->pairs[i].better] == UNDECIDED)
            beaten[d->pairs[i].worse] = 1;
    for (size_t i = 0; i < n; i++)
        if (state[i] == UNDECIDED && !beaten[i])
            state[i] = KEPT;
    for (size_t i = 0; i < d->n_pairs; i++)
        if (state[d->pairs[i].better] == KEPT && state[d->pairs[i].worse] == UNDECIDED)
            state[d->pairs[i].worse] = DROPPED;
}

void label_decide(struct label_candidate *at, size_t n, const struct label_box *boxes, struct arena *scratch)
{
    struct decider *d = ARENA_NEW(scratch, struct decider);
    uint32_t *order = ARENA_ARRAY(scratch, uint32_t, n);
    uint8_t *state = arena_alloc(scratch, n), *beaten = arena_alloc(scratch, n);
    uint32_t *rank = ARENA_ARRAY(scratch, uint32_t, n);
    for (size_t i = 0; i < n; i++)
        at[i].shown = false;
    if (!d || !order || !state || !beaten || !rank)
        return; /* past the drawing's memory: no labels rather than other labels */
    d->at = at;
    d->boxes = boxes;
    d->rank = rank;
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    sorted_of = at;
    qsort(order, n, sizeof *order, by_rank);
    for (size_t i = 0; i < n; i++)
        rank[order[i]] = (uint32_t)i;
    size_t cap = 0;
    bool room = true;
    for (size_t i = 0; i < n && room; i++)
        for (uint32_t b = 0; b < at[i].n_boxes && room; b++)
            room = grid_add(d, (uint32_t)i, at[i].first_box + b, scratch, &cap);
    for (int round = 0; round < LABEL_ROUNDS && room; round++)
        one_round(d, n, state, beaten);
    for (size_t i = 0; i < n && room; i++)
        at[i].shown = state[i] == KEPT;
    free(d->pairs);
}
