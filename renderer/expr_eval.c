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

#define FAILED ((struct expr_value){.type = TYPE_ERROR}) /* without a sentence: nobody asks */

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

static struct expr_value no_memory(struct eval *x, const struct expr *e)
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
        return no_memory(x, e);
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

/* ---- what is looked at ---- */

static eval_fn eval_filter_has, eval_filter_compare;

struct expr_value feature_property(const struct expr_input *in, struct str key, bool *found)
{
    *found = false;
    if (in->properties) {
        const struct json *v = json_get(in->properties, key);
        *found = v != NULL;
        return value_of_json(v, in->arena);
    }
    if (!in->feature || !in->layer || !key.len)
        return value_null();
    for (uint32_t i = 0; i + 1 < in->feature->n_tags; i += 2) {
        uint32_t k = in->feature->tags[i], v = in->feature->tags[i + 1];
        if (k >= in->layer->n_keys || v >= in->layer->n_values || in->layer->keys[k].len != key.len)
            continue;
        if (memcmp(in->layer->keys[k].at, key.at, key.len) == 0) {
            *found = true;
            return value_of_tile(&in->layer->values[v]);
        }
    }
    return value_null();
}

static struct expr_value object_property(struct eval *x, const struct expr_value *object, struct str key, bool *found)
{
    if (!object->object)
        return feature_property(x->in, key, found);
    const struct json *v = json_get(object->object, key);
    *found = v != NULL;
    return value_of_json(v, x->in->arena);
}

/* get and has: of the feature, or of the object that is given. */
static struct expr_value look_up(const struct expr *e, struct eval *x, bool *found)
{
    EVAL_AS(key, 0, TYPE_STRING);
    if (e->n == 1)
        return feature_property(x->in, key.string, found);
    EVAL_AS(object, 1, TYPE_OBJECT);
    return object_property(x, &object, key.string, found);
}

static struct expr_value eval_get(const struct expr *e, struct eval *x)
{
    bool found;
    return look_up(e, x, &found);
}

static struct expr_value eval_has(const struct expr *e, struct eval *x)
{
    bool found = false;
    struct expr_value v = look_up(e, x, &found);
    return v.type == TYPE_ERROR ? v : value_bool(found);
}

/* The usual cases made short: the key stands in the expression, and so does what the property is compared with. */
static struct expr_value eval_get_key(const struct expr *e, struct eval *x)
{
    bool found;
    return feature_property(x->in, e->name, &found);
}

static struct expr_value eval_has_key(const struct expr *e, struct eval *x)
{
    bool found;
    feature_property(x->in, e->name, &found);
    return value_bool(found);
}

static struct expr_value eval_key_is(const struct expr *e, struct eval *x)
{
    bool found;
    struct expr_value v = feature_property(x->in, e->name, &found);
    if (v.type == TYPE_ERROR)
        return v;
    return value_bool(value_same(&v, &e->value));
}

static struct expr_value eval_key_is_not(const struct expr *e, struct eval *x)
{
    struct expr_value v = eval_key_is(e, x);
    if (v.type != TYPE_ERROR)
        v.boolean = !v.boolean;
    return v;
}

static bool is_literal_string(const struct expr *e)
{
    return e->form == FORM_LITERAL && e->value.type == TYPE_STRING && e->value.string.len;
}

void node_shorten(struct expr *e)
{
    bool key = e->n && is_literal_string(e->arg[0]), plain = key && e->arg[0]->value.string.at[0] != '$';
    if (e->n == 1 && key && e->eval == eval_get)
        e->eval = eval_get_key;
    else if (e->n == 1 && key && (e->eval == eval_has || (plain && e->eval == eval_filter_has)))
        e->eval = eval_has_key;
    else if (e->n == 2 && plain && e->eval == eval_filter_compare && strcmp(e->op->name, "filter-==") == 0 &&
             e->arg[1]->form == FORM_LITERAL)
        e->eval = eval_key_is;
    else
        return;
    e->name = e->arg[0]->value.string;
    e->value = e->n == 2 ? e->arg[1]->value : e->value;
}

void comparison_shorten(struct expr *e)
{
    const struct comparison *how = e->more;
    bool equal = how->op[0] == '=', unequal = how->op[0] == '!';
    if (e->n != 2 || !(equal || unequal) || e->arg[0]->eval != eval_get_key || e->arg[1]->form != FORM_LITERAL)
        return;
    e->eval = equal ? eval_key_is : eval_key_is_not;
    e->name = e->arg[0]->name;
    e->value = e->arg[1]->value;
}

static struct expr_value eval_feature_state(const struct expr *e, struct eval *x)
{
    EVAL_AS(key, 0, TYPE_STRING);
    return value_of_json(json_get(x->in->feature_state, key.string), x->in->arena);
}

struct expr_value eval_global_state(const struct expr *e, struct eval *x)
{
    return value_of_json(json_get(x->in->globals, e->name), x->in->arena);
}

static struct expr_value eval_properties(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return (struct expr_value){.type = TYPE_OBJECT, .object = x->in->properties};
}

static struct str geometry_name(const struct eval *x)
{
    switch (x->in->feature ? x->in->feature->shape.kind : SHAPE_NONE) {
    case SHAPE_POINTS:
        return S("Point");
    case SHAPE_LINES:
        return S("LineString");
    case SHAPE_POLYGONS:
        return S("Polygon");
    default:
        return S("Unknown");
    }
}

static struct expr_value eval_geometry_type(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return value_str(geometry_name(x));
}

static struct expr_value eval_id(const struct expr *e __attribute__((unused)), struct eval *x)
{
    if (x->in->id)
        return value_of_json(x->in->id, x->in->arena);
    return x->in->feature && x->in->feature->has_id ? value_number((double)x->in->feature->id) : value_null();
}

static struct expr_value eval_zoom(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return value_number(x->in->zoom);
}

static struct expr_value eval_density(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return value_number(x->in->heatmap_density);
}

static struct expr_value eval_progress(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return value_number(x->in->line_progress);
}

/* There is no relief here. */
static struct expr_value eval_sea_level(const struct expr *e __attribute__((unused)), struct eval *x __attribute__((unused)))
{
    return value_number(0);
}

static struct expr_value eval_accumulated(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return x->in->accumulated ? *x->in->accumulated : value_null();
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

static struct expr_value eval_typeof(const struct expr *e, struct eval *x)
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

static struct expr_value eval_to_rgba(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_COLOR);
    struct expr_array *out = eval_array(x, 4);
    if (!out)
        return no_memory(x, e);
    struct rgba c = color_straight(v.color);
    out->at[0] = value_number(c.r * 255);
    out->at[1] = value_number(c.g * 255);
    out->at[2] = value_number(c.b * 255);
    out->at[3] = value_number(c.a);
    return (struct expr_value){.type = TYPE_ARRAY, .array = out};
}

static struct expr_value eval_rgba(const struct expr *e, struct eval *x)
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

static struct expr_value eval_error(const struct expr *e, struct eval *x)
{
    EVAL_AS(text, 0, TYPE_STRING);
    return eval_fail(x, e, "%.*s", STR_ARG(text.string));
}

struct expr_value eval_semiliteral(const struct expr *e, struct eval *x)
{
    struct expr_array *out = eval_array(x, e->n);
    if (!out)
        return no_memory(x, e);
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL(v, i);
        out->at[i] = v;
    }
    return (struct expr_value){.type = TYPE_ARRAY, .array = out};
}

/* ---- numbers ---- */

static struct expr_value eval_unary(const struct expr *e, struct eval *x)
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

static struct expr_value eval_two(const struct expr *e, struct eval *x)
{
    EVAL_AS(a, 0, TYPE_NUMBER);
    if (e->n == 1)
        return value_number(-a.number);
    EVAL_AS(b, 1, TYPE_NUMBER);
    return value_number(two(e->op->name[0], a.number, b.number));
}

static struct expr_value eval_sum(const struct expr *e, struct eval *x)
{
    bool product = e->op->name[0] == '*';
    double total = product;
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL_AS(v, i, TYPE_NUMBER);
        total = product ? total * v.number : total + v.number;
    }
    return value_number(total);
}

static struct expr_value eval_extreme(const struct expr *e, struct eval *x)
{
    bool most = e->op->name[1] == 'a';
    double out = most ? -INFINITY : INFINITY;
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL_AS(v, i, TYPE_NUMBER);
        out = isnan(v.number) ? v.number : most ? fmax(out, v.number) : fmin(out, v.number);
    }
    return value_number(out);
}

static struct expr_value eval_number_constant(const struct expr *e, struct eval *x __attribute__((unused)))
{
    return value_number(e->op->name[0] == 'p' ? M_PI : e->op->name[0] == 'e' ? M_E : M_LN2);
}

/* ---- deciding ---- */

static struct expr_value eval_all(const struct expr *e, struct eval *x)
{
    bool all = e->op->name[1] == 'l';
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL_AS(v, i, TYPE_BOOLEAN);
        if (v.boolean != all)
            return v;
    }
    return value_bool(all);
}

static struct expr_value eval_not(const struct expr *e, struct eval *x)
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

static bool image_is_there(const struct expr_input *in, struct str name)
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

/* ---- curves ---- */

/* The last stop at or below v; -1 before the first. */
static ptrdiff_t stop_below(const struct curve *c, double v)
{
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c->label[mid] <= v)
            low = mid + 1;
        else
            high = mid;
    }
    return (ptrdiff_t)low - 1;
}

struct expr_value eval_step(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_NUMBER);
    if (isnan(v.number))
        return eval_fail(x, e, "Input is not a number.");
    ptrdiff_t i = stop_below(e->more, v.number);
    return eval_run(e->arg[1 + MAX(i, 0)], x);
}

static double bezier_at(double p1, double p2, double t)
{
    double c = 3 * p1, b = 3 * (p2 - p1) - c, a = 1 - c - b;
    return ((a * t + b) * t + c) * t;
}

/* y at x of the curve from (0,0) to (1,1); x grows with t, so halving finds it. */
static double bezier_solve(const double p[4], double x)
{
    double low = 0, high = 1;
    for (int i = 0; i < 48; i++) {
        double t = (low + high) / 2, at = bezier_at(p[0], p[2], t);
        if (at == x)
            return bezier_at(p[1], p[3], t);
        if (at < x)
            low = t;
        else
            high = t;
    }
    return bezier_at(p[1], p[3], (low + high) / 2);
}

/* How far v is from stop i to the next, 0 to 1. */
static double curve_share(const struct curve *c, double v, size_t i)
{
    double progress = v - c->label[i], all = c->label[i + 1] - c->label[i];
    if (c->shape == CURVE_BEZIER)
        return bezier_solve(c->bezier, progress / all);
    return c->base == 1 ? progress / all : (pow(c->base, progress) - 1) / c->growth[i];
}

struct expr_value eval_interpolate(const struct expr *e, struct eval *x)
{
    const struct curve *c = e->more;
    EVAL_AS(v, 0, TYPE_NUMBER);
    if (isnan(v.number))
        return eval_fail(x, e, "Input is not a number.");
    ptrdiff_t i = stop_below(c, v.number);
    if (i < 0 || (size_t)i + 1 >= c->n)
        return eval_run(e->arg[1 + MAX(i, 0)], x);
    double t = curve_share(c, v.number, (size_t)i);
    if (t == 0 && e->kind.type != TYPE_PROJECTION)
        return eval_run(e->arg[1 + i], x);
    EVAL(a, 1 + i);
    if (t == 0)
        return a;
    EVAL(b, 2 + i);
    return value_mix(&a, &b, t, e->kind.type, c->space, x, e);
}

struct expr_value eval_let(const struct expr *e, struct eval *x)
{
    return eval_run(e->arg[e->n - 1], x);
}

struct expr_value eval_var(const struct expr *e, struct eval *x)
{
    return eval_run(e->arg[0], x);
}

/* ---- comparing ---- */

enum { COLLATE_CASE = 1, COLLATE_ACCENTS = 2 };

struct expr_value eval_collator(const struct expr *e, struct eval *x)
{
    int flags = 0;
    for (uint32_t i = 0; i < 2; i++) {
        if (!e->arg[i])
            continue;
        EVAL_AS(v, i, TYPE_BOOLEAN);
        flags |= v.boolean ? (i == 0 ? COLLATE_CASE : COLLATE_ACCENTS) : 0;
    }
    return (struct expr_value){.type = TYPE_COLLATOR, .number = flags};
}

/* There is one order, the root's: by letters, then accents, then small before capital. */
static struct expr_value eval_locale(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_COLLATOR);
    return value_str(S("und"));
}

static uint32_t rune_lower(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
        return c + 32;
    if (c >= 0x400 && c <= 0x40F)
        return c + 80;
    if (c == 0x178)
        return 0xFF;
    bool odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    bool even = (c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14A && c <= 0x177) || (c >= 0x460 && c <= 0x52F) ||
                (c >= 0x1E00 && c <= 0x1EFF && !(c >= 0x1E96 && c <= 0x1E9F));
    return (odd && c % 2) || (even && c % 2 == 0) ? c + 1 : c;
}

static uint32_t rune_upper(uint32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7) || (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2) ||
        (c >= 0x430 && c <= 0x44F))
        return c - 32;
    if (c >= 0x450 && c <= 0x45F)
        return c - 80;
    if (c == 0xFF)
        return 0x178;
    return c > 0xFF && rune_lower(c - 1) == c ? c - 1 : c;
}

static int collate(struct eval *x, struct str a, struct str b, int flags)
{
    int order = str_cmp(str_fold(x->in->arena, a), str_fold(x->in->arena, b));
    if (order)
        return order;
    int by_accent = 0, by_case = 0;
    for (size_t i = 0, j = 0; i < a.len && j < b.len;) {
        uint32_t p = str_rune(a, &i), q = str_rune(b, &j), pl = rune_lower(p), ql = rune_lower(q);
        if (!by_accent)
            by_accent = (pl > ql) - (pl < ql);
        if (!by_case)
            by_case = (p != pl) - (q != ql);
    }
    if ((flags & COLLATE_ACCENTS) && by_accent)
        return by_accent;
    return flags & COLLATE_CASE ? by_case : 0;
}

static bool decided(const char *op, int order)
{
    switch (op[0]) {
    case '<':
        return op[1] ? order <= 0 : order < 0;
    case '>':
        return op[1] ? order >= 0 : order > 0;
    case '!':
        return order != 0;
    default:
        return order == 0;
    }
}

struct expr_value eval_comparison(const struct expr *e, struct eval *x)
{
    const struct comparison *how = e->more;
    const char *op = how->op;
    bool by_order = op[0] == '<' || op[0] == '>';
    char room[64], other[64];
    EVAL(a, 0);
    EVAL(b, 1);
    if (by_order && (a.type != b.type || (a.type != TYPE_STRING && a.type != TYPE_NUMBER)))
        return !x->why ? FAILED
                       : eval_fail(x, e, "Expected arguments for \"%s\" to be (string, string) or (number, number), but found "
                                         "(%.*s, %.*s) instead.", op, STR_ARG(kind_text(KIND(a.type), room)),
                             STR_ARG(kind_text(KIND(b.type), other)));
    bool strings = a.type == TYPE_STRING && b.type == TYPE_STRING;
    if (e->n == 3 && strings && x->in->arena) {
        EVAL_AS(collator, 2, TYPE_COLLATOR);
        return value_bool(decided(op, collate(x, a.string, b.string, (int)collator.number)));
    }
    if (!by_order)
        return value_bool(value_same(&a, &b) == (op[0] == '='));
    if (strings)
        return value_bool(decided(op, str_cmp(a.string, b.string)));
    if (isnan(a.number) || isnan(b.number))
        return value_bool(false);
    return value_bool(decided(op, (a.number > b.number) - (a.number < b.number)));
}

/* ---- strings and arrays ---- */

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
        return no_memory(x, e);
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

static struct expr_value eval_letters(const struct expr *e, struct eval *x)
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

static struct expr_value eval_concat(const struct expr *e, struct eval *x)
{
    AUTO(buf) text = {0};
    for (uint32_t i = 0; i < e->n; i++) {
        EVAL(v, i);
        value_text(&text, &v);
    }
    return eval_text(x, e, &text);
}

static struct expr_value eval_join(const struct expr *e, struct eval *x)
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

static struct expr_value eval_split(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_STRING);
    EVAL_AS(between, 1, TYPE_STRING);
    size_t n = between.string.len ? 1 : str_runes(v.string);
    if (between.string.len)
        for (struct str rest = v.string; str_has(rest, between.string); n++)
            rest = str_slice(rest, str_find(rest, between.string) + between.string.len, rest.len);
    struct expr_array *out = eval_array(x, n);
    if (!out)
        return no_memory(x, e);
    struct str rest = v.string;
    for (size_t i = 0; i < n; i++) {
        struct str piece = next_piece(rest, between.string);
        out->at[i] = value_str(piece);
        rest = str_slice(rest, piece.len + between.string.len, rest.len);
    }
    return (struct expr_value){.type = TYPE_ARRAY, .array = out};
}

static struct expr_value eval_true(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_STRING);
    return value_bool(true);
}

/* ---- texts of several pieces, images, numbers for people ---- */

struct expr_value eval_image(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_STRING);
    return (struct expr_value){.type = TYPE_IMAGE, .string = v.string};
}

static struct expr_value eval_fonts(const struct expr *e, uint32_t i, struct eval *x)
{
    EVAL_AS(v, i, TYPE_ARRAY);
    if (v.array->n == 1)
        return v.array->at[0];
    AUTO(buf) text = {0};
    for (size_t k = 0; k < v.array->n; k++) {
        buf_add(&text, k ? S(",") : S(""));
        value_text(&text, &v.array->at[k]);
    }
    return eval_text(x, e, &text);
}

/* The five arguments of a section; TYPE_ERROR if one fails, else null. */
static struct expr_value eval_section(const struct expr *e, uint32_t first, struct eval *x, struct expr_section *out)
{
    EVAL(content, first);
    *out = (struct expr_section){.text = S(""), .image = S(""), .font = S(""), .vertical_align = S(""), .scale = 1};
    if (e->arg[first + 4]) {
        EVAL_AS(align, first + 4, TYPE_STRING);
        out->vertical_align = align.string;
    }
    if (content.type == TYPE_IMAGE) {
        out->image = content.string;
        return value_null();
    }
    struct expr_value text = value_coerce(&content, TYPE_STRING, x, e);
    if (text.type == TYPE_ERROR)
        return text;
    out->text = text.string;
    if (e->arg[first + 1]) {
        EVAL_AS(scale, first + 1, TYPE_NUMBER);
        out->scale = scale.number;
        out->has_scale = true;
    }
    if (e->arg[first + 2]) {
        struct expr_value font = eval_fonts(e, first + 2, x);
        if (font.type == TYPE_ERROR)
            return font;
        out->font = font.string;
    }
    if (e->arg[first + 3]) {
        EVAL_AS(color, first + 3, TYPE_COLOR);
        out->color = color.color;
        out->has_color = true;
    }
    return value_null();
}

struct expr_value eval_format(const struct expr *e, struct eval *x)
{
    struct expr_formatted *out = x->in->arena ? ARENA_NEW(x->in->arena, struct expr_formatted) : NULL;
    if (!out || !(out->at = ARENA_ARRAY(x->in->arena, struct expr_section, e->n / 5)))
        return no_memory(x, e);
    out->n = e->n / 5;
    for (uint32_t i = 0; i < out->n; i++) {
        struct expr_value v = eval_section(e, 5 * i, x, &out->at[i]);
        if (v.type == TYPE_ERROR)
            return v;
    }
    return (struct expr_value){.type = TYPE_FORMATTED, .formatted = out};
}

struct number_style {
    struct str group, point;
    bool unit_behind;
};

static struct number_style number_style_of(struct str locale)
{
    if (str_starts(locale, S("fr")))
        return (struct number_style){S("\u202F"), S(","), true};
    if (str_starts(locale, S("de")) || str_starts(locale, S("es")) || str_starts(locale, S("it")))
        return (struct number_style){S("."), S(","), true};
    return (struct number_style){S(","), S("."), false};
}

static void grouped(struct buf *out, double v, int least, int most, const struct number_style *style)
{
    AUTO(buf) plain = {0};
    buf_fixed(&plain, fabs(v), most);
    struct str s = buf_str(&plain), whole = str_slice(s, 0, str_find(s, S("."))), part = str_slice(s, whole.len + 1, s.len);
    if (v < 0 && !str_eq(s, S("0")))
        buf_char(out, '-');
    for (size_t i = 0; i < whole.len; i++) {
        if (i && (whole.len - i) % 3 == 0)
            buf_add(out, style->group);
        buf_char(out, whole.at[i]);
    }
    if (part.len || least > 0)
        buf_add(out, style->point);
    buf_add(out, part);
    for (int i = (int)part.len; i < least; i++)
        buf_char(out, '0');
}

static struct str named(const char *const (*table)[2], size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_of(table[i][0]), name))
            return str_of(table[i][1]);
    return (struct str){0};
}

static const char *const CURRENCIES[][2] = {{"EUR", "€"}, {"USD", "$"}, {"GBP", "£"}, {"JPY", "¥"}, {"INR", "₹"}, {"KRW", "₩"},
    {"CNY", "CN¥"}, {"CAD", "CA$"}, {"AUD", "A$"}, {"BRL", "R$"}, {"MXN", "MX$"}, {"NZD", "NZ$"}};
/* As ECMA-402 writes units shortly in English. */
static const char *const UNITS[][2] = {{"meter", " m"}, {"kilometer", " km"}, {"centimeter", " cm"}, {"millimeter", " mm"},
    {"mile", " mi"}, {"foot", " ft"}, {"inch", " in"}, {"yard", " yd"}, {"celsius", "°C"}, {"fahrenheit", "°F"}, {"percent", "%"},
    {"degree", " deg"}, {"liter", " L"}, {"gram", " g"}, {"kilogram", " kg"}, {"bit", " bit"}, {"byte", " byte"},
    {"kilobyte", " kB"}, {"megabyte", " MB"}, {"gigabyte", " GB"}, {"second", " sec"}, {"minute", " min"}, {"hour", " hr"},
    {"kilometer-per-hour", " km/h"}, {"mile-per-hour", " mph"}, {"hectare", " ha"}, {"acre", " ac"}};

struct expr_value eval_number_format(const struct expr *e, struct eval *x)
{
    struct str text[4] = {[1] = S("en")};
    double digits[2] = {NAN, NAN};
    EVAL_AS(v, 0, TYPE_NUMBER);
    for (uint32_t i = 1; i < 6; i++) {
        if (!e->arg[i])
            continue;
        EVAL(option, i);
        if (i < 4 && option.type == TYPE_STRING)
            text[i] = option.string;
        else if (i >= 4 && option.type == TYPE_NUMBER)
            digits[i - 4] = CLAMP(option.number, 0, 20);
    }
    struct number_style style = number_style_of(text[1]);
    struct str currency = text[2], unit = named(UNITS, COUNT(UNITS), text[3]);
    int usual = !currency.len ? 3 : str_eq(currency, S("JPY")) || str_eq(currency, S("KRW")) ? 0 : 2;
    int least = isnan(digits[0]) ? (currency.len ? usual : 0) : (int)digits[0];
    int most = isnan(digits[1]) ? MAX(usual, least) : (int)digits[1];
    struct str sign = named(CURRENCIES, COUNT(CURRENCIES), currency);
    AUTO(buf) out = {0};
    if (currency.len && !style.unit_behind) {
        buf_add(&out, v.number < 0 ? S("-") : S(""));
        buf_add(&out, sign.len ? sign : currency);
        buf_add(&out, sign.len ? S("") : S("\u00A0"));
        v.number = fabs(v.number);
    }
    grouped(&out, v.number, MIN(least, most), most, &style);
    if (currency.len && style.unit_behind) {
        buf_add(&out, S("\u00A0"));
        buf_add(&out, sign.len ? sign : currency);
    }
    buf_add(&out, unit.at ? unit : S(""));
    return eval_text(x, e, &out);
}

/* ---- round a whole property ---- */

/* A function of before expressions: what fails, or is nothing, is the default. */
struct expr_value eval_or_else(const struct expr *e, struct eval *x)
{
    struct eval inner = {.in = x->in, .steps = x->steps};
    struct expr_value v = eval_run(e->arg[0], &inner);
    x->steps = inner.steps;
    return v.type == TYPE_ERROR || v.type == TYPE_NULL ? e->arg[1]->value : v;
}

/* A property with a list of values. */
struct expr_value eval_enum(const struct expr *e, struct eval *x)
{
    EVAL(v, 0);
    struct expr_array one = {1, &v};
    const struct expr_array *all = v.type == TYPE_ARRAY ? v.array : &one;
    for (size_t i = 0; i < all->n && x->why; i++)
        if (all->at[i].type == TYPE_STRING && !str_list_has(e->name, '|', all->at[i].string))
            return eval_fail(x, e, "Expected value to be one of %.*s, but found \"%.*s\" instead.", STR_ARG(e->name),
                STR_ARG(all->at[i].string));
    for (size_t i = 0; i < all->n; i++)
        if (all->at[i].type == TYPE_STRING && !str_list_has(e->name, '|', all->at[i].string))
            return FAILED;
    return v;
}

static void resolve(struct buf *out, struct str s, struct eval *x)
{
    while (s.len) {
        size_t open = str_find(s, S("{")), close = str_find(s, S("}"));
        if (open == SIZE_MAX || close == SIZE_MAX || close < open) {
            buf_add(out, s);
            return;
        }
        bool found;
        buf_add(out, str_slice(s, 0, open));
        struct expr_value v = feature_property(x->in, str_slice(s, open + 1, close), &found);
        if (v.type != TYPE_ERROR)
            value_text(out, &v);
        s = str_slice(s, close + 1, s.len);
    }
}

struct expr_value eval_tokens(const struct expr *e, struct eval *x)
{
    EVAL(v, 0);
    AUTO(buf) text = {0};
    AUTO(buf) written = {0};
    value_text(&written, &v);
    resolve(&text, buf_str(&written), x);
    struct expr_value out = eval_text(x, e, &text);
    return out.type == TYPE_ERROR ? out : value_coerce(&out, v.type, x, e);
}

/* ---- legacy filters: ["filter-<", key, value] and so on; see expr_legacy.c ---- */

/* The property a legacy filter names, with $type and $id; found false when the feature has none. */
static struct expr_value filter_subject(const struct expr *e, struct eval *x, bool *found)
{
    EVAL_AS(key, 0, TYPE_STRING);
    if (!key.string.len || key.string.at[0] != '$')
        return feature_property(x->in, key.string, found);
    if (str_eq(key.string, S("$type"))) {
        *found = true;
        return value_str(geometry_name(x));
    }
    if (str_eq(key.string, S("$id"))) {
        struct expr_value v = eval_id(e, x);
        *found = v.type != TYPE_NULL;
        return v;
    }
    return feature_property(x->in, key.string, found);
}

static struct expr_value eval_filter_has(const struct expr *e, struct eval *x)
{
    bool found = false;
    filter_subject(e, x, &found);
    return value_bool(found);
}

static struct expr_value eval_filter_compare(const struct expr *e, struct eval *x)
{
    bool found = false;
    const char *op = e->op->name + sizeof "filter-" - 1;
    struct expr_value a = filter_subject(e, x, &found);
    EVAL(b, 1);
    if (op[0] == '=')
        return value_bool(value_same(&a, &b));
    if (a.type != b.type || (a.type != TYPE_NUMBER && a.type != TYPE_STRING))
        return value_bool(false);
    if (a.type == TYPE_STRING)
        return value_bool(decided(op, str_cmp(a.string, b.string)));
    return value_bool(decided(op, (a.number > b.number) - (a.number < b.number)));
}

static struct expr_value eval_filter_in(const struct expr *e, struct eval *x)
{
    bool found = false;
    struct expr_value v = filter_subject(e, x, &found);
    for (uint32_t i = 1; i < e->n; i++) {
        EVAL(item, i);
        if (value_same(&v, &item))
            return value_bool(true);
    }
    return value_bool(false);
}

/* ---- values out ---- */

static double tidy(double v)
{
    return fabs(v) < 1e-200 ? 0 : v;
}

/* A colour inside another value is an object; alone it is an array. */
static void write_color_object(struct json_writer *w, struct rgba c)
{
    static const char *const KEYS[] = {"r", "g", "b", "a"};
    const double v[] = {tidy(c.r), tidy(c.g), tidy(c.b), c.a};
    json_open(w, '{');
    for (size_t i = 0; i < 4; i++) {
        json_key(w, KEYS[i]);
        json_put_number(w, v[i]);
    }
    json_close(w, '}');
}

static void write_section(struct json_writer *w, const struct expr_section *s, const struct expr_input *in)
{
    json_open(w, '{');
    json_key(w, "text");
    json_put_str(w, s->text);
    json_key(w, "image");
    if (s->image.len) {
        struct expr_value image = {.type = TYPE_IMAGE, .string = s->image};
        expr_value_write(w, &image, in);
    } else {
        json_put_null(w);
    }
    json_key(w, "scale");
    if (s->has_scale)
        json_put_number(w, s->scale);
    else
        json_put_null(w);
    json_key(w, "fontStack");
    if (s->font.len)
        json_put_str(w, s->font);
    else
        json_put_null(w);
    json_key(w, "textColor");
    if (s->has_color)
        write_color_object(w, s->color);
    else
        json_put_null(w);
    json_key(w, "verticalAlign");
    if (s->vertical_align.len)
        json_put_str(w, s->vertical_align);
    else
        json_put_null(w);
    json_close(w, '}');
}

static void write_items(struct json_writer *w, const struct expr_array *a, const struct expr_input *in)
{
    json_open(w, '[');
    for (size_t i = 0; i < a->n; i++)
        if (a->at[i].type == TYPE_COLOR)
            write_color_object(w, a->at[i].color);
        else
            expr_value_write(w, &a->at[i], in);
    json_close(w, ']');
}

static void write_projection(struct json_writer *w, const struct expr_array *a, const struct expr_input *in)
{
    static const char *const KEYS[] = {"from", "to", "transition"};
    json_open(w, '{');
    for (size_t i = 0; i < a->n && i < 3; i++) {
        json_key(w, KEYS[i]);
        expr_value_write(w, &a->at[i], in);
    }
    json_close(w, '}');
}

void expr_value_write(struct json_writer *w, const struct expr_value *v, const struct expr_input *in)
{
    switch (v->type) {
    case TYPE_NUMBER:
        json_put_number(w, v->number);
        break;
    case TYPE_STRING:
        json_put_str(w, v->string);
        break;
    case TYPE_BOOLEAN:
        json_put_bool(w, v->boolean);
        break;
    case TYPE_COLOR:
        json_open(w, '[');
        json_put_number(w, tidy(v->color.r));
        json_put_number(w, tidy(v->color.g));
        json_put_number(w, tidy(v->color.b));
        json_put_number(w, v->color.a);
        json_close(w, ']');
        break;
    case TYPE_ARRAY:
        write_items(w, v->array, in);
        break;
    case TYPE_PADDING:
    case TYPE_NUMBER_ARRAY:
    case TYPE_COLOR_ARRAY:
    case TYPE_ANCHOR_OFFSETS:
        json_open(w, '{');
        json_key(w, "values");
        write_items(w, v->array, in);
        json_close(w, '}');
        break;
    case TYPE_PROJECTION:
        write_projection(w, v->array, in);
        break;
    case TYPE_OBJECT:
        if (v->object) {
            AUTO(buf) text = {0};
            json_write(&text, v->object);
            json_put_raw(w, buf_str(&text));
        } else {
            json_open(w, '{');
            json_close(w, '}');
        }
        break;
    case TYPE_IMAGE:
        json_open(w, '{');
        json_key(w, "name");
        json_put_str(w, v->string);
        json_key(w, "available");
        json_put_bool(w, image_is_there(in, v->string));
        json_close(w, '}');
        break;
    case TYPE_FORMATTED:
        json_open(w, '{');
        json_key(w, "sections");
        json_open(w, '[');
        for (size_t i = 0; i < v->formatted->n; i++)
            write_section(w, &v->formatted->at[i], in);
        json_close(w, ']');
        json_close(w, '}');
        break;
    default:
        json_put_null(w);
    }
}

/* ---- the table ---- */

#define FEATURE USES_FEATURE
#define MATHS(name, fn) {name, read_compound, eval_unary, "n", "n", 0, fn}
#define FORM(name, read) {name, read, NULL, NULL, NULL, 0, NULL}

const struct operation EXPR_OPERATIONS[] = {
    {"get", read_compound, eval_get, "v", "s|so", FEATURE, NULL},
    {"has", read_compound, eval_has, "b", "s|so", FEATURE, NULL},
    {"zoom", read_compound, eval_zoom, "n", "", USES_ZOOM, NULL},
    {"properties", read_compound, eval_properties, "o", "", FEATURE, NULL},
    {"geometry-type", read_compound, eval_geometry_type, "s", "", FEATURE, NULL},
    {"id", read_compound, eval_id, "v", "", FEATURE, NULL},
    {"feature-state", read_compound, eval_feature_state, "v", "s", FEATURE, NULL},
    {"heatmap-density", read_compound, eval_density, "n", "", USES_OTHER, NULL},
    {"line-progress", read_compound, eval_progress, "n", "", USES_OTHER, NULL},
    {"elevation", read_compound, eval_sea_level, "n", "", USES_OTHER, NULL},
    {"accumulated", read_compound, eval_accumulated, "v", "", USES_OTHER, NULL},
    {"error", read_compound, eval_error, "e", "s", 0, NULL},
    {"typeof", read_compound, eval_typeof, "s", "v", 0, NULL},
    {"to-rgba", read_compound, eval_to_rgba, "4", "c", 0, NULL},
    {"rgb", read_compound, eval_rgba, "c", "nnn", 0, NULL},
    {"rgba", read_compound, eval_rgba, "c", "nnnn", 0, NULL},
    {"+", read_compound, eval_sum, "n", "n*", 0, NULL},
    {"*", read_compound, eval_sum, "n", "n*", 0, NULL},
    {"-", read_compound, eval_two, "n", "nn|n", 0, NULL},
    {"/", read_compound, eval_two, "n", "nn", 0, NULL},
    {"%", read_compound, eval_two, "n", "nn", 0, NULL},
    {"^", read_compound, eval_two, "n", "nn", 0, NULL},
    {"min", read_compound, eval_extreme, "n", "n*", 0, NULL},
    {"max", read_compound, eval_extreme, "n", "n*", 0, NULL},
    {"ln2", read_compound, eval_number_constant, "n", "", 0, NULL},
    {"pi", read_compound, eval_number_constant, "n", "", 0, NULL},
    {"e", read_compound, eval_number_constant, "n", "", 0, NULL},
    MATHS("sqrt", sqrt), MATHS("log10", log10), MATHS("ln", log), MATHS("log2", log2), MATHS("sin", sin), MATHS("cos", cos),
    MATHS("tan", tan), MATHS("asin", asin), MATHS("acos", acos), MATHS("atan", atan), MATHS("abs", fabs), MATHS("round", round),
    MATHS("floor", floor), MATHS("ceil", ceil),
    {"all", read_compound, eval_all, "b", "bb|b*", 0, NULL},
    {"any", read_compound, eval_all, "b", "bb|b*", 0, NULL},
    {"!", read_compound, eval_not, "b", "b", 0, NULL},
    {"is-supported-script", read_compound, eval_true, "b", "s", USES_OTHER, NULL},
    {"upcase", read_compound, eval_letters, "s", "s", 0, NULL},
    {"downcase", read_compound, eval_letters, "s", "s", 0, NULL},
    {"concat", read_compound, eval_concat, "s", "v*", 0, NULL},
    {"resolved-locale", read_compound, eval_locale, "s", "k", 0, NULL},
    {"join", read_compound, eval_join, "s", "Ss", 0, NULL},
    {"split", read_compound, eval_split, "S", "ss", 0, NULL},
    {"filter-has", read_compound, eval_filter_has, "b", "s", FEATURE, NULL},
    {"filter-==", read_compound, eval_filter_compare, "b", "sv", FEATURE, NULL},
    {"filter-<", read_compound, eval_filter_compare, "b", "sv", FEATURE, NULL},
    {"filter->", read_compound, eval_filter_compare, "b", "sv", FEATURE, NULL},
    {"filter-<=", read_compound, eval_filter_compare, "b", "sv", FEATURE, NULL},
    {"filter->=", read_compound, eval_filter_compare, "b", "sv", FEATURE, NULL},
    {"filter-in", read_compound, eval_filter_in, "b", "v*", FEATURE, NULL},
    FORM("literal", read_literal), FORM("semiliteral", read_semiliteral), FORM("array", read_assertion),
    FORM("boolean", read_assertion), FORM("number", read_assertion), FORM("string", read_assertion),
    FORM("object", read_assertion), FORM("to-boolean", read_coercion), FORM("to-color", read_coercion),
    FORM("to-number", read_coercion), FORM("to-string", read_coercion), FORM("at", read_at), FORM("in", read_in),
    FORM("index-of", read_index_of), FORM("slice", read_slice), FORM("length", read_length), FORM("case", read_case),
    FORM("match", read_match), FORM("coalesce", read_coalesce), FORM("step", read_step), FORM("interpolate", read_interpolate),
    FORM("interpolate-hcl", read_interpolate), FORM("interpolate-lab", read_interpolate), FORM("let", read_let),
    FORM("var", read_var), FORM("==", read_comparison), FORM("!=", read_comparison), FORM("<", read_comparison),
    FORM(">", read_comparison), FORM("<=", read_comparison), FORM(">=", read_comparison), FORM("format", read_format),
    FORM("image", read_image), FORM("number-format", read_number_format), FORM("collator", read_collator),
    FORM("global-state", read_global_state), FORM("within", read_within), FORM("distance", read_distance),
};

const struct operation *operation_find(struct str name)
{
    for (size_t i = 0; i < COUNT(EXPR_OPERATIONS); i++)
        if (str_eq(str_of(EXPR_OPERATIONS[i].name), name))
            return &EXPR_OPERATIONS[i];
    return NULL;
}

const char *expr_operation(size_t i)
{
    return i < COUNT(EXPR_OPERATIONS) ? EXPR_OPERATIONS[i].name : NULL;
}
