#include "tests/test.h"

#include "data/record/direction.h"

/* width 0: unknown; bearing -1: a full circle */
struct vector {
    const char *text;
    size_t n;
    double views[3][2];
};
static const struct vector VECTORS[] = {
    {"90", 1, {{90, 0}}}, {"NW", 1, {{315, 0}}}, {"n", 1, {{0, 0}}}, {"0", 1, {{0, 0}}}, {"360", 1, {{0, 0}}},
    {"-10", 1, {{350, 0}}}, {"400", 1, {{40, 0}}}, {"45-90", 1, {{67.5, 45}}}, {"270-90", 1, {{0, 180}}},
    {"338-23", 1, {{0.5, 45}}}, {"0-360", 1, {{-1, 360}}}, {"0-359", 1, {{-1, 360}}}, {"180-180", 1, {{-1, 360}}},
    {"0 - 360", 1, {{-1, 360}}}, {"E-W", 1, {{180, 180}}}, {"WSW-ESE", 1, {{0, 225}}}, {"0;180", 2, {{0, 0}, {180, 0}}},
    {"90; 270", 2, {{90, 0}, {270, 0}}}, {"70, 210, 300", 3, {{70, 0}, {210, 0}, {300, 0}}},
    {"10-45;90-125;290", 3, {{27.5, 35}, {107.5, 35}, {290, 0}}}, {"N;S", 2, {{0, 0}, {180, 0}}},
    {"180;forward;270", 2, {{180, 0}, {270, 0}}}, {"45\u00b0", 1, {{45, 0}}}, {"22.5", 1, {{22.5, 0}}},
    {"NORTHEAST", 1, {{45, 0}}}, {"south-southwest", 1, {{202.5, 0}}}, {"north-east", 1, {{45, 90}}}, {"west", 1, {{270, 0}}}, {"57\u2013117", 1, {{87, 60}}}};

TEST(what_mappers_write_becomes_bearings_and_widths)
{
    for (size_t i = 0; i < COUNT(VECTORS); i++) {
        const struct vector *v = &VECTORS[i];
        struct directions d = direction_read(str_of(v->text), DIRECTION_OSM);
        if (d.n != v->n)
            print_error("%s\n", v->text);
        CHECK_INT(d.n, v->n);
        CHECK_INT(d.state, DIRECTION_PARSED);
        for (size_t j = 0; j < d.n; j++) {
            CHECK_INT(d.view[j].has_bearing, v->views[j][0] >= 0);
            CHECK_NEAR(d.view[j].bearing_deg, MAX(v->views[j][0], 0), 1e-9);
            CHECK_NEAR(d.view[j].width_deg, v->views[j][1], 1e-9);
        }
    }
}

TEST(what_cannot_be_understood_gives_no_view)
{
    static const char *const texts[] = {"forward", "both", "Flock Raven", "90--45", "NO", "o", "1e5", "nan", ";;", "-", "45-"};
    for (size_t i = 0; i < COUNT(texts); i++)
        CHECK_INT(direction_read(str_of(texts[i]), DIRECTION_OSM).state, DIRECTION_UNPARSED);
    CHECK_INT(direction_read(S("  "), DIRECTION_OSM).state, DIRECTION_NONE);
}

TEST(french_letters_are_read_only_in_our_own_form)
{
    CHECK_NEAR(direction_read(S("NO"), DIRECTION_FRENCH).view[0].bearing_deg, 315, 0);
    CHECK_NEAR(direction_read(S("Ouest"), DIRECTION_FRENCH).view[0].bearing_deg, 270, 0);
}

TEST(a_direction_of_travel_is_approximate)
{
    struct directions d = direction_read(S("NB"), DIRECTION_OSM);
    CHECK_INT(d.state, DIRECTION_APPROXIMATE);
    CHECK_NEAR(d.view[0].bearing_deg, 0, 0);
}

TEST(no_more_than_the_most_views_are_read)
{
    struct directions d = direction_read(S("1;2;3;4;5;6;7;8;9;10"), DIRECTION_OSM);
    CHECK_INT(d.n, DIRECTION_VIEWS_MAX);
}
