/*
 * Reading the special forms: those whose arguments are not simply of fixed types. Each follows the sentence the
 * specification's reference gives when a form is wrong, so that messages here and in the browser are the same.
 */
#include <math.h>
#include <string.h>

#include "renderer/expr_node.h"

static const struct kind VALUE = {TYPE_VALUE, TYPE_VALUE, -1}, NUMBER = {TYPE_NUMBER, TYPE_VALUE, -1},
                         STRING = {TYPE_STRING, TYPE_VALUE, -1}, BOOLEAN = {TYPE_BOOLEAN, TYPE_VALUE, -1},
                         COLOR = {TYPE_COLOR, TYPE_VALUE, -1}, STRINGS = {TYPE_ARRAY, TYPE_STRING, -1},
                         COLLATOR = {TYPE_COLLATOR, TYPE_VALUE, -1};

static const char *type_name(const struct json *v)
{
    static const char *const NAMES[] = {"object", "boolean", "number", "string", "object", "object"};
    return NAMES[json_kind(v)];
}

/* What the outputs of a form have to be: what is expected of the form, else the type of the first. */
struct outputs {
    bool known;
    struct kind kind;
};

static struct outputs outputs_of(const struct context *c)
{
    return (struct outputs){c->expects && c->expected.type != TYPE_VALUE, c->expected};
}

static const struct expr *read_output(const struct context *c, const struct json *v, int index, struct outputs *o)
{
    const struct expr *e = read_child(c, v, index, o->known ? &o->kind : NULL);
    if (e && !o->known)
        *o = (struct outputs){true, e->kind};
    return e;
}

const struct expr *read_literal(const struct context *c, const struct json *args)
{
    if (json_size(args) != 2)
        return problem(c, -1, "'literal' expression requires exactly one argument, but found %zu instead.", json_size(args) - 1);
    struct expr_value v = value_of_json(json_at(args, 1), c->reader->arena);
    if (v.type == TYPE_ERROR)
        return problem(c, -1, "The literal needs too much memory.");
    struct kind kind = kind_of_value(&v);
    if (kind.type == TYPE_ARRAY && kind.n == 0 && c->expects && c->expected.type == TYPE_ARRAY && c->expected.n <= 0)
        kind = c->expected;
    return node_literal(c, v, kind);
}

const struct expr *read_semiliteral(const struct context *c, const struct json *args)
{
    const struct json *v = json_at(args, 1);
    if (json_size(args) != 2)
        return problem(c, -1, "'semiliteral' expression requires exactly one argument, but found %zu instead.",
            json_size(args) - 1);
    if (json_kind(v) != JSON_ARRAY)
        return read_literal(c, args);
    size_t n = json_size(v);
    struct expr *e = node_new(c, eval_semiliteral, KIND_ARRAY(TYPE_VALUE, (int)MIN(n, (size_t)1 << 20)), n);
    struct context inside = *c;
    if (!e)
        return NULL;
    inside.depth++;
    for (size_t i = 0; i < n; i++) {
        e->arg[i] = read_child(&inside, json_at(v, i), (int)i, NULL);
        if (!e->arg[i])
            return NULL;
        enum expr_type item = e->arg[i]->kind.type == TYPE_ARRAY ? TYPE_VALUE : e->arg[i]->kind.type;
        e->kind.item = i == 0 || e->kind.item == item ? item : TYPE_VALUE;
    }
    return node_done(e);
}

static bool read_array_type(const struct context *c, const struct json *args, struct kind *kind, size_t *first)
{
    size_t n = json_size(args);
    *kind = KIND_ARRAY(TYPE_VALUE, -1);
    if (n > 2) {
        struct str item = json_string(json_at(args, 1));
        if (str_eq(item, S("string")))
            kind->item = TYPE_STRING;
        else if (str_eq(item, S("number")))
            kind->item = TYPE_NUMBER;
        else if (str_eq(item, S("boolean")))
            kind->item = TYPE_BOOLEAN;
        else
            return problem(c, 1, "The item type argument of \"array\" must be one of string, number, boolean") != NULL;
        ++*first;
    }
    if (n > 3) {
        const struct json *length = json_at(args, 2);
        double v = json_number(length);
        if (json_kind(length) != JSON_NULL && (json_kind(length) != JSON_NUMBER || v < 0 || v != floor(v) || v > 1e6))
            return problem(c, 2, "The length argument to \"array\" must be a positive integer literal") != NULL;
        kind->n = json_kind(length) == JSON_NULL ? -1 : (int)v;
        ++*first;
    }
    return true;
}

static const struct expr *read_annotation(const struct context *c, const struct json *args, size_t first, struct kind kind,
    eval_fn *eval)
{
    size_t n = json_size(args);
    struct expr *e = node_new(c, eval, kind, n - first);
    if (!e)
        return NULL;
    e->form = FORM_ANNOTATION;
    for (size_t i = first; i < n; i++)
        if (!(e->arg[i - first] = read_child(c, json_at(args, i), (int)i, &VALUE)))
            return NULL;
    return node_done(e);
}

const struct expr *read_assertion(const struct context *c, const struct json *args)
{
    struct str name = json_string(json_at(args, 0));
    size_t first = 1;
    struct kind kind = KIND(TYPE_OBJECT);
    if (json_size(args) < 2)
        return problem(c, -1, "Expected at least one argument.");
    if (str_eq(name, S("array"))) {
        if (!read_array_type(c, args, &kind, &first))
            return NULL;
    } else {
        kind = str_eq(name, S("object")) ? KIND(TYPE_OBJECT) : kind_of_letter(name.at[0]);
    }
    return read_annotation(c, args, first, kind, eval_assertion);
}

const struct expr *read_coercion(const struct context *c, const struct json *args)
{
    struct str name = json_string(json_at(args, 0));
    bool one = str_eq(name, S("to-boolean")) || str_eq(name, S("to-string"));
    if (json_size(args) < 2)
        return problem(c, -1, "Expected at least one argument.");
    if (one && json_size(args) != 2)
        return problem(c, -1, "Expected one argument.");
    return read_annotation(c, args, 1, kind_of_letter(name.at[3]), eval_coercion);
}

/* Reads args 1 and 2 (and 3, if there) of the given kinds; for at, in, index-of and slice. */
static struct expr *read_few(const struct context *c, const struct json *args, eval_fn *eval, const struct kind kinds[3],
    size_t most)
{
    size_t n = json_size(args) - 1;
    if (n < 2 || n > most) {
        problem(c, -1, most == 2 ? "Expected 2 arguments, but found %zu instead."
                                 : "Expected 2 or 3 arguments, but found %zu instead.", n);
        return NULL;
    }
    struct expr *e = node_new(c, eval, VALUE, n);
    for (size_t i = 0; e && i < n; i++)
        if (!(e->arg[i] = read_child(c, json_at(args, i + 1), (int)i + 1, &kinds[i])))
            return NULL;
    return e;
}

const struct expr *read_at(const struct context *c, const struct json *args)
{
    enum expr_type item = c->expects ? c->expected.type : TYPE_VALUE;
    if (item == TYPE_ARRAY)
        item = TYPE_VALUE;
    struct expr *e = read_few(c, args, eval_at, (struct kind[3]){NUMBER, KIND_ARRAY(item, -1)}, 2);
    if (!e)
        return NULL;
    e->kind = KIND(e->arg[1]->kind.item);
    return node_done(e);
}

static bool is_scalar(struct kind k)
{
    return k.type == TYPE_BOOLEAN || k.type == TYPE_STRING || k.type == TYPE_NUMBER || k.type == TYPE_NULL || k.type == TYPE_VALUE;
}

static const struct expr *check_needle(const struct context *c, struct expr *e, struct kind kind)
{
    char room[64];
    if (!e)
        return NULL;
    if (!is_scalar(e->arg[0]->kind))
        return problem(c, -1, "Expected first argument to be of type boolean, string, number or null, but found %.*s instead",
            STR_ARG(kind_text(e->arg[0]->kind, room)));
    e->kind = kind;
    return node_done(e);
}

const struct expr *read_in(const struct context *c, const struct json *args)
{
    return check_needle(c, read_few(c, args, eval_in, (struct kind[3]){VALUE, VALUE}, 2), BOOLEAN);
}

const struct expr *read_index_of(const struct context *c, const struct json *args)
{
    return check_needle(c, read_few(c, args, eval_index_of, (struct kind[3]){VALUE, VALUE, NUMBER}, 3), NUMBER);
}

const struct expr *read_slice(const struct context *c, const struct json *args)
{
    struct expr *e = read_few(c, args, eval_slice, (struct kind[3]){VALUE, NUMBER, NUMBER}, 3);
    char room[64];
    if (!e)
        return NULL;
    e->kind = e->arg[0]->kind;
    if (e->kind.type != TYPE_ARRAY && e->kind.type != TYPE_STRING && e->kind.type != TYPE_VALUE)
        return problem(c, -1, "Expected first argument to be of type array or string, but found %.*s instead",
            STR_ARG(kind_text(e->kind, room)));
    return node_done(e);
}

const struct expr *read_length(const struct context *c, const struct json *args)
{
    char room[64];
    if (json_size(args) != 2)
        return problem(c, -1, "Expected 1 argument, but found %zu instead.", json_size(args) - 1);
    struct expr *e = node_new(c, eval_length, NUMBER, 1);
    if (!e || !(e->arg[0] = read_child(c, json_at(args, 1), 1, NULL)))
        return NULL;
    enum expr_type type = e->arg[0]->kind.type;
    if (type != TYPE_ARRAY && type != TYPE_STRING && type != TYPE_VALUE)
        return problem(c, -1, "Expected argument of type string or array, but found %.*s instead.",
            STR_ARG(kind_text(e->arg[0]->kind, room)));
    return node_done(e);
}

const struct expr *read_case(const struct context *c, const struct json *args)
{
    size_t n = json_size(args);
    struct outputs o = outputs_of(c);
    if (n < 4)
        return problem(c, -1, "Expected at least 3 arguments, but found only %zu.", n - 1);
    if (n % 2)
        return problem(c, -1, "Expected an odd number of arguments.");
    struct expr *e = node_new(c, eval_case, VALUE, n - 1);
    if (!e)
        return NULL;
    for (size_t i = 1; i < n; i++) {
        bool test = i % 2 && i < n - 1;
        e->arg[i - 1] = test ? read_child(c, json_at(args, i), (int)i, &BOOLEAN) : read_output(c, json_at(args, i), (int)i, &o);
        if (!e->arg[i - 1])
            return NULL;
    }
    e->kind = o.kind;
    return node_done(e);
}

/* ---- match ---- */

static int label_order(const struct match_label *a, const struct match_label *b, enum expr_type type)
{
    return type == TYPE_STRING ? str_cmp(a->text, b->text) : (a->number > b->number) - (a->number < b->number);
}

static int by_number(const void *a, const void *b)
{
    return label_order(a, b, TYPE_NUMBER);
}

static int by_text(const void *a, const void *b)
{
    return label_order(a, b, TYPE_STRING);
}

static bool read_label(const struct context *c, const struct json *v, int index, struct match *m)
{
    enum json_kind kind = json_kind(v);
    struct expr_value value = value_of_json(v, c->reader->arena);
    char room[64], other[64];
    if (kind != JSON_NUMBER && kind != JSON_STRING)
        return problem(c, index, "Branch labels must be numbers or strings.") != NULL;
    if (kind == JSON_NUMBER && fabs(value.number) > 9007199254740991.0)
        return problem(c, index, "Branch labels must be integers no larger than 9007199254740991.") != NULL;
    if (kind == JSON_NUMBER && floor(value.number) != value.number)
        return problem(c, index, "Numeric branch labels must be integer values.") != NULL;
    if (m->input == TYPE_VALUE)
        m->input = value.type;
    else if (m->input != value.type)
        return problem(c, index, "Expected %.*s but found %.*s instead.", STR_ARG(kind_text(KIND(m->input), room)),
                   STR_ARG(kind_text(KIND(value.type), other))) != NULL;
    struct match_label *label = &m->label[m->n];
    *label = (struct match_label){.number = kind == JSON_NUMBER ? value.number : 0,
        .text = str_copy(c->reader->arena, kind == JSON_STRING ? value.string : S(""))};
    m->n++;
    return true;
}

/* All labels of a branch, which is one label or an array of them. */
static bool read_labels(const struct context *c, const struct json *v, int index, struct match *m, uint32_t output)
{
    size_t first = m->n;
    bool many = json_kind(v) == JSON_ARRAY;
    if (many && !json_size(v))
        return problem(c, index, "Expected at least one branch label.") != NULL;
    for (size_t i = 0; i < (many ? json_size(v) : 1); i++)
        if (!read_label(c, many ? json_at(v, i) : v, index, m))
            return false;
    for (size_t i = first; i < m->n; i++)
        m->label[i].output = output;
    return true;
}

/* Sorts the labels; false if two are the same, with the branch that repeats one. */
static bool sort_labels(struct match *m, uint32_t *branch)
{
    qsort(m->label, m->n, sizeof *m->label, m->input == TYPE_STRING ? by_text : by_number);
    for (size_t i = 1; i < m->n; i++)
        if (label_order(&m->label[i - 1], &m->label[i], m->input) == 0) {
            *branch = MAX(m->label[i - 1].output, m->label[i].output);
            return false;
        }
    return true;
}

const struct expr *read_match(const struct context *c, const struct json *args)
{
    size_t n = json_size(args), labels = 0;
    struct outputs o = outputs_of(c);
    uint32_t repeated = 0;
    char room[64], other[64];
    if (n < 5)
        return problem(c, -1, "Expected at least 4 arguments, but found only %zu.", n - 1);
    if (n % 2 == 0)
        return problem(c, -1, "Expected an even number of arguments.");
    for (size_t i = 2; i < n - 1; i += 2)
        labels += MAX(json_size(json_at(args, i)), 1);
    struct expr *e = node_new(c, eval_match, VALUE, 2 + (n - 3) / 2);
    struct match *m = ARENA_NEW(c->reader->arena, struct match);
    if (!e || !m || !(m->label = ARENA_ARRAY(c->reader->arena, struct match_label, labels)))
        return NULL;
    m->input = TYPE_VALUE;
    for (size_t i = 2; i < n - 1; i += 2) {
        uint32_t output = (uint32_t)(1 + i / 2);
        if (!read_labels(c, json_at(args, i), (int)i, m, output) ||
            !(e->arg[output] = read_output(c, json_at(args, i + 1), (int)i, &o)))
            return NULL;
    }
    if (!sort_labels(m, &repeated))
        return problem(c, (int)(repeated - 1) * 2, "Branch labels must be unique.");
    if (!(e->arg[0] = read_child(c, json_at(args, 1), 1, &VALUE)) ||
        !(e->arg[1] = read_output(c, json_at(args, n - 1), (int)n - 1, &o)))
        return NULL;
    if (e->arg[0]->kind.type != TYPE_VALUE && !kind_fits(KIND(m->input), e->arg[0]->kind))
        return problem(c, 1, "Expected %.*s but found %.*s instead.", STR_ARG(kind_text(KIND(m->input), room)),
            STR_ARG(kind_text(e->arg[0]->kind, other)));
    e->kind = o.kind;
    e->more = m;
    return node_done(e);
}

const struct expr *read_coalesce(const struct context *c, const struct json *args)
{
    size_t n = json_size(args) - 1;
    struct outputs o = outputs_of(c);
    bool annotate = false;
    if (n < 1)
        return problem(c, -1, "Expectected at least one argument.");
    struct expr *e = node_new(c, eval_coalesce, VALUE, n);
    if (!e)
        return NULL;
    e->form = FORM_COALESCE;
    for (size_t i = 0; i < n; i++) {
        e->arg[i] = read_child_as(c, json_at(args, i + 1), (int)i + 1, o.known ? &o.kind : NULL, ANNOTATE_OMIT, NULL);
        if (!e->arg[i])
            return NULL;
        if (!o.known)
            o = (struct outputs){true, e->arg[i]->kind};
        annotate |= c->expects && !kind_fits(c->expected, e->arg[i]->kind);
    }
    e->kind = annotate ? VALUE : o.kind;
    return node_done(e);
}

/* ---- step and interpolate ---- */

/* The pairs from args[3] on, into the stops from `at` on. */
static bool read_stops(const struct context *c, const struct json *args, size_t at, const char *name, struct outputs *o,
    struct curve *curve, struct expr *e)
{
    size_t n = json_size(args);
    for (size_t i = 3; i < n; i += 2, at++) {
        const struct json *label = json_at(args, i);
        if (json_kind(label) != JSON_NUMBER)
            return problem(c, (int)i, "Input/output pairs for \"%s\" expressions must be defined using literal numeric values "
                                      "(not computed expressions) for the input values.", name) != NULL;
        curve->label[at] = json_number(label);
        if (at && curve->label[at - 1] >= curve->label[at])
            return problem(c, (int)i, "Input/output pairs for \"%s\" expressions must be arranged with input values in strictly "
                                      "ascending order.", name) != NULL;
        if (!(e->arg[1 + at] = read_output(c, json_at(args, i + 1), (int)i + 1, o)))
            return false;
    }
    return true;
}

static struct curve *curve_new(const struct context *c, size_t n)
{
    struct curve *curve = ARENA_NEW(c->reader->arena, struct curve);
    if (!curve || !(curve->label = ARENA_ARRAY(c->reader->arena, double, n)) ||
        !(curve->growth = ARENA_ARRAY(c->reader->arena, double, n)))
        return NULL;
    curve->n = n;
    return curve;
}

const struct expr *read_step(const struct context *c, const struct json *args)
{
    size_t n = json_size(args) - 1;
    struct outputs o = outputs_of(c);
    if (n < 4)
        return problem(c, -1, "Expected at least 4 arguments, but found only %zu.", n);
    if (n % 2)
        return problem(c, -1, "Expected an even number of arguments.");
    struct expr *e = node_new(c, eval_step, VALUE, 1 + n / 2);
    struct curve *curve = curve_new(c, n / 2);
    if (!e || !curve || !(e->arg[0] = read_child(c, json_at(args, 1), 1, &NUMBER)))
        return NULL;
    curve->label[0] = -INFINITY;
    if (!(e->arg[1] = read_output(c, json_at(args, 2), 2, &o)) ||
        !read_stops(c, args, 1, "step", &o, curve, e))
        return NULL;
    e->form = FORM_STEP;
    e->kind = o.kind;
    e->more = curve;
    return node_done(e);
}

static bool read_shape(const struct context *c, const struct json *v, struct curve *out)
{
    struct str name = json_string(json_at(v, 0));
    out->base = 1;
    if (json_kind(v) != JSON_ARRAY || !json_size(v))
        return problem(c, 1, "Expected an interpolation type expression.") != NULL;
    if (str_eq(name, S("linear")))
        return true;
    if (str_eq(name, S("exponential"))) {
        out->base = json_number(json_at(v, 1));
        return json_kind(json_at(v, 1)) == JSON_NUMBER ||
               problem_deep(c, 1, 1, "Exponential interpolation requires a numeric base.") != NULL;
    }
    if (!str_eq(name, S("cubic-bezier")))
        return problem_deep(c, 1, 0, "Unknown interpolation type %.*s", STR_ARG(name)) != NULL;
    out->shape = CURVE_BEZIER;
    bool good = json_size(v) == 5;
    for (size_t i = 0; good && i < 4; i++) {
        const struct json *p = json_at(v, i + 1);
        out->bezier[i] = json_number(p);
        good = json_kind(p) == JSON_NUMBER && out->bezier[i] >= 0 && out->bezier[i] <= 1;
    }
    return good || problem(c, 1, "Cubic bezier interpolation requires four numeric arguments with values between 0 and 1.") != NULL;
}

static bool can_interpolate(struct kind k)
{
    return k.type == TYPE_NUMBER || k.type == TYPE_COLOR || k.type >= TYPE_PADDING ||
           (k.type == TYPE_ARRAY && k.item == TYPE_NUMBER && k.n >= 0);
}

const struct expr *read_interpolate(const struct context *c, const struct json *args)
{
    size_t n = json_size(args) - 1;
    struct str name = json_string(json_at(args, 0));
    struct curve shape = {0}, *curve;
    struct outputs o = outputs_of(c);
    char room[64];
    if (!read_shape(c, json_at(args, 1), &shape))
        return NULL;
    if (n < 4)
        return problem(c, -1, "Expected at least 4 arguments, but found only %zu.", n);
    if (n % 2)
        return problem(c, -1, "Expected an even number of arguments.");
    struct expr *e = node_new(c, eval_interpolate, VALUE, n / 2);
    if (!e || !(curve = curve_new(c, n / 2 - 1)) || !(e->arg[0] = read_child(c, json_at(args, 2), 2, &NUMBER)))
        return NULL;
    shape.label = curve->label;
    shape.growth = curve->growth;
    shape.n = curve->n;
    shape.space = str_ends(name, S("-hcl")) ? COLOR_HCL : str_ends(name, S("-lab")) ? COLOR_LAB : COLOR_RGB;
    *curve = shape;
    if (curve->space != COLOR_RGB && !(c->expects && c->expected.type == TYPE_COLOR_ARRAY))
        o = (struct outputs){true, COLOR};
    if (!read_stops(c, args, 0, name.at, &o, curve, e))
        return NULL;
    for (size_t i = 0; i + 1 < curve->n; i++)
        curve->growth[i] = pow(curve->base, curve->label[i + 1] - curve->label[i]) - 1;
    if (!can_interpolate(o.kind))
        return problem(c, -1, "Type %.*s is not interpolatable.", STR_ARG(kind_text(o.kind, room)));
    e->form = FORM_INTERPOLATE;
    e->kind = o.kind;
    e->more = curve;
    return node_done(e);
}

/* ---- let and var ---- */

static bool is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return true;
}

const struct expr *read_let(const struct context *c, const struct json *args)
{
    size_t n = json_size(args);
    const struct binding *scope = c->scope;
    if (n < 4)
        return problem(c, -1, "Expected at least 3 arguments, but found %zu instead.", n - 1);
    struct expr *e = node_new(c, eval_let, VALUE, n / 2);
    if (!e)
        return NULL;
    e->form = FORM_LET;
    for (size_t i = 1; i + 1 < n; i += 2) {
        const struct json *name = json_at(args, i);
        struct binding *b = ARENA_NEW(c->reader->arena, struct binding);
        if (json_kind(name) != JSON_STRING)
            return problem(c, (int)i, "Expected string, but found %s instead.", type_name(name));
        if (!is_name(json_string(name)))
            return problem(c, (int)i, "Variable names must contain only alphanumeric characters or '_'.");
        e->arg[i / 2] = read_child(c, json_at(args, i + 1), (int)i + 1, NULL);
        if (!e->arg[i / 2] || !b)
            return NULL;
        *b = (struct binding){json_string(name), e->arg[i / 2], scope};
        scope = b;
    }
    size_t last = (n - 1) / 2;
    e->n = (uint32_t)last + 1;
    if (last >= n / 2)
        return problem(c, -1, "Expected an odd number of arguments.");
    e->arg[last] = read_child_as(c, json_at(args, n - 1), (int)n - 1, c->expects ? &c->expected : NULL, ANNOTATE_DEFAULT, scope);
    if (!e->arg[last])
        return NULL;
    e->kind = e->arg[last]->kind;
    return node_done(e);
}

const struct expr *read_var(const struct context *c, const struct json *args)
{
    struct str name = json_string(json_at(args, 1));
    if (json_size(args) != 2 || json_kind(json_at(args, 1)) != JSON_STRING)
        return problem(c, -1, "'var' expression requires exactly one string literal argument.");
    for (const struct binding *b = c->scope; b; b = b->next)
        if (str_eq(b->name, name)) {
            struct expr *e = node_new(c, eval_var, b->value->kind, 1);
            if (!e)
                return NULL;
            e->form = FORM_VAR;
            e->arg[0] = b->value;
            return node_done(e);
        }
    return problem(c, 1, "Unknown variable \"%.*s\". Make sure \"%.*s\" has been bound in an enclosing \"let\" expression before "
                         "using it.", STR_ARG(name), STR_ARG(name));
}

/* ---- comparing ---- */

static bool is_comparable(enum expr_type t, bool order)
{
    bool always = t == TYPE_STRING || t == TYPE_NUMBER || t == TYPE_VALUE;
    return always || (!order && (t == TYPE_BOOLEAN || t == TYPE_NULL));
}

const struct expr *read_comparison(const struct context *c, const struct json *args)
{
    size_t n = json_size(args);
    struct str op = json_string(json_at(args, 0));
    bool order = op.at[0] == '<' || op.at[0] == '>';
    char room[64], other[64];
    if (n != 3 && n != 4)
        return problem(c, -1, "Expected two or three arguments.");
    struct expr *e = node_new(c, eval_comparison, BOOLEAN, n - 1);
    struct comparison *how = ARENA_NEW(c->reader->arena, struct comparison);
    if (!e || !how)
        return NULL;
    for (int i = 1; i <= 2; i++) {
        if (!(e->arg[i - 1] = read_child(c, json_at(args, (size_t)i), i, &VALUE)))
            return NULL;
        if (!is_comparable(e->arg[i - 1]->kind.type, order))
            return problem(c, i, "\"%.*s\" comparisons are not supported for type '%.*s'.", STR_ARG(op),
                STR_ARG(kind_text(e->arg[i - 1]->kind, room)));
    }
    struct kind l = e->arg[0]->kind, r = e->arg[1]->kind;
    if (l.type != r.type && l.type != TYPE_VALUE && r.type != TYPE_VALUE)
        return problem(c, -1, "Cannot compare types '%.*s' and '%.*s'.", STR_ARG(kind_text(l, room)), STR_ARG(kind_text(r, other)));
    how->untyped = l.type == TYPE_VALUE || r.type == TYPE_VALUE;
    if (order && l.type == TYPE_VALUE && r.type != TYPE_VALUE)
        e->arg[0] = node_annotation(c, e->arg[0], r, false);
    else if (order && r.type == TYPE_VALUE && l.type != TYPE_VALUE)
        e->arg[1] = node_annotation(c, e->arg[1], l, false);
    if (!e->arg[0] || !e->arg[1])
        return NULL;
    if (n == 4) {
        bool strings = l.type == TYPE_STRING || r.type == TYPE_STRING || l.type == TYPE_VALUE || r.type == TYPE_VALUE;
        if (!strings)
            return problem(c, -1, "Cannot use collator to compare non-string types.");
        if (!(e->arg[2] = read_child(c, json_at(args, 3), 3, &COLLATOR)))
            return NULL;
    }
    memcpy(how->op, op.at, MIN(op.len, 2));
    e->more = how;
    comparison_shorten(e);
    return node_done(e);
}

/* ---- forms with an object of options ---- */

/* The option of this name; absent: NULL in *out, and true. */
static bool read_option(const struct context *c, const struct json *options, struct str name, const struct kind *kind,
    const struct expr **out)
{
    const struct json *v = json_get(options, name);
    *out = NULL;
    return !v || (*out = read_child(c, v, 1, kind)) != NULL;
}

/* Each section is five arguments: content, scale, font, colour, alignment; what is absent is NULL. */
const struct expr *read_format(const struct context *c, const struct json *args)
{
    size_t n = json_size(args), sections = 0;
    bool options_next = false;
    if (n < 2)
        return problem(c, -1, "Expected at least one argument.");
    if (json_kind(json_at(args, 1)) == JSON_OBJECT)
        return problem(c, -1, "First argument must be an image or text section.");
    struct expr *e = node_new(c, eval_format, KIND(TYPE_FORMATTED), 5 * (n - 1));
    for (size_t i = 1; e && i < n; i++) {
        const struct json *v = json_at(args, i);
        const struct expr **at = e->arg + 5 * sections;
        if (options_next && json_kind(v) == JSON_OBJECT) {
            struct str align = json_string(json_get(v, S("vertical-align")));
            bool known = str_eq(align, S("bottom")) || str_eq(align, S("center")) || str_eq(align, S("top"));
            if (json_kind(json_get(v, S("vertical-align"))) == JSON_STRING && !known)
                return problem(c, -1, "'vertical-align' must be one of: 'bottom', 'center', 'top' but found '%.*s' instead.",
                    STR_ARG(align));
            options_next = false;
            if (!read_option(c, v, S("font-scale"), &NUMBER, at - 4) || !read_option(c, v, S("text-font"), &STRINGS, at - 3) ||
                !read_option(c, v, S("text-color"), &COLOR, at - 2) || !read_option(c, v, S("vertical-align"), &STRING, at - 1))
                return NULL;
            continue;
        }
        if (!(at[0] = read_child(c, v, 1, &VALUE)))
            return NULL;
        enum expr_type t = at[0]->kind.type;
        if (t != TYPE_STRING && t != TYPE_VALUE && t != TYPE_NULL && t != TYPE_IMAGE)
            return problem(c, -1, "Formatted text type must be 'string', 'value', 'image' or 'null'.");
        options_next = true;
        sections++;
    }
    if (!e)
        return NULL;
    e->n = (uint32_t)(5 * sections);
    return node_done(e);
}

const struct expr *read_image(const struct context *c, const struct json *args)
{
    if (json_size(args) != 2)
        return problem(c, -1, "Expected two arguments.");
    struct expr *e = node_new(c, eval_image, KIND(TYPE_IMAGE), 1);
    if (!e || !(e->arg[0] = read_child(c, json_at(args, 1), 1, &STRING)))
        return problem(c, -1, "No image name provided.");
    return node_done(e);
}

const struct expr *read_number_format(const struct context *c, const struct json *args)
{
    const struct json *options = json_at(args, 2);
    if (json_size(args) != 3)
        return problem(c, -1, "Expected two arguments.");
    struct expr *e = node_new(c, eval_number_format, STRING, 6);
    if (!e || !(e->arg[0] = read_child(c, json_at(args, 1), 1, &NUMBER)))
        return NULL;
    if (json_kind(options) != JSON_OBJECT)
        return problem(c, -1, "NumberFormat options argument must be an object.");
    if (!read_option(c, options, S("locale"), &STRING, &e->arg[1]) || !read_option(c, options, S("currency"), &STRING, &e->arg[2]) ||
        !read_option(c, options, S("unit"), &STRING, &e->arg[3]) ||
        !read_option(c, options, S("min-fraction-digits"), &NUMBER, &e->arg[4]) ||
        !read_option(c, options, S("max-fraction-digits"), &NUMBER, &e->arg[5]))
        return NULL;
    if (e->arg[2] && e->arg[3])
        return problem(c, -1, "NumberFormat options `currency` and `unit` are mutually exclusive");
    return node_done(e);
}

const struct expr *read_collator(const struct context *c, const struct json *args)
{
    const struct json *options = json_at(args, 1);
    if (json_size(args) != 2)
        return problem(c, -1, "Expected one argument.");
    if (json_kind(options) != JSON_OBJECT)
        return problem(c, -1, "Collator options argument must be an object.");
    struct expr *e = node_new(c, eval_collator, COLLATOR, 3);
    if (!e || !read_option(c, options, S("case-sensitive"), &BOOLEAN, &e->arg[0]) ||
        !read_option(c, options, S("diacritic-sensitive"), &BOOLEAN, &e->arg[1]) ||
        !read_option(c, options, S("locale"), &STRING, &e->arg[2]))
        return NULL;
    e->never_constant = true;
    return node_done(e);
}

const struct expr *read_global_state(const struct context *c, const struct json *args)
{
    const struct json *key = json_at(args, 1);
    if (json_size(args) != 2)
        return problem(c, -1, "Expected 1 argument, but found %zu instead.", json_size(args) - 1);
    if (json_kind(key) != JSON_STRING)
        return problem(c, -1, "Global state property must be string, but found %s instead.", type_name(key));
    struct expr *e = node_new(c, eval_global_state, VALUE, 0);
    if (!e)
        return NULL;
    e->name = str_copy(c->reader->arena, json_string(key));
    e->never_constant = true;
    return e;
}
