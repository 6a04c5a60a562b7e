/*
 * Fields of a form with what is wrong beside each: what was typed stands in them again, the fault is tied to its field for
 * screen readers, and a list of all faults with links stands on top.
 */
#ifndef SERVER_FIELDS_H
#define SERVER_FIELDS_H

#include "server/form.h"
#include "server/page.h"

enum { FAULTS_MAX = 16 };
struct faults {
    size_t n;
    struct fault {
        const char *field; /* its name in the form */
        const char *text;  /* in the reader's language: what, why, what to do */
    } at[FAULTS_MAX];
};
void fault_add(struct faults *x, const char *field, const char *text); /* the first of a field counts */

struct fields {
    struct page *p;
    const struct form *form;      /* what was sent; NULL: nothing yet */
    const struct faults *faults;
};
/* The list on top; nothing without faults. */
void fields_faults(const struct fields *x);
/* What a field holds: as sent, else this. */
struct str field_value(const struct fields *x, const char *name, struct str otherwise);

struct field {
    const char *name, *label, *says; /* label and says are keys of texts; says NULL: no hint */
    const char *type;                /* of a line: "text", "month", "file", … */
    const char *autocomplete;        /* NULL: off */
    struct str value;                /* before anything was sent */
    int64_t max_runes;               /* 0: not said */
    bool required;
};
void field_line(const struct fields *x, const struct field *f);
void field_area(const struct fields *x, const struct field *f);
/* Boxes to tick, or one of several: between begin and end. */
void field_choice_begin(const struct fields *x, const struct field *f);
void field_choice(const struct fields *x, const char *name, const char *value, const char *label, bool first);
void field_choice_end(const struct fields *x);
void field_box(const struct fields *x, const struct field *f);

#endif
