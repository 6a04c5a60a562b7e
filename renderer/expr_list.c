/* Strings and arrays. */
#include <math.h>
#include <string.h>

#include "renderer/expr_node.h"

struct expr_value eval_at(const struct expr *e, struct eval *x)
{
    EVAL_AS(index, 0, TYPE_NUMBER);
    EVAL_AS(v, 1, TYPE_ARRAY);
    bool whole = index.number == floor(index.number);
    if (index.number >= 0 && index.number < (double)v.array->n && whole)
        return v.array->at[(size_t)index.number];
    if (!x->why)
        return FAILED;
    AUTO(buf) text = {0};
    number_text(&text, index.number);
    if (index.number < 0)
        return eval_fail(x, e, "Array index out of bounds: %s < 0.", text.at);
    if (!(index.number < (double)v.array->n))
        return eval_fail(x, e, "Array index out of bounds: %s > %zd.", text.at, (ssize_t)v.array->n - 1);
    return eval_fail(x, e, "Array index must be an integer, but found %s instead.", text.at);
}

static bool is_scalar(const struct expr_value *v)
{
    return v->type == TYPE_BOOLEAN || v->type == TYPE_STRING || v->type == TYPE_NUMBER || v->type == TYPE_NULL;
}

static struct expr_value bad_needle(struct eval *x, const struct expr *e, const struct expr_value *needle,
    const struct expr_value *hay)
{
    char room[64];
    if (!x->why)
        return FAILED;
    if (!is_scalar(needle))
        return eval_fail(x, e, "Expected first argument to be of type boolean, string, number or null, but found %.*s instead.",
            STR_ARG(kind_text(kind_of_value(needle), room)));
    return eval_fail(x, e, "Expected second argument to be of type array or string, but found %.*s instead.",
        STR_ARG(kind_text(kind_of_value(hay), room)));
}

/* Where the needle stands in a string (bytes) or an array, from an index; -1 if nowhere. */
static ptrdiff_t find(const struct expr_value *needle, const struct expr_value *hay, size_t from)
{
    if (hay->type == TYPE_ARRAY) {
        for (size_t i = from; i < hay->array->n; i++)
            if (value_same(needle, &hay->array->at[i]))
                return (ptrdiff_t)i;
        return -1;
    }
    AUTO(buf) text = {0};
    struct str part = needle->type == TYPE_STRING ? needle->string : S("null");
    if (needle->type == TYPE_NUMBER || needle->type == TYPE_BOOLEAN) {
        value_text(&text, needle);
        part = buf_str(&text);
    }
    size_t at = part.len ? str_find(str_slice(hay->string, from, hay->string.len), part) : 0;
    return at == SIZE_MAX ? -1 : (ptrdiff_t)(from + at);
}

struct expr_value eval_in(const struct expr *e, struct eval *x)
{
    EVAL(needle, 0);
    EVAL(hay, 1);
    bool nothing = hay.type == TYPE_NULL || (hay.type == TYPE_STRING && !hay.string.len) ||
                   (hay.type == TYPE_BOOLEAN && !hay.boolean) || (hay.type == TYPE_NUMBER && hay.number == 0);
    if (nothing)
        return value_bool(false);
    if (!is_scalar(&needle) || (hay.type != TYPE_STRING && hay.type != TYPE_ARRAY))
        return bad_needle(x, e, &needle, &hay);
    return value_bool(find(&needle, &hay, 0) >= 0);
}

/* The byte at which rune n begins; the end if there are fewer. */
static size_t rune_offset(struct str s, size_t n)
{
    return str_cut_runes(s, n).len;
}

static size_t count_of(const struct expr_value *v)
{
    return v->type == TYPE_ARRAY ? v->array->n : str_runes(v->string);
}

struct expr_value eval_index_of(const struct expr *e, struct eval *x)
{
    EVAL(needle, 0);
    EVAL(hay, 1);
    double from = 0;
    if (e->n == 3) {
        EVAL_AS(v, 2, TYPE_NUMBER);
        from = trunc(v.number);
    }
    if (!is_scalar(&needle) || (hay.type != TYPE_STRING && hay.type != TYPE_ARRAY))
        return bad_needle(x, e, &needle, &hay);
    double n = (double)count_of(&hay);
    if (from < 0)
        from = hay.type == TYPE_ARRAY ? fmax(from + n, 0) : 0;
    size_t start = (size_t)fmin(isnan(from) ? 0 : from, n);
    if (hay.type == TYPE_ARRAY)
        return value_number((double)find(&needle, &hay, start));
    ptrdiff_t at = find(&needle, &hay, rune_offset(hay.string, start));
    return value_number(at < 0 ? -1 : (double)str_runes(str_slice(hay.string, 0, (size_t)at)));
}

static size_t slice_end(double v, size_t n)
{
    v = trunc(isnan(v) ? 0 : v);
    v = v < 0 ? v + (double)n : v;
    return (size_t)CLAMP(v, 0, (double)n);
}

struct expr_value eval_slice(const struct expr *e, struct eval *x)
{
    char room[64];
    EVAL(v, 0);
    EVAL_AS(first, 1, TYPE_NUMBER);
    double last = INFINITY;
    if (e->n == 3) {
        EVAL_AS(end, 2, TYPE_NUMBER);
        last = end.number;
    }
    if (v.type != TYPE_STRING && v.type != TYPE_ARRAY)
        return !x->why ? FAILED : eval_fail(x, e, "Expected first argument to be of type array or string, but found %.*s instead.",
            STR_ARG(kind_text(kind_of_value(&v), room)));
    size_t n = count_of(&v), from = slice_end(first.number, n), to = slice_end(last, n);
    to = MAX(from, to);
    if (v.type == TYPE_STRING)
        return value_str(str_slice(v.string, rune_offset(v.string, from), rune_offset(v.string, to)));
    struct expr_array *out = eval_array(x, to - from);
    if (!out)
        return eval_no_memory(x, e);
    memcpy(out->at, v.array->at + from, (to - from) * sizeof *out->at);
    return (struct expr_value){.type = TYPE_ARRAY, .array = out};
}

struct expr_value eval_length(const struct expr *e, struct eval *x)
{
    char room[64];
    EVAL(v, 0);
    if (v.type != TYPE_STRING && v.type != TYPE_ARRAY)
        return !x->why ? FAILED : eval_fail(x, e, "Expected value to be of type string or array, but found %.*s instead.",
            STR_ARG(kind_text(kind_of_value(&v), room)));
    return value_number((double)count_of(&v));
}

static void put_rune(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_char(out, (char)c);
    } else if (c < 0x800) {
        buf_char(out, (char)(0xC0 | c >> 6));
        buf_char(out, (char)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        buf_char(out, (char)(0xE0 | c >> 12));
        buf_char(out, (char)(0x80 | (c >> 6 & 63)));
        buf_char(out, (char)(0x80 | (c & 63)));
    } else {
        buf_char(out, (char)(0xF0 | c >> 18));
        buf_char(out, (char)(0x80 | (c >> 12 & 63)));
        buf_char(out, (char)(0x80 | (c >> 6 & 63)));
        buf_char(out, (char)(0x80 | (c & 63)));
    }
}

struct expr_value eval_letters(const struct expr *e, struct eval *x)
{
    bool up = e->op->name[0] == 'u';
    EVAL_AS(v, 0, TYPE_STRING);
    AUTO(buf) text = {0};
    for (size_t i = 0; i < v.string.len;) {
        uint32_t c = str_rune(v.string, &i);
        if (up && c == 0xDF)
            buf_add(&text, S("SS"));
        else
            put_rune(&text, up ? rune_upper(c) : rune_lower(c));
    }
    return eval_text(x, e, &text);
}

struct expr_value eval_concat(const struct expr *e, struct eval *x)
{
    AUTO(buf) text = {0};
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL(v, i);
        value_text(&text, &v);
    }
    return eval_text(x, e, &text);
}

struct expr_value eval_join(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_ARRAY);
    EVAL_AS(between, 1, TYPE_STRING);
    AUTO(buf) text = {0};
    for (size_t i = 0; i < v.array->n; i++) {
        buf_add(&text, i ? between.string : S(""));
        value_text(&text, &v.array->at[i]);
    }
    return eval_text(x, e, &text);
}

static struct str next_piece(struct str s, struct str between)
{
    if (!between.len) {
        size_t at = 0;
        if (s.len)
            str_rune(s, &at);
        return str_slice(s, 0, at);
    }
    return str_slice(s, 0, str_find(s, between));
}

struct expr_value eval_split(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_STRING);
    EVAL_AS(between, 1, TYPE_STRING);
    size_t n = between.string.len ? 1 : str_runes(v.string);
    if (between.string.len)
        for (struct str rest = v.string; str_has(rest, between.string); n++)
            rest = str_slice(rest, str_find(rest, between.string) + between.string.len, rest.len);
    struct expr_array *out = eval_array(x, n);
    if (!out)
        return eval_no_memory(x, e);
    struct str rest = v.string;
    for (size_t i = 0; i < n; i++) {
        struct str piece = next_piece(rest, between.string);
        out->at[i] = value_str(piece);
        rest = str_slice(rest, piece.len + between.string.len, rest.len);
    }
    return (struct expr_value){.type = TYPE_ARRAY, .array = out};
}

struct expr_value eval_true(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_STRING);
    return value_bool(true);
}
