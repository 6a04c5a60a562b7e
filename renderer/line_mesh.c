/*
 * The line is a strip: at each point one vertex to the left and one to the right, each new one making a triangle with the
 * last of either side. A miter is one pair of vertices on the sum of the normals; a cut (bevel) is two pairs, the inner
 * vertices pulled back to where the edges meet:
 *
 *      left ──────────●──●                         a round join that turns little is a cut with more vertices on the
 *                      ╲    ╲                      outer side, one that turns much two round caps
 *      right ──────●     ●    ╲
 */
#include "renderer/line_mesh.h"

#include <math.h>

#define COS_HALF_SHARP 0.7933533402912352 /* cos 37.5°: a line that turns by 75° and more */
#define FAN_DEG 20.0
#define BEVEL_MITER_LIMIT 1.05
#define FLIP_MITER_MAX 100.0
#define ROUND_MITER_MAX 2.0               /* rounder than this needs caps */

enum joint { JOINT_MITER, JOINT_BEVEL, JOINT_FLIP, JOINT_FAN, JOINT_BUTT, JOINT_SQUARE, JOINT_ROUND };

struct strip {
    const struct line_form *form;
    triangle_fn *fn;
    void *ctx;
    struct mesh_vertex left, right; /* the newest of either side */
    int n;                          /* vertices so far, 2 when there are more */
    struct xy from;                 /* where the next segment starts */
    double along;
    bool seen;                      /* the segment before this point is, or the one after it */
};

static struct xy add(struct xy a, struct xy b)
{
    return (struct xy){a.x + b.x, a.y + b.y};
}

static struct xy times(struct xy a, double k)
{
    return (struct xy){a.x * k, a.y * k};
}

static struct xy unit(struct xy a)
{
    double l = hypot(a.x, a.y);
    return l > 0 ? times(a, 1 / l) : a;
}

static struct xy perp(struct xy a)
{
    return (struct xy){-a.y, a.x};
}

static struct xy normal_of(struct xy from, struct xy to)
{
    return perp(unit((struct xy){to.x - from.x, to.y - from.y}));
}

/* `tilt` is how far the extrusion leans along the line: the offset follows the normal alone. */
static void half_vertex(struct strip *s, struct xy p, struct xy extrude, bool round, bool right, double tilt)
{
    double across = right ? 1 : -1, u = tilt > 0 ? 0.5 : tilt < 0 ? -0.5 : 0, t = 1 - fabs(u);
    double off = -s->form->offset_px * across;
    struct mesh_vertex v = {p.x + s->form->half_px * extrude.x + off * (extrude.x * t - extrude.y * u),
        p.y + s->form->half_px * extrude.y + off * (extrude.x * u + extrude.y * t), round ? 1 : 0, across,
        s->form->step_px > 0 ? floor(s->along / s->form->step_px) * s->form->step_px : s->along};
    if (s->n == 2 && s->seen)
        s->fn(s->ctx, &s->left, &s->right, &v);
    *(right ? &s->right : &s->left) = v;
    s->n += s->n < 2;
}

static void vertex_pair(struct strip *s, struct xy p, struct xy normal, double end_left, double end_right, bool round)
{
    struct xy left = {normal.x + normal.y * end_left, normal.y - normal.x * end_left};
    struct xy right = {-normal.x + normal.y * end_right, -normal.y - normal.x * end_right};
    half_vertex(s, p, left, round, false, end_left);
    half_vertex(s, p, right, round, true, -end_right);
}

struct corner {
    bool before, after;       /* there is a point */
    struct xy prev, next;     /* normals of the segments */
    struct xy sum;            /* of both, of length one */
    double miter, half_cos, turn;
    bool left;
};

static struct corner corner_of(struct xy prev, struct xy next, bool before, bool after)
{
    struct corner c = {.before = before, .after = after, .prev = prev, .next = next, .sum = unit(add(prev, next))};
    c.half_cos = c.sum.x * next.x + c.sum.y * next.y;
    c.miter = fabs(c.half_cos) > 1e-12 ? 1 / c.half_cos : INFINITY;
    c.turn = 2 * sqrt(MAX(2 - 2 * c.half_cos, 0));
    c.left = prev.x * next.y - prev.y * next.x > 0;
    return c;
}

static enum joint joint_of(const struct line_form *f, const struct corner *c, bool ring)
{
    double limit = f->join == JOIN_BEVEL ? BEVEL_MITER_LIMIT : f->miter_limit;
    if (!c->before || !c->after)
        return ring || f->cap == CAP_BUTT ? JOINT_BUTT : f->cap == CAP_ROUND ? JOINT_ROUND : JOINT_SQUARE;
    if (f->join == JOIN_ROUND) {
        if (c->miter < f->round_limit && c->miter <= limit)
            return JOINT_MITER;
        if (c->miter >= f->round_limit)
            return c->miter <= ROUND_MITER_MAX ? JOINT_FAN : JOINT_ROUND;
    }
    if (c->miter <= limit)
        return JOINT_MITER;
    return c->miter > 2 ? JOINT_FLIP : JOINT_BEVEL;
}

static void put_flip(struct strip *s, struct xy p, const struct corner *c)
{
    struct xy n = times(c->next, -1);
    if (!(c->miter > FLIP_MITER_MAX)) {
        double wide = hypot(c->prev.x + c->next.x, c->prev.y + c->next.y) / hypot(c->prev.x - c->next.x, c->prev.y - c->next.y);
        n = times(perp(c->sum), c->miter * wide * (c->left ? -1 : 1));
    }
    vertex_pair(s, p, n, 0, 0, false);
    vertex_pair(s, p, times(n, -1), 0, 0, false);
}

static void put_cut(struct strip *s, struct xy p, const struct corner *c, bool fan)
{
    double back = -sqrt(MAX(c->miter * c->miter - 1, 0)), a = c->left ? back : 0, b = c->left ? 0 : back;
    vertex_pair(s, p, c->prev, a, b, false);
    int n = fan ? (int)lround(c->turn * 180 / M_PI / FAN_DEG) : 0;
    double angle = atan2(c->prev.x * c->next.y - c->prev.y * c->next.x, c->prev.x * c->next.x + c->prev.y * c->next.y);
    for (int m = 1; m < n; m++) {
        double x = cos(angle * m / n), y = sin(angle * m / n);
        struct xy d = {c->prev.x * x - c->prev.y * y, c->prev.x * y + c->prev.y * x};
        half_vertex(s, p, times(d, c->left ? -1 : 1), false, c->left, 0);
    }
    vertex_pair(s, p, c->next, -a, -b, false);
}

static void put_joint(struct strip *s, struct xy p, const struct corner *c, enum joint joint)
{
    double out = c->before ? 1 : -1;
    switch (joint) {
    case JOINT_MITER:
        vertex_pair(s, p, times(c->sum, c->miter), 0, 0, false);
        break;
    case JOINT_FLIP:
        put_flip(s, p, c);
        break;
    case JOINT_BEVEL:
    case JOINT_FAN:
        put_cut(s, p, c, joint == JOINT_FAN);
        break;
    case JOINT_BUTT:
        vertex_pair(s, p, c->sum, 0, 0, false);
        break;
    case JOINT_SQUARE:
        vertex_pair(s, p, c->sum, out, out, false);
        break;
    case JOINT_ROUND:
        if (c->before) {
            vertex_pair(s, p, c->prev, 0, 0, false);
            vertex_pair(s, p, c->prev, 1, 1, true);
        }
        if (c->after) {
            vertex_pair(s, p, c->next, -1, -1, true);
            vertex_pair(s, p, c->next, 0, 0, false);
        }
        break;
    }
}

static bool segment_seen(struct xy a, struct xy b, const struct rect *clip)
{
    return MAX(a.x, b.x) >= clip->x0 && MIN(a.x, b.x) <= clip->x1 && MAX(a.y, b.y) >= clip->y0 && MIN(a.y, b.y) <= clip->y1;
}

static struct xy toward(struct xy from, struct xy to, double px, double length)
{
    return (struct xy){from.x + (to.x - from.x) * px / length, from.y + (to.y - from.y) * px / length};
}

/* One point with its neighbours: before it the line comes from s->from; after is NULL where it ends. */
static void put_point(struct strip *s, bool has_before, struct xy at, const struct xy *after, bool ring)
{
    const struct line_form *f = s->form;
    bool leads = after && segment_seen(at, *after, &f->clip);
    s->seen = leads || (has_before && segment_seen(s->from, at, &f->clip));
    if (!s->seen && !f->measured) { /* the strip starts anew where it is seen again */
        s->n = 0;
        s->from = at;
        return;
    }
    struct xy next = after ? normal_of(at, *after) : normal_of(s->from, at), prev = has_before ? normal_of(s->from, at) : next;
    struct corner c = corner_of(prev, next, has_before, after);
    bool sharp = f->sharp_px > 0 && has_before && after && c.half_cos < COS_HALF_SHARP;
    double length = has_before ? hypot(at.x - s->from.x, at.y - s->from.y) : 0;
    if (sharp && s->n > 0 && length > 2 * f->sharp_px) {
        s->along += length - f->sharp_px;
        vertex_pair(s, toward(at, s->from, f->sharp_px, length), prev, 0, 0, false);
        length = f->sharp_px;
    }
    s->along += length;
    put_joint(s, at, &c, joint_of(f, &c, ring));
    s->from = at;
    length = sharp ? hypot(after->x - at.x, after->y - at.y) : 0;
    if (length > 2 * f->sharp_px) {
        s->along += f->sharp_px;
        s->from = toward(at, *after, f->sharp_px, length);
        vertex_pair(s, s->from, next, 0, 0, false);
    }
}

void line_mesh(const struct xy *at, size_t n, bool ring, const struct line_form *form, triangle_fn *fn, void *ctx)
{
    if (n < (ring ? 3 : 2))
        return;
    struct strip s = {.form = form, .fn = fn, .ctx = ctx, .from = at[n - 1]};
    for (size_t i = 0; i < n; i++)
        put_point(&s, ring || i > 0, at[i], i + 1 < n ? &at[i + 1] : ring ? &at[0] : NULL, ring);
    if (ring) /* closed by its first point again, with both neighbours */
        put_point(&s, true, at[0], &at[1], ring);
}
