/* Round a whole property, and the filters of before expressions. */
#include "renderer/expr_node.h"

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

struct expr_value eval_filter_has(const struct expr *e, struct eval *x)
{
    bool found = false;
    filter_subject(e, x, &found);
    return value_bool(found);
}

struct expr_value eval_filter_compare(const struct expr *e, struct eval *x)
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

struct expr_value eval_filter_in(const struct expr *e, struct eval *x)
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
