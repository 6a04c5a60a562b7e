/*
 * What pages for paper are made of: texts at a place, lines of a printable width, a style turned to greys. Lengths are
 * points of 1/72 inch, y grows downwards, a grey is 0 (black) to 1 (white).
 */
#ifndef RENDERER_PAPER_H
#define RENDERER_PAPER_H

#include <cairo.h>

#include "data/base/buf.h"
#include "renderer/text.h"

#define PAPER_LINE_MIN_PT 0.25 /* thinner ones break up on an office printer */

struct paper {
    cairo_t *cr;
    struct text_engine *text;
};

struct paper_type {
    double size_pt;
    bool bold;
    int align;           /* -1: x is the left end, 0 the middle, 1 the right end */
    double grey;
    double halo_pt;      /* white, round the letters; 0: none */
    double max_width_pt; /* 0: no end. A longer text is cut, and says so by … */
    int max_lines;       /* of a paragraph; 0: no end. Cut in the same way */
};
/* One line, its middle at y. Answers its width. */
double paper_text(struct paper *p, struct str text, double x, double y, const struct paper_type *type);
/* Broken into lines of type->max_width_pt, its top at y. Answers its height. */
double paper_paragraph(struct paper *p, struct str text, double x, double y, const struct paper_type *type);
/* What the two would answer, with nothing drawn. */
double paper_text_width(struct paper *p, struct str text, const struct paper_type *type);
double paper_paragraph_height(struct paper *p, struct str text, const struct paper_type *type);

void paper_line(struct paper *p, double x0, double y0, double x1, double y1, double width_pt, double grey);
void paper_frame(struct paper *p, double x, double y, double w, double h, double width_pt, double grey);
/* Filled with one grey, or not (under 0), and its edge drawn. */
void paper_circle(struct paper *p, double x, double y, double radius, double fill, double width_pt, double grey);

/* A style's text with every colour written as #…, rgb() or hsl() in the grey of the same lightness, and with the marks of
 * deployments in greys. Icons that are files keep their colours. */
void paper_greys(struct str style, struct buf *out);

#endif
