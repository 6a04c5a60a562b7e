#include "tests/test.h"

#include "renderer/text_range.h"

TEST(a_range_of_glyphs_is_whole_and_written_in_one_way)
{
    uint32_t first = 1;
    CHECK(text_range_read(S("0-255.pbf"), &first) && first == 0);
    CHECK(text_range_read(S("65280-65535.pbf"), &first) && first == 65280);
    static const char *const wrong[] = {"", ".pbf", "0-255", "0-256.pbf", "1-256.pbf", "00-255.pbf", "0-0255.pbf", "+0-255.pbf", "0-255.pbf ",
        "65536-65791.pbf", "256-511-0.pbf", "-255.pbf", "0-.pbf", "256-255.pbf", "18446744073709551360-18446744073709551615.pbf", "0-255.PBF"};
    for (size_t i = 0; i < COUNT(wrong); i++)
        CHECK(!text_range_read(str_of(wrong[i]), &first));
    CHECK_INT(first, 65280);
}

static void check_stack(struct text_engine *t, const char *asked, const char *expected)
{
    AUTO(buf) stack = {0};
    struct err err;
    CHECK(text_range_stack(t, str_of(asked), &stack, &err));
    CHECK_STR(buf_str(&stack), expected);
}

TEST(fonts_that_are_not_installed_are_left_out_of_a_stack)
{
    struct text_engine *t = text_engine_new(32 << 20);
    check_stack(t, "Noto Sans Regular", "Noto Sans");
    check_stack(t, "Noto Sans Bold", "Noto Sans Bold");
    check_stack(t, "noto sans bold, Nowhere Italic,Noto Sans Bold", "Noto Sans Bold");
    check_stack(t, "Nowhere Sans Bold Italic", "Noto Sans Bold Italic");
    check_stack(t, "Nowhere @wght=213,,", "Noto Sans");
    text_engine_free(t);
}

TEST(a_stack_is_short)
{
    struct text_engine *t = text_engine_new(32 << 20);
    AUTO(buf) stack = {0};
    AUTO(buf) asked = {0};
    struct err err;
    for (int i = 0; i < TEXT_STACK_FONTS_MAX; i++)
        buf_add(&asked, i ? S(",Noto Sans") : S("Noto Sans"));
    CHECK(text_range_stack(t, buf_str(&asked), &stack, &err));
    buf_add(&asked, S(",Noto Sans"));
    CHECK(!text_range_stack(t, buf_str(&asked), &stack, &err) && err.code == ERR_INVALID);
    buf_clear(&asked);
    while (asked.len < TEXT_STACK_MAX_BYTES)
        buf_char(&asked, 'x');
    CHECK(text_range_stack(t, buf_str(&asked), &stack, &err));
    buf_char(&asked, 'x');
    CHECK(!text_range_stack(t, buf_str(&asked), &stack, &err) && err.code == ERR_INVALID);
    text_engine_free(t);
}

TEST(a_range_is_the_same_bytes_each_time)
{
    struct text_engine *t = text_engine_new(32 << 20), *other = text_engine_new(32 << 20);
    AUTO(buf) once = {0};
    AUTO(buf) twice = {0};
    text_range_write(t, S("Noto Sans"), 0, &once);
    text_range_write(other, S("Noto Sans"), 0, &twice);
    CHECK(once.len > 40000 && once.len == twice.len && memcmp(once.at, twice.at, once.len) == 0);
    text_engine_free(t);
    text_engine_free(other);
}
