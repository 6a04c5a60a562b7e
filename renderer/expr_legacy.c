/*
 * What styles used before there were expressions: functions {"stops": …} and filters ["==", "key", value]. Both are written
 * anew as expressions, as JSON, and read as such. Filters become operations of their own (filter-==, filter-in …), because
 * a legacy filter is false, not an error, where a property is missing or of another type.
 */
#include <string.h>

#include "renderer/expr_node.h"

static const char *interpolation(const struct json *function)
{
    struct str space = json_string(json_get(function, S("colorSpace")));
    return str_eq(space, S("hcl")) ? "interpolate-hcl" : str_eq(space, S("lab")) ? "interpolate-lab" : "interpolate";
}

static void put_literal(struct json_writer *w, const struct json *v)
{
    AUTO(buf) text = {0};
    bool wrap = json_kind(v) == JSON_ARRAY || json_kind(v) == JSON_OBJECT;
    json_write(&text, v);
    if (wrap) {
        json_open(w, '[');
        json_put_cstr(w, "literal");
    }
    json_put_raw(w, buf_str(&text));
    if (wrap)
        json_close(w, ']');
}

static void put_get(struct json_writer *w, struct str key)
{
    json_open(w, '[');
    json_put_cstr(w, "get");
    json_put_str(w, key);
    json_close(w, ']');
}

struct function {
    const struct json *spec;
    const struct expr_spec *property;
    struct str type, key;
    bool keyed;
    const struct json *fallback;
};

static struct str function_type(const struct function *f)
{
    struct str type = json_string(json_get(f->spec, S("type")));
    return type.len ? type : f->property->smooth ? S("exponential") : S("interval");
}

static void put_curve(struct json_writer *w, const struct function *f, bool linear)
{
    const struct json *base = json_get(f->spec, S("base"));
    json_put_cstr(w, interpolation(f->spec));
    json_open(w, '[');
    if (linear || !base || json_number(base) == 1) {
        json_put_cstr(w, "linear");
    } else {
        json_put_cstr(w, "exponential");
        json_put_number(w, json_number(base));
    }
    json_close(w, ']');
}

/* One stop after another: input and output. `zoom` picks those of one zoom of a composite function. */
struct stops {
    const struct json *all;
    bool composite;
    double zoom;
    size_t at;
    const struct json *input, *output;
};

static bool next_stop(struct stops *s)
{
    while (s->at < json_size(s->all)) {
        const struct json *stop = json_at(s->all, s->at++), *input = json_at(stop, 0);
        if (s->composite && json_number(json_get(input, S("zoom"))) != s->zoom)
            continue;
        s->input = s->composite ? json_get(input, S("value")) : input;
        s->output = json_at(stop, 1);
        return true;
    }
    return false;
}

static bool same_input(const struct json *a, const struct json *b)
{
    return a && b && json_kind(a) == JSON_NUMBER && json_kind(b) == JSON_NUMBER && json_number(a) == json_number(b);
}

static void put_stops(struct json_writer *w, struct stops s, bool step)
{
    const struct json *before = NULL, *first = NULL;
    size_t n = 0;
    while (next_stop(&s)) {
        if (same_input(before, s.input))
            continue;
        if (!(step && n == 0)) {
            AUTO(buf) text = {0};
            json_write(&text, s.input);
            json_put_raw(w, buf_str(&text));
        }
        put_literal(w, s.output);
        first = n == 0 ? s.output : first;
        before = s.input;
        n++;
    }
    if (step && n == 1) { /* a step needs two outputs */
        json_put_int(w, 0);
        put_literal(w, first);
    }
}

static void put_fallback(struct json_writer *w, const struct function *f)
{
    const struct json *v = json_get(f->spec, S("default"));
    put_literal(w, v ? v : f->property->fallback);
}

static void put_categorical(struct json_writer *w, const struct function *f, struct stops s)
{
    struct stops first = s;
    bool booleans = next_stop(&first) && json_kind(first.input) == JSON_BOOL;
    json_put_cstr(w, booleans ? "case" : "match");
    if (!booleans)
        put_get(w, f->key);
    const struct json *before = NULL;
    while (next_stop(&s)) {
        if (same_input(before, s.input))
            continue;
        before = s.input;
        if (booleans) {
            json_open(w, '[');
            json_put_cstr(w, "==");
            put_get(w, f->key);
            json_put_bool(w, json_bool(s.input));
            json_close(w, ']');
        } else {
            AUTO(buf) text = {0};
            json_write(&text, s.input);
            json_put_raw(w, buf_str(&text));
        }
        put_literal(w, s.output);
    }
    put_fallback(w, f);
}

/* By a property of the feature. */
static void put_property_function(struct json_writer *w, const struct function *f, struct stops s)
{
    bool step = str_eq(f->type, S("interval")), guarded = f->fallback != NULL && !str_eq(f->type, S("categorical"));
    if (guarded) {
        json_open(w, '[');
        json_put_raw(w, S("\"case\",[\"==\",[\"typeof\""));
        put_get(w, f->key);
        buf_add(w->out, S("],\"number\"]"));
    }
    json_open(w, '[');
    if (str_eq(f->type, S("categorical"))) {
        put_categorical(w, f, s);
    } else {
        if (step)
            json_put_cstr(w, "step");
        else
            put_curve(w, f, false);
        json_open(w, '[');
        json_put_cstr(w, "number");
        put_get(w, f->key);
        json_close(w, ']');
        put_stops(w, s, step);
    }
    json_close(w, ']');
    if (guarded) {
        put_literal(w, f->fallback);
        json_close(w, ']');
    }
}

/* By the zoom, and at each zoom by a property. */
static void put_composite(struct json_writer *w, struct function *f, const struct json *stops)
{
    bool smooth = f->property->smooth;
    size_t n = 0;
    double before = 0;
    json_open(w, '[');
    if (smooth)
        json_put_raw(w, S("\"interpolate\",[\"linear\"],[\"zoom\"]"));
    else
        json_put_raw(w, S("\"step\",[\"zoom\"]"));
    for (size_t i = 0; i < json_size(stops); i++) {
        double zoom = json_number(json_get(json_at(json_at(stops, i), 0), S("zoom")));
        if (i && zoom == before)
            continue;
        before = zoom;
        if (smooth || n)
            json_put_number(w, zoom);
        put_property_function(w, f, (struct stops){.all = stops, .composite = true, .zoom = zoom});
        n++;
    }
    if (!smooth && n == 1) {
        json_put_int(w, 0);
        put_property_function(w, f, (struct stops){.all = stops, .composite = true, .zoom = before});
    }
    json_close(w, ']');
}

static void put_zoom_function(struct json_writer *w, const struct function *f, const struct json *stops)
{
    bool step = !str_eq(f->type, S("exponential"));
    json_open(w, '[');
    if (step)
        json_put_cstr(w, "step");
    else
        put_curve(w, f, false);
    json_put_raw(w, S("[\"zoom\"]"));
    put_stops(w, (struct stops){.all = stops}, step);
    json_close(w, ']');
}

static const char *type_word(const struct expr_spec *spec)
{
    switch (spec->type) {
    case TYPE_NUMBER:
        return "number";
    case TYPE_BOOLEAN:
        return "boolean";
    case TYPE_COLOR:
        return "to-color";
    case TYPE_ARRAY:
        return "array";
    default:
        return "string";
    }
}

/* One of a list of values, or the default. */
static void put_choice(struct json_writer *w, const struct function *f)
{
    struct str list = f->property->values, one;
    json_open(w, '[');
    json_put_cstr(w, "match");
    put_get(w, f->key);
    json_open(w, '[');
    while (str_next(&list, '|', &one))
        json_put_str(w, one);
    json_close(w, ']');
    put_get(w, f->key);
    put_literal(w, f->fallback);
    json_close(w, ']');
}

static void put_identity(struct json_writer *w, const struct function *f)
{
    bool guarded = f->fallback != NULL;
    if (guarded && f->property->values.len) {
        put_choice(w, f);
        return;
    }
    bool plain = f->property->type == TYPE_NUMBER || f->property->type == TYPE_BOOLEAN || f->property->type == TYPE_COLOR ||
                 f->property->type == TYPE_ARRAY || f->property->type == TYPE_STRING;
    if (!plain || (!guarded && f->property->type != TYPE_STRING)) {
        put_get(w, f->key);
        return;
    }
    json_open(w, '[');
    json_put_cstr(w, type_word(f->property));
    if (f->property->type == TYPE_ARRAY) {
        bool strings = f->property->item == TYPE_STRING, numbers = f->property->item == TYPE_NUMBER;
        if (strings || numbers)
            json_put_cstr(w, strings ? "string" : "number");
        if ((strings || numbers) && f->property->length >= 0)
            json_put_int(w, f->property->length);
        else if (strings || numbers)
            json_put_null(w);
    }
    put_get(w, f->key);
    if (guarded)
        put_literal(w, f->fallback);
    json_close(w, ']');
}

bool legacy_function(const struct json *v, const struct expr_spec *spec, struct buf *out, const struct context *c)
{
    struct json_writer w = {.out = out};
    const struct json *stops = json_get(v, S("stops"));
    struct function f = {.spec = v, .property = spec, .key = json_string(json_get(v, S("property"))),
        .keyed = json_get(v, S("property")) != NULL, .fallback = json_get(v, S("default"))};
    f.type = function_type(&f);
    if (!stops && f.keyed && (str_eq(f.type, S("identity")) || !json_get(v, S("type")))) {
        put_identity(&w, &f);
        return true;
    }
    if (json_kind(stops) != JSON_ARRAY || !json_size(stops))
        return problem(c, -1, "missing required property \"stops\"") != NULL;
    for (size_t i = 0; i < json_size(stops); i++)
        if (json_size(json_at(stops, i)) != 2 || json_kind(json_at(stops, i)) != JSON_ARRAY)
            return problem(c, -1, "array length 2 expected, length %zu found", json_size(json_at(stops, i))) != NULL;
    bool composite = json_kind(json_at(json_at(stops, 0), 0)) == JSON_OBJECT;
    if (composite)
        put_composite(&w, &f, stops);
    else if (f.keyed)
        put_property_function(&w, &f, (struct stops){.all = stops});
    else
        put_zoom_function(&w, &f, stops);
    return true;
}

/* ---- filters ---- */

bool expr_is_filter_expression(const struct json *v)
{
    if (json_kind(v) == JSON_BOOL)
        return true;
    if (json_kind(v) != JSON_ARRAY || !json_size(v))
        return false;
    struct str op = json_string(json_at(v, 0)), key = json_string(json_at(v, 1));
    const struct json *second = json_at(v, 1), *third = json_at(v, 2);
    size_t n = json_size(v);
    if (str_eq(op, S("has")))
        return n >= 2 && !str_eq(key, S("$id")) && !str_eq(key, S("$type"));
    if (str_eq(op, S("in")))
        return n >= 3 && (json_kind(second) != JSON_STRING || json_kind(third) == JSON_ARRAY);
    if (str_eq(op, S("!in")) || str_eq(op, S("!has")) || str_eq(op, S("none")))
        return false;
    if (str_eq(op, S("==")) || str_eq(op, S("!=")) || str_eq(op, S("<")) || str_eq(op, S("<=")) || str_eq(op, S(">")) ||
        str_eq(op, S(">=")))
        return n != 3 || json_kind(second) == JSON_ARRAY || json_kind(third) == JSON_ARRAY;
    if (str_eq(op, S("any")) || str_eq(op, S("all"))) {
        for (size_t i = 1; i < n; i++)
            if (!expr_is_filter_expression(json_at(v, i)))
                return false;
    }
    return true;
}

static bool put_filter(struct json_writer *w, const struct json *v, const struct context *c, int depth);

static bool put_several(struct json_writer *w, const char *op, const struct json *v, const struct context *c, int depth)
{
    json_open(w, '[');
    json_put_cstr(w, op);
    for (size_t i = 1; i < json_size(v); i++)
        if (!put_filter(w, json_at(v, i), c, depth + 1))
            return false;
    json_close(w, ']');
    return true;
}

static bool put_test(struct json_writer *w, const char *op, const struct json *v, const struct context *c, bool negated)
{
    if (json_kind(json_at(v, 1)) != JSON_STRING)
        return problem(c, 1, "string expected, %s found", json_kind(json_at(v, 1)) == JSON_NUMBER ? "number" : "another type") != NULL;
    if (negated) {
        json_open(w, '[');
        json_put_cstr(w, "!");
    }
    json_open(w, '[');
    json_put_cstr(w, op);
    json_put_str(w, json_string(json_at(v, 1)));
    for (size_t i = 2; i < json_size(v); i++)
        put_literal(w, json_at(v, i));
    json_close(w, ']');
    if (negated)
        json_close(w, ']');
    return true;
}

static bool put_filter(struct json_writer *w, const struct json *v, const struct context *c, int depth)
{
    static const struct {
        const char *name, *op;
        bool negated;
        size_t least, most; /* of items, the name among them */
    } TESTS[] = {{"==", "filter-==", false, 3, 3}, {"!=", "filter-==", true, 3, 3}, {"<", "filter-<", false, 3, 3},
        {">", "filter->", false, 3, 3}, {"<=", "filter-<=", false, 3, 3}, {">=", "filter->=", false, 3, 3},
        {"has", "filter-has", false, 2, 2}, {"!has", "filter-has", true, 2, 2}, {"in", "filter-in", false, 2, SIZE_MAX},
        {"!in", "filter-in", true, 2, SIZE_MAX}};
    if (depth > EXPRESSION_DEPTH_MAX)
        return problem(c, -1, "Filters may be nested %d deep.", EXPRESSION_DEPTH_MAX) != NULL;
    if (json_kind(v) == JSON_NULL || (json_kind(v) == JSON_ARRAY && json_size(v) < 1)) {
        json_put_bool(w, true);
        return true;
    }
    if (expr_is_filter_expression(v)) {
        AUTO(buf) text = {0};
        json_write(&text, v);
        json_put_raw(w, buf_str(&text));
        return true;
    }
    struct str op = json_string(json_at(v, 0));
    if (str_eq(op, S("any")) || str_eq(op, S("all")))
        return put_several(w, str_eq(op, S("any")) ? "any" : "all", v, c, depth);
    if (str_eq(op, S("none"))) {
        json_open(w, '[');
        json_put_cstr(w, "!");
        bool ok = put_several(w, "any", v, c, depth);
        json_close(w, ']');
        return ok;
    }
    for (size_t i = 0; i < COUNT(TESTS); i++) {
        size_t n = json_size(v);
        if (!str_eq(op, str_of(TESTS[i].name)))
            continue;
        if (n < TESTS[i].least || n > TESTS[i].most)
            return problem(c, -1, "filter array for operator \"%s\" must have %zu elements", TESTS[i].name, TESTS[i].least) != NULL;
        return put_test(w, TESTS[i].op, v, c, TESTS[i].negated);
    }
    return problem(c, 0, "expected one of [==, !=, >, >=, <, <=, in, !in, all, any, none, has, !has], \"%.*s\" found",
               STR_ARG(op)) != NULL;
}

bool legacy_filter(const struct json *v, struct buf *out, const struct context *c)
{
    struct json_writer w = {.out = out};
    return put_filter(&w, v, c, 0);
}
