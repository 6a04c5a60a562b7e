/*
 * A struct json is a json_t under another name. Before jansson builds a tree, the text is walked once: depth and number
 * of values are bounded, and integers too long for 64 bits are noticed (jansson would refuse them), so that such a text is
 * read again with all integers as doubles.
 */
/* jansson's names that we use for our own are put aside while its header is read. */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_NULL JANSSON_NULL
#define json_string jansson_string
#define json_integer jansson_integer
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_NULL
#undef json_string
#undef json_integer
#undef json_is_integer

#include <math.h>
#include <string.h>

#include "data/base/json.h"
#include "data/base/limits.h"

const struct json_limits JSON_BODY = {JSON_BODY_MAX_BYTES, JSON_VALUES_MAX, JSON_DEPTH_MAX, true};
const struct json_limits JSON_STYLE = {16 * 1024 * 1024, 2000000, 200, false};

static const json_t *inner(const struct json *v)
{
    return (const json_t *)(const void *)v;
}

static const struct json *outer(const json_t *v)
{
    return (const struct json *)(const void *)v;
}

void json_doc_done(struct json_doc *d)
{
    if (d->root)
        json_decref((json_t *)(void *)d->root);
    *d = (struct json_doc){0};
}

enum { INTEGER_DIGITS_SAFE = 18 };

struct scan {
    size_t values;
    int deepest;
    bool long_integers;
};

static struct scan scan_text(struct str s)
{
    struct scan found = {.values = 1};
    int depth = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == '"') {
            for (i++; i < s.len && s.at[i] != '"'; i++)
                i += s.at[i] == '\\';
        } else if (c == '{' || c == '[') {
            depth++;
            found.deepest = MAX(found.deepest, depth);
            found.values++;
        } else if (c == '}' || c == ']') {
            depth--;
        } else if (c == ',') {
            found.values++;
        } else if (c >= '0' && c <= '9') {
            size_t from = i;
            while (i + 1 < s.len && s.at[i + 1] >= '0' && s.at[i + 1] <= '9')
                i++;
            found.long_integers |= i + 1 - from > INTEGER_DIGITS_SAFE;
        }
    }
    return found;
}

bool json_read(struct json_doc *out, struct str text, const struct json_limits *limits, struct err *err)
{
    if (text.len > limits->bytes)
        return err_set(err, ERR_TOO_BIG, "the JSON has %zu bytes, and at most %zu are read", text.len, limits->bytes);
    struct str body = text;
    if (str_starts(body, S("\xEF\xBB\xBF")))
        body = str_slice(body, 3, body.len);
    if (!str_is_utf8(body))
        return err_set(err, ERR_INVALID, "the JSON is not UTF-8; save it as UTF-8");
    struct scan found = scan_text(body);
    if (found.deepest > limits->depth)
        return err_set(err, ERR_TOO_BIG, "the JSON is nested more than %d deep", limits->depth);
    if (found.values > limits->values)
        return err_set(err, ERR_TOO_BIG, "the JSON has more than %zu values", limits->values);
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | (limits->refuse_duplicate_keys ? JSON_REJECT_DUPLICATES : 0) |
                   (found.long_integers ? JSON_DECODE_INT_AS_REAL : 0);
    json_error_t why;
    json_t *root = json_loadb(body.len ? body.at : "", body.len, flags, &why);
    if (!root)
        return err_set(err, ERR_INVALID, "not JSON: line %d, column %d: %s", why.line, why.column, why.text);
    *out = (struct json_doc){(struct json *)(void *)root, text};
    return true;
}

enum json_kind json_kind(const struct json *v)
{
    if (!v)
        return JSON_NULL;
    switch (json_typeof(inner(v))) {
    case JANSSON_OBJECT:
        return JSON_OBJECT;
    case JANSSON_ARRAY:
        return JSON_ARRAY;
    case JANSSON_STRING:
        return JSON_STRING;
    case JSON_INTEGER:
    case JSON_REAL:
        return JSON_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_BOOL;
    case JANSSON_NULL:
        break;
    }
    return JSON_NULL;
}

bool json_bool(const struct json *v)
{
    return v && json_typeof(inner(v)) == JSON_TRUE;
}

double json_number(const struct json *v)
{
    return v ? json_number_value(inner(v)) : 0;
}

bool json_is_integer(const struct json *v)
{
    if (!v || json_typeof(inner(v)) == JSON_INTEGER)
        return v != NULL;
    double d = json_number(v);
    return json_kind(v) == JSON_NUMBER && d == floor(d) && fabs(d) < 9007199254740992.0;
}

int64_t json_integer(const struct json *v)
{
    if (!v || json_kind(v) != JSON_NUMBER)
        return 0;
    if (json_typeof(inner(v)) == JSON_INTEGER)
        return json_integer_value(inner(v));
    double d = json_number(v);
    return d >= 9.2e18 ? INT64_MAX : d <= -9.2e18 ? INT64_MIN : (int64_t)d;
}

struct str json_string(const struct json *v)
{
    if (json_kind(v) != JSON_STRING)
        return S("");
    return (struct str){json_string_value(inner(v)), json_string_length(inner(v))};
}

size_t json_size(const struct json *v)
{
    enum json_kind kind = json_kind(v);
    return kind == JSON_ARRAY ? json_array_size(inner(v)) : kind == JSON_OBJECT ? json_object_size(inner(v)) : 0;
}

const struct json *json_at(const struct json *array, size_t i)
{
    return json_kind(array) == JSON_ARRAY ? outer(json_array_get(inner(array), i)) : NULL;
}

const struct json *json_get(const struct json *object, struct str key)
{
    return json_kind(object) == JSON_OBJECT ? outer(json_object_getn(inner(object), key.at, key.len)) : NULL;
}

bool json_each(const struct json *v, struct json_each *e)
{
    if (json_kind(v) == JSON_ARRAY) {
        if (e->i >= json_size(v))
            return false;
        e->key = S("");
        e->value = json_at(v, e->i++);
        return true;
    }
    if (json_kind(v) != JSON_OBJECT)
        return false;
    json_t *object = (json_t *)(void *)(uintptr_t)inner(v); /* iterating changes nothing; jansson's API is not const */
    e->iterator = e->i++ ? json_object_iter_next(object, e->iterator) : json_object_iter(object);
    if (!e->iterator)
        return false;
    e->key = (struct str){json_object_iter_key(e->iterator), json_object_iter_key_len(e->iterator)};
    e->value = outer(json_object_iter_value(e->iterator));
    return true;
}

/* ---- lines ---- */

struct walk {
    struct str s;
    size_t at;
};

static void skip_space(struct walk *w)
{
    while (w->at < w->s.len && strchr(" \t\r\n", w->s.at[w->at]) && w->s.at[w->at])
        w->at++;
}

/* Past a string; its raw bytes between the quotes. */
static struct str skip_string(struct walk *w)
{
    size_t from = ++w->at;
    while (w->at < w->s.len && w->s.at[w->at] != '"')
        w->at += w->s.at[w->at] == '\\' ? 2 : 1;
    struct str raw = str_slice(w->s, from, w->at);
    w->at = MIN(w->at + 1, w->s.len);
    return raw;
}

static void skip_value(struct walk *w)
{
    int depth = 0;
    skip_space(w);
    while (w->at < w->s.len) {
        char c = w->s.at[w->at];
        if (c == '"') {
            skip_string(w);
        } else if (c == '{' || c == '[') {
            depth++;
            w->at++;
        } else if (c == '}' || c == ']') {
            if (!depth)
                return;
            depth--;
            w->at++;
        } else if (c == ',' && !depth) {
            return;
        } else {
            w->at++;
        }
        if (!depth && w->at < w->s.len && strchr(",}]", w->s.at[w->at]))
            return;
    }
}

/* Moves into the member of an object or the item of an array at the walk's place; false (and back) if there is none. */
static bool step_into(struct walk *w, struct str key, bool index)
{
    struct walk back = *w;
    skip_space(w);
    uint64_t wanted = 0, i = 0;
    bool open = w->at < w->s.len && w->s.at[w->at] == (index ? '[' : '{');
    if (!open || (index && !str_u64(key, &wanted))) {
        *w = back;
        return false;
    }
    for (w->at++; w->at < w->s.len; i++) {
        skip_space(w);
        if (w->at >= w->s.len || strchr("}]", w->s.at[w->at]))
            break;
        struct str name = {0};
        if (!index) {
            name = w->s.at[w->at] == '"' ? skip_string(w) : (w->at++, S(""));
            skip_space(w);
            w->at += w->at < w->s.len && w->s.at[w->at] == ':';
            skip_space(w);
        }
        if (index ? i == wanted : str_eq(name, key))
            return true;
        skip_value(w);
        skip_space(w);
        w->at += w->at < w->s.len && w->s.at[w->at] == ',';
    }
    *w = back;
    return false;
}

/* The next piece of a path: .key, [3] or ["key"]. */
static bool next_piece(struct str *path, struct str *key, bool *index)
{
    if (!path->len)
        return false;
    if (path->at[0] == '[') {
        size_t end = str_find(*path, S("]"));
        *key = str_slice(*path, 1, end);
        *path = str_slice(*path, end == SIZE_MAX ? path->len : end + 1, path->len);
        *index = !(key->len && key->at[0] == '"');
        if (!*index)
            *key = str_slice(*key, 1, key->len ? key->len - 1 : 0);
        return true;
    }
    if (path->at[0] == '.')
        *path = str_slice(*path, 1, path->len);
    size_t n = 0;
    while (n < path->len && path->at[n] != '.' && path->at[n] != '[')
        n++;
    *key = str_slice(*path, 0, n);
    *path = str_slice(*path, n, path->len);
    *index = false;
    return true;
}

int json_line(const struct json_doc *d, struct str path)
{
    struct walk w = {d->text, 0};
    skip_space(&w);
    struct str key;
    bool index;
    while (next_piece(&path, &key, &index) && step_into(&w, key, index))
        skip_space(&w);
    int line = 1;
    for (size_t i = 0; i < w.at && i < d->text.len; i++)
        line += d->text.at[i] == '\n';
    return line;
}

/* ---- writing ---- */

void json_write(struct buf *out, const struct json *v)
{
    struct json_writer w = {.out = out};
    struct json_each e = {0};
    switch (json_kind(v)) {
    case JSON_NULL:
        json_put_null(&w);
        break;
    case JSON_BOOL:
        json_put_bool(&w, json_bool(v));
        break;
    case JSON_NUMBER:
        if (json_is_integer(v))
            json_put_int(&w, json_integer(v));
        else
            json_put_number(&w, json_number(v));
        break;
    case JSON_STRING:
        json_put_str(&w, json_string(v));
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        buf_char(out, json_kind(v) == JSON_ARRAY ? '[' : '{');
        while (json_each(v, &e)) {
            if (e.i > 1)
                buf_char(out, ',');
            if (json_kind(v) == JSON_OBJECT) {
                buf_json(out, e.key);
                buf_char(out, ':');
            }
            json_write(out, e.value);
        }
        buf_char(out, json_kind(v) == JSON_ARRAY ? ']' : '}');
        break;
    }
}

static void before_value(struct json_writer *w)
{
    if (w->need_comma)
        buf_char(w->out, ',');
    w->need_comma = true;
}

void json_open(struct json_writer *w, char bracket)
{
    before_value(w);
    buf_char(w->out, bracket);
    w->need_comma = false;
}

void json_close(struct json_writer *w, char bracket)
{
    buf_char(w->out, bracket);
    w->need_comma = true;
}

void json_key_str(struct json_writer *w, struct str key)
{
    before_value(w);
    buf_json(w->out, key);
    buf_char(w->out, ':');
    w->need_comma = false;
}

void json_key(struct json_writer *w, const char *key)
{
    json_key_str(w, str_of(key));
}

void json_put_str(struct json_writer *w, struct str s)
{
    before_value(w);
    buf_json(w->out, s);
}

void json_put_cstr(struct json_writer *w, const char *s)
{
    json_put_str(w, str_of(s));
}

void json_put_number(struct json_writer *w, double v)
{
    before_value(w);
    if (isfinite(v))
        buf_double(w->out, v);
    else
        buf_add(w->out, S("null"));
}

void json_put_int(struct json_writer *w, int64_t v)
{
    before_value(w);
    buf_i64(w->out, v);
}

void json_put_bool(struct json_writer *w, bool v)
{
    before_value(w);
    buf_add(w->out, v ? S("true") : S("false"));
}

void json_put_null(struct json_writer *w)
{
    before_value(w);
    buf_add(w->out, S("null"));
}

void json_put_raw(struct json_writer *w, struct str json)
{
    before_value(w);
    buf_add(w->out, json);
}
