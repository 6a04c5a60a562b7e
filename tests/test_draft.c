/* Drafts: a form to a record and back, faults, the difference; and the rows of a field sheet. */
#include "tests/test.h"

#include <string.h>

#include "data/base/clock.h"
#include "data/base/json_patch.h"
#include "server/draft.h"
#include "server/draft_map.h"
#include "server/draft_sheet.h"
#include "tests/folder.h"

static struct arena arena;
static struct store *store;

static void works(bool ok, const struct err *err)
{
    if (!ok)
        print_error("%s\n", err->text);
    CHECK(ok);
}

/* Marseille with its boundary, two communes of one name, and a département. */
static void open_store(void)
{
    struct err err = {0};
    arena_done(&arena);
    arena_init(&arena, 64 << 20);
    if (store)
        return;
    clock_set_today(clock_day((struct ymd){2026, 11, 24}));
    works(store_open(&store, in_folder("draft.sqlite"), STORE_CREATE, &err), &err);
    static const struct place places[] = {
        {.code = {"13055", 5}, .name = {"Marseille", 9}, .kind = {"commune", 7}, .parent_code = {"dep:13", 6}, .at = {5.37, 43.3}, .population = 870000},
        {.code = {"93066", 5}, .name = {"Saint-Denis", 11}, .kind = {"commune", 7}, .at = {2.36, 48.93}, .population = 110000},
        {.code = {"97411", 5}, .name = {"Saint-Denis", 11}, .kind = {"commune", 7}, .at = {55.45, -20.88}, .population = 150000},
        {.code = {"dep:13", 6}, .name = {"Bouches-du-Rhône", 17}, .kind = {"department", 10}, .at = {5.0, 43.5}, .population = -1}};
    works(store_begin(store, &err), &err);
    for (size_t i = 0; i < COUNT(places); i++)
        works(store_put_place(store, &places[i], S(""), &err), &err);
    works(store_commit(store, &err), &err);
}

struct pair {
    const char *name, *value;
};
static const struct pair CAMERA[] = {{"category", "cctv"}, {"kind", "dome"}, {"mount", "pole"}, {"direction", "NE"}, {"at", "43.298, 5.38"}, {"basis", "survey"},
    {"date", "2026-10"}, {"status", "active"}, {"precision", "exact"}};

static struct form form_of(const struct pair *pairs, size_t n)
{
    struct form f = {0};
    for (size_t i = 0; i < n; i++)
        form_set(&f, pairs[i].name, str_of(pairs[i].value));
    return f;
}

static struct draft read_as(enum draft_what what, const struct form *f)
{
    struct err err = {0};
    struct draft dr;
    works(draft_read(&dr, what, f, true, store, &arena, &err), &err);
    return dr;
}

/* The usual camera with one field changed. */
static struct form camera_with(const char *name, const char *value)
{
    struct form f = form_of(CAMERA, COUNT(CAMERA));
    form_set(&f, name, str_of(value));
    return f;
}

static struct draft read_camera(const struct form *f)
{
    return read_as(DRAFT_DEVICE, f);
}

TEST(a_form_becomes_a_record_that_may_be_stored)
{
    open_store();
    struct form f = camera_with("height", "4,5 m");
    form_set(&f, "operator", S("Mairie de Marseille"));
    struct draft dr = read_camera(&f);
    CHECK_INT(dr.n_faults, 0);
    struct err err = {0};
    works(deployment_check(&dr.d, &err), &err);
    CHECK(dr.survey);
    CHECK_INT(dr.d.devices[0].type, DEVICE_DOME);
    CHECK_NEAR(dr.d.devices[0].height_m, 4.5, 1e-9);
    CHECK_NEAR(dr.d.devices[0].views[0].bearing_deg, 45, 1e-9);
    CHECK_STR(dr.d.orgs[0].name, "Ville de Marseille");
    CHECK_INT(dr.d.status, STATUS_ACTIVE);
    CHECK_INT(dr.d.claims[0].basis, BASIS_SURVEY);
    CHECK_INT(dr.d.last_confirmed.month, 10);
}

TEST(what_is_unknown_stays_unknown)
{
    open_store();
    static const struct pair bare[] = {{"at", "43.298 5.38"}, {"basis", "survey"}};
    struct form f = form_of(bare, COUNT(bare));
    struct draft dr = read_camera(&f);
    CHECK_INT(dr.n_faults, 0);
    CHECK_INT(dr.d.devices[0].type, DEVICE_UNKNOWN);
    CHECK_INT(dr.d.devices[0].n_views, 0);
    CHECK_INT(dr.d.space, SPACE_UNKNOWN);
    CHECK_INT(dr.d.device_count, -1);
    CHECK_INT(dr.d.n_orgs, 0);
    CHECK_INT(dr.d.last_confirmed.year, 2026); /* whoever says that they saw it says when by sending it */
    CHECK_INT(dr.d.last_confirmed.day, 0);
}

TEST(a_survey_has_no_day_and_a_document_keeps_its_own)
{
    open_store();
    struct form f = camera_with("date", "03/10/2026");
    struct draft dr = read_camera(&f);
    CHECK_INT(dr.d.events[0].date.day, 0);
    CHECK_INT(dr.d.claims[0].said_on.day, 0);
    CHECK_INT(dr.d.last_confirmed.day, 0);
    form_set(&f, "basis", S("press"));
    form_set(&f, "s1_url", S("https://example.org/article"));
    dr = read_camera(&f);
    CHECK_INT(dr.n_faults, 0);
    CHECK(!dr.survey);
    CHECK_INT(dr.d.events[0].date.day, 3);
    CHECK_INT(dr.d.events[0].source, 1);
    CHECK_INT(dr.d.claims[0].confidence, CONFIDENCE_PROBABLE);
}

TEST(a_fault_names_its_field)
{
    static const struct pair wrong[] = {{"direction", "gauche"}, {"height", "31"}, {"height", "1,4"}, {"height", "haut"}, {"angle", "361"}, {"angle", "0"},
        {"count", "1000001"}, {"count", "-1"}, {"operator", "Jean Dupont"}, {"manufacturer", "M. Martin"}, {"date", "hier"}, {"date", "2027"}, {"date", "1949"},
        {"at", "91, 5"}, {"at", ""}, {"at", "ici"}, {"kind", "x"}, {"mount", "x"}, {"status", "x"}, {"space", "x"}, {"target", "x"}, {"basis", "x"}, {"precision", "city"},
        {"home", "inside"}, {"home", "x"}, {"category", "police_file"}, {"s1_url", "javascript:alert(1)"}, {"s1_url", "https://a b"}, {"s1_url", "ftp://example.org"},
        {"s1_url", "http://cam.example/axis-cgi/mjpg/video.cgi"}, {"s1_url", "https://example.org/live/WEBCAM.html/webcam"}, {"s10_date", "x"}, {"place", "Nulle-Part-sur-Rien"}};
    open_store();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct form f = camera_with(wrong[i].name, wrong[i].value);
        struct draft dr = read_camera(&f);
        if (!draft_fault_of(&dr, wrong[i].name))
            print_error("%s=%s\n", wrong[i].name, wrong[i].value);
        CHECK(draft_fault_of(&dr, wrong[i].name));
        CHECK(draft_fault_of(&dr, wrong[i].name)->len > 20);
    }
}

TEST(texts_may_be_as_long_as_their_bound_and_no_longer)
{
    static const struct {
        const char *field;
        size_t most;
    } bounds[] = {{"operator", DRAFT_SHORT_MAX_RUNES}, {"summary", DRAFT_SUMMARY_MAX_RUNES}, {"note", DRAFT_NOTE_MAX_RUNES}, {"s1_title", DRAFT_SHORT_MAX_RUNES * 2}};
    open_store();
    for (size_t i = 0; i < COUNT(bounds); i++) {
        AUTO(buf) text = {0};
        for (size_t k = 0; k < bounds[i].most; k++)
            buf_add(&text, S("é"));
        struct form f = camera_with(bounds[i].field, text.at);
        struct draft dr = read_camera(&f);
        CHECK(!draft_fault_of(&dr, bounds[i].field));
        buf_add(&text, S("é"));
        f = camera_with(bounds[i].field, text.at);
        dr = read_camera(&f);
        CHECK(draft_fault_of(&dr, bounds[i].field));
    }
    AUTO(buf) url = {0};
    buf_add(&url, S("https://example.org/"));
    while (url.len < DRAFT_URL_MAX_BYTES)
        buf_char(&url, 'x');
    struct form f = camera_with("s1_url", url.at);
    struct draft dr = read_camera(&f);
    CHECK(!draft_fault_of(&dr, "s1_url"));
    buf_char(&url, 'x');
    f = camera_with("s1_url", url.at);
    dr = read_camera(&f);
    CHECK(draft_fault_of(&dr, "s1_url"));
}

TEST(ten_sources_are_kept_and_empty_ones_are_not_counted)
{
    open_store();
    struct form f = form_of(CAMERA, COUNT(CAMERA));
    static const char *const names[] = {"s1_url", "s2_url", "s3_url", "s4_url", "s5_url", "s6_url", "s7_url", "s8_url", "s9_url", "s10_url", "s11_url"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (i != 4)
            form_set(&f, names[i], S("https://example.org/a"));
    struct draft dr = read_camera(&f);
    CHECK_INT(dr.n_faults, 0);
    CHECK_INT(dr.d.n_sources, 9);
}

TEST(a_homes_camera_is_published_to_its_street_without_an_operator)
{
    open_store();
    struct form f = camera_with("home", "street");
    struct draft dr = read_camera(&f);
    CHECK_INT(dr.n_faults, 0);
    CHECK_INT(dr.d.precision, PRECISION_EXACT);
    CHECK_INT(dr.d.public_precision, PRECISION_STREET);
    form_set(&f, "operator", S("Ville de Nice"));
    dr = read_camera(&f);
    CHECK(draft_fault_of(&dr, "operator"));
    f = camera_with("kind", "doorbell");
    dr = read_camera(&f);
    CHECK(draft_fault_of(&dr, "home")); /* asked */
    form_set(&f, "home", S("no"));
    dr = read_camera(&f);
    CHECK_INT(dr.n_faults, 0);
}

TEST(a_programme_needs_its_place_and_a_source_and_namesakes_are_asked_about)
{
    static const struct pair programme[] = {{"category", "vsa"}, {"title", "Caméras augmentées"}, {"place", "Saint-Denis"}, {"status", "announced"}, {"date", "2024"}};
    open_store();
    struct form f = form_of(programme, COUNT(programme));
    form_set(&f, "basis", S("press"));
    struct draft dr = read_as(DRAFT_PROGRAMME, &f);
    CHECK(draft_fault_of(&dr, "place"));
    CHECK_INT(dr.n_namesakes, 2);
    CHECK(draft_fault_of(&dr, "s1_url"));
    form_set(&f, "place_pick", S("93066"));
    form_set(&f, "s1_title", S("Délibération du 28 mars"));
    dr = read_as(DRAFT_PROGRAMME, &f);
    CHECK_INT(dr.n_faults, 0);
    CHECK_STR(dr.d.place_code, "93066");
    CHECK(dr.d.programme && dr.d.has_position);
    CHECK_INT(dr.d.precision, PRECISION_CITY);
    form_set(&f, "place", S("Bouches-du-Rhône"));
    form_set(&f, "place_was", S("Saint-Denis"));
    dr = read_as(DRAFT_PROGRAMME, &f); /* the choice was made for another name */
    CHECK_INT(dr.n_faults, 0);
    CHECK_INT(dr.d.level, LEVEL_DEPARTMENT);
    CHECK(!dr.d.has_position);
}

TEST(prohibited_needs_an_authority)
{
    static const struct pair programme[] = {{"category", "vsa"}, {"title", "Portiques"}, {"place", "Marseille"}, {"status", "prohibited"}, {"basis", "official_document"},
        {"s1_title", "Jugement"}};
    open_store();
    struct form f = form_of(programme, COUNT(programme));
    struct draft dr = read_as(DRAFT_PROGRAMME, &f);
    CHECK(draft_fault_of(&dr, "authority"));
    form_set(&f, "authority", S("administrative_court"));
    dr = read_as(DRAFT_PROGRAMME, &f);
    CHECK_INT(dr.n_faults, 0);
    CHECK_INT(dr.d.status, STATUS_PROHIBITED);
}

static struct draft read_corners(const char *corners)
{
    static struct form f;
    f = (struct form){0};
    form_set(&f, "zone", str_of(corners));
    form_set(&f, "zone_kind", S("no_coverage_surveyed"));
    form_set(&f, "basis", S("survey"));
    form_set(&f, "date", S("2026-10"));
    return read_as(DRAFT_ZONE, &f);
}

TEST(a_zone_is_wound_as_the_map_wants_it_whichever_way_it_was_walked)
{
    open_store();
    static const char *const walks[] = {"43.30, 5.38\n43.31, 5.38\n43.31, 5.39\n43.30, 5.38", "43.31, 5.39\n43.31, 5.38\n43.30, 5.38"};
    for (size_t i = 0; i < COUNT(walks); i++) {
        struct draft dr = read_corners(walks[i]);
        CHECK_INT(dr.n_faults, 0);
        CHECK_INT(dr.d.zones[0].shape.n, 3); /* a closing corner is none */
        CHECK(shape_ring_area(dr.d.zones[0].shape.at, 3) < 0);
        CHECK(shape_has(&dr.d.zones[0].shape, (struct xy){dr.d.at.lon, dr.d.at.lat}));
        CHECK_INT(dr.d.n_devices, 0);
        CHECK_STR(dr.d.title_fr, "Relevé sans dispositif trouvé");
    }
}

TEST(a_zone_that_is_none_says_why)
{
    open_store();
    static const char *const none[] = {"", "43.3, 5.3\n43.31, 5.31", "43.3, 5.3\nx\n43.3, 5.4", "43.3, 5.3\n43.31, 5.31\n43.3, 5.31\n43.31, 5.3",
        "43.3, 5.3\n43.31, 5.3\n43.32, 5.3", "43, 5\n43.5, 5\n43.5, 5.1"};
    for (size_t i = 0; i < COUNT(none); i++) {
        struct draft dr = read_corners(none[i]);
        CHECK(draft_fault_of(&dr, "zone"));
    }
}

static struct deployment a_record(void)
{
    struct form f = camera_with("operator", "Ville de Marseille");
    form_set(&f, "height", S("4.5"));
    struct draft dr = read_camera(&f);
    CHECK_INT(dr.n_faults, 0);
    dr.d.id = 7;
    dr.d.version = 3;
    return dr.d;
}

static void change(const struct deployment *base, const struct pair *pairs, size_t n, struct draft *dr, struct buf *patch)
{
    static struct form f;
    struct err err = {0};
    draft_fill(&f, base, true, &arena);
    for (size_t i = 0; i < n; i++)
        form_set(&f, pairs[i].name, str_of(pairs[i].value));
    works(draft_read_change(dr, base, &f, true, store, &arena, &err), &err);
    works(draft_patch(patch, base, &dr->d, &err), &err);
}

TEST(a_correction_that_changes_nothing_is_empty)
{
    open_store();
    struct deployment base = a_record();
    struct draft dr;
    AUTO(buf) patch = {0};
    change(&base, NULL, 0, &dr, &patch);
    CHECK_INT(dr.n_faults, 0);
    CHECK_TEXT(patch.at, "{}");
}

TEST(a_correction_says_only_what_was_changed)
{
    open_store();
    struct deployment base = a_record();
    static const struct pair one[] = {{"space", "public"}};
    static const struct {
        struct pair pair;
        const char *key;
    } cases[] = {{{"target", "street"}, "watch_target"}, {{"operator", "Préfecture de police"}, "orgs"}, {{"operator", ""}, "orgs"}, {{"height", "6"}, "devices"},
        {{"direction", "N; S"}, "devices"}, {{"category", "alpr"}, "category"}, {{"count", "3"}, "device_count"}, {{"precision", "street"}, "location_precision"},
        {{"summary", "Au coin."}, "summary_fr"}, {{"status", "removed"}, "status_events"}};
    struct draft dr;
    AUTO(buf) patch = {0};
    change(&base, one, 1, &dr, &patch);
    CHECK_TEXT(patch.at, "{\"surveilled_space\":\"public\"}");
    for (size_t i = 0; i < COUNT(cases); i++) {
        AUTO(buf) text = {0};
        AUTO(json_doc) doc = {0};
        struct err err = {0};
        change(&base, &cases[i].pair, 1, &dr, &text);
        CHECK_INT(dr.n_faults, 0);
        works(json_read(&doc, buf_str(&text), &JSON_BODY, &err), &err);
        if (json_size(doc.root) != 1 || !json_get(doc.root, str_of(cases[i].key)))
            print_error("%s: %s\n", cases[i].key, text.at);
        CHECK_INT(json_size(doc.root), 1);
        CHECK(json_get(doc.root, str_of(cases[i].key)));
    }
}

TEST(a_field_that_was_not_sent_was_not_touched)
{
    open_store();
    struct deployment base = a_record();
    struct form f = {0};
    struct draft dr;
    struct err err = {0};
    AUTO(buf) patch = {0};
    works(draft_read_change(&dr, &base, &f, true, store, &arena, &err), &err);
    works(draft_patch(&patch, &base, &dr.d, &err), &err);
    CHECK_TEXT(patch.at, "{}");
}

/* ---- the map ---- */

TEST(whoever_presses_enter_on_the_picture_sets_the_point_in_its_middle)
{
    open_store();
    struct draft_map m;
    struct err err = {0};
    bool looked;
    static const struct pair pressed[] = {{"center", "5.38,43.298"}, {"zoom", "17"}, {"map.x", "0"}, {"map.y", "0"}};
    struct form f = form_of(pressed, COUNT(pressed));
    works(draft_map_read(&m, &f, DRAFT_DEVICE, store, &arena, &looked, &err), &err);
    CHECK(looked);
    CHECK_STR(form_get(&f, "at"), "43.298, 5.38");
    static const struct pair outside[] = {{"center", "5.38,43.298"}, {"zoom", "17"}, {"map.x", "681"}, {"map.y", "10"}};
    f = form_of(outside, COUNT(outside));
    works(draft_map_read(&m, &f, DRAFT_DEVICE, store, &arena, &looked, &err), &err);
    CHECK(!looked);
    CHECK_INT(form_get(&f, "at").len, 0);
}

TEST(a_map_asked_for_nonsense_shows_the_country)
{
    open_store();
    static const struct pair nonsense[][2] = {{{"center", "x"}, {"zoom", "y"}}, {{"center", "500,100"}, {"zoom", "99"}}, {{"center", "nan,1"}, {"zoom", "-4"}}};
    for (size_t i = 0; i < COUNT(nonsense); i++) {
        struct draft_map m;
        struct err err = {0};
        bool looked;
        struct form f = form_of(nonsense[i], 2);
        works(draft_map_read(&m, &f, DRAFT_DEVICE, store, &arena, &looked, &err), &err);
        CHECK(lonlat_is_valid(m.centre) && !m.placed);
        CHECK(m.zoom >= 0 && m.zoom <= DRAFT_MAP_ZOOM_MAX);
    }
}

/* ---- field sheets ---- */

static size_t read_sheet(const char *text, struct sheet_line **lines, bool *too_many)
{
    struct box sheet;
    struct err err = {0};
    size_t n = 0;
    works(sheet_box_fit((struct box){5.37, 43.29, 5.38, 43.30}, &sheet, &err), &err);
    works(draft_sheet_read(str_of(text), sheet, true, &arena, lines, &n, too_many, &err), &err);
    return n;
}

TEST(a_row_of_a_sheet_is_read_in_any_order_and_language)
{
    static const struct {
        const char *row, *mount, *kind, *direction, *height;
    } rows[] = {{"C7, mur, dôme, NE, 4", "wall", "dome", "NE", "4"}, {"c7 4,5m NE dome MUR", "wall", "dome", "NE", "4.5"}, {"C-7;pole;fixed;S", "pole", "fixed", "S", ""},
        {"C 7 lampadaire orientable 120", "street_lamp", "panning", "120", ""}, {"C7 caméra sur mât N S", "pole", "", "N; S", ""}, {"C7", "", "", "", ""},
        {"C7, façade, ptz, ONO", "wall", "panning", "ONO", ""}};
    open_store();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sheet_line *l;
        bool too_many;
        CHECK_INT(read_sheet(rows[i].row, &l, &too_many), 1);
        if (l->fault.len)
            print_error("%s: %.*s\n", rows[i].row, STR_ARG(l->fault));
        CHECK_INT(l->fault.len, 0);
        CHECK(form_get(&l->form, "at").len > 0);
        CHECK_STR(form_get(&l->form, "mount"), rows[i].mount);
        CHECK_STR(form_get(&l->form, "kind"), rows[i].kind);
        CHECK_STR(form_get(&l->form, "direction"), rows[i].direction);
        CHECK_STR(form_get(&l->form, "height"), rows[i].height);
    }
}

TEST(a_row_that_is_not_understood_says_which_and_why)
{
    static const char *const rows[] = {"mur dôme", "I1 mur", "A11 mur", "C7 parapluie", "C7 mur mât", "C7 4 5"};
    open_store();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sheet_line *l;
        bool too_many;
        CHECK_INT(read_sheet(rows[i], &l, &too_many), 1);
        CHECK(l->fault.len > 0);
    }
}

TEST(a_sheet_has_so_many_rows_and_no_more)
{
    AUTO(buf) text = {0};
    struct sheet_line *l;
    bool too_many;
    open_store();
    for (int i = 0; i < SHEET_LINES_MAX; i++)
        buf_add(&text, S("A1 mur\n\n"));
    CHECK_INT(read_sheet(text.at, &l, &too_many), SHEET_LINES_MAX);
    CHECK(!too_many);
    CHECK_INT(l[1].number, 3); /* empty lines count, so that the number is that of the text */
    buf_add(&text, S("A1 mur"));
    read_sheet(text.at, &l, &too_many);
    CHECK(too_many);
}
