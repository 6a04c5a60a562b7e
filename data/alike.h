/*
 * What a proposal may be the same as: records near it or of its name, strongest first. Two descriptions of one thing agree in
 * an id of their source; else the nearer they stand the likelier they are the same, and a text that agrees makes up for
 * distance. The kinds of thing have to go together: what looks (image and recognition) with what looks, sound with sound,
 * and "other" with anything; an area with an area of its kind; a programme without a place of its own with programmes of its
 * commune.
 *
 *                        texts agree    they do not
 *     the same id        high           high
 *     up to 25 m         high           high
 *     up to 75 m         high           medium
 *     up to 200 m        medium         -
 *     programmes of one place: of one category  high, else low; of one family  medium, else -
 *
 * Texts agree when titles or names are 0.6 alike, or the numbers (ref) are the same; up to 75 m also when the operator is
 * the same. Two different numbers never agree: they tell two cameras of one square apart.
 */
#ifndef DATA_ALIKE_H
#define DATA_ALIKE_H

#include "data/store.h"

enum { ALIKE_MAX = 16, ALIKE_HIGH_M = 25, ALIKE_MEDIUM_M = 75, ALIKE_FAR_M = 200 };
#define ALIKE_TEXT 0.6 /* from this likeness on two names are taken for one: str_likeness */

enum alike_strength { ALIKE_LOW, ALIKE_MEDIUM, ALIKE_HIGH };
struct alike {
    uint64_t id;             /* the record; 0: it waits in the queue */
    uint64_t contribution;   /* of one that waits; else 0 */
    bool pending;
    double distance_m;       /* -1: one of the two has no place of its own */
    enum alike_strength strength;
    struct str title, title_en, place_name;
    enum category category;
    bool has_position;
    struct lonlat at;
};

/* For everybody: published records, and of them only what is published. A record whose position is withheld is not told by its
 * distance, nor is what waits. The record itself (d->id) is left out. At most ALIKE_MAX, the strongest, then the nearest. */
bool contribution_alike(struct store *s, const struct deployment *d, struct arena *a, struct alike **out, size_t *n, struct err *err) MUST_USE;
/* For those who decide there: also records whose position is withheld, where they stand, and additions that wait;
 * `contribution` (0: none) is the proposal itself. */
bool contribution_alike_kept(struct store *s, const struct deployment *d, uint64_t contribution, struct arena *a, struct alike **out, size_t *n,
    struct err *err) MUST_USE;

/* Whether two names say the same, by letters; empty ones never do. */
bool alike_names(struct arena *scratch, struct str a, struct str b);
/* Numbers of cameras are written with and without leading zeros; empty ones are never the same. */
bool alike_refs(struct str a, struct str b);

#endif
