/*
 * Geometry from a tile to a path. Everything is cut by our own clip before Cairo sees it: coordinates stay small, work
 * follows what is seen, and what is drawn does not depend on how far a shape goes on outside.
 */
#include <math.h>
#include <string.h>

#include "renderer/layer.h"

#define FAR_PX 1e8

struct run { /* px, grown as needed; each thread keeps its own */
    struct xy *at;
    size_t n, cap;
};
static _Thread_local struct run scratch[3];

static void run_add(struct run *r, struct xy at)
{
    if (r->n == r->cap) {
        r->cap = MAX(r->cap * 2, 1024);
        r->at = base_grow(r->at, r->cap, sizeof *r->at);
    }
    r->at[r->n++] = at;
}

/* Brought to px, without vertices that add nothing to see. The first and the last stay. */
static void to_px(const struct pen *pen, const struct xy *at, size_t n, struct run *out)
{
    double thin = pen->thin_px;
    struct xy kept = {0};
    out->n = 0;
    for (size_t i = 0; i < n; i++) {
        struct xy p = placing_px(&pen->to_px, at[i]);
        if (!isfinite(p.x) || !isfinite(p.y))
            continue;
        p.x = CLAMP(p.x + pen->shift.x, -FAR_PX, FAR_PX);
        p.y = CLAMP(p.y + pen->shift.y, -FAR_PX, FAR_PX);
        if (out->n && fabs(p.x - kept.x) + fabs(p.y - kept.y) < thin && i + 1 < n)
            continue;
        run_add(out, p);
        kept = p;
    }
}

static struct rect run_bounds(const struct run *r)
{
    struct rect b = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < r->n; i++) {
        b.x0 = MIN(b.x0, r->at[i].x), b.x1 = MAX(b.x1, r->at[i].x);
        b.y0 = MIN(b.y0, r->at[i].y), b.y1 = MAX(b.y1, r->at[i].y);
    }
    return b;
}

static bool rect_meets(const struct rect *a, const struct rect *b)
{
    return a->x0 <= b->x1 && b->x0 <= a->x1 && a->y0 <= b->y1 && b->y0 <= a->y1;
}

static bool rect_holds(const struct rect *a, const struct rect *b)
{
    return a->x0 <= b->x0 && b->x1 <= a->x1 && a->y0 <= b->y0 && b->y1 <= a->y1;
}

/* ---- rings ---- */

/* One side of Sutherland and Hodgman's clip: keeps where sign · (coordinate − at) <= 0. */
static void clip_side(const struct run *in, struct run *out, bool vertical, double at, double sign)
{
    out->n = 0;
    for (size_t i = 0; i < in->n; i++) {
        struct xy a = in->at[i ? i - 1 : in->n - 1], b = in->at[i];
        double da = sign * ((vertical ? a.x : a.y) - at), db = sign * ((vertical ? b.x : b.y) - at);
        if ((da > 0) != (db > 0)) {
            double t = da / (da - db);
            struct xy cut = {a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
            *(vertical ? &cut.x : &cut.y) = at;
            run_add(out, cut);
        }
        if (db <= 0)
            run_add(out, b);
    }
}

static const struct run *clip_ring(struct run *ring, struct run *other, const struct rect *clip)
{
    clip_side(ring, other, true, clip->x0, -1);
    clip_side(other, ring, true, clip->x1, 1);
    clip_side(ring, other, false, clip->y0, -1);
    clip_side(other, ring, false, clip->y1, 1);
    return ring;
}

void pen_polygons(struct pen *pen, const struct shape *s)
{
    cairo_t *cr = pen->d->cr;
    for (uint32_t part = 0, from = 0; part < s->n_parts; from = s->end[part++]) {
        struct run *ring = &scratch[0];
        to_px(pen, s->at + from, s->end[part] - from, ring);
        struct rect b = run_bounds(ring);
        if (ring->n < 3 || !rect_meets(&b, &pen->clip))
            continue;
        const struct run *shown = rect_holds(&pen->clip, &b) ? ring : clip_ring(ring, &scratch[1], &pen->clip);
        if (shown->n < 3)
            continue;
        if (pen->run) {
            pen->run(pen->ctx, shown->at, shown->n, true);
            continue;
        }
        cairo_move_to(cr, shown->at[0].x, shown->at[0].y);
        for (size_t i = 1; i < shown->n; i++)
            cairo_line_to(cr, shown->at[i].x, shown->at[i].y);
        cairo_close_path(cr);
    }
}

/* ---- lines ---- */

/* The part of a segment inside, by Liang and Barsky (1984): from t0 to t1; false if there is none. */
static bool clip_segment(struct xy a, struct xy b, const struct rect *r, double *t0, double *t1)
{
    double dx = b.x - a.x, dy = b.y - a.y;
    double p[4] = {-dx, dx, -dy, dy}, q[4] = {a.x - r->x0, r->x1 - a.x, a.y - r->y0, r->y1 - a.y};
    *t0 = 0, *t1 = 1;
    for (int i = 0; i < 4; i++) {
        if (p[i] == 0) {
            if (q[i] < 0)
                return false;
            continue;
        }
        double t = q[i] / p[i];
        if (p[i] < 0)
            *t0 = MAX(*t0, t);
        else
            *t1 = MIN(*t1, t);
    }
    return *t0 <= *t1;
}

static struct xy between(struct xy a, struct xy b, double t)
{
    return (struct xy){a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
}

/* The run beside itself, offset to the right (y down); corners mitred up to twice the offset, else cut. */
static void offset_run(const struct run *in, double offset, bool closed, struct run *out)
{
    out->n = 0;
    for (size_t i = 0; i < in->n; i++) {
        const struct xy *p = &in->at[i];
        const struct xy *before = i ? p - 1 : closed && in->n > 2 ? &in->at[in->n - 2] : NULL;
        const struct xy *after = i + 1 < in->n ? p + 1 : closed && in->n > 2 ? &in->at[1] : NULL;
        double ax = 0, ay = 0, bx = 0, by = 0;
        if (before) {
            double l = hypot(p->x - before->x, p->y - before->y);
            if (l > 0)
                ax = -(p->y - before->y) / l, ay = (p->x - before->x) / l;
        }
        if (after) {
            double l = hypot(after->x - p->x, after->y - p->y);
            if (l > 0)
                bx = -(after->y - p->y) / l, by = (after->x - p->x) / l;
        }
        if (!before || (ax == 0 && ay == 0))
            ax = bx, ay = by;
        if (!after || (bx == 0 && by == 0))
            bx = ax, by = ay;
        double dot = ax * bx + ay * by;
        if (dot > -0.5) { /* miter: the sum of the normals, as long as it must be */
            double k = offset / (1 + dot);
            run_add(out, (struct xy){p->x + (ax + bx) * k, p->y + (ay + by) * k});
        } else {
            run_add(out, (struct xy){p->x + ax * offset, p->y + ay * offset});
            run_add(out, (struct xy){p->x + bx * offset, p->y + by * offset});
        }
    }
}

/* Solid: pieces inside the clip. A run that closes without being cut is closed, so that its joint is drawn. */
static void add_solid(cairo_t *cr, const struct run *r, const struct rect *clip, bool closed)
{
    struct rect b = run_bounds(r);
    if (!rect_meets(&b, clip))
        return;
    if (rect_holds(clip, &b)) {
        cairo_move_to(cr, r->at[0].x, r->at[0].y);
        for (size_t i = 1; i < r->n - closed; i++)
            cairo_line_to(cr, r->at[i].x, r->at[i].y);
        if (closed)
            cairo_close_path(cr);
        return;
    }
    bool drawing = false;
    for (size_t i = 1; i < r->n; i++) {
        struct xy a = r->at[i - 1], c = r->at[i];
        double t0, t1;
        if (!clip_segment(a, c, clip, &t0, &t1)) {
            drawing = false;
            continue;
        }
        if (!drawing || t0 > 0) {
            struct xy from = between(a, c, t0);
            cairo_move_to(cr, from.x, from.y);
        }
        struct xy to = t1 < 1 ? between(a, c, t1) : c;
        cairo_line_to(cr, to.x, to.y);
        drawing = t1 == 1;
    }
}

/* Dashed by ourselves: phase follows the whole line, so that a cut at a cell's edge does not move it. */
static void add_dashed(cairo_t *cr, const struct run *r, const struct pen *pen)
{
    size_t k = 0;
    double left = pen->dashes[0], total = 0;
    bool on = true, drawing = false;
    for (size_t i = 0; i < pen->n_dashes; i++)
        total += pen->dashes[i];
    if (!(total > 0.05))
        return;
    for (size_t i = 1; i < r->n; i++) {
        struct xy a = r->at[i - 1], b = r->at[i];
        double length = hypot(b.x - a.x, b.y - a.y), done = 0, t0, t1;
        bool seen = clip_segment(a, b, &pen->clip, &t0, &t1);
        if (!seen && length > total * 4) { /* far away: whole rounds are skipped */
            double skip = floor(length / total) * total;
            done = skip;
        }
        while (done < length) {
            double step = MIN(left, length - done);
            if (on && seen && done + step >= t0 * length && done <= t1 * length) {
                struct xy from = between(a, b, MAX(done / length, t0)), to = between(a, b, MIN((done + step) / length, t1));
                if (!drawing)
                    cairo_move_to(cr, from.x, from.y);
                cairo_line_to(cr, to.x, to.y);
                drawing = true;
            } else {
                drawing = false;
            }
            done += step;
            left -= step;
            if (left <= 1e-9) {
                k = (k + 1) % pen->n_dashes;
                left = MAX(pen->dashes[k], 1e-6);
                on = !on;
                drawing = false;
            }
        }
    }
}

static bool near_px(struct xy a, struct xy b, double px)
{
    return fabs(a.x - b.x) + fabs(a.y - b.y) <= px;
}

/* A ring without its repeated point; the last point stays where it is when it lies close to the one before. */
static void give_run(struct pen *pen, const struct run *r, bool ring)
{
    size_t n = r->n - (ring && near_px(r->at[0], r->at[r->n - 1], 0));
    while (n > 2 && ring && near_px(r->at[0], r->at[n - 1], pen->thin_px))
        n--;
    while (n > 2 && !ring && near_px(r->at[n - 1], r->at[n - 2], pen->thin_px)) {
        r->at[n - 2] = r->at[n - 1];
        n--;
    }
    if (n >= 2 && !near_px(r->at[0], r->at[1], 0))
        pen->run(pen->ctx, r->at, n, ring && n > 2);
}

static void add_run(struct pen *pen, const struct run *r, bool closed)
{
    if (r->n < 2)
        return;
    if (pen->run) {
        give_run(pen, r, closed);
        return;
    }
    if (pen->offset_px != 0) {
        offset_run(r, pen->offset_px, closed, &scratch[1]);
        r = &scratch[1];
    }
    if (pen->dashes)
        add_dashed(pen->d->cr, r, pen);
    else
        add_solid(pen->d->cr, r, &pen->clip, closed);
}

static bool edge_outside(struct xy a, struct xy b, const struct rect *in)
{
    return (a.x <= in->x0 && b.x <= in->x0) || (a.x >= in->x1 && b.x >= in->x1) || (a.y <= in->y0 && b.y <= in->y0) ||
        (a.y >= in->y1 && b.y >= in->y1);
}

/* A ring as open runs without the edges outside, or whole and closed when all are inside. */
static void add_ring(struct pen *pen, const struct xy *at, size_t n, const struct rect *inside)
{
    struct run *px = &scratch[0], *open = &scratch[2];
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < n && first == SIZE_MAX; i++)
        if (edge_outside(at[i], at[(i + 1) % n], inside))
            first = i;
    open->n = 0;
    if (first == SIZE_MAX) {
        for (size_t i = 0; i <= n; i++)
            run_add(open, at[i % n]);
        to_px(pen, open->at, open->n, px);
        if (px->n)
            px->at[px->n - 1] = px->at[0];
        add_run(pen, px, px->n > 3);
        return;
    }
    for (size_t i = 1; i <= n; i++) { /* from behind an edge that is left out */
        struct xy a = at[(first + i) % n], b = at[(first + i + 1) % n];
        bool out = edge_outside(a, b, inside);
        if (!out && !open->n)
            run_add(open, a);
        if (!out)
            run_add(open, b);
        if (out && open->n) {
            to_px(pen, open->at, open->n, px);
            add_run(pen, px, false);
            open->n = 0;
        }
    }
}

void pen_lines(struct pen *pen, const struct shape *s, const struct rect *inside)
{
    for (uint32_t part = 0, from = 0; part < s->n_parts; from = s->end[part++]) {
        const struct xy *at = s->at + from;
        size_t n = s->end[part] - from;
        if (s->kind == SHAPE_POLYGONS) {
            if (n >= 3)
                add_ring(pen, at, n, inside);
            continue;
        }
        bool closed = !pen->run && n > 3 && at[0].x == at[n - 1].x && at[0].y == at[n - 1].y;
        to_px(pen, at, n, &scratch[0]);
        if (scratch[0].n == 2 && scratch[0].at[0].x == scratch[0].at[1].x && scratch[0].at[0].y == scratch[0].at[1].y)
            continue;
        add_run(pen, &scratch[0], closed && scratch[0].n > 3);
    }
}
