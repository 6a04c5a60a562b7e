/*
 * The grid of a printed field sheet, and the short code that stands for it. A sheet shows a box of Mercator cut into square
 * cells, lettered from west to east and numbered from north to south. What is written on paper comes back as a code and
 * cells ("C7"), and both together are a place: nothing has to be stored in between.
 *
 * A code is thirteen letters and digits (Crockford's base 32: no I, L, O, U), the last of which checks the others: one
 * that was read wrongly, or two that changed places, are refused.
 */
#ifndef DATA_GEO_SHEET_CODE_H
#define DATA_GEO_SHEET_CODE_H

#include "data/base/buf.h"
#include "data/geo/quad.h"

enum {
    SHEET_COLS = 8,              /* A to H */
    SHEET_ROWS = 10,             /* 1 to 10 */
    SHEET_SIDE_MAX_M = 4000,     /* a street is a millimetre wide there; nobody walks more in a day */
    SHEET_SIDE_MIN_M = 200,      /* a smaller box is widened */
    SHEET_CELL_NAME_BYTES = 4,   /* "H10" and its end */
};

/* The box of the sheet that shows `asked`: as wide for its height as the grid, and on the steps that a code counts in. Of
 * a sheet's own box it is that box. False with a code: the box is none, or crosses the antimeridian (ERR_INVALID), or the
 * sheet would be larger than SHEET_SIDE_MAX_M (ERR_TOO_BIG). */
bool sheet_box_fit(struct box asked, struct box *out, struct err *err) MUST_USE;

/* "7K3F-QW2M-9XZAP", of a box that sheet_box_fit made. */
void sheet_code_make(struct buf *out, struct box sheet);
/* Small letters, spaces and other dashes are taken, and O for 0, I and L for 1. False: this is no code of a sheet. */
bool sheet_code_read(struct str code, struct box *out);

/* The middle of a cell, written "C7", "c 7" or "C-7". False: there is no such cell. */
bool sheet_cell_centre(struct box sheet, struct str cell, struct lonlat *out);
/* The cell a place lies in. False: it lies outside. */
bool sheet_cell_name(struct box sheet, struct lonlat at, char out[SHEET_CELL_NAME_BYTES]);

#endif
