/* glyphs { stacks: 1 }, fontstack { glyphs: 3 }, glyph { id: 1, bitmap: 2, width: 3, height: 4, left: 5, top: 6, advance: 7 } */
#include "renderer/glyphs.h"

#include <stdlib.h>
#include <string.h>

#include "data/geo/protobuf.h"

struct entry {
    uint64_t id, width, height, advance;
    int64_t left, top;
    struct protobuf bitmap;
};

static bool read_entry(struct protobuf w, struct entry *e)
{
    *e = (struct entry){0};
    for (struct protobuf_field f; protobuf_next(&w, &f);) {
        if (f.number == 2 ? f.type != 2 : f.number >= 1 && f.number <= 7 && f.type != 0)
            return false;
        switch (f.number) {
        case 1: e->id = f.value; break;
        case 2: e->bitmap = f.bytes; break;
        case 3: e->width = f.value; break;
        case 4: e->height = f.value; break;
        case 5: e->left = protobuf_unzigzag(f.value); break;
        case 6: e->top = protobuf_unzigzag(f.value); break;
        case 7: e->advance = f.value; break;
        default: break;
        }
    }
    return !w.bad;
}

static bool is_whole(const struct entry *e)
{
    size_t has = (size_t)(e->bitmap.end - e->bitmap.at);
    if (e->width > GLYPH_MAX_PX || e->height > GLYPH_MAX_PX || e->advance > 1024 || e->left < -512 || e->left > 512 || e->top < -512 || e->top > 512)
        return false;
    return has == 0 || has == (e->width + 2 * GLYPH_BORDER) * (e->height + 2 * GLYPH_BORDER);
}

static void put_glyph(struct glyph_range *r, const struct entry *e, size_t *used)
{
    size_t i = e->id % GLYPHS_A_RANGE, n = (size_t)(e->bitmap.end - e->bitmap.at);
    struct glyph *g = &r->at[i];
    *g = (struct glyph){.left = (int)e->left, .top = (int)e->top, .advance = (double)e->advance};
    r->there[i] = true;
    if (!n)
        return;
    int width = (int)e->width + 2 * GLYPH_BORDER;
    memcpy(r->fields + *used, e->bitmap.at, n);
    g->field = (struct sdf){width, (int)e->height + 2 * GLYPH_BORDER, width, r->fields + *used};
    *used += n;
}

bool glyph_range_read(struct glyph_range **out, struct str bytes, uint32_t first, struct err *err)
{
    if (bytes.len > GLYPH_RANGE_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "a range of glyphs has at most %d bytes", GLYPH_RANGE_MAX_BYTES);
    /* All fields together are shorter than the file they come from, and each place is written at most once more than read. */
    struct glyph_range *r = base_alloc(1, sizeof *r + bytes.len);
    size_t used = 0;
    struct protobuf file = protobuf_of(bytes), stack = {0};
    for (struct protobuf_field s; protobuf_next(&file, &s);) {
        if (s.number != 1 || s.type != 2)
            continue;
        stack = s.bytes;
        for (struct protobuf_field f; protobuf_next(&stack, &f);) {
            struct entry e;
            if (f.number == 3 && f.type == 2 && read_entry(f.bytes, &e) && e.id / GLYPHS_A_RANGE == first / GLYPHS_A_RANGE && is_whole(&e) && !r->there[e.id % GLYPHS_A_RANGE])
                put_glyph(r, &e, &used);
        }
        file.bad |= stack.bad;
    }
    if (file.bad) {
        free(r);
        return err_set(err, ERR_INVALID, "this is not a range of glyphs: it ends in the middle of a message");
    }
    r->bytes = sizeof *r + bytes.len;
    *out = r;
    return true;
}
