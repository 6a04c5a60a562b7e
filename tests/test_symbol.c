/* How symbols are laid out and drawn: where their ink is, in small pictures round 0,0 at zoom 0, where a px is 0.703125° wide. */
#include "tests/test.h"

#include <cairo.h>
#include <math.h>

#include "tests/picture.h"

#define PX 0.703125
enum { SIDE = 192, MIDDLE = 96 };

static struct painter *painter;

struct ink { /* px from the middle: the box of what is drawn; how much, and its colour where it is strongest */
    int x0, y0, x1, y1, n;
    uint32_t strongest;
};

static struct ink ink_of(cairo_surface_t *image)
{
    struct ink k = {SIDE, SIDE, -SIDE, -SIDE, 0, 0};
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            uint32_t p = pixel(image, x, y);
            if (p >> 24 < 40)
                continue;
            k.x0 = MIN(k.x0, x - MIDDLE), k.x1 = MAX(k.x1, x - MIDDLE + 1), k.y0 = MIN(k.y0, y - MIDDLE), k.y1 = MAX(k.y1, y - MIDDLE + 1);
            k.n++;
            if (p >> 24 > k.strongest >> 24)
                k.strongest = p;
        }
    return k;
}

/* `features`: GeoJSON features; the layer's layout and paint. */
static struct ink draw_all(const char *features, const char *layout, const char *paint, double zoom, double bearing)
{
    AUTO(buf) text = {0};
    buf_fmt(&text, "{\"version\":8,\"sources\":{\"g\":{\"type\":\"geojson\",\"data\":{\"type\":\"FeatureCollection\",\"features\":[%s]}}},\"layers\":["
                   "{\"id\":\"s\",\"type\":\"symbol\",\"source\":\"g\",\"layout\":{\"text-font\":[\"Noto Sans Regular\"],%s},\"paint\":{%s}}]}",
        features, layout, paint);
    struct view v = {.centre = {0.5, 0.5}, .zoom = zoom, .bearing_deg = bearing, .scale = 1, .width_px = SIDE, .height_px = SIDE};
    struct err err = {0};
    if (!painter && !painter_new(&painter, &(struct painter_options){0}, &err))
        fail_msg("%s", err.text);
    cairo_surface_t *image = picture_by(painter, buf_str(&text), &v, false);
    struct ink k = ink_of(image);
    cairo_surface_destroy(image);
    return k;
}

#define POINT "{\"type\":\"Feature\",\"properties\":{\"n\":1},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0]}}"
#define LINE(from, to) "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[" from "],[" to "]]}}"
#define TWO "{\"type\":\"Feature\",\"properties\":{\"n\":1},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0]}}," \
    "{\"type\":\"Feature\",\"properties\":{\"n\":2},\"geometry\":{\"type\":\"Point\",\"coordinates\":[10,0]}}"
static struct ink at_point(const char *layout, const char *paint)
{
    return draw_all(POINT, layout, paint, 0, 0);
}

static int width(struct ink k)
{
    return k.x1 - k.x0;
}
static int height(struct ink k)
{
    return k.y1 - k.y0;
}

TEST(a_text_is_as_large_and_of_the_colour_its_layer_says)
{
    struct ink small = at_point("\"text-field\":\"HHH\",\"text-size\":12", "\"text-color\":\"#ff0000\"");
    struct ink large = at_point("\"text-field\":\"HHH\",\"text-size\":24", "\"text-color\":\"#ff0000\",\"text-opacity\":0.5");
    CHECK(abs(2 * width(small) - width(large)) <= 3 && abs(2 * height(small) - height(large)) <= 2);
    CHECK_INT(small.strongest, 0xffff0000);
    CHECK(large.strongest >> 24 > 120 && large.strongest >> 24 < 135);
    CHECK(abs(small.x0 + small.x1) <= 2 && abs(small.y0 + small.y1) <= 2); /* capitals stand in the middle */
}

TEST(the_font_is_the_one_that_was_named)
{
    struct ink regular = at_point("\"text-field\":\"HHH\"", "");
    struct ink bold = draw_all(POINT, "\"text-field\":[\"format\",\"HHH\",{\"text-font\":[\"literal\",[\"Noto Sans Bold\"]]}]", "", 0, 0);
    CHECK(bold.n > regular.n * 5 / 4);
}

TEST(a_halo_grows_the_letters_and_has_its_own_colour)
{
    struct ink bare = at_point("\"text-field\":\"HHH\"", "\"text-color\":\"rgba(0,0,0,0)\"");
    struct ink halo = at_point("\"text-field\":\"HHH\"", "\"text-color\":\"#000\",\"text-halo-color\":\"#00ff00\",\"text-halo-width\":2");
    struct ink plain = at_point("\"text-field\":\"HHH\"", "");
    CHECK_INT(bare.n, 0);
    CHECK(width(halo) >= width(plain) + 3 && width(halo) <= width(plain) + 6);
}

TEST(a_blurred_halo_reaches_further_and_fades)
{
    const char *sharp = "\"text-color\":\"#000\",\"text-halo-color\":\"#00ff00\",\"text-halo-width\":3";
    struct ink hard = at_point("\"text-field\":\"HHH\"", sharp);
    struct ink soft = at_point("\"text-field\":\"HHH\"", "\"text-color\":\"#000\",\"text-halo-color\":\"#00ff00\",\"text-halo-width\":3,\"text-halo-blur\":3");
    CHECK(width(soft) > width(hard) && width(soft) <= width(hard) + 6);
}

TEST(of_two_icons_that_overlap_one_is_shown_unless_they_may)
{
    const char *icon = "\"icon-image\":\"mark:image:active:22\"";
    const char *may[] = {"\"icon-allow-overlap\":true", "\"icon-overlap\":\"always\"", "\"icon-ignore-placement\":true"};
    struct ink one = draw_all(POINT, icon, "", 0, 0);
    CHECK_INT(draw_all(TWO, icon, "", 0, 0).n, one.n);
    for (size_t i = 0; i < COUNT(may); i++) {
        AUTO(buf) both = {0};
        buf_fmt(&both, "%s,%s", icon, may[i]);
        CHECK(draw_all(TWO, both.at, "", 0, 0).n > one.n);
    }
    const char *small = "\"icon-image\":\"mark:image:active:9\",\"icon-padding\":0", *padded = "\"icon-image\":\"mark:image:active:9\",\"icon-padding\":6";
    CHECK(draw_all(TWO, small, "", 0, 0).n > draw_all(TWO, padded, "", 0, 0).n);
}

TEST(an_icon_of_the_map_turns_with_it_and_is_moved_as_the_map_or_the_view_lies)
{
    struct ink map = draw_all(POINT, "\"icon-image\":\"tick:image:16\",\"icon-rotation-alignment\":\"map\"", "", 0, 90);
    struct ink view = draw_all(POINT, "\"icon-image\":\"tick:image:16\"", "", 0, 90);
    CHECK(view.y1 < 0 && map.x1 < 0); /* a tick points north: up, or to the left when the map is turned so */
    struct ink still = at_point("\"icon-image\":\"mark:image:active:16\"", "");
    struct ink moved = draw_all(POINT, "\"icon-image\":\"mark:image:active:16\"", "\"icon-translate\":[10,0],\"icon-translate-anchor\":\"viewport\"", 0, 90);
    CHECK(abs(moved.x0 - still.x0 - 10) <= 1);
}

TEST(an_icon_on_a_line_is_turned_round_where_it_must_stay_upright)
{
    const char *layout = "\"icon-image\":\"tick:image:16\",\"symbol-placement\":\"line-center\"";
    AUTO(buf) upright = {0};
    buf_fmt(&upright, "%s,\"icon-keep-upright\":true", layout);
    CHECK(draw_all(LINE("60,0", "-60,0"), layout, "", 0, 0).y0 > 0);
    CHECK(draw_all(LINE("60,0", "-60,0"), upright.at, "", 0, 0).y1 < 0);
}

TEST(an_anchor_names_the_side_of_the_text_that_stands_at_the_point)
{
    struct ink left = at_point("\"text-field\":\"HHH\",\"text-anchor\":\"left\"", ""), right = at_point("\"text-field\":\"HHH\",\"text-anchor\":\"right\"", "");
    struct ink top = at_point("\"text-field\":\"HHH\",\"text-anchor\":\"top\"", ""), bottom = at_point("\"text-field\":\"HHH\",\"text-anchor\":\"bottom\"", "");
    CHECK(left.x0 >= 0 && left.x0 < 4 && right.x1 <= 0 && right.x1 > -4);
    CHECK(top.y0 >= 0 && bottom.y1 <= 0);
}

TEST(offsets_are_in_em_and_the_radial_one_leads_away_from_the_point)
{
    struct ink still = at_point("\"text-field\":\"HHH\"", ""), moved = at_point("\"text-field\":\"HHH\",\"text-offset\":[2,-1]", "");
    CHECK_INT(moved.x0 - still.x0, 32);
    CHECK_INT(moved.y0 - still.y0, -16);
    struct ink near = at_point("\"text-field\":\"HHH\",\"text-anchor\":\"left\"", "");
    struct ink away = at_point("\"text-field\":\"HHH\",\"text-anchor\":\"left\",\"text-radial-offset\":2", "");
    CHECK_INT(away.x0 - near.x0, 32);
}

TEST(a_translation_is_in_px_and_turns_with_the_map_unless_it_is_of_the_view)
{
    struct ink still = at_point("\"text-field\":\"HHH\"", ""), moved = at_point("\"text-field\":\"HHH\"", "\"text-translate\":[10,5]");
    CHECK(moved.x0 - still.x0 == 10 && moved.y0 - still.y0 == 5);
    struct ink turned = draw_all(POINT, "\"text-field\":\"HHH\"", "\"text-translate\":[10,0]", 0, 90);
    struct ink view = draw_all(POINT, "\"text-field\":\"HHH\"", "\"text-translate\":[10,0],\"text-translate-anchor\":\"viewport\"", 0, 90);
    CHECK(abs(turned.x0 - still.x0) <= 1 && abs(turned.y0 - still.y0 + 10) <= 1);
    CHECK(abs(view.x0 - still.x0 - 10) <= 1);
}

TEST(a_text_breaks_at_its_greatest_width_and_its_lines_are_so_far_apart)
{
    struct ink one = at_point("\"text-field\":\"HHH HHH\"", ""), two = at_point("\"text-field\":\"HHH HHH\",\"text-max-width\":3", "");
    struct ink wide = at_point("\"text-field\":\"HHH HHH\",\"text-max-width\":3,\"text-line-height\":2.2", "");
    CHECK(width(two) < width(one) && height(two) > height(one));
    CHECK_INT(height(wide) - height(two), 16);
}

TEST(letters_are_spaced_and_capital_as_asked)
{
    struct ink plain = at_point("\"text-field\":\"HHH\"", ""), spaced = at_point("\"text-field\":\"HHH\",\"text-letter-spacing\":0.5", "");
    struct ink capital = at_point("\"text-field\":\"hhh\",\"text-transform\":\"uppercase\"", "");
    CHECK(abs(width(spaced) - width(plain) - 16) <= 1);
    CHECK_INT(capital.n, plain.n);
}

TEST(lines_are_justified_to_their_side)
{
    /* The short line's ink is left, in the middle or right: the whole's box stays, its weight moves. */
    const char *how[] = {"left", "center", "right"};
    struct ink k[3];
    for (int i = 0; i < 3; i++) {
        AUTO(buf) layout = {0};
        buf_fmt(&layout, "\"text-field\":\"HHHHHH\\nH\",\"text-justify\":\"%s\"", how[i]);
        k[i] = at_point(layout.at, "");
        CHECK(abs(width(k[i]) - width(k[0])) <= 1);
    }
    struct ink auto_left = at_point("\"text-field\":\"HHHHHH\\nH\",\"text-justify\":\"auto\",\"text-anchor\":\"left\"", "");
    CHECK(width(auto_left) == width(k[0]));
}

TEST(a_rotated_text_stands_on_end_and_one_of_the_map_turns_with_it)
{
    struct ink flat = at_point("\"text-field\":\"HHHHH\"", ""), end = at_point("\"text-field\":\"HHHHH\",\"text-rotate\":90", "");
    CHECK(abs(width(end) - height(flat)) <= 2 && abs(height(end) - width(flat)) <= 2);
    struct ink map = draw_all(POINT, "\"text-field\":\"HHHHH\",\"text-rotation-alignment\":\"map\"", "", 0, 90);
    struct ink view = draw_all(POINT, "\"text-field\":\"HHHHH\"", "", 0, 90);
    CHECK(height(map) > width(map) && width(view) > height(view));
}

TEST(a_text_follows_its_line_and_is_not_set_where_the_line_is_too_short)
{
    struct ink along = draw_all(LINE("0,45", "0,-45"), "\"text-field\":\"HHHHH\",\"symbol-placement\":\"line-center\"", "", 0, 0);
    CHECK(height(along) > 2 * width(along));
    struct ink level = draw_all(LINE("0,45", "0,-45"), "\"text-field\":\"HHHHH\",\"symbol-placement\":\"line-center\",\"text-rotation-alignment\":\"viewport\"", "", 0, 0);
    CHECK(width(level) > 2 * height(level));
    struct ink none = draw_all(LINE("0,5", "0,-5"), "\"text-field\":\"HHHHHHHHHH\",\"symbol-placement\":\"line\"", "", 0, 0);
    CHECK_INT(none.n, 0);
}

TEST(labels_stand_at_their_distance_along_a_line)
{
    struct ink many = draw_all(LINE("-66,0", "66,0"), "\"text-field\":\"H\",\"symbol-placement\":\"line\",\"symbol-spacing\":30", "", 0, 0);
    struct ink few = draw_all(LINE("-66,0", "66,0"), "\"text-field\":\"H\",\"symbol-placement\":\"line\",\"symbol-spacing\":90", "", 0, 0);
    CHECK(many.n > 2 * few.n && few.n > 0);
}

TEST(a_line_that_bends_too_much_carries_no_text)
{
    const char *bend = "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[-30,-20],[0,0],[-30,20]]}}";
    const char *layout = "\"text-field\":\"HHHHHHH\",\"symbol-placement\":\"line-center\"";
    AUTO(buf) loose = {0};
    buf_fmt(&loose, "%s,\"text-max-angle\":180", layout);
    CHECK_INT(draw_all(bend, layout, "", 0, 0).n, 0);
    CHECK(draw_all(bend, loose.at, "", 0, 0).n > 0);
}

TEST(a_text_stands_on_its_feet_on_a_line_unless_it_may_not)
{
    /* Read from right to left the L's foot is at the other side of its stem. */
    struct ink kept = draw_all(LINE("60,0", "-60,0"), "\"text-field\":\"LLLLL\",\"symbol-placement\":\"line-center\",\"text-offset\":[0,2]", "", 0, 0);
    struct ink turned = draw_all(LINE("60,0", "-60,0"), "\"text-field\":\"LLLLL\",\"symbol-placement\":\"line-center\",\"text-offset\":[0,2],\"text-keep-upright\":false", "", 0, 0);
    CHECK(kept.y0 > 0 && turned.y1 < 0); /* under the line as one reads */
}

TEST(of_two_texts_that_overlap_one_is_shown_unless_they_may)
{
    struct ink one = draw_all(POINT, "\"text-field\":\"HHH\"", "", 0, 0), shown = draw_all(TWO, "\"text-field\":\"HHH\"", "", 0, 0);
    CHECK_INT(shown.n, one.n);
    CHECK(draw_all(TWO, "\"text-field\":\"HHH\",\"text-allow-overlap\":true", "", 0, 0).n > one.n);
    CHECK(draw_all(TWO, "\"text-field\":\"HHH\",\"text-overlap\":\"always\"", "", 0, 0).n > one.n);
    CHECK(draw_all(TWO, "\"text-field\":\"HHH\",\"text-ignore-placement\":true", "", 0, 0).n > one.n);
    CHECK(draw_all(TWO, "\"text-field\":\"H\",\"text-size\":9,\"text-padding\":0", "", 0, 0).n > draw_all(TWO, "\"text-field\":\"H\",\"text-size\":9,\"text-padding\":8", "", 0, 0).n);
}

TEST(the_smaller_sort_key_is_placed_first)
{
    struct ink first = draw_all(TWO, "\"text-field\":\"HHH\",\"symbol-sort-key\":[\"get\",\"n\"]", "", 0, 0);
    struct ink second = draw_all(TWO, "\"text-field\":\"HHH\",\"symbol-sort-key\":[\"-\",[\"get\",\"n\"]]", "", 0, 0);
    CHECK(abs(second.x0 - first.x0 - 14) <= 1);
}

TEST(a_text_goes_to_the_side_that_is_free)
{
    const char *layout = "\"text-field\":\"HHH\",\"text-variable-anchor\":[\"bottom\",\"top\"],\"text-radial-offset\":0.8";
    struct ink one = draw_all(POINT, layout, "", 0, 0), both = draw_all(TWO, layout, "", 0, 0);
    CHECK(one.y1 <= 0 && both.y1 > 5 && both.n > one.n * 3 / 2);
    struct ink offset = draw_all(POINT, "\"text-field\":\"HHH\",\"text-variable-anchor-offset\":[\"left\",[3,0]]", "", 0, 0);
    CHECK(offset.x0 >= 48 && offset.x0 < 56);
}

TEST(an_icon_is_drawn_round_its_text)
{
    const char *text = "\"text-field\":\"HHHHHH\"";
    AUTO(buf) fit = {0};
    buf_fmt(&fit, "%s,\"icon-image\":\"mark:image:active:16\",\"icon-text-fit\":\"width\",\"icon-text-fit-padding\":[0,10,0,10]", text);
    struct ink round = at_point(fit.at, ""), plain = at_point(text, "");
    CHECK(width(round) >= width(plain) + 14 && width(round) <= width(plain) + 26);
}

TEST(sections_and_images_of_a_text_have_looks_of_their_own)
{
    struct ink two = at_point("\"text-field\":[\"format\",\"H\",{\"text-color\":\"#ff0000\"},\"H\",{\"font-scale\":3,\"text-color\":\"#0000ff\"}]", "");
    struct ink one = at_point("\"text-field\":\"HH\"", "");
    CHECK(height(two) > 2 * height(one));
    struct ink image = at_point("\"text-field\":[\"format\",[\"image\",\"mark:image:active:22\"]]", "");
    CHECK(width(image) >= 20 && image.n > 250);
}

TEST(symbols_cover_one_another_from_north_to_south_or_as_the_source_has_them)
{
    /* The later of the source stands further north. */
    const char *two = "{\"type\":\"Feature\",\"properties\":{\"i\":\"mark:image:active:22\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,-4]}},"
                      "{\"type\":\"Feature\",\"properties\":{\"i\":\"mark:air:active:22\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,4]}}";
    struct ink depth = draw_all(two, "\"icon-image\":[\"get\",\"i\"],\"icon-allow-overlap\":true", "", 0, 0);
    struct ink source = draw_all(two, "\"icon-image\":[\"get\",\"i\"],\"icon-allow-overlap\":true,\"symbol-z-order\":\"source\"", "", 0, 0);
    CHECK(depth.n > 0 && source.n > 0 && height(depth) == height(source));
}

TEST(texts_without_a_size_or_with_hostile_numbers_do_no_harm)
{
    CHECK_INT(at_point("\"text-field\":\"HHH\",\"text-size\":0", "").n, 0);
    CHECK_INT(at_point("\"text-field\":\"HHH\",\"text-offset\":[1e30,-1e30]", "").n, 0);
    CHECK(at_point("\"text-field\":\"HHH\",\"text-letter-spacing\":1e30", "").n >= 0);
    CHECK(at_point("\"text-field\":\"HHH\",\"text-line-height\":-1e30,\"text-rotate\":1e300", "").n >= 0);
    CHECK(draw_all(LINE("-66,0", "66,0"), "\"text-field\":\"H\",\"symbol-placement\":\"line\",\"symbol-spacing\":1,\"text-allow-overlap\":true", "", 0, 0).n > 0);
    CHECK_INT(at_point("\"text-field\":\"HHHHHHHHHHHHHHHHHHHH\",\"text-size\":60,\"text-max-width\":100", "").n, 0); /* past the reach of labels */
}
