/*
 * Records that a proposal may be the same as, shown before it is sent: their distance, their number on the map, and two ways
 * on. Of each only its public copy is read.
 */
#ifndef SERVER_ALIKE_LIST_H
#define SERVER_ALIKE_LIST_H

#include "server/page_draft.h"

struct alike_row {
    uint64_t id;
    double distance_m;
    bool strong;           /* sending asks first */
    struct deployment record;
};

/* Puts where they stand into k->known too. */
bool alike_find(struct draft_page *k, struct store *store, const struct deployment *d, const struct alike_row **out, size_t *n, struct err *err) MUST_USE;
/* Whether one of them is so like it that whoever sends is to look first. */
bool alike_matters(const struct alike_row *rows, size_t n);
void alike_put(struct draft_page *k, const struct alike_row *rows, size_t n);

#endif
