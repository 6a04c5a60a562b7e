/*
 * Marks of what is known on a sheet's map: a dot with its directions where it stands, and its number beside it, where no
 * other number is.
 */
#ifndef RENDERER_SHEET_MARKS_H
#define RENDERER_SHEET_MARKS_H

#include "data/geo/shape.h"
#include "renderer/paper.h"
#include "renderer/sheet.h"

/* at[i] is where mark i stands on the page; numbers stay within the frame. */
void sheet_marks_draw(struct paper *p, const struct sheet_mark *marks, const struct xy *at, size_t n, struct rect frame);
/* One sign of each kind for the key under the map, its middle at x, y. */
void sheet_mark_draw(struct paper *p, const struct sheet_mark *mark, double x, double y);
void sheet_number_draw(struct paper *p, size_t number, double x, double y);

#endif
