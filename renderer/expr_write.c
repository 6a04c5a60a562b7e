/* Values written out as JSON. */
#include <math.h>

#include "renderer/expr_node.h"

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
