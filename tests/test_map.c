#include "tests/test.h"

#include <cairo.h>
#include <math.h>

#include "data/base/clock.h"
#include "renderer/builtin.h"
#include "renderer/tile.h"
#include "tests/picture.h"

/* A small world round 0,0 (where four tiles meet at every zoom): ground, dashed and offset lines, names, deployments. */
static const char STYLE[] =
    "{\"version\":8,\"sources\":{"
    "\"land\":{\"type\":\"geojson\",\"data\":{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"kind\":\"wood\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[-0.31,-0.2],[0.28,-0.24],[0.33,0.27],[-0.1,0.31],[-0.31,-0.2]],[[-0.05,-0.07],[0.02,0.09],[0.08,-0.06],[-0.05,-0.07]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"kind\":\"park\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[-0.2,0.05],[0.1,0.02],[0.12,0.2],[-0.2,0.05]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"kind\":\"far\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[-179,-84],[179,-84],[179,-80],[-179,-84]]]}}]}},"
    "\"roads\":{\"type\":\"geojson\",\"data\":{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Rue de la Confédération\",\"width\":7},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[-0.4,-0.11],[-0.2,-0.02],[0,0.01],[0.21,-0.03],[0.4,0.12]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Quai\",\"width\":3},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[-0.02,-0.4],[0.013,-0.1],[-0.01,0.12],[0.03,0.4]]}}]}},"
    "\"places\":{\"type\":\"geojson\",\"data\":{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Saint-Germain\",\"rank\":1},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.003,0.09]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Nice\",\"rank\":2},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.02,0.1]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Villefranche\",\"rank\":3},\"geometry\":{\"type\":\"Point\",\"coordinates\":[-0.06,0.08]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Beaulieu\",\"rank\":4},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.16,-0.001]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Èze\",\"rank\":5},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.001,-0.18]}}]}},"
    "\"deployments\":{\"type\":\"vector\",\"url\":\"contrechamp://deployments\"}},"
    "\"layers\":["
    "{\"id\":\"ground\",\"type\":\"background\",\"paint\":{\"background-color\":\"#f6f4ef\"}},"
    "{\"id\":\"land\",\"type\":\"fill\",\"source\":\"land\",\"paint\":{\"fill-color\":[\"match\",[\"get\",\"kind\"],\"wood\",\"#c5d3b0\",\"#e0c0c0\"],\"fill-opacity\":0.8}},"
    "{\"id\":\"edge\",\"type\":\"line\",\"source\":\"land\",\"paint\":{\"line-color\":\"#557755\",\"line-dasharray\":[4,2.5],\"line-width\":1.5}},"
    "{\"id\":\"casing\",\"type\":\"line\",\"source\":\"roads\",\"layout\":{\"line-join\":\"round\"},\"paint\":{\"line-color\":\"#998877\",\"line-width\":1,\"line-gap-width\":[\"get\",\"width\"]}},"
    "{\"id\":\"road\",\"type\":\"line\",\"source\":\"roads\",\"layout\":{\"line-cap\":\"round\"},\"paint\":{\"line-color\":\"#ffffff\",\"line-width\":[\"get\",\"width\"]}},"
    "{\"id\":\"street-names\",\"type\":\"symbol\",\"source\":\"roads\",\"layout\":{\"symbol-placement\":\"line\",\"text-field\":[\"get\",\"name\"],\"text-font\":[\"Noto Sans Regular\"],\"text-size\":11,\"symbol-spacing\":200},\"paint\":{\"text-halo-color\":\"#fff\",\"text-halo-width\":1.2}},"
    "{\"id\":\"place-names\",\"type\":\"symbol\",\"source\":\"places\",\"layout\":{\"text-field\":[\"get\",\"name\"],\"text-font\":[\"Noto Sans Bold\"],\"text-size\":14,\"symbol-sort-key\":[\"get\",\"rank\"]},\"paint\":{\"text-color\":\"#333\",\"text-halo-color\":\"#fff\",\"text-halo-width\":1.5}},"
    "{\"id\":\"zones\",\"type\":\"fill\",\"source\":\"deployments\",\"source-layer\":\"zones\",\"paint\":{\"fill-color\":\"#3366cc\",\"fill-opacity\":0.2}},"
    "{\"id\":\"dots\",\"type\":\"circle\",\"source\":\"deployments\",\"source-layer\":\"all\",\"paint\":{\"circle-radius\":6,\"circle-color\":[\"match\",[\"get\",\"family\"],\"image\",\"#c8372d\",\"recognition\",\"#7b3fa0\",\"#0b6e99\"],\"circle-stroke-width\":1,\"circle-stroke-color\":\"#222\"}},"
    "{\"id\":\"marks\",\"type\":\"symbol\",\"source\":\"deployments\",\"source-layer\":\"all\",\"filter\":[\"==\",[\"get\",\"status\"],\"trial\"],\"layout\":{\"icon-image\":[\"concat\",\"mark:\",[\"get\",\"family\"],\":\",[\"get\",\"status\"],\":16\"],\"icon-allow-overlap\":true,\"icon-ignore-placement\":true}}"
    "]}";

enum { RECORDS = 300 };

struct stage {
    struct style *style;
    struct painter *painter;
    const struct snapshot *points;
    struct scene scene;
};

static const struct snapshot *scatter(void)
{
    static struct deployment records[RECORDS];
    static struct status_event events[RECORDS];
    struct snapshot_change changes[RECORDS];
    uint32_t seed = 3;
    for (uint32_t i = 0; i < RECORDS; i++) {
        double at[2];
        for (int k = 0; k < 2; k++)
            at[k] = ((seed = seed * 1664525u + 1013904223u) >> 8) / 16777216.0 - 0.5;
        events[i] = (struct status_event){.status = i % 3 ? STATUS_ACTIVE : STATUS_TRIAL, .kind = EVENT_BEGAN};
        records[i] = (struct deployment){.id = i + 1, .category = (enum category)(i % 6), .has_position = true, .at = {at[0] * 0.7, at[1] * 0.7},
            .precision = PRECISION_STREET, .public_precision = PRECISION_STREET, .device_count = -1, .n_events = 1, .events = &events[i],
            .status = events[i].status};
        changes[i] = (struct snapshot_change){i + 1, &records[i]};
    }
    struct snapshot *empty = snapshot_new();
    struct snapshot *s = snapshot_merge(empty, changes, RECORDS, 1);
    snapshot_drop(empty);
    return s;
}

static struct stage stage_new(const char *style)
{
    struct stage s = {0};
    struct err err = {0};
    if (!style_read(&s.style, str_of(style), NULL, &err) || !painter_new(&s.painter, &(struct painter_options){0}, &err))
        fail_msg("%s", err.text);
    s.points = scatter();
    s.scene = (struct scene){.points = s.points, .today = 20000, .french = true};
    return s;
}

static void stage_done(struct stage *s)
{
    painter_free(s->painter);
    style_drop(s->style);
    snapshot_drop(s->points);
}

static cairo_surface_t *draw(struct stage *s, struct view v)
{
    struct err err = {0};
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)(v.width_px * v.scale), (int)(v.height_px * v.scale));
    if (!map_draw_image(s->painter, image, &v, s->style, &s->scene, &err))
        fail_msg("%s", err.text);
    cairo_surface_flush(image);
    return image;
}

TEST(a_picture_drawn_at_once_is_its_tiles_side_by_side)
{
    for (int scale = 1; scale <= 2; scale++)
        for (uint8_t z = 9; z <= 12; z += 3) {
            struct stage at_once = stage_new(STYLE), by_tile = stage_new(STYLE);
            uint32_t middle = 1u << (z - 1);
            struct view v = {.centre = {0.5, 0.5}, .zoom = z - 1.0, .scale = scale, .width_px = 512, .height_px = 512};
            cairo_surface_t *whole = draw(&at_once, v);
            for (uint32_t i = 0; i < 4; i++) {
                struct tile t = {middle - 1 + i % 2, middle - 1 + i / 2, z};
                cairo_surface_t *tile = draw(&by_tile, view_of_tile(t, scale));
                CHECK_INT(differing(whole, tile, (int)(i % 2) * 256 * scale, (int)(i / 2) * 256 * scale, 0), 0);
                cairo_surface_destroy(tile);
            }
            cairo_surface_destroy(whole);
            stage_done(&at_once);
            stage_done(&by_tile);
        }
}

/* The whole view in one go, without cells: names may not be cut at a cell's edge, lines not be broken. Vectors are drawn by
 * other means, so edges and the ends of lines differ a little. */
TEST(cells_leave_no_seam)
{
    struct stage s = stage_new(STYLE);
    struct err err = {0};
    struct view v = {.centre = {0.5, 0.5}, .zoom = 9, .scale = 1, .width_px = 512, .height_px = 512};
    cairo_surface_t *cells = draw(&s, v), *whole = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 512, 512);
    cairo_t *cr = cairo_create(whole);
    s.scene.points = NULL; /* sprites stand at whole px, arcs do not */
    cairo_surface_t *base = draw(&s, v);
    CHECK(map_draw(s.painter, cr, &v, s.style, &s.scene, &err));
    cairo_destroy(cr);
    cairo_surface_flush(whole);
    CHECK(differing(base, cells, 0, 0, 0) > 1000); /* the deployments were there */
    CHECK(differing(base, whole, 0, 0, 64) < 100); /* a ring cut by tiles may start its dashes elsewhere */
    cairo_surface_destroy(base);
    cairo_surface_destroy(cells);
    cairo_surface_destroy(whole);
    stage_done(&s);
}

/* A view whose corner lies between two px is not moved to whole ones: half a px further, a line is half as strong. */
TEST(a_picture_has_its_middle_where_it_was_asked_for)
{
    static const char style[] = "{\"version\":8,\"sources\":{\"l\":{\"type\":\"geojson\",\"data\":{\"type\":\"LineString\",\"coordinates\":[[0,-10],[0,10]]}}},"
        "\"layers\":[{\"id\":\"l\",\"type\":\"line\",\"source\":\"l\",\"paint\":{\"line-width\":2}}]}";
    struct stage s = stage_new(style);
    struct view v = {.centre = {0.5, 0.5}, .zoom = 9, .scale = 1, .width_px = 64, .height_px = 64};
    cairo_surface_t *sharp = draw(&s, v);
    v.centre.x += 0.5 / (512 * 512);
    cairo_surface_t *between = draw(&s, v);
    CHECK_INT(pixel(sharp, 30, 32) >> 24, 0);
    CHECK_INT(pixel(sharp, 31, 32) >> 24, 255);
    CHECK_INT(pixel(sharp, 32, 32) >> 24, 255);
    CHECK(abs((int)(pixel(between, 30, 32) >> 24) - 128) < 3);
    CHECK_INT(pixel(between, 31, 32) >> 24, 255);
    CHECK(abs((int)(pixel(between, 32, 32) >> 24) - 128) < 3);
    cairo_surface_destroy(sharp);
    cairo_surface_destroy(between);
    stage_done(&s);
}

TEST(a_picture_between_the_cells_is_the_same_picture)
{
    struct stage s = stage_new(STYLE);
    struct view v = {.centre = {0.5, 0.5}, .zoom = 9.3, .scale = 1, .width_px = 400, .height_px = 300}, moved = v;
    moved.centre.x += 37 / (512 * exp2(v.zoom));
    moved.centre.y += 81 / (512 * exp2(v.zoom));
    moved.width_px = moved.height_px = 100;
    cairo_surface_t *a = draw(&s, v), *b = draw(&s, moved);
    CHECK_INT(differing(a, b, 200 - 50 + 37, 150 - 50 + 81, 0), 0);
    cairo_surface_destroy(a);
    cairo_surface_destroy(b);
    stage_done(&s);
}

TEST(a_map_moved_by_part_of_a_px_is_drawn_moved_and_cells_still_join)
{
    struct stage s = stage_new(STYLE);
    struct view v = {.centre = {0.5, 0.5},
                    .zoom = 9,
                    .scale = 1,
                    .width_px = 300,
                    .height_px = 300},
                moved = v;
    moved.centre.x += 0.25 / (512 * exp2(v.zoom));
    moved.centre.y -= 0.4 / (512 * exp2(v.zoom));
    struct view on = moved;
    on.centre.x += 100 / (512 * exp2(v.zoom));
    on.width_px = on.height_px = 100;
    cairo_surface_t *a = draw(&s, v), *b = draw(&s, moved), *c = draw(&s, on);
    size_t same = differing(a, b, 0, 0, 0), near = differing(a, b, 0, 0, 200);
    CHECK(same > 200 && near * 2 < same);
    CHECK_INT(differing(b, c, 200, 100, 0), 0);
    cairo_surface_destroy(a);
    cairo_surface_destroy(b);
    cairo_surface_destroy(c);
    stage_done(&s);
}

TEST(a_pattern_turns_with_the_map)
{
    static const char style[] = "{\"version\":8,\"sources\":{},\"layers\":[{\"id\":\"b\",\"type\":\"background\",\"paint\":{\"background-pattern\":\"tick:image:30\"}}]}";
    struct stage s = stage_new(style);
    struct view v = {.centre = {0.5, 0.5}, .zoom = 3, .scale = 1, .width_px = 128, .height_px = 128};
    cairo_surface_t *straight = draw(&s, v);
    v.bearing_deg = 90;
    cairo_surface_t *turned = draw(&s, v);
    size_t inked = 0, wrong = 0;
    for (int y = 0; y < 128; y++)
        for (int x = 0; x < 128; x++) {
            inked += pixel(straight, x, y) != 0;
            wrong += difference(pixel(straight, x, y), pixel(turned, y, 127 - x)) > 2;
        }
    CHECK(inked > 100);
    CHECK_INT(wrong, 0);
    cairo_surface_destroy(straight);
    cairo_surface_destroy(turned);
    stage_done(&s);
}

TEST(the_whole_world_as_one_tile_is_drawn)
{
    struct stage s = stage_new(STYLE);
    cairo_surface_t *tile = draw(&s, view_of_tile((struct tile){0, 0, 0}, 1));
    CHECK(difference(pixel(tile, 0, 0), 0xfff6f4ef) == 0);
    CHECK(difference(pixel(tile, 128, 128), 0xfff6f4ef) > 20); /* the small world is a few px of it */
    cairo_surface_destroy(tile);
    stage_done(&s);
}

TEST(a_cell_drawn_from_what_was_kept_is_the_same)
{
    struct stage s = stage_new(STYLE);
    struct view v = view_of_tile((struct tile){256, 255, 9}, 1);
    cairo_surface_t *first = draw(&s, v);
    for (int i = 0; i < 3; i++) {
        cairo_surface_t *again = draw(&s, v);
        CHECK_INT(differing(first, again, 0, 0, 0), 0);
        cairo_surface_destroy(again);
    }
    cairo_surface_destroy(first);
    stage_done(&s);
}

TEST(the_small_world_looks_as_it_did)
{
    struct stage s = stage_new(STYLE);
    struct view v = {.centre = {0.5, 0.5}, .zoom = 9, .scale = 1, .width_px = 320, .height_px = 240};
    cairo_surface_t *upright = draw(&s, v);
    compare_golden(upright, "tests/golden/small-world.png");
    v.bearing_deg = 30;
    cairo_surface_t *turned = draw(&s, v);
    compare_golden(turned, "tests/golden/small-world-turned.png");
    CHECK(differing(upright, turned, 0, 0, 32) > 5000);
    cairo_surface_destroy(upright);
    cairo_surface_destroy(turned);
    stage_done(&s);
}

TEST(every_mark_has_its_shape)
{
    static const char MARKS[] = "{\"version\":8,\"sources\":{\"m\":{\"type\":\"geojson\",\"data\":{\"type\":\"FeatureCollection\",\"features\":[%s]}}},"
                                "\"layers\":[{\"id\":\"g\",\"type\":\"background\",\"paint\":{\"background-color\":\"#f6f4ef\"}},"
                                "{\"id\":\"m\",\"type\":\"symbol\",\"source\":\"m\",\"layout\":{\"icon-image\":[\"get\",\"icon\"],\"icon-allow-overlap\":true,\"icon-ignore-placement\":true}}]}";
    AUTO(buf) features = {0};
    AUTO(buf) style = {0};
    double px = 360.0 / 512;
    for (int f = 0; f < FAMILY_COUNT; f++)
        for (int st = 0; st <= STATUS_COUNT; st++) {
            buf_fmt(&features, "%s{\"type\":\"Feature\",\"properties\":{\"icon\":\"%s:%s%s%s\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[", features.len ? "," : "",
                st == STATUS_COUNT ? "badge" : "mark", FAMILY_TERMS[f].code, st == STATUS_COUNT ? "" : ":", st == STATUS_COUNT ? "" : STATUS_TERMS[st].code);
            buf_double(&features, (st * 28 - 126) * px);
            buf_char(&features, ',');
            buf_double(&features, mercator_lonlat((struct xy){0.5, 0.5 + (f * 28 - 70) / 512.0}).lat);
            buf_add(&features, S("]}}"));
        }
    /* Sizes stand at the end of a name: put in where the name closes. */
    AUTO(buf) sized = {0};
    for (size_t i = 0; i < features.len; i++) {
        struct str rest = str_from(features.at + i, features.len - i);
        if (str_starts(rest, S("\"},\"geometry")))
            buf_add(&sized, S(":22"));
        buf_char(&sized, features.at[i]);
    }
    buf_fmt(&style, MARKS, sized.at);
    struct stage s = stage_new(style.at);
    cairo_surface_t *image = draw(&s, (struct view){.centre = {0.5, 0.5}, .zoom = 0, .scale = 1, .width_px = 300, .height_px = 180});
    compare_golden(image, "tests/golden/marks.png");
    cairo_surface_destroy(image);
    stage_done(&s);
}

static bool is_empty(cairo_surface_t *image)
{
    for (int row = 0; row < cairo_image_surface_get_height(image); row++)
        for (int col = 0; col < cairo_image_surface_get_width(image); col++)
            if (pixel(image, col, row))
                return false;
    return true;
}

/* What is known to a city only stands as a badge under the place to zoom 12, and nowhere from 13 on. */
TEST(a_record_known_to_the_city_is_never_a_point_in_a_street)
{
    struct str text;
    struct err err = {0};
    CHECK(builtin_style(S("deployments"), &text));
    struct stage s = stage_new("{\"version\":8,\"sources\":{},\"layers\":[]}");
    style_drop(s.style);
    CHECK(style_read(&s.style, text, NULL, &err));
    struct status_event event = {.status = STATUS_ACTIVE, .kind = EVENT_BEGAN};
    struct deployment city = {.id = 1, .category = CATEGORY_VSA, .has_position = true, .at = {0.001, 0.001}, .precision = PRECISION_CITY,
        .public_precision = PRECISION_CITY, .device_count = -1, .n_events = 1, .events = &event, .status = STATUS_ACTIVE};
    struct snapshot_change change = {1, &city};
    struct snapshot *none = snapshot_new();
    snapshot_drop(s.points);
    s.points = s.scene.points = snapshot_merge(none, &change, 1, 1);
    snapshot_drop(none);
    for (int zoom = 5; zoom <= 18; zoom++) {
        struct view v = {.centre = {0.5, 0.5}, .zoom = zoom, .scale = 1, .width_px = 256, .height_px = 256};
        cairo_surface_t *image = draw(&s, v);
        CHECK_INT(is_empty(image), zoom >= 12); /* the style's 12 is the page's 13 */
        struct xy at = mercator_of(city.at);
        int x = (int)((at.x - 0.5) * 512 * exp2(zoom) + 128), y = (int)((at.y - 0.5) * 512 * exp2(zoom) + 128);
        if (x >= 0 && x < 256 && y >= 0 && y < 256)
            CHECK_INT(pixel(image, x, y), 0); /* nothing on the place itself */
        cairo_surface_destroy(image);
    }
    stage_done(&s);
}

TEST(coordinates_out_of_this_world_draw_without_harm)
{
    static const char WILD[] =
        "{\"version\":8,\"sources\":{\"w\":{\"type\":\"geojson\",\"data\":{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[-1e300,4],[1e300,1e9],[0,0],[\"x\",null],[]]}},"
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[1e18,0],[0,1e18],[-1e18,-90]],[],[[0,0]]]}},"
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1e308,-1e308]}}]}}},"
        "\"layers\":[{\"id\":\"f\",\"type\":\"fill\",\"source\":\"w\"},{\"id\":\"l\",\"type\":\"line\",\"source\":\"w\",\"paint\":{\"line-dasharray\":[1,1],\"line-width\":1e30,\"line-offset\":1e9}},"
        "{\"id\":\"c\",\"type\":\"circle\",\"source\":\"w\",\"paint\":{\"circle-radius\":1e12}},{\"id\":\"s\",\"type\":\"symbol\",\"source\":\"w\",\"layout\":{\"text-field\":\"x\",\"text-size\":1e9}}]}";
    struct stage s = stage_new(WILD);
    for (double zoom = 0; zoom < 23; zoom += 7) {
        cairo_surface_t *image = draw(&s, (struct view){.centre = {0.5, 0.5}, .zoom = zoom, .scale = 1, .width_px = 64, .height_px = 64});
        CHECK(cairo_surface_status(image) == CAIRO_STATUS_SUCCESS);
        cairo_surface_destroy(image);
    }
    stage_done(&s);
}

TEST(a_picture_past_forty_megapixels_is_refused)
{
    struct stage s = stage_new(STYLE);
    struct err err = {0};
    AUTO(buf) out = {0};
    struct view v = {.centre = {0.5, 0.5}, .zoom = 1, .scale = 1, .width_px = 8001, .height_px = 5000};
    CHECK(!picture_draw(s.painter, &v, PICTURE_PNG, s.style, &s.scene, &out, &err));
    CHECK_INT(err.code, ERR_TOO_BIG);
    stage_done(&s);
}

TEST(what_is_drawn_at_a_place_is_named_topmost_first)
{
    struct stage s = stage_new(STYLE);
    struct err err = {0};
    AUTO(buf) out = {0};
    s.scene.points = NULL;
    struct view v = {.centre = {0.5, 0.5}, .zoom = 9, .scale = 1, .width_px = 320, .height_px = 240};
    struct xy px = view_px(&v, mercator_of((struct lonlat){0.21, -0.03}));
    CHECK(map_query(s.painter, &v, s.style, &s.scene, px.x, px.y, px.x, px.y, &out, &err));
    AUTO(json_doc) doc = {0};
    CHECK(json_read(&doc, buf_str(&out), &JSON_BODY, &err));
    CHECK(json_size(doc.root) >= 2);
    CHECK_STR(json_string(json_get(json_at(doc.root, json_size(doc.root) - 1), S("layer"))), "land");
    bool road = false;
    for (size_t i = 0; i < json_size(doc.root); i++)
        road |= str_eq(json_string(json_get(json_at(doc.root, i), S("layer"))), S("road"));
    CHECK(road);
    stage_done(&s);
}

TEST(vectors_keep_text_as_text_in_pdf)
{
    struct stage s = stage_new(STYLE);
    struct err err = {0};
    AUTO(buf) pdf = {0};
    AUTO(buf) svg = {0};
    struct view v = {.centre = {0.5, 0.5}, .zoom = 9, .scale = 1, .width_px = 320, .height_px = 240};
    CHECK(picture_draw(s.painter, &v, PICTURE_PDF, s.style, &s.scene, &pdf, &err));
    CHECK(picture_draw(s.painter, &v, PICTURE_SVG, s.style, &s.scene, &svg, &err));
    CHECK(str_has(buf_str(&pdf), S("/Font")) && str_has(buf_str(&pdf), S("/ToUnicode")));
    CHECK(str_has(buf_str(&svg), S("<path")));
    CHECK(!str_has(buf_str(&svg), S("<text")));
    stage_done(&s);
}
