/*
 * Our door to jansson. Reading: limits on bytes, depth and number of values before the tree is built, strict UTF-8, the
 * path and line of a value for error messages. Writing: into a buf, in one pass, commas by themselves.
 */
#ifndef DATA_BASE_JSON_H
#define DATA_BASE_JSON_H

#include "data/base/buf.h"
#include "data/base/err.h"
#include "data/base/str.h"

struct json; /* a value; borrowed from its document */

struct json_limits {
    size_t bytes, values;
    int depth;
    bool refuse_duplicate_keys;
};
extern const struct json_limits JSON_BODY;  /* what a stranger posts: 1 MiB, 10,000 values, depth 32, no duplicates */
extern const struct json_limits JSON_STYLE; /* a style file or our own file: 16 MiB, 2,000,000 values, depth 200 */

struct json_doc {
    struct json *root;
    struct str text; /* borrowed from the caller, for json_line */
};
void json_doc_done(struct json_doc *d);

/* RFC 8259. The error names line and column. Numbers past double are refused; integers past 2^63 are read as doubles. */
bool json_read(struct json_doc *out, struct str text, const struct json_limits *limits, struct err *err) MUST_USE;

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* All of these take NULL for a missing value: its kind is JSON_NULL, its size 0, its string empty. */
enum json_kind json_kind(const struct json *v);
bool json_bool(const struct json *v);
double json_number(const struct json *v);
bool json_is_integer(const struct json *v); /* written without fraction or exponent */
int64_t json_integer(const struct json *v);
struct str json_string(const struct json *v); /* may hold NUL bytes; length counts */
size_t json_size(const struct json *v);       /* of an array or object */
const struct json *json_at(const struct json *array, size_t i);
const struct json *json_get(const struct json *object, struct str key);

/* for (struct json_each e = {0}; json_each(object, &e);) … e.key, e.value, in the order of the text. */
struct json_each {
    struct str key;
    const struct json *value;
    void *iterator;
    size_t i;
};
bool json_each(const struct json *object_or_array, struct json_each *e);

/* The line (from 1) on which the value at a path such as layers[3].paint.fill-color stands, counted in the document's
 * text; that of the nearest existing parent when the path does not exist; 1 for the root. Keys that hold a dot or a
 * bracket are given in quotes: sources["a.b"]. */
int json_line(const struct json_doc *d, struct str path);

/* The value written back, compact. */
void json_write(struct buf *out, const struct json *v);

/* Writing. Keys and values in turn; the writer puts the commas. */
struct json_writer {
    struct buf *out;
    bool need_comma;
};
void json_open(struct json_writer *w, char bracket); /* '{' or '[' */
void json_close(struct json_writer *w, char bracket);
void json_key(struct json_writer *w, const char *key);
void json_key_str(struct json_writer *w, struct str key); /* one that was read */
void json_put_str(struct json_writer *w, struct str s);
void json_put_cstr(struct json_writer *w, const char *s);
void json_put_number(struct json_writer *w, double v); /* null when not finite */
void json_put_int(struct json_writer *w, int64_t v);
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
void json_put_raw(struct json_writer *w, struct str json); /* text that is JSON already */

#endif
