#include "tests/test.h"

#include "data/geo/sheet_code.h"

static const struct box DISTRICT = {6.1400, 46.1990, 6.1560, 46.2090}; /* in Geneva, wider than high */

static struct box fitted(struct box asked)
{
    struct box out;
    struct err err;
    CHECK(sheet_box_fit(asked, &out, &err));
    return out;
}

static bool box_eq(struct box a, struct box b)
{
    return a.west == b.west && a.south == b.south && a.east == b.east && a.north == b.north;
}

static enum err_code refusal(struct box asked)
{
    struct box out;
    struct err err;
    return sheet_box_fit(asked, &out, &err) ? ERR_NONE : err.code;
}

TEST(a_box_is_widened_to_the_shape_of_the_grid_and_loses_nothing)
{
    struct box b = fitted(DISTRICT);
    CHECK(b.west <= DISTRICT.west && b.east >= DISTRICT.east && b.south <= DISTRICT.south && b.north >= DISTRICT.north);
    struct xy nw = mercator_of((struct lonlat){b.west, b.north}), se = mercator_of((struct lonlat){b.east, b.south});
    CHECK_NEAR((se.x - nw.x) / (se.y - nw.y), (double)SHEET_COLS / SHEET_ROWS, 1e-6);
}

TEST(a_sheets_own_box_is_left_as_it_is)
{
    struct box b = fitted(DISTRICT);
    CHECK(box_eq(fitted(b), b));
}

TEST(a_box_that_is_none_too_big_or_over_the_edge_is_refused)
{
    CHECK_INT(refusal((struct box){6.2, 46.1, 6.1, 46.2}), ERR_INVALID);
    CHECK_INT(refusal((struct box){179.99, 0, -179.99, 0.01}), ERR_INVALID);
    CHECK_INT(refusal((struct box){6.1, 46.3, 6.2, 46.2}), ERR_INVALID);
    CHECK_INT(refusal((struct box){6.1, 46.2, 6.11, 95}), ERR_INVALID);
    CHECK_INT(refusal((struct box){179.999, 0, 180, 0.01}), ERR_INVALID);
    CHECK_INT(refusal((struct box){6.1, 46.2, 6.2, 46.3}), ERR_TOO_BIG);
    CHECK_INT(refusal((struct box){-180, -85, 180, 85}), ERR_TOO_BIG);
    double high_deg = (SHEET_SIDE_MAX_M - 30) / 111320.0; /* a cell is on a whole step: at most ten steps more */
    CHECK_INT(refusal((struct box){10, 0, 10.001, high_deg}), ERR_NONE);
    CHECK_INT(refusal((struct box){10, 0, 10.001, high_deg + 0.0006}), ERR_TOO_BIG);
}

TEST(a_point_becomes_a_sheet_one_can_draw)
{
    struct box b = fitted((struct box){6.14, 46.2, 6.14, 46.2});
    CHECK_NEAR(distance_m((struct lonlat){b.west, b.north}, (struct lonlat){b.west, b.south}), SHEET_SIDE_MIN_M, 25);
}

TEST(a_code_reads_back_as_the_box_it_was_made_of)
{
    static const struct box boxes[] = {{6.14, 46.199, 6.156, 46.209}, {-179.99, -0.01, -179.98, 0.01}, {170.1, 70, 170.12, 70.02},
        {-70.67, -33.45, -70.66, -33.44}, {0, 84.9, 0.05, 84.91}};
    for (size_t i = 0; i < COUNT(boxes); i++) {
        struct box b = fitted(boxes[i]), back;
        AUTO(buf) code = {0};
        sheet_code_make(&code, b);
        CHECK_INT(code.len, 15);
        CHECK(sheet_code_read(buf_str(&code), &back));
        CHECK(box_eq(b, back));
    }
}

TEST(a_code_is_read_as_people_write_it)
{
    struct box b = fitted(DISTRICT), back;
    AUTO(buf) code = {0};
    AUTO(buf) spoken = {0};
    sheet_code_make(&code, b);
    for (size_t i = 0; i < code.len; i++) {
        char c = code.at[i];
        buf_char(&spoken, c == '-' ? ' ' : c == '0' ? 'o' : c == '1' ? 'l' : c >= 'A' ? (char)(c | 0x20) : c);
    }
    CHECK(sheet_code_read(buf_str(&spoken), &back));
    CHECK(box_eq(b, back));
}

TEST(one_wrong_character_is_refused_whichever_it_is)
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    struct box back;
    AUTO(buf) code = {0};
    sheet_code_make(&code, fitted(DISTRICT));
    for (size_t i = 0; i < code.len; i++) {
        char right = code.at[i];
        for (size_t k = 0; right != '-' && digits[k]; k++) {
            code.at[i] = digits[k];
            CHECK(sheet_code_read(buf_str(&code), &back) == (digits[k] == right));
        }
        code.at[i] = right;
    }
}

TEST(two_characters_that_changed_places_are_refused)
{
    struct box back;
    AUTO(buf) code = {0};
    sheet_code_make(&code, fitted(DISTRICT));
    for (size_t i = 0; i < code.len; i++)
        for (size_t k = i + 1; k < code.len; k++) {
            char a = code.at[i], b = code.at[k];
            if (a == '-' || b == '-' || a == b)
                continue;
            code.at[i] = b, code.at[k] = a;
            CHECK(!sheet_code_read(buf_str(&code), &back));
            code.at[i] = a, code.at[k] = b;
        }
}

TEST(what_is_no_code_is_refused)
{
    static const char *const texts[] = {"", "-", "7K3F-QW2M-9XZA", "7K3F-QW2M-9XZAPP", "UUUU-UUUU-UUUUU", "ZZZZ-ZZZZ-ZZZZZ", "0000-0000-00000",
        "7K3F/QW2M/9XZAP", "\xff\xfe"};
    struct box back = DISTRICT;
    for (size_t i = 0; i < COUNT(texts); i++)
        CHECK(!sheet_code_read(str_of(texts[i]), &back));
    CHECK(box_eq(back, DISTRICT));
}

TEST(the_middle_of_a_cell_lies_in_the_cell_of_that_name)
{
    struct box b = fitted(DISTRICT);
    for (int col = 0; col < SHEET_COLS; col++)
        for (int row = 1; row <= SHEET_ROWS; row++) {
            AUTO(buf) name = {0};
            char found[SHEET_CELL_NAME_BYTES];
            struct lonlat at;
            buf_fmt(&name, "%c%d", 'A' + col, row);
            CHECK(sheet_cell_centre(b, buf_str(&name), &at));
            CHECK(sheet_cell_name(b, at, found));
            CHECK_TEXT(found, name.at);
        }
}

TEST(the_first_cell_is_at_the_north_west)
{
    struct box b = fitted(DISTRICT);
    struct lonlat a1, h10;
    CHECK(sheet_cell_centre(b, S("A1"), &a1) && sheet_cell_centre(b, S("H10"), &h10));
    CHECK(a1.lon < h10.lon && a1.lat > h10.lat);
    CHECK_NEAR(a1.lon - b.west, (b.east - b.west) / SHEET_COLS / 2, 1e-9);
}

TEST(a_cell_is_read_as_people_write_it_and_no_other)
{
    static const char *const same[] = {"c7", "C 7", " c-7 "}, *const none[] = {"", "C", "7", "C0", "C11", "I1", "C07", "C7x", "7C", "CC7", "C-"};
    struct box b = fitted(DISTRICT);
    struct lonlat want, at;
    CHECK(sheet_cell_centre(b, S("C7"), &want));
    for (size_t i = 0; i < COUNT(same); i++) {
        CHECK(sheet_cell_centre(b, str_of(same[i]), &at));
        CHECK(at.lon == want.lon && at.lat == want.lat);
    }
    for (size_t i = 0; i < COUNT(none); i++)
        CHECK(!sheet_cell_centre(b, str_of(none[i]), &at));
}

TEST(a_place_outside_lies_in_no_cell)
{
    struct box b = fitted(DISTRICT);
    char name[SHEET_CELL_NAME_BYTES];
    CHECK(!sheet_cell_name(b, (struct lonlat){b.west - 0.001, b.south}, name));
    CHECK(!sheet_cell_name(b, (struct lonlat){b.west + 0.001, b.north + 0.001}, name));
}
