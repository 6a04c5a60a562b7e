/*
 * Tags to layers, by tables: the first rule that fits an area or a street decides. Kinds and zooms are those of the
 * Shortbread schema 1.0. A small extract does not begin at a street's usual zoom but where it is a quarter of a tile wide:
 * a single town's motorways in the middle of an empty country would tell nobody where he is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/basemap_pbf.h"
#include "data/basemap_sources.h"
#include "data/gdal_ground.h"
#include "data/mesh.h"

static const size_t ROW_ARENA_BYTES = (size_t)1 << 30;
enum { BUILDINGS_ZOOM = 14, STEPS_OF_TRIM = 200 };
static const double TILE_PART = 0.25; /* of a tile's side, that an extract must fill to be drawn */

struct area_rule {
    const char *key, *value, *kind; /* value NULL: any; kind NULL: the value */
    enum ground_layer layer;
    uint8_t min_zoom;
};
static const struct area_rule AREA_RULES[] = {
    {"natural", "water", NULL, GROUND_WATER_POLYGONS, 4},
    {"natural", "glacier", NULL, GROUND_WATER_POLYGONS, 4},
    {"waterway", "riverbank", "river", GROUND_WATER_POLYGONS, 4},
    {"waterway", "dock", NULL, GROUND_WATER_POLYGONS, 10},
    {"waterway", "canal", NULL, GROUND_WATER_POLYGONS, 10},
    {"landuse", "reservoir", NULL, GROUND_WATER_POLYGONS, 4},
    {"landuse", "basin", NULL, GROUND_WATER_POLYGONS, 10},
    {"leisure", "swimming_pool", NULL, GROUND_WATER_POLYGONS, 14},
    {"amenity", "university", NULL, GROUND_SITES, 14},
    {"amenity", "college", NULL, GROUND_SITES, 14},
    {"amenity", "school", NULL, GROUND_SITES, 14},
    {"amenity", "hospital", NULL, GROUND_SITES, 14},
    {"amenity", "prison", NULL, GROUND_SITES, 14},
    {"amenity", "parking", NULL, GROUND_SITES, 14},
    {"leisure", "sports_centre", NULL, GROUND_SITES, 14},
    {"landuse", "construction", NULL, GROUND_SITES, 14},
    {"military", "danger_area", NULL, GROUND_SITES, 14},
    {"amenity", "grave_yard", NULL, GROUND_LAND, 13},
    {"leisure", "park", NULL, GROUND_LAND, 11},
    {"leisure", "garden", NULL, GROUND_LAND, 11},
    {"leisure", "golf_course", NULL, GROUND_LAND, 11},
    {"leisure", "playground", NULL, GROUND_LAND, 11},
    {"leisure", "miniature_golf", NULL, GROUND_LAND, 11},
    {"leisure", "nature_reserve", NULL, GROUND_LAYERS, 0},
    {"natural", "wood", "forest", GROUND_LAND, 7},
    {"natural", "beach", NULL, GROUND_LAND, 10},
    {"natural", "sand", NULL, GROUND_LAND, 10},
    {"natural", "scree", NULL, GROUND_LAND, 10},
    {"natural", "shingle", NULL, GROUND_LAND, 10},
    {"natural", "bare_rock", NULL, GROUND_LAND, 10},
    {"natural", "heath", NULL, GROUND_LAND, 11},
    {"natural", "scrub", NULL, GROUND_LAND, 11},
    {"natural", "grassland", NULL, GROUND_LAND, 11},
    {"wetland", "swamp", NULL, GROUND_LAND, 11},
    {"wetland", "bog", NULL, GROUND_LAND, 11},
    {"wetland", "string_bog", NULL, GROUND_LAND, 11},
    {"wetland", "wet_meadow", NULL, GROUND_LAND, 11},
    {"wetland", "marsh", NULL, GROUND_LAND, 11},
    {"landuse", "forest", NULL, GROUND_LAND, 7},
    {"landuse", "residential", NULL, GROUND_LAND, 10},
    {"landuse", "industrial", NULL, GROUND_LAND, 10},
    {"landuse", "commercial", NULL, GROUND_LAND, 10},
    {"landuse", "retail", NULL, GROUND_LAND, 10},
    {"landuse", "railway", NULL, GROUND_LAND, 10},
    {"landuse", "landfill", NULL, GROUND_LAND, 10},
    {"landuse", "brownfield", NULL, GROUND_LAND, 10},
    {"landuse", "greenfield", NULL, GROUND_LAND, 10},
    {"landuse", "farmyard", NULL, GROUND_LAND, 10},
    {"landuse", "farmland", NULL, GROUND_LAND, 10},
    {"landuse", "garages", NULL, GROUND_LAND, 11},
    {"landuse", "grass", NULL, GROUND_LAND, 11},
    {"landuse", "meadow", NULL, GROUND_LAND, 11},
    {"landuse", "orchard", NULL, GROUND_LAND, 11},
    {"landuse", "vineyard", NULL, GROUND_LAND, 11},
    {"landuse", "allotments", NULL, GROUND_LAND, 11},
    {"landuse", "plant_nursery", NULL, GROUND_LAND, 11},
    {"landuse", "recreation_ground", NULL, GROUND_LAND, 11},
    {"landuse", "village_green", NULL, GROUND_LAND, 11},
    {"landuse", "quarry", NULL, GROUND_LAND, 11},
    {"landuse", "cemetery", NULL, GROUND_LAND, 13},
    {"highway", "pedestrian", NULL, GROUND_STREET_POLYGONS, 13},
    {"highway", "footway", NULL, GROUND_STREET_POLYGONS, 14},
    {"highway", "service", NULL, GROUND_STREET_POLYGONS, 14},
    {"highway", "living_street", NULL, GROUND_STREET_POLYGONS, 14},
    {"highway", "residential", NULL, GROUND_STREET_POLYGONS, 14},
    {"highway", "unclassified", NULL, GROUND_STREET_POLYGONS, 14},
    {"highway", "platform", NULL, GROUND_STREET_POLYGONS, 14},
    {"public_transport", "platform", NULL, GROUND_STREET_POLYGONS, 14},
    {"aeroway", "runway", NULL, GROUND_STREET_POLYGONS, 11},
    {"aeroway", "taxiway", NULL, GROUND_STREET_POLYGONS, 13},
    {"man_made", "bridge", NULL, GROUND_BRIDGES, 12},
    {"man_made", "pier", NULL, GROUND_STREET_POLYGONS, 12},
    {"building", NULL, NULL, GROUND_BUILDINGS, BUILDINGS_ZOOM},
};

struct way_rule {
    const char *key, *value, *kind;
    enum ground_layer layer;
    uint8_t min_zoom, label_zoom; /* 0: not labelled */
    int8_t rank;                  /* which is drawn over which */
    bool link;
};
static const struct way_rule WAY_RULES[] = {
    {"highway", "motorway", NULL, GROUND_STREETS, 5, 10, 60, false},
    {"highway", "motorway_link", "motorway", GROUND_STREETS, 5, 0, 59, true},
    {"highway", "trunk", NULL, GROUND_STREETS, 6, 11, 55, false},
    {"highway", "trunk_link", "trunk", GROUND_STREETS, 6, 0, 54, true},
    {"highway", "primary", NULL, GROUND_STREETS, 8, 12, 50, false},
    {"highway", "primary_link", "primary", GROUND_STREETS, 8, 0, 49, true},
    {"highway", "secondary", NULL, GROUND_STREETS, 9, 13, 45, false},
    {"highway", "secondary_link", "secondary", GROUND_STREETS, 9, 0, 44, true},
    {"highway", "tertiary", NULL, GROUND_STREETS, 10, 13, 40, false},
    {"highway", "tertiary_link", "tertiary", GROUND_STREETS, 10, 0, 39, true},
    {"highway", "unclassified", NULL, GROUND_STREETS, 12, 14, 35, false},
    {"highway", "residential", NULL, GROUND_STREETS, 12, 14, 34, false},
    {"highway", "road", "unclassified", GROUND_STREETS, 12, 14, 33, false},
    {"highway", "busway", NULL, GROUND_STREETS, 12, 0, 32, false},
    {"highway", "bus_guideway", NULL, GROUND_STREETS, 12, 0, 32, false},
    {"highway", "living_street", NULL, GROUND_STREETS, 12, 14, 31, false},
    {"highway", "pedestrian", NULL, GROUND_STREETS, 12, 14, 30, false},
    {"highway", "service", NULL, GROUND_STREETS, 13, 14, 20, false},
    {"highway", "track", NULL, GROUND_STREETS, 13, 14, 16, false},
    {"highway", "cycleway", NULL, GROUND_STREETS, 13, 14, 15, false},
    {"highway", "bridleway", "path", GROUND_STREETS, 13, 14, 13, false},
    {"highway", "footway", NULL, GROUND_STREETS, 13, 14, 13, false},
    {"highway", "path", NULL, GROUND_STREETS, 13, 14, 12, false},
    {"highway", "steps", NULL, GROUND_STREETS, 13, 14, 14, false},
    {"railway", "rail", NULL, GROUND_STREETS, 8, 0, 70, false},
    {"railway", "narrow_gauge", NULL, GROUND_STREETS, 8, 0, 69, false},
    {"railway", "light_rail", NULL, GROUND_STREETS, 10, 0, 68, false},
    {"railway", "subway", NULL, GROUND_STREETS, 10, 0, 67, false},
    {"railway", "tram", NULL, GROUND_STREETS, 10, 0, 66, false},
    {"railway", "funicular", NULL, GROUND_STREETS, 10, 0, 65, false},
    {"railway", "monorail", NULL, GROUND_STREETS, 10, 0, 65, false},
    {"aeroway", "runway", NULL, GROUND_STREETS, 11, 0, 11, false},
    {"aeroway", "taxiway", NULL, GROUND_STREETS, 13, 0, 10, false},
    {"waterway", "river", NULL, GROUND_WATER_LINES, 9, 9, 5, false},
    {"waterway", "canal", NULL, GROUND_WATER_LINES, 9, 10, 4, false},
    {"waterway", "stream", NULL, GROUND_WATER_LINES, 13, 14, 3, false},
    {"waterway", "drain", NULL, GROUND_WATER_LINES, 14, 0, 2, false},
    {"waterway", "ditch", NULL, GROUND_WATER_LINES, 14, 0, 2, false},
};

struct place_rule {
    const char *kind;
    uint8_t min_zoom;
    uint32_t population; /* where none is given */
};
static const struct place_rule PLACE_RULES[] = {
    {"city", 6, 100000}, {"town", 7, 5000}, {"village", 10, 500}, {"hamlet", 10, 50}, {"suburb", 10, 1000},
    {"quarter", 11, 500}, {"neighbourhood", 12, 100}, {"locality", 13, 0}, {"island", 10, 0}, {"isolated_dwelling", 13, 5},
    {"farm", 14, 5},
};

/* ---- reading ---- */

struct reader {
    struct extract *extract;
    struct ground *ground;
    struct arena arena; /* of one row */
    struct xy *streets; /* a vertex of each street, to tell what is covered */
    size_t n_streets, cap_streets;
    struct arena coast_arena;
    struct mesh_line *coasts;
    size_t n_coasts, cap_coasts;
    struct cut_surfaces cut; /* of water */
};

static void reader_done(struct reader *r)
{
    arena_done(&r->arena);
    arena_done(&r->coast_arena);
    cut_surfaces_done(&r->cut);
    free(r->streets);
    free(r->coasts);
}

static bool is_yes(struct str v)
{
    return v.len && !str_eq(v, S("no")) && !str_eq(v, S("0")) && !str_eq(v, S("false"));
}

static void add_names(struct reader *r, struct ground_feature *f, const struct ground_row *row)
{
    struct str name = ground_get(row, S("name")), french = ground_get(row, S("name:fr")), english = ground_get(row, S("name:en"));
    if (!french.len)
        french = ground_get(row, S("name_fr")); /* GDAL writes colons so */
    if (!english.len)
        english = ground_get(row, S("name_en"));
    ground_text(r->ground, f, "name", name.len ? name : french);
    if (!str_eq(name, french))
        ground_text(r->ground, f, "name_fr", french);
    if (!str_eq(name, english))
        ground_text(r->ground, f, "name_en", english);
}

static const struct area_rule *area_rule_of(const struct ground_row *row)
{
    for (size_t i = 0; i < COUNT(AREA_RULES); i++) {
        struct str v = ground_get(row, str_of(AREA_RULES[i].key));
        if (v.len && (AREA_RULES[i].value ? str_eq(v, str_of(AREA_RULES[i].value)) : is_yes(v)))
            return &AREA_RULES[i];
    }
    return NULL;
}

static struct str water_kind(const struct ground_row *row, const struct area_rule *rule)
{
    static const char *const kinds[] = {"river", "canal", "reservoir", "basin", "dock", "lake", "pond"};
    struct str water = ground_get(row, S("water"));
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_eq(water, str_of(kinds[i])))
            return str_of(kinds[i]);
    return str_of(rule->kind ? rule->kind : rule->value);
}

static void label_area(struct reader *r, enum ground_layer layer, const struct ground_row *row, const struct shape *s, struct str kind)
{
    struct xy at;
    double area = shape_area(s);
    if (!ground_get(row, S("name")).len || !shape_label_point(s, 2e-8, &r->arena, &at))
        return;
    /* named from where it is some 60 pixels wide: a square of that side at zoom z of 512-px tiles */
    double zoom = area > 0 ? log2(60.0 / 512.0 / sqrt(area)) : 14;
    int min_zoom = layer == GROUND_WATER_POLYGON_LABELS ? CLAMP((int)ceil(zoom), 8, 14) : 14;
    struct ground_feature *f = ground_add_point(r->ground, layer, at, min_zoom, r->extract->max_zoom);
    f->rank = -(int32_t)MIN(area * 1e13, 2e9);
    ground_text(r->ground, f, "kind", kind);
    add_names(r, f, row);
    if (layer == GROUND_WATER_POLYGON_LABELS) {
        double metres = metres_per_px(mercator_lonlat(at).lat, 0) * 256;
        ground_number(r->ground, f, "way_area", area * metres * metres);
    }
}

/* Watched places: where people are seen coming and going. Nothing else is a point of interest here. */
static void add_watched(struct reader *r, const struct ground_row *row, const struct shape *s)
{
    static const char *const amenities[] = {"townhall", "courthouse", "school", "college", "university", "police", "prison"};
    static const char *const stops[] = {"station", "halt", "tram_stop", "subway_entrance"};
    struct str amenity = ground_get(row, S("amenity")), railway = ground_get(row, S("railway"));
    enum ground_layer layer = GROUND_LAYERS;
    int min_zoom = 14;
    for (size_t i = 0; i < COUNT(amenities); i++)
        if (str_eq(amenity, str_of(amenities[i])))
            layer = GROUND_POIS;
    for (size_t i = 0; i < COUNT(stops) && layer == GROUND_LAYERS; i++)
        if (str_eq(railway, str_of(stops[i]))) {
            layer = GROUND_PUBLIC_TRANSPORT;
            min_zoom = i < 2 ? 13 : 14;
        }
    struct xy at = s->at[0];
    if (layer == GROUND_LAYERS || (s->kind == SHAPE_POLYGONS && !shape_label_point(s, 2e-8, &r->arena, &at)))
        return;
    struct ground_feature *f = ground_add_point(r->ground, layer, at, min_zoom, r->extract->max_zoom);
    ground_text(r->ground, f, "kind", layer == GROUND_POIS ? amenity : railway);
    if (layer == GROUND_POIS)
        ground_text(r->ground, f, "amenity", amenity);
    add_names(r, f, row);
}

static bool is_underground(const struct ground_row *row)
{
    struct str layer = ground_get(row, S("layer"));
    return is_yes(ground_get(row, S("tunnel"))) || str_eq(ground_get(row, S("location")), S("underground")) ||
        (layer.len && layer.at[0] == '-' && ground_get(row, S("building")).len);
}

static void take_coast(struct reader *r, const struct xy *at, uint32_t n)
{
    if (r->n_coasts == r->cap_coasts) {
        r->cap_coasts = MAX(r->cap_coasts * 2, (size_t)256);
        r->coasts = base_grow(r->coasts, r->cap_coasts, sizeof *r->coasts);
    }
    r->coasts[r->n_coasts++] = (struct mesh_line){arena_copy(&r->coast_arena, at, n * sizeof *at), n, 0};
    must(r->coasts[r->n_coasts - 1].at);
}

/* Closed coastlines come as areas: islands. */
static void take_islands(struct reader *r, const struct shape *s)
{
    for (uint32_t part = 0, begin = 0; part < s->n_parts; begin = s->end[part++]) {
        uint32_t n = s->end[part] - begin;
        struct xy *ring = ARENA_ARRAY(&r->arena, struct xy, n + 1);
        must(ring);
        memcpy(ring, s->at + begin, n * sizeof *ring);
        ring[n] = ring[0];
        take_coast(r, ring, n + 1);
    }
}

static void add_area(struct reader *r, const struct ground_row *row, const struct shape *s)
{
    if (str_eq(ground_get(row, S("natural")), S("coastline")))
        take_islands(r, s);
    add_watched(r, row, s);
    const struct area_rule *rule = area_rule_of(row);
    if (!rule || rule->layer == GROUND_LAYERS || is_underground(row))
        return;
    struct str kind = rule->layer == GROUND_WATER_POLYGONS ? water_kind(row, rule)
        : str_of(rule->kind ? rule->kind : rule->value ? rule->value : "");
    struct ground_feature *f = ground_add(r->ground, rule->layer, s, rule->min_zoom, r->extract->max_zoom);
    f->rank = -(int32_t)MIN(shape_area(s) * 1e13, 2e9); /* large ones lie under small ones */
    ground_text(r->ground, f, "kind", kind);
    if (rule->layer == GROUND_WATER_POLYGONS)
        ground_flag(r->ground, f, "intermittent", is_yes(ground_get(row, S("intermittent"))));
    if (rule->layer == GROUND_WATER_POLYGONS && !str_eq(kind, S("swimming_pool")))
        label_area(r, GROUND_WATER_POLYGON_LABELS, row, s, kind);
    else if (rule->layer == GROUND_STREET_POLYGONS)
        label_area(r, GROUND_STREET_POLYGON_LABELS, row, s, kind);
    /* a school's grounds that are also a building's: both are drawn */
    if (rule->layer == GROUND_SITES && is_yes(ground_get(row, S("building"))))
        ground_add(r->ground, GROUND_BUILDINGS, s, BUILDINGS_ZOOM, r->extract->max_zoom);
}

static bool is_cut(const struct reader *r, const struct ground_row *row)
{
    int64_t id;
    if (!r->cut.n || !str_i64(ground_get(row, S("osm_id")), &id))
        return false;
    for (size_t i = 0; i < r->cut.n; i++)
        if (r->cut.at[i].relation == id)
            return true;
    return false;
}

static void take_area(struct reader *r, const struct ground_row *row, const struct shape *s)
{
    if (is_cut(r, row)) /* what closes of it are its islands */
        return;
    add_area(r, row, s);
}
static const struct way_rule *way_rule_of(const struct ground_row *row)
{
    for (size_t i = 0; i < COUNT(WAY_RULES); i++)
        if (str_eq(ground_get(row, str_of(WAY_RULES[i].key)), str_of(WAY_RULES[i].value)))
            return &WAY_RULES[i];
    return NULL;
}

static int level_of(const struct ground_row *row)
{
    int64_t layer = 0;
    if (!str_i64(ground_get(row, S("layer")), &layer))
        layer = 0;
    if (is_yes(ground_get(row, S("tunnel"))) && layer >= 0)
        layer = -1;
    if (is_yes(ground_get(row, S("bridge"))) && layer <= 0)
        layer = 1;
    return (int)CLAMP(layer, -5, 5);
}

static void note_street(struct reader *r, const struct shape *s)
{
    if (r->n_streets == r->cap_streets) {
        r->cap_streets = MAX(r->cap_streets * 2, (size_t)4096);
        r->streets = base_grow(r->streets, r->cap_streets, sizeof *r->streets);
    }
    r->streets[r->n_streets++] = s->at[s->n / 2];
}

static void take_border(struct reader *r, const struct ground_row *row, const struct shape *s)
{
    int64_t level;
    if (!str_eq(ground_get(row, S("boundary")), S("administrative")) || !str_i64(ground_get(row, S("admin_level")), &level) ||
        (level != 2 && level != 4 && level != 6))
        return;
    if (level == 2 && r->extract->names_from_zoom) /* those of the packaged data are as good, and do not end where it ends */
        return;
    int from = MAX(r->extract->names_from_zoom, level == 2 ? 0 : level == 4 ? 4 : 7);
    if (from > r->extract->max_zoom)
        return;
    struct ground_feature *f = ground_add(r->ground, GROUND_BOUNDARIES, s, from, r->extract->max_zoom);
    f->rank = -(int32_t)level;
    ground_number(r->ground, f, "admin_level", (double)level);
    ground_flag(r->ground, f, "maritime", is_yes(ground_get(row, S("maritime"))));
    ground_flag(r->ground, f, "disputed", is_yes(ground_get(row, S("disputed"))));
}

static bool is_of_no_interest(const struct ground_row *row)
{
    struct str footway = ground_get(row, S("footway"));
    return is_yes(ground_get(row, S("indoor"))) || str_eq(footway, S("sidewalk")) || str_eq(footway, S("crossing"));
}

static void label_way(struct reader *r, const struct ground_row *row, const struct shape *s, const struct way_rule *rule)
{
    struct str name = ground_get(row, S("name")), ref = ground_get(row, S("ref"));
    bool water = rule->layer == GROUND_WATER_LINES;
    if (!rule->label_zoom || !(name.len || (ref.len && !water)))
        return;
    struct ground_feature *f = ground_add(r->ground, water ? GROUND_WATER_LINE_LABELS : GROUND_STREET_LABELS, s, rule->label_zoom,
        r->extract->max_zoom);
    f->rank = -rule->rank; /* the greatest are named first */
    ground_text(r->ground, f, "kind", str_of(rule->kind ? rule->kind : rule->value));
    add_names(r, f, row);
    if (!water)
        ground_text(r->ground, f, "ref", ref);
}

static void take_way(struct reader *r, const struct ground_row *row, const struct shape *s)
{
    take_border(r, row, s);
    if (str_eq(ground_get(row, S("natural")), S("coastline")) && s->n_parts == 1)
        take_coast(r, s->at, s->n);
    const struct way_rule *rule = way_rule_of(row);
    if (!rule || is_of_no_interest(row))
        return;
    bool rail = strcmp(rule->key, "railway") == 0, water = rule->layer == GROUND_WATER_LINES;
    struct str service = ground_get(row, S("service"));
    int min_zoom = rail && service.len ? MAX(rule->min_zoom, 13) : rule->min_zoom; /* sidings and yards */
    struct ground_feature *f = ground_add(r->ground, rule->layer, s, min_zoom, r->extract->max_zoom);
    f->rank = level_of(row) * 100 + rule->rank;
    ground_text(r->ground, f, "kind", str_of(rule->kind ? rule->kind : rule->value));
    ground_flag(r->ground, f, "link", rule->link);
    ground_flag(r->ground, f, "rail", rail);
    ground_flag(r->ground, f, "tunnel", is_yes(ground_get(row, S("tunnel"))) || is_yes(ground_get(row, S("covered"))));
    ground_flag(r->ground, f, "bridge", is_yes(ground_get(row, S("bridge"))));
    if (rule->layer == GROUND_STREETS)
        ground_text(r->ground, f, "service", service);
    else
        ground_flag(r->ground, f, "intermittent", is_yes(ground_get(row, S("intermittent"))));
    if (strcmp(rule->key, "highway") == 0)
        note_street(r, s);
    if (!(water && is_yes(ground_get(row, S("tunnel")))))
        label_way(r, row, s, rule);
}

static void take_place(struct reader *r, const struct ground_row *row, const struct shape *s)
{
    struct str kind = ground_get(row, S("place"));
    if (!ground_get(row, S("name")).len)
        return;
    for (size_t i = 0; i < COUNT(PLACE_RULES); i++) {
        const struct place_rule *rule = &PLACE_RULES[i];
        int from = MAX(rule->min_zoom, r->extract->names_from_zoom);
        if (!str_eq(kind, str_of(rule->kind)) || from > r->extract->max_zoom)
            continue;
        int64_t population;
        bool known = str_i64(ground_get(row, S("population")), &population) && population >= 0;
        struct str capital = ground_get(row, S("capital"));
        int64_t level = str_eq(capital, S("yes")) ? 2 : 0;
        if (!level && !str_i64(capital, &level))
            level = 0;
        struct ground_feature *f = ground_add_point(r->ground, GROUND_PLACE_LABELS, s->at[0], from, r->extract->max_zoom);
        f->rank = -(int32_t)MIN(known ? population : rule->population, (int64_t)1 << 30);
        ground_text(r->ground, f, "kind", level == 2 ? S("capital") : level == 4 ? S("state_capital") : kind);
        add_names(r, f, row);
        ground_number(r->ground, f, "population", (double)(known ? population : rule->population));
        if (level == 2 || level == 4 || level == 6)
            ground_number(r->ground, f, "capital_of", (double)level);
    }
}

static bool take_row(void *ctx, const struct ground_row *row, struct err *err)
{
    struct reader *r = ctx;
    if (ground_is_stopped(r->ground, err))
        return false;
    arena_reset(&r->arena);
    struct shape s = ground_project(&r->arena, &row->shape);
    if (s.kind == SHAPE_POLYGONS)
        take_area(r, row, &s);
    else if (s.kind == SHAPE_LINES)
        take_way(r, row, &s);
    else if (s.kind == SHAPE_POINTS) {
        take_place(r, row, &s);
        add_watched(r, row, &s);
    }
    return true;
}

/* ---- what is covered ---- */

static int by_x(const void *a, const void *b)
{
    double p = ((const struct xy *)a)->x, q = ((const struct xy *)b)->x;
    return (p > q) - (p < q);
}

static int by_y(const void *a, const void *b)
{
    double p = ((const struct xy *)a)->y, q = ((const struct xy *)b)->y;
    return (p > q) - (p < q);
}

/* Where the file does not say: round the streets, less the half percent at each side, which is tails of ways that lead out. */
static bool measure(struct reader *r)
{
    size_t n = r->n_streets, trim = n / STEPS_OF_TRIM;
    if (!n)
        return false;
    struct xy nw, se;
    qsort(r->streets, n, sizeof *r->streets, by_x);
    nw.x = r->streets[trim].x;
    se.x = r->streets[n - 1 - trim].x;
    qsort(r->streets, n, sizeof *r->streets, by_y);
    nw.y = r->streets[trim].y;
    se.y = r->streets[n - 1 - trim].y;
    struct lonlat a = mercator_lonlat(nw), b = mercator_lonlat(se);
    r->extract->covers = (struct box){a.lon, b.lat, b.lon, a.lat};
    return true;
}

static int first_zoom(struct box covers)
{
    struct xy nw = mercator_of((struct lonlat){covers.west, covers.north}), se = mercator_of((struct lonlat){covers.east, covers.south});
    double side = MAX(se.x - nw.x, se.y - nw.y);
    int zoom = 0;
    while (zoom < 12 && side < ldexp(TILE_PART, -zoom))
        zoom++;
    return zoom;
}

static int by_key(const void *pa, const void *pb)
{
    uint64_t a = ((const struct mesh_line *)pa)->key, b = ((const struct mesh_line *)pb)->key;
    return (a > b) - (a < b);
}

/* Islands may have come from both readers, turned either way: alike is what has the same vertices.
 */
static void drop_doubles(struct reader *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->n_coasts; i++) {
        struct mesh_line *l = &r->coasts[i];
        bool closed = l->at[0].x == l->at[l->n - 1].x && l->at[0].y == l->at[l->n - 1].y;
        for (uint32_t j = closed; j < l->n; j++)
            l->key += hash64(&l->at[j], sizeof l->at[j], 0);
    }
    if (r->n_coasts)
        qsort(r->coasts, r->n_coasts, sizeof *r->coasts, by_key);
    for (size_t i = 0; i < r->n_coasts; i++)
        if (!kept || r->coasts[i].key != r->coasts[kept - 1].key)
            r->coasts[kept++] = r->coasts[i];
    r->n_coasts = kept;
    for (size_t i = 0; i < kept; i++)
        r->coasts[i].key = 0;
}

/* The extract's own coast, from the zoom on where that of the packaged data is too coarse. */
static void add_sea(struct reader *r, int from_zoom)
{
    struct box c = r->extract->covers;
    struct xy nw = mercator_of((struct lonlat){c.west, c.north}), se = mercator_of((struct lonlat){c.east, c.south});
    struct xy corners[] = {nw, {se.x, nw.y}, se, {nw.x, se.y}};
    uint32_t end = COUNT(corners);
    struct shape sea, rectangle = {.kind = SHAPE_POLYGONS, .n_parts = 1, .n = end, .end = &end, .at = corners};
    if (!r->n_coasts || !coast_sea(r->coasts, r->n_coasts, (struct rect){nw.x, nw.y, se.x, se.y}, &r->coast_arena, &sea))
        return;
    ground_add(r->ground, GROUND_SURVEYED, &rectangle, from_zoom, r->extract->max_zoom);
    ground_add(r->ground, GROUND_SEA, &sea, from_zoom, r->extract->max_zoom);
}

static bool is_coast(const struct ground_row *row)
{
    return str_eq(ground_get(row, S("natural")), S("coastline"));
}

static bool is_water_or_coast(const struct ground_row *row)
{
    return is_coast(row) || str_eq(ground_get(row, S("natural")), S("water")) ||
           str_eq(ground_get(row, S("waterway")), S("riverbank"));
}

/* Lakes and wide rivers that the extract cuts. */
static void add_cut_water(struct reader *r)
{
    struct box c = r->extract->covers;
    struct xy nw = mercator_of((struct lonlat){c.west, c.north}),
              se = mercator_of((struct lonlat){c.east, c.south});
    for (size_t i = 0; i < r->cut.n; i++) {
        const struct cut_surface *cut = &r->cut.at[i];
        struct shape s;
        if (is_coast(&cut->row)) { /* islands; open coasts came as lines */
            for (size_t j = 0; !cut->relation && j < cut->n_lines; j++)
                take_coast(r, cut->lines[j].at, cut->lines[j].n);
            continue;
        }
        struct arena_mark mark = arena_mark(&r->coast_arena);
        if (coast_water(cut->lines, cut->n_lines, (struct rect){nw.x, nw.y, se.x, se.y}, r->streets,
                r->n_streets, &r->coast_arena, &s)) {
            arena_reset(&r->arena);
            add_area(r, &cut->row, &s);
        }
        arena_release(&r->coast_arena, mark);
    }
}

bool extract_read(struct extract *e, struct err *err)
{
    AUTO(reader) r = {.extract = e, .ground = e->ground};
    size_t from = e->ground->n;
    bool has_extent = false;
    arena_init(&r.arena, ROW_ARENA_BYTES);
    arena_init(&r.coast_arena, ROW_ARENA_BYTES);
    if (!pbf_cut_surfaces(e->path, is_water_or_coast, &r.cut, err) ||
        !gdal_ground_osm(e->path, &e->covers, &has_extent, take_row, &r, err))
        return false;
    e->n_streets = r.n_streets;
    if (e->ground->n == from)
        return err_set(err, ERR_INVALID, "%s: there is nothing in it that a map shows", e->path);
    if (!has_extent && !measure(&r))
        return err_set(err, ERR_INVALID, "%s: it does not say what it covers, and has no streets to tell by", e->path);
    add_cut_water(&r);
    ground_join_lines(e->ground, from);
    int first = e->first_zoom = MIN(first_zoom(e->covers), e->max_zoom);
    drop_doubles(&r);
    if (e->max_zoom >= e->names_from_zoom)
        add_sea(&r, MAX(first, e->names_from_zoom));
    for (size_t i = from; i < e->ground->n; i++)
        e->ground->at[i].min_zoom = (uint8_t)MAX(e->ground->at[i].min_zoom, first);
    return true;
}
