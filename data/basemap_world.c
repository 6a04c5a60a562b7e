/*
 * Land and the borders of countries, one reader for each package:
 *   world-atlas (Natural Earth, TopoJSON)      to zoom 7, and the names of countries
 *   @geo-maps/countries-coastline-1m (OSM)  from zoom 8, in France and round it: borders, and what is covered
 * World-atlas knows no coasts: borders cancel where countries touch, and what is left are the coasts, so that the two fit
 * each other. From zoom 8 coasts are those of GSHHG (basemap_shores.c), which are finer than those geo-maps was simplified
 * to; without that package, geo-maps' own. The rest is in basemap_inland.c.
 */
#include "data/basemap_world.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/base/embed.h"
#include "data/base/log.h"

EMBED(starter_countries_fr, "data/starter/countries_fr.tsv")

const struct json_limits PACKAGED_JSON = {.bytes = 64 << 20, .values = 8 * 1000 * 1000, .depth = 32};
static const char GEO_MAPS[] = "@geo-maps/countries-coastline-1m/map.geo.json";
/* What the land of geo-maps encloses: lagoons (étang de Thau) and, smaller than some 20 km² at 45° north, scraps of rivers. */
static const double LAGOON = 2e-8; /* of the world's square */
enum { WORLD_MAX_ZOOM = COVER_ALL_ZOOM };

/* ---- files ---- */

bool world_file(const struct world *w, const char *name, char out[PACKAGED_PATH_BYTES])
{
    for (size_t i = 0; i < w->n_folders; i++) {
        snprintf(out, PACKAGED_PATH_BYTES, "%s/%s", w->folders[i], name);
        if (access(out, R_OK) == 0)
            return true;
    }
    return false;
}

void world_lacks(const char *name, const char *what)
{
    log_line(LOG_WARN, "basemap: there is no %s: the map is made without %s", name, what);
}

void world_credit(struct world *w, const char *html)
{
    if (str_has(buf_str(w->credit), str_of(html)))
        return;
    if (w->credit->len)
        buf_add(w->credit, S(", "));
    buf_add(w->credit, str_of(html));
}

/* ---- land and borders of one zoom range ---- */

void ring_orient(struct xy *at, size_t n, bool hole)
{
    if ((shape_ring_area(at, n) > 0) != hole)
        return;
    for (size_t i = 0, j = n - 1; i < j; i++, j--) {
        struct xy swap = at[i];
        at[i] = at[j];
        at[j] = swap;
    }
}

/* A ring that runs over an edge of the world is there a second time, at the other edge. */
void world_ring(struct ground *g, enum ground_layer layer, const struct shape *ring, int min_zoom, int max_zoom)
{
    struct rect bounds = shape_bounds(ring);
    ground_add(g, layer, ring, min_zoom, max_zoom);
    double shift = bounds.x1 > 1 ? -1 : bounds.x0 < 0 ? 1 : 0;
    if (shift == 0)
        return;
    struct ground_feature *copy = ground_add(g, layer, ring, min_zoom, max_zoom);
    for (uint32_t i = 0; i < copy->shape.n; i++)
        copy->shape.at[i].x += shift;
}

static void add_land(struct ground *g, const struct shape *outline, double least_enclosed, int min_zoom, int max_zoom)
{
    for (uint32_t part = 0, begin = 0; part < outline->n_parts; begin = outline->end[part++]) {
        uint32_t n = outline->end[part] - begin, end = n;
        struct shape ring = {.kind = SHAPE_POLYGONS, .n_parts = 1, .n = n, .end = &end, .at = outline->at + begin};
        double area = shape_ring_area(ring.at, n);
        bool land = area > 0;
        ring_orient(ring.at, n, false);
        if (land)
            world_ring(g, GROUND_LANDMASS, &ring, min_zoom, max_zoom);
        else if (-area >= least_enclosed) /* too coarse a shore to be drawn among streets */
            world_ring(g, GROUND_ENCLOSED, &ring, min_zoom, MIN(max_zoom, DEFAULT_MAX_ZOOM));
    }
}

struct ground_feature *world_border(struct ground *g, const struct mesh_line *l, int level, int min_zoom, int max_zoom)
{
    uint32_t end = l->n;
    struct shape line = {.kind = SHAPE_LINES, .n_parts = 1, .n = l->n, .end = &end, .at = (struct xy *)l->at};
    struct ground_feature *f = ground_add(g, GROUND_BOUNDARIES, &line, min_zoom, max_zoom);
    f->rank = -level; /* borders of states are drawn last, over the others */
    ground_number(g, f, "admin_level", level);
    return f;
}

static void add_borders(struct ground *g, struct mesh *m, struct arena *a, int min_zoom, int max_zoom)
{
    size_t n;
    const struct mesh_line *borders = mesh_borders(m, a, &n);
    for (size_t i = 0; i < n; i++)
        world_border(g, &borders[i], 2, min_zoom, max_zoom);
}

static void add_countries(struct ground *g, struct mesh *m, struct arena *a, double least_enclosed, int min_zoom,
    int max_zoom)
{
    struct shape outline = mesh_outline(m, a);
    add_land(g, &outline, least_enclosed, min_zoom, max_zoom);
    add_borders(g, m, a, min_zoom, max_zoom);
}

/* ---- world-atlas ---- */

struct topology {
    struct arena arena;
    struct shape arcs; /* part i is arc i */
};

struct shape ring_room(struct arena *a, size_t points, size_t parts)
{
    struct shape s = {.kind = SHAPE_POLYGONS, .at = ARENA_ARRAY(a, struct xy, points + 1), .end = ARENA_ARRAY(a, uint32_t, parts + 1)};
    must(s.at && s.end);
    return s;
}

static void read_arcs(struct topology *t, const struct json *root)
{
    const struct json *transform = json_get(root, S("transform")), *arcs = json_get(root, S("arcs"));
    const struct json *scale = json_get(transform, S("scale")), *translate = json_get(transform, S("translate"));
    double kx = json_number(json_at(scale, 0)), ky = json_number(json_at(scale, 1));
    double x0 = json_number(json_at(translate, 0)), y0 = json_number(json_at(translate, 1));
    size_t n = json_size(arcs), points = 0;
    for (size_t i = 0; i < n; i++)
        points += json_size(json_at(arcs, i));
    t->arcs = ring_room(&t->arena, points, n);
    for (size_t i = 0; i < n; i++) {
        const struct json *arc = json_at(arcs, i);
        double x = 0, y = 0;
        for (size_t j = 0, end = json_size(arc); j < end; j++) {
            const struct json *step = json_at(arc, j);
            x += json_number(json_at(step, 0));
            y += json_number(json_at(step, 1));
            struct lonlat at = {x * kx + x0, CLAMP(y * ky + y0, -85.3, 85.3)};
            t->arcs.at[t->arcs.n++] = mercator_of(at);
        }
        t->arcs.end[t->arcs.n_parts++] = t->arcs.n;
    }
}

/* How often the ring went round the world when it is at each of its points, less what it was at most of them: what is to
 * be added to x. Answers what it is after the last edge: 0 but for a ring round a pole. */
static int count_turns(const struct shape *s, uint32_t begin, int *turns)
{
    int now = 0;
    int64_t sum = 0;
    uint32_t n = s->n - begin;
    for (uint32_t i = 0; i < n; i++) {
        double step = i ? s->at[begin + i].x - s->at[begin + i - 1].x : 0;
        now += step > 0.5 ? -1 : step < -0.5 ? 1 : 0;
        turns[i] = now;
        sum += now;
    }
    double step = s->at[begin].x - s->at[s->n - 1].x;
    now += step > 0.5 ? -1 : step < -0.5 ? 1 : 0;
    int most = now ? 0 : (int)lround((double)sum / n);
    for (uint32_t i = 0; i < n; i++)
        turns[i] -= most;
    return now;
}

/* These rings go over the antimeridian without a cut, and Antarctica's goes once round the world. Unrolled, they are plain
 * rings that may leave 0..1, most of their points within; the one round the world is closed south of the map. */
void ring_unroll(struct shape *s, uint32_t begin)
{
    int *turns = base_alloc(s->n - begin, sizeof *turns);
    bool round = count_turns(s, begin, turns) != 0;
    for (uint32_t i = begin; i < s->n; i++)
        if (turns[i - begin]) /* other points stay equal to those of neighbours, bit by bit */
            s->at[i].x += turns[i - begin];
    free(turns);
    if (round) {
        s->at[s->n] = (struct xy){s->at[s->n - 1].x, 1.1};
        s->at[s->n + 1] = (struct xy){s->at[begin].x, 1.1};
        s->n += 2;
    }
}

/* A ring is arcs one after another, ~i for arc i backwards; each begins where the last one ended. */
static void add_topology_ring(const struct topology *t, const struct json *ring, bool hole, struct shape *out)
{
    uint32_t begin = out->n;
    for (size_t i = 0, n = json_size(ring); i < n; i++) {
        int64_t index = json_integer(json_at(ring, i));
        bool backwards = index < 0;
        uint64_t arc = (uint64_t)(backwards ? ~index : index);
        if (arc >= t->arcs.n_parts)
            continue;
        uint32_t first = arc ? t->arcs.end[arc - 1] : 0, end = t->arcs.end[arc];
        for (uint32_t j = first; j + 1 < end; j++)
            out->at[out->n++] = t->arcs.at[backwards ? end - 1 - (j - first) : j];
    }
    if (out->n - begin < 3) {
        out->n = begin;
        return;
    }
    ring_unroll(out, begin);
    ring_orient(out->at + begin, out->n - begin, hole);
    out->end[out->n_parts++] = out->n;
}

static size_t count_arc_points(const struct topology *t, const struct json *v, size_t *rings)
{
    if (json_kind(v) == JSON_NUMBER) {
        int64_t index = json_integer(v);
        uint64_t arc = (uint64_t)(index < 0 ? ~index : index);
        return arc < t->arcs.n_parts ? t->arcs.end[arc] - (arc ? t->arcs.end[arc - 1] : 0) : 0;
    }
    size_t points = 2; /* that closing round the pole takes */
    *rings += 1;
    for (size_t i = 0, n = json_size(v); i < n; i++)
        points += count_arc_points(t, json_at(v, i), rings);
    return points;
}

static struct shape read_country(struct topology *t, const struct json *geometry)
{
    const struct json *arcs = json_get(geometry, S("arcs"));
    bool multi = str_eq(json_string(json_get(geometry, S("type"))), S("MultiPolygon"));
    size_t rings = 0, points = count_arc_points(t, arcs, &rings);
    struct shape out = ring_room(&t->arena, points, rings);
    for (size_t i = 0, n = multi ? json_size(arcs) : 1; i < n; i++) {
        const struct json *polygon = multi ? json_at(arcs, i) : arcs;
        for (size_t j = 0, m = json_size(polygon); j < m; j++)
            add_topology_ring(t, json_at(polygon, j), j > 0, &out);
    }
    return out;
}

static struct str french_country(struct str id)
{
    struct str rest = starter_countries_fr(), line;
    while (str_next(&rest, '\n', &line))
        if (line.len > 4 && str_eq(str_slice(line, 0, 3), id))
            return str_slice(line, 4, line.len);
    return (struct str){"", 0};
}

/* Large countries are named from afar, small ones from near, and none once its towns fill the picture. */
static void name_country(struct ground *g, struct arena *a, const struct json *geometry, const struct shape *shape)
{
    struct xy at;
    struct str english = json_string(json_get(json_get(geometry, S("properties")), S("name")));
    struct str french = french_country(json_string(json_get(geometry, S("id"))));
    double area = shape_area(shape);
    bool is_state = json_string(json_get(geometry, S("id"))).len || str_eq(english, S("Kosovo")) || str_eq(english, S("Somaliland"));
    if (!is_state || !shape->n_parts || !english.len || !shape_label_point(shape, 1e-4, a, &at))
        return;
    int min_zoom = area > 6e-3 ? 1 : area > 8e-4 ? 2 : area > 1.5e-4 ? 3 : area > 3e-5 ? 4 : area > 2e-6 ? 5 : 6;
    struct ground_feature *f = ground_add_point(g, GROUND_BOUNDARY_LABELS, at, min_zoom, min_zoom + 5);
    f->rank = -(int32_t)(area * 1e8);
    ground_number(g, f, "admin_level", 2);
    ground_text(g, f, "name", french.len ? french : english);
    ground_text(g, f, "name_fr", french);
    ground_text(g, f, "name_en", english);
    ground_number(g, f, "way_area", area * 4.0e14 / 1e6);
}

static bool read_atlas(struct world *w, const char *name, int min_zoom, int max_zoom, bool named, struct err *err)
{
    char path[PACKAGED_PATH_BYTES];
    if (!world_file(w, name, path)) /* without land there is no map, and all would be sea */
        return err_set(err, ERR_MISSING, "there is no node_modules/%s: run make setup, or name the folder it is in by --packages", name);
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    if (!buf_read_file(&text, path, PACKAGED_MAX_BYTES, err) || !json_read(&doc, buf_str(&text), &PACKAGED_JSON, err))
        return err_under(err, "%s", path);
    struct topology t = {0};
    arena_init(&t.arena, WORLD_MAX_BYTES);
    read_arcs(&t, doc.root);
    const struct json *countries = json_get(json_get(json_get(doc.root, S("objects")), S("countries")), S("geometries"));
    struct mesh *m = mesh_new();
    for (size_t i = 0, n = json_size(countries); i < n; i++) {
        struct shape s = read_country(&t, json_at(countries, i));
        mesh_add(m, &s, (uint32_t)i);
        if (named)
            name_country(w->ground, &t.arena, json_at(countries, i), &s);
    }
    bool ok = t.arcs.n_parts && json_size(countries);
    if (ok)
        add_countries(w->ground, m, &t.arena, 0, min_zoom, max_zoom);
    mesh_free(m);
    arena_done(&t.arena);
    world_credit(w, "<a href=\"https://www.naturalearthdata.com/\">Natural Earth</a>");
    return ok || err_set(err, ERR_INVALID, "%s: it is not the TopoJSON of world-atlas", path);
}

/* ---- geo-maps: GeoJSON of one feature a line, large; read by hand ---- */

struct scan {
    const char *at, *end;
};

/* Decimal numbers as they stand in the file: "-4.82135". The same text gives the same double, which the mesh relies on. */
static bool scan_number(struct scan *s, double *out)
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool negative = s->at < s->end && *s->at == '-';
    const char *begin = s->at += negative;
    int64_t digits = 0;
    int decimals = -1, n = 0;
    for (; s->at < s->end && ((*s->at >= '0' && *s->at <= '9') || (*s->at == '.' && decimals < 0)); s->at++) {
        if (*s->at == '.') {
            decimals = 0;
        } else if (n < 17 && decimals < 15) {
            digits = digits * 10 + (*s->at - '0');
            n++;
            decimals += decimals >= 0;
        }
    }
    *out = (double)(negative ? -digits : digits) / powers[MAX(decimals, 0)];
    return s->at > begin;
}

struct lonlats {
    struct lonlat *at;
    size_t n, cap;
};

/* The next ring of a (Multi)Polygon's coordinates. The brackets before its first number tell whether a polygon begins
 * with it ("[[[") or goes on ("[["). */
static bool scan_ring(struct scan *s, struct lonlats *out, bool *hole)
{
    int depth = 0;
    while (s->at < s->end && (*s->at < '0' || *s->at > '9') && *s->at != '-') {
        if (*s->at == '}')
            return false;
        depth += *s->at == '[';
        s->at++;
    }
    *hole = depth == 2;
    out->n = 0;
    for (struct lonlat at; s->at < s->end;) {
        if (!scan_number(s, &at.lon) || s->at == s->end || *s->at++ != ',' || !scan_number(s, &at.lat))
            return false;
        if (out->n == out->cap) {
            out->cap = MAX(out->cap * 2, (size_t)1024);
            out->at = base_grow(out->at, out->cap, sizeof *out->at);
        }
        out->at[out->n++] = at;
        if (s->end - s->at < 2 || *s->at++ != ']')
            return false;
        if (*s->at != ',') /* "]" ends the ring */
            return true;
        s->at += 2; /* ",[" */
    }
    return false;
}

static struct box box_of_ring(const struct lonlats *r)
{
    struct box b = {180, 90, -180, -90};
    for (size_t i = 0; i < r->n; i++) {
        b.west = MIN(b.west, r->at[i].lon);
        b.east = MAX(b.east, r->at[i].lon);
        b.south = MIN(b.south, r->at[i].lat);
        b.north = MAX(b.north, r->at[i].lat);
    }
    return b;
}

static struct box grown(struct box b, double by)
{
    return (struct box){MAX(b.west - by, -180), MAX(b.south - by, -85), MIN(b.east + by, 180), MIN(b.north + by, 85)};
}

static void add_ring_to_mesh(struct mesh *m, const struct lonlats *r, bool hole, uint32_t owner, struct arena *a)
{
    struct arena_mark mark = arena_mark(a);
    uint32_t end = (uint32_t)r->n - 1; /* closed by a repeated point */
    struct shape s = {.kind = SHAPE_POLYGONS, .n_parts = 1, .n = end, .end = &end, .at = ARENA_ARRAY(a, struct xy, r->n)};
    must(s.at);
    for (uint32_t i = 0; i < s.n; i++)
        s.at[i] = mercator_of(r->at[i]);
    ring_orient(s.at, s.n, hole);
    mesh_add(m, &s, owner);
    arena_release(a, mark);
}

typedef void ring_fn(void *ctx, const struct lonlats *ring, bool hole, struct str country);

typedef bool country_fn(struct str country);

static bool each_geo_ring(const struct ground *g, const char *path, country_fn *wanted, ring_fn *fn, void *ctx, struct err *err)
{
    FILE *in = fopen(path, "re");
    if (!in)
        return err_errno(err, "cannot read %s", path);
    AUTO_FREE char *line = NULL;
    size_t room = 0;
    struct lonlats ring = {0};
    bool ok = true;
    for (ssize_t n; ok && (n = getline(&line, &room, in)) > 0;) {
        struct str text = {line, (size_t)n};
        size_t a3 = str_find(str_slice(text, text.len > 200 ? text.len - 200 : 0, text.len), S("\"A3\":\""));
        size_t from = str_find(str_slice(text, 0, 200), S("\"coordinates\":"));
        if (a3 == SIZE_MAX || from == SIZE_MAX)
            continue;
        struct str country = str_slice(text, (text.len > 200 ? text.len - 200 : 0) + a3 + 6, text.len);
        country.len = MIN(country.len, (size_t)3);
        if (wanted && !wanted(country))
            continue;
        struct scan s = {line + from + 14, line + n};
        bool hole;
        while (scan_ring(&s, &ring, &hole))
            if (ring.n >= 4)
                fn(ctx, &ring, hole, country);
        ok = !ground_is_stopped(g, err);
    }
    fclose(in);
    free(ring.at);
    return ok;
}

struct geo_maps {
    struct world *world;
    struct mesh *mesh;
    struct arena arena;
    size_t n_rings;
};

/* The parts of France that geo-maps has under a code of their own. Some are in "FRA" as well. */
static bool is_french(struct str country)
{
    static const char CODES[] = "FRA GLP MTQ GUF REU MYT BLM MAF SPM NCL PYF WLF";
    return str_find(S(CODES), country) != SIZE_MAX;
}

static void cover_france(void *ctx, const struct lonlats *ring, bool hole, struct str country)
{
    struct geo_maps *g = ctx;
    (void)country;
    g->n_rings++;
    if (hole)
        return;
    struct box b = box_of_ring(ring);
    cover_add(g->world->cover, grown(b, 2), 8, 9);
    cover_add(g->world->cover, grown(b, 0.25), 10, 11);
}

static void take_ring(void *ctx, const struct lonlats *ring, bool hole, struct str country)
{
    struct geo_maps *g = ctx;
    if (!cover_meets(g->world->cover, box_of_ring(ring), 8))
        return;
    uint32_t owner = (uint32_t)(unsigned char)country.at[0] << 16 | (uint32_t)(unsigned char)country.at[1] << 8 | (unsigned char)country.at[2];
    add_ring_to_mesh(g->mesh, ring, hole, owner, &g->arena);
}

static bool read_geo_maps(struct world *w, bool *has_shores, struct err *err)
{
    char path[PACKAGED_PATH_BYTES];
    bool deep = w->max_zoom > WORLD_MAX_ZOOM, found = deep && world_file(w, GEO_MAPS, path);
    if (deep && !found)
        world_lacks(GEO_MAPS, "fine coasts deeper than zoom 7");
    struct geo_maps g = {.world = w, .mesh = mesh_new()};
    arena_init(&g.arena, WORLD_MAX_BYTES);
    bool ok = !found || each_geo_ring(w->ground, path, is_french, cover_france, &g, err);
    if (ok && found && !g.n_rings)
        ok = err_set(err, ERR_INVALID, "%s: it is not the GeoJSON of @geo-maps/countries-coastline-1m", path);
    ok = ok && world_read_shores(w, has_shores, err) && (!found || each_geo_ring(w->ground, path, NULL, take_ring, &g, err));
    if (ok && found && *has_shores)
        add_borders(w->ground, g.mesh, &g.arena, WORLD_MAX_ZOOM + 1, w->max_zoom);
    else if (ok && found)
        add_countries(w->ground, g.mesh, &g.arena, LAGOON, WORLD_MAX_ZOOM + 1, w->max_zoom);
    mesh_free(g.mesh);
    arena_done(&g.arena);
    if (found) {
        world_credit(w, "<a href=\"https://github.com/simonepri/geo-maps\">geo-maps</a>");
        world_credit(w, "<a href=\"https://www.openstreetmap.org/copyright\">© OpenStreetMap contributors</a>");
    }
    return ok;
}

bool world_read(struct world *w, struct err *err)
{
    /* Wider than the world, so that tiles at its edges have a buffer of sea as they have one of land: a hole that reaches out
     * of its polygon is no polygon, and is filled wrongly by who cuts it into triangles. */
    static const struct xy corners[] = {{-0.5, -0.5}, {1.5, -0.5}, {1.5, 1.5}, {-0.5, 1.5}};
    uint32_t end = 4;
    struct shape square = {.kind = SHAPE_POLYGONS, .n_parts = 1, .n = 4, .end = &end, .at = (struct xy *)corners};
    ground_add(w->ground, GROUND_WORLD, &square, 0, w->max_zoom);
    char path[PACKAGED_PATH_BYTES];
    bool fine_coasts = world_file(w, GEO_MAPS, path), has_shores = false;
    return read_atlas(w, "world-atlas/countries-110m.json", 0, 1, false, err) &&
        read_atlas(w, "world-atlas/countries-50m.json", 2, 4, false, err) &&
        read_atlas(w, "world-atlas/countries-10m.json", 5, fine_coasts ? WORLD_MAX_ZOOM : w->max_zoom, true, err) && read_geo_maps(w, &has_shores, err) &&
        world_read_inland(w, err);
}
