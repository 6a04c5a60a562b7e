/* What is looked at: the feature, its state, and where drawing is. */
#include <string.h>

#include "renderer/expr_node.h"

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

struct expr_value eval_get(const struct expr *e, struct eval *x)
{
    bool found;
    return look_up(e, x, &found);
}

struct expr_value eval_has(const struct expr *e, struct eval *x)
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

struct expr_value eval_feature_state(const struct expr *e, struct eval *x)
{
    EVAL_AS(key, 0, TYPE_STRING);
    return value_of_json(json_get(x->in->feature_state, key.string), x->in->arena);
}

struct expr_value eval_global_state(const struct expr *e, struct eval *x)
{
    return value_of_json(json_get(x->in->globals, e->name), x->in->arena);
}

struct expr_value eval_properties(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return (struct expr_value){.type = TYPE_OBJECT, .object = x->in->properties};
}

struct str geometry_name(const struct eval *x)
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

struct expr_value eval_geometry_type(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return value_str(geometry_name(x));
}

struct expr_value eval_id(const struct expr *e __attribute__((unused)), struct eval *x)
{
    if (x->in->id)
        return value_of_json(x->in->id, x->in->arena);
    return x->in->feature && x->in->feature->has_id ? value_number((double)x->in->feature->id) : value_null();
}

struct expr_value eval_zoom(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return value_number(x->in->zoom);
}

struct expr_value eval_density(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return value_number(x->in->heatmap_density);
}

struct expr_value eval_progress(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return value_number(x->in->line_progress);
}

/* There is no relief here. */
struct expr_value eval_sea_level(const struct expr *e __attribute__((unused)), struct eval *x __attribute__((unused)))
{
    return value_number(0);
}

struct expr_value eval_accumulated(const struct expr *e __attribute__((unused)), struct eval *x)
{
    return x->in->accumulated ? *x->in->accumulated : value_null();
}
