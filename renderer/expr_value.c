/*
 * Types and values of expressions: what a value's type is and is called, which type fits where, how values become text,
 * other types and mixtures.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "renderer/expr_node.h"

static const char *const TYPE_NAMES[] = {
    [TYPE_NULL] = "null", [TYPE_NUMBER] = "number", [TYPE_STRING] = "string", [TYPE_BOOLEAN] = "boolean",
    [TYPE_COLOR] = "color", [TYPE_ARRAY] = "array", [TYPE_OBJECT] = "object", [TYPE_FORMATTED] = "formatted",
    [TYPE_IMAGE] = "resolvedImage", [TYPE_COLLATOR] = "collator", [TYPE_VALUE] = "value", [TYPE_ERROR] = "error",
    [TYPE_PADDING] = "padding", [TYPE_NUMBER_ARRAY] = "numberArray", [TYPE_COLOR_ARRAY] = "colorArray",
    [TYPE_ANCHOR_OFFSETS] = "variableAnchorOffsetCollection", [TYPE_PROJECTION] = "projectionDefinition",
};

struct kind kind_of_letter(char letter)
{
    switch (letter) {
    case 'n':
        return KIND(TYPE_NUMBER);
    case 's':
        return KIND(TYPE_STRING);
    case 'b':
        return KIND(TYPE_BOOLEAN);
    case 'o':
        return KIND(TYPE_OBJECT);
    case 'c':
        return KIND(TYPE_COLOR);
    case 'k':
        return KIND(TYPE_COLLATOR);
    case 'e':
        return KIND(TYPE_ERROR);
    case 'S':
        return KIND_ARRAY(TYPE_STRING, -1);
    case '4':
        return KIND_ARRAY(TYPE_NUMBER, 4);
    default:
        return KIND(TYPE_VALUE);
    }
}

struct kind kind_of_spec(const struct expr_spec *spec)
{
    return spec->type == TYPE_ARRAY ? KIND_ARRAY(spec->item, spec->length) : KIND(spec->type);
}

struct kind kind_of_value(const struct expr_value *v)
{
    if (v->type != TYPE_ARRAY)
        return KIND(v->type);
    enum expr_type item = v->array->n ? v->array->at[0].type : TYPE_VALUE;
    for (size_t i = 0; i < v->array->n; i++)
        if (v->array->at[i].type != item || item == TYPE_ARRAY)
            item = TYPE_VALUE;
    return KIND_ARRAY(item, (int)MIN(v->array->n, (size_t)1 << 30));
}

struct str kind_text(struct kind k, char room[64])
{
    int n = 0;
    const char *item = TYPE_NAMES[k.item];
    if (k.type != TYPE_ARRAY)
        n = snprintf(room, 64, "%s", TYPE_NAMES[k.type]);
    else if (k.n >= 0)
        n = snprintf(room, 64, "array<%s, %d>", item, k.n);
    else if (k.item == TYPE_VALUE)
        n = snprintf(room, 64, "array");
    else
        n = snprintf(room, 64, "array<%s>", item);
    return str_from(room, (size_t)CLAMP(n, 0, 63));
}

bool kind_fits(struct kind expected, struct kind actual)
{
    if (actual.type == TYPE_ERROR || expected.type == TYPE_VALUE)
        return actual.type != TYPE_COLLATOR;
    if (expected.type != TYPE_ARRAY || actual.type != TYPE_ARRAY)
        return expected.type == actual.type;
    bool items = (actual.n == 0 && actual.item == TYPE_VALUE) || expected.item == TYPE_VALUE || expected.item == actual.item;
    return items && (expected.n < 0 || expected.n == actual.n);
}

/* ---- making values ---- */

struct expr_value value_null(void)
{
    return (struct expr_value){.type = TYPE_NULL};
}

struct expr_value value_number(double v)
{
    return (struct expr_value){.type = TYPE_NUMBER, .number = v};
}

struct expr_value value_bool(bool v)
{
    return (struct expr_value){.type = TYPE_BOOLEAN, .boolean = v};
}

struct expr_value value_str(struct str s)
{
    return (struct expr_value){.type = TYPE_STRING, .string = s};
}

static struct expr_array *array_new(struct arena *a, size_t n)
{
    struct expr_array *out = a ? ARENA_NEW(a, struct expr_array) : NULL;
    if (!out)
        return NULL;
    out->at = ARENA_ARRAY(a, struct expr_value, MAX(n, 1));
    out->n = n;
    return out->at ? out : NULL;
}

struct expr_array *eval_array(struct eval *x, size_t n)
{
    return array_new(x->in->arena, n);
}

struct expr_value value_of_json(const struct json *v, struct arena *a)
{
    switch (json_kind(v)) {
    case JSON_NULL:
        break;
    case JSON_BOOL:
        return value_bool(json_bool(v));
    case JSON_NUMBER:
        return value_number(json_number(v));
    case JSON_STRING:
        return value_str(json_string(v));
    case JSON_OBJECT:
        return (struct expr_value){.type = TYPE_OBJECT, .object = v};
    case JSON_ARRAY: {
        struct expr_array *array = array_new(a, json_size(v));
        for (size_t i = 0; array && i < array->n; i++)
            array->at[i] = value_of_json(json_at(v, i), a);
        return (struct expr_value){.type = array ? TYPE_ARRAY : TYPE_ERROR, .array = array};
    }
    }
    return value_null();
}

struct expr_value value_of_tile(const struct value *v)
{
    switch (v->kind) {
    case VALUE_NULL:
        break;
    case VALUE_BOOL:
        return value_bool(v->boolean);
    case VALUE_NUMBER:
        return value_number(v->number);
    case VALUE_STRING:
        return value_str(v->string);
    }
    return value_null();
}

bool value_same(const struct expr_value *a, const struct expr_value *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case TYPE_NULL:
        return true;
    case TYPE_NUMBER:
        return a->number == b->number;
    case TYPE_STRING:
        return str_eq(a->string, b->string);
    case TYPE_BOOLEAN:
        return a->boolean == b->boolean;
    default:
        return false; /* arrays and objects are never the same one */
    }
}

/* ---- as text ---- */

/* JavaScript's layout of the shortest digits: plain from 1e-6 to below 1e21, else 1.5e+21. */
void number_text(struct buf *out, double v)
{
    if (isnan(v) || isinf(v)) {
        buf_add(out, isnan(v) ? S("NaN") : v > 0 ? S("Infinity") : S("-Infinity"));
        return;
    }
    AUTO(buf) shortest = {0};
    buf_double(&shortest, fabs(v));
    char digits[40];
    int n = 0, point = -1, exponent = 0;
    for (size_t i = 0; i < shortest.len && n < 39; i++) {
        char c = shortest.at[i];
        if (c == '.') {
            point = n;
        } else if (c == 'e' || c == 'E') {
            int64_t e = 0;
            struct str rest = str_slice(buf_str(&shortest), i + 1, shortest.len);
            if (rest.len && rest.at[0] == '+')
                rest = str_slice(rest, 1, rest.len);
            bool minus = rest.len && rest.at[0] == '-';
            while (rest.len > 1 && strchr("-0", rest.at[0]))
                rest = str_slice(rest, 1, rest.len);
            str_i64(rest, &e);
            exponent = (int)(minus ? -e : e);
            break;
        } else {
            digits[n++] = c;
        }
    }
    int before = (point < 0 ? n : point) + exponent; /* digits in front of the point */
    int zeros = 0;
    while (zeros < n - 1 && digits[zeros] == '0')
        zeros++;
    memmove(digits, digits + zeros, (size_t)(n - zeros));
    n -= zeros;
    before -= zeros;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    if (v < 0)
        buf_char(out, '-');
    if (v == 0) {
        buf_char(out, '0');
    } else if (before > 21 || before < -5) {
        buf_char(out, digits[0]);
        if (n > 1)
            buf_char(out, '.');
        buf_put(out, digits + 1, (size_t)(n - 1));
        buf_fmt(out, "e%c%d", before > 0 ? '+' : '-', before > 0 ? before - 1 : 1 - before);
    } else {
        if (before <= 0)
            buf_add(out, S("0."));
        for (int i = before; i < 0; i++)
            buf_char(out, '0');
        for (int i = 0; i < MAX(n, before); i++) {
            if (i == before && before > 0)
                buf_char(out, '.');
            buf_char(out, i < n ? digits[i] : '0');
        }
    }
}

static void color_text(struct buf *out, struct rgba color)
{
    struct rgba c = color_straight(color);
    buf_fmt(out, "rgba(%d,%d,%d,", (int)lround(c.r * 255), (int)lround(c.g * 255), (int)lround(c.b * 255));
    number_text(out, c.a);
    buf_char(out, ')');
}

void value_text(struct buf *out, const struct expr_value *v)
{
    switch (v->type) {
    case TYPE_NULL:
        break;
    case TYPE_STRING:
    case TYPE_IMAGE:
        buf_add(out, v->string);
        break;
    case TYPE_COLOR:
        color_text(out, v->color);
        break;
    case TYPE_FORMATTED:
        for (size_t i = 0; i < v->formatted->n; i++)
            buf_add(out, v->formatted->at[i].text);
        break;
    default:
        value_json(out, v);
    }
}

void value_json(struct buf *out, const struct expr_value *v)
{
    switch (v->type) {
    case TYPE_NUMBER:
        number_text(out, v->number);
        break;
    case TYPE_BOOLEAN:
        buf_add(out, v->boolean ? S("true") : S("false"));
        break;
    case TYPE_STRING:
    case TYPE_IMAGE:
        buf_json(out, v->string);
        break;
    case TYPE_COLOR:
        color_text(out, v->color);
        break;
    case TYPE_ARRAY:
    case TYPE_PADDING:
    case TYPE_NUMBER_ARRAY:
    case TYPE_COLOR_ARRAY:
    case TYPE_ANCHOR_OFFSETS:
    case TYPE_PROJECTION:
        buf_char(out, '[');
        for (size_t i = 0; i < v->array->n; i++) {
            if (i)
                buf_char(out, ',');
            value_json(out, &v->array->at[i]);
        }
        buf_char(out, ']');
        break;
    case TYPE_OBJECT:
        if (v->object)
            json_write(out, v->object);
        else
            buf_add(out, S("{}"));
        break;
    default:
        buf_add(out, S("null"));
    }
}

/* ---- to other types ---- */

static bool number_of_text(struct str s, double *out)
{
    s = str_trim(s);
    *out = 0;
    if (!s.len)
        return true;
    bool minus = s.at[0] == '-';
    if (minus || s.at[0] == '+')
        s = str_slice(s, 1, s.len);
    if (str_eq(s, S("Infinity"))) {
        *out = minus ? -INFINITY : INFINITY;
        return true;
    }
    char room[64];
    if (s.len > 1 && s.at[0] == '.' && s.len < sizeof room) {
        room[0] = '0';
        memcpy(room + 1, s.at, s.len);
        s = str_from(room, s.len + 1);
    }
    if (s.len > 1 && s.at[s.len - 1] == '.')
        s.len--;
    if (!s.len || !strchr("0123456789", s.at[0]) || !str_double(s, out))
        return false;
    *out = minus ? -*out : *out;
    return true;
}

static struct expr_value rgba_of_array(const struct expr_array *a, struct eval *x, const struct expr *e, bool *ok)
{
    *ok = false;
    struct expr_value whole = {.type = TYPE_ARRAY, .array = a};
    AUTO(buf) text = {0};
    if (a->n != 3 && a->n != 4) {
        value_json(&text, &whole);
        return eval_fail(x, e, "Invalid rgba value %s: expected an array containing either three or four numeric values.",
            text.at);
    }
    double v[4] = {0, 0, 0, 1};
    bool bytes = true, alpha = true;
    for (size_t i = 0; i < a->n; i++) {
        v[i] = a->at[i].number;
        bool number = a->at[i].type == TYPE_NUMBER;
        if (i < 3)
            bytes &= number && v[i] >= 0 && v[i] <= 255;
        else
            alpha = number && v[i] >= 0 && v[i] <= 1;
    }
    if (bytes && alpha) {
        *ok = true;
        return (struct expr_value){.type = TYPE_COLOR, .color = color_of(v[0] / 255, v[1] / 255, v[2] / 255, v[3])};
    }
    for (size_t i = 0; i < a->n; i++) {
        buf_add(&text, i ? S(", ") : S(""));
        value_text(&text, &a->at[i]);
    }
    return eval_fail(x, e, "Invalid rgba value [%s]: %s.", text.at ? text.at : "",
        bytes ? "'a' must be between 0 and 1" : "'r', 'g', and 'b' must be between 0 and 255");
}

static struct expr_value not_read(const struct expr_value *v, const char *type, struct eval *x, const struct expr *e)
{
    AUTO(buf) text = {0};
    if (!x->why)
        return eval_fail(x, e, "Could not parse %s", type);
    if (v->type == TYPE_STRING)
        value_text(&text, v);
    else
        value_json(&text, v);
    return eval_fail(x, e, "Could not parse %s from value '%s'", type, text.at ? text.at : "");
}

static struct expr_value to_color(const struct expr_value *v, struct eval *x, const struct expr *e)
{
    struct expr_value out = {.type = TYPE_COLOR};
    bool ok;
    if (v->type == TYPE_COLOR)
        return *v;
    if (v->type == TYPE_STRING && color_read(v->string, &out.color))
        return out;
    return v->type == TYPE_ARRAY ? rgba_of_array(v->array, x, e, &ok) : not_read(v, "color", x, e);
}

/* Numbers, or colours, of one or several. */
static struct expr_value to_list(const struct expr_value *v, enum expr_type to, struct eval *x, const struct expr *e)
{
    const char *name = TYPE_NAMES[to];
    size_t n = v->type == TYPE_ARRAY ? v->array->n : 1;
    bool padding = to == TYPE_PADDING;
    if (v->type == to)
        return *v;
    struct expr_array *out = eval_array(x, padding ? 4 : n);
    if (!out || (padding && (n < 1 || n > 4)))
        return not_read(v, name, x, e);
    for (size_t i = 0; i < n; i++) {
        const struct expr_value *item = v->type == TYPE_ARRAY ? &v->array->at[i] : v;
        if (to == TYPE_COLOR_ARRAY && item->type == TYPE_STRING && color_read(item->string, &out->at[i].color))
            out->at[i].type = TYPE_COLOR;
        else if (to != TYPE_COLOR_ARRAY && item->type == TYPE_NUMBER)
            out->at[i] = *item;
        else
            return not_read(v, name, x, e);
    }
    if (padding) { /* as in CSS: top, right, bottom, left */
        if (n == 1)
            out->at[1] = out->at[0];
        if (n <= 2)
            out->at[2] = out->at[0];
        if (n <= 3)
            out->at[3] = out->at[1];
    }
    return (struct expr_value){.type = to, .array = out};
}

static struct expr_value to_anchor_offsets(const struct expr_value *v, struct eval *x, const struct expr *e)
{
    static const char ANCHORS[] = "|center|left|right|top|bottom|top-left|top-right|bottom-left|bottom-right|";
    if (v->type == TYPE_ANCHOR_OFFSETS)
        return *v;
    bool good = v->type == TYPE_ARRAY && v->array->n >= 2 && v->array->n % 2 == 0;
    for (size_t i = 0; good && i < v->array->n; i += 2) {
        const struct expr_value *anchor = &v->array->at[i], *offset = anchor + 1;
        char quoted[20];
        snprintf(quoted, sizeof quoted, "|%.*s|", anchor->type == TYPE_STRING ? (int)MIN(anchor->string.len, 15) : 1,
            anchor->type == TYPE_STRING ? anchor->string.at : "?");
        good = strstr(ANCHORS, quoted) && offset->type == TYPE_ARRAY && offset->array->n == 2 &&
               offset->array->at[0].type == TYPE_NUMBER && offset->array->at[1].type == TYPE_NUMBER;
    }
    return good ? (struct expr_value){.type = TYPE_ANCHOR_OFFSETS, .array = v->array}
                : not_read(v, TYPE_NAMES[TYPE_ANCHOR_OFFSETS], x, e);
}

static bool is_true(const struct expr_value *v)
{
    switch (v->type) {
    case TYPE_NULL:
        return false;
    case TYPE_NUMBER:
        return v->number != 0 && !isnan(v->number);
    case TYPE_STRING:
        return v->string.len > 0;
    case TYPE_BOOLEAN:
        return v->boolean;
    default:
        return true;
    }
}

static struct expr_value to_number(const struct expr_value *v, struct eval *x, const struct expr *e)
{
    double n = 0;
    if (v->type == TYPE_NUMBER)
        return *v;
    if (v->type == TYPE_NULL || v->type == TYPE_BOOLEAN)
        return value_number(v->type == TYPE_BOOLEAN && v->boolean);
    if (v->type == TYPE_STRING && number_of_text(v->string, &n))
        return value_number(n);
    if (!x->why)
        return (struct expr_value){.type = TYPE_ERROR};
    AUTO(buf) text = {0};
    value_json(&text, v);
    return eval_fail(x, e, "Could not convert %s to number.", text.at ? text.at : "");
}

static struct expr_value to_text(const struct expr_value *v, struct eval *x, const struct expr *e)
{
    if (v->type == TYPE_STRING || v->type == TYPE_IMAGE)
        return value_str(v->string);
    if (v->type == TYPE_NULL)
        return value_str(S(""));
    AUTO(buf) text = {0};
    value_text(&text, v);
    return eval_text(x, e, &text);
}

static struct expr_value to_formatted(const struct expr_value *v, struct eval *x, const struct expr *e)
{
    if (v->type == TYPE_FORMATTED)
        return *v;
    struct expr_value text = to_text(v, x, e);
    struct expr_formatted *out = x->in->arena ? ARENA_NEW(x->in->arena, struct expr_formatted) : NULL;
    if (text.type == TYPE_ERROR || !out || !(out->at = ARENA_NEW(x->in->arena, struct expr_section)))
        return eval_fail(x, e, "There is no memory left for this text.");
    out->n = 1;
    out->at[0] = (struct expr_section){.text = text.string, .image = S(""), .font = S(""), .scale = 1, .vertical_align = S("")};
    return (struct expr_value){.type = TYPE_FORMATTED, .formatted = out};
}

struct expr_value value_coerce(const struct expr_value *v, enum expr_type to, struct eval *x, const struct expr *e)
{
    struct expr_value text;
    switch (to) {
    case TYPE_BOOLEAN:
        return value_bool(is_true(v));
    case TYPE_NUMBER:
        return to_number(v, x, e);
    case TYPE_STRING:
        return to_text(v, x, e);
    case TYPE_IMAGE:
        text = v->type == TYPE_IMAGE ? *v : to_text(v, x, e);
        text.type = text.type == TYPE_STRING ? TYPE_IMAGE : text.type;
        return text;
    case TYPE_COLOR:
        return to_color(v, x, e);
    case TYPE_FORMATTED:
        return to_formatted(v, x, e);
    case TYPE_PADDING:
    case TYPE_NUMBER_ARRAY:
    case TYPE_COLOR_ARRAY:
        return to_list(v, to, x, e);
    case TYPE_ANCHOR_OFFSETS:
        return to_anchor_offsets(v, x, e);
    default:
        return *v;
    }
}

/* ---- mixtures ---- */

static struct expr_value mix_projection(const struct expr_value *a, const struct expr_value *b, double t, struct eval *x,
    const struct expr *e)
{
    struct expr_array *out = eval_array(x, 3);
    if (!out)
        return eval_fail(x, e, "There is no memory left.");
    out->at[0] = *a;
    out->at[1] = *b;
    out->at[2] = value_number(t);
    return (struct expr_value){.type = TYPE_PROJECTION, .array = out};
}

struct expr_value value_mix(const struct expr_value *a, const struct expr_value *b, double t, enum expr_type type,
    enum color_space space, struct eval *x, const struct expr *e)
{
    if (a->type == TYPE_NUMBER && b->type == TYPE_NUMBER)
        return value_number(a->number + (b->number - a->number) * t);
    if (a->type == TYPE_COLOR && b->type == TYPE_COLOR)
        return (struct expr_value){.type = TYPE_COLOR, .color = color_mix_in(space, a->color, b->color, t)};
    if (type == TYPE_PROJECTION)
        return mix_projection(a, b, t, x, e);
    bool lists = a->type == b->type && (a->type == TYPE_ARRAY || a->type >= TYPE_PADDING);
    if (!lists)
        return eval_fail(x, e, "These values cannot be interpolated.");
    if (a->array->n != b->array->n && type == TYPE_ANCHOR_OFFSETS)
        return eval_fail(x, e, "Cannot interpolate values of different length.");
    if (a->array->n != b->array->n)
        return eval_fail(x, e, "%s: Arrays have mismatched length (%zu vs. %zu), cannot interpolate.", TYPE_NAMES[type],
            a->array->n, b->array->n);
    struct expr_array *out = eval_array(x, a->array->n);
    if (!out)
        return eval_fail(x, e, "There is no memory left.");
    for (size_t i = 0; i < out->n; i++) {
        const struct expr_value *p = &a->array->at[i], *q = &b->array->at[i];
        bool anchor = type == TYPE_ANCHOR_OFFSETS && p->type == TYPE_STRING;
        if (anchor && !value_same(p, q))
            return eval_fail(x, e, "Cannot interpolate values containing mismatched anchors.");
        out->at[i] = anchor ? *p : value_mix(p, q, t, p->type, space, x, e);
        if (out->at[i].type == TYPE_ERROR)
            return out->at[i];
    }
    return (struct expr_value){.type = a->type, .array = out};
}
