#include "tests/test.h"

#include "data/csv.h"
#include "data/gdal_row.h"
#include "data/import_row.h"
#include "data/json_stream.h"
#include "data/position.h"
#include "data/sniff.h"

/* ---- OSM tags ---- */

static struct arena arena;

static bool read_tags(const char *text, struct deployment *out, struct err *err)
{
    struct json_doc doc = {0};
    arena_done(&arena);
    arena_init(&arena, 1 << 20);
    CHECK(json_read(&doc, str_of(text), &JSON_STYLE, err));
    bool ok = import_osm_tags(doc.root, &arena, out, err);
    json_doc_done(&doc);
    return ok;
}

TEST(a_camera_of_openstreetmap_is_read_tag_by_tag)
{
    struct deployment d;
    struct err err;
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"surveillance\":\"public\",\"surveillance:type\":\"camera;ALPR\",\"surveillance:zone\":\"town\","
        "\"camera:type\":\"dom\",\"camera:mount\":\"street_lamp\",\"camera:direction\":\"0;60\",\"direction\":\"90\",\"height\":\"5,5 m\","
        "\"camera:tilt\":\"-15\",\"operator\":\"Ville de Nice\",\"manufacturer\":\"AXIS\",\"ref\":\"C15\",\"check_date\":\"2023-05-02\"}", &d, &err));
    CHECK_INT(d.category, CATEGORY_CCTV);
    CHECK_INT(d.categories2, 1u << CATEGORY_ALPR);
    CHECK_INT(d.space, SPACE_PUBLIC);
    CHECK_INT(d.target, TARGET_STREET);
    CHECK_INT(d.devices[0].type, DEVICE_DOME);
    CHECK_INT(d.devices[0].mount, MOUNT_STREET_LAMP);
    CHECK_INT(d.devices[0].n_views, 2);
    CHECK_NEAR(d.devices[0].views[0].bearing_deg, 0, 1e-9);
    CHECK(d.devices[0].views[0].has_bearing);
    CHECK_NEAR(d.devices[0].height_m, 5.5, 1e-9);
    CHECK_NEAR(d.devices[0].tilt_deg, 15, 1e-9);
    CHECK_INT(d.n_orgs, 2);
    CHECK_INT(d.orgs[0].kind, ORG_COMMUNE);
    CHECK_STR(d.orgs[1].name, "Axis Communications");
    CHECK_STR(d.ref, "C15");
    CHECK_INT(d.last_confirmed.year, 2023);
    CHECK_INT(d.n_claims, 0);
}

TEST(a_guard_is_a_person_and_not_imported_but_a_camera_beside_one_is)
{
    struct deployment d;
    struct err err;
    CHECK(!read_tags("{\"man_made\":\"surveillance\",\"surveillance:type\":\"guard\"}", &d, &err));
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"surveillance:type\":\"guard;camera\"}", &d, &err));
    CHECK_INT(d.category, CATEGORY_CCTV);
    CHECK_INT(d.categories2, 0);
}

TEST(what_no_tag_calls_surveillance_is_not_imported)
{
    struct deployment d;
    struct err err;
    CHECK(!read_tags("{\"amenity\":\"bench\"}", &d, &err));
    CHECK(!read_tags("{}", &d, &err));
}

TEST(a_camera_without_a_type_is_probably_cctv_and_says_so)
{
    struct deployment d;
    struct err err;
    CHECK(read_tags("{\"man_made\":\"surveillance\"}", &d, &err));
    CHECK_INT(d.n_claims, 1);
    CHECK_INT(d.claims[0].confidence, CONFIDENCE_PROBABLE);
    CHECK_INT(d.claims[0].field, CLAIM_CATEGORY);
}

TEST(homes_are_refused_unless_they_film_the_street_and_then_published_to_the_street_without_names)
{
    struct deployment d;
    struct err err;
    CHECK(!read_tags("{\"man_made\":\"surveillance\",\"camera:type\":\"doorbell\"}", &d, &err));
    CHECK(strstr(err.text, "private_home"));
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"camera:type\":\"doorbell\",\"surveillance\":\"public\",\"operator\":\"Dupont\",\"ref\":\"12\","
        "\"image\":\"https://example.org/x.jpg\"}", &d, &err));
    CHECK_INT(d.public_precision, PRECISION_STREET);
    CHECK_INT(d.n_orgs, 0);
    CHECK_INT(d.ref.len, 0);
    CHECK(!str_has(d.devices[0].source_tags, S("example.org")));
}

/* The name under which an operator is kept; "" when it is dropped. */
static struct str operator_of(const char *name)
{
    struct deployment d = {0};
    struct err err;
    arena_done(&arena);
    arena_init(&arena, 1 << 20);
    CHECK(import_orgs(str_of(name), S(""), S(""), &arena, &d, &err));
    return d.n_orgs ? d.orgs[0].name : S("");
}

TEST(operators_that_look_like_a_person_are_dropped_and_firms_and_offices_are_not)
{
    static const char *const PEOPLE[] = {"Jean Dupont", "M. Dupont", "monsieur Durand", "DUPONT Jean", "DUPONT Jean-Pierre", "J. Dupont", "Marie-Claude Le Goff",
        "Dr. Martin", "jean@example.org", "Famille Petit", "privé"};
    static const char *const OTHERS[] = {"Ville de Nice", "SNCF", "Pierre et Vacances", "Yves Rocher", "E. Leclerc", "Lycée Jean Moulin",
        "Jean Lefebvre", "Pharmacie Martin", "Carrefour Market", "Florence County Sheriff", "Saint Martin", "Robert Bosch GmbH"};
    for (size_t i = 0; i < COUNT(PEOPLE); i++)
        CHECK_STR(operator_of(PEOPLE[i]), "");
    for (size_t i = 0; i < COUNT(OTHERS); i++)
        CHECK_STR(operator_of(OTHERS[i]), OTHERS[i]);
}

TEST(telephone_numbers_are_cut_off_operators)
{
    CHECK_STR(operator_of("Sécuritas 01 23 45 67 89"), "Sécuritas");
    CHECK_STR(operator_of("Sécuritas - Tél. : +33 (0)1.23.45.67.89"), "Sécuritas");
    CHECK_STR(operator_of("Sécuritas, tél. 04 91 00 00 00"), "Sécuritas");
    CHECK_STR(operator_of("0123456789"), "");
    CHECK_STR(operator_of("Parking 24/24 Lot 12"), "Parking 24/24 Lot 12");
}

TEST(a_town_and_its_hall_are_one_organisation)
{
    static const char *const SAME[] = {"Ville de Nice", "Mairie de Nice", "mairie de Nice", "Commune de Nice", "Municipalité de Nice"};
    for (size_t i = 0; i < COUNT(SAME); i++)
        CHECK_STR(operator_of(SAME[i]), "Ville de Nice");
    CHECK_STR(operator_of("Mairie d\u2019Agen"), "Ville d'Agen");
    CHECK_STR(operator_of("Mairie du Havre"), "Ville du Havre");
    CHECK_STR(operator_of("Mairie du 10e arrondissement"), "Mairie du 10e arrondissement");
    CHECK_STR(operator_of("Communauté de communes du Pays"), "Communauté de communes du Pays");
}

TEST(a_dome_on_a_pole_sees_all_round_and_one_on_a_wall_does_not)
{
    struct deployment d;
    struct err err;
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"camera:type\":\"dome\",\"camera:mount\":\"pole\"}", &d, &err));
    CHECK_INT(d.devices[0].n_views, 1);
    CHECK_NEAR(d.devices[0].views[0].width_deg, 360, 1e-9);
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"camera:type\":\"dome\",\"camera:mount\":\"wall\"}", &d, &err));
    CHECK_INT(d.devices[0].n_views, 0);
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"camera:type\":\"dome\",\"camera:mount\":\"pole\",\"direction\":\"90\"}", &d, &err));
    CHECK_INT(d.devices[0].n_views, 1);
    CHECK_NEAR(d.devices[0].views[0].bearing_deg, 90, 1e-9);
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"camera:type\":\"fixed\"}", &d, &err));
    CHECK_INT(d.devices[0].n_views, 0);
}

TEST(a_removed_camera_is_a_status_and_its_webcam_is_never_kept)
{
    struct deployment d;
    struct err err;
    CHECK(read_tags("{\"removed:man_made\":\"surveillance\",\"end_date\":\"2021\",\"contact:webcam\":\"http://feed\",\"website\":\"http://x\"}", &d, &err));
    CHECK_INT(d.n_events, 1);
    CHECK_INT(d.events[0].status, STATUS_REMOVED);
    CHECK_INT(d.events[0].date.year, 2021);
    CHECK(!str_has(d.devices[0].source_tags, S("http")));
}

TEST(heights_are_metres_feet_or_unknown)
{
    struct deployment d;
    struct err err;
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"height\":\"16'5\\\"\"}", &d, &err));
    CHECK_NEAR(d.devices[0].height_m, 5.0038, 1e-6);
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"height\":\"99\"}", &d, &err));
    CHECK_NEAR(d.devices[0].height_m, 30, 1e-9);
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"ele\":\"120\"}", &d, &err));
    CHECK_NEAR(d.devices[0].height_m, 0, 1e-9);
    CHECK(read_tags("{\"man_made\":\"surveillance\",\"height\":\"high\"}", &d, &err));
    CHECK_NEAR(d.devices[0].height_m, 0, 1e-9);
}

/* ---- positions ---- */

static double number(const char *text)
{
    double v = -9999;
    const char *word = NULL;
    struct err err;
    CHECK(position_number(str_of(text), &v, &word, &err));
    return v;
}

TEST(coordinates_are_read_as_people_and_spreadsheets_write_them)
{
    CHECK_NEAR(number("48.8566"), 48.8566, 1e-9);
    CHECK_NEAR(number("48,8566"), 48.8566, 1e-9);
    CHECK_NEAR(number("-0,58"), -0.58, 1e-9);
    CHECK_NEAR(number("652 469,02"), 652469.02, 1e-6);
    CHECK_NEAR(number("6.862.035,26"), 6862035.26, 1e-6);
    CHECK_NEAR(number("48.856.123"), 48.856123, 1e-9);
    CHECK_NEAR(number("48°51'24\"N"), 48.856667, 1e-5);
    CHECK_NEAR(number("2°21'W"), -2.35, 1e-9);
    CHECK_NEAR(number("2.35 O"), -2.35, 1e-9);
}

TEST(what_is_not_a_coordinate_is_refused)
{
    static const char *const BAD[] = {"", "févr-35", "#N/A", "1,2,3", "48-51", "abc", "nan", "inf", "48°99'"};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        double v = 0;
        const char *word = NULL;
        struct err err;
        if (position_number(str_of(BAD[i]), &v, &word, &err))
            print_message("# taken: %s\n", BAD[i]);
        CHECK(!position_number(str_of(BAD[i]), &v, &word, &err));
    }
}

TEST(lambert_93_lands_where_the_national_grid_says)
{
    struct lonlat at;
    const char *word = NULL;
    struct err err;
    /* Notre-Dame de Paris, point zéro, by PROJ: 652469.02 6862035.26. */
    CHECK(position_of(652469.02, 6862035.26, (struct position_rule){0}, &at, &word, &err));
    CHECK(word != NULL);
    CHECK_NEAR(at.lon, 2.35222, 2e-4);
    CHECK_NEAR(at.lat, 48.8566, 2e-3);
    /* The origin of the projection. */
    CHECK(position_of(700000, 6600000, (struct position_rule){.epsg = 2154}, &at, &word, &err));
    CHECK_NEAR(at.lon, 3, 1e-9);
    CHECK_NEAR(at.lat, 46.5, 1e-9);
    CHECK(position_of(1700000, 8200000, (struct position_rule){.epsg = 3949}, &at, &word, &err));
    CHECK_NEAR(at.lon, 3, 1e-9);
    CHECK_NEAR(at.lat, 49, 1e-7);
}

TEST(swapped_and_impossible_places_are_told)
{
    struct lonlat at;
    const char *word = NULL;
    struct err err;
    CHECK(position_of(48.85, 2.35, (struct position_rule){0}, &at, &word, &err));
    CHECK_NEAR(at.lon, 2.35, 1e-9);
    CHECK(word != NULL);
    CHECK(!position_of(0, 0, (struct position_rule){0}, &at, &word, &err));
    CHECK(!position_of(2.3, 95, (struct position_rule){0}, &at, &word, &err));
    CHECK(!position_of(5000000, 12, (struct position_rule){0}, &at, &word, &err));
    CHECK(!position_of(652469, 6862035, (struct position_rule){.kind = POSITION_DEGREES}, &at, &word, &err) || word);
}

TEST(a_guessed_projection_lands_in_france_or_nowhere)
{
    static const struct lonlat IN[] = {{2.35, 48.85}, {9.45, 42.7}, {7.27, 43.7}, {-4.48, 48.39}, {-5.1, 48.46}, {2.38, 51.03}, {7.75, 48.58}},
        OUT[] = {{-2.4, 43.3}, {-0.13, 51.5}, {9.19, 45.46}, {-2.6, 44.8}, {5, 42.9}};
    struct lonlat at;
    const char *word = NULL;
    struct err err;
    for (size_t i = 0; i < COUNT(IN); i++)
        CHECK(position_in_france(IN[i]));
    for (size_t i = 0; i < COUNT(OUT); i++)
        CHECK(!position_in_france(OUT[i]));
    /* Paris in Web Mercator, which taken for Lambert-93 is off Bilbao. */
    CHECK(!position_of(261601, 6249448, (struct position_rule){0}, &at, &word, &err));
    CHECK(strstr(err.text, "projection"));
    CHECK(!position_of(652469, 6862035, (struct position_rule){.no_guess = "most are not"}, &at, &word, &err));
    CHECK(strstr(err.text, "most are not"));
    CHECK(position_of(652469, 6862035, (struct position_rule){.no_guess = "most are not", .epsg = 2154}, &at, &word, &err));
    CHECK(!position_of(652469, 6862035, (struct position_rule){.epsg = 4326}, &at, &word, &err));
    CHECK(position_of(340638, 6556104, (struct position_rule){.epsg = 3857}, &at, &word, &err));
    CHECK_NEAR(at.lat, 50.63, 0.01);
    CHECK(position_may_be_mercator(340638, 6556104));
    CHECK(!position_may_be_mercator(652469, 6862035));
}

TEST(both_coordinates_in_one_field)
{
    static const char *const SAME[] = {"48.85, 2.35", "48.85,2.35", "48,85 2,35", "48,85; 2,35", "POINT(2.35 48.85)", "POINT (2.35 48.85)",
        "{\"type\": \"Point\", \"coordinates\": [2.35, 48.85]}", "[2.35, 48.85]"};
    for (size_t i = 0; i < COUNT(SAME); i++) {
        double x = 0, y = 0;
        const char *word = NULL;
        struct err err;
        CHECK(position_in_one(str_of(SAME[i]), &x, &y, &word, &err));
        CHECK_NEAR(x, 2.35, 1e-9);
        CHECK_NEAR(y, 48.85, 1e-9);
    }
    double x = 0, y = 0;
    const char *word = NULL;
    struct err err;
    CHECK(position_in_one(S("652469,02 6862035,26"), &x, &y, &word, &err));
    CHECK_NEAR(x, 652469.02, 1e-6);
    CHECK_NEAR(y, 6862035.26, 1e-6);
}

/* ---- tables ---- */

TEST(separators_are_told_by_agreement)
{
    struct csv_form form;
    CHECK(csv_sniff(S("a;b;c\n1,5;2,5;x\n3,5;4,5;y\n"), false, &form));
    CHECK_INT(form.separator, ';');
    CHECK(csv_sniff(S("a,b\n\"x;y;z\",2\n\"p;q;r\",3\n"), false, &form));
    CHECK_INT(form.separator, ',');
    CHECK(csv_sniff(S("a\tb\n1\t2\n"), false, &form));
    CHECK_INT(form.separator, '\t');
    CHECK(!csv_sniff(S("hello\nworld\n"), false, &form));
    CHECK(!csv_sniff(S("a\0b,c"), true, &form));
}

TEST(tables_in_other_encodings_become_utf_8)
{
    struct csv_form form;
    AUTO(buf) space = {0};
    CHECK(csv_sniff(S("num\xE9ro;x\n1;2\n"), false, &form));
    CHECK_INT(form.encoding, CSV_WINDOWS_1252);
    CHECK_STR(csv_text(S("\x80 num\xE9ro"), CSV_WINDOWS_1252, &space), "€ numéro");
    CHECK_STR(csv_text(S("\xFF\xFE\xE9\0;\0"), CSV_UTF16_LE, &space), "é;");
    CHECK_STR(csv_text(S("\xEF\xBB\xBF" "a"), CSV_UTF8, &space), "a");
}

TEST(quoted_fields_hold_separators_quotes_and_lines)
{
    AUTO(csv) c = {0};
    csv_begin(&c, S("a,b\n\"x,\"\"y\"\"\",\"1\n2\"\n\n3,4,"), ',');
    CHECK(csv_next(&c));
    CHECK_INT(c.line, 1);
    CHECK(csv_next(&c));
    CHECK_STR(c.field[0], "x,\"y\"");
    CHECK_STR(c.field[1], "1\n2");
    CHECK_INT(c.line, 2);
    CHECK(csv_next(&c));
    CHECK_INT(c.line, 5);
    CHECK_INT(c.n, 3);
    CHECK(!csv_next(&c));
}

TEST(columns_are_guessed_from_their_names)
{
    CHECK_INT(column_guess(S("Longitude")), COLUMN_LON);
    CHECK_INT(column_guess(S("coord_y")), COLUMN_Y);
    CHECK_INT(column_guess(S("Numéro")), COLUMN_REF);
    CHECK_INT(column_guess(S("Précision de l’implantation")), COLUMN_PRECISION);
    CHECK_INT(column_guess(S("Date de mise en service")), COLUMN_START_DATE);
    CHECK_INT(column_guess(S("geo_point_2d")), COLUMN_POSITION);
    CHECK_INT(column_guess(S("couleur")), COLUMN_NONE);
}

TEST(a_mapping_names_columns_constants_and_projection)
{
    struct mapping m;
    struct err err;
    arena_done(&arena);
    arena_init(&arena, 1 << 20);
    CHECK(mapping_read(S("{\"lon\":\"E\",\"lat\":\"N\",\"constants\":{\"category\":\"alpr\"},\"projection\":\"EPSG:2154\"}"), &arena, &m, &err));
    CHECK_STR(m.column[COLUMN_LON], "E");
    CHECK_STR(m.constant[COLUMN_CATEGORY], "alpr");
    CHECK(!mapping_read(S("{\"colour\":\"c\"}"), &arena, &m, &err));
    CHECK(strstr(err.text, "colour"));
}

/* ---- what a file is ---- */

TEST(files_are_told_by_their_content)
{
    CHECK_INT(sniff(S("{\"type\":\"FeatureCollection\""), S("x.csv")), SNIFF_JSON);
    CHECK_INT(sniff(S("<?xml version=\"1.0\"?><!-- x --><kml>"), S("x.csv")), SNIFF_KML);
    CHECK_INT(sniff(S("<OGRVRTDataSource>"), S("x.geojson")), SNIFF_XML);
    CHECK_INT(sniff(S("\x1F\x8B\x08"), S("x")), SNIFF_GZIP);
    CHECK_INT(sniff(S("BZh91AY&SY\x01"), S("x.osm")), SNIFF_BZIP2);
    CHECK_INT(sniff(S("\0\0\0\x0D\x0A\x09OSMHeader\x18"), S("x.csv")), SNIFF_OSM_PBF);
    CHECK_INT(sniff(S("lon,lat\n1,2\n"), S("x.bin")), SNIFF_TABLE);
    CHECK_INT(sniff(S("lon\n1\n"), S("x.bin")), SNIFF_UNKNOWN);
}

TEST(markup_with_entities_or_links_elsewhere_is_refused)
{
    struct err err;
    CHECK(!sniff_markup_is_plain(S("<!DOCTYPE kml><kml/>"), &err));
    CHECK(!sniff_markup_is_plain(S("<kml><Folder><kml:NetworkLink/></Folder></kml>"), &err));
    CHECK(!sniff_markup_is_plain(S("\xFF\xFE<\0k\0"), &err));
    CHECK(sniff_markup_is_plain(S("<kml><Placemark/></kml>"), &err));
}

TEST(a_big_json_is_walked_without_a_tree)
{
    struct json_walk w = json_walk_begin(S("{\"a\":[1,{\"b\":\"]}\"}], \"c\" : null}"));
    CHECK(json_walk_next(&w));
    CHECK_STR(w.value, "[1,{\"b\":\"]}\"}]");
    CHECK(json_walk_next(&w));
    CHECK_STR(w.key, "c");
    CHECK(!json_walk_next(&w));
    CHECK(!w.broken);
    w = json_walk_begin(S("[1,2"));
    while (json_walk_next(&w))
        ;
    CHECK(w.broken);
}

TEST(lines_of_the_child_are_checked_like_a_strangers)
{
    static const char *const BAD[] = {"", "{}", "[]", "{\"n\":1}", "{\"n\":-1,\"f\":{}}", "{\"n\":1,\"f\":{\"a\":[1]}}", "{\"n\":1,\"f\":{},\"p\":[1]}",
        "{\"n\":1,\"f\":{},\"p\":[1,\"x\"]}", "{\"n\":1,\"f\":{},\"g\":[3,[5],[1,2]]}", "{\"n\":1,\"f\":{},\"g\":[9,[1],[1,2]]}",
        "{\"n\":1,\"f\":{},\"g\":[3,[2,1],[1,2,3,4]]}", "{\"n\":1,\"f\":{},\"g\":[2,[1],[1,2,3,4]]}"};
    struct gdal_line line;
    struct err err;
    arena_done(&arena);
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!gdal_line_read(str_of(BAD[i]), &arena, &line, &err));
    CHECK(gdal_line_read(S("{\"n\":7,\"l\":\"x\",\"f\":{\"a\":1},\"p\":[2,48]}"), &arena, &line, &err));
    CHECK_INT(line.row.number, 7);
    CHECK_NEAR(line.row.shape.at[0].y, 48, 1e-9);
    gdal_line_done(&line);
}

TEST(the_sandbox_denies_what_a_taken_over_child_would_try)
{
    struct err err = {0};
    SKIP_WITHOUT("build/contrechamp");
    gdal_worker_program = "build/contrechamp";
    bool works = gdal_sandbox_works(&err);
    if (!works)
        print_message("# %s\n", err.text);
    CHECK(works);
}
