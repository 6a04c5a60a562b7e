/* How lines, fills, circles and heatmaps are drawn, pixel by pixel, in small pictures round 0,0 at zoom 0, where a px is
 * 0.703125° wide. */
#include "tests/test.h"

#include <cairo.h>
#include <math.h>

#include "renderer/line_mesh.h"
#include "renderer/map.h"

#define PX 0.703125
enum { SIDE = 64, MIDDLE = 32 };

static struct painter *painter;

/* `features` are GeoJSON features, `layers` layers whose source is "g". */
static cairo_surface_t *draw_at(const char *features, const char *layers, double zoom)
{
    struct err err = {0};
    struct style *style;
    AUTO(buf) text = {0};
    buf_fmt(&text, "{\"version\":8,\"sources\":{\"g\":{\"type\":\"geojson\",\"lineMetrics\":true,\"data\":{\"type\":\"FeatureCollection\",\"features\":[%s]}}},\"layers\":[%s]}",
        features, layers);
    struct view v = {.centre = {0.5, 0.5}, .zoom = zoom, .scale = 1, .width_px = SIDE, .height_px = SIDE};
    struct scene scene = {.today = 20000};
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, SIDE, SIDE);
    if (!painter && !painter_new(&painter, &(struct painter_options){0}, &err))
        fail_msg("%s", err.text);
    if (!style_read(&style, buf_str(&text), NULL, &err) || !map_draw_image(painter, image, &v, style, &scene, &err))
        fail_msg("%s", err.text);
    style_drop(style);
    cairo_surface_flush(image);
    return image;
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

static uint32_t pixel(cairo_surface_t *image, int x, int y)
{
    return ((uint32_t *)(void *)(cairo_image_surface_get_data(image) + (ptrdiff_t)y * cairo_image_surface_get_stride(image)))[x];
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
