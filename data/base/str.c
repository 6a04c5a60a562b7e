#include "data/base/str.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

struct str str_of(const char *terminated)
{
    return (struct str){terminated ? terminated : "", terminated ? strlen(terminated) : 0};
}

struct str str_from(const char *at, size_t len)
{
    return (struct str){at, len};
}

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = MIN(a.len, b.len);
    int order = n ? memcmp(a.at, b.at, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && str_eq(str_slice(s, s.len - suffix.len, s.len), suffix);
}

bool str_has(struct str s, struct str part)
{
    return str_find(s, part) != SIZE_MAX;
}

size_t str_find(struct str s, struct str part)
{
    if (part.len == 0)
        return 0;
    const char *at = s.len ? memmem(s.at, s.len, part.at, part.len) : NULL;
    return at ? (size_t)(at - s.at) : SIZE_MAX;
}

struct str str_slice(struct str s, size_t from, size_t to)
{
    to = MIN(to, s.len);
    from = MIN(from, to);
    return (struct str){s.at + from, to - from};
}

/* The length of the white space that starts at s.at[at], 0 if none does. */
static size_t space_at(struct str s, size_t at)
{
    static const struct str spaces[] = {
        {" ", 1}, {"\t", 1}, {"\n", 1}, {"\r", 1}, {"\f", 1}, {"\v", 1}, {"\xC2\xA0", 2}, {"\xE2\x80\xAF", 3}, {"\xEF\xBB\xBF", 3}};
    for (size_t i = 0; i < COUNT(spaces); i++)
        if (str_starts(str_slice(s, at, s.len), spaces[i]))
            return spaces[i].len;
    return 0;
}

struct str str_trim(struct str s)
{
    for (size_t n; s.len && (n = space_at(s, 0)) > 0;)
        s = str_slice(s, n, s.len);
    for (bool more = true; more && s.len;) {
        more = false;
        for (size_t n = 1; n <= 3 && n <= s.len && !more; n++)
            if (space_at(s, s.len - n) == n) {
                s.len -= n;
                more = true;
            }
    }
    return s;
}

bool str_next(struct str *rest, char sep, struct str *out)
{
    if (!rest->at)
        return false;
    const char *end = rest->len ? memchr(rest->at, sep, rest->len) : NULL;
    if (!end) {
        *out = *rest;
        *rest = (struct str){NULL, 0};
        return true;
    }
    size_t n = (size_t)(end - rest->at);
    *out = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n + 1, rest->len);
    return true;
}

bool str_list_has(struct str list, char sep, struct str item)
{
    struct str one;
    while (str_next(&list, sep, &one))
        if (str_eq(one, item))
            return true;
    return false;
}

struct str str_copy(struct arena *a, struct str s)
{
    char *at = arena_alloc(a, s.len + 1);
    if (!at)
        return S("");
    if (s.len)
        memcpy(at, s.at, s.len);
    return (struct str){at, s.len};
}

const char *str_cstr(struct arena *a, struct str s)
{
    return str_copy(a, s).at;
}

/* ---- numbers ---- */

static locale_t c_locale_made;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
    c_locale_made = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    must(c_locale_made);
}

static locale_t c_locale(void)
{
    pthread_once(&c_locale_once, make_c_locale);
    return c_locale_made;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* [+-] digits [. digits] [e[+-]digits], with a digit before or after the point. */
static bool looks_like_number(struct str s)
{
    size_t i = 0, digits = 0;
    if (i < s.len && (s.at[i] == '+' || s.at[i] == '-'))
        i++;
    for (; i < s.len && is_digit(s.at[i]); i++)
        digits++;
    if (i < s.len && s.at[i] == '.')
        for (i++; i < s.len && is_digit(s.at[i]); i++)
            digits++;
    if (!digits)
        return false;
    if (i < s.len && (s.at[i] == 'e' || s.at[i] == 'E')) {
        i++;
        if (i < s.len && (s.at[i] == '+' || s.at[i] == '-'))
            i++;
        size_t from = i;
        while (i < s.len && is_digit(s.at[i]))
            i++;
        if (i == from)
            return false;
    }
    return i == s.len;
}

bool str_double(struct str s, double *out)
{
    char room[64];
    if (!looks_like_number(s))
        return false;
    char *text = s.len < sizeof room ? room : base_alloc(s.len + 1, 1);
    memcpy(text, s.at, s.len);
    text[s.len] = '\0';
    double v = strtod_l(text, NULL, c_locale());
    if (text != room)
        free(text);
    if (!isfinite(v))
        return false;
    *out = v;
    return true;
}

bool str_u64(struct str s, uint64_t *out)
{
    if (!s.len || (s.len > 1 && s.at[0] == '0'))
        return false;
    uint64_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_digit(s.at[i]) || __builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(s.at[i] - '0'), &v))
            return false;
    }
    *out = v;
    return true;
}

bool str_i64(struct str s, int64_t *out)
{
    bool minus = s.len && s.at[0] == '-';
    if (s.len && (s.at[0] == '-' || s.at[0] == '+'))
        s = str_slice(s, 1, s.len);
    while (s.len > 1 && s.at[0] == '0')
        s = str_slice(s, 1, s.len);
    uint64_t v;
    if (!str_u64(s, &v) || v > (uint64_t)INT64_MAX + minus)
        return false;
    *out = minus ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

/* ---- UTF-8 ---- */

/* Length of the well-formed sequence at s[at] and its code point; 0 if malformed (RFC 3629, table of section 4). */
static size_t sequence(struct str s, size_t at, uint32_t *rune)
{
    const unsigned char *p = (const unsigned char *)s.at + at;
    size_t left = s.len - at;
    if (p[0] < 0x80) {
        *rune = p[0];
        return 1;
    }
    size_t n = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : p[0] >= 0xE0 && p[0] <= 0xEF ? 3 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
    if (!n || n > left)
        return 0;
    uint32_t v = p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        v = v << 6 | (p[i] & 0x3Fu);
    }
    if ((n == 3 && v < 0x800) || (n == 4 && (v < 0x10000 || v > 0x10FFFF)) || (v >= 0xD800 && v <= 0xDFFF))
        return 0;
    *rune = v;
    return n;
}

bool str_is_utf8(struct str s)
{
    uint32_t rune;
    for (size_t at = 0; at < s.len;) {
        if ((unsigned char)s.at[at] < 0x80) {
            at++;
            continue;
        }
        size_t n = sequence(s, at, &rune);
        if (!n)
            return false;
        at += n;
    }
    return true;
}

uint32_t str_rune(struct str s, size_t *at)
{
    uint32_t rune;
    size_t n = *at < s.len ? sequence(s, *at, &rune) : 0;
    *at += n ? n : 1;
    return n ? rune : 0xFFFD;
}

size_t str_runes(struct str s)
{
    size_t n = 0;
    for (size_t at = 0; at < s.len; n++)
        str_rune(s, &at);
    return n;
}

struct str str_cut_runes(struct str s, size_t n)
{
    size_t at = 0;
    while (n-- && at < s.len)
        str_rune(s, &at);
    return str_slice(s, 0, at);
}

/* ---- folding ---- */

/* Latin-1 Supplement and Latin Extended-A without their accents: U+00C0 to U+017F, one base letter each; two-letter ones
 * are handled in fold_rune. A space: not a letter. */
static const char BASE[] =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty" /* U+00C0..U+00FF */
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* The folded form of a rune, as up to two letters; NULL: a separator. */
static const char *fold_rune(uint32_t rune, char out[8])
{
    if (rune < 0x80) {
        char c = lower((char)rune);
        if (!(c >= 'a' && c <= 'z') && !is_digit(c))
            return NULL;
        out[0] = c;
        out[1] = '\0';
        return out;
    }
    switch (rune) {
    case 0xC6: case 0xE6:
        return "ae";
    case 0x152: case 0x153:
        return "oe";
    case 0xDF:
        return "ss";
    case 0xDE: case 0xFE:
        return "th";
    default:
        break;
    }
    if (rune >= 0xC0 && rune - 0xC0 < sizeof BASE - 1) {
        char c = BASE[rune - 0xC0];
        if (c == ' ')
            return NULL;
        out[0] = c;
        out[1] = '\0';
        return out;
    }
    if (rune == 0xAD || rune == 0x200B || (rune >= 0x300 && rune <= 0x36F))
        return ""; /* soft hyphen, zero-width space, combining accents */
    if (rune < 0xC0 || (rune >= 0x2000 && rune <= 0x206F) || rune == 0x3000 || rune == 0xFEFF || rune == 0xFFFD)
        return NULL;
    size_t n = 0; /* another script: kept */
    if (rune < 0x800) {
        out[n++] = (char)(0xC0 | rune >> 6);
    } else if (rune < 0x10000) {
        out[n++] = (char)(0xE0 | rune >> 12);
        out[n++] = (char)(0x80 | (rune >> 6 & 0x3F));
    } else {
        out[n++] = (char)(0xF0 | rune >> 18);
        out[n++] = (char)(0x80 | (rune >> 12 & 0x3F));
        out[n++] = (char)(0x80 | (rune >> 6 & 0x3F));
    }
    out[n++] = (char)(0x80 | (rune & 0x3F));
    out[n] = '\0';
    return out;
}

static struct str fold_with(struct arena *a, struct str s, char gap)
{
    char *out = arena_alloc(a, s.len * 2 + 1);
    if (!out)
        return S("");
    size_t n = 0;
    bool pending = false;
    for (size_t at = 0; at < s.len;) {
        char room[8];
        const char *folded = fold_rune(str_rune(s, &at), room);
        if (!folded) {
            pending = n > 0;
            continue;
        }
        if (pending && *folded) {
            out[n++] = gap;
            pending = false;
        }
        while (*folded)
            out[n++] = *folded++;
    }
    out[n] = '\0';
    return (struct str){out, n};
}

struct str str_fold(struct arena *a, struct str s)
{
    return fold_with(a, s, ' ');
}

struct str str_slug(struct arena *a, struct str s)
{
    return fold_with(a, s, '-');
}

static int pair_order(const void *a, const void *b)
{
    uint16_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static size_t letter_pairs(struct arena *a, struct str folded, uint16_t **out)
{
    size_t n = 0;
    *out = ARENA_ARRAY(a, uint16_t, folded.len + 1);
    if (!*out)
        return 0;
    for (size_t i = 0; i + 1 < folded.len; i++)
        if (folded.at[i] != ' ' && folded.at[i + 1] != ' ')
            (*out)[n++] = (uint16_t)((unsigned char)folded.at[i] << 8 | (unsigned char)folded.at[i + 1]);
    qsort(*out, n, sizeof **out, pair_order);
    return n;
}

double str_likeness(struct arena *scratch, struct str a, struct str b)
{
    struct arena_mark mark = arena_mark(scratch);
    struct str fa = str_fold(scratch, a), fb = str_fold(scratch, b);
    double alike = 0;
    if (fa.len && str_eq(fa, fb)) {
        alike = 1;
    } else {
        uint16_t *pa, *pb;
        size_t na = letter_pairs(scratch, fa, &pa), nb = letter_pairs(scratch, fb, &pb), both = 0;
        for (size_t i = 0, j = 0; i < na && j < nb;) {
            both += pa[i] == pb[j];
            int order = (pa[i] > pb[j]) - (pa[i] < pb[j]);
            i += order <= 0;
            j += order >= 0;
        }
        alike = na + nb ? 2.0 * (double)both / (double)(na + nb) : 0;
    }
    arena_release(scratch, mark);
    return alike;
}
