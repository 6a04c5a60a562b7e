/*
 * A scale bar and a north arrow for maps that are printed. Lengths are the paper's: one unit of its cairo_t.
 */
#ifndef RENDERER_SCALE_BAR_H
#define RENDERER_SCALE_BAR_H

#include "renderer/paper.h"

/* Black and white halves; its length in words stands right of it. The longest of 1, 2 or 5 with noughts that is at most
 * `most` long. x is its left end, y its middle; `type` is that of the words, the bar has its grey. Answers the whole width. */
double scale_bar_draw(struct paper *p, double x, double y, double per_metre, double most, const struct paper_type *type);
/* The words beside it: "200 m", "5 km"; a no-break space between. */
void scale_bar_words(struct buf *out, double metres);
double scale_bar_metres(double per_metre, double most);

/* An arrow `tall` high whose middle is at x, y, turned clockwise; the letter stands behind its tip, upright. */
void north_arrow_draw(struct paper *p, double x, double y, double tall, double turned_deg, struct str letter, double grey);

#endif
