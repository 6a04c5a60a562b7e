#include "tests/test.h"

#include <math.h>
#include <string.h>

#include "renderer/text.h"

static const struct text_layout *plain(struct text_engine *t, const char *text, double max_width)
{
    struct text_style style = {.font = S("Noto Sans Regular"), .size_px = 16, .line_height_em = 1.2, .max_width_px = max_width};
    return text_layout_plain(t, str_of(text), &style);
}

TEST(a_text_breaks_where_it_has_no_room)
{
    struct text_engine *t = text_engine_new(32 << 20);
    const struct text_layout *one = plain(t, "Saint-Germain-en-Laye", INFINITY), *two = plain(t, "Saint-Germain-en-Laye", 100);
    CHECK_INT(one->n_lines, 1);
    CHECK_INT(two->n_lines, 2);
    CHECK(two->width_px < 125 && one->width_px > 130);
    CHECK_NEAR(two->height_px, 2 * one->height_px, 1e-9);
    CHECK(plain(t, "", 100)->n_glyphs == 0);
    text_engine_free(t);
}

TEST(sections_have_their_own_size_and_images_their_room)
{
    struct text_engine *t = text_engine_new(32 << 20);
    struct text_style style = {.font = S("Noto Sans Regular"), .size_px = 16, .line_height_em = 1.2, .max_width_px = INFINITY};
    struct text_section s[3] = {{.text = S("A"), .scale = 1}, {.is_image = true, .image_width_px = 20, .image_height_px = 30, .scale = 1},
        {.text = S("A"), .scale = 0.5}};
    const struct text_layout *l = text_layout(t, s, 3, &style);
    CHECK_INT(l->n_glyphs, 3);
    CHECK(l->has_images && l->glyphs[1].image);
    CHECK_NEAR(l->glyphs[1].advance, 20, 1e-9);
    CHECK_NEAR(l->glyphs[2].advance * 2, l->glyphs[0].advance, 0.2);
    CHECK(l->height_px > 16 * 1.2 + 13); /* the image is taller than the letters */
    text_engine_free(t);
}

TEST(a_text_along_a_line_stands_on_its_feet_and_needs_room)
{
    struct text_engine *t = text_engine_new(32 << 20);
    const struct text_layout *l = plain(t, "Quai", INFINITY);
    struct placed_glyph at[4];
    struct xy path[2] = {{200, 0}, {0, 0}};
    struct text_along along = {path, 2, 100, -l->width_px / 2, -l->height_px / 2, true, false};
    CHECK_INT(l->n_glyphs, 4);
    CHECK(text_place_along(l, &along, at));
    CHECK(at[0].x < at[3].x && fabs(remainder(at[0].angle, 2 * M_PI)) < 1e-9);
    along.upright = false;
    CHECK(text_place_along(l, &along, at));
    CHECK(at[0].x > at[3].x);
    along.anchor_px = 5;
    CHECK(!text_place_along(l, &along, at));
    text_engine_free(t);
}

TEST(sizes_and_sections_without_end_do_no_harm)
{
    struct text_engine *t = text_engine_new(32 << 20);
    static struct text_section many[TEXT_SECTIONS_MAX + 1];
    struct text_style style = {.font = S("Noto Sans Regular"), .size_px = NAN, .line_height_em = 1.2, .max_width_px = 10};
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct text_section){.text = S("ab "), .scale = 1};
    CHECK_INT(text_layout(t, many, COUNT(many), &style)->n_glyphs, 0);
    style.size_px = 12;
    const struct text_layout *l = text_layout(t, many, COUNT(many), &style);
    CHECK(l->n_glyphs <= 3 * TEXT_SECTIONS_MAX && l->n_glyphs >= 2 * TEXT_SECTIONS_MAX);
    static char wide[TEXT_MAX_BYTES + 2];
    memset(wide, 'm', TEXT_MAX_BYTES + 1);
    CHECK_INT(plain(t, wide, INFINITY)->n_glyphs, TEXT_MAX_BYTES);
    text_engine_free(t);
}
