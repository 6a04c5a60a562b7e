/*
 * What is wrong with a style, by the rules of the style specification: the root, sources and light by a table, layers and
 * filters by functions, values of properties by their rule in props.def. Paths and lines are those a reader of the file
 * needs: an expression is named down to the piece that is wrong, but its line is where the expression begins.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "renderer/style.h"

enum { COMPLAINTS_MAX = 1000, PATH_BYTES = 512 };

struct lint {
    const struct json_doc *doc;
    const struct json *root;
    struct arena *arena;
    struct complaint *at;
    size_t n;
};

/* A place in the style: where its value stands, and how it is called in messages, which is nearly always the same. */
struct spot_of_style {
    char path[PATH_BYTES], key[PATH_BYTES];
    const struct json *value;
};

static const char *type_of(const struct json *v)
{
    static const char *const NAMES[] = {"null", "boolean", "number", "string", "array", "object"};
    return NAMES[json_kind(v)];
}

static void complain_as(struct lint *l, enum severity severity, const char *path, const char *key, const char *format,
    va_list args)
{
    char text[ERR_TEXT_BYTES];
    AUTO(buf) message = {0};
    if (l->n >= COMPLAINTS_MAX)
        return;
    vsnprintf(text, sizeof text, format, args);
    if (key[0])
        buf_fmt(&message, "%s: ", key);
    buf_add(&message, str_of(text));
    l->at[l->n++] = (struct complaint){str_copy(l->arena, buf_str(&message)), json_line(l->doc, str_of(path)), severity};
}

static void complain(struct lint *l, const struct spot_of_style *at, const char *format, ...) PRINTF_LIKE(3, 4);
static void complain(struct lint *l, const struct spot_of_style *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_as(l, SEVERITY_ERROR, at->path, at->key, format, args);
    va_end(args);
}

/* The same with the line of another place. */
static void complain_by(struct lint *l, const struct spot_of_style *at, const struct spot_of_style *line, const char *format, ...)
    PRINTF_LIKE(4, 5);
static void complain_by(struct lint *l, const struct spot_of_style *at, const struct spot_of_style *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_as(l, SEVERITY_ERROR, line->path, at->key, format, args);
    va_end(args);
}

static void remark(struct lint *l, enum severity severity, const struct spot_of_style *at, const char *format, ...)
    PRINTF_LIKE(4, 5);
static void remark(struct lint *l, enum severity severity, const struct spot_of_style *at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain_as(l, severity, at->path, at->key, format, args);
    va_end(args);
}

static void append(char path[PATH_BYTES], const char *piece)
{
    size_t n = strlen(path);
    snprintf(path + n, PATH_BYTES - n, "%s", piece);
}

static struct spot_of_style member(const struct spot_of_style *of, struct str name)
{
    struct spot_of_style out = *of;
    char piece[PATH_BYTES];
    bool odd = str_has(name, S(".")) || str_has(name, S("["));
    if (odd)
        snprintf(piece, sizeof piece, "[\"%.*s\"]", STR_ARG(name));
    else
        snprintf(piece, sizeof piece, "%s%.*s", of->path[0] ? "." : "", STR_ARG(name));
    append(out.path, piece);
    snprintf(piece, sizeof piece, "%s%.*s", of->key[0] ? "." : "", STR_ARG(name));
    append(out.key, piece);
    out.value = json_get(of->value, name);
    return out;
}

static struct spot_of_style item(const struct spot_of_style *of, size_t i)
{
    struct spot_of_style out = *of;
    char piece[32];
    snprintf(piece, sizeof piece, "[%zu]", i);
    append(out.path, piece);
    append(out.key, piece);
    out.value = json_at(of->value, i);
    return out;
}

/* ---- values ---- */

static void check_values(struct lint *l, const struct spot_of_style *at, struct str values)
{
    AUTO(buf) list = {0};
    AUTO(buf) found = {0};
    struct str one;
    if (json_kind(at->value) == JSON_STRING && str_list_has(values, '|', json_string(at->value)))
        return;
    while (str_next(&values, '|', &one)) {
        buf_add(&list, list.len ? S(", ") : S(""));
        buf_add(&list, one);
    }
    json_write(&found, at->value);
    complain(l, at, "expected one of [%s], %s found", list.at, found.at);
}

static bool check_type(struct lint *l, const struct spot_of_style *at, enum json_kind kind, const char *name)
{
    if (json_kind(at->value) == kind)
        return true;
    complain(l, at, "%s expected, %s found", name, type_of(at->value));
    return false;
}

static void check_number(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    AUTO(buf) text = {0};
    if (!check_type(l, at, JSON_NUMBER, "number"))
        return;
    double v = json_number(at->value);
    bool low = r->has_min && v < r->min, high = r->has_max && v > r->max;
    if (!low && !high)
        return;
    buf_double(&text, v);
    buf_add(&text, low ? S(" is less than the minimum value ") : S(" is greater than the maximum value "));
    buf_double(&text, low ? r->min : r->max);
    complain(l, at, "%s", text.at);
}

static void check_color(struct lint *l, const struct spot_of_style *at)
{
    struct rgba c;
    if (json_kind(at->value) != JSON_STRING)
        complain(l, at, "color expected, %s found", type_of(at->value));
    else if (!color_read(json_string(at->value), &c))
        complain(l, at, "color expected, \"%.*s\" found", STR_ARG(json_string(at->value)));
}

static void check_constant(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r);

static void check_items(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r, enum expr_type type)
{
    struct prop_rule each = *r;
    each.spec.type = type;
    each.spec.item = TYPE_VALUE;
    for (size_t i = 0; i < json_size(at->value); i++) {
        struct spot_of_style one = item(at, i);
        check_constant(l, &one, &each);
    }
}

static void check_array(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    if (!check_type(l, at, JSON_ARRAY, "array"))
        return;
    if (r->spec.length >= 0 && json_size(at->value) != (size_t)r->spec.length)
        complain(l, at, "array length %d expected, length %zu found", r->spec.length, json_size(at->value));
    else
        check_items(l, at, r, r->spec.item);
}

/* One value, or an array of some. */
static void check_list(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r, enum expr_type type)
{
    struct prop_rule one = *r;
    one.spec.type = type;
    size_t n = json_size(at->value);
    if (json_kind(at->value) != JSON_ARRAY)
        check_constant(l, at, &one);
    else if (n < 1)
        complain(l, at, "array length at least 1 expected, length 0 found");
    else if (r->spec.type == TYPE_PADDING && n > 4)
        complain(l, at, "padding requires 1 to 4 values; %zu values found", n);
    else
        check_items(l, at, r, type);
}

static void check_constant(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    switch (r->spec.type) {
    case TYPE_NUMBER:
        check_number(l, at, r);
        break;
    case TYPE_BOOLEAN:
        check_type(l, at, JSON_BOOL, "boolean");
        break;
    case TYPE_COLOR:
        check_color(l, at);
        break;
    case TYPE_STRING:
        if (r->spec.values.len)
            check_values(l, at, r->spec.values);
        else
            check_type(l, at, JSON_STRING, "string");
        break;
    case TYPE_FORMATTED:
    case TYPE_IMAGE:
        check_type(l, at, JSON_STRING, "string");
        break;
    case TYPE_OBJECT:
        check_type(l, at, JSON_OBJECT, "object");
        break;
    case TYPE_ARRAY:
        check_array(l, at, r);
        break;
    case TYPE_PADDING:
    case TYPE_NUMBER_ARRAY:
        check_list(l, at, r, TYPE_NUMBER);
        break;
    case TYPE_COLOR_ARRAY:
        check_list(l, at, r, TYPE_COLOR);
        break;
    case TYPE_ANCHOR_OFFSETS:
        if (check_type(l, at, JSON_ARRAY, "array") && (!json_size(at->value) || json_size(at->value) % 2))
            complain(l, at, "variableAnchorOffsetCollection requires a non-empty array of even length");
        break;
    default:
        break;
    }
}

/* ---- expressions ---- */

static void report(struct lint *l, const struct spot_of_style *at, const struct expr_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        struct spot_of_style inside = *at;
        char key[PATH_BYTES];
        snprintf(key, sizeof key, "%.*s", STR_ARG(problems->at[i].key));
        append(inside.key, key);
        complain(l, &inside, "%.*s", STR_ARG(problems->at[i].text));
    }
}

static const struct expr *check_expression(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    struct expr_problems problems = {0};
    struct expr_spec spec = r->spec;
    const struct expr *e = NULL;
    if (expr_read_property(&e, at->value, &spec, l->arena, &problems))
        return e;
    report(l, at, &problems);
    return NULL;
}

static void check_stop_order(struct lint *l, const struct spot_of_style *stops, const struct spot_of_style *at, size_t i)
{
    const struct json *now = json_at(json_at(stops->value, i), 0), *before = i ? json_at(json_at(stops->value, i - 1), 0) : NULL;
    if (!before || json_kind(now) != JSON_NUMBER || json_kind(before) != JSON_NUMBER)
        return;
    if (json_number(now) < json_number(before)) {
        struct spot_of_style input = item(at, 0);
        complain(l, &input, "stop domain values must appear in ascending order");
    }
}

static void check_stop(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r, bool by_number)
{
    if (!check_type(l, at, JSON_ARRAY, "array"))
        return;
    if (json_size(at->value) != 2) {
        complain(l, at, "array length 2 expected, length %zu found", json_size(at->value));
        return;
    }
    struct spot_of_style input = item(at, 0), output = item(at, 1);
    if (json_kind(input.value) == JSON_OBJECT) {
        if (!json_get(input.value, S("zoom")))
            complain(l, at, "object stop key must have zoom");
        if (!json_get(input.value, S("value")))
            complain(l, at, "object stop key must have value");
    } else if (by_number) {
        check_type(l, &input, JSON_NUMBER, "number");
    }
    check_constant(l, &output, r);
}

/* {"stops": …}, and {"type": "identity", "property": …}. */
static void check_function(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    struct spot_of_style stops = member(at, S("stops")), kind = member(at, S("type"));
    bool identity = str_eq(json_string(kind.value), S("identity")), keyed = json_get(at->value, S("property")) != NULL;
    bool categorical = str_eq(json_string(kind.value), S("categorical"));
    bool composite = json_kind(json_at(json_at(stops.value, 0), 0)) == JSON_OBJECT;
    if (kind.value)
        check_values(l, &kind, S("identity|exponential|interval|categorical"));
    if (stops.value && identity)
        complain(l, &stops, "identity function may not have a \"stops\" property");
    else if (stops.value && check_type(l, &stops, JSON_ARRAY, "array")) {
        if (!json_size(stops.value))
            complain(l, &stops, "array must have at least one stop");
        for (size_t i = 0; i < json_size(stops.value); i++) {
            struct spot_of_style one = item(&stops, i);
            check_stop(l, &one, r, !categorical);
            check_stop_order(l, &stops, &one, i);
        }
    }
    if (identity && !keyed)
        complain(l, at, "missing required property \"property\"");
    if (!identity && !stops.value)
        complain(l, at, "missing required property \"stops\"");
    if (str_eq(json_string(kind.value), S("exponential")) && !r->spec.smooth)
        complain(l, at, "exponential functions not supported");
    if ((keyed || categorical) && !r->spec.by_feature)
        complain(l, at, "property functions not supported");
    else if (!keyed && !categorical && !r->spec.by_zoom)
        complain(l, at, "zoom functions not supported");
    if ((categorical || composite) && !keyed)
        complain(l, at, "\"property\" property is required");
}

static void check_property(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    if (json_kind(at->value) == JSON_OBJECT) {
        check_function(l, at, r);
        return;
    }
    if (!expr_is_expression(at->value)) {
        check_constant(l, at, r);
        return;
    }
    const struct expr *e = check_expression(l, at, r);
    if (e && r->layout && expr_uses_operation(e, S("feature-state")))
        complain(l, at, "\"feature-state\" data expressions are not supported with layout properties.");
}

/* ---- filters ---- */

enum filter_way { FILTER_LEGACY, FILTER_EITHER, FILTER_EXPRESSION };

static bool is_word(struct str word, const char *list)
{
    return str_list_has(str_of(list), '|', word);
}

/* How a filter is written: `has` and true may stand in both ways. One real expression makes its parents expressions. */
static enum filter_way filter_way(const struct json *v)
{
    struct str op = json_string(json_at(v, 0)), key = json_string(json_at(v, 1));
    const struct json *second = json_at(v, 1), *third = json_at(v, 2);
    bool special = str_eq(key, S("$id")) || str_eq(key, S("$type"));
    size_t n = json_size(v);
    if (json_kind(v) == JSON_BOOL)
        return FILTER_EITHER;
    if (json_kind(v) != JSON_ARRAY || !n)
        return FILTER_LEGACY;
    if (str_eq(op, S("has")))
        return special || n < 2 ? FILTER_LEGACY : n == 2 && json_kind(second) == JSON_STRING ? FILTER_EITHER : FILTER_EXPRESSION;
    if (str_eq(op, S("in")))
        return n >= 3 && (json_kind(second) != JSON_STRING || json_kind(third) == JSON_ARRAY) ? FILTER_EXPRESSION : FILTER_LEGACY;
    if (is_word(op, "!in|!has|none"))
        return FILTER_LEGACY;
    if (is_word(op, "==|!=|<|<=|>|>="))
        return n != 3 || json_kind(second) == JSON_ARRAY || json_kind(third) == JSON_ARRAY ? FILTER_EXPRESSION : FILTER_LEGACY;
    if (!is_word(op, "any|all"))
        return FILTER_EXPRESSION;
    enum filter_way way = FILTER_EITHER;
    for (size_t i = 1; i < n; i++) {
        enum filter_way inner = filter_way(json_at(v, i));
        if (inner == FILTER_EXPRESSION)
            return FILTER_EXPRESSION;
        way = inner == FILTER_LEGACY ? FILTER_LEGACY : way;
    }
    return way;
}

static void check_legacy_tests(struct lint *l, const struct spot_of_style *at)
{
    struct str op = json_string(json_at(at->value, 0));
    struct spot_of_style key = item(at, 1);
    size_t n = json_size(at->value);
    bool by_type = str_eq(json_string(key.value), S("$type"));
    if (is_word(op, "<|<=|>|>=") && by_type)
        complain(l, at, "\"$type\" cannot be use with operator \"%.*s\"", STR_ARG(op));
    if (!is_word(op, "in|!in") && n != 3)
        complain(l, at, "filter array for operator \"%.*s\" must have 3 elements", STR_ARG(op));
    if (n >= 2)
        check_type(l, &key, JSON_STRING, "string");
    for (size_t i = 2; i < n; i++) {
        struct spot_of_style value = item(at, i);
        enum json_kind kind = json_kind(value.value);
        if (by_type)
            check_values(l, &value, S("Point|LineString|Polygon"));
        else if (kind != JSON_STRING && kind != JSON_NUMBER && kind != JSON_BOOL)
            complain(l, &value, "string, number, or boolean expected, %s found", type_of(value.value));
    }
}

static void check_legacy_filter(struct lint *l, const struct spot_of_style *at)
{
    struct str op = json_string(json_at(at->value, 0));
    struct spot_of_style name = item(at, 0), key = item(at, 1);
    size_t n = json_size(at->value);
    if (!check_type(l, at, JSON_ARRAY, "array"))
        return;
    if (n < 1) {
        complain(l, at, "filter array must have at least 1 element");
        return;
    }
    check_values(l, &name, S("==|!=|>|>=|<|<=|in|!in|all|any|none|has|!has"));
    if (is_word(op, "==|!=|<|<=|>|>=|in|!in"))
        check_legacy_tests(l, at);
    for (size_t i = 1; i < n && is_word(op, "any|all|none"); i++) {
        struct spot_of_style inner = item(at, i);
        check_legacy_filter(l, &inner);
    }
    if (is_word(op, "has|!has") && n != 2)
        complain(l, at, "filter array for \"%.*s\" operator must have 2 elements", STR_ARG(op));
    else if (is_word(op, "has|!has"))
        check_type(l, &key, JSON_STRING, "string");
}

/* Pieces of an expression that are written as filters once were. */
static void find_mixture(struct lint *l, const struct spot_of_style *at, int depth)
{
    struct str op = json_string(json_at(at->value, 0));
    bool tests = is_word(op, "==|!=|<|<=|>|>=|in|!in|!has|none");
    if (json_kind(at->value) != JSON_ARRAY || str_eq(op, S("literal")) || depth > 32)
        return;
    if (depth && tests && json_kind(json_at(at->value, 1)) != JSON_ARRAY && filter_way(at->value) == FILTER_LEGACY) {
        AUTO(buf) text = {0};
        json_write(&text, at->value);
        remark(l, SEVERITY_WARNING, at, "Mixing deprecated filter syntax with expression syntax is not supported. Convert %s to "
                                        "expression syntax.", text.at);
        return;
    }
    for (size_t i = 1; i < json_size(at->value); i++) {
        struct spot_of_style inner = item(at, i);
        bool label = str_eq(op, S("match")) && i > 1 && i % 2 == 0 && i + 1 < json_size(at->value);
        if (!label)
            find_mixture(l, &inner, depth + 1);
    }
}

static void check_filter(struct lint *l, const struct spot_of_style *at)
{
    struct expr_spec spec = {.type = TYPE_BOOLEAN, .length = -1, .by_zoom = true, .by_feature = true, .smooth = true, .anywhere = true};
    struct expr_problems problems = {0};
    const struct expr *e = NULL;
    if (filter_way(at->value) == FILTER_LEGACY) {
        check_legacy_filter(l, at);
        return;
    }
    find_mixture(l, at, 0);
    if (!expr_read_property(&e, at->value, &spec, l->arena, &problems))
        report(l, at, &problems);
    if (e && expr_uses_operation(e, S("feature-state")))
        complain(l, at, "\"feature-state\" data expressions are not supported with filters.");
}

/* ---- layers ---- */

static const struct {
    const char *layer, *name, *words;
    enum expr_type type;
} OTHERS[] = {
#define OTHER(layer, name, type, words) {layer, name, words, type},
#include "renderer/props_other.def"
#undef OTHER
};

static const char *const DRAWN[] = {"background", "fill", "line", "circle", "symbol", "heatmap", "raster"}; /* as enum layer_kind */
static const char LAYER_TYPES[] = "fill|line|symbol|circle|heatmap|fill-extrusion|raster|hillshade|color-relief|background";

/* The rule of a property in a layer of this type; false if there is none of this name. */
static bool find_rule(struct str layer, struct str name, bool layout, struct prop_rule *out, bool *drawn)
{
    enum prop p;
    *drawn = true;
    if (prop_find(name, &p) && prop_layer(p) < COUNT(DRAWN) && str_eq(layer, str_of(DRAWN[prop_layer(p)]))) {
        *out = *prop_rule(p);
        return out->layout == layout;
    }
    *drawn = false;
    for (size_t i = 0; i < COUNT(OTHERS); i++)
        if (str_eq(str_of(OTHERS[i].layer), layer) && str_eq(str_of(OTHERS[i].name), name)) {
            *out = prop_rule_of(OTHERS[i].type, str_of(OTHERS[i].words));
            return out->layout == layout;
        }
    return false;
}

static void check_transition(struct lint *l, const struct spot_of_style *at)
{
    struct prop_rule number = {.spec = {.type = TYPE_NUMBER}, .has_min = true};
    if (!check_type(l, at, JSON_OBJECT, "object"))
        return;
    for (struct json_each e = {0}; json_each(at->value, &e);) {
        struct spot_of_style one = member(at, e.key);
        if (str_eq(e.key, S("duration")) || str_eq(e.key, S("delay")))
            check_constant(l, &one, &number);
        else
            complain(l, &one, "unknown property \"%.*s\"", STR_ARG(e.key));
    }
}

static void check_group(struct lint *l, const struct spot_of_style *at, struct str layer, bool layout)
{
    if (!at->value || !check_type(l, at, JSON_OBJECT, "object") || !is_word(layer, LAYER_TYPES))
        return;
    for (struct json_each e = {0}; json_each(at->value, &e);) {
        struct spot_of_style one = member(at, e.key);
        struct str base = str_slice(e.key, 0, e.key.len - MIN(e.key.len, sizeof "-transition" - 1));
        struct prop_rule rule;
        bool drawn;
        if (layout && str_eq(e.key, S("visibility"))) {
            if (!expr_is_expression(one.value))
                check_values(l, &one, S("visible|none"));
        } else if (find_rule(layer, e.key, layout, &rule, &drawn)) {
            check_property(l, &one, &rule);
            if (!drawn)
                remark(l, SEVERITY_NOT_DRAWN, &one, "valid, but not drawn here");
        } else if (!layout && str_ends(e.key, S("-transition")) && find_rule(layer, base, false, &rule, &drawn)) {
            check_transition(l, &one);
        } else {
            complain(l, &one, "unknown property \"%.*s\"", STR_ARG(e.key));
        }
    }
}

static const struct json *find_layer(const struct lint *l, struct str id)
{
    const struct json *layers = json_get(l->root, S("layers")), *found = NULL;
    for (size_t i = 0; i < json_size(layers); i++)
        if (str_eq(json_string(json_get(json_at(layers, i), S("id"))), id))
            found = json_at(layers, i);
    return found;
}

/* Layers of before version 8 that share with another; the type that then counts. */
static struct str check_ref(struct lint *l, const struct spot_of_style *at)
{
    static const char *const PROHIBITED[] = {"type", "source", "source-layer", "filter", "layout"};
    struct spot_of_style ref = member(at, S("ref"));
    const struct json *parent = find_layer(l, json_string(ref.value));
    for (size_t i = 0; i < COUNT(PROHIBITED); i++) {
        struct spot_of_style one = member(at, str_of(PROHIBITED[i]));
        if (one.value)
            complain_by(l, at, &one, "\"%s\" is prohibited for ref layers", PROHIBITED[i]);
    }
    if (!parent)
        complain_by(l, at, &ref, "ref layer \"%.*s\" not found", STR_ARG(json_string(ref.value)));
    else if (json_get(parent, S("ref")))
        complain_by(l, at, &ref, "ref cannot reference another ref layer");
    return json_string(json_get(parent, S("type")));
}

static void check_layer_source(struct lint *l, const struct spot_of_style *at, struct str type)
{
    struct spot_of_style name = member(at, S("source"));
    const struct json *source = json_get(json_get(l->root, S("sources")), json_string(name.value));
    struct str kind = json_string(json_get(source, S("type"))), id = json_string(json_get(at->value, S("id")));
    bool relief = is_word(type, "hillshade|color-relief"), dem = str_eq(kind, S("raster-dem"));
    bool gradient = json_get(json_get(at->value, S("paint")), S("line-gradient")) != NULL;
    if (!name.value)
        complain(l, at, "missing required property \"source\"");
    else if (!source)
        complain_by(l, at, &name, "source \"%.*s\" not found", STR_ARG(json_string(name.value)));
    else if (str_eq(kind, S("vector")) && str_eq(type, S("raster")))
        complain_by(l, at, &name, "layer \"%.*s\" requires a raster source", STR_ARG(id));
    else if (!dem && relief)
        complain_by(l, at, &name, "layer \"%.*s\" requires a raster-dem source", STR_ARG(id));
    else if (str_eq(kind, S("raster")) && !str_eq(type, S("raster")))
        complain_by(l, at, &name, "layer \"%.*s\" requires a vector source", STR_ARG(id));
    else if (str_eq(kind, S("vector")) && !json_get(at->value, S("source-layer")))
        complain(l, at, "layer \"%.*s\" must specify a \"source-layer\"", STR_ARG(id));
    else if (dem && !relief)
        complain_by(l, at, &name, "raster-dem source can only be used with layer type 'hillshade' or 'color-relief'.");
    else if (str_eq(type, S("line")) && gradient &&
             (!str_eq(kind, S("geojson")) || !json_bool(json_get(source, S("lineMetrics")))))
        complain(l, at, "layer \"%.*s\" specifies a line-gradient, which requires a GeoJSON source with `lineMetrics` enabled.",
            STR_ARG(id));
}

static void check_id(struct lint *l, const struct spot_of_style *at, size_t index)
{
    const struct json *layers = json_get(l->root, S("layers"));
    struct spot_of_style id = member(at, S("id"));
    if (!id.value) {
        complain(l, at, "missing required property \"id\"");
        return;
    }
    check_type(l, &id, JSON_STRING, "string");
    for (size_t i = 0; i < index; i++)
        if (str_eq(json_string(json_get(json_at(layers, i), S("id"))), json_string(id.value))) {
            char path[64];
            snprintf(path, sizeof path, "layers[%zu].id", i);
            complain_by(l, at, &id, "duplicate layer id \"%.*s\", previously used at line %d", STR_ARG(json_string(id.value)),
                json_line(l->doc, str_of(path)));
            return;
        }
}

static void check_layer(struct lint *l, const struct spot_of_style *at, size_t index)
{
    static const char *const NUMBERS[] = {"minzoom", "maxzoom"}, *const STRINGS[] = {"source-layer", "source"};
    struct prop_rule zoom = {.spec = {.type = TYPE_NUMBER}, .has_min = true, .has_max = true, .max = 24};
    if (!check_type(l, at, JSON_OBJECT, "object"))
        return;
    struct spot_of_style kind = member(at, S("type")), filter = member(at, S("filter")), paint = member(at, S("paint")),
                         layout = member(at, S("layout"));
    struct str type = json_string(kind.value);
    bool ref = json_get(at->value, S("ref")) != NULL;
    if (!kind.value && !ref)
        complain(l, at, "either \"type\" or \"ref\" is required");
    check_id(l, at, index);
    if (ref)
        type = check_ref(l, at);
    else if (!str_eq(type, S("background")) && (kind.value || json_get(at->value, S("source"))))
        check_layer_source(l, at, type);
    if (json_get(paint.value, S("resampling")) && json_get(paint.value, S("raster-resampling")))
        complain_by(l, at, &paint, "layer \"%.*s\" redundantly specifies \"resampling\" and \"raster-resampling\" paint properties, "
                                   "but only one is allowed. It is advised to use \"resampling\".",
            STR_ARG(json_string(json_get(at->value, S("id")))));
    if (kind.value)
        check_values(l, &kind, str_of(LAYER_TYPES));
    if (is_word(type, "fill-extrusion|hillshade|color-relief"))
        remark(l, SEVERITY_NOT_DRAWN, kind.value ? &kind : at, "layers of this type are valid, but not drawn here");
    for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        struct spot_of_style one = member(at, str_of(NUMBERS[i]));
        if (one.value)
            check_constant(l, &one, &zoom);
        struct spot_of_style text = member(at, str_of(STRINGS[i]));
        if (text.value)
            check_type(l, &text, JSON_STRING, "string");
    }
    if (filter.value)
        check_filter(l, &filter);
    check_group(l, &layout, type, true);
    check_group(l, &paint, type, false);
}

/* ---- the rest, by a table ---- */

struct field {
    const char *of, *name; /* name "*": anything else may be there */
    enum expr_type type;
    const char *words;
    bool required;
};

static const struct field FIELDS[] = {
    {"root", "name", TYPE_STRING, "", false}, {"root", "center", TYPE_ARRAY, "of=number n=2", false},
    {"root", "centerAltitude", TYPE_NUMBER, "", false}, {"root", "zoom", TYPE_NUMBER, "", false},
    {"root", "bearing", TYPE_NUMBER, "", false}, {"root", "pitch", TYPE_NUMBER, "", false},
    {"root", "roll", TYPE_NUMBER, "", false}, {"root", "glyphs", TYPE_STRING, "", false},
    {"root", "font-faces", TYPE_OBJECT, "", false}, {"root", "state", TYPE_OBJECT, "", false},
    {"root", "*", TYPE_VALUE, "", false},
    {"vector", "type", TYPE_VALUE, "", true}, {"vector", "url", TYPE_STRING, "", false},
    {"vector", "tiles", TYPE_ARRAY, "of=string", false}, {"vector", "bounds", TYPE_ARRAY, "of=number n=4", false},
    {"vector", "scheme", TYPE_STRING, "values=xyz|tms", false}, {"vector", "minzoom", TYPE_NUMBER, "", false},
    {"vector", "maxzoom", TYPE_NUMBER, "", false}, {"vector", "attribution", TYPE_STRING, "", false},
    {"vector", "volatile", TYPE_BOOLEAN, "", false}, {"vector", "tileSize", TYPE_NUMBER, "", false},
    {"vector", "*", TYPE_VALUE, "", false},
    {"geojson", "type", TYPE_VALUE, "", true}, {"geojson", "data", TYPE_VALUE, "", true},
    {"geojson", "maxzoom", TYPE_NUMBER, "", false}, {"geojson", "attribution", TYPE_STRING, "", false},
    {"geojson", "buffer", TYPE_NUMBER, "min=0 max=512", false}, {"geojson", "filter", TYPE_VALUE, "", false},
    {"geojson", "tolerance", TYPE_NUMBER, "", false}, {"geojson", "cluster", TYPE_BOOLEAN, "", false},
    {"geojson", "clusterRadius", TYPE_NUMBER, "min=0", false}, {"geojson", "clusterMaxZoom", TYPE_NUMBER, "", false},
    {"geojson", "clusterMinPoints", TYPE_NUMBER, "", false}, {"geojson", "clusterProperties", TYPE_VALUE, "", false},
    {"geojson", "lineMetrics", TYPE_BOOLEAN, "", false}, {"geojson", "generateId", TYPE_BOOLEAN, "", false},
    {"geojson", "promoteId", TYPE_VALUE, "", false},
    {"image", "type", TYPE_VALUE, "", true}, {"image", "url", TYPE_STRING, "", true},
    {"image", "coordinates", TYPE_ARRAY, "n=4", true},
    {"video", "type", TYPE_VALUE, "", true}, {"video", "urls", TYPE_ARRAY, "of=string", true},
    {"video", "coordinates", TYPE_ARRAY, "n=4", true},
    {"light", "anchor", TYPE_STRING, "values=map|viewport zoom", false}, {"light", "position", TYPE_ARRAY, "of=number n=3 zoom smooth", false},
    {"light", "color", TYPE_COLOR, "zoom smooth", false}, {"light", "intensity", TYPE_NUMBER, "min=0 max=1 zoom smooth", false},
    {"sky", "sky-color", TYPE_COLOR, "zoom smooth", false}, {"sky", "horizon-color", TYPE_COLOR, "zoom smooth", false},
    {"sky", "fog-color", TYPE_COLOR, "zoom smooth", false}, {"sky", "fog-ground-blend", TYPE_NUMBER, "min=0 max=1 zoom smooth", false},
    {"sky", "horizon-fog-blend", TYPE_NUMBER, "min=0 max=1 zoom smooth", false},
    {"sky", "sky-horizon-blend", TYPE_NUMBER, "min=0 max=1 zoom smooth", false},
    {"sky", "atmosphere-blend", TYPE_NUMBER, "min=0 max=1 zoom smooth", false},
    {"terrain", "source", TYPE_STRING, "", true}, {"terrain", "exaggeration", TYPE_NUMBER, "min=0", false},
    {"projection", "type", TYPE_PROJECTION, "zoom smooth", false},
};

static const struct field *find_field(struct str of, struct str name)
{
    const struct field *rest = NULL;
    for (size_t i = 0; i < COUNT(FIELDS); i++) {
        if (!str_eq(str_of(FIELDS[i].of), of))
            continue;
        if (str_eq(str_of(FIELDS[i].name), name))
            return &FIELDS[i];
        if (strcmp(FIELDS[i].name, "*") == 0)
            rest = &FIELDS[i];
    }
    return rest;
}

static void check_object(struct lint *l, const struct spot_of_style *at, struct str of)
{
    if (!check_type(l, at, JSON_OBJECT, "object"))
        return;
    for (struct json_each e = {0}; json_each(at->value, &e);) {
        struct spot_of_style one = member(at, e.key);
        const struct field *field = find_field(of, e.key);
        if (!field) {
            complain(l, &one, "unknown property \"%.*s\"", STR_ARG(e.key));
            continue;
        }
        struct prop_rule rule = prop_rule_of(field->type, str_of(field->words));
        if (rule.spec.by_zoom)
            check_property(l, &one, &rule);
        else
            check_constant(l, &one, &rule);
    }
    for (size_t i = 0; i < COUNT(FIELDS); i++)
        if (str_eq(str_of(FIELDS[i].of), of) && FIELDS[i].required && !json_get(at->value, str_of(FIELDS[i].name)))
            complain(l, at, "missing required property \"%s\"", FIELDS[i].name);
}

static void check_source(struct lint *l, const struct spot_of_style *at)
{
    struct spot_of_style kind = member(at, S("type")), filter = member(at, S("filter"));
    struct str type = json_string(kind.value);
    if (!check_type(l, at, JSON_OBJECT, "object"))
        return;
    if (!kind.value) {
        complain(l, at, "\"type\" is required");
        return;
    }
    if (!is_word(type, "vector|raster|raster-dem|geojson|video|image")) {
        check_values(l, &kind, S("vector|raster|raster-dem|geojson|video|image"));
        return;
    }
    check_object(l, at, str_starts(type, S("raster")) ? S("vector") : type);
    if (str_eq(type, S("geojson")) && filter.value)
        check_filter(l, &filter);
}

/* Light, sky, terrain and projection are named in messages by their property alone. */
static void check_named(struct lint *l, const struct spot_of_style *root, struct str name)
{
    struct spot_of_style at = member(root, name);
    if (!at.value)
        return;
    if (json_kind(at.value) == JSON_OBJECT)
        at.key[0] = '\0';
    check_object(l, &at, name);
}

static void check_sources(struct lint *l, const struct spot_of_style *root)
{
    struct spot_of_style at = member(root, S("sources"));
    if (!at.value) {
        complain(l, root, "missing required property \"sources\"");
        return;
    }
    if (!check_type(l, &at, JSON_OBJECT, "object"))
        return;
    for (struct json_each e = {0}; json_each(at.value, &e);) {
        struct spot_of_style one = member(&at, e.key);
        check_source(l, &one);
    }
}

static void check_layers(struct lint *l, const struct spot_of_style *root)
{
    struct spot_of_style at = member(root, S("layers"));
    if (!at.value) {
        complain(l, root, "missing required property \"layers\"");
        return;
    }
    if (!check_type(l, &at, JSON_ARRAY, "array"))
        return;
    for (size_t i = 0; i < json_size(at.value); i++) {
        struct spot_of_style one = item(&at, i);
        check_layer(l, &one, i);
    }
}

/* What is accepted and left out of the picture: it is flat. */
static void note_not_drawn(struct lint *l, const struct spot_of_style *root)
{
    static const char *const NAMES[] = {"sky", "terrain", "light", "fog", "pitch", "roll", "projection"};
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        struct spot_of_style one = member(root, str_of(NAMES[i]));
        bool flat = (json_kind(one.value) == JSON_NUMBER && json_number(one.value) == 0) || str_eq(json_string(json_get(one.value, S("type"))), S("mercator"));
        if (one.value && !flat)
            remark(l, SEVERITY_NOT_DRAWN, &one, "valid, but not drawn here");
    }
}

static void check_root(struct lint *l)
{
    struct spot_of_style root = {.value = l->root};
    if (!check_type(l, &root, JSON_OBJECT, "object"))
        return;
    struct spot_of_style version = member(&root, S("version")), constants = member(&root, S("constants")),
                         transition = member(&root, S("transition"));
    AUTO(buf) found = {0};
    json_write(&found, version.value);
    if (!version.value)
        complain(l, &root, "missing required property \"version\"");
    else if (json_kind(version.value) != JSON_NUMBER || json_number(version.value) != 8)
        complain(l, &version, "expected one of [8], %s found", found.at);
    if (constants.value)
        complain(l, &constants, "constants have been deprecated as of v8");
    check_object(l, &root, S("root"));
    check_sources(l, &root);
    if (transition.value)
        check_transition(l, &transition);
    check_named(l, &root, S("light"));
    check_named(l, &root, S("sky"));
    check_named(l, &root, S("terrain"));
    check_named(l, &root, S("projection"));
    note_not_drawn(l, &root);
    check_layers(l, &root);
}

bool style_lint(struct str json, struct arena *a, struct complaint **out, size_t *n, struct err *err)
{
    AUTO(json_doc) doc = {0};
    struct lint l = {.doc = &doc, .arena = a};
    if (!json_read(&doc, json, &JSON_STYLE, err))
        return false;
    l.root = doc.root;
    l.at = ARENA_ARRAY(a, struct complaint, COMPLAINTS_MAX);
    if (!l.at)
        return err_arena(err);
    check_root(&l);
    *out = l.at;
    *n = l.n;
    return true;
}
