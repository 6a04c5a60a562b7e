/*
 * The sea inside an extract. Coastlines have the land on their left (https://wiki.openstreetmap.org/wiki/Tag:natural=coastline).
 * Cut to the extract's rectangle they are pieces from edge to edge; walking from where one leaves, clockwise along the edge to
 * where the next comes in, keeps the sea on the right all the way:
 *
 *     ┌──────<──┐      land    a piece comes in at the right and leaves at the bottom; clockwise from there to the
 *     │ land ╱ ↑│              left, the top and round to where it came in: that ring is the sea. Closed pieces are
 *     │    ╱ sea│              islands.
 *     └──↓──→───┘
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/basemap_sources.h"
#include "data/mesh.h"

/* Extracts end their shores a little before the rectangle they name, those cut along a border
 * (Monaco) at a tenth of it: what ends this near to the rectangle's edge is led on to it. */
static const double GAP = 0.1; /* of the longer side */
/* A way that runs along the edge may end just inside: what is this short and had to be led on is
 * left out. */
static const double SCRAP = 0.01; /* of the longer side */

struct piece {
    struct xy *at; /* with room for one point before and one behind */
    uint32_t n;
    double in, out; /* along the edge from the north-west corner, clockwise: 0 to 4; of islands NAN */
    bool is_used;
};

/* How far along the edge a point is; NAN if it is not on it. */
static double along_edge(struct rect b, struct xy p)
{
    double w = b.x1 - b.x0, h = b.y1 - b.y0, near = MAX(w, h) * 1e-9;
    if (fabs(p.y - b.y0) <= near)
        return CLAMP((p.x - b.x0) / w, 0, 1);
    if (fabs(p.x - b.x1) <= near)
        return 1 + CLAMP((p.y - b.y0) / h, 0, 1);
    if (fabs(p.y - b.y1) <= near)
        return 2 + CLAMP((b.x1 - p.x) / w, 0, 1);
    if (fabs(p.x - b.x0) <= near)
        return 3 + CLAMP((b.y1 - p.y) / h, 0, 1);
    return NAN;
}

static struct xy corner_at(struct rect b, int i)
{
    const struct xy corners[] = {{b.x0, b.y0}, {b.x1, b.y0}, {b.x1, b.y1}, {b.x0, b.y1}};
    return corners[i & 3];
}

/* The unused piece that comes in first when walking clockwise from `from`; `self` counts as one full round. */
static struct piece *next_in(struct piece *at, size_t n, double from, const struct piece *begin, double *distance)
{
    struct piece *best = NULL;
    for (size_t i = 0; i < n; i++) {
        if (isnan(at[i].in) || (at[i].is_used && &at[i] != begin))
            continue;
        double d = at[i].in - from;
        d = d < 0 ? d + 4 : d;
        if (!best || d < *distance) {
            best = &at[i];
            *distance = d;
        }
    }
    return best;
}

static void walk_edge(struct rect b, double from, double distance, struct shape *out)
{
    for (int corner = (int)floor(from) + 1; corner <= from + distance; corner++)
        out->at[out->n++] = corner_at(b, corner);
}

static void add_ring(struct piece *pieces, size_t n, struct piece *begin, struct rect b, struct shape *out)
{
    for (struct piece *p = begin;;) {
        double distance = 0;
        p->is_used = true;
        memcpy(out->at + out->n, p->at, p->n * sizeof *p->at);
        out->n += p->n;
        double left = p->out;
        p = isnan(p->in) ? NULL : next_in(pieces, n, left, begin, &distance);
        if (!p)
            break;
        walk_edge(b, left, distance, out);
        if (p == begin)
            break;
    }
    out->end[out->n_parts++] = out->n;
}

/* The point of the edge nearest to p; false if that is far away. */
static bool lead_to_edge(struct rect b, struct xy p, struct xy *out)
{
    const struct xy feet[] = {{p.x, b.y0}, {b.x1, p.y}, {p.x, b.y1}, {b.x0, p.y}};
    double least = GAP * MAX(b.x1 - b.x0, b.y1 - b.y0);
    bool found = false;
    for (size_t i = 0; i < COUNT(feet); i++) {
        double d = fabs(feet[i].x - p.x) + fabs(feet[i].y - p.y);
        if (d <= least) {
            least = d;
            *out = feet[i];
            found = true;
        }
    }
    return found;
}

static bool close_piece(struct piece *p, struct rect b)
{
    struct xy first = p->at[0], last = p->at[p->n - 1];
    if (first.x == last.x && first.y == last.y) {
        p->n--;
        return true;
    }
    if (isnan(along_edge(b, first))) {
        if (!lead_to_edge(b, first, p->at - 1))
            return false;
        p->at--;
        p->n++;
    }
    if (isnan(along_edge(b, last))) {
        if (!lead_to_edge(b, last, p->at + p->n))
            return false;
        p->n++;
    }
    p->in = along_edge(b, p->at[0]);
    p->out = along_edge(b, p->at[p->n - 1]);
    return true;
}

static bool is_scrap(const struct xy *at, uint32_t n, struct rect b)
{
    struct rect r = {at[0].x, at[0].y, at[0].x, at[0].y};
    bool whole = (at[0].x == at[n - 1].x && at[0].y == at[n - 1].y) ||
                 (!isnan(along_edge(b, at[0])) && !isnan(along_edge(b, at[n - 1])));
    for (uint32_t i = 1; i < n; i++)
        r = (struct rect){
            MIN(r.x0, at[i].x), MIN(r.y0, at[i].y), MAX(r.x1, at[i].x), MAX(r.y1, at[i].y)};
    return !whole && MAX(r.x1 - r.x0, r.y1 - r.y0) < SCRAP * MAX(b.x1 - b.x0, b.y1 - b.y0);
}

/* False where a piece ends inside: then the extract does not hold the whole coast, and nothing can be said. */
static bool take_pieces(
    const struct shape *s, struct rect b, struct arena *a, struct piece *out, size_t *n)
{
    for (uint32_t part = 0, begin = 0; part < s->n_parts; begin = s->end[part++]) {
        if (is_scrap(s->at + begin, s->end[part] - begin, b))
            continue;
        struct piece *p = &out[(*n)++];
        *p = (struct piece){.at = ARENA_ARRAY(a, struct xy, s->end[part] - begin + 2), .n = s->end[part] - begin, .in = NAN, .out = NAN};
        must(p->at);
        memcpy(++p->at, s->at + begin, p->n * sizeof *p->at);
        if (!close_piece(p, b))
            return false;
    }
    return *n > 0;
}

/* The coast in pieces, cut to the rectangle. */
struct coast {
    struct piece *pieces;
    size_t n, n_points;
};

/* Lines joined before. */
static bool cut_coast(const struct mesh_line *joined, size_t n_joined, struct rect b,
    struct arena *a, struct coast *out)
{
    size_t points = 0;
    for (size_t i = 0; i < n_joined; i++)
        points += joined[i].n;
    struct shape all = {.kind = SHAPE_LINES, .at = ARENA_ARRAY(a, struct xy, points + 1), .end = ARENA_ARRAY(a, uint32_t, n_joined + 1)};
    must(all.at && all.end);
    for (size_t i = 0; i < n_joined; i++) {
        memcpy(all.at + all.n, joined[i].at, joined[i].n * sizeof *all.at);
        all.n += joined[i].n;
        all.end[all.n_parts++] = all.n;
    }
    struct shape cut;
    must(shape_clip(&all, b, a, &cut));
    *out = (struct coast){ARENA_ARRAY(a, struct piece, cut.n_parts + 1), 0, cut.n};
    must(out->pieces);
    return take_pieces(&cut, b, a, out->pieces, &out->n);
}

static bool is_only_islands(const struct coast *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (!isnan(c->pieces[i].in))
            return false;
    return true;
}

static bool fill_coast(
    const struct coast *c, struct rect b, bool round_islands, struct arena *a, struct shape *sea)
{
    struct shape out = {.kind = SHAPE_POLYGONS,
        .at = ARENA_ARRAY(a, struct xy, c->n_points + 8 * c->n + 4),
        .end = ARENA_ARRAY(a, uint32_t, c->n + 1)};
    must(out.at && out.end);
    if (round_islands && is_only_islands(c)) {
        walk_edge(b, -0.5, 4, &out);
        out.end[out.n_parts++] = out.n;
    }
    for (size_t i = 0; i < c->n; i++)
        if (!c->pieces[i].is_used)
            add_ring(c->pieces, c->n, &c->pieces[i], b, &out);
    *sea = out;
    return shape_wind(sea, a) && sea->n_parts;
}

struct crossing {
    double place;
    bool in;
};

static int by_crossing(const void *pa, const void *pb)
{
    double a = ((const struct crossing *)pa)->place, b = ((const struct crossing *)pb)->place;
    return (a > b) - (a < b);
}

/* Along the edge coasts come in and leave by turns; else one was led to a wrong place. */
static bool takes_turns(const struct coast *c, struct arena *a)
{
    struct crossing *at = ARENA_ARRAY(a, struct crossing, 2 * c->n + 1);
    size_t n = 0;
    must(at);
    for (size_t i = 0; i < c->n; i++) {
        if (isnan(c->pieces[i].in))
            continue;
        at[n++] = (struct crossing){c->pieces[i].in, true};
        at[n++] = (struct crossing){c->pieces[i].out, false};
    }
    qsort(at, n, sizeof *at, by_crossing);
    for (size_t i = 0; i < n; i++)
        if (at[i].in == at[(i + 1) % n].in)
            return false;
    return true;
}

bool coast_sea(
    const struct mesh_line *lines, size_t n, struct rect b, struct arena *a, struct shape *sea)
{
    struct coast c;
    struct mesh_line *joined = ARENA_ARRAY(a, struct mesh_line, n + 1);
    must(joined);
    n = lines_join(lines, n, joined, a);
    return cut_coast(joined, n, b, a, &c) && takes_turns(&c, a) && fill_coast(&c, b, true, a, sea);
}

/* ---- shores that do not tell which side is wet ---- */

static int by_place(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

static void turn(struct piece *p)
{
    double swap_place = p->in;
    p->in = p->out;
    p->out = swap_place;
    for (uint32_t i = 0, j = p->n - 1; i < j; i++, j--) {
        struct xy swap = p->at[i];
        p->at[i] = p->at[j];
        p->at[j] = swap;
    }
}

/* Along the edge wet and dry take turns. Every piece is turned so that it leaves where, clockwise,
 * a wet stretch begins; false if one has both its ends alike, as pieces do that cross. */
static bool turn_pieces(const struct coast *c, bool first_is_wet, struct arena *a)
{
    double *ends = ARENA_ARRAY(a, double, 2 * c->n + 1);
    size_t n = 0;
    must(ends);
    for (size_t i = 0; i < c->n; i++) {
        c->pieces[i].is_used = false;
        if (isnan(c->pieces[i].in))
            continue;
        ends[n++] = c->pieces[i].in;
        ends[n++] = c->pieces[i].out;
    }
    qsort(ends, n, sizeof *ends, by_place);
    for (size_t i = 0; i < c->n; i++) {
        struct piece *p = &c->pieces[i];
        if (isnan(p->in))
            continue;
        const double *in = bsearch(&p->in, ends, n, sizeof *ends, by_place),
                     *out = bsearch(&p->out, ends, n, sizeof *ends, by_place);
        bool in_begins = ((in - ends) % 2 == 0) == first_is_wet,
             out_begins = ((out - ends) % 2 == 0) == first_is_wet;
        if (in_begins == out_begins)
            return false;
        if (in_begins)
            turn(p);
    }
    return true;
}

static double density(const struct shape *s, const struct xy *dry, size_t n)
{
    double area = shape_area(s);
    size_t in = 0;
    for (size_t i = 0; i < n; i++)
        in += shape_has(s, dry[i]);
    return area > 0 ? (double)in / area : INFINITY;
}

static double to_edge(struct rect b, struct xy p)
{
    return MAX(MIN(MIN(p.x - b.x0, b.x1 - p.x), MIN(p.y - b.y0, b.y1 - p.y)), 0);
}

/* A river cut across: what is missing between its two ends is short. False if there is none such.
 */
static bool close_across(struct mesh_line *lines, size_t n, struct rect b, struct arena *a)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        struct mesh_line *l = &lines[i];
        struct xy first = l->at[0], last = l->at[l->n - 1];
        double gap = hypot(last.x - first.x, last.y - first.y);
        if (gap == 0 || l->n < 3 || gap >= MIN(to_edge(b, first), to_edge(b, last)))
            continue;
        struct xy *at = ARENA_ARRAY(a, struct xy, l->n + 1);
        must(at);
        memcpy(at, l->at, l->n * sizeof *at);
        at[l->n] = first;
        *l = (struct mesh_line){at, l->n + 1, l->key};
        any = true;
    }
    return any;
}

bool coast_water(const struct mesh_line *lines, size_t n, struct rect b, const struct xy *dry,
    size_t n_dry, struct arena *a, struct shape *water)
{
    struct coast c;
    struct shape fill[2];
    struct mesh_line *joined = ARENA_ARRAY(a, struct mesh_line, n + 1);
    must(joined);
    n = lines_join(lines, n, joined, a);
    bool closed = close_across(joined, n, b, a);
    if (!cut_coast(joined, n, b, a, &c))
        return false;
    if (is_only_islands(&c))
        return closed && fill_coast(&c, b, false, a, water);
    for (int i = 0; n_dry && i < 2; i++)
        if (!turn_pieces(&c, i, a) || !fill_coast(&c, b, false, a, &fill[i]))
            return false;
    if (n_dry)
        *water = fill[density(&fill[1], dry, n_dry) < density(&fill[0], dry, n_dry)];
    return n_dry > 0;
}
