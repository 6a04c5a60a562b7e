/* The operations: name, how it is read, what evaluates it, the types it takes and gives. */
#include <math.h>

#include "renderer/expr_node.h"

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
