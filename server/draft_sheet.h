/*
 * A field sheet typed in: rows as they stand on paper, « C7, mur, dôme, NE, 4 », each a device in a cell of the grid. First the
 * cell, then words in any order, French or English, with commas or without: what it hangs on, its kind, where it looks, its
 * height in metres.
 */
#ifndef SERVER_DRAFT_SHEET_H
#define SERVER_DRAFT_SHEET_H

#include "data/geo/sheet_code.h"
#include "server/draft.h"

struct sheet_line {
    size_t number;         /* of the line in the text, from 1 */
    struct str typed;
    struct form form;      /* of a device, for draft_read; without what the whole sheet says */
    struct str fault;      /* a sentence; empty: it was understood */
};

/* Takes the text apart; empty lines are left out. *too_many: there are more than SHEET_LINES_MAX. */
bool draft_sheet_read(struct str text, struct box sheet, bool french, struct arena *a, struct sheet_line **out, size_t *n, bool *too_many, struct err *err) MUST_USE;

#endif
