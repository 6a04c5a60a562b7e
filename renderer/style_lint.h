/*
 * What the parts of the style checker share (style_lint.c says what it does): the work in hand, places in a style, complaints.
 * Inner to style_lint*.c.
 */
#ifndef RENDERER_STYLE_LINT_H
#define RENDERER_STYLE_LINT_H

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

/* ---- complaints ---- */
void lint_complain(struct lint *l, const struct spot_of_style *at, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same with the line of another place. */
void lint_complain_by(struct lint *l, const struct spot_of_style *at, const struct spot_of_style *line, const char *format, ...) PRINTF_LIKE(4, 5);
void lint_remark(struct lint *l, enum severity severity, const struct spot_of_style *at, const char *format, ...) PRINTF_LIKE(4, 5);
void lint_report(struct lint *l, const struct spot_of_style *at, const struct expr_problems *problems);

/* ---- places ---- */
const char *lint_type_of(const struct json *v);
void lint_append(char path[PATH_BYTES], const char *piece);
struct spot_of_style lint_member(const struct spot_of_style *of, struct str name);
struct spot_of_style lint_item(const struct spot_of_style *of, size_t i);
bool lint_is_word(struct str word, const char *list); /* of a list with '|' between */

/* ---- checks ---- */
void lint_check_values(struct lint *l, const struct spot_of_style *at, struct str values);
bool lint_check_type(struct lint *l, const struct spot_of_style *at, enum json_kind kind, const char *name);
void lint_check_constant(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r);
void lint_check_property(struct lint *l, const struct spot_of_style *at, const struct prop_rule *r); /* a constant, an expression or a function */
void lint_check_filter(struct lint *l, const struct spot_of_style *at);
void lint_check_transition(struct lint *l, const struct spot_of_style *at);
void lint_check_layer(struct lint *l, const struct spot_of_style *at, size_t index);

#endif
