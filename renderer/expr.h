/*
 * Expressions of the MapLibre style specification: read from JSON, typed and checked once, evaluated often, without
 * allocation but for strings that are made (into the arena). Bounded in depth and steps (data/base/limits.h).
 */
#ifndef RENDERER_EXPR_H
#define RENDERER_EXPR_H

#include "data/base/err.h"
#include "data/base/json.h"
#include "data/geo/mvt.h"
#include "renderer/color.h"

enum expr_type {
    TYPE_NULL, TYPE_NUMBER, TYPE_STRING, TYPE_BOOLEAN, TYPE_COLOR, TYPE_ARRAY, TYPE_OBJECT, TYPE_FORMATTED, TYPE_IMAGE,
    TYPE_COLLATOR, TYPE_VALUE, TYPE_ERROR,
    TYPE_PADDING,        /* array: four numbers, top right bottom left */
    TYPE_NUMBER_ARRAY, TYPE_COLOR_ARRAY,
    TYPE_ANCHOR_OFFSETS, /* array: anchor, array of two numbers, and so on */
    TYPE_PROJECTION      /* string, or array: from, to, share of the way */
};
struct expr_array;
struct expr_formatted;
struct expr_value {
    enum expr_type type;
    union {
        double number;
        struct str string; /* TYPE_STRING and TYPE_IMAGE */
        bool boolean;
        struct rgba color;
        const struct expr_array *array;
        const struct json *object;
        const struct expr_formatted *formatted;
    };
};
struct expr_array {
    size_t n;
    struct expr_value *at;
};
/* A text of several pieces, each with its own size, font and colour, or an image. */
struct expr_section {
    struct str text, image, font; /* font: a stack as "Noto Sans Bold"; empty: the layer's */
    double scale;                 /* 1 */
    bool has_scale, has_color;
    struct rgba color;
    struct str vertical_align;    /* bottom, center, top; empty: not said */
};
struct expr_formatted {
    size_t n;
    struct expr_section *at;
};

/* What an expression may look at. */
struct expr_input {
    double zoom;                     /* of the style: 512-px tiles */
    const struct features *layer;    /* the feature's layer; NULL: none */
    const struct feature *feature;   /* NULL: a camera-only evaluation */
    double heatmap_density, line_progress;
    struct arena *arena;             /* for strings and arrays that are made */
    /* The rest may be left out. */
    const struct json *properties, *id;         /* of a feature that is not from a tile: instead of layer and feature */
    const struct json *feature_state, *globals; /* objects */
    const struct tile *tile;                    /* which the feature's coordinates lie in: for within and distance */
    const struct expr_value *accumulated;       /* of clusterProperties; NULL: none */
    bool (*has_image)(void *ctx, struct str name); /* NULL: every image is there */
    void *ctx;
};

struct expr;

/* `wanted` with coercions as the specification says for a property of that type; errors name the path inside. The
 * expression lives in the arena; only literal objects stay in the JSON, which then has to outlive it. */
bool expr_read(const struct expr **out, const struct json *v, enum expr_type wanted, struct arena *a, struct err *err) MUST_USE;
/* A filter: expression or legacy form. */
bool expr_read_filter(const struct expr **out, const struct json *v, struct arena *a, struct err *err) MUST_USE;
/* A failing evaluation gives TYPE_ERROR; the caller takes the property's default. */
struct expr_value expr_eval(const struct expr *e, const struct expr_input *in);
bool expr_is_constant(const struct expr *e);       /* neither zoom nor feature */
bool expr_uses_feature(const struct expr *e);
bool expr_uses_zoom(const struct expr *e);
bool expr_uses_operation(const struct expr *e, struct str name);

/* The same with everything a property's specification says, and with every complaint. */
struct expr_spec {
    enum expr_type type, item;      /* TYPE_VALUE: any; item: of an array */
    int length;                     /* of an array; -1: any */
    bool by_zoom, by_feature;       /* may depend on them */
    bool smooth, tokens;            /* may be interpolated; {name} stands for a property */
    bool anywhere;                  /* a filter: any array is an expression, and the zoom may stand anywhere in it */
    struct str values;              /* of an enumeration: a|b|c; else empty */
    const struct json *fallback;    /* the property's default, for functions of before expressions; NULL: none */
};
struct expr_problem {
    struct str key, text;           /* "[2][1]", a sentence */
};
struct expr_problems {
    size_t n;
    struct expr_problem at[16];     /* the first ones */
};
/* A value as written in a style: a constant, an expression or a function of before expressions. */
bool expr_read_property(const struct expr **out, const struct json *v, const struct expr_spec *spec, struct arena *a,
    struct expr_problems *problems) MUST_USE;
bool expr_read_filter_all(const struct expr **out, const struct json *v, struct arena *a, struct expr_problems *problems) MUST_USE;
/* As expr_eval; where it fails, says why: "[2]: Expected …". */
struct expr_value expr_eval_why(const struct expr *e, const struct expr_input *in, struct err *why);

bool expr_is_expression(const struct json *v);        /* an array that starts with the name of an operation */
bool expr_is_filter_expression(const struct json *v); /* not a legacy filter */
void expr_type_write(struct buf *out, const struct expr *e); /* "array<number, 2>" */
/* The names of all operations, one after another; NULL past the last. */
const char *expr_operation(size_t i);

/* A value as JSON, colours as [r, g, b, a] premultiplied. */
void expr_value_write(struct json_writer *w, const struct expr_value *v, const struct expr_input *in);

#endif
