/* Layers and their filters. A part of the style checker. */
#include "renderer/style_lint.h"

#include <stdio.h>

/* ---- filters ---- */

enum filter_way { FILTER_LEGACY, FILTER_EITHER, FILTER_EXPRESSION };

bool lint_is_word(struct str word, const char *list)
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
    if (lint_is_word(op, "!in|!has|none"))
        return FILTER_LEGACY;
    if (lint_is_word(op, "==|!=|<|<=|>|>="))
        return n != 3 || json_kind(second) == JSON_ARRAY || json_kind(third) == JSON_ARRAY ? FILTER_EXPRESSION : FILTER_LEGACY;
    if (!lint_is_word(op, "any|all"))
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
    struct spot_of_style key = lint_item(at, 1);
    size_t n = json_size(at->value);
    bool by_type = str_eq(json_string(key.value), S("$type"));
    if (lint_is_word(op, "<|<=|>|>=") && by_type)
        lint_complain(l, at, "\"$type\" cannot be use with operator \"%.*s\"", STR_ARG(op));
    if (!lint_is_word(op, "in|!in") && n != 3)
        lint_complain(l, at, "filter array for operator \"%.*s\" must have 3 elements", STR_ARG(op));
    if (n >= 2)
        lint_check_type(l, &key, JSON_STRING, "string");
    for (size_t i = 2; i < n; i++) {
        struct spot_of_style value = lint_item(at, i);
        enum json_kind kind = json_kind(value.value);
        if (by_type)
            lint_check_values(l, &value, S("Point|LineString|Polygon"));
        else if (kind != JSON_STRING && kind != JSON_NUMBER && kind != JSON_BOOL)
            lint_complain(l, &value, "string, number, or boolean expected, %s found", lint_type_of(value.value));
    }
}

static void check_legacy_filter(struct lint *l, const struct spot_of_style *at)
{
    struct str op = json_string(json_at(at->value, 0));
    struct spot_of_style name = lint_item(at, 0), key = lint_item(at, 1);
    size_t n = json_size(at->value);
    if (!lint_check_type(l, at, JSON_ARRAY, "array"))
        return;
    if (n < 1) {
        lint_complain(l, at, "filter array must have at least 1 element");
        return;
    }
    lint_check_values(l, &name, S("==|!=|>|>=|<|<=|in|!in|all|any|none|has|!has"));
    if (lint_is_word(op, "==|!=|<|<=|>|>=|in|!in"))
        check_legacy_tests(l, at);
    for (size_t i = 1; i < n && lint_is_word(op, "any|all|none"); i++) {
        struct spot_of_style inner = lint_item(at, i);
        check_legacy_filter(l, &inner);
    }
    if (lint_is_word(op, "has|!has") && n != 2)
        lint_complain(l, at, "filter array for \"%.*s\" operator must have 2 elements", STR_ARG(op));
    else if (lint_is_word(op, "has|!has"))
        lint_check_type(l, &key, JSON_STRING, "string");
}

/* Pieces of an expression that are written as filters once were. */
static void find_mixture(struct lint *l, const struct spot_of_style *at, int depth)
{
    struct str op = json_string(json_at(at->value, 0));
    bool tests = lint_is_word(op, "==|!=|<|<=|>|>=|in|!in|!has|none");
    if (json_kind(at->value) != JSON_ARRAY || str_eq(op, S("literal")) || depth > 32)
        return;
    if (depth && tests && json_kind(json_at(at->value, 1)) != JSON_ARRAY && filter_way(at->value) == FILTER_LEGACY) {
        AUTO(buf) text = {0};
        json_write(&text, at->value);
        lint_remark(l, SEVERITY_WARNING, at, "Mixing deprecated filter syntax with expression syntax is not supported. Convert %s to "
                                        "expression syntax.", text.at);
        return;
    }
    for (size_t i = 1; i < json_size(at->value); i++) {
        struct spot_of_style inner = lint_item(at, i);
        bool label = str_eq(op, S("match")) && i > 1 && i % 2 == 0 && i + 1 < json_size(at->value);
        if (!label)
            find_mixture(l, &inner, depth + 1);
    }
}

void lint_check_filter(struct lint *l, const struct spot_of_style *at)
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
        lint_report(l, at, &problems);
    if (e && expr_uses_operation(e, S("feature-state")))
        lint_complain(l, at, "\"feature-state\" data expressions are not supported with filters.");
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

void lint_check_transition(struct lint *l, const struct spot_of_style *at)
{
    struct prop_rule number = {.spec = {.type = TYPE_NUMBER}, .has_min = true};
    if (!lint_check_type(l, at, JSON_OBJECT, "object"))
        return;
    for (struct json_each e = {0}; json_each(at->value, &e);) {
        struct spot_of_style one = lint_member(at, e.key);
        if (str_eq(e.key, S("duration")) || str_eq(e.key, S("delay")))
            lint_check_constant(l, &one, &number);
        else
            lint_complain(l, &one, "unknown property \"%.*s\"", STR_ARG(e.key));
    }
}

static void check_group(struct lint *l, const struct spot_of_style *at, struct str layer, bool layout)
{
    if (!at->value || !lint_check_type(l, at, JSON_OBJECT, "object") || !lint_is_word(layer, LAYER_TYPES))
        return;
    for (struct json_each e = {0}; json_each(at->value, &e);) {
        struct spot_of_style one = lint_member(at, e.key);
        struct str base = str_slice(e.key, 0, e.key.len - MIN(e.key.len, sizeof "-transition" - 1));
        struct prop_rule rule;
        bool drawn;
        if (layout && str_eq(e.key, S("visibility"))) {
            if (!expr_is_expression(one.value))
                lint_check_values(l, &one, S("visible|none"));
        } else if (find_rule(layer, e.key, layout, &rule, &drawn)) {
            lint_check_property(l, &one, &rule);
            if (!drawn)
                lint_remark(l, SEVERITY_NOT_DRAWN, &one, "valid, but not drawn here");
        } else if (!layout && str_ends(e.key, S("-transition")) && find_rule(layer, base, false, &rule, &drawn)) {
            lint_check_transition(l, &one);
        } else {
            lint_complain(l, &one, "unknown property \"%.*s\"", STR_ARG(e.key));
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
    struct spot_of_style ref = lint_member(at, S("ref"));
    const struct json *parent = find_layer(l, json_string(ref.value));
    for (size_t i = 0; i < COUNT(PROHIBITED); i++) {
        struct spot_of_style one = lint_member(at, str_of(PROHIBITED[i]));
        if (one.value)
            lint_complain_by(l, at, &one, "\"%s\" is prohibited for ref layers", PROHIBITED[i]);
    }
    if (!parent)
        lint_complain_by(l, at, &ref, "ref layer \"%.*s\" not found", STR_ARG(json_string(ref.value)));
    else if (json_get(parent, S("ref")))
        lint_complain_by(l, at, &ref, "ref cannot reference another ref layer");
    return json_string(json_get(parent, S("type")));
}

static void check_layer_source(struct lint *l, const struct spot_of_style *at, struct str type)
{
    struct spot_of_style name = lint_member(at, S("source"));
    const struct json *source = json_get(json_get(l->root, S("sources")), json_string(name.value));
    struct str kind = json_string(json_get(source, S("type"))), id = json_string(json_get(at->value, S("id")));
    bool relief = lint_is_word(type, "hillshade|color-relief"), dem = str_eq(kind, S("raster-dem"));
    bool gradient = json_get(json_get(at->value, S("paint")), S("line-gradient")) != NULL;
    if (!name.value)
        lint_complain(l, at, "missing required property \"source\"");
    else if (!source)
        lint_complain_by(l, at, &name, "source \"%.*s\" not found", STR_ARG(json_string(name.value)));
    else if (str_eq(kind, S("vector")) && str_eq(type, S("raster")))
        lint_complain_by(l, at, &name, "layer \"%.*s\" requires a raster source", STR_ARG(id));
    else if (!dem && relief)
        lint_complain_by(l, at, &name, "layer \"%.*s\" requires a raster-dem source", STR_ARG(id));
    else if (str_eq(kind, S("raster")) && !str_eq(type, S("raster")))
        lint_complain_by(l, at, &name, "layer \"%.*s\" requires a vector source", STR_ARG(id));
    else if (str_eq(kind, S("vector")) && !json_get(at->value, S("source-layer")))
        lint_complain(l, at, "layer \"%.*s\" must specify a \"source-layer\"", STR_ARG(id));
    else if (dem && !relief)
        lint_complain_by(l, at, &name, "raster-dem source can only be used with layer type 'hillshade' or 'color-relief'.");
    else if (str_eq(type, S("line")) && gradient &&
             (!str_eq(kind, S("geojson")) || !json_bool(json_get(source, S("lineMetrics")))))
        lint_complain(l, at, "layer \"%.*s\" specifies a line-gradient, which requires a GeoJSON source with `lineMetrics` enabled.",
            STR_ARG(id));
}

static void check_id(struct lint *l, const struct spot_of_style *at, size_t index)
{
    const struct json *layers = json_get(l->root, S("layers"));
    struct spot_of_style id = lint_member(at, S("id"));
    if (!id.value) {
        lint_complain(l, at, "missing required property \"id\"");
        return;
    }
    lint_check_type(l, &id, JSON_STRING, "string");
    for (size_t i = 0; i < index; i++)
        if (str_eq(json_string(json_get(json_at(layers, i), S("id"))), json_string(id.value))) {
            char path[64];
            snprintf(path, sizeof path, "layers[%zu].id", i);
            lint_complain_by(l, at, &id, "duplicate layer id \"%.*s\", previously used at line %d", STR_ARG(json_string(id.value)),
                json_line(l->doc, str_of(path)));
            return;
        }
}

void lint_check_layer(struct lint *l, const struct spot_of_style *at, size_t index)
{
    static const char *const NUMBERS[] = {"minzoom", "maxzoom"}, *const STRINGS[] = {"source-layer", "source"};
    struct prop_rule zoom = {.spec = {.type = TYPE_NUMBER}, .has_min = true, .has_max = true, .max = 24};
    if (!lint_check_type(l, at, JSON_OBJECT, "object"))
        return;
    struct spot_of_style kind = lint_member(at, S("type")), filter = lint_member(at, S("filter")), paint = lint_member(at, S("paint")),
                         layout = lint_member(at, S("layout"));
    struct str type = json_string(kind.value);
    bool ref = json_get(at->value, S("ref")) != NULL;
    if (!kind.value && !ref)
        lint_complain(l, at, "either \"type\" or \"ref\" is required");
    check_id(l, at, index);
    if (ref)
        type = check_ref(l, at);
    else if (!str_eq(type, S("background")) && (kind.value || json_get(at->value, S("source"))))
        check_layer_source(l, at, type);
    if (json_get(paint.value, S("resampling")) && json_get(paint.value, S("raster-resampling")))
        lint_complain_by(l, at, &paint, "layer \"%.*s\" redundantly specifies \"resampling\" and \"raster-resampling\" paint properties, "
                                   "but only one is allowed. It is advised to use \"resampling\".",
            STR_ARG(json_string(json_get(at->value, S("id")))));
    if (kind.value)
        lint_check_values(l, &kind, str_of(LAYER_TYPES));
    if (lint_is_word(type, "fill-extrusion|hillshade|color-relief"))
        lint_remark(l, SEVERITY_NOT_DRAWN, kind.value ? &kind : at, "layers of this type are valid, but not drawn here");
    for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        struct spot_of_style one = lint_member(at, str_of(NUMBERS[i]));
        if (one.value)
            lint_check_constant(l, &one, &zoom);
        struct spot_of_style text = lint_member(at, str_of(STRINGS[i]));
        if (text.value)
            lint_check_type(l, &text, JSON_STRING, "string");
    }
    if (filter.value)
        lint_check_filter(l, &filter);
    check_group(l, &layout, type, true);
    check_group(l, &paint, type, false);
}
