/*
 * Evaluating expressions: one function a form, called through the node. Nothing is allocated but strings and arrays that
 * are made; those go into the input's arena. A failure is a value of TYPE_ERROR that travels up; its sentence is only
 * written when somebody asks for it.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "renderer/expr_node.h"

struct expr_value eval_fail(struct eval *x, const struct expr *e, const char *format, ...)
{
    char text[ERR_TEXT_BYTES];
    va_list args;
    if (x->why) {
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        err_set(x->why, ERR_INVALID, "%s", text);
        x->where = e->path;
    }
    return FAILED;
}

struct expr_value eval_no_memory(struct eval *x, const struct expr *e)
{
    return eval_fail(x, e, "There is no memory left for this expression.");
}

struct expr_value eval_mistyped(struct eval *x, const struct expr *e, enum expr_type wanted, const struct expr_value *v)
{
    char room[64], other[64];
    if (!x->why)
        return FAILED;
    return eval_fail(x, e, "Expected value to be of type %.*s, but found %.*s instead.",
        STR_ARG(kind_text(KIND(wanted), room)), STR_ARG(kind_text(kind_of_value(v), other)));
}

struct expr_value eval_text(struct eval *x, const struct expr *e, const struct buf *text)
{
    char *at = x->in->arena ? arena_alloc(x->in->arena, text->len + 1) : NULL;
    if (!at)
        return eval_no_memory(x, e);
    if (text->len)
        memcpy(at, text->at, text->len);
    return value_str(str_from(at, text->len));
}

struct expr_value expr_eval(const struct expr *e, const struct expr_input *in)
{
    struct eval x = {.in = in};
    return eval_run(e, &x);
}

struct expr_value expr_eval_why(const struct expr *e, const struct expr_input *in, struct err *why)
{
    struct eval x = {.in = in, .why = why};
    struct expr_value v = eval_run(e, &x);
    if (v.type == TYPE_ERROR)
        err_under(why, "%.*s", STR_ARG(x.where));
    return v;
}

/* ---- types ---- */

struct expr_value eval_literal(const struct expr *e, struct eval *x __attribute__((unused)))
{
    return e->value;
}

struct expr_value eval_assertion(const struct expr *e, struct eval *x)
{
    struct expr_value v = value_null();
    char room[64], other[64];
    for (uint32_t i = 0; i < e->n; i++) {
        v = eval_run(e->arg[i], x);
        bool simple = e->kind.type != TYPE_ARRAY;
        if (v.type == TYPE_ERROR || (simple ? v.type == e->kind.type : kind_fits(e->kind, kind_of_value(&v))))
            return v;
    }
    if (!x->why)
        return FAILED;
    return eval_fail(x, e, "Expected value to be of type %.*s, but found %.*s instead.", STR_ARG(kind_text(e->kind, room)),
        STR_ARG(kind_text(kind_of_value(&v), other)));
}

struct expr_value eval_coercion(const struct expr *e, struct eval *x)
{
    struct expr_value out = value_null();
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL(v, i);
        out = value_coerce(&v, e->kind.type, x, e);
        if (out.type != TYPE_ERROR)
            break;
    }
    return out;
}

struct expr_value eval_typeof(const struct expr *e, struct eval *x)
{
    EVAL(v, 0);
    char room[64];
    struct str name = kind_text(kind_of_value(&v), room);
    if (v.type == TYPE_ARRAY) {
        struct buf text = {.at = room, .len = name.len};
        return eval_text(x, e, &text);
    }
    static const struct str NAMES[] = {{"number", 6}, {"string", 6}, {"boolean", 7}, {"null", 4}, {"object", 6}, {"color", 5},
        {"formatted", 9}, {"resolvedImage", 13}};
    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (str_eq(NAMES[i], name))
            return value_str(NAMES[i]);
    return value_str(S("value"));
}

struct expr_value eval_to_rgba(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_COLOR);
    struct expr_array *out = eval_array(x, 4);
    if (!out)
        return eval_no_memory(x, e);
    struct rgba c = color_straight(v.color);
    out->at[0] = value_number(c.r * 255);
    out->at[1] = value_number(c.g * 255);
    out->at[2] = value_number(c.b * 255);
    out->at[3] = value_number(c.a);
    return (struct expr_value){.type = TYPE_ARRAY, .array = out};
}

struct expr_value eval_rgba(const struct expr *e, struct eval *x)
{
    struct expr_value v[4] = {[3] = value_number(1)};
    struct expr_array all = {e->n, v};
    struct expr_value array = {.type = TYPE_ARRAY, .array = &all};
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL_AS(n, i, TYPE_NUMBER);
        v[i] = n;
    }
    return value_coerce(&array, TYPE_COLOR, x, e);
}

struct expr_value eval_error(const struct expr *e, struct eval *x)
{
    EVAL_AS(text, 0, TYPE_STRING);
    return eval_fail(x, e, "%.*s", STR_ARG(text.string));
}

struct expr_value eval_semiliteral(const struct expr *e, struct eval *x)
{
    struct expr_array *out = eval_array(x, e->n);
    if (!out)
        return eval_no_memory(x, e);
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL(v, i);
        out->at[i] = v;
    }
    return (struct expr_value){.type = TYPE_ARRAY, .array = out};
}

/* ---- numbers ---- */

struct expr_value eval_unary(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_NUMBER);
    return value_number(e->op->unary(v.number));
}

static double two(char op, double a, double b)
{
    switch (op) {
    case '-':
        return a - b;
    case '/':
        return a / b;
    case '%':
        return fmod(a, b);
    default:
        return pow(a, b);
    }
}

struct expr_value eval_two(const struct expr *e, struct eval *x)
{
    EVAL_AS(a, 0, TYPE_NUMBER);
    if (e->n == 1)
        return value_number(-a.number);
    EVAL_AS(b, 1, TYPE_NUMBER);
    return value_number(two(e->op->name[0], a.number, b.number));
}

struct expr_value eval_sum(const struct expr *e, struct eval *x)
{
    bool product = e->op->name[0] == '*';
    double total = product;
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL_AS(v, i, TYPE_NUMBER);
        total = product ? total * v.number : total + v.number;
    }
    return value_number(total);
}

struct expr_value eval_extreme(const struct expr *e, struct eval *x)
{
    bool most = e->op->name[1] == 'a';
    double out = most ? -INFINITY : INFINITY;
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL_AS(v, i, TYPE_NUMBER);
        out = isnan(v.number) ? v.number : most ? fmax(out, v.number) : fmin(out, v.number);
    }
    return value_number(out);
}

struct expr_value eval_number_constant(const struct expr *e, struct eval *x __attribute__((unused)))
{
    return value_number(e->op->name[0] == 'p' ? M_PI : e->op->name[0] == 'e' ? M_E : M_LN2);
}

/* ---- deciding ---- */

struct expr_value eval_all(const struct expr *e, struct eval *x)
{
    bool all = e->op->name[1] == 'l';
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL_AS(v, i, TYPE_BOOLEAN);
        if (v.boolean != all)
            return v;
    }
    return value_bool(all);
}

struct expr_value eval_not(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_BOOLEAN);
    return value_bool(!v.boolean);
}

struct expr_value eval_case(const struct expr *e, struct eval *x)
{
    for (uint32_t i = 0; i + 1 < e->n; i += 2) {
        EVAL_AS(test, i, TYPE_BOOLEAN);
        if (test.boolean)
            return eval_run(e->arg[i + 1], x);
    }
    return eval_run(e->arg[e->n - 1], x);
}

struct expr_value eval_match(const struct expr *e, struct eval *x)
{
    const struct match *m = e->more;
    EVAL(v, 0);
    if (v.type != m->input)
        return eval_run(e->arg[1], x);
    size_t low = 0, high = m->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const struct match_label *label = &m->label[mid];
        int order = v.type == TYPE_STRING ? str_cmp(v.string, label->text)
                                          : (v.number > label->number) - (v.number < label->number);
        if (order == 0)
            return eval_run(e->arg[isnan(v.number) && v.type == TYPE_NUMBER ? 1 : label->output], x);
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return eval_run(e->arg[1], x);
}

bool image_is_there(const struct expr_input *in, struct str name)
{
    return !in->has_image || in->has_image(in->ctx, name);
}

struct expr_value eval_coalesce(const struct expr *e, struct eval *x)
{
    struct str asked = {0};
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL(v, i);
        if (v.type == TYPE_IMAGE && !image_is_there(x->in, v.string)) {
            asked = asked.at ? asked : v.string;
            if (i + 1 == e->n)
                return (struct expr_value){.type = TYPE_IMAGE, .string = asked};
            continue;
        }
        if (v.type != TYPE_NULL)
            return v;
    }
    return value_null();
}

/* ---- names ---- */

struct expr_value eval_let(const struct expr *e, struct eval *x)
{
    return eval_run(e->arg[e->n - 1], x);
}

struct expr_value eval_var(const struct expr *e, struct eval *x)
{
    return eval_run(e->arg[0], x);
}
