#include "tests/test.h"

#include "renderer/color.h"

static void check_color(const char *css, double r, double g, double b, double a)
{
    struct rgba c = {-1, -1, -1, -1};
    if (!color_read(str_of(css), &c))
        print_error("%s was not read\n", css);
    CHECK_NEAR(c.r, r, 1e-6);
    CHECK_NEAR(c.g, g, 1e-6);
    CHECK_NEAR(c.b, b, 1e-6);
    CHECK_NEAR(c.a, a, 1e-6);
}

static void check_refused(const char *css)
{
    struct rgba c;
    if (color_read(str_of(css), &c))
        print_error("%s was read\n", css);
    CHECK(!color_read(str_of(css), &c));
}

TEST(colours_are_read_as_css_writes_them)
{
    check_color("red", 1, 0, 0, 1);
    check_color(" RebeccaPurple ", 0.4, 0.2, 0.6, 1);
    check_color("aliceblue", 0xf0 / 255.0, 0xf8 / 255.0, 1, 1);
    check_color("yellowgreen", 0x9a / 255.0, 0xcd / 255.0, 0x32 / 255.0, 1);
    check_color("#0f0", 0, 1, 0, 1);
    check_color("#00FF00", 0, 1, 0, 1);
    check_color("#ff000080", 128 / 255.0, 0, 0, 128 / 255.0);
    check_color("rgb(255, 0, 51)", 1, 0, 0.2, 1);
    check_color("rgba(255,0,0,.5)", 0.5, 0, 0, 0.5);
    check_color("rgb(100% 0% 20% / 50%)", 0.5, 0, 0.1, 0.5);
    check_color("rgb(300, -5, 0)", 1, 0, 0, 1);
    check_color("hsl(120, 100%, 50%)", 0, 1, 0, 1);
    check_color("hsl(-120deg 100% 25%)", 0, 0, 0.5, 1);
    check_color("hsla(0, 0%, 100%, 0.25)", 0.25, 0.25, 0.25, 0.25);
    check_color("transparent", 0, 0, 0, 0);
}

TEST(what_is_no_colour_is_refused)
{
    static const char *const WRONG[] = {"", "reddish", "#12", "#12345", "#xyz", "rgb(1,2)", "rgb(1 2, 3)", "rgb(1,2,3 / 1)",
        "rgb(1%, 2, 3)", "hsl(1, 2, 3)", "rgb(1,2,3,4,5)", "rgb(1,2,3", "__proto__", "rgb(--1,2,3)"};
    for (size_t i = 0; i < COUNT(WRONG); i++)
        check_refused(WRONG[i]);
}

TEST(a_transparent_colour_draws_nothing_but_keeps_its_hue_for_mixing)
{
    struct rgba clear, red;
    CHECK(color_read(S("rgba(0, 0, 255, 0)"), &clear) && color_read(S("red"), &red));
    CHECK(clear.a == 0 && 0.5 + clear.b == 0.5);
    struct rgba half = color_straight(color_mix(red, clear, 0.5));
    CHECK_NEAR(half.a, 0.5, 1e-9);
    CHECK_NEAR(half.r, 0.5, 1e-9);
    CHECK_NEAR(half.b, 0.5, 1e-9);
}

TEST(black_to_white_passes_a_grey_without_a_hue)
{
    struct rgba black, white;
    CHECK(color_read(S("black"), &black) && color_read(S("white"), &white));
    struct rgba grey = color_mix_in(COLOR_HCL, black, white, 0.5);
    CHECK_NEAR(grey.r, 0.466326, 1e-5);
    CHECK_NEAR(grey.g, grey.r, 1e-9);
    CHECK_NEAR(grey.b, grey.r, 1e-9);
}
