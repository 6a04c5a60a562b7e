/*
 * The separator is the one that cuts the first records into the same number of fields, most of them. Fields are unquoted
 * into one buffer and pointed at when the record is whole, because the buffer moves as it grows.
 */
#include "data/csv.h"

#include <string.h>

enum { SNIFF_RECORDS = 40 };

static bool looks_binary(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] < 32 && !memchr("\t\n\r\f", s.at[i], 4))
            return true;
    return false;
}

static enum csv_encoding sniff_encoding(struct str s)
{
    if (s.len >= 2 && memcmp(s.at, "\xFF\xFE", 2) == 0)
        return CSV_UTF16_LE;
    if (s.len >= 2 && memcmp(s.at, "\xFE\xFF", 2) == 0)
        return CSV_UTF16_BE;
    /* The head may end inside a character. */
    for (size_t cut = 0; cut < 4 && cut <= s.len; cut++)
        if (str_is_utf8(str_slice(s, 0, s.len - cut)))
            return CSV_UTF8;
    return CSV_WINDOWS_1252;
}

/* How well a separator cuts the text: 0 when it does not, more when more records agree on more fields. */
static size_t score(struct str text, char separator)
{
    struct csv c;
    size_t columns = 0, agree = 0, records = 0;
    csv_begin(&c, text, separator);
    while (records < SNIFF_RECORDS && csv_next(&c)) {
        if (!records)
            columns = c.n;
        agree += c.n == columns;
        records++;
    }
    bool bad = c.too_wide || (c.open_quote && records < 2);
    csv_done(&c);
    if (bad || columns < 2 || !records)
        return 0;
    return agree * 1000 / records * 64 + MIN(columns, 63);
}

bool csv_sniff(struct str head, bool one_column, struct csv_form *out)
{
    static const char SEPARATORS[] = {';', '\t', ',', '|'};
    AUTO(buf) space = {0};
    enum csv_encoding encoding = sniff_encoding(head);
    struct str text = csv_text(head, encoding, &space);
    if (looks_binary(text) || !str_trim(text).len)
        return false;
    size_t best = 0;
    char separator = ',';
    for (size_t i = 0; i < COUNT(SEPARATORS); i++) {
        size_t s = score(text, SEPARATORS[i]);
        if (s > best) {
            best = s;
            separator = SEPARATORS[i];
        }
    }
    if (!best && !one_column)
        return false;
    *out = (struct csv_form){separator, encoding};
    return true;
}

static void put_rune(struct buf *b, uint32_t r)
{
    char at[4];
    size_t n = r < 0x80 ? 1 : r < 0x800 ? 2 : r < 0x10000 ? 3 : 4;
    static const unsigned char LEAD[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; i-- > 1; r >>= 6)
        at[i] = (char)(0x80 | (r & 0x3F));
    at[0] = (char)(LEAD[n] | r);
    buf_put(b, at, n);
}

static void from_utf16(struct str raw, bool big, struct buf *out)
{
    for (size_t i = 2; i + 1 < raw.len; i += 2) {
        uint32_t u = big ? (uint32_t)(unsigned char)raw.at[i] << 8 | (unsigned char)raw.at[i + 1]
                         : (uint32_t)(unsigned char)raw.at[i + 1] << 8 | (unsigned char)raw.at[i];
        if (u >= 0xD800 && u < 0xDC00 && i + 3 < raw.len) {
            uint32_t low = big ? (uint32_t)(unsigned char)raw.at[i + 2] << 8 | (unsigned char)raw.at[i + 3]
                               : (uint32_t)(unsigned char)raw.at[i + 3] << 8 | (unsigned char)raw.at[i + 2];
            if (low >= 0xDC00 && low < 0xE000) {
                u = 0x10000 + ((u - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        put_rune(out, u >= 0xD800 && u < 0xE000 ? 0xFFFD : u);
    }
}

/* https://encoding.spec.whatwg.org/index-windows-1252.txt, 0x80 to 0x9F. */
static const uint16_t WINDOWS_1252[32] = {0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160,
    0x2039, 0x152, 0x8D, 0x17D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161,
    0x203A, 0x153, 0x9D, 0x17E, 0x178};

struct str csv_text(struct str raw, enum csv_encoding encoding, struct buf *space)
{
    if (encoding == CSV_UTF8)
        return raw.len >= 3 && memcmp(raw.at, "\xEF\xBB\xBF", 3) == 0 ? str_slice(raw, 3, raw.len) : raw;
    buf_clear(space);
    if (encoding != CSV_WINDOWS_1252)
        from_utf16(raw, encoding == CSV_UTF16_BE, space);
    else
        for (size_t i = 0; i < raw.len; i++) {
            unsigned char b = (unsigned char)raw.at[i];
            if (b >= 0x80 && b < 0xA0)
                put_rune(space, WINDOWS_1252[b - 0x80]);
            else
                put_rune(space, b);
        }
    return buf_str(space);
}

void csv_begin(struct csv *c, struct str utf8_text, char separator)
{
    *c = (struct csv){.rest = utf8_text, .separator = separator, .next_line = 1};
}

void csv_done(struct csv *c)
{
    buf_done(&c->space);
}

/* One field into the buffer; returns what ended it: the separator, '\n', or 0 at the end of the text. */
static char read_field(struct csv *c)
{
    struct str *s = &c->rest;
    size_t i = 0;
    if (s->len && s->at[0] == '"') {
        for (i = 1; i < s->len; i++) {
            if (s->at[i] == '"') {
                if (i + 1 < s->len && s->at[i + 1] == '"')
                    i++;
                else
                    break;
            }
            c->next_line += s->at[i] == '\n';
            buf_char(&c->space, s->at[i]);
        }
        c->open_quote |= i >= s->len;
        i += i < s->len;
    }
    size_t from = i;
    while (i < s->len && s->at[i] != c->separator && s->at[i] != '\n' && s->at[i] != '\r')
        i++;
    buf_put(&c->space, s->at + from, i - from);
    char ended = i < s->len ? s->at[i] : 0;
    if (ended == '\r') {
        ended = '\n';
        i += i + 1 < s->len && s->at[i + 1] == '\n';
    }
    i += i < s->len;
    *s = str_slice(*s, i, s->len);
    c->next_line += ended == '\n';
    return ended;
}

bool csv_next(struct csv *c)
{
    size_t end[CSV_COLUMNS_MAX];
    while (c->rest.len) {
        buf_clear(&c->space);
        buf_room(&c->space, 1);
        c->line = c->next_line;
        c->n = 0;
        c->too_wide = false;
        char ended;
        do {
            size_t before = c->space.len;
            ended = read_field(c);
            if (c->n < CSV_COLUMNS_MAX)
                end[c->n++] = c->space.len;
            else {
                c->too_wide = true;
                c->space.len = before;
            }
            /* A separator at the very end of the text leaves one more, empty field. */
            if (ended == c->separator && !c->rest.len) {
                if (c->n < CSV_COLUMNS_MAX)
                    end[c->n++] = c->space.len;
                ended = 0;
            }
        } while (ended == c->separator);
        for (size_t i = 0, from = 0; i < c->n; from = end[i++])
            c->field[i] = str_trim(str_from(c->space.at + from, end[i] - from));
        if (c->n > 1 || c->field[0].len)
            return true;
    }
    return false;
}
