#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "data/base/buf.h"
#include "renderer/glyphs.h"

static void put(struct buf *b, unsigned field, unsigned type, uint64_t v)
{
    buf_char(b, (char)(field << 3 | type));
    for (; v > 127; v >>= 7)
        buf_char(b, (char)(v | 128));
    buf_char(b, (char)v);
}

/* A range with one letter, 2 px wide and 1 px high, whose bitmap has `bytes` bytes. */
static void range(struct buf *out, uint32_t id, size_t bytes)
{
    AUTO(buf) glyph = {0};
    AUTO(buf) stack = {0};
    put(&glyph, 1, 0, id);
    put(&glyph, 2, 2, bytes);
    for (size_t i = 0; i < bytes; i++)
        buf_char(&glyph, (char)(i + 1));
    put(&glyph, 3, 0, 2);
    put(&glyph, 4, 0, 1);
    put(&glyph, 5, 0, 4);  /* left: 2 */
    put(&glyph, 6, 0, 15); /* top: -8 */
    put(&glyph, 7, 0, 9);
    put(&stack, 3, 2, glyph.len);
    buf_add(&stack, buf_str(&glyph));
    put(out, 1, 2, stack.len);
    buf_add(out, buf_str(&stack));
}

TEST(a_letter_of_a_range_has_its_field_and_its_metrics)
{
    AUTO(buf) b = {0};
    struct glyph_range *r;
    struct err err;
    range(&b, 0x141, 8 * 7);
    assert_true(glyph_range_read(&r, buf_str(&b), 256, &err));
    CHECK(r->there[0x41] && !r->there[0x42]);
    const struct glyph *g = &r->at[0x41];
    CHECK(g->left == 2 && g->top == -8 && g->advance == 9);
    CHECK(g->field.width == 8 && g->field.height == 7 && g->field.at[55] == 56);
    free(r);
}

TEST(a_letter_whose_field_is_not_whole_or_of_another_range_is_left_out)
{
    struct glyph_range *r;
    struct err err;
    for (int i = 0; i < 2; i++) {
        AUTO(buf) b = {0};
        range(&b, i ? 0x241 : 0x141, i ? 8 * 7 : 8 * 7 - 1);
        assert_true(glyph_range_read(&r, buf_str(&b), 256, &err));
        CHECK(!r->there[0x41]);
        free(r);
    }
}

TEST(a_range_that_ends_early_or_is_too_large_is_refused)
{
    AUTO(buf) b = {0};
    struct glyph_range *r;
    struct err err;
    range(&b, 0x141, 8 * 7);
    CHECK(!glyph_range_read(&r, str_from(b.at, b.len - 1), 256, &err));
    CHECK(err.code == ERR_INVALID);
    CHECK(!glyph_range_read(&r, str_from(b.at, GLYPH_RANGE_MAX_BYTES + 1), 256, &err));
    CHECK(err.code == ERR_TOO_BIG);
}
