/*
 * The direction grammar: what mappers write for where a camera looks, as bearings and widths.
 *   list := item *( (";" / ",") item ), item := point / point "-" point, point := ["+"/"-"] number ["°"] / cardinal
 */
#ifndef DATA_RECORD_DIRECTION_H
#define DATA_RECORD_DIRECTION_H

#include "data/base/str.h"

enum { DIRECTION_VIEWS_MAX = 8 };
enum direction_state { DIRECTION_NONE, DIRECTION_PARSED, DIRECTION_APPROXIMATE, DIRECTION_UNPARSED };

struct direction_view {
    double bearing_deg; /* [0,360), clockwise from true north; 0 is a value */
    double width_deg;   /* (0,360]; 0 = unknown */
    bool has_bearing;   /* false for a full circle */
    bool approximate;   /* NB, SB…: a direction of travel */
};
struct directions {
    enum direction_state state; /* NONE: empty text. UNPARSED: nothing was understood */
    size_t n;
    struct direction_view view[DIRECTION_VIEWS_MAX];
};
enum direction_form { DIRECTION_OSM, DIRECTION_FRENCH }; /* O, SO, NO, ONO… only in our own form */

struct directions direction_read(struct str text, enum direction_form form);

#endif
