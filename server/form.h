/*
 * The fields of an HTML form, read from a request's body: application/x-www-form-urlencoded, and multipart/form-data as
 * RFC 7578 has it. What was read is safe to keep: names and text values are UTF-8 without control characters (line breaks
 * are '\n', tabs stay), and nothing is larger or more than data/base/limits.h says. Files are bytes, not looked into.
 * Everything points into the body or the arena and lives as long as both. The work is linear in the body.
 */
#ifndef SERVER_FORM_H
#define SERVER_FORM_H

#include "data/base/arena.h"
#include "data/base/err.h"
#include "data/base/limits.h"
#include "data/base/str.h"

struct form_field {
    struct str name;
    struct str value;        /* text, or the file's bytes */
    struct str file_name;    /* without folders; what the sender says, so for showing only */
    struct str content_type; /* of a part, as sent; empty if it had none */
    bool is_file;            /* the part had a file name, if an empty one: no file was chosen */
};
struct form {
    size_t n;
    struct form_field fields[FORM_FIELDS_MAX]; /* in the order of the form */
};

/* ERR_INVALID for what is not a form or is malformed, ERR_TOO_BIG past a bound; the form is untouched then. */
bool form_read(struct str content_type, struct str body, struct arena *a, struct form *out, struct err *err) MUST_USE;

/* The first text value of that name, trimmed; empty if absent. */
struct str form_get(const struct form *f, const char *name);
/* Whether a field of that name was sent, even empty: a ticked box, a pressed button. */
bool form_has(const struct form *f, const char *name);
/* The first file of that name; NULL if none was chosen. */
const struct form_field *form_file(const struct form *f, const char *name);
/* The text values of that name, trimmed, at most `most` of them; how many there are, which may be more. */
size_t form_all(const struct form *f, const char *name, struct str out[], size_t most);

#endif
