/* The first directory of a TIFF structure (TIFF 6.0, section 2): a count, then entries of 12 bytes. */
#include "renderer/exif.h"

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY_BYTES = 12 };

struct tiff {
    struct str of;
    bool little_endian;
};

static uint32_t number_at(const struct tiff *t, size_t at, size_t bytes)
{
    uint32_t v = 0;
    for (size_t i = 0; i < bytes; i++)
        v = v << 8 | (uint8_t)t->of.at[at + (t->little_endian ? bytes - 1 - i : i)];
    return v;
}

/* At the entry: tag, type, count, value, of 2, 2, 4 and 4 bytes. */
static int orientation_at(const struct tiff *t, size_t at)
{
    uint32_t value = number_at(t, at + 8, 2);
    bool is_it = number_at(t, at, 2) == TAG_ORIENTATION && number_at(t, at + 2, 2) == TYPE_SHORT;
    return is_it && value >= 1 && value <= 8 ? (int)value : 0;
}

int exif_orientation(struct str bytes)
{
    struct tiff t = {.of = bytes};
    if (str_starts(bytes, S("Exif\0\0")))
        t.of = str_slice(bytes, 6, bytes.len);
    t.little_endian = str_starts(t.of, S("II*\0"));
    if (t.of.len < 8 || (!t.little_endian && !str_starts(t.of, S("MM\0*"))))
        return 1;
    size_t at = number_at(&t, 4, 4);
    if (at > t.of.len || t.of.len - at < 2)
        return 1;
    uint32_t n = number_at(&t, at, 2);
    at += 2;
    for (uint32_t i = 0; i < n && t.of.len - at >= ENTRY_BYTES; i++, at += ENTRY_BYTES) {
        int found = orientation_at(&t, at);
        if (found)
            return found;
    }
    return 1;
}
