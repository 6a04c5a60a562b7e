/* How lines, fills, circles and heatmaps are drawn, pixel by pixel, in small pictures round 0,0 at zoom 0, where a px is
 * 0.703125° wide. */
#include "tests/test.h"

#include <cairo.h>
#include <math.h>

#include "renderer/line_mesh.h"
#include "tests/picture.h"

#define PX 0.703125
enum { SIDE = 64, MIDDLE = 32 };

static struct painter *painter;
static double turned_deg; /* of the pictures that follow */

/* `features` are GeoJSON features, `layers` layers whose source is "g". */
static cairo_surface_t *draw_at(const char *features, const char *layers, double zoom)
{
    AUTO(buf) text = {0};
    buf_fmt(&text, "{\"version\":8,\"sources\":{\"g\":{\"type\":\"geojson\",\"lineMetrics\":true,\"data\":{\"type\":\"FeatureCollection\",\"features\":[%s]}}},\"layers\":[%s]}",
        features, layers);
    struct view v = {.centre = {0.5, 0.5}, .zoom = zoom, .bearing_deg = turned_deg, .scale = 1, .width_px = SIDE, .height_px = SIDE};
    struct err err = {0};
    if (!painter && !painter_new(&painter, &(struct painter_options){0}, &err))
        fail_msg("%s", err.text);
    return picture_by(painter, buf_str(&text), &v, false);
}

/* A line along the equator from px to px east of the middle, with a property p. */
static const char *line(double from, double to_px, int p)
{
    static char text[4][256];
    static int turn;
    char *to = text[turn++ % 4];
    snprintf(to, sizeof text[0], "{\"type\":\"Feature\",\"properties\":{\"p\":%d},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[%.6f,0],[%.6f,0]]}}",
        p, from * PX, to_px * PX);
    return to;
}

static int alpha(cairo_surface_t *image, int east, int south)
{
    return (int)(pixel(image, MIDDLE + east, MIDDLE + south) >> 24);
}
static int red(cairo_surface_t *image, int east, int south)
{
    return (int)(pixel(image, MIDDLE + east, MIDDLE + south) >> 16 & 255);
}
static int blue(cairo_surface_t *image, int east, int south)
{
    return (int)(pixel(image, MIDDLE + east, MIDDLE + south) & 255);
}

TEST(a_line_covers_its_width_and_ends_at_its_points)
{
    cairo_surface_t *i = draw_at(line(-10, 10, 0), "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":4}}", 0);
    CHECK_INT(alpha(i, 0, -3), 0);
    CHECK_INT(alpha(i, 0, -2), 255);
    CHECK_INT(alpha(i, 0, 1), 255);
    CHECK_INT(alpha(i, 0, 2), 0);
    CHECK_INT(alpha(i, -11, 0), 0);
    CHECK_INT(alpha(i, -10, 0), 255);
    CHECK_INT(alpha(i, 9, 0), 255);
    CHECK_INT(alpha(i, 10, 0), 0);
    cairo_surface_destroy(i);
}

TEST(a_blurred_line_fades_towards_its_edges)
{
    cairo_surface_t *i = draw_at(line(-20, 20, 0), "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":20,\"line-blur\":8}}", 0);
    CHECK_INT(alpha(i, 0, 0), 255);
    for (int y = 1; y < 10; y++)
        CHECK(alpha(i, 0, y) <= alpha(i, 0, y - 1));
    CHECK(abs(alpha(i, 0, 6) - 113) < 3); /* 6.5 px from the middle: (10.5 − 6.5) of 9 */
    CHECK_INT(alpha(i, 0, 11), 0);
    cairo_surface_destroy(i);
}

TEST(a_gap_leaves_the_middle_of_a_line_free)
{
    cairo_surface_t *i = draw_at(line(-20, 20, 0), "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":3,\"line-gap-width\":6}}", 0);
    CHECK_INT(alpha(i, 0, 1), 0);
    CHECK_INT(alpha(i, 0, 4), 255);
    CHECK_INT(alpha(i, 0, -5), 255);
    CHECK_INT(alpha(i, 0, 7), 0);
    cairo_surface_destroy(i);
}

TEST(a_line_is_offset_to_its_right)
{
    cairo_surface_t *i = draw_at(line(-20, 20, 0), "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":2,\"line-offset\":6}}", 0);
    CHECK_INT(alpha(i, 0, 0), 0);
    CHECK_INT(alpha(i, 0, 5), 255);
    CHECK_INT(alpha(i, 0, -7), 0);
    cairo_surface_destroy(i);
}

TEST(translucent_lines_add_up_unless_the_layer_fades_as_one)
{
    AUTO(buf) two = {0};
    buf_fmt(&two, "%s,%s", line(-20, 5, 0), line(-5, 20, 0));
    cairo_surface_t *each = draw_at(two.at, "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":4,\"line-opacity\":0.5}}", 0);
    cairo_surface_t *as_one = draw_at(two.at, "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":4,\"line-layer-opacity\":0.5}}", 0);
    CHECK(abs(alpha(each, 10, 0) - 128) < 2);
    CHECK(abs(alpha(each, 0, 0) - 192) < 2);
    CHECK(abs(alpha(as_one, 10, 0) - 128) < 2);
    CHECK(abs(alpha(as_one, 0, 0) - 128) < 2);
    cairo_surface_destroy(each);
    cairo_surface_destroy(as_one);
}

TEST(the_lines_of_the_greatest_sort_key_lie_on_top)
{
    static const char layer[] = "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"layout\":{\"line-sort-key\":[\"get\",\"p\"]},"
                                "\"paint\":{\"line-width\":4,\"line-color\":[\"match\",[\"get\",\"p\"],1,\"#f00\",\"#00f\"]}}";
    AUTO(buf) two = {0};
    buf_fmt(&two, "%s,%s", line(-20, 20, 2), line(-20, 20, 1));
    cairo_surface_t *i = draw_at(two.at, layer, 0);
    CHECK_INT(red(i, 0, 0), 0);
    CHECK_INT(blue(i, 0, 0), 255);
    cairo_surface_destroy(i);
}

TEST(a_gradient_runs_from_the_first_point_to_the_last_over_all_tiles)
{
    static const char layer[] = "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":6,"
                                "\"line-gradient\":[\"interpolate\",[\"linear\"],[\"line-progress\"],0,\"#f00\",1,\"#00f\"]}}";
    for (int zoom = 0; zoom < 2; zoom++) { /* at zoom 1 four tiles meet in the middle */
        double half = zoom ? 15 : 30;
        cairo_surface_t *i = draw_at(line(-half, half, 0), layer, zoom);
        CHECK(red(i, -29, 0) > 240 && blue(i, -29, 0) < 15);
        CHECK(abs(red(i, 0, 0) - 128) < 6 && abs(blue(i, 0, 0) - 128) < 6);
        CHECK(red(i, 28, 0) < 15 && blue(i, 28, 0) > 240);
        cairo_surface_destroy(i);
    }
}

TEST(dashes_are_as_long_as_the_line_is_wide_at_the_whole_zoom)
{
    static const char layer[] = "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":4,\"line-dasharray\":[2,1]}}";
    cairo_surface_t *i = draw_at(line(-24, 24, 0), layer, 0);
    CHECK_INT(alpha(i, -20, 0), 255);
    CHECK_INT(alpha(i, -14, 0), 0); /* 8 px of dash, 4 px of gap */
    CHECK_INT(alpha(i, -8, 0), 255);
    cairo_surface_destroy(i);
}

/* [2, 1, 1]: the last and the first are one dash of three, not six parts as in SVG. */
TEST(of_an_odd_number_of_dashes_the_last_and_the_first_are_one)
{
    static const char layer[] = "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":4,\"line-dasharray\":[2,1,1]}}";
    cairo_surface_t *i = draw_at(line(-32, 32, 0), layer, 0);
    CHECK_INT(alpha(i, -32 + 4, 0), 255);
    CHECK_INT(alpha(i, -32 + 10, 0), 0);
    CHECK_INT(alpha(i, -32 + 14, 0), 255);
    CHECK_INT(alpha(i, -32 + 16, 0), 255);
    CHECK_INT(alpha(i, -32 + 20, 0), 255);
    CHECK_INT(alpha(i, -32 + 26, 0), 0);
    cairo_surface_destroy(i);
}

TEST(round_dashes_reach_half_a_width_further)
{
    static const char layer[] = "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"layout\":{\"line-cap\":\"round\"},\"paint\":{\"line-width\":8,\"line-dasharray\":[0,2]}}";
    cairo_surface_t *i = draw_at(line(-24, 24, 0), layer, 0);
    CHECK_INT(alpha(i, -8, 0), 255);  /* dots of 8 px every 16 */
    CHECK_INT(alpha(i, -8 - 6, 0), 0);
    CHECK(alpha(i, -8 - 4, 3) < 100); /* round */
    CHECK(alpha(i, -8 - 4, 0) > 190);
    cairo_surface_destroy(i);
}

TEST(a_pattern_follows_its_line)
{
    cairo_surface_t *i = draw_at(line(-24, 24, 0), "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":16,\"line-pattern\":\"mark:image:active:16\"}}", 0);
    int covered = 0, free = 0;
    for (int x = -24; x < 24; x++)
        for (int y = -8; y < 8; y++)
            alpha(i, x, y) > 200 ? covered++ : alpha(i, x, y) < 50 ? free++ : 0;
    CHECK(covered > 100 && free > 20); /* marks and what lies between them */
    CHECK_INT(alpha(i, 0, 10), 0);
    cairo_surface_t *none = draw_at(line(-24, 24, 0), "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":16,\"line-pattern\":\"no-such-icon\"}}", 0);
    CHECK_INT(alpha(none, 0, 0), 0);
    cairo_surface_destroy(i);
    cairo_surface_destroy(none);
}

TEST(a_line_is_moved_by_its_translate)
{
    cairo_surface_t *i = draw_at(line(-20, 10, 0), "{\"id\":\"l\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":4,\"line-translate\":[5,8]}}", 0);
    CHECK_INT(alpha(i, 0, 0), 0);
    CHECK_INT(alpha(i, 0, 8), 255);
    CHECK_INT(alpha(i, 14, 8), 255);
    CHECK_INT(alpha(i, -16, 8), 0);
    cairo_surface_destroy(i);
}

/* ---- fills ---- */

/* A rectangle in px from the middle; the poles' side is a little off. */
static const char *box(double west, double east, double high, int p)
{
    static char text[4][512];
    static int turn;
    char *to = text[turn++ % 4];
    double w = west * PX, e = east * PX, h = high * PX;
    snprintf(to, sizeof text[0], "{\"type\":\"Feature\",\"properties\":{\"p\":%d},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]]}}",
        p, w, -h, e, -h, e, h, w, h, w, -h);
    return to;
}

TEST(a_fill_covers_pixels_whose_middle_is_inside)
{
    cairo_surface_t *i = draw_at(box(-10, 10.25, 8, 0), "{\"id\":\"f\",\"type\":\"fill\",\"source\":\"g\",\"paint\":{\"fill-antialias\":false}}", 0);
    CHECK_INT(alpha(i, -11, 0), 0);
    CHECK_INT(alpha(i, -10, 0), 255);
    CHECK_INT(alpha(i, 9, 0), 255);
    CHECK_INT(alpha(i, 10, 0), 0);
    cairo_surface_destroy(i);
}

TEST(the_edges_of_a_fill_are_soft_unless_it_says_otherwise)
{
    cairo_surface_t *i = draw_at(box(-10, 10.25, 8, 0), "{\"id\":\"f\",\"type\":\"fill\",\"source\":\"g\",\"paint\":{}}", 0);
    CHECK_INT(alpha(i, 9, 0), 255);
    CHECK(alpha(i, 10, 0) > 180 && alpha(i, 10, 0) < 240); /* a quarter px from the edge */
    CHECK_INT(alpha(i, 11, 0), 0);
    cairo_surface_destroy(i);
}

TEST(translucent_fills_add_up_unless_the_layer_fades_as_one)
{
    AUTO(buf) two = {0};
    buf_fmt(&two, "%s,%s", box(-20, 5, 10, 0), box(-5, 20, 10, 1));
    cairo_surface_t *each = draw_at(two.at, "{\"id\":\"f\",\"type\":\"fill\",\"source\":\"g\",\"paint\":{\"fill-opacity\":0.5}}", 0);
    cairo_surface_t *as_one = draw_at(two.at, "{\"id\":\"f\",\"type\":\"fill\",\"source\":\"g\",\"paint\":{\"fill-layer-opacity\":0.5}}", 0);
    CHECK(abs(alpha(each, 10, 0) - 128) < 2 && abs(alpha(each, 0, 0) - 192) < 2);
    CHECK(abs(alpha(as_one, 10, 0) - 128) < 2 && abs(alpha(as_one, 0, 0) - 128) < 2);
    cairo_surface_destroy(each);
    cairo_surface_destroy(as_one);
}

TEST(a_turned_fill_is_painted_once_where_tiles_share_a_strip)
{
    struct err err = {0};
    struct style *style;
    AUTO(buf) text = {0};
    buf_fmt(&text, "{\"version\":8,\"sources\":{\"g\":{\"type\":\"geojson\",\"data\":%s}},\"layers\":[{\"id\":\"f\",\"type\":\"fill\",\"source\":\"g\",\"paint\":{\"fill-opacity\":0.5}}]}",
        box(-20, 20, 20, 0));
    struct view v = {.centre = {0.5, 0.5}, .zoom = 1, .bearing_deg = 30, .scale = 1, .width_px = SIDE, .height_px = SIDE};
    struct scene scene = {.today = 20000};
    cairo_surface_t *i = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, SIDE, SIDE);
    CHECK(style_read(&style, buf_str(&text), NULL, &err) && map_draw_image(painter, i, &v, style, &scene, &err));
    cairo_surface_flush(i);
    for (int y = -20; y < 20; y++)
        for (int x = -20; x < 20; x++)
            CHECK(abs(alpha(i, x, y) - 128) < 2);
    style_drop(style);
    cairo_surface_destroy(i);
}

TEST(an_outline_of_its_own_colour_lies_on_the_edge_above_all_fills)
{
    AUTO(buf) two = {0};
    buf_fmt(&two, "%s,%s", box(-20.5, 0.5, 10, 0), box(-10, 20, 10, 1));
    cairo_surface_t *i = draw_at(two.at, "{\"id\":\"f\",\"type\":\"fill\",\"source\":\"g\",\"paint\":{\"fill-color\":\"#f00\",\"fill-outline-color\":\"#00f\"}}", 0);
    CHECK(blue(i, 0, 0) > 240 && red(i, 0, 0) < 15); /* of the first, though the second covers it */
    CHECK(red(i, 5, 0) > 240);
    cairo_surface_destroy(i);
}

TEST(the_fill_of_the_greatest_sort_key_lies_on_top_moved_by_the_translate)
{
    AUTO(buf) two = {0};
    buf_fmt(&two, "%s,%s", box(-5, 5, 5, 2), box(-5, 5, 5, 1));
    cairo_surface_t *i = draw_at(two.at, "{\"id\":\"f\",\"type\":\"fill\",\"source\":\"g\",\"layout\":{\"fill-sort-key\":[\"get\",\"p\"]},"
        "\"paint\":{\"fill-translate\":[12,0],\"fill-color\":[\"match\",[\"get\",\"p\"],1,\"#f00\",\"#00f\"]}}", 0);
    CHECK_INT(alpha(i, 0, 0), 0);
    CHECK_INT(blue(i, 12, 0), 255);
    CHECK_INT(red(i, 12, 0), 0);
    cairo_surface_destroy(i);
}

TEST(a_fill_with_a_pattern_shows_it_inside_only_and_turned_with_the_map)
{
    const char *layer = "{\"id\":\"f\",\"type\":\"fill\",\"source\":\"g\",\"paint\":{\"fill-pattern\":\"mark:image:active:9\"}}";
    cairo_surface_t *i = draw_at(box(-20, 20, 20, 1), layer, 0);
    turned_deg = 90;
    cairo_surface_t *j = draw_at(box(-20, 20, 20, 1), layer, 0);
    turned_deg = 0;
    int inked = 0;
    for (int y = -20; y < 20; y++)
        for (int x = -20; x < 20; x++) {
            inked += red(i, x, y) > 150;
            CHECK(abs(alpha(i, x, y) - alpha(j, y, -1 - x)) < 60); /* a quarter turn to the left */
        }
    CHECK(inked > 300 && inked < 1500);
    CHECK_INT(alpha(i, 25, 0), 0);
    cairo_surface_destroy(i);
    cairo_surface_destroy(j);
}

/* ---- circles and heatmaps ---- */

static const char POINT[] = "{\"type\":\"Feature\",\"properties\":{\"p\":3},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0]}}";

TEST(the_softness_of_a_circle_lies_inside_of_its_rim)
{
    cairo_surface_t *i = draw_at(POINT, "{\"id\":\"c\",\"type\":\"circle\",\"source\":\"g\",\"paint\":{\"circle-radius\":10}}", 0);
    cairo_surface_t *soft = draw_at(POINT, "{\"id\":\"c\",\"type\":\"circle\",\"source\":\"g\",\"paint\":{\"circle-radius\":10,\"circle-blur\":1}}", 0);
    CHECK_INT(alpha(i, 8, 0), 255);
    CHECK(alpha(i, 9, 0) > 60 && alpha(i, 9, 0) < 200);
    CHECK_INT(alpha(i, 10, 0), 0);
    CHECK(alpha(soft, 0, 0) > 240 && abs(alpha(soft, 4, 0) - 145) < 12 && alpha(soft, 8, 0) < 20);
    cairo_surface_destroy(i);
    cairo_surface_destroy(soft);
}

TEST(a_stroke_is_mixed_with_its_circle_not_laid_over_it)
{
    cairo_surface_t *i = draw_at(POINT, "{\"id\":\"c\",\"type\":\"circle\",\"source\":\"g\",\"paint\":{\"circle-radius\":8,\"circle-color\":\"#f00\",\"circle-opacity\":0.5,"
        "\"circle-stroke-width\":6,\"circle-stroke-color\":\"#00f\",\"circle-stroke-opacity\":0.5}}", 0);
    CHECK(abs(alpha(i, 0, 0) - 128) < 2 && blue(i, 0, 0) == 0);
    CHECK(abs(alpha(i, 10, 0) - 128) < 2 && red(i, 10, 0) == 0);
    for (int x = 0; x < 12; x++)
        CHECK(abs(alpha(i, x, 0) - 128) < 3);
    cairo_surface_destroy(i);
}

TEST(a_ring_has_two_circles_where_it_closes)
{
    cairo_surface_t *i = draw_at(box(-12, 12, 12, 0), "{\"id\":\"c\",\"type\":\"circle\",\"source\":\"g\",\"paint\":{\"circle-radius\":5,\"circle-opacity\":0.5}}", 0);
    CHECK(abs(alpha(i, -12, 12) - 192) < 3); /* its first vertex, south-west */
    CHECK(abs(alpha(i, 12, 12) - 128) < 3);
    cairo_surface_destroy(i);
}

TEST(heat_is_densest_at_its_points_and_reaches_further_the_heavier_they_are)
{
    static const char layer[] = "{\"id\":\"h\",\"type\":\"heatmap\",\"source\":\"g\",\"paint\":{\"heatmap-radius\":12,\"heatmap-weight\":%s,\"heatmap-intensity\":2,\"heatmap-opacity\":%s,"
                                "\"heatmap-color\":[\"interpolate\",[\"linear\"],[\"heatmap-density\"],0,\"rgba(0,0,0,0)\",1,\"#f00\"]}}";
    AUTO(buf) light = {0};
    AUTO(buf) heavy = {0};
    AUTO(buf) faint = {0};
    buf_fmt(&light, layer, "0.5", "1");
    buf_fmt(&heavy, layer, "[\"get\",\"p\"]", "1");
    buf_fmt(&faint, layer, "0.5", "0.5");
    cairo_surface_t *a = draw_at(POINT, light.at, 0), *b = draw_at(POINT, heavy.at, 0), *c = draw_at(POINT, faint.at, 0);
    CHECK(alpha(a, 0, 0) > 70 && alpha(a, 0, 0) < 102); /* 0.4 at most, the middle between every fourth px a little less */
    CHECK(alpha(a, 14, 0) < 3 && alpha(b, 14, 0) > alpha(a, 14, 0));
    CHECK(alpha(b, 0, 0) > 240);
    CHECK(abs(alpha(c, 0, 0) * 2 - alpha(a, 0, 0)) < 4);
    cairo_surface_destroy(a);
    cairo_surface_destroy(b);
    cairo_surface_destroy(c);
}

/* 200 rectangles one in the other, far more crossings in a row than pixels: the same as the largest. */
TEST(a_row_that_is_crossed_very_often_is_filled_as_any_other)
{
    AUTO(buf) stack = {0};
    buf_fmt(&stack, "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[");
    for (int i = 0; i < 200; i++) {
        char words[200];
        double w = -10 * PX, e = (10 - i * 0.09) * PX, h = 8 * PX;
        snprintf(words, sizeof words, "%s[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]]", i ? "," : "", w, -h, e, -h, e, h, w, h, w, -h);
        buf_add(&stack, str_of(words));
    }
    buf_fmt(&stack, "]}}");
    static const char layer[] = "{\"id\":\"f\",\"type\":\"fill\",\"source\":\"g\",\"paint\":{\"fill-antialias\":false}}";
    cairo_surface_t *many = draw_at(stack.at, layer, 0), *one = draw_at(box(-10, 10, 8, 0), layer, 0);
    for (int y = -20; y < 20; y++)
        for (int x = -20; x < 20; x++)
            CHECK_INT(alpha(many, x, y), alpha(one, x, y));
    cairo_surface_destroy(many);
    cairo_surface_destroy(one);
}

/* Shapes that meet no pixel, cross themselves or run far out are drawn without harm, on pixels as in vectors. */
TEST(shapes_out_of_the_ordinary_do_no_harm)
{
    static const char shapes[] =
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[-1e300,0],[1e300,5],[0,1e300],[-1e300,0]],[[0,0],[0,0],[0,0],[0,0]]]}},"
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[0,0],[0,0],[1e-9,0],[0,0],[-179,80],[179,-80],[1e200,3],[0,0]]}},"
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[]}},"
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"MultiPoint\",\"coordinates\":[[0,0],[1e300,-1e300],[\"a\",null]]}}";
    static const char *const layers[] = {
        "{\"id\":\"a\",\"type\":\"fill\",\"source\":\"g\",\"paint\":{\"fill-pattern\":\"mark:image:active:16\",\"fill-opacity\":0.4}}",
        "{\"id\":\"a\",\"type\":\"fill\",\"source\":\"g\",\"paint\":{\"fill-translate\":[1e300,-1e300],\"fill-outline-color\":\"red\"}}",
        "{\"id\":\"a\",\"type\":\"line\",\"source\":\"g\",\"layout\":{\"line-join\":\"round\",\"line-cap\":\"round\",\"line-miter-limit\":1e300},\"paint\":{\"line-width\":1e300,\"line-offset\":-1e300,\"line-blur\":1e300}}",
        "{\"id\":\"a\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":3,\"line-dasharray\":[0,0,0]}}",
        "{\"id\":\"a\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":1e-12,\"line-dasharray\":[1e-300,1e300,1],\"line-gap-width\":2}}",
        "{\"id\":\"a\",\"type\":\"line\",\"source\":\"g\",\"paint\":{\"line-width\":4,\"line-gradient\":[\"step\",[\"line-progress\"],\"red\",0.5,\"blue\"]}}",
        "{\"id\":\"a\",\"type\":\"circle\",\"source\":\"g\",\"paint\":{\"circle-radius\":1e300,\"circle-blur\":-1e300,\"circle-stroke-width\":1e300}}",
        "{\"id\":\"a\",\"type\":\"circle\",\"source\":\"g\",\"paint\":{\"circle-radius\":0,\"circle-stroke-width\":0,\"circle-blur\":1}}",
        "{\"id\":\"a\",\"type\":\"heatmap\",\"source\":\"g\",\"paint\":{\"heatmap-radius\":1e300,\"heatmap-weight\":1e300,\"heatmap-intensity\":1e300}}",
    };
    for (size_t i = 0; i < COUNT(layers); i++)
        for (int zoom = 0; zoom <= 22; zoom += 11)
            cairo_surface_destroy(draw_at(shapes, layers[i], zoom));
}

/* ---- the mesh ---- */

static void count_area(void *ctx, const struct mesh_vertex *a, const struct mesh_vertex *b, const struct mesh_vertex *c)
{
    *(double *)ctx += fabs((b->x - a->x) * (c->y - a->y) - (c->x - a->x) * (b->y - a->y)) / 2;
}

static double mesh_area(const struct xy *at, size_t n, bool ring, enum line_cap cap, enum line_join join, double miter)
{
    double area = 0;
    line_mesh(at, n, ring, &(struct line_form){.cap = cap, .join = join, .miter_limit = miter, .round_limit = 1.05, .half_px = 2, .clip = {-1e3, -1e3, 1e3, 1e3}}, count_area, &area);
    return area;
}

TEST(caps_and_joins_add_what_they_should)
{
    struct xy straight[] = {{0, 0}, {100, 0}}, corner[] = {{0, 0}, {100, 0}, {100, 100}}, square[] = {{0, 0}, {100, 0}, {100, 100}, {0, 100}};
    CHECK_NEAR(mesh_area(straight, 2, false, CAP_BUTT, JOIN_MITER, 2), 400, 1e-6);
    CHECK_NEAR(mesh_area(straight, 2, false, CAP_SQUARE, JOIN_MITER, 2), 416, 1e-6);
    CHECK_NEAR(mesh_area(corner, 3, false, CAP_BUTT, JOIN_MITER, 2), 800, 1e-6); /* the miter adds what the inside saves */
    CHECK_NEAR(mesh_area(corner, 3, false, CAP_BUTT, JOIN_BEVEL, 2), 798, 1e-6);
    CHECK_NEAR(mesh_area(corner, 3, false, CAP_BUTT, JOIN_MITER, 1.2), 798, 1e-6); /* past its limit a miter is cut */
    double fan = mesh_area(corner, 3, false, CAP_BUTT, JOIN_ROUND, 2);
    CHECK(fan > 798.5 && fan < 799.5);
    CHECK_NEAR(mesh_area(square, 4, true, CAP_BUTT, JOIN_MITER, 2), 1600, 1e-6);
}

TEST(what_lies_outside_of_the_clip_makes_no_triangles)
{
    struct xy far[4000];
    double area = 0;
    for (int i = 0; i < 4000; i++)
        far[i] = (struct xy){i * 10, 50 + i % 2};
    line_mesh(far, 4000, false, &(struct line_form){.miter_limit = 2, .half_px = 1, .clip = {0, 0, 100, 100}}, count_area, &area);
    CHECK(area > 190 && area < 300);
}

TEST(a_background_covers_the_picture_in_its_colour_and_opacity)
{
    cairo_surface_t *i = draw_at(line(-1, 1, 0), "{\"id\":\"b\",\"type\":\"background\",\"paint\":{\"background-color\":\"#ff0000\",\"background-opacity\":0.5}}", 0);
    CHECK(abs(alpha(i, -MIDDLE, -MIDDLE) - 128) <= 1 && abs(red(i, 20, 20) - 128) <= 1 && blue(i, 0, 0) == 0);
    cairo_surface_destroy(i);
}

TEST(what_is_moved_turns_with_the_map_unless_it_is_of_the_view)
{
    static const char *const kinds[] = {"line", "circle", "fill"};
    const char *square = "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[-2,-2],[2,-2],[2,2],[-2,2],[-2,-2]]]}}";
    const char *dot = "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0]}}";
    turned_deg = 90;
    for (int k = 0; k < 3; k++)
        for (int view = 0; view < 2; view++) {
            AUTO(buf) layer = {0};
            buf_fmt(&layer, "{\"id\":\"l\",\"type\":\"%s\",\"source\":\"g\",\"paint\":{\"%s-translate\":[16,0],\"%s-translate-anchor\":\"%s\"}}", kinds[k], kinds[k],
                kinds[k], view ? "viewport" : "map");
            cairo_surface_t *i = draw_at(k == 0 ? line(-3, 3, 0) : k == 1 ? dot : square, layer.at, 0);
            int beside = MAX(alpha(i, 16, 0), alpha(i, 15, 0)), above = MAX(alpha(i, 0, -16), alpha(i, 0, -17));
            CHECK(view ? beside > 100 && above == 0 : above > 100 && beside == 0);
            cairo_surface_destroy(i);
        }
    turned_deg = 0;
}

TEST(the_circle_of_the_greatest_sort_key_lies_on_top)
{
    const char *two = "{\"type\":\"Feature\",\"properties\":{\"p\":2,\"c\":\"#0000ff\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0]}},"
                      "{\"type\":\"Feature\",\"properties\":{\"p\":1,\"c\":\"#ff0000\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0]}}";
    cairo_surface_t *i = draw_at(two, "{\"id\":\"c\",\"type\":\"circle\",\"source\":\"g\",\"layout\":{\"circle-sort-key\":[\"get\",\"p\"]},\"paint\":{\"circle-color\":[\"get\",\"c\"]}}", 0);
    CHECK_INT(blue(i, 0, 0), 255);
    cairo_surface_destroy(i);
}
