/* A line of glyphs along a path: each stands with the middle of its advance on the path, turned as the path runs there. */
#include "renderer/text.h"

#include <math.h>

#define BOX_HALF 0.8 /* of half a line: letters rarely fill it */

/* The place at a length of the path, and the direction there; false past either end. `segment` and `begun` (its length from
 * the path's start) are where to begin to look. */
struct walk {
    const struct xy *path;
    size_t n, segment;
    double begun;
};

static double segment_px(const struct walk *w, size_t i)
{
    return hypot(w->path[i + 1].x - w->path[i].x, w->path[i + 1].y - w->path[i].y);
}

static bool walk_to(struct walk *w, double length, struct xy *at, double *angle)
{
    while (w->segment > 0 && length < w->begun) {
        w->segment--;
        w->begun -= segment_px(w, w->segment);
    }
    for (; w->segment + 1 < w->n; w->segment++) {
        const struct xy *a = &w->path[w->segment], *b = a + 1;
        double step = segment_px(w, w->segment);
        if (step > 0 && length <= w->begun + step) {
            double t = (length - w->begun) / step;
            *at = (struct xy){a->x + (b->x - a->x) * t, a->y + (b->y - a->y) * t};
            *angle = atan2(b->y - a->y, b->x - a->x);
            return length >= w->begun - 1e-6;
        }
        if (w->segment + 2 >= w->n)
            break;
        w->begun += step;
    }
    return false;
}

/* Where a glyph's middle is along the path; against it when the text is turned round. */
static double middle_of(const struct text_along *a, const struct text_glyph *g, bool turned)
{
    double off = a->left_px + g->x + g->advance / 2;
    return a->anchor_px + (turned ? -off : off);
}

/* It would run from right to left. */
static bool runs_backwards(const struct text_layout *l, const struct text_along *a, struct walk *w)
{
    struct xy first, last;
    double angle;
    if (!l->n_glyphs || !walk_to(w, middle_of(a, &l->glyphs[0], false), &first, &angle) ||
        !walk_to(w, middle_of(a, &l->glyphs[l->n_glyphs - 1], false), &last, &angle))
        return false;
    return l->n_glyphs > 1 ? first.x > last.x : fabs(angle) > M_PI / 2;
}

bool text_along_turned(const struct text_layout *l, const struct text_along *a)
{
    return a->upright && a->n >= 2 && runs_backwards(l, a, &(struct walk){.path = a->path, .n = a->n});
}

bool text_place_along(const struct text_layout *l, const struct text_along *a, struct placed_glyph *out)
{
    struct walk w = {.path = a->path, .n = a->n};
    bool turned = text_along_turned(l, a);
    struct xy at;
    double angle;
    if (a->n < 2)
        return false;
    for (size_t i = 0; i < l->n_glyphs; i++) {
        const struct text_glyph *g = &l->glyphs[i];
        if (!walk_to(&w, middle_of(a, g, turned), &at, &angle))
            return false;
        double facing = a->level ? 0 : turned ? angle + M_PI : angle, c = cos(facing), s = sin(facing);
        double dx = -g->advance / 2, dy = a->top_px + g->y;
        out[i] = (struct placed_glyph){g, at.x + dx * c - dy * s, at.y + dx * s + dy * c, facing};
    }
    return l->n_glyphs > 0;
}

size_t text_along_boxes(const struct text_layout *l, const struct placed_glyph *at, double (*boxes)[4], size_t most)
{
    double half = l->height_px / 2;
    size_t groups = MIN(most, (size_t)ceil(l->width_px / MAX(l->height_px, 1)) + 1), n = 0;
    for (size_t b = 0; b < groups; b++) {
        size_t from = b * l->n_glyphs / groups, to = (b + 1) * l->n_glyphs / groups;
        double box[4] = {1e9, 1e9, -1e9, -1e9};
        for (size_t i = from; i < to; i++) {
            double c = cos(at[i].angle), s = sin(at[i].angle), rise = at[i].glyph->y - half, g = at[i].glyph->advance / 2;
            double x = at[i].x + g * c + rise * s, y = at[i].y + g * s - rise * c; /* the middle of the glyph's cell */
            double rx = fabs(g * c) + fabs(half * BOX_HALF * s), ry = fabs(g * s) + fabs(half * BOX_HALF * c);
            box[0] = MIN(box[0], x - rx);
            box[1] = MIN(box[1], y - ry);
            box[2] = MAX(box[2], x + rx);
            box[3] = MAX(box[3], y + ry);
        }
        if (to > from) {
            for (int k = 0; k < 4; k++)
                boxes[n][k] = box[k];
            n++;
        }
    }
    return n;
}
