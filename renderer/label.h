/*
 * Which labels appear. Candidates have a fixed order (later layers first, then sort key, then where in which tile they come
 * from). One after another the first of their options that is free is taken, and what that covers is covered.
 *
 * What a tile knows ends somewhere, so the decision says of each candidate whether its outcome may hang on candidates that
 * were not given: on better ones that overlap it, on better ones that overlap those, and so on. Such chains are short as a
 * rule. A tile reads a small margin first, and more only when something it shows is open; then a tile that lies beside has
 * decided the same.
 *
 * A candidate has an icon, a text, or both. An option is one way to place them (a text on one side of its icon or the
 * other); an icon without its text, or a text without its icon, is shown only where the style says that it may be.
 */
#ifndef RENDERER_LABEL_H
#define RENDERER_LABEL_H

#include "data/base/arena.h"
#include "data/geo/shape.h"

#define LABEL_REACH_PX 256.0 /* no box of a candidate reaches further from its anchor */

enum label_overlap { LABEL_NEVER, LABEL_COOPERATIVE, LABEL_ALWAYS }; /* cooperative: over what is not `never` itself */
struct label_box {
    double x0, y0, x1, y1;      /* world px */
};
struct label_part {
    uint32_t first_box, n_boxes; /* a text along a line has several; none: nothing to place */
};
struct label_option {
    struct label_part icon, text;
};
struct label_rule {             /* how a part stands against others */
    enum label_overlap overlap;
    bool ignored;               /* others may cover it */
    bool optional;              /* the other part may be shown without it */
};
struct label_candidate {
    double sort_key;            /* smaller wins */
    int layer;                  /* later layers win, as the specification says */
    uint64_t tie;               /* smaller wins; no two of a layer have the same */
    uint32_t first_option, n_options; /* in order of preference; at least one */
    struct label_rule icon, text;
    bool icon_follows;          /* the icon is drawn round the text: an option is free when both are */
    bool has_icon, has_text;
    /* The answer. */
    bool icon_shown, text_shown;
    uint32_t option;            /* of those, from 0 */
    bool open;                  /* its outcome may hang on candidates that were not given */
};
/* All candidates whose anchors lie within `known` are given. */
void label_decide(struct label_candidate *at, size_t n, const struct label_option *options, const struct label_box *boxes, size_t n_boxes,
    struct rect known, struct arena *scratch);

#endif
