/*
 * Reading expressions: the context, the rules of types, the table of operations, and the ways in. The special forms are
 * in expr_form.c, evaluation in expr_eval.c, values in expr_value.c, what came before expressions in expr_legacy.c.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "renderer/expr_node.h"

/* ---- problems ---- */

static const struct expr *note(const struct context *c, struct str path, const char *text)
{
    struct expr_problems *list = c->reader->problems;
    if (list->n < COUNT(list->at))
        list->at[list->n++] = (struct expr_problem){path, str_copy(c->reader->arena, str_of(text))};
    return NULL;
}

static struct str path_to(const struct context *c, int index)
{
    if (index < 0)
        return c->path;
    char text[ERR_TEXT_BYTES];
    int n = snprintf(text, sizeof text, "%.*s[%d]", STR_ARG(c->path), index);
    return str_copy(c->reader->arena, str_from(text, (size_t)CLAMP(n, 0, (int)sizeof text - 1)));
}

const struct expr *problem(const struct context *c, int index, const char *format, ...)
{
    char text[ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return note(c, path_to(c, index), text);
}

const struct expr *problem_deep(const struct context *c, int index, int inner, const char *format, ...)
{
    char text[ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct context at = *c;
    at.path = path_to(c, index);
    return note(c, path_to(&at, inner), text);
}

static const struct expr *misfit(const struct context *c, int index, struct kind expected, struct kind actual)
{
    char wanted[64], found[64];
    return problem(c, index, "Expected %.*s but found %.*s instead.", STR_ARG(kind_text(expected, wanted)),
        STR_ARG(kind_text(actual, found)));
}

/* ---- nodes ---- */

struct expr *node_new(const struct context *c, eval_fn *eval, struct kind kind, size_t n)
{
    struct expr *e = ARENA_NEW(c->reader->arena, struct expr);
    const struct expr **arg = ARENA_ARRAY(c->reader->arena, const struct expr *, MAX(n, 1));
    if (!e || !arg) {
        c->reader->full = true;
        problem(c, -1, "The expression needs too much memory.");
        return NULL;
    }
    *e = (struct expr){.eval = eval, .kind = kind, .path = c->path, .n = (uint32_t)n, .arg = arg};
    return e;
}

const struct expr *node_done(struct expr *e)
{
    for (uint32_t i = 0; i < e->n; i++)
        e->uses |= e->arg[i] ? e->arg[i]->uses : 0;
    return e;
}

static struct expr_value keep_strings(struct expr_value v, struct arena *a)
{
    if (v.type == TYPE_STRING || v.type == TYPE_IMAGE)
        v.string = str_copy(a, v.string);
    if (v.type == TYPE_ARRAY)
        for (size_t i = 0; i < v.array->n; i++)
            v.array->at[i] = keep_strings(v.array->at[i], a);
    return v;
}

const struct expr *node_literal(const struct context *c, struct expr_value v, struct kind kind)
{
    struct expr *e = node_new(c, eval_literal, kind, 0);
    if (!e)
        return NULL;
    e->form = FORM_LITERAL;
    e->value = keep_strings(v, c->reader->arena);
    return e;
}

const struct expr *node_annotation(const struct context *c, const struct expr *inner, struct kind kind, bool coerce)
{
    struct expr *e = node_new(c, coerce ? eval_coercion : eval_assertion, kind, 1);
    if (!e)
        return NULL;
    e->form = FORM_ANNOTATION;
    e->arg[0] = inner;
    return node_done(e);
}

/* ---- one child ---- */

static bool is_constant(const struct expr *e)
{
    if (e->form == FORM_LITERAL)
        return true;
    if (e->form == FORM_VAR)
        return is_constant(e->arg[0]);
    if (e->never_constant || e->uses)
        return false;
    for (uint32_t i = 0; i < e->n; i++)
        if (e->arg[i] && !(e->form == FORM_ANNOTATION ? is_constant(e->arg[i]) : e->arg[i]->form == FORM_LITERAL))
            return false;
    return true;
}

/* Evaluated now, once for all. */
static const struct expr *fold(const struct context *c, const struct expr *e)
{
    if (e->form == FORM_LITERAL || e->kind.type == TYPE_IMAGE || !is_constant(e))
        return e;
    struct err why = {0};
    struct expr_input nothing = {.arena = c->reader->arena};
    struct eval x = {.in = &nothing, .why = &why};
    struct expr_value v = e->eval(e, &x);
    if (v.type != TYPE_ERROR)
        return node_literal(c, v, e->kind);
    return problem(c, -1, "%s", why.text);
}

static const struct expr *fit(const struct context *c, const struct expr *e, enum annotate how)
{
    enum expr_type wanted = c->expected.type, got = e->kind.type;
    bool assert_it = got == TYPE_VALUE && (wanted == TYPE_STRING || wanted == TYPE_NUMBER || wanted == TYPE_BOOLEAN ||
                                              wanted == TYPE_OBJECT || wanted == TYPE_ARRAY);
    bool coerce_it = false;
    switch (wanted) {
    case TYPE_PROJECTION:
        coerce_it = got == TYPE_VALUE || got == TYPE_STRING || got == TYPE_ARRAY;
        break;
    case TYPE_COLOR:
    case TYPE_FORMATTED:
    case TYPE_IMAGE:
        coerce_it = got == TYPE_VALUE || got == TYPE_STRING;
        break;
    case TYPE_PADDING:
    case TYPE_NUMBER_ARRAY:
        coerce_it = got == TYPE_VALUE || got == TYPE_NUMBER || got == TYPE_ARRAY;
        break;
    case TYPE_COLOR_ARRAY:
        coerce_it = got == TYPE_VALUE || got == TYPE_STRING || got == TYPE_ARRAY;
        break;
    case TYPE_ANCHOR_OFFSETS:
        coerce_it = got == TYPE_VALUE || got == TYPE_ARRAY;
        break;
    default:
        break;
    }
    if (assert_it || coerce_it) {
        if (how == ANNOTATE_DEFAULT)
            how = coerce_it ? ANNOTATE_COERCE : ANNOTATE_ASSERT;
        return how == ANNOTATE_OMIT ? e : node_annotation(c, e, c->expected, how == ANNOTATE_COERCE);
    }
    return kind_fits(c->expected, e->kind) ? e : misfit(c, -1, c->expected, e->kind);
}

static const struct expr *read_array(const struct context *c, const struct json *v)
{
    static const char WRAP[] = "If you wanted a literal array, use [\"literal\", [...]].";
    const struct json *first = json_at(v, 0);
    if (!json_size(v))
        return problem(c, -1, "Expected an array with at least one element. If you wanted a literal array, use [\"literal\", []].");
    if (json_kind(first) != JSON_STRING) {
        static const char *const NAMES[] = {"object", "boolean", "number", "string", "object", "object"};
        return problem(c, 0, "Expression name must be a string, but found %s instead. %s", NAMES[json_kind(first)], WRAP);
    }
    const struct operation *op = operation_find(json_string(first));
    if (!op)
        return problem(c, 0, "Unknown expression \"%.*s\". %s", STR_ARG(json_string(first)), WRAP);
    return op->read(c, v);
}

static const struct expr *read_here(const struct context *c, const struct json *v, enum annotate how)
{
    const struct expr *e = NULL;
    if (c->depth > EXPRESSION_DEPTH_MAX)
        return problem(c, -1, "Expressions may be nested %d deep.", EXPRESSION_DEPTH_MAX);
    if (++c->reader->steps > EXPRESSION_STEPS_MAX)
        return problem(c, -1, "An expression may have %d parts.", EXPRESSION_STEPS_MAX);
    switch (json_kind(v)) {
    case JSON_ARRAY:
        e = read_array(c, v);
        break;
    case JSON_OBJECT:
        return problem(c, -1, "Bare objects invalid. Use [\"literal\", {...}] instead.");
    default: {
        struct expr_value value = value_of_json(v, c->reader->arena);
        e = node_literal(c, value, kind_of_value(&value));
    }
    }
    if (e && c->expects)
        e = fit(c, e, how);
    return e ? fold(c, e) : NULL;
}

const struct expr *read_child_as(const struct context *c, const struct json *v, int index, const struct kind *expected,
    enum annotate how, const struct binding *scope)
{
    struct context in = {
        .reader = c->reader, .path = path_to(c, index), .depth = c->depth + (index >= 0), .scope = scope ? scope : c->scope};
    if (expected) {
        in.expects = true;
        in.expected = *expected;
    }
    return read_here(&in, v, how);
}

const struct expr *read_child(const struct context *c, const struct json *v, int index, const struct kind *expected)
{
    return read_child_as(c, v, index, expected, ANNOTATE_DEFAULT, NULL);
}

/* ---- operations with fixed types ---- */

/* "sv|b*": one way to call an operation after the other. */
struct way {
    const char *at;
    size_t n;
    bool any;
};

static bool next_way(const char **rest, struct way *out)
{
    if (!*rest)
        return false;
    const char *end = strchr(*rest, '|');
    *out = (struct way){*rest, end ? (size_t)(end - *rest) : strlen(*rest), false};
    out->any = out->n && out->at[out->n - 1] == '*';
    *rest = end ? end + 1 : NULL;
    return true;
}

static void way_text(struct buf *out, const struct way *way)
{
    char room[64];
    buf_char(out, '(');
    for (size_t i = 0; i < way->n - way->any; i++) {
        buf_add(out, i ? S(", ") : S(""));
        buf_add(out, kind_text(kind_of_letter(way->at[i]), room));
    }
    buf_add(out, way->any ? S("...)") : S(")"));
}

static bool read_way(const struct context *c, const struct json *args, const struct way *way, struct expr *e)
{
    size_t n = json_size(args) - 1;
    for (size_t i = 0; i < n; i++) {
        size_t letter = way->any ? 0 : i;
        struct kind kind = letter < way->n ? kind_of_letter(way->at[letter]) : KIND(TYPE_VALUE);
        e->arg[i] = read_child(c, json_at(args, i + 1), (int)i + 1, letter < way->n ? &kind : NULL);
        if (!e->arg[i])
            return false;
    }
    if (!way->any && way->n != n) {
        problem(c, -1, "Expected %zu arguments, but found %zu instead.", way->n, n);
        return false;
    }
    return true;
}

/* No way fits: say which there are and what was found. */
static const struct expr *no_way(const struct context *c, const struct json *args, const struct operation *op, bool by_count)
{
    AUTO(buf) ways = {0};
    AUTO(buf) found = {0};
    const char *rest = op->takes;
    struct way way;
    char room[64];
    while (next_way(&rest, &way)) {
        if (by_count && !way.any && way.n != json_size(args) - 1)
            continue;
        buf_add(&ways, ways.len ? S(" | ") : S(""));
        way_text(&ways, &way);
    }
    for (size_t i = 1; i < json_size(args); i++) {
        const struct expr *arg = read_child(c, json_at(args, i), (int)i, NULL);
        if (!arg)
            return NULL;
        buf_add(&found, i > 1 ? S(", ") : S(""));
        buf_add(&found, kind_text(arg->kind, room));
    }
    return problem(c, -1, "Expected arguments of type %s, but found (%s) instead.", ways.at, found.at ? found.at : "");
}

const struct expr *read_compound(const struct context *c, const struct json *args)
{
    const struct operation *op = operation_find(json_string(json_at(args, 0)));
    struct expr *e = node_new(c, op->eval, kind_of_letter(op->result[0]), json_size(args) - 1);
    size_t problems = c->reader->problems->n, fitting = 0;
    const char *rest = op->takes;
    struct way way;
    if (!e)
        return NULL;
    e->op = op;
    e->uses = op->uses;
    e->never_constant = op->result[0] == 'e' || strcmp(op->name, "is-supported-script") == 0;
    e->name = str_of(op->name);
    while (next_way(&rest, &way)) {
        if (!way.any && way.n != e->n)
            continue;
        fitting++;
        c->reader->problems->n = problems;
        if (read_way(c, args, &way, e)) {
            if (memchr(way.at, 'o', way.n))
                e->uses = 0; /* get and has of an object that is given */
            node_shorten(e);
            return node_done(e);
        }
    }
    if (fitting == 1)
        return NULL;
    c->reader->problems->n = problems;
    return no_way(c, args, op, fitting > 0);
}

/* ---- the whole ---- */

/* The step or interpolation by zoom on the outside, which is where the specification allows it. */
static const struct expr *find_curve(const struct context *c, const struct expr *e, bool *bad)
{
    const struct expr *found = NULL;
    bool curve = e->form == FORM_STEP || e->form == FORM_INTERPOLATE;
    if (e->form == FORM_LET)
        found = find_curve(c, e->arg[e->n - 1], bad);
    else if (e->form == FORM_COALESCE)
        for (uint32_t i = 0; i < e->n && !found && !*bad; i++)
            found = find_curve(c, e->arg[i], bad);
    else if (curve && e->arg[0]->op && (e->arg[0]->op->uses & USES_ZOOM))
        found = e;
    for (uint32_t i = 0; i < e->n && !*bad && e->form != FORM_VAR; i++) {
        const struct expr *inner = e->arg[i] ? find_curve(c, e->arg[i], bad) : NULL;
        if (*bad || !inner || inner == found)
            continue;
        problem(c, -1, found ? "Only one zoom-based \"step\" or \"interpolate\" subexpression may be used in an expression."
                             : "\"zoom\" expression may only be used as input to a top-level \"step\" or \"interpolate\" expression.");
        *bad = true;
    }
    return found;
}

static bool check_zoom(const struct context *c, const struct expr *e, const struct expr_spec *spec)
{
    bool bad = false;
    if ((e->uses & USES_FEATURE) && !spec->by_feature)
        return problem(c, -1, "data expressions not supported") != NULL;
    if ((e->uses & USES_ZOOM) && !spec->by_zoom)
        return problem(c, -1, "zoom expressions not supported") != NULL;
    const struct expr *curve = find_curve(c, e, &bad);
    if (bad)
        return false;
    if (!curve && (e->uses & USES_ZOOM))
        return problem(c, -1, "\"zoom\" expression may only be used as input to a top-level \"step\" or \"interpolate\" "
                              "expression.") != NULL;
    if (curve && curve->form == FORM_INTERPOLATE && !spec->smooth)
        return problem(c, -1, "\"interpolate\" expressions cannot be used with this property") != NULL;
    return true;
}

static struct context context_of(struct reader *r, const struct expr_spec *spec)
{
    struct context c = {.reader = r, .path = S(""), .expects = spec->type != TYPE_VALUE, .expected = kind_of_spec(spec)};
    return c;
}

static const struct expr *wrap(const struct context *c, const struct expr *inner, eval_fn *eval, const struct expr *other)
{
    struct expr *e = node_new(c, eval, inner->kind, other ? 2 : 1);
    if (!e)
        return NULL;
    e->arg[0] = inner;
    if (other)
        e->arg[1] = other;
    return node_done(e);
}

static const struct expr *read_expression(const struct context *c, const struct json *v, const struct expr_spec *spec)
{
    bool text = spec->type == TYPE_STRING && !spec->values.len;
    const struct expr *e = read_here(c, v, text ? ANNOTATE_COERCE : ANNOTATE_DEFAULT);
    return e && (spec->anywhere || check_zoom(c, e, spec)) ? e : NULL;
}

/* The function's own default, or the property's, as a constant of its type; NULL if there is none. */
static const struct expr *read_default(const struct context *c, const struct json *v, const struct expr_spec *spec)
{
    const struct json *given = json_get(v, S("default"));
    if (!given)
        given = spec->fallback;
    if (!given || json_kind(given) == JSON_NULL)
        return NULL;
    struct eval x = {.in = &(struct expr_input){.arena = c->reader->arena}};
    struct expr_value value = value_of_json(given, c->reader->arena);
    struct expr at = {.path = c->path};
    if (value.type != TYPE_ERROR)
        value = value_coerce(&value, spec->type, &x, &at);
    return value.type == TYPE_ERROR ? NULL : node_literal(c, value, kind_of_value(&value));
}

static const struct expr *read_function(const struct context *c, const struct json *v, const struct expr_spec *spec)
{
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    struct err err;
    if (!legacy_function(v, spec, &text, c))
        return NULL;
    if (!json_read(&doc, buf_str(&text), &JSON_STYLE, &err))
        return problem(c, -1, "%s", err.text);
    const struct expr *e = read_expression(c, doc.root, spec), *other = read_default(c, v, spec);
    if (e && other)
        e = wrap(c, e, eval_or_else, other);
    return e;
}

static const struct expr *read_constant(const struct context *c, const struct json *v, const struct expr_spec *spec)
{
    struct err why = {0};
    struct eval x = {.in = &(struct expr_input){.arena = c->reader->arena}, .why = &why};
    struct expr_value value = value_of_json(v, c->reader->arena);
    struct expr at = {.path = S("")};
    if (value.type == TYPE_ERROR)
        return problem(c, -1, "The value needs too much memory.");
    value = keep_strings(value, c->reader->arena);
    bool text = (spec->type == TYPE_FORMATTED || spec->type == TYPE_IMAGE || spec->type == TYPE_STRING) && !spec->values.len;
    if (text && value.type != TYPE_STRING)
        return misfit(c, -1, KIND(TYPE_STRING), kind_of_value(&value));
    if (spec->type == TYPE_COLOR || spec->type == TYPE_FORMATTED || spec->type == TYPE_IMAGE || spec->type >= TYPE_PADDING)
        value = value_coerce(&value, spec->type, &x, &at);
    if (value.type == TYPE_ERROR)
        return problem(c, -1, "%s", why.text);
    struct kind wanted = kind_of_spec(spec), kind = kind_of_value(&value);
    if (spec->type == TYPE_ARRAY && kind.n == 0)
        kind.item = spec->item;
    if (!kind_fits(wanted, kind))
        return misfit(c, -1, wanted, kind);
    return node_literal(c, value, kind);
}

/* "{name} of {place}" stands for properties of the feature where the value was not an expression. */
static const struct expr *read_tokens(const struct context *c, const struct expr *e)
{
    bool braces = e->form != FORM_LITERAL;
    if (e->value.type == TYPE_FORMATTED && e->form == FORM_LITERAL)
        braces = e->value.formatted->n && str_has(e->value.formatted->at[0].text, S("{"));
    else if (e->form == FORM_LITERAL)
        braces = str_has(e->value.string, S("{"));
    if (!braces || (e->uses & USES_FEATURE))
        return e;
    struct expr *out = (struct expr *)(uintptr_t)wrap(c, e, eval_tokens, NULL);
    if (out)
        out->uses |= USES_FEATURE;
    return out;
}

bool expr_read_property(const struct expr **out, const struct json *v, const struct expr_spec *spec, struct arena *a,
    struct expr_problems *problems)
{
    struct reader r = {.arena = a, .problems = problems};
    struct context c = context_of(&r, spec);
    const struct expr *e = NULL;
    bool function = json_kind(v) == JSON_OBJECT, expression = expr_is_expression(v);
    if (function)
        e = read_function(&c, v, spec);
    else if (expression || spec->type == TYPE_VALUE || spec->anywhere)
        e = read_expression(&c, v, spec);
    else
        e = read_constant(&c, v, spec);
    if (e && spec->tokens && !expression)
        e = read_tokens(&c, e);
    if (e && spec->values.len && e->form != FORM_LITERAL) {
        struct expr *checked = (struct expr *)(uintptr_t)wrap(&c, e, eval_enum, NULL);
        if (checked)
            checked->name = str_copy(a, spec->values);
        e = checked;
    }
    if (!e && !problems->n)
        problem(&c, -1, "The expression needs too much memory.");
    if (e)
        *out = e;
    return e != NULL;
}

bool expr_read_filter_all(const struct expr **out, const struct json *v, struct arena *a, struct expr_problems *problems)
{
    struct reader r = {.arena = a, .problems = problems};
    struct expr_spec spec = {.type = TYPE_BOOLEAN, .length = -1, .by_zoom = true, .by_feature = true, .smooth = true};
    struct context c = context_of(&r, &spec);
    const struct expr *e = NULL;
    if (expr_is_filter_expression(v)) {
        e = read_here(&c, v, ANNOTATE_DEFAULT);
    } else {
        AUTO(buf) text = {0};
        AUTO(json_doc) doc = {0};
        struct err err;
        if (legacy_filter(v, &text, &c) && json_read(&doc, buf_str(&text), &JSON_STYLE, &err))
            e = read_here(&c, doc.root, ANNOTATE_DEFAULT);
    }
    if (!e && !problems->n)
        problem(&c, -1, "This is not a filter.");
    if (e)
        *out = e;
    return e != NULL;
}

static bool first_problem(const struct expr_problems *p, struct err *err)
{
    const struct expr_problem *first = &p->at[0];
    return err_set(err, ERR_INVALID, "%.*s%s%.*s", STR_ARG(first->key), first->key.len ? ": " : "", STR_ARG(first->text));
}

bool expr_read(const struct expr **out, const struct json *v, enum expr_type wanted, struct arena *a, struct err *err)
{
    struct expr_problems problems = {0};
    struct expr_spec spec = {.type = wanted, .item = TYPE_VALUE, .length = -1, .by_zoom = true, .by_feature = true, .smooth = true};
    return expr_read_property(out, v, &spec, a, &problems) || first_problem(&problems, err);
}

bool expr_read_filter(const struct expr **out, const struct json *v, struct arena *a, struct err *err)
{
    struct expr_problems problems = {0};
    return expr_read_filter_all(out, v, a, &problems) || first_problem(&problems, err);
}

bool expr_is_constant(const struct expr *e)
{
    return !e->uses;
}

bool expr_uses_feature(const struct expr *e)
{
    return e->uses & USES_FEATURE;
}

bool expr_uses_zoom(const struct expr *e)
{
    return e->uses & USES_ZOOM;
}

bool expr_uses_operation(const struct expr *e, struct str name)
{
    if (e->op && str_eq(str_of(e->op->name), name))
        return true;
    for (uint32_t i = 0; i < e->n; i++)
        if (e->arg[i] && e->form != FORM_VAR && expr_uses_operation(e->arg[i], name))
            return true;
    return false;
}

bool expr_is_expression(const struct json *v)
{
    return json_kind(v) == JSON_ARRAY && json_kind(json_at(v, 0)) == JSON_STRING && operation_find(json_string(json_at(v, 0)));
}

void expr_type_write(struct buf *out, const struct expr *e)
{
    char room[64];
    buf_add(out, kind_text(e->kind, room));
}
