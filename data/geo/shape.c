/*
 * Clipping works ring by ring and half-plane by half-plane. A crossing is computed from the edge's two ends in one fixed
 * order, whichever way the edge is walked, so that two polygons that share an edge, and two tiles that share a side, get
 * the same bits.
 */
#include "data/geo/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- points that grow, before they are copied into an arena at their true size --------------------------------------- */

struct points {
    struct xy *at;
    size_t n, cap;
};

static void points_done(struct points *p)
{
    free(p->at);
    *p = (struct points){0};
}

static void points_add(struct points *p, struct xy at)
{
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 256;
        p->at = base_grow(p->at, p->cap, sizeof *p->at);
    }
    p->at[p->n++] = at;
}

static void points_add_all(struct points *p, const struct xy *at, size_t n)
{
    if (p->n + n > p->cap) {
        p->cap = MAX(2 * p->cap, p->n + n);
        p->at = base_grow(p->at, p->cap, sizeof *p->at);
    }
    if (n)
        memcpy(p->at + p->n, at, n * sizeof *at);
    p->n += n;
}

struct ends {
    uint32_t *at;
    size_t n, cap;
};

static void ends_done(struct ends *e)
{
    free(e->at);
    *e = (struct ends){0};
}

static void ends_add(struct ends *e, size_t end)
{
    if (e->n == e->cap) {
        e->cap = e->cap ? 2 * e->cap : 64;
        e->at = base_grow(e->at, e->cap, sizeof *e->at);
    }
    e->at[e->n++] = (uint32_t)end;
}

static bool shape_of(enum shape_kind kind, const struct points *points, const struct ends *ends, struct arena *a,
    struct shape *out)
{
    struct shape s = {.kind = kind, .n_parts = (uint32_t)ends->n, .n = (uint32_t)points->n};
    if (s.n_parts) {
        s.end = arena_copy(a, ends->at, ends->n * sizeof *ends->at);
        s.at = arena_copy(a, points->at, points->n * sizeof *points->at);
        if (!s.end || !s.at)
            return false;
    }
    *out = s;
    return true;
}

static inline size_t part_begin(const struct shape *s, size_t part)
{
    return part ? s->end[part - 1] : 0;
}

/* ---- measures -------------------------------------------------------------------------------------------------------- */

static const struct rect NOWHERE = {INFINITY, INFINITY, -INFINITY, -INFINITY};

static struct rect bounds_of(const struct xy *at, size_t n)
{
    struct rect b = NOWHERE;
    for (size_t i = 0; i < n; i++) {
        b.x0 = MIN(b.x0, at[i].x);
        b.y0 = MIN(b.y0, at[i].y);
        b.x1 = MAX(b.x1, at[i].x);
        b.y1 = MAX(b.y1, at[i].y);
    }
    return b;
}

static bool rect_is_inside(struct rect inner, struct rect outer)
{
    return inner.x0 >= outer.x0 && inner.y0 >= outer.y0 && inner.x1 <= outer.x1 && inner.y1 <= outer.y1;
}

static bool rects_meet(struct rect a, struct rect b)
{
    return a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1;
}

struct rect shape_bounds(const struct shape *s)
{
    return bounds_of(s->at, s->n);
}

double shape_ring_area(const struct xy *ring, size_t n)
{
    if (n < 3)
        return 0;
    double twice = 0;
    struct xy from = ring[0]; /* as origin: far from 0,0 the products would lose the digits that matter */
    for (size_t i = 1; i + 1 < n; i++)
        twice += (ring[i].x - from.x) * (ring[i + 1].y - from.y) - (ring[i + 1].x - from.x) * (ring[i].y - from.y);
    return twice / 2;
}

double shape_area(const struct shape *s)
{
    if (s->kind != SHAPE_POLYGONS)
        return 0;
    double area = 0;
    for (size_t i = 0; i < s->n_parts; i++) {
        size_t begin = part_begin(s, i);
        area += shape_ring_area(s->at + begin, s->end[i] - begin);
    }
    return fabs(area);
}

double shape_length(const struct shape *s)
{
    if (s->kind != SHAPE_LINES && s->kind != SHAPE_POLYGONS)
        return 0;
    double length = 0;
    for (size_t i = 0; i < s->n_parts; i++) {
        size_t begin = part_begin(s, i);
        for (size_t j = begin + 1; j < s->end[i]; j++)
            length += hypot(s->at[j].x - s->at[j - 1].x, s->at[j].y - s->at[j - 1].y);
        if (s->kind == SHAPE_POLYGONS && s->end[i] > begin)
            length += hypot(s->at[begin].x - s->at[s->end[i] - 1].x, s->at[begin].y - s->at[s->end[i] - 1].y);
    }
    return length;
}

/* Whether a ray going east from the point crosses the ring an odd number of times. */
static bool ring_has(const struct xy *ring, size_t n, struct xy at)
{
    bool inside = false;
    for (size_t i = 0, j = n - 1; i < n; j = i++) {
        if ((ring[i].y > at.y) == (ring[j].y > at.y))
            continue;
        double x = ring[i].x + (at.y - ring[i].y) / (ring[j].y - ring[i].y) * (ring[j].x - ring[i].x);
        if (at.x < x)
            inside = !inside;
    }
    return inside;
}

bool shape_has(const struct shape *polygons, struct xy at)
{
    if (polygons->kind != SHAPE_POLYGONS)
        return false;
    bool inside = false;
    for (size_t i = 0; i < polygons->n_parts; i++) {
        size_t begin = part_begin(polygons, i);
        if (ring_has(polygons->at + begin, polygons->end[i] - begin, at))
            inside = !inside;
    }
    return inside;
}

/* ---- the point for a label ------------------------------------------------------------------------------------------- */

/* A square of the search: its middle, half its side, how far the middle is inside, and how far any of its points can be. */
struct cell {
    struct xy at;
    double half, inside, best;
};

static double distance_to_edge(struct xy p, struct xy a, struct xy b)
{
    double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length2 : 0;
    t = CLAMP(t, 0.0, 1.0);
    return hypot(p.x - (a.x + t * dx), p.y - (a.y + t * dy));
}

/* Distance to the nearest edge, negative outside. */
static double depth_inside(const struct shape *polygon, struct xy at)
{
    double nearest = INFINITY;
    for (size_t i = 0; i < polygon->n_parts; i++) {
        size_t begin = part_begin(polygon, i), end = polygon->end[i];
        for (size_t j = begin, k = end - 1; j < end; k = j++)
            nearest = MIN(nearest, distance_to_edge(at, polygon->at[j], polygon->at[k]));
    }
    return shape_has(polygon, at) ? nearest : -nearest;
}

static struct cell cell_at(const struct shape *polygon, double x, double y, double half)
{
    struct cell c = {.at = {x, y}, .half = half};
    c.inside = depth_inside(polygon, c.at);
    c.best = c.inside + half * M_SQRT2;
    return c;
}

/* The largest outer ring with its holes, as a view of the whole: ends are rebased into the arena. */
static bool largest_polygon(const struct shape *s, struct arena *scratch, struct shape *out)
{
    size_t first = 0, last = 0;
    double largest = -1;
    for (size_t i = 0; i < s->n_parts;) {
        double area = 0;
        size_t j = i;
        do {
            size_t begin = part_begin(s, j);
            area += shape_ring_area(s->at + begin, s->end[j] - begin);
            j++;
        } while (j < s->n_parts && shape_ring_area(s->at + s->end[j - 1], s->end[j] - s->end[j - 1]) < 0);
        if (area > largest) {
            largest = area;
            first = i;
            last = j;
        }
        i = j;
    }
    size_t from = part_begin(s, first);
    uint32_t *end = ARENA_ARRAY(scratch, uint32_t, last - first);
    if (!end)
        return false;
    for (size_t i = first; i < last; i++)
        end[i - first] = s->end[i] - (uint32_t)from;
    *out = (struct shape){.kind = SHAPE_POLYGONS, .n_parts = (uint32_t)(last - first), .n = end[last - first - 1],
        .end = end, .at = s->at + from};
    return true;
}

/* Cells to be looked at, the most promising first: a binary heap. */
enum { CELLS_MAX = 4096 }; /* a search that needs more has found a point that is good enough */
struct heap {
    size_t n;
    struct cell at[CELLS_MAX];
};

static void heap_push(struct heap *h, struct cell c)
{
    if (h->n == CELLS_MAX)
        return;
    size_t i = h->n++;
    for (; i && h->at[(i - 1) / 2].best < c.best; i = (i - 1) / 2)
        h->at[i] = h->at[(i - 1) / 2];
    h->at[i] = c;
}

static struct cell heap_pop(struct heap *h)
{
    struct cell top = h->at[0], last = h->at[--h->n];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= h->n)
            break;
        if (child + 1 < h->n && h->at[child + 1].best > h->at[child].best)
            child++;
        if (h->at[child].best <= last.best)
            break;
        h->at[i] = h->at[child];
        i = child;
    }
    if (h->n)
        h->at[i] = last;
    return top;
}

static struct xy ring_centroid(const struct xy *ring, size_t n)
{
    double area = 0, x = 0, y = 0;
    struct xy from = ring[0];
    for (size_t i = 1; i + 1 < n; i++) {
        double ax = ring[i].x - from.x, ay = ring[i].y - from.y;
        double bx = ring[i + 1].x - from.x, by = ring[i + 1].y - from.y, cross = ax * by - bx * ay;
        area += cross;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
    }
    if (area == 0)
        return from;
    return (struct xy){from.x + x / (3 * area), from.y + y / (3 * area)};
}

static bool find_label_point(const struct shape *polygons, double precision, struct arena *scratch, struct xy *out)
{
    struct shape polygon;
    if (polygons->kind != SHAPE_POLYGONS || !polygons->n_parts || !largest_polygon(polygons, scratch, &polygon))
        return false;
    struct rect b = bounds_of(polygon.at, polygon.end[0]);
    double side = MIN(b.x1 - b.x0, b.y1 - b.y0);
    if (!(side > 0)) {
        *out = polygon.at[0];
        return true;
    }
    struct heap *heap = ARENA_NEW(scratch, struct heap);
    if (!heap)
        return false;
    side = MAX(side, MAX(b.x1 - b.x0, b.y1 - b.y0) / 32); /* a long thin one starts with at most 32 cells */
    for (double x = b.x0; x < b.x1; x += side)
        for (double y = b.y0; y < b.y1; y += side)
            heap_push(heap, cell_at(&polygon, x + side / 2, y + side / 2, side / 2));
    struct xy centre = ring_centroid(polygon.at, polygon.end[0]);
    struct cell best = cell_at(&polygon, centre.x, centre.y, 0);
    for (int looked = 0; heap->n && looked < CELLS_MAX; looked++) {
        struct cell c = heap_pop(heap);
        if (c.inside > best.inside)
            best = c;
        if (c.best - best.inside <= precision)
            break;
        double h = c.half / 2;
        for (int i = 0; i < 4; i++)
            heap_push(heap, cell_at(&polygon, c.at.x + (i & 1 ? h : -h), c.at.y + (i & 2 ? h : -h), h));
    }
    *out = best.at;
    return true;
}

bool shape_label_point(const struct shape *polygons, double precision, struct arena *scratch, struct xy *out)
{
    struct arena_mark before = arena_mark(scratch);
    bool found = find_label_point(polygons, precision, scratch, out);
    arena_release(scratch, before);
    return found;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Where a level line enters and leaves, from the left; x has room for all corners. */
static size_t crossings_at(const struct shape *s, double y, double *x)
{
    size_t n = 0;
    for (uint32_t i = 0, from = 0; i < s->n_parts; from = s->end[i++])
        for (uint32_t p = from, before = s->end[i] - 1; p < s->end[i]; before = p++) {
            struct xy a = s->at[before], b = s->at[p];
            if ((a.y > y) != (b.y > y))
                x[n++] = a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x);
        }
    qsort(x, n, sizeof *x, by_value);
    return n;
}

bool shape_inner_point(const struct shape *polygons, struct arena *scratch, struct xy *out)
{
    enum { LINES = 16 };
    struct rect box = shape_bounds(polygons);
    struct arena_mark before = arena_mark(scratch);
    double *x = ARENA_ARRAY(scratch, double, polygons->n + 1), longest = 0;
    for (int line = 0; x && line < LINES; line++) {
        double y = box.y0 + (box.y1 - box.y0) * (line + 0.5) / LINES;
        size_t n = crossings_at(polygons, y, x);
        for (size_t i = 0; i + 1 < n; i += 2)
            if (x[i + 1] - x[i] > longest) {
                longest = x[i + 1] - x[i];
                *out = (struct xy){(x[i] + x[i + 1]) / 2, y};
            }
    }
    arena_release(scratch, before);
    return longest > 0;
}

/* ---- clip ------------------------------------------------------------------------------------------------------------ */

/* One side of a rectangle: what is kept has sign * (coordinate - limit) >= 0. */
struct side {
    bool vertical; /* the line x = limit */
    double limit, sign;
};

static inline double side_of(struct side s, struct xy p)
{
    return s.sign * ((s.vertical ? p.x : p.y) - s.limit);
}

/* Where the edge crosses the side: from its ends in a fixed order, and exactly on the line. */
static struct xy crossing(struct side s, struct xy a, struct xy b)
{
    if (a.x > b.x || (a.x == b.x && a.y > b.y)) {
        struct xy swap = a;
        a = b;
        b = swap;
    }
    if (s.vertical)
        return (struct xy){s.limit, a.y + (s.limit - a.x) / (b.x - a.x) * (b.y - a.y)};
    return (struct xy){a.x + (s.limit - a.y) / (b.y - a.y) * (b.x - a.x), s.limit};
}

static void clip_ring_side(const struct xy *ring, size_t n, struct side side, struct points *out)
{
    out->n = 0;
    if (!n)
        return;
    struct xy before = ring[n - 1];
    double before_side = side_of(side, before);
    for (size_t i = 0; i < n; i++) {
        double here_side = side_of(side, ring[i]);
        if ((here_side < 0) != (before_side < 0) && here_side != 0 && before_side != 0)
            points_add(out, crossing(side, before, ring[i]));
        if (here_side >= 0)
            points_add(out, ring[i]);
        before = ring[i];
        before_side = here_side;
    }
}

struct clipper {
    struct rect box;
    struct points out, work[2];
    struct ends ends;
};

static void clipper_done(struct clipper *c)
{
    points_done(&c->out);
    points_done(&c->work[0]);
    points_done(&c->work[1]);
    ends_done(&c->ends);
}

static void end_part(struct clipper *c)
{
    ends_add(&c->ends, c->out.n);
}

static void clip_ring(struct clipper *c, const struct xy *ring, size_t n)
{
    struct rect bounds = bounds_of(ring, n), box = c->box;
    if (!rects_meet(bounds, box))
        return;
    if (rect_is_inside(bounds, box)) {
        points_add_all(&c->out, ring, n);
        end_part(c);
        return;
    }
    const struct side sides[4] = {{true, box.x0, 1}, {true, box.x1, -1}, {false, box.y0, 1}, {false, box.y1, -1}};
    const bool crosses[4] = {bounds.x0 < box.x0, bounds.x1 > box.x1, bounds.y0 < box.y0, bounds.y1 > box.y1};
    int turn = 0;
    for (int i = 0; i < 4; i++) {
        if (!crosses[i])
            continue;
        clip_ring_side(ring, n, sides[i], &c->work[turn]);
        ring = c->work[turn].at;
        n = c->work[turn].n;
        turn = !turn;
    }
    if (n < 3 || shape_ring_area(ring, n) == 0)
        return;
    points_add_all(&c->out, ring, n);
    end_part(c);
}

/* Cuts the segment to the box; false when nothing of it is inside. */
static bool clip_segment(struct rect box, struct xy *a, struct xy *b)
{
    const struct side sides[4] = {{true, box.x0, 1}, {true, box.x1, -1}, {false, box.y0, 1}, {false, box.y1, -1}};
    for (int i = 0; i < 4; i++) {
        double from = side_of(sides[i], *a), to = side_of(sides[i], *b);
        if (from < 0 && to < 0)
            return false;
        if (from < 0)
            *a = to == 0 ? *b : crossing(sides[i], *a, *b);
        else if (to < 0)
            *b = from == 0 ? *a : crossing(sides[i], *a, *b);
    }
    return true;
}

static inline bool same(struct xy a, struct xy b)
{
    return a.x == b.x && a.y == b.y;
}

static void clip_line(struct clipper *c, const struct xy *line, size_t n)
{
    struct rect bounds = bounds_of(line, n);
    if (!rects_meet(bounds, c->box))
        return;
    if (rect_is_inside(bounds, c->box)) {
        points_add_all(&c->out, line, n);
        end_part(c);
        return;
    }
    size_t begin = c->out.n; /* of the part being made */
    for (size_t i = 1; i < n; i++) {
        struct xy a = line[i - 1], b = line[i];
        bool inside = clip_segment(c->box, &a, &b) && !same(a, b);
        bool goes_on = inside && c->out.n > begin && same(c->out.at[c->out.n - 1], a);
        if (!goes_on && c->out.n > begin) {
            end_part(c);
            begin = c->out.n;
        }
        if (!inside)
            continue;
        if (!goes_on)
            points_add(&c->out, a);
        points_add(&c->out, b);
    }
    if (c->out.n > begin)
        end_part(c);
}

static void clip_points(struct clipper *c, const struct xy *at, size_t n)
{
    size_t begin = c->out.n;
    for (size_t i = 0; i < n; i++)
        if (at[i].x >= c->box.x0 && at[i].x <= c->box.x1 && at[i].y >= c->box.y0 && at[i].y <= c->box.y1)
            points_add(&c->out, at[i]);
    if (c->out.n > begin)
        end_part(c);
}

bool shape_clip(const struct shape *s, struct rect box, struct arena *a, struct shape *out)
{
    AUTO(clipper) c = {.box = box};
    static void (*const clip[])(struct clipper *, const struct xy *, size_t) = {
        [SHAPE_POINTS] = clip_points, [SHAPE_LINES] = clip_line, [SHAPE_POLYGONS] = clip_ring};
    if (s->kind == SHAPE_NONE) {
        *out = (struct shape){0};
        return true;
    }
    for (size_t i = 0; i < s->n_parts; i++) {
        size_t begin = part_begin(s, i);
        clip[s->kind](&c, s->at + begin, s->end[i] - begin);
    }
    return shape_of(s->kind, &c.out, &c.ends, a, out);
}

/* ---- simplify -------------------------------------------------------------------------------------------------------- */

static double distance2_to_edge(struct xy p, struct xy a, struct xy b)
{
    double dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length2 : 0;
    t = CLAMP(t, 0.0, 1.0);
    double ex = p.x - (a.x + t * dx), ey = p.y - (a.y + t * dy);
    return ex * ex + ey * ey;
}

struct simplifier {
    double tolerance2;
    struct points out;
    struct ends ends, stack;
    uint8_t *keep;
    size_t keep_cap;
};

static void simplifier_done(struct simplifier *s)
{
    points_done(&s->out);
    ends_done(&s->ends);
    ends_done(&s->stack);
    free(s->keep);
}

/* Douglas and Peucker 1973, with a stack of our own: marks the points of at[first..last] to keep. Index n stands for 0,
 * so that a ring can be walked to its start. */
static void mark_kept(struct simplifier *s, const struct xy *at, size_t n, size_t first, size_t last)
{
    s->stack.n = 0;
    ends_add(&s->stack, first);
    ends_add(&s->stack, last);
    while (s->stack.n) {
        size_t to = s->stack.at[--s->stack.n], from = s->stack.at[--s->stack.n], farthest = 0;
        double distance2 = s->tolerance2;
        for (size_t i = from + 1; i < to; i++) {
            double d = distance2_to_edge(at[i], at[from], at[to == n ? 0 : to]);
            if (d > distance2) {
                distance2 = d;
                farthest = i;
            }
        }
        if (!farthest)
            continue;
        s->keep[farthest] = 1;
        ends_add(&s->stack, from);
        ends_add(&s->stack, farthest);
        ends_add(&s->stack, farthest);
        ends_add(&s->stack, to);
    }
}

static void clear_kept(struct simplifier *s, size_t n)
{
    if (n > s->keep_cap) {
        s->keep_cap = n;
        s->keep = base_grow(s->keep, n, 1);
    }
    memset(s->keep, 0, n);
}

static size_t add_kept(struct simplifier *s, const struct xy *at, size_t n)
{
    size_t before = s->out.n;
    for (size_t i = 0; i < n; i++)
        if (s->keep[i])
            points_add(&s->out, at[i]);
    return s->out.n - before;
}

static void simplify_line(struct simplifier *s, const struct xy *at, size_t n)
{
    if (!n)
        return;
    clear_kept(s, n);
    s->keep[0] = s->keep[n - 1] = 1;
    mark_kept(s, at, n, 0, n - 1);
    add_kept(s, at, n);
    ends_add(&s->ends, s->out.n);
}

/* A ring is two lines: from its first point to the point farthest from it, and back. False when nothing is left. */
static bool simplify_ring(struct simplifier *s, const struct xy *at, size_t n)
{
    if (n < 3)
        return false;
    size_t far = 0;
    double far2 = 0;
    for (size_t i = 1; i < n; i++) {
        double dx = at[i].x - at[0].x, dy = at[i].y - at[0].y;
        if (dx * dx + dy * dy > far2) {
            far2 = dx * dx + dy * dy;
            far = i;
        }
    }
    if (!far)
        return false;
    clear_kept(s, n);
    s->keep[0] = s->keep[far] = 1;
    mark_kept(s, at, n, 0, far);
    mark_kept(s, at, n, far, n);
    size_t before = s->out.n;
    if (add_kept(s, at, n) < 3) {
        s->out.n = before;
        return false;
    }
    ends_add(&s->ends, s->out.n);
    return true;
}

bool shape_simplify(const struct shape *s, double tolerance, struct arena *a, struct shape *out)
{
    AUTO(simplifier) work = {.tolerance2 = tolerance * tolerance};
    if (s->kind == SHAPE_POINTS || s->kind == SHAPE_NONE) {
        *out = *s;
        return true;
    }
    bool outer_is_kept = true;
    for (size_t i = 0; i < s->n_parts; i++) {
        size_t begin = part_begin(s, i), n = s->end[i] - begin;
        const struct xy *at = s->at + begin;
        if (s->kind == SHAPE_LINES)
            simplify_line(&work, at, n);
        else if (shape_ring_area(at, n) >= 0)
            outer_is_kept = simplify_ring(&work, at, n);
        else if (outer_is_kept)
            simplify_ring(&work, at, n);
    }
    return shape_of(s->kind, &work.out, &work.ends, a, out);
}

/* ---- wind ------------------------------------------------------------------------------------------------------------ */

struct ring {
    const struct xy *at;
    size_t n;
    struct rect bounds;
    double area;   /* absolute */
    size_t depth;  /* number of rings round it */
    size_t parent; /* the smallest of them */
};

/* Rings may touch: of three of its points, two must be inside. */
static bool ring_is_within(const struct ring *inner, const struct ring *outer)
{
    if (inner->area >= outer->area || !rect_is_inside(inner->bounds, outer->bounds))
        return false;
    int votes = 0;
    for (size_t i = 0; i < 3; i++)
        votes += ring_has(outer->at, outer->n, inner->at[i * inner->n / 3]);
    return votes >= 2;
}

static void find_parents(struct ring *rings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        rings[i].parent = SIZE_MAX;
        for (size_t j = 0; j < n; j++) {
            if (i == j || !ring_is_within(&rings[i], &rings[j]))
                continue;
            rings[i].depth++;
            if (rings[i].parent == SIZE_MAX || rings[j].area < rings[rings[i].parent].area)
                rings[i].parent = j;
        }
    }
}

static void add_ring(struct shape *out, const struct ring *ring, bool outer)
{
    bool turn = (shape_ring_area(ring->at, ring->n) > 0) != outer;
    for (size_t i = 0; i < ring->n; i++)
        out->at[out->n++] = ring->at[turn ? ring->n - 1 - i : i];
    out->end[out->n_parts++] = out->n;
}

/* The holes of one ring are found through lists by parent, so that many rings cost no more than their nesting. */
static bool add_rings(struct shape *out, const struct ring *rings, size_t n, struct arena *a)
{
    size_t *first = ARENA_ARRAY(a, size_t, n), *next = ARENA_ARRAY(a, size_t, n);
    if (!first || !next)
        return false;
    for (size_t i = n; i-- > 0;) {
        if (rings[i].depth % 2 == 0)
            continue;
        next[i] = first[rings[i].parent];
        first[rings[i].parent] = i + 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (rings[i].depth % 2)
            continue;
        add_ring(out, &rings[i], true);
        for (size_t hole = first[i]; hole; hole = next[hole - 1])
            add_ring(out, &rings[hole - 1], false);
    }
    return true;
}

bool shape_wind(struct shape *s, struct arena *a)
{
    if (s->kind != SHAPE_POLYGONS || !s->n_parts)
        return true;
    struct shape out = {.kind = SHAPE_POLYGONS};
    struct ring *rings = ARENA_ARRAY(a, struct ring, s->n_parts);
    out.at = ARENA_ARRAY(a, struct xy, s->n);
    out.end = ARENA_ARRAY(a, uint32_t, s->n_parts);
    if (!rings || !out.at || !out.end)
        return false;
    size_t n = 0;
    for (size_t i = 0; i < s->n_parts; i++) {
        size_t begin = part_begin(s, i);
        struct ring r = {.at = s->at + begin, .n = s->end[i] - begin};
        if (r.n > 3 && same(r.at[0], r.at[r.n - 1])) /* a repeated point at the end closes nothing */
            r.n--;
        r.area = fabs(shape_ring_area(r.at, r.n));
        r.bounds = bounds_of(r.at, r.n);
        if (r.n >= 3 && r.area > 0)
            rings[n++] = r;
    }
    find_parents(rings, n);
    if (!add_rings(&out, rings, n, a))
        return false;
    *s = out;
    return true;
}
