/*
 * The field sheet: a PDF of A4 pages in black, white and greys for people who survey a district on foot with a pencil. The
 * first page is the map under the grid of data/geo/sheet_code.h, with what is known as numbered marks, roses to fill and
 * the list of what the numbers are; the second a table to write in; a list that is longer goes on on a third.
 *
 * Everything to read is given in the reader's language; nothing is fetched or looked up here.
 */
#ifndef RENDERER_SHEET_H
#define RENDERER_SHEET_H

#include "data/base/buf.h"
#include "data/geo/sheet_code.h"
#include "renderer/map.h"

enum {
    SHEET_MARKS_MAX = 200,  /* numbered; past them a number hides the street */
    SHEET_DOTS_MAX = 2000,  /* known, without a number */
    SHEET_VIEWS_MAX = 4,    /* directions of one mark */
    SHEET_ROWS_TO_FILL = 24,
};

struct sheet_view {
    double bearing_deg, width_deg; /* width 0: unknown; 360: all round */
};
struct sheet_mark { /* strings are the caller's */
    struct lonlat at;
    size_t n_views;
    struct sheet_view views[SHEET_VIEWS_MAX];
    bool about;            /* its place is known to the street or worse */
    struct str what, looks, state; /* « caméra dôme », « NE, S », « en service 05/2023 » */
};

/* Every sentence on it. A column of the table has a heading and, small under it, what may be written there. */
enum sheet_word {
    SHEET_WORD_CODE, SHEET_WORD_MONTH, SHEET_WORD_KNOWN, SHEET_WORD_NONE_KNOWN, SHEET_WORD_MORE, SHEET_WORD_NO_STREETS, SHEET_WORD_NUMBER,
    SHEET_WORD_CELL, SHEET_WORD_ROSES, SHEET_WORD_KEY_MARK, SHEET_WORD_KEY_TICK, SHEET_WORD_KEY_CONE, SHEET_WORD_KEY_AROUND, SHEET_WORD_NORTH,
    SHEET_WORD_HOW, SHEET_WORD_YES, SHEET_WORD_NO, SHEET_WORD_PAGE,
    SHEET_WORD_COLUMN, /* nine headings, then nine hints */
    SHEET_WORD_HINT = SHEET_WORD_COLUMN + 9,
    SHEET_WORD_COUNT = SHEET_WORD_HINT + 9
};

struct sheet {
    struct box box;              /* as sheet_box_fit made it */
    struct str title, place, credit, address, as_of;
    struct str words[SHEET_WORD_COUNT]; /* NO_STREETS empty: there are; MORE empty: every known one has a number */
    size_t n_marks, n_dots;
    const struct sheet_mark *marks; /* number 1 first */
    const struct lonlat *dots;
    int year, month;             /* the file says that it was made on the first of it: equal sheets are equal bytes */
};

/* In the greys of the style, whose deployments are left out. */
bool sheet_draw(struct painter *p, struct style *style, const struct sheet *sheet, struct buf *pdf, struct err *err) MUST_USE;

#endif
