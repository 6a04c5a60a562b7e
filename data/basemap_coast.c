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
#include <string.h>

#include "data/basemap_sources.h"
#include "data/mesh.h"

/* Extracts end their coast a little before the rectangle they name: what ends this near to its edge is led on to it. */
static const double GAP = 0.02; /* of the longer side */

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

/* False where a piece ends inside: then the extract does not hold the whole coast, and nothing can be said. */
static bool take_pieces(const struct shape *s, struct rect b, struct arena *a, struct piece *out)
{
    for (uint32_t part = 0, begin = 0; part < s->n_parts; begin = s->end[part++]) {
        struct piece *p = &out[part];
        *p = (struct piece){.at = ARENA_ARRAY(a, struct xy, s->end[part] - begin + 2), .n = s->end[part] - begin, .in = NAN, .out = NAN};
        must(p->at);
        memcpy(++p->at, s->at + begin, p->n * sizeof *p->at);
        if (!close_piece(p, b))
            return false;
    }
    return true;
}

bool coast_sea(const struct mesh_line *lines, size_t n, struct rect b, struct arena *a, struct shape *sea)
{
    struct mesh_line *joined = ARENA_ARRAY(a, struct mesh_line, n + 1);
    must(joined);
    size_t n_joined = lines_join(lines, n, joined, a), points = 0;
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
    struct piece *pieces = ARENA_ARRAY(a, struct piece, cut.n_parts + 1);
    must(pieces);
    if (!cut.n_parts || !take_pieces(&cut, b, a, pieces))
        return false;
    struct shape out = {.kind = SHAPE_POLYGONS, .at = ARENA_ARRAY(a, struct xy, cut.n + 8 * cut.n_parts + 4),
        .end = ARENA_ARRAY(a, uint32_t, cut.n_parts + 1)};
    must(out.at && out.end);
    bool only_islands = true;
    for (uint32_t i = 0; i < cut.n_parts; i++)
        only_islands = only_islands && isnan(pieces[i].in);
    if (only_islands) {
        walk_edge(b, -0.5, 4, &out);
        out.end[out.n_parts++] = out.n;
    }
    for (uint32_t i = 0; i < cut.n_parts; i++)
        if (!pieces[i].is_used)
            add_ring(pieces, cut.n_parts, &pieces[i], b, &out);
    *sea = out;
    return shape_wind(sea, a) && sea->n_parts;
}
