/*
 * Positions as foreign tables write them: decimal commas, thousands, degrees and minutes, hemispheres, projected metres,
 * two numbers in one field, broken by spreadsheets. What is repaired is said; what cannot be is refused, never guessed.
 */
#ifndef DATA_POSITION_H
#define DATA_POSITION_H

#include "data/base/err.h"
#include "data/base/str.h"
#include "data/geo/quad.h"

/* One coordinate as a number, in whatever unit it is. *repaired tells in words what was put right, else is left alone. */
bool position_number(struct str text, double *out, const char **repaired, struct err *err);

enum position_kind { POSITION_GUESSED, POSITION_DEGREES, POSITION_PROJECTED };
struct position_rule {
    enum position_kind kind;
    int epsg;      /* 0: told by the numbers; else one that position_knows */
    bool trusted;  /* the user named the columns: they are not swapped */
    const char *no_guess; /* why metres whose projection nothing names are refused; NULL: it is told by the numbers */
};
/* Whether this projection is computed here: 4326, 4171, 2154 (Lambert-93), 3942 to 3950 (conical 42 to 50), 3857. */
bool position_knows(int epsg);
/* On the land of metropolitan France or within some twenty kilometres of it: coarse, for plausibility. */
bool position_in_france(struct lonlat at);
/* Whether a pair of numbers is metres, not degrees; and whether these metres, in Web Mercator, are in France. */
bool position_is_metres(double x, double y);
bool position_may_be_mercator(double x, double y);
/* A pair of numbers (x or lon, y or lat) to a place. */
bool position_of(double x, double y, struct position_rule rule, struct lonlat *out, const char **repaired, struct err *err);
/* Both numbers out of one field, for position_of: "48.85, 2.35" (latitude first, but metres x first), "POINT(2.35 48.85)",
 * {"type":"Point","coordinates":[2.35,48.85]}, "[2.35, 48.85]". */
bool position_in_one(struct str text, double *x, double *y, const char **repaired, struct err *err);

#endif
