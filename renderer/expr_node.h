/*
 * What reading and evaluating expressions share: nodes, types, operations. Only the expr_*.c files include this.
 *
 * Reading follows the specification's own rules for types: a child is read with the type its parent expects; a child whose
 * type is only known while drawing is wrapped in an assertion or a coercion; what is constant is evaluated at once.
 */
#ifndef RENDERER_EXPR_NODE_H
#define RENDERER_EXPR_NODE_H

#include "data/base/limits.h"
#include "renderer/expr.h"

struct kind {
    enum expr_type type, item; /* item: of an array, else TYPE_VALUE */
    int n;                     /* length of an array; -1: any */
};
#define KIND(t) ((struct kind){(t), TYPE_VALUE, -1})
#define KIND_ARRAY(item, n) ((struct kind){TYPE_ARRAY, (item), (n)})

enum { USES_ZOOM = 1, USES_FEATURE = 2, USES_OTHER = 4 /* density, progress, script */ };
enum form { FORM_OPERATION, FORM_LITERAL, FORM_ANNOTATION, FORM_VAR, FORM_LET, FORM_COALESCE, FORM_STEP, FORM_INTERPOLATE };

struct eval {
    const struct expr_input *in;
    uint32_t steps;
    struct err *why;  /* NULL: nobody asks */
    struct str where; /* the path of what failed */
};
typedef struct expr_value eval_fn(const struct expr *e, struct eval *x);

struct expr {
    eval_fn *eval;
    enum form form;
    struct kind kind;
    struct str path;       /* "[2][1]" inside the whole */
    unsigned uses;         /* of it and what is in it */
    bool never_constant;   /* must not be evaluated while reading */
    uint32_t n;
    const struct expr **arg;
    struct expr_value value;         /* of a literal */
    struct str name;                 /* of a property, operator … when it is written out */
    const struct operation *op;
    const void *more;                /* what the form needs besides */
};

/* ---- reading ---- */

struct binding {
    struct str name;
    const struct expr *value;
    const struct binding *next;
};
struct reader {
    struct arena *arena;
    struct expr_problems *problems;
    uint32_t steps;
    bool full; /* the arena is */
};
/* Where reading is: what is expected there, what `let` has bound. */
struct context {
    struct reader *reader;
    struct str path;
    int depth;
    bool expects;
    struct kind expected;
    const struct binding *scope;
};
enum annotate { ANNOTATE_DEFAULT, ANNOTATE_ASSERT, ANNOTATE_COERCE, ANNOTATE_OMIT };

typedef const struct expr *read_fn(const struct context *c, const struct json *args);
struct operation {
    const char *name;
    read_fn *read;
    eval_fn *eval;
    const char *result, *takes; /* a letter a type (kind_of_letter); '*' any number of the one before; '|' or */
    unsigned uses;
    double (*unary)(double);
};
extern const struct operation EXPR_OPERATIONS[];
const struct operation *operation_find(struct str name);

/* The child at an index; expected NULL: anything. NULL when it is wrong, with a problem noted. */
const struct expr *read_child(const struct context *c, const struct json *v, int index, const struct kind *expected);
const struct expr *read_child_as(const struct context *c, const struct json *v, int index, const struct kind *expected,
    enum annotate how, const struct binding *scope);
const struct expr *problem(const struct context *c, int index, const char *format, ...) PRINTF_LIKE(3, 4); /* -1: here */
const struct expr *problem_deep(const struct context *c, int index, int inner, const char *format, ...) PRINTF_LIKE(4, 5);

struct expr *node_new(const struct context *c, eval_fn *eval, struct kind kind, size_t n);
const struct expr *node_done(struct expr *e); /* once the arguments stand: gathers what they use */
/* A quicker way to evaluate it where its arguments are written out. */
void node_shorten(struct expr *e);
void comparison_shorten(struct expr *e);
const struct expr *node_literal(const struct context *c, struct expr_value v, struct kind kind);
const struct expr *node_annotation(const struct context *c, const struct expr *inner, struct kind kind, bool coerce);

read_fn read_compound;
read_fn read_literal, read_semiliteral, read_assertion, read_coercion, read_at, read_in, read_index_of, read_slice, read_length,
    read_case, read_match, read_coalesce, read_step, read_interpolate, read_let, read_var, read_comparison, read_format,
    read_image, read_number_format, read_collator, read_global_state, read_within, read_distance;

/* ---- types and values ---- */

struct kind kind_of_letter(char letter);
struct kind kind_of_value(const struct expr_value *v);
struct str kind_text(struct kind k, char room[64]);
bool kind_fits(struct kind expected, struct kind actual);
struct kind kind_of_spec(const struct expr_spec *spec);

struct expr_value value_null(void);
struct expr_value value_number(double v);
struct expr_value value_bool(bool v);
struct expr_value value_str(struct str s);
struct expr_value value_of_json(const struct json *v, struct arena *a); /* TYPE_ERROR past the arena */
struct expr_value value_of_tile(const struct value *v);
bool value_same(const struct expr_value *a, const struct expr_value *b);
void value_text(struct buf *out, const struct expr_value *v); /* as to-string gives it */
void value_json(struct buf *out, const struct expr_value *v); /* as JSON.stringify gives it */
void number_text(struct buf *out, double v);                  /* as JavaScript writes it */
/* TYPE_ERROR if it cannot be made. */
struct expr_value value_coerce(const struct expr_value *v, enum expr_type to, struct eval *x, const struct expr *e);
struct expr_value value_mix(const struct expr_value *a, const struct expr_value *b, double t, enum expr_type type,
    enum color_space space, struct eval *x, const struct expr *e);

/* ---- evaluating ---- */

#define FAILED ((struct expr_value){.type = TYPE_ERROR}) /* without a sentence: nobody asks */
struct expr_value eval_no_memory(struct eval *x, const struct expr *e);
struct expr_value eval_fail(struct eval *x, const struct expr *e, const char *format, ...) PRINTF_LIKE(3, 4);
struct expr_value eval_text(struct eval *x, const struct expr *e, const struct buf *text); /* kept in the arena */
struct expr_value feature_property(const struct expr_input *in, struct str key, bool *found);
struct str geometry_name(const struct eval *x);               /* "Point", "LineString", "Polygon" */
bool image_is_there(const struct expr_input *in, struct str name);
uint32_t rune_lower(uint32_t c);
uint32_t rune_upper(uint32_t c);
bool decided(const char *op, int order);                      /* what "<" and the others say of an order */
struct expr_array *eval_array(struct eval *x, size_t n); /* NULL past the arena */

static inline struct expr_value eval_run(const struct expr *e, struct eval *x)
{
    if (++x->steps > EXPRESSION_STEPS_MAX)
        return eval_fail(x, e, "The expression needs more than %d steps.", EXPRESSION_STEPS_MAX);
    return e->eval(e, x);
}

/* EVAL(v, i); evaluates argument i into v, and returns from the function if that fails. */
#define EVAL(v, i)                                                                                 \
    struct expr_value v = eval_run(e->arg[i], x);                                                  \
    if (v.type == TYPE_ERROR)                                                                      \
    return v
/* The same for an argument that reading has made sure is of a type. */
#define EVAL_AS(v, i, t)                                                                           \
    EVAL(v, i);                                                                                    \
    if (v.type != (t))                                                                             \
    return eval_mistyped(x, e->arg[i], (t), &v)
struct expr_value eval_mistyped(struct eval *x, const struct expr *e, enum expr_type wanted, const struct expr_value *v);

eval_fn eval_literal, eval_assertion, eval_coercion, eval_case, eval_match, eval_coalesce, eval_step, eval_interpolate, eval_let,
    eval_var, eval_comparison, eval_at, eval_in, eval_index_of, eval_slice, eval_length, eval_format, eval_image,
    eval_number_format, eval_collator, eval_global_state, eval_within, eval_distance, eval_semiliteral, eval_tokens,
    eval_or_else, eval_enum;

/* Named by the table (expr_table.c). */
eval_fn eval_accumulated, eval_all, eval_concat, eval_density, eval_error, eval_extreme, eval_feature_state,
    eval_filter_compare, eval_filter_has, eval_filter_in, eval_geometry_type, eval_get, eval_has, eval_id, eval_join,
    eval_letters, eval_locale, eval_not, eval_number_constant, eval_progress, eval_properties, eval_rgba,
    eval_sea_level, eval_split, eval_sum, eval_to_rgba, eval_true, eval_two, eval_typeof, eval_unary, eval_zoom;

/* What forms keep besides their arguments. */
struct curve { /* step and interpolate: arg[0] is the input, arg[1 + i] the output at label[i] */
    size_t n;
    double *label;
    double *growth; /* of an exponential between a label and the next: base^width - 1 */
    enum { CURVE_EXPONENTIAL, CURVE_BEZIER } shape;
    double base, bezier[4];
    enum color_space space;
};
struct match { /* arg[0] the input, arg[1] otherwise; labels in order */
    enum expr_type input;
    size_t n;
    struct match_label {
        double number;
        struct str text;
        uint32_t output; /* index of the argument */
    } *label;
};
struct comparison {
    char op[3];
    bool untyped;
};

/* ---- before expressions ---- */

/* The expression that says the same as a function {"stops": …} or a legacy filter, as JSON text. */
bool legacy_function(const struct json *v, const struct expr_spec *spec, struct buf *out, const struct context *c);
bool legacy_filter(const struct json *v, struct buf *out, const struct context *c);

#endif
