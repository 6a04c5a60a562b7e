/*
 * A str is a borrowed run of bytes: pointer and length, not terminated. Text from outside is checked for UTF-8 once, at
 * the door. Numbers are read here because strtod obeys the locale.
 */
#ifndef DATA_BASE_STR_H
#define DATA_BASE_STR_H

#include "data/base/base.h"
#include "data/base/arena.h"

struct str {
    const char *at;
    size_t len;
};

#define S(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_ARG(s) (int)(s).len, (s).at /* for "%.*s" */

struct str str_of(const char *terminated); /* NULL gives an empty one */
struct str str_from(const char *at, size_t len);
bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters */
int str_cmp(struct str a, struct str b);        /* by bytes, which for UTF-8 is by code point */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_has(struct str s, struct str part);
size_t str_find(struct str s, struct str part);  /* SIZE_MAX if absent */
struct str str_slice(struct str s, size_t from, size_t to); /* clamped */
struct str str_trim(struct str s);               /* ASCII white space, no-break spaces and a byte order mark */

/* Takes what is before the first sep off *rest; false once *rest was finished. "a,,b" gives "a", "", "b". */
bool str_next(struct str *rest, char sep, struct str *out);
bool str_list_has(struct str list, char sep, struct str item); /* as str_next takes it apart */

struct str str_copy(struct arena *a, struct str s); /* terminated too; empty past the arena's limit */
const char *str_cstr(struct arena *a, struct str s); /* terminated copy; "" past the arena's limit */

/* The whole of s must be the number. Decimal point only, no white space; inf and nan are refused. */
bool str_double(struct str s, double *out);
bool str_i64(struct str s, int64_t *out);
bool str_u64(struct str s, uint64_t *out); /* canonical: digits only, no sign, no leading zero but "0" itself */

/* UTF-8 as RFC 3629: no surrogates, nothing over U+10FFFF, no overlong forms. */
bool str_is_utf8(struct str s);
/* The next code point; moves *at forward, U+FFFD and one byte on a malformed one. */
uint32_t str_rune(struct str s, size_t *at);
size_t str_runes(struct str s);                /* number of code points */
struct str str_cut_runes(struct str s, size_t n); /* at most n code points */

/* Lower case without accents and punctuation, runs of other characters as one space: for searching and comparing
 * ("Saint-Étienne" → "saint etienne", "œ" → "oe"). Latin letters are folded, others stay. */
struct str str_fold(struct arena *a, struct str s);

/* How alike two texts are after folding, 0 to 1: Dice's coefficient of their letter pairs (Dice 1945). */
double str_likeness(struct arena *scratch, struct str a, struct str b);

/* A file-name-like form for addresses: folded, spaces as '-'. */
struct str str_slug(struct arena *a, struct str s);

#endif
