/*
 * A figure: a map with its title, a sentence under it, a legend of what is in it, a scale bar, a north arrow, and at its foot
 * the date of the data, an address and who is owed credit. For pixels, PDF and SVG alike.
 *
 *     title
 *     sentence
 *     ┌───────────────────────┬────────┐       where it is higher than wide, the legend
 *     │ map                   │ legend │       stands under the map, in columns
 *     └───────────────────────┴────────┘
 *     scale  N        date of the data
 *     address, credit
 *
 * Everything to read is given in the reader's language; nothing is looked up here. Lengths are px of 1/96 inch.
 */
#ifndef RENDERER_FIGURE_H
#define RENDERER_FIGURE_H

#include "data/geo/shape.h"
#include "renderer/encode.h"
#include "renderer/legend.h"
#include "renderer/map.h"

#define FIGURE_LINE_MIN_PX (PAPER_LINE_MIN_PT * 96 / 72)

struct figure { /* strings are the caller's */
    double width_px, height_px; /* of the whole */
    double scale;               /* device px for a px, of pictures made of pixels; of others how much larger the whole is */
    bool dark, grey;            /* grey: the style is in greys already, and so is everything else */
    bool scale_bar;
    struct str title, says, as_of, address, link, credit;
    struct str north;           /* the letter at the arrow */
    struct str at_latitude;     /* behind the scale bar, where the scale is not the same all over; empty: it is */
    struct legend legend;       /* n 0: none; its unit and grey are the figure's affair */
    double dots_per_inch;       /* written into a PNG; 0: it is for screens */
    int32_t day;                /* the file says that it was made on this day: equal figures are equal bytes */
    struct view view;           /* centre, zoom and bearing; the rest is set here */
    /* made by figure_lay_out */
    double unit;                /* what a px of the smallest figures is */
    struct rect map, legend_at; /* px */
    int legend_columns;
    double legend_unit;
    int says_lines;             /* more are cut */
};

/* Where everything stands, in particular f->map; sets the size of f->view. False (ERR_INVALID): too small for what is asked.
 * Again when what is seen in that room is known: head and legend may grow then, and do not shrink. */
bool figure_lay_out(struct painter *p, struct figure *f, struct err *err) MUST_USE;

/* As a file's bytes, after it was laid out. */
bool figure_draw(struct painter *p, const struct figure *f, enum picture_format format, struct style *style, const struct scene *scene,
    struct buf *out, struct err *err) MUST_USE;

/* Whether the ground of a style is dark: its first background, at zoom 0. */
bool figure_style_is_dark(const struct style *style);

#endif
