#include "data/file_day.h"

#include <string.h>

#include "data/base/buf.h"
#include "data/record/partial_date.h"

enum { HEAD_BYTES = 8192, HEADER_MAX_BYTES = 64 * 1024, FIRST_DAY = 12000 /* 2002 */, LAST_DAY = 40000 /* 2079 */ };

static int32_t believable(int64_t day)
{
    return day >= FIRST_DAY && day <= LAST_DAY ? (int32_t)day : 0;
}

/* ---- OSM PBF (https://wiki.openstreetmap.org/wiki/PBF_Format): a blob header's length, the header, the blob ---- */

static bool varint(struct str *s, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; shift < 64 && s->len; shift += 7) {
        uint8_t byte = (uint8_t)s->at[0];
        *s = str_slice(*s, 1, s->len);
        *out |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

/* The next field of a protocol buffer's message: its number, and its bytes or its number value. */
static bool field(struct str *s, uint64_t *number, struct str *bytes, uint64_t *value)
{
    uint64_t key, len;
    if (!varint(s, &key))
        return false;
    *number = key >> 3;
    *bytes = S("");
    *value = 0;
    if ((key & 7) == 0)
        return varint(s, value);
    if ((key & 7) != 2 || !varint(s, &len) || len > s->len)
        return false;
    *bytes = str_slice(*s, 0, (size_t)len);
    *s = str_slice(*s, (size_t)len, s->len);
    return true;
}

static int32_t replication_day(struct str header_block)
{
    enum { OSMOSIS_REPLICATION_TIMESTAMP = 32 };
    uint64_t number, value;
    struct str bytes;
    while (field(&header_block, &number, &bytes, &value))
        if (number == OSMOSIS_REPLICATION_TIMESTAMP)
            return believable((int64_t)(value / 86400));
    return 0;
}

static int32_t day_of_pbf(struct str s)
{
    enum { BLOB_DATASIZE = 3, RAW = 1, ZLIB = 3 };
    uint32_t length = 0;
    for (size_t i = 0; i < 4; i++)
        length = length << 8 | (uint8_t)s.at[i];
    struct str header = str_slice(s, 4, 4 + (size_t)length), bytes;
    uint64_t number, value, size = 0;
    while (field(&header, &number, &bytes, &value))
        if (number == BLOB_DATASIZE)
            size = value;
    if (!size || size > HEADER_MAX_BYTES)
        return 0;
    struct str blob = str_slice(s, 4 + (size_t)length, 4 + (size_t)length + (size_t)size);
    while (field(&blob, &number, &bytes, &value)) {
        AUTO(buf) plain = {0};
        struct err err;
        if (number == RAW)
            return replication_day(bytes);
        if (number == ZLIB && bytes.len && buf_gunzip(&plain, bytes, HEADER_MAX_BYTES, &err))
            return replication_day(buf_str(&plain));
    }
    return 0;
}

/* ---- text: YYYY-MM-DD a few characters after a word, before another ---- */

static int32_t day_after(struct str head, struct str word, struct str before)
{
    size_t at = str_find(head, word), end = before.len ? str_find(head, before) : SIZE_MAX;
    if (at == SIZE_MAX || at > end)
        return 0;
    struct str rest = str_slice(head, at + word.len, at + word.len + 40);
    for (size_t i = 0; i + 10 <= rest.len && i < 8; i++) {
        struct partial_date date;
        if (rest.at[i] >= '1' && rest.at[i] <= '9')
            return partial_date_read(str_slice(rest, i, i + 10), &date) ? believable(date.lo) : 0;
    }
    return 0;
}

int32_t file_day(struct str content)
{
    struct str head = str_slice(content, 0, HEAD_BYTES);
    if (head.len > 16 && str_has(str_slice(head, 0, 32), S("OSMHeader")))
        return day_of_pbf(str_slice(content, 0, 2 * HEADER_MAX_BYTES));
    struct str start = str_trim(head);
    if (str_starts(start, S("<")))
        return day_after(head, S("osm_base=\""), S("<node"));
    if (!str_starts(start, S("{")))
        return 0;
    int32_t day = day_after(head, S("\"timestamp_osm_base\""), S("\"elements\""));
    return day ? day : day_after(head, S("\"timestamp\""), S("\"features\""));
}

int32_t file_newest_edit(struct str xml)
{
    static const char WORD[] = " timestamp=";
    const char *end = xml.at + xml.len;
    struct str newest = S("");
    struct partial_date date;
    for (const char *at = xml.at; at && (at = memmem(at, (size_t)(end - at), WORD, sizeof WORD - 1));) {
        at += sizeof WORD - 1;
        struct str day = str_slice(str_from(at, (size_t)(end - at)), 1, 11); /* after the quotation mark */
        if (day.len == 10 && str_cmp(day, newest) > 0 && partial_date_read(day, &date) && believable(date.lo))
            newest = day;
    }
    return newest.len && partial_date_read(newest, &date) ? date.lo : 0;
}
