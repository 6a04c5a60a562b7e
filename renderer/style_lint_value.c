/* Values of properties: constants by their rule, expressions, and functions of before them. A part of the style checker. */
#include "renderer/style_lint.h"

#include <stdio.h>

void lint_check_values(struct lint *l, const struct spot_of_style *at, struct str values)
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
    lint_complain(l, at, "expected one of [%s], %s found", list.at, found.at);
}

bool lint_check_type(struct lint *l, const struct spot_of_style *at, enum json_kind kind, const char *name)
{
    if (json_kind(at->value) == kind)
        return true;
    lint_complain(l, at, "%s expected, %s found", name, lint_type_of(at->value));
    return false;
}

static void check_number(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    AUTO(buf) text = {0};
    if (!lint_check_type(l, at, JSON_NUMBER, "number"))
        return;
    double v = json_number(at->value);
    bool low = r->has_min && v < r->min, high = r->has_max && v > r->max;
    if (!low && !high)
        return;
    buf_double(&text, v);
    buf_add(&text, low ? S(" is less than the minimum value ") : S(" is greater than the maximum value "));
    buf_double(&text, low ? r->min : r->max);
    lint_complain(l, at, "%s", text.at);
}

static void check_color(struct lint *l, const struct spot_of_style *at)
{
    struct rgba c;
    if (json_kind(at->value) != JSON_STRING)
        lint_complain(l, at, "color expected, %s found", lint_type_of(at->value));
    else if (!color_read(json_string(at->value), &c))
        lint_complain(l, at, "color expected, \"%.*s\" found", STR_ARG(json_string(at->value)));
}

static void check_items(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r, enum expr_type type)
{
    struct prop_rule each = *r;
    each.spec.type = type;
    each.spec.item = TYPE_VALUE;
    for (size_t i = 0; i < json_size(at->value); i++) {
        struct spot_of_style one = lint_item(at, i);
        lint_check_constant(l, &one, &each);
    }
}

static void check_array(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    if (!lint_check_type(l, at, JSON_ARRAY, "array"))
        return;
    if (r->spec.length >= 0 && json_size(at->value) != (size_t)r->spec.length)
        lint_complain(l, at, "array length %d expected, length %zu found", r->spec.length, json_size(at->value));
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
        lint_check_constant(l, at, &one);
    else if (n < 1)
        lint_complain(l, at, "array length at least 1 expected, length 0 found");
    else if (r->spec.type == TYPE_PADDING && n > 4)
        lint_complain(l, at, "padding requires 1 to 4 values; %zu values found", n);
    else
        check_items(l, at, r, type);
}

void lint_check_constant(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    switch (r->spec.type) {
    case TYPE_NUMBER:
        check_number(l, at, r);
        break;
    case TYPE_BOOLEAN:
        lint_check_type(l, at, JSON_BOOL, "boolean");
        break;
    case TYPE_COLOR:
        check_color(l, at);
        break;
    case TYPE_STRING:
        if (r->spec.values.len)
            lint_check_values(l, at, r->spec.values);
        else
            lint_check_type(l, at, JSON_STRING, "string");
        break;
    case TYPE_FORMATTED:
    case TYPE_IMAGE:
        lint_check_type(l, at, JSON_STRING, "string");
        break;
    case TYPE_OBJECT:
        lint_check_type(l, at, JSON_OBJECT, "object");
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
        if (lint_check_type(l, at, JSON_ARRAY, "array") && (!json_size(at->value) || json_size(at->value) % 2))
            lint_complain(l, at, "variableAnchorOffsetCollection requires a non-empty array of even length");
        break;
    default:
        break;
    }
}

/* ---- expressions ---- */

void lint_report(struct lint *l, const struct spot_of_style *at, const struct expr_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        struct spot_of_style inside = *at;
        char key[PATH_BYTES];
        snprintf(key, sizeof key, "%.*s", STR_ARG(problems->at[i].key));
        lint_append(inside.key, key);
        lint_complain(l, &inside, "%.*s", STR_ARG(problems->at[i].text));
    }
}

static const struct expr *check_expression(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    struct expr_problems problems = {0};
    struct expr_spec spec = r->spec;
    const struct expr *e = NULL;
    if (expr_read_property(&e, at->value, &spec, l->arena, &problems))
        return e;
    lint_report(l, at, &problems);
    return NULL;
}

static void check_stop_order(struct lint *l, const struct spot_of_style *stops, const struct spot_of_style *at, size_t i)
{
    const struct json *now = json_at(json_at(stops->value, i), 0), *before = i ? json_at(json_at(stops->value, i - 1), 0) : NULL;
    if (!before || json_kind(now) != JSON_NUMBER || json_kind(before) != JSON_NUMBER)
        return;
    if (json_number(now) < json_number(before)) {
        struct spot_of_style input = lint_item(at, 0);
        lint_complain(l, &input, "stop domain values must appear in ascending order");
    }
}

static void check_stop(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r, bool by_number)
{
    if (!lint_check_type(l, at, JSON_ARRAY, "array"))
        return;
    if (json_size(at->value) != 2) {
        lint_complain(l, at, "array length 2 expected, length %zu found", json_size(at->value));
        return;
    }
    struct spot_of_style input = lint_item(at, 0), output = lint_item(at, 1);
    if (json_kind(input.value) == JSON_OBJECT) {
        if (!json_get(input.value, S("zoom")))
            lint_complain(l, at, "object stop key must have zoom");
        if (!json_get(input.value, S("value")))
            lint_complain(l, at, "object stop key must have value");
    } else if (by_number) {
        lint_check_type(l, &input, JSON_NUMBER, "number");
    }
    lint_check_constant(l, &output, r);
}

/* {"stops": …}, and {"type": "identity", "property": …}. */
static void check_function(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    struct spot_of_style stops = lint_member(at, S("stops")), kind = lint_member(at, S("type"));
    bool identity = str_eq(json_string(kind.value), S("identity")), keyed = json_get(at->value, S("property")) != NULL;
    bool categorical = str_eq(json_string(kind.value), S("categorical"));
    bool composite = json_kind(json_at(json_at(stops.value, 0), 0)) == JSON_OBJECT;
    if (kind.value)
        lint_check_values(l, &kind, S("identity|exponential|interval|categorical"));
    if (stops.value && identity)
        lint_complain(l, &stops, "identity function may not have a \"stops\" property");
    else if (stops.value && lint_check_type(l, &stops, JSON_ARRAY, "array")) {
        if (!json_size(stops.value))
            lint_complain(l, &stops, "array must have at least one stop");
        for (size_t i = 0; i < json_size(stops.value); i++) {
            struct spot_of_style one = lint_item(&stops, i);
            check_stop(l, &one, r, !categorical);
            check_stop_order(l, &stops, &one, i);
        }
    }
    if (identity && !keyed)
        lint_complain(l, at, "missing required property \"property\"");
    if (!identity && !stops.value)
        lint_complain(l, at, "missing required property \"stops\"");
    if (str_eq(json_string(kind.value), S("exponential")) && !r->spec.smooth)
        lint_complain(l, at, "exponential functions not supported");
    if ((keyed || categorical) && !r->spec.by_feature)
        lint_complain(l, at, "property functions not supported");
    else if (!keyed && !categorical && !r->spec.by_zoom)
        lint_complain(l, at, "zoom functions not supported");
    if ((categorical || composite) && !keyed)
        lint_complain(l, at, "\"property\" property is required");
}

void lint_check_property(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r)
{
    if (json_kind(at->value) == JSON_OBJECT) {
        check_function(l, at, r);
        return;
    }
    if (!expr_is_expression(at->value)) {
        lint_check_constant(l, at, r);
        return;
    }
    const struct expr *e = check_expression(l, at, r);
    if (e && r->layout && expr_uses_operation(e, S("feature-state")))
        lint_complain(l, at, "\"feature-state\" data expressions are not supported with layout properties.");
}
