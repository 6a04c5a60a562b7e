/*
 * Features in one growing array, everything they own in one arena. A tile's layers are written in one pass over its
 * features, which come sorted by layer; only `ocean` is computed: the tile less the land.
 */
#include "data/basemap_ground.h"

#include <math.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/base/json.h"
#include "data/geo/slice.h"
#include "data/mesh.h"

static const size_t GROUND_MAX_BYTES = (size_t)16 << 30; /* an operator's extract; the machine's memory is the limit */
enum { EXTENT = 4096, BUFFER = 80, TOLERANCE = 4, MIN_AREA = 48, SEAM = 4 };

static const struct layer {
    const char *name, *fields; /* "kind:String …" for the metadata */
    int min_zoom;
} LAYERS[GROUND_LAYERS] = {
    [GROUND_WORLD] = {"ocean", "", 0},
    [GROUND_LAND] = {"land", "kind", 7},
    [GROUND_SITES] = {"sites", "kind", 14},
    [GROUND_WATER_POLYGONS] = {"water_polygons", "kind intermittent?", 0},
    [GROUND_WATER_LINES] = {"water_lines", "kind tunnel? bridge? intermittent?", 5},
    [GROUND_BUILDINGS] = {"buildings", "", 14},
    [GROUND_STREET_POLYGONS] = {"street_polygons", "kind rail? tunnel? bridge?", 11},
    [GROUND_BRIDGES] = {"bridges", "kind", 12},
    [GROUND_STREETS] = {"streets", "kind service link? rail? tunnel? bridge?", 5},
    [GROUND_BOUNDARIES] = {"boundaries", "admin_level# maritime? disputed?", 0},
    [GROUND_STREET_LABELS] = {"street_labels", "kind name name_fr name_en ref tunnel?", 10},
    [GROUND_STREET_POLYGON_LABELS] = {"streets_polygons_labels", "kind name", 14},
    [GROUND_WATER_POLYGON_LABELS] = {"water_polygons_labels", "kind name name_fr name_en way_area#", 8},
    [GROUND_WATER_LINE_LABELS] = {"water_lines_labels", "kind name name_fr name_en", 9},
    [GROUND_BOUNDARY_LABELS] = {"boundary_labels", "admin_level# name name_fr name_en way_area#", 1},
    [GROUND_PLACE_LABELS] = {"place_labels", "kind name name_fr name_en population# capital_of#", 1},
    [GROUND_PUBLIC_TRANSPORT] = {"public_transport", "kind name", 11},
    [GROUND_POIS] = {"pois", "kind amenity name", 14},
};

void ground_init(struct ground *g, const volatile bool *stop)
{
    *g = (struct ground){.stop = stop};
    arena_init(&g->arena, GROUND_MAX_BYTES);
}

void ground_done(struct ground *g)
{
    free(g->at);
    arena_done(&g->arena);
    *g = (struct ground){0};
}

bool ground_is_stopped(const struct ground *g, struct err *err)
{
    if (!g->stop || !*g->stop)
        return false;
    err_set(err, ERR_BUSY, "stopped; nothing was written");
    return true;
}

struct ground_feature *ground_add(struct ground *g, enum ground_layer layer, const struct shape *shape, int min_zoom, int max_zoom)
{
    if (g->n == g->cap) {
        g->cap = MAX(g->cap * 2, (size_t)4096);
        g->at = base_grow(g->at, g->cap, sizeof *g->at);
    }
    struct ground_feature *f = &g->at[g->n++];
    *f = (struct ground_feature){.shape = *shape, .layer = layer, .min_zoom = (uint8_t)min_zoom, .max_zoom = (uint8_t)max_zoom};
    f->shape.at = arena_copy(&g->arena, shape->at, shape->n * sizeof *shape->at);
    f->shape.end = arena_copy(&g->arena, shape->end, shape->n_parts * sizeof *shape->end);
    must(f->shape.at && f->shape.end);
    return f;
}

struct ground_feature *ground_add_point(struct ground *g, enum ground_layer layer, struct xy at, int min_zoom, int max_zoom)
{
    uint32_t end = 1;
    struct shape point = {.kind = SHAPE_POINTS, .n_parts = 1, .n = 1, .end = &end, .at = &at};
    return ground_add(g, layer, &point, min_zoom, max_zoom);
}

static void add_prop(struct ground *g, struct ground_feature *f, const char *key, struct value value)
{
    struct ground_prop **at = &f->props;
    while (*at)
        at = &(*at)->next;
    *at = ARENA_NEW(&g->arena, struct ground_prop);
    must(*at);
    **at = (struct ground_prop){.key = str_of(key), .value = value};
}

void ground_text(struct ground *g, struct ground_feature *f, const char *key, struct str value)
{
    if (value.len)
        add_prop(g, f, key, (struct value){.kind = VALUE_STRING, .string = str_copy(&g->arena, value)});
}

void ground_number(struct ground *g, struct ground_feature *f, const char *key, double value)
{
    add_prop(g, f, key, (struct value){.kind = VALUE_NUMBER, .is_integer = true, .number = floor(value)});
}

void ground_flag(struct ground *g, struct ground_feature *f, const char *key, bool value)
{
    if (value)
        add_prop(g, f, key, (struct value){.kind = VALUE_BOOL, .boolean = true});
}

struct shape ground_project(struct arena *a, const struct shape *s)
{
    struct shape out = *s;
    out.at = ARENA_ARRAY(a, struct xy, MAX(s->n, 1u));
    must(out.at);
    for (uint32_t part = 0, begin = 0; part < s->n_parts; begin = s->end[part++]) {
        for (uint32_t i = begin; i < s->end[part]; i++) {
            uint32_t from = s->kind == SHAPE_POLYGONS ? s->end[part] - 1 - (i - begin) : i;
            struct lonlat at = {s->at[from].x, CLAMP(s->at[from].y, -85.3, 85.3)};
            out.at[i] = mercator_of(at);
        }
    }
    return out;
}

/* ---- joining ---- */

static uint64_t hash_of(const struct ground_feature *f)
{
    uint32_t head[] = {f->layer, f->min_zoom, f->max_zoom, (uint32_t)f->rank};
    uint64_t h = hash64(head, sizeof head, 0);
    for (const struct ground_prop *p = f->props; p; p = p->next) {
        h = hash64(p->key.at, p->key.len, h);
        if (p->value.kind == VALUE_STRING)
            h = hash64(p->value.string.at, p->value.string.len, h);
        else if (p->value.kind == VALUE_NUMBER)
            h = hash64(&p->value.number, sizeof p->value.number, h);
        else
            h = hash_mix(h + 1);
    }
    return h;
}

/* The first feature that is like this one, by 64-bit hash. */
struct likeness {
    uint64_t *hashes;
    uint32_t *first; /* 1 + feature */
    size_t n_slots;
};

static uint32_t first_like(struct likeness *l, uint64_t hash, uint32_t self)
{
    size_t slot = hash & (l->n_slots - 1);
    for (; l->first[slot]; slot = (slot + 1) & (l->n_slots - 1))
        if (l->hashes[slot] == hash)
            return l->first[slot] - 1;
    l->hashes[slot] = hash;
    l->first[slot] = self + 1;
    return self;
}

static size_t take_lines(const struct ground *g, size_t from, struct mesh_line *out)
{
    struct likeness l = {.n_slots = 64};
    while (l.n_slots < 2 * (g->n - from))
        l.n_slots *= 2;
    l.hashes = base_alloc(l.n_slots, sizeof *l.hashes);
    l.first = base_alloc(l.n_slots, sizeof *l.first);
    size_t n = 0;
    for (size_t i = from; i < g->n; i++) {
        const struct ground_feature *f = &g->at[i];
        if (f->shape.kind != SHAPE_LINES)
            continue;
        uint32_t like = first_like(&l, hash_of(f), (uint32_t)i);
        for (uint32_t part = 0, begin = 0; part < f->shape.n_parts; begin = f->shape.end[part++])
            if (f->shape.end[part] - begin >= 2)
                out[n++] = (struct mesh_line){f->shape.at + begin, f->shape.end[part] - begin, like};
    }
    free(l.hashes);
    free(l.first);
    return n;
}

void ground_join_lines(struct ground *g, size_t from)
{
    size_t n_parts = 0;
    for (size_t i = from; i < g->n; i++)
        if (g->at[i].shape.kind == SHAPE_LINES)
            n_parts += g->at[i].shape.n_parts;
    struct mesh_line *lines = base_alloc(n_parts + 1, sizeof *lines), *joined = base_alloc(n_parts + 1, sizeof *joined);
    size_t n = lines_join(lines, take_lines(g, from, lines), joined, &g->arena);
    struct ground_feature *made = base_alloc(n + 1, sizeof *made);
    for (size_t i = 0; i < n; i++) {
        made[i] = g->at[joined[i].key];
        uint32_t *end = ARENA_NEW(&g->arena, uint32_t);
        must(end);
        *end = joined[i].n;
        made[i].shape = (struct shape){.kind = SHAPE_LINES, .n_parts = 1, .n = joined[i].n, .end = end, .at = (struct xy *)joined[i].at};
    }
    size_t kept = from;
    for (size_t i = from; i < g->n; i++)
        if (g->at[i].shape.kind != SHAPE_LINES)
            g->at[kept++] = g->at[i];
    must(kept + n <= g->cap);
    if (n)
        memcpy(g->at + kept, made, n * sizeof *made);
    g->n = kept + n;
    free(lines);
    free(joined);
    free(made);
}

static int by_layer_and_rank(const void *pa, const void *pb)
{
    const struct ground_feature *a = pa, *b = pb;
    if (a->layer != b->layer)
        return a->layer < b->layer ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    struct xy p = a->shape.at[0], q = b->shape.at[0]; /* so that a build gives the same bytes each time */
    return p.x < q.x ? -1 : p.x > q.x ? 1 : p.y < q.y ? -1 : p.y > q.y;
}

void ground_sort(struct ground *g)
{
    if (g->n)
        qsort(g->at, g->n, sizeof *g->at, by_layer_and_rank);
}

/* ---- a surface round a rectangle ---- */

/* Where vertices lie on the edges of a rectangle: along x0, x1 (their y), along y0, y1 (their x).
 */
struct marks {
    double *at[4];
    size_t n[4];
};

static bool is_on(struct rect r, struct xy p, int edge)
{
    return edge == 0   ? p.x == r.x0
           : edge == 1 ? p.x == r.x1
           : edge == 2 ? p.y == r.y0
                       : p.y == r.y1;
}

static double along(struct xy p, int edge)
{
    return edge < 2 ? p.y : p.x;
}

static int by_value(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return (a > b) - (a < b);
}

static struct marks mark_edges(struct arena *a, const struct shape *s, struct rect r)
{
    struct marks m = {0};
    for (int edge = 0; edge < 4; edge++) {
        m.at[edge] = ARENA_ARRAY(a, double, s->n + 1);
        must(m.at[edge]);
        for (uint32_t i = 0; i < s->n; i++)
            if (is_on(r, s->at[i], edge))
                m.at[edge][m.n[edge]++] = along(s->at[i], edge);
        if (m.n[edge])
            qsort(m.at[edge], m.n[edge], sizeof *m.at[edge], by_value);
    }
    return m;
}

/* From p to q along an edge, a vertex at each mark between them. */
static void put_marked(struct buf *ring, const struct marks *m, int edge, struct xy p, struct xy q)
{
    double from = along(p, edge), to = along(q, edge);
    for (size_t i = 0; i < m->n[edge]; i++) {
        double v = m->at[edge][to > from ? i : m->n[edge] - 1 - i];
        if (v <= MIN(from, to) || v >= MAX(from, to))
            continue;
        struct xy at = edge < 2 ? (struct xy){p.x, v} : (struct xy){v, p.y};
        buf_add(ring, str_from((const char *)&at, sizeof at));
    }
}

/* A surface with holes that was cut has along the cut its own edge and that of the hole, which
 * bound nothing but are seen as a line where edges are drawn. They cancel once both have the same
 * vertices. */
static struct shape cancel_edges(struct arena *a, const struct shape *s, struct rect r)
{
    struct marks marks = mark_edges(a, s, r);
    struct mesh *mesh = mesh_new();
    AUTO(buf) ring = {0};
    for (uint32_t part = 0, begin = 0; part < s->n_parts; begin = s->end[part++]) {
        buf_clear(&ring);
        for (uint32_t i = begin; i < s->end[part]; i++) {
            struct xy p = s->at[i], q = s->at[i + 1 < s->end[part] ? i + 1 : begin];
            buf_add(&ring, str_from((const char *)&p, sizeof p));
            for (int edge = 0; edge < 4; edge++)
                if (is_on(r, p, edge) && is_on(r, q, edge))
                    put_marked(&ring, &marks, edge, p, q);
        }
        uint32_t n = (uint32_t)(ring.len / sizeof(struct xy));
        struct shape one = {.kind = SHAPE_POLYGONS,
            .n_parts = 1,
            .n = n,
            .end = &n,
            .at = arena_copy(a, ring.at, ring.len)};
        must(one.at || !n);
        if (n)
            mesh_add(mesh, &one, 0);
    }
    struct shape out = mesh_outline(mesh, a);
    mesh_free(mesh);
    must(shape_wind(&out, a));
    return out;
}

struct shape ground_without(struct arena *a, const struct shape *s, struct rect r, double lap)
{
    const double far = 1e6;
    r = (struct rect){
        r.x0 + lap, r.y0 + lap, MAX(r.x1 - lap, r.x0 + lap), MAX(r.y1 - lap, r.y0 + lap)};
    const struct rect sides[] = {{-far, -far, far, r.y0}, {-far, r.y1, far, far},
        {-far, r.y0, r.x0, r.y1}, {r.x1, r.y0, far, r.y1}};
    struct shape cut[COUNT(sides)], out = {.kind = SHAPE_POLYGONS};
    for (size_t i = 0; i < COUNT(sides); i++) {
        must(shape_clip(s, sides[i], a, &cut[i]));
        cut[i] = cancel_edges(a, &cut[i], sides[i]);
        out.n += cut[i].n;
        out.n_parts += cut[i].n_parts;
    }
    out.at = ARENA_ARRAY(a, struct xy, out.n + 1);
    out.end = ARENA_ARRAY(a, uint32_t, out.n_parts + 1);
    must(out.at && out.end);
    out.n = out.n_parts = 0;
    for (size_t i = 0; i < COUNT(sides); i++) {
        for (uint32_t part = 0; part < cut[i].n_parts; part++)
            out.end[out.n_parts++] = out.n + cut[i].end[part];
        if (cut[i].n)
            memcpy(out.at + out.n, cut[i].at, cut[i].n * sizeof *out.at);
        out.n += cut[i].n;
    }
    return out;
}

/* ---- tiles ---- */

struct cutter {
    const struct ground *ground;
    struct tileset_writer *writer;
    struct mvt_writer *mvt;
    struct buf tile, packed;
    struct arena arena;
};

static void cutter_done(struct cutter *c)
{
    mvt_writer_free(c->mvt);
    buf_done(&c->tile);
    buf_done(&c->packed);
    arena_done(&c->arena);
}

struct ring {
    const struct xy *at;
    uint32_t n;
    double area;
};
struct rings {
    struct ring *at;
    size_t n;
};

static struct rings rings_of(struct arena *a, const struct slice_feature *f, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += f[i].shape.n_parts;
    struct rings out = {.at = ARENA_ARRAY(a, struct ring, count + 1)};
    must(out.at);
    for (size_t i = 0; i < n; i++) {
        const struct shape *s = &f[i].shape;
        for (uint32_t part = 0, begin = 0; part < s->n_parts; begin = s->end[part++]) {
            struct ring r = {s->at + begin, s->end[part] - begin, 0};
            r.area = fabs(shape_ring_area(r.at, r.n));
            if (r.n >= 3 && r.area > 0)
                out.at[out.n++] = r;
        }
    }
    return out;
}

static bool is_within(const struct ring *small, const struct ring *large)
{
    uint32_t end = large->n;
    struct shape s = {.kind = SHAPE_POLYGONS, .n_parts = 1, .n = large->n, .end = &end, .at = (struct xy *)large->at};
    return small->area < large->area && shape_has(&s, small->at[0]) && shape_has(&s, small->at[small->n / 2]);
}

static void put_ring(struct shape *out, const struct ring *r, bool hole)
{
    bool backwards = (shape_ring_area(r->at, r->n) > 0) == hole;
    for (uint32_t i = 0; i < r->n; i++)
        out->at[out->n++] = r->at[backwards ? r->n - 1 - i : i];
    out->end[out->n_parts++] = out->n;
}

/* The square with the land as holes, then each enclosed sea with its islands as holes. */
static struct shape ocean_of(struct arena *a, struct rings square, struct rings land, struct rings enclosed)
{
    size_t n = square.n ? square.at[0].n : 0;
    for (size_t i = 0; i < land.n; i++)
        n += land.at[i].n;
    for (size_t i = 0; i < enclosed.n; i++)
        n += enclosed.at[i].n;
    struct shape out = {.kind = SHAPE_POLYGONS, .at = ARENA_ARRAY(a, struct xy, n + 1),
        .end = ARENA_ARRAY(a, uint32_t, 1 + land.n + enclosed.n)};
    uint32_t *in = ARENA_ARRAY(a, uint32_t, land.n + 1); /* 1 + the enclosed sea an island is in */
    must(out.at && out.end && in);
    if (!square.n)
        return out;
    for (size_t i = 0; i < land.n; i++)
        for (size_t j = 0; j < enclosed.n && !in[i]; j++)
            in[i] = is_within(&land.at[i], &enclosed.at[j]) ? (uint32_t)j + 1 : 0;
    put_ring(&out, &square.at[0], false);
    for (size_t i = 0; i < land.n; i++)
        if (!in[i])
            put_ring(&out, &land.at[i], true);
    for (size_t j = 0; j < enclosed.n; j++) {
        put_ring(&out, &enclosed.at[j], false);
        for (size_t i = 0; i < land.n; i++)
            if (in[i] == j + 1)
                put_ring(&out, &land.at[i], true);
    }
    return out;
}

static bool is_all_land(struct rings square, struct rings land, struct rings enclosed)
{
    return square.n && !enclosed.n && land.n == 1 && land.at[0].area >= square.at[0].area * 0.999999;
}

static void put_ocean_piece(struct cutter *c, const struct shape *s)
{
    if (s->n_parts && mvt_begin_feature(c->mvt, s, false, 0))
        mvt_end_feature(c->mvt);
}

static void put_ocean(struct cutter *c, const struct slice_feature *f, const size_t count[GROUND_SEA + 1])
{
    struct rings square = rings_of(&c->arena, f, count[GROUND_WORLD]);
    f += count[GROUND_WORLD];
    struct rings land = rings_of(&c->arena, f, count[GROUND_LANDMASS]);
    f += count[GROUND_LANDMASS];
    struct rings enclosed = rings_of(&c->arena, f, count[GROUND_ENCLOSED]);
    f += count[GROUND_ENCLOSED];
    mvt_begin_layer(c->mvt, S("ocean"), EXTENT);
    if (!is_all_land(square, land, enclosed)) {
        struct shape ocean = ocean_of(&c->arena, square, land, enclosed);
        for (size_t i = 0; i < count[GROUND_SURVEYED]; i++)
            ocean = ground_without(&c->arena, &ocean, shape_bounds(&f[i].shape), SEAM);
        put_ocean_piece(c, &ocean);
    }
    f += count[GROUND_SURVEYED];
    for (size_t i = 0; i < count[GROUND_SEA]; i++)
        put_ocean_piece(c, &f[i].shape);
    mvt_end_layer(c->mvt);
}

static bool is_own_point(const struct shape *s)
{
    return s->kind != SHAPE_POINTS || (s->at[0].x >= 0 && s->at[0].y >= 0 && s->at[0].x < EXTENT && s->at[0].y < EXTENT);
}

static void put_layer(struct cutter *c, enum ground_layer layer, const struct slice_feature *f, size_t n)
{
    mvt_begin_layer(c->mvt, str_of(LAYERS[layer].name), EXTENT);
    for (size_t i = 0; i < n; i++) {
        if (!f[i].shape.n || !is_own_point(&f[i].shape) || !mvt_begin_feature(c->mvt, &f[i].shape, false, 0))
            continue;
        for (const struct ground_prop *p = c->ground->at[f[i].tag].props; p; p = p->next)
            mvt_property(c->mvt, p->key, p->value);
        mvt_end_feature(c->mvt);
    }
    mvt_end_layer(c->mvt);
}

static bool write_tile(void *ctx, struct tile t, const struct slice_feature *f, size_t n, struct err *err)
{
    struct cutter *c = ctx;
    if (ground_is_stopped(c->ground, err))
        return false;
    size_t sea[GROUND_SEA + 1] = {0}, i = 0;
    for (; i < n && c->ground->at[f[i].tag].layer <= GROUND_SEA; i++)
        sea[c->ground->at[f[i].tag].layer]++;
    if (i)
        put_ocean(c, f, sea);
    while (i < n) {
        enum ground_layer layer = c->ground->at[f[i].tag].layer;
        size_t end = i;
        while (end < n && c->ground->at[f[end].tag].layer == layer)
            end++;
        put_layer(c, layer, f + i, end - i);
        i = end;
    }
    buf_clear(&c->tile);
    buf_clear(&c->packed);
    mvt_finish(c->mvt, &c->tile);
    buf_gzip(&c->packed, buf_str(&c->tile));
    arena_reset(&c->arena);
    return tileset_put(c->writer, t, buf_str(&c->packed), err);
}

bool ground_cut(const struct ground *g, const struct ground_cut *cut, struct tileset_writer *w, struct err *err)
{
    AUTO(cutter) c = {.ground = g, .writer = w, .mvt = mvt_writer_new()};
    arena_init(&c.arena, GROUND_MAX_BYTES);
    struct slice_feature *features = base_alloc(g->n + 1, sizeof *features);
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        if (g->at[i].min_zoom <= cut->max_zoom && g->at[i].max_zoom >= cut->min_zoom)
            features[n++] = (struct slice_feature){g->at[i].shape, (uint32_t)i, g->at[i].min_zoom, g->at[i].max_zoom};
    struct slice_options options = {.min_zoom = (uint8_t)cut->min_zoom, .max_zoom = (uint8_t)cut->max_zoom, .extent = EXTENT,
        .buffer = BUFFER, .tolerance = TOLERANCE, .min_area = MIN_AREA, .wanted = cut->wanted, .ctx = cut->ctx};
    bool ok = slice_all(features, n, &options, write_tile, &c, err);
    free(features);
    return ok;
}

static void put_fields(struct json_writer *w, struct str fields)
{
    struct str field;
    json_open(w, '{');
    while (str_next(&fields, ' ', &field)) {
        if (!field.len)
            continue;
        bool flag = str_ends(field, S("?")), number = str_ends(field, S("#"));
        char key[32] = {0};
        memcpy(key, field.at, MIN(field.len - (flag || number), sizeof key - 1));
        json_key(w, key);
        json_put_cstr(w, flag ? "Boolean" : number ? "Number" : "String");
    }
    json_close(w, '}');
}

void ground_put_layers(struct buf *out, int max_zoom, struct str street_areas)
{
    struct json_writer w = {.out = out};
    json_open(&w, '{');
    json_key(&w, "street_areas");
    json_put_raw(&w, street_areas);
    json_key(&w, "vector_layers");
    json_open(&w, '[');
    for (size_t i = 0; i < COUNT(LAYERS); i++) {
        if (!LAYERS[i].name || LAYERS[i].min_zoom > max_zoom)
            continue;
        json_open(&w, '{');
        json_key(&w, "id");
        json_put_cstr(&w, LAYERS[i].name);
        json_key(&w, "minzoom");
        json_put_int(&w, LAYERS[i].min_zoom);
        json_key(&w, "maxzoom");
        json_put_int(&w, max_zoom);
        json_key(&w, "fields");
        put_fields(&w, str_of(LAYERS[i].fields));
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
}
