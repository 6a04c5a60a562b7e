/* Overlaps are found once, through a grid of squares as wide as a usual label; then the candidates are gone through by rank. */
#include "renderer/label.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GRID_PX 64.0
enum { GRID_SLOTS = 4096 };

struct entry { /* one box in one square */
    uint32_t box;
    int32_t x, y;
    uint32_t next; /* + 1; 0: the end */
};
struct cover { /* the better one's box lies over the worse one's */
    uint32_t better, worse, next; /* boxes; next: of the same worse box, + 1 */
};
struct decider {
    struct label_candidate *at;
    size_t n;
    const struct label_option *options;
    const struct label_box *boxes;
    uint32_t *rank;    /* of each candidate; smaller wins */
    uint32_t *owner;   /* of each box: its candidate */
    uint8_t *is_text;  /* of each box */
    uint8_t *placed;   /* of each box */
    uint32_t *covers_of; /* of each box: its first cover + 1 */
    struct entry *entries;
    size_t n_entries, cap_entries;
    uint32_t heads[GRID_SLOTS];
    struct cover *covers;
    size_t n_covers, cap_covers;
};

static _Thread_local const struct label_candidate *sorted_of;

static int by_rank(const void *pa, const void *pb)
{
    uint32_t ia = *(const uint32_t *)pa, ib = *(const uint32_t *)pb;
    const struct label_candidate *a = &sorted_of[ia], *b = &sorted_of[ib];
    if (a->layer != b->layer)
        return a->layer > b->layer ? -1 : 1;
    if (a->sort_key != b->sort_key)
        return a->sort_key < b->sort_key ? -1 : 1;
    if (a->tie != b->tie)
        return a->tie < b->tie ? -1 : 1;
    return ia < ib ? -1 : ia > ib;
}

static uint32_t slot_of(int32_t x, int32_t y)
{
    return ((uint32_t)x * 73856093u ^ (uint32_t)y * 19349663u) % GRID_SLOTS;
}

static bool boxes_meet(const struct label_box *a, const struct label_box *b)
{
    return a->x0 < b->x1 && b->x0 < a->x1 && a->y0 < b->y1 && b->y0 < a->y1;
}

static const struct label_rule *rule_of(const struct decider *d, uint32_t box)
{
    const struct label_candidate *c = &d->at[d->owner[box]];
    return d->is_text[box] ? &c->text : &c->icon;
}

static void add_cover(struct decider *d, uint32_t a, uint32_t b)
{
    bool a_wins = d->rank[d->owner[a]] < d->rank[d->owner[b]];
    uint32_t better = a_wins ? a : b, worse = a_wins ? b : a;
    /* What may overlap all minds others only while it chooses between several places. */
    if (rule_of(d, better)->ignored || (rule_of(d, worse)->overlap == LABEL_ALWAYS && d->at[d->owner[worse]].n_options < 2))
        return;
    if (d->n_covers == d->cap_covers) {
        d->cap_covers = MAX(d->cap_covers * 2, 256);
        d->covers = base_grow(d->covers, d->cap_covers, sizeof *d->covers);
    }
    d->covers[d->n_covers++] = (struct cover){better, worse, d->covers_of[worse]};
    d->covers_of[worse] = (uint32_t)d->n_covers;
}

static void grid_add(struct decider *d, uint32_t box)
{
    const struct label_box *b = &d->boxes[box];
    if (!(b->x0 < b->x1 && b->y0 < b->y1) || b->x1 - b->x0 > 4096 || b->y1 - b->y0 > 4096)
        return;
    int32_t x0 = (int32_t)floor(b->x0 / GRID_PX), x1 = (int32_t)floor(b->x1 / GRID_PX);
    int32_t y0 = (int32_t)floor(b->y0 / GRID_PX), y1 = (int32_t)floor(b->y1 / GRID_PX);
    for (int32_t y = y0; y <= y1; y++)
        for (int32_t x = x0; x <= x1; x++) {
            uint32_t slot = slot_of(x, y);
            for (uint32_t i = d->heads[slot]; i; i = d->entries[i - 1].next) {
                const struct entry *e = &d->entries[i - 1];
                if (e->x == x && e->y == y && d->owner[e->box] != d->owner[box] && boxes_meet(b, &d->boxes[e->box]))
                    add_cover(d, box, e->box);
            }
            if (d->n_entries == d->cap_entries) {
                d->cap_entries = MAX(d->cap_entries * 2, 1024);
                d->entries = base_grow(d->entries, d->cap_entries, sizeof *d->entries);
            }
            d->entries[d->n_entries++] = (struct entry){box, x, y, d->heads[slot]};
            d->heads[slot] = (uint32_t)d->n_entries;
        }
}

static void own(struct decider *d, uint32_t candidate, struct label_part part, bool is_text)
{
    for (uint32_t b = part.first_box; b < part.first_box + part.n_boxes; b++) {
        d->owner[b] = candidate;
        d->is_text[b] = is_text;
    }
}

/* ---- what hangs on the unknown ---- */

/* An unknown one's boxes, or those of one whose outcome is open, may lie where a part could be placed. */
static bool is_unsure(const struct decider *d, struct label_part part, const struct rect *known)
{
    for (uint32_t b = part.first_box; b < part.first_box + part.n_boxes; b++) {
        const struct label_box *x = &d->boxes[b];
        if (x->x0 < known->x0 + LABEL_REACH_PX || x->y0 < known->y0 + LABEL_REACH_PX || x->x1 > known->x1 - LABEL_REACH_PX || x->y1 > known->y1 - LABEL_REACH_PX)
            return true;
        for (uint32_t i = d->covers_of[b]; i; i = d->covers[i - 1].next)
            if (d->at[d->owner[d->covers[i - 1].better]].open)
                return true;
    }
    return false;
}

/* Whatever lies outside, this part is covered. */
static bool is_covered(const struct decider *d, struct label_part part, const struct label_rule *rule)
{
    for (uint32_t b = part.first_box; rule->overlap == LABEL_NEVER && b < part.first_box + part.n_boxes; b++)
        for (uint32_t i = d->covers_of[b]; i; i = d->covers[i - 1].next)
            if (d->placed[d->covers[i - 1].better] && !d->at[d->owner[d->covers[i - 1].better]].open)
                return true;
    return false;
}

static bool is_hidden(const struct decider *d, const struct label_candidate *c)
{
    bool text = c->has_text, icon = c->has_icon;
    for (uint32_t o = 0; o < c->n_options; o++) {
        const struct label_option *of = &d->options[c->first_option + o];
        text = text && is_covered(d, of->text, &c->text);
        icon = icon && is_covered(d, of->icon, &c->icon);
    }
    if (!c->has_text || !c->has_icon)
        return text || icon;
    return (text && icon) || ((text || icon) && !c->text.optional && !c->icon.optional);
}

static bool minds_others(const struct label_candidate *c)
{
    return c->n_options > 1 || (c->has_icon && c->icon.overlap != LABEL_ALWAYS) || (c->has_text && c->text.overlap != LABEL_ALWAYS);
}

static bool is_open(const struct decider *d, const struct label_candidate *c, const struct rect *known)
{
    if (!minds_others(c) || is_hidden(d, c))
        return false;
    for (uint32_t o = 0; o < c->n_options; o++) {
        const struct label_option *of = &d->options[c->first_option + o];
        if (is_unsure(d, of->icon, known) || is_unsure(d, of->text, known))
            return true;
    }
    return false;
}

/* ---- one after another ---- */

static bool is_free(const struct decider *d, struct label_part part, enum label_overlap overlap)
{
    for (uint32_t b = part.first_box; overlap != LABEL_ALWAYS && b < part.first_box + part.n_boxes; b++)
        for (uint32_t i = d->covers_of[b]; i; i = d->covers[i - 1].next) {
            uint32_t better = d->covers[i - 1].better;
            if (d->placed[better] && (overlap == LABEL_NEVER || rule_of(d, better)->overlap == LABEL_NEVER))
                return false;
        }
    return true;
}

/* The first option whose text is free: minding all others first, then as its overlap allows. */
static bool choose_text(const struct decider *d, struct label_candidate *c)
{
    for (int pass = c->n_options > 1 ? 0 : 1; pass < 2; pass++)
        for (uint32_t o = 0; o < c->n_options; o++) {
            const struct label_option *of = &d->options[c->first_option + o];
            if (!is_free(d, of->text, pass ? c->text.overlap : LABEL_NEVER))
                continue;
            if (c->icon_follows && !is_free(d, of->icon, c->icon.overlap))
                continue;
            c->option = o;
            return true;
        }
    return false;
}

static void choose(const struct decider *d, struct label_candidate *c)
{
    c->option = 0;
    bool text = c->has_text && choose_text(d, c), icon = c->has_icon && is_free(d, d->options[c->first_option + c->option].icon, c->icon.overlap);
    bool icon_alone = !c->has_text || c->text.optional, text_alone = !c->has_icon || c->icon.optional;
    if (!icon_alone && !text_alone)
        icon = text = icon && text;
    else if (!text_alone)
        text = icon && text;
    else if (!icon_alone)
        icon = icon && text;
    c->icon_shown = icon;
    c->text_shown = text;
}

static void put(struct decider *d, struct label_part part, bool shown)
{
    for (uint32_t b = part.first_box; shown && b < part.first_box + part.n_boxes; b++)
        d->placed[b] = 1;
}

static bool set_up(struct decider *d, size_t n_boxes, struct arena *scratch, uint32_t *order)
{
    d->rank = ARENA_ARRAY(scratch, uint32_t, d->n);
    d->owner = ARENA_ARRAY(scratch, uint32_t, n_boxes);
    d->covers_of = ARENA_ARRAY(scratch, uint32_t, n_boxes);
    d->is_text = arena_alloc(scratch, n_boxes);
    d->placed = arena_alloc(scratch, n_boxes);
    if (!d->rank || !d->owner || !d->covers_of || !d->is_text || !d->placed)
        return false;
    for (size_t i = 0; i < d->n; i++)
        order[i] = (uint32_t)i;
    sorted_of = d->at;
    qsort(order, d->n, sizeof *order, by_rank);
    for (size_t i = 0; i < d->n; i++) {
        d->rank[order[i]] = (uint32_t)i;
        for (uint32_t o = 0; o < d->at[i].n_options; o++) {
            own(d, (uint32_t)i, d->options[d->at[i].first_option + o].icon, false);
            own(d, (uint32_t)i, d->options[d->at[i].first_option + o].text, true);
        }
    }
    for (uint32_t b = 0; b < n_boxes; b++)
        grid_add(d, b);
    return true;
}

void label_decide(struct label_candidate *at, size_t n, const struct label_option *options, const struct label_box *boxes, size_t n_boxes,
    struct rect known, struct arena *scratch)
{
    struct decider *d = ARENA_NEW(scratch, struct decider);
    uint32_t *order = ARENA_ARRAY(scratch, uint32_t, n);
    for (size_t i = 0; i < n; i++)
        at[i].icon_shown = at[i].text_shown = at[i].open = false;
    if (!n || !d || !order)
        return; /* past the drawing's memory: no labels rather than other labels */
    d->at = at;
    d->n = n;
    d->options = options;
    d->boxes = boxes;
    for (size_t k = 0, ok = set_up(d, n_boxes, scratch, order); ok && k < n; k++) {
        struct label_candidate *c = &at[order[k]];
        c->open = is_open(d, c, &known);
        choose(d, c);
        put(d, options[c->first_option + c->option].icon, c->icon_shown);
        put(d, options[c->first_option + c->option].text, c->text_shown);
    }
    free(d->covers);
    free(d->entries);
}
