/*
 * The map of a form without script: a picture that is an <input type="image">. Which stretch it shows travels in the form as
 * center and zoom; a click brings x and y, the buttons round it move and zoom, and whatever else was typed stays as it was.
 */
#ifndef SERVER_DRAFT_MAP_H
#define SERVER_DRAFT_MAP_H

#include "data/store.h"
#include "server/draft.h"
#include "server/page.h"

enum {
    DRAFT_MAP_WIDE_PX = 680, DRAFT_MAP_HIGH_PX = 400,
    DRAFT_MAP_ZOOM_MAX = 19,     /* of 256-px tiles; a px is 20 cm in France */
    DRAFT_MAP_ZOOM_CLOSE = 17,   /* from here on a click is exact */
    DRAFT_MAP_ZOOM_PLACE = 15,
};

struct draft_map {
    struct lonlat centre;
    int zoom;
    bool placed; /* the form said where to look, or something in it did */
};

/* Where the map is after what was pressed: clicked, moved, zoomed, a place looked for, coordinates typed. Changes the form's
 * at (or zone), center and zoom to what they are then. *looked: a button of the map was pressed, and nothing is to be sent. */
bool draft_map_read(struct draft_map *m, struct form *f, enum draft_what what, struct store *store, struct arena *a, bool *looked, struct err *err) MUST_USE;

/* The picture, its buttons and hidden fields. `known`: places to be numbered. focus: "map" or a button's value has it; or NULL. */
void draft_map_put(struct page *p, const struct draft_map *m, const struct form *f, enum draft_what what, const struct lonlat *known, size_t n_known,
    const char *focus);

/* Sets a field's value, adding it where it is not. */
void form_set(struct form *f, const char *name, struct str value);

#endif
