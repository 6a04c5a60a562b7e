#include "tests/test.h"

#include <string.h>

#include "data/base/limits.h"
#include "server/static_wish.h"

/* "/static/light/VIEW/FILE", or "city/SLUG" for VIEW; one query parameter, or none. */
static bool read_wish(struct static_wish *w, const char *view, const char *file, const char *name, const char *value, struct err *err)
{
    static struct request rq;
    rq = (struct request){.segments = {S("static"), S("light")}, .n_segments = 2};
    struct str rest = str_of(view), part;
    while (str_next(&rest, '/', &part))
        rq.segments[rq.n_segments++] = part;
    rq.segments[rq.n_segments++] = str_of(file);
    if (name)
        rq.query[rq.n_query++] = (struct http_param){str_of(name), str_of(value)};
    return static_wish_read(w, &rq, true, err);
}

static struct static_wish wish(const char *view, const char *file)
{
    struct static_wish w;
    struct err err = {0};
    if (!read_wish(&w, view, file, NULL, NULL, &err))
        fail_msg("%s/%s: %s", view, file, err.text);
    return w;
}

static int refusal(const char *view, const char *file)
{
    struct static_wish w;
    struct err err = {0};
    return read_wish(&w, view, file, NULL, NULL, &err) ? 0 : err_http_status(err.code);
}

TEST(three_numbers_are_a_centre_and_a_zoom)
{
    struct static_wish w = wish("5.37,43.29,12.5", "800x600.png");
    CHECK_INT(w.place, STATIC_CENTRE);
    CHECK_NEAR(w.centre.lon, 5.37, 0);
    CHECK_NEAR(w.zoom, 12.5, 0);
    CHECK_NEAR(w.bearing_deg, 0, 0);
}

TEST(four_numbers_are_a_box_unless_they_cannot_be_or_are_written_like_a_turned_centre)
{
    static const char *const boxes[] = {"5.2,43.2,5.5,43.4", "-5,41,10,51", "170,-30,-170,-10", "-180,-90,180,90", "5.37,43.29,12.25,60.5", "2,48,12,60"};
    static const struct {
        const char *view;
        double bearing;
    } turned[] = {{"5.37,43.29,12,30", 30}, {"5.37,43.29,12,60", 60}, {"5.37,43.29,12.5,45", 45}, {"5,43,12,-45", 315}, {"5,43,12,270", 270},
        {"5.37,43.29,12.25@60.5", 60.5}, {"5,43,12@60", 60}, {"5,43,12@-90", 270}};
    for (size_t i = 0; i < COUNT(boxes); i++)
        CHECK_INT(wish(boxes[i], "800x600.png").place, STATIC_BOX);
    for (size_t i = 0; i < COUNT(turned); i++) {
        struct static_wish w = wish(turned[i].view, "800x600.png");
        CHECK_INT(w.place, STATIC_CENTRE);
        CHECK_NEAR(w.bearing_deg, turned[i].bearing, 1e-9);
    }
}

TEST(a_box_ends_where_the_map_ends)
{
    CHECK_NEAR(wish("-180,-90,180,90", "800x600.png").box.north, MERCATOR_MAX_LAT, 0);
    CHECK_INT(refusal("0,86,1,89", "800x600.png"), 400);
    CHECK_INT(refusal("0,-89,1,-86", "800x600.png"), 400);
    CHECK_INT(refusal("5,43,5,44", "800x600.png"), 400);
}

TEST(sizes_are_px_at_some_dots_each_or_millimetres_at_300_dots_an_inch)
{
    struct static_wish px = wish("city/nice", "800x600@3x.webp"), dots = wish("city/nice", "127x100mm.png"), points = wish("city/nice", "127x100mm.pdf");
    CHECK_NEAR(px.width_px * px.scale, 2400, 0);
    CHECK_INT(px.format, PICTURE_WEBP);
    CHECK(!px.paper && dots.paper && points.paper);
    CHECK_NEAR(dots.width_px * dots.scale, 1500, 1e-9);
    CHECK_NEAR(points.width_px * 0.75, 360, 1e-9);
    CHECK_NEAR(points.scale, 1, 0);
    CHECK(str_eq(px.city, S("nice")));
}

TEST(one_past_each_limit_is_too_large_or_too_small)
{
    AUTO(buf) name = {0};
    CHECK_INT(refusal("city/nice", "8000x5000.png"), 0);
    CHECK_INT(refusal("city/nice", "8000x5001.png"), 413);
    CHECK_INT(refusal("city/nice", "2000x1250@4x.png"), 0);
    CHECK_INT(refusal("city/nice", "2000x1251@4x.png"), 413);
    buf_fmt(&name, "%dx300.png", STATIC_SIDE_MAX_PX);
    CHECK_INT(refusal("city/nice", name.at), 0);
    buf_clear(&name);
    buf_fmt(&name, "%dx300.png", STATIC_SIDE_MAX_PX + 1);
    CHECK_INT(refusal("city/nice", name.at), 413);
    buf_clear(&name);
    buf_fmt(&name, "%dx%d.png", STATIC_SIDE_MIN_PX, STATIC_SIDE_MIN_PX);
    CHECK_INT(refusal("city/nice", name.at), 0);
    buf_clear(&name);
    buf_fmt(&name, "%dx%d.png", STATIC_SIDE_MIN_PX - 1, STATIC_SIDE_MIN_PX);
    CHECK_INT(refusal("city/nice", name.at), 400);
    buf_clear(&name);
    buf_fmt(&name, "%dx60mm.svg", STATIC_SIDE_MAX_MM);
    CHECK_INT(refusal("city/nice", name.at), 0);
    buf_clear(&name);
    buf_fmt(&name, "%dx60mm.svg", STATIC_SIDE_MAX_MM + 1);
    CHECK_INT(refusal("city/nice", name.at), 413);
}

TEST(nonsense_is_refused)
{
    static const char *const files[] = {"", ".png", "x.png", "800x.png", "x600.png", "800x600", "1e3x600.png.", "800x600@x.png", "800x600@0x.png", "800x600@@2x.png", "mmxmm.pdf",
        "infxinf.png", "-1x-1.png", "800 x600.png"};
    static const char *const views[] = {"", ",", ",,", ",,,", "1,2,", "1,2,3,", "nan,0,1", "1,2,3@", "@1,2,3", "1,2@3", "1,2,3@4@5", "1e400,0,1"};
    for (size_t i = 0; i < COUNT(files); i++)
        CHECK(refusal("city/nice", files[i]) != 0);
    for (size_t i = 0; i < COUNT(views); i++)
        CHECK_INT(refusal(views[i], "800x600.png"), 400);
    CHECK_INT(refusal("city/nice", "800x600.jpg"), 404);
}

static void key_of(struct buf *out, const char *name, const char *value)
{
    struct static_wish w;
    struct err err = {0};
    if (!read_wish(&w, "city/nice", "800x600.png", name, value, &err))
        fail_msg("%s=%s: %s", name, value, err.text);
    buf_clear(out);
    static_wish_key(&w, out);
}

TEST(wishes_that_are_drawn_alike_have_one_key_and_others_have_not)
{
    AUTO(buf) plain = {0}, other = {0};
    key_of(&plain, NULL, NULL);
    key_of(&other, "legend", "0");
    CHECK_TEXT(other.at, plain.at);
    key_of(&other, "lang", "fr");
    CHECK_TEXT(other.at, plain.at);
    static const char *const different[][2] = {{"legend", "1"}, {"scalebar", "1"}, {"cones", "1"}, {"ink", "black"}, {"lang", "en"}, {"category", "vsa"}, {"status", "trial"},
        {"date", "2019-10"}, {"city", "nice"}, {"operator", "x"}, {"vendor", "x"}, {"space", "all"}};
    for (size_t i = 0; i < COUNT(different); i++) {
        key_of(&other, different[i][0], different[i][1]);
        CHECK(strcmp(other.at, plain.at) != 0);
    }
    AUTO(buf) day = {0};
    key_of(&other, "date", "2019-10");
    key_of(&day, "date", "2019-10-31"); /* one filter, two titles */
    CHECK(strcmp(other.at, day.at) != 0);
}
