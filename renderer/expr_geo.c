/*
 * within and distance: the feature against a geometry written in the style. Both look at the feature as it lies in its
 * tile: within on the tile's grid of whole units, distance in metres on a plane fitted to the feature's latitude (the
 * ellipsoid's two radii there, as Agafonkin's cheap ruler has it).
 */
#include <math.h>
#include <string.h>

#include "renderer/expr_node.h"

enum { GRID = 8192, PAIRS_MAX = 20 * 1000 * 1000 /* of edges, for one feature: a quarter of a second */ };

/* Parts lie one after another, as in a struct shape; rings end with their first point. A polygon is several parts. */
struct figure {
    enum shape_kind kind;
    size_t n_parts, n, room; /* room: for points, and one less than for parts */
    size_t *end;    /* of each part */
    bool *outer;    /* the part is the first ring of a polygon */
    struct xy *at;  /* degrees */
};
struct geography {
    size_t n;
    struct figure *at;
};

/* ---- reading ---- */

static size_t count_points(const struct json *v)
{
    size_t n = 0;
    if (json_kind(json_at(v, 0)) == JSON_NUMBER)
        return 1;
    for (size_t i = 0; i < json_size(v); i++)
        n += count_points(json_at(v, i));
    return n;
}

static void add_point(struct figure *f, const struct json *v)
{
    if (json_kind(json_at(v, 0)) == JSON_NUMBER && f->n < f->room)
        f->at[f->n++] = (struct xy){json_number(json_at(v, 0)), json_number(json_at(v, 1))};
}

/* What is deeper or flatter than the geometry's kind allows is left out. */
static void add_part(struct figure *f, const struct json *v, bool outer)
{
    if (f->n_parts > f->room)
        return;
    if (json_kind(json_at(v, 0)) == JSON_NUMBER)
        add_point(f, v);
    for (size_t i = 0; i < json_size(v); i++)
        add_point(f, json_at(v, i));
    f->outer[f->n_parts] = outer;
    f->end[f->n_parts++] = f->n;
}

static bool read_figure(const struct json *v, struct arena *a, struct figure *f)
{
    static const struct {
        const char *name;
        enum shape_kind kind;
        int depth; /* of the arrays that are parts */
    } KINDS[] = {{"Point", SHAPE_POINTS, 0}, {"MultiPoint", SHAPE_POINTS, 0}, {"LineString", SHAPE_LINES, 0},
        {"MultiLineString", SHAPE_LINES, 1}, {"Polygon", SHAPE_POLYGONS, 1}, {"MultiPolygon", SHAPE_POLYGONS, 2}};
    const struct json *c = json_get(v, S("coordinates"));
    size_t n = count_points(c);
    *f = (struct figure){.room = n, .at = ARENA_ARRAY(a, struct xy, MAX(n, 1)), .end = ARENA_ARRAY(a, size_t, n + 1),
        .outer = ARENA_ARRAY(a, bool, n + 1)};
    if (!n || !f->at || !f->end || !f->outer)
        return false;
    for (size_t k = 0; k < COUNT(KINDS); k++) {
        if (!str_eq(json_string(json_get(v, S("type"))), str_of(KINDS[k].name)))
            continue;
        f->kind = KINDS[k].kind;
        if (KINDS[k].depth == 0)
            add_part(f, c, true);
        for (size_t i = 0; KINDS[k].depth > 0 && i < json_size(c); i++) {
            const struct json *one = json_at(c, i);
            if (!count_points(one))
                continue;
            if (KINDS[k].depth == 1)
                add_part(f, one, f->kind == SHAPE_LINES || i == 0);
            for (size_t j = 0; KINDS[k].depth == 2 && j < json_size(one); j++)
                if (count_points(json_at(one, j)))
                    add_part(f, json_at(one, j), j == 0);
        }
        return f->n > 0;
    }
    return false;
}

/* The geometries of any GeoJSON; what is none is left out. */
static struct geography *read_geography(const struct json *v, struct arena *a)
{
    const struct json *features = json_get(v, S("features"));
    bool many = str_eq(json_string(json_get(v, S("type"))), S("FeatureCollection"));
    size_t n = many ? json_size(features) : 1;
    struct geography *g = ARENA_NEW(a, struct geography);
    if (!g || json_kind(v) != JSON_OBJECT || !(g->at = ARENA_ARRAY(a, struct figure, MAX(n, 1))))
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const struct json *one = many ? json_at(features, i) : v, *geometry = json_get(one, S("geometry"));
        g->n += read_figure(geometry ? geometry : one, a, &g->at[g->n]);
    }
    return g;
}

static const struct expr *read_geo(const struct context *c, const struct json *args, eval_fn *eval, enum expr_type type,
    bool only_polygons)
{
    const char *name = json_string(json_at(args, 0)).at;
    if (json_size(args) != 2)
        return problem(c, -1, "'%s' expression requires exactly one argument, but found %zu instead.", name, json_size(args) - 1);
    struct geography *g = read_geography(json_at(args, 1), c->reader->arena);
    size_t kept = 0;
    for (size_t i = 0; g && i < g->n; i++)
        if (!only_polygons || g->at[i].kind == SHAPE_POLYGONS)
            g->at[kept++] = g->at[i];
    if (!kept)
        return problem(c, -1, "'%s' expression requires valid geojson object that contains polygon geometry type.", name);
    g->n = kept;
    struct expr *e = node_new(c, eval, KIND(type), 0);
    if (!e)
        return NULL;
    e->more = g;
    e->uses = USES_FEATURE;
    e->never_constant = true;
    return e;
}

const struct expr *read_within(const struct context *c, const struct json *args)
{
    return read_geo(c, args, eval_within, TYPE_BOOLEAN, true);
}

const struct expr *read_distance(const struct context *c, const struct json *args)
{
    return read_geo(c, args, eval_distance, TYPE_NUMBER, false);
}

/* ---- on the plane ---- */

static bool on_edge(struct xy p, struct xy a, struct xy b)
{
    double x1 = p.x - a.x, y1 = p.y - a.y, x2 = p.x - b.x, y2 = p.y - b.y;
    return x1 * y2 - x2 * y1 == 0 && x1 * x2 <= 0 && y1 * y2 <= 0;
}

static bool ray_crosses(struct xy p, struct xy a, struct xy b)
{
    return (a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x;
}

static bool on_both_sides(struct xy a, struct xy b, struct xy from, struct xy to)
{
    double dx = to.x - from.x, dy = to.y - from.y;
    double l = (a.x - from.x) * dy - dx * (a.y - from.y), r = (b.x - from.x) * dy - dx * (b.y - from.y);
    return (l > 0 && r < 0) || (l < 0 && r > 0);
}

static bool edges_cross(struct xy a, struct xy b, struct xy c, struct xy d)
{
    return on_both_sides(a, b, c, d) && on_both_sides(c, d, a, b);
}

/* ---- within ---- */

struct grid {
    double units; /* the world's width at the tile's zoom */
    struct rect area;
};

static struct xy grid_point(const struct grid *g, struct xy degrees)
{
    struct xy m = mercator_of((struct lonlat){degrees.x, degrees.y});
    return (struct xy){round(m.x * g->units), round(m.y * g->units)};
}

static struct rect nothing(void)
{
    return (struct rect){INFINITY, INFINITY, -INFINITY, -INFINITY};
}

static void widen(struct rect *r, struct xy p)
{
    *r = (struct rect){fmin(r->x0, p.x), fmin(r->y0, p.y), fmax(r->x1, p.x), fmax(r->y1, p.y)};
}

/* A point of the feature, brought to the side of the date line where the area is. */
static struct xy feature_point(const struct grid *g, const struct eval *x, struct xy p, bool turn)
{
    const struct tile *t = x->in->tile;
    double scale = (double)GRID / x->in->layer->extent, half = g->units / 2;
    p = (struct xy){p.x * scale + (double)t->x * GRID, p.y * scale + (double)t->y * GRID};
    if (!turn || (p.x > g->area.x0 && p.x < g->area.x1))
        return p;
    double shift = p.x - g->area.x0 > half ? -g->units : g->area.x0 - p.x > half ? g->units : 0;
    if (shift == 0)
        shift = p.x - g->area.x1 > half ? -g->units : g->area.x1 - p.x > half ? g->units : 0;
    p.x += shift;
    return p;
}

static bool in_polygon(const struct grid *g, const struct figure *f, size_t first_part, struct xy p)
{
    bool inside = false;
    size_t from = first_part ? f->end[first_part - 1] : 0;
    for (size_t part = first_part; part < f->n_parts && (part == first_part || !f->outer[part]); part++) {
        for (size_t i = from; i + 1 < f->end[part]; i++) {
            struct xy a = g ? grid_point(g, f->at[i]) : f->at[i], b = g ? grid_point(g, f->at[i + 1]) : f->at[i + 1];
            if (on_edge(p, a, b))
                return !g; /* the edge is not within, but at no distance */
            inside ^= ray_crosses(p, a, b);
        }
        from = f->end[part];
    }
    return inside;
}

static bool crosses_polygon(const struct grid *g, const struct figure *f, size_t first_part, struct xy p, struct xy q)
{
    size_t from = first_part ? f->end[first_part - 1] : 0;
    for (size_t part = first_part; part < f->n_parts && (part == first_part || !f->outer[part]); part++) {
        for (size_t i = from; i + 1 < f->end[part]; i++)
            if (edges_cross(p, q, grid_point(g, f->at[i]), grid_point(g, f->at[i + 1])))
                return true;
        from = f->end[part];
    }
    return false;
}

static bool part_within_polygon(const struct grid *g, const struct eval *x, uint32_t from, uint32_t to, bool line, bool turn,
    const struct figure *f, size_t first_part)
{
    const struct shape *s = &x->in->feature->shape;
    for (uint32_t i = from; i < to; i++)
        if (!in_polygon(g, f, first_part, feature_point(g, x, s->at[i], turn)))
            return false;
    for (uint32_t i = from; line && i + 1 < to; i++)
        if (crosses_polygon(g, f, first_part, feature_point(g, x, s->at[i], turn), feature_point(g, x, s->at[i + 1], turn)))
            return false;
    return true;
}

/* A line, or a point, is within if one polygon has all of it. */
static bool part_within(const struct grid *g, const struct eval *x, uint32_t from, uint32_t to, bool line, bool turn,
    const struct geography *area)
{
    for (size_t k = 0; k < area->n; k++)
        for (size_t part = 0; part < area->at[k].n_parts; part++)
            if (area->at[k].outer[part] && part_within_polygon(g, x, from, to, line, turn, &area->at[k], part))
                return true;
    return false;
}

struct expr_value eval_within(const struct expr *e, struct eval *x)
{
    const struct geography *area = e->more;
    const struct feature *feature = x->in->feature;
    struct grid g = {.area = nothing()};
    if (!feature || !x->in->tile || !x->in->layer || !x->in->layer->extent ||
        (feature->shape.kind != SHAPE_POINTS && feature->shape.kind != SHAPE_LINES))
        return value_bool(false);
    const struct shape *s = &feature->shape;
    bool line = s->kind == SHAPE_LINES, turn = true;
    g.units = ldexp(GRID, x->in->tile->z);
    for (size_t k = 0; k < area->n; k++)
        for (size_t i = 0; i < area->at[k].n; i++)
            widen(&g.area, grid_point(&g, area->at[k].at[i]));
    struct rect bounds = nothing();
    for (uint32_t i = 0; line && i < s->n; i++)
        widen(&bounds, feature_point(&g, x, s->at[i], false));
    turn = !line || bounds.x1 - bounds.x0 <= g.units / 2;
    bounds = nothing();
    for (uint32_t i = 0; i < s->n; i++)
        widen(&bounds, feature_point(&g, x, s->at[i], turn));
    if (bounds.x0 <= g.area.x0 || bounds.x1 >= g.area.x1 || bounds.y0 <= g.area.y0 || bounds.y1 >= g.area.y1)
        return value_bool(false);
    for (uint32_t part = 0, from = 0; part < s->n_parts; from = s->end[part++]) {
        for (uint32_t i = from; !line && i < s->end[part]; i++)
            if (!part_within(&g, x, i, i + 1, false, turn, area))
                return value_bool(false);
        if (line && !part_within(&g, x, from, s->end[part], true, turn, area))
            return value_bool(false);
    }
    return value_bool(s->n > 0);
}

/* ---- distance ---- */

struct ruler {
    double kx, ky; /* metres a degree */
};

static struct ruler ruler_at(double lat)
{
    double flat = 1 / 298.257223563, e2 = flat * (2 - flat), rad = M_PI / 180, m = rad * EARTH_RADIUS_M;
    double c = cos(lat * rad), w2 = 1 / (1 - e2 * (1 - c * c)), w = sqrt(w2);
    return (struct ruler){m * w * c, m * w * w2 * (1 - e2)};
}

static double turned(double degrees)
{
    while (degrees < -180)
        degrees += 360;
    while (degrees > 180)
        degrees -= 360;
    return degrees;
}

static double point_distance(struct ruler r, struct xy a, struct xy b)
{
    return hypot(turned(a.x - b.x) * r.kx, (a.y - b.y) * r.ky);
}

static double edge_distance(struct ruler r, struct xy p, struct xy a, struct xy b)
{
    double dx = turned(b.x - a.x) * r.kx, dy = (b.y - a.y) * r.ky;
    if (dx == 0 && dy == 0)
        return point_distance(r, p, a);
    double t = (turned(p.x - a.x) * r.kx * dx + (p.y - a.y) * r.ky * dy) / (dx * dx + dy * dy);
    if (t > 1)
        a = b;
    else if (t > 0)
        a = (struct xy){a.x + dx / r.kx * t, a.y + dy / r.ky * t};
    return point_distance(r, p, a);
}

static double edges_distance(struct ruler r, struct xy a, struct xy b, struct xy c, struct xy d)
{
    if (edges_cross(a, b, c, d))
        return 0;
    return fmin(fmin(edge_distance(r, a, c, d), edge_distance(r, b, c, d)),
        fmin(edge_distance(r, c, a, b), edge_distance(r, d, a, b)));
}

/* Is some point of `of` in a polygon of `in`? */
static bool overlaps(const struct figure *in, const struct figure *of)
{
    if (in->kind != SHAPE_POLYGONS)
        return false;
    for (size_t part = 0; part < in->n_parts; part++)
        for (size_t i = 0; in->outer[part] && i < of->n; i++)
            if (in_polygon(NULL, in, part, of->at[i]))
                return true;
    return false;
}

/* The least distance between edges, or points where there are only points. */
static double figures_distance(struct ruler r, const struct figure *p, const struct figure *q)
{
    double least = INFINITY;
    for (size_t pp = 0, pf = 0; pp < p->n_parts; pf = p->end[pp++])
        for (size_t i = pf; i + (p->kind != SHAPE_POINTS) < p->end[pp]; i++)
            for (size_t qp = 0, qf = 0; qp < q->n_parts; qf = q->end[qp++])
                for (size_t j = qf; j + (q->kind != SHAPE_POINTS) < q->end[qp]; j++) {
                    bool pe = p->kind != SHAPE_POINTS, qe = q->kind != SHAPE_POINTS;
                    double d = pe && qe ? edges_distance(r, p->at[i], p->at[i + 1], q->at[j], q->at[j + 1])
                               : pe     ? edge_distance(r, q->at[j], p->at[i], p->at[i + 1])
                               : qe     ? edge_distance(r, p->at[i], q->at[j], q->at[j + 1])
                                        : point_distance(r, p->at[i], q->at[j]);
                    least = fmin(least, d);
                }
    return least;
}

/* The feature in degrees, rings closed; false past the arena. */
static bool feature_figure(const struct eval *x, struct figure *f)
{
    const struct shape *s = &x->in->feature->shape;
    const struct tile *t = x->in->tile;
    struct arena *a = x->in->arena;
    double tiles = ldexp(1, t->z), extent = x->in->layer->extent;
    *f = (struct figure){.kind = s->kind};
    if (!a || !(f->at = ARENA_ARRAY(a, struct xy, (size_t)s->n + s->n_parts)) || !(f->end = ARENA_ARRAY(a, size_t, s->n_parts)) ||
        !(f->outer = ARENA_ARRAY(a, bool, s->n_parts)))
        return false;
    for (uint32_t part = 0, from = 0; part < s->n_parts; from = s->end[part++]) {
        size_t first = f->n;
        for (uint32_t i = from; i < s->end[part]; i++) {
            struct lonlat at = mercator_lonlat((struct xy){(s->at[i].x / extent + t->x) / tiles, (s->at[i].y / extent + t->y) / tiles});
            f->at[f->n++] = (struct xy){at.lon, at.lat};
        }
        if (s->kind == SHAPE_POLYGONS && f->n > first)
            f->at[f->n++] = f->at[first];
        f->outer[f->n_parts] = s->kind != SHAPE_POLYGONS || part == 0 ||
                               shape_ring_area(s->at + from, s->end[part] - from) > 0;
        f->end[f->n_parts++] = f->n;
    }
    return f->n > 0;
}

struct expr_value eval_distance(const struct expr *e, struct eval *x)
{
    const struct geography *to = e->more;
    struct figure f;
    double least = INFINITY;
    if (!x->in->feature || !x->in->tile || !x->in->layer || !x->in->layer->extent || !feature_figure(x, &f))
        return value_number(NAN);
    struct ruler r = ruler_at(f.at[0].y);
    for (size_t i = 0; i < to->n && least > 0; i++) {
        if (to->at[i].n * f.n > PAIRS_MAX)
            return eval_fail(x, e, "The geometries have too many points for a distance.");
        bool meet = overlaps(&to->at[i], &f) || overlaps(&f, &to->at[i]);
        least = meet ? 0 : fmin(least, figures_distance(r, &f, &to->at[i]));
    }
    return value_number(least);
}
