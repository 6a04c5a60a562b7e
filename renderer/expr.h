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
    bool has_color;
    struct rgba color;
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
    struct arena *arena;             /* for strings that are made */
};

struct expr;

/* `wanted` with coercions as the specification says for a property of that type; errors name the path inside. The
 * expression lives in the arena, as does all it needs of the JSON. */
bool expr_read(const struct expr **out, const struct json *v, enum expr_type wanted, struct arena *a, struct err *err) MUST_USE;
/* A filter: expression or legacy form. */
bool expr_read_filter(const struct expr **out, const struct json *v, struct arena *a, struct err *err) MUST_USE;
/* A failing evaluation gives TYPE_ERROR; the caller takes the property's default. */
struct expr_value expr_eval(const struct expr *e, const struct expr_input *in);
bool expr_is_constant(const struct expr *e);       /* neither zoom nor feature */
bool expr_uses_feature(const struct expr *e);

#endif
