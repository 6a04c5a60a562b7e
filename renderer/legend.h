/*
 * The legend of a figure: signs and what they mean, in columns. Rows are laid out from the top, column by column; a heading
 * is never the last of its column.
 */
#ifndef RENDERER_LEGEND_H
#define RENDERER_LEGEND_H

#include "renderer/icon.h"
#include "renderer/paper.h"

enum legend_sign {
    LEGEND_HEADING, /* no sign: small words above what follows */
    LEGEND_MARK,    /* an icon by name, see renderer/mark.h */
    LEGEND_CONE,    /* a field of view, its edge dashed where the width is assumed */
    LEGEND_CONE_ESTIMATED,
    LEGEND_AREA, LEGEND_AREA_HATCHED, LEGEND_AREA_DOTTED, LEGEND_AREA_DASHED
};
struct legend_row { /* strings are the caller's */
    enum legend_sign sign;
    struct str mark;    /* its name, 16 px wide or so */
    struct str under;   /* another, drawn before it at the same place; empty: none */
    struct rgba color;  /* of cones and areas */
    struct str text;
};
struct legend {
    size_t n;
    const struct legend_row *rows;
    double unit;        /* a px of the type, which is 11 high, and of the signs */
    double grey;        /* of the words */
};

/* How wide a column has to be for no row to be broken. */
double legend_width(struct paper *p, const struct legend *l);
/* Over what height the columns of this width hold everything; the unit may have to be smaller first. */
double legend_height(struct paper *p, const struct legend *l, double column_width, int columns);
/* The greatest unit from l->unit down to `least` with which it fits into the height; what does not even then is left out and
 * the last row is … */
double legend_fit(struct paper *p, struct legend *l, double column_width, int columns, double height, double least);
void legend_draw(struct paper *p, const struct legend *l, struct icon_set *icons, double x, double y, double column_width, int columns, double height);

#endif
