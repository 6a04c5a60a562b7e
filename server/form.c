/*
 * Both kinds of body are cut first and decoded after, so that an escape can never make a separator. A multipart body is
 * one run of
 *
 *     --BOUNDARY CRLF  headers CRLF CRLF  value  CRLF--BOUNDARY CRLF  …  CRLF--BOUNDARY--
 *
 * in which each search (memmem, which is linear) starts where the last one ended. A line that starts with the boundary and
 * goes on differently is refused: RFC 2046 forbids it inside a part, and two readers could disagree about it.
 */
#include "server/form.h"

#include <string.h>

/* ---- text ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent escapes and '+' undone, in the arena. */
static bool decode_url(struct arena *a, struct str s, struct str *out, struct err *err)
{
    if (!s.len || (!memchr(s.at, '%', s.len) && !memchr(s.at, '+', s.len))) {
        *out = s;
        return true;
    }
    char *to = arena_alloc(a, s.len);
    if (!to)
        return err_arena(err);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = s.len - i > 2 ? hex_digit(s.at[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(s.at[i + 2]) : -1;
            if (low < 0)
                return err_set(err, ERR_INVALID, "the form has a bad percent escape");
            c = (char)(high << 4 | low);
            i += 2;
        }
        to[n++] = c;
    }
    *out = str_from(to, n);
    return true;
}

/* CRLF becomes LF; a copy in the arena only if there is one. A CR alone stays, and is refused as a control character. */
static bool unify_lines(struct arena *a, struct str *s, struct err *err)
{
    if (!s->len || !memchr(s->at, '\r', s->len))
        return true;
    char *to = arena_alloc(a, s->len);
    if (!to)
        return err_arena(err);
    size_t n = 0;
    for (size_t i = 0; i < s->len; i++)
        if (s->at[i] != '\r' || i + 1 == s->len || s->at[i + 1] != '\n')
            to[n++] = s->at[i];
    *s = str_from(to, n);
    return true;
}

/* The control characters of Unicode: C0, DELETE, and C1, which is 0xC2 0x80 to 0xC2 0x9F. The text is UTF-8. */
static bool has_control(struct str s, bool lines)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c == 0x7f || (c < 0x20 && !(lines && (c == '\n' || c == '\t'))))
            return true;
        if (c == 0xc2 && i + 1 < s.len && (unsigned char)s.at[i + 1] < 0xa0)
            return true;
    }
    return false;
}

static bool check_text(struct str s, bool lines, struct err *err)
{
    if (!str_is_utf8(s))
        return err_set(err, ERR_INVALID, "the text is not UTF-8");
    if (has_control(s, lines))
        return err_set(err, ERR_INVALID, "the text holds a control character");
    return true;
}

static bool check_name(struct str name, struct err *err)
{
    if (!name.len)
        return err_set(err, ERR_INVALID, "a field of the form has no name");
    if (name.len > FORM_NAME_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "the name of a field is longer than %d bytes", FORM_NAME_MAX_BYTES);
    return check_text(name, false, err) || err_under(err, "the name of a field");
}

/* The field's name was checked, so a sentence may quote it. */
static bool take_text(struct arena *a, struct form_field *field, struct err *err)
{
    bool ok = unify_lines(a, &field->value, err);
    if (ok && field->value.len > FORM_TEXT_MAX_BYTES)
        ok = err_set(err, ERR_TOO_BIG, "the text is longer than %d bytes", FORM_TEXT_MAX_BYTES);
    ok = ok && check_text(field->value, true, err);
    return ok || err_under(err, "%.*s", STR_ARG(field->name));
}

static bool add_field(struct form *f, struct form_field field, struct err *err)
{
    if (f->n == FORM_FIELDS_MAX)
        return err_set(err, ERR_TOO_BIG, "the form has more than %d fields", FORM_FIELDS_MAX);
    f->fields[f->n++] = field;
    return true;
}

/* ---- parameters: `; name=value; name="value"`, of Content-Type and Content-Disposition ---- */

static bool is_token_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static struct str skip_space(struct str s)
{
    while (s.len && (s.at[0] == ' ' || s.at[0] == '\t'))
        s = str_slice(s, 1, s.len);
    return s;
}

static struct str take_token(struct str *rest)
{
    size_t n = 0;
    while (n < rest->len && is_token_byte(rest->at[n]))
        n++;
    struct str token = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n, rest->len);
    return token;
}

/* What is between the quotes, still escaped; false if they do not close. */
static bool take_quoted(struct str *rest, struct str *out)
{
    size_t end = 1;
    while (end < rest->len && rest->at[end] != '"')
        end += rest->at[end] == '\\' && end + 1 < rest->len && (rest->at[end + 1] == '"' || rest->at[end + 1] == '\\') ? 2 : 1;
    if (end >= rest->len)
        return false;
    *out = str_slice(*rest, 1, end);
    *rest = str_slice(*rest, end + 1, rest->len);
    return true;
}

/* The next parameter off *rest; false at the end, or with *bad where there is none. */
static bool next_parameter(struct str *rest, struct str *name, struct str *value, bool *bad)
{
    *rest = skip_space(*rest);
    *bad = rest->len && rest->at[0] != ';';
    if (!rest->len || *bad)
        return false;
    *rest = skip_space(str_slice(*rest, 1, rest->len));
    if (!rest->len)
        return false; /* a semicolon at the end does no harm */
    *name = take_token(rest);
    *bad = !name->len || !rest->len || rest->at[0] != '=';
    if (*bad)
        return false;
    *rest = str_slice(*rest, 1, rest->len);
    if (rest->len && rest->at[0] == '"') {
        *bad = !take_quoted(rest, value);
    } else {
        *value = take_token(rest);
        *bad = !value->len;
    }
    return !*bad;
}

/* Browsers write a quote as %22 (HTML 4.10.21.8), curl as \" and a backslash as \\. */
static bool unescape(struct arena *a, struct str *s, struct err *err)
{
    if (!s->len || (!memchr(s->at, '\\', s->len) && !memchr(s->at, '%', s->len)))
        return true;
    char *to = arena_alloc(a, s->len);
    if (!to)
        return err_arena(err);
    size_t n = 0;
    for (size_t i = 0; i < s->len; i++) {
        struct str rest = str_slice(*s, i, s->len);
        if (str_starts(rest, S("%22"))) {
            to[n++] = '"';
            i += 2;
        } else if (str_starts(rest, S("\\\"")) || str_starts(rest, S("\\\\"))) {
            to[n++] = s->at[++i];
        } else {
            to[n++] = s->at[i];
        }
    }
    *s = str_from(to, n);
    return true;
}

/* ---- application/x-www-form-urlencoded ---- */

static bool read_pair(struct str pair, struct arena *a, struct form *f, struct err *err)
{
    const char *equals = memchr(pair.at, '=', pair.len);
    size_t cut = equals ? (size_t)(equals - pair.at) : pair.len;
    struct str name = str_slice(pair, 0, cut), value = str_slice(pair, cut + 1, pair.len);
    if (name.len > 3 * FORM_NAME_MAX_BYTES || value.len > 6 * FORM_TEXT_MAX_BYTES) /* %0D%0A is one byte in the end */
        return err_set(err, ERR_TOO_BIG, "a field of the form is too long");
    struct form_field field = {0};
    return decode_url(a, name, &field.name, err) && check_name(field.name, err) && decode_url(a, value, &field.value, err) &&
        take_text(a, &field, err) && add_field(f, field, err);
}

static bool read_pairs(struct str body, struct arena *a, struct form *f, struct err *err)
{
    struct str pair;
    while (body.len && str_next(&body, '&', &pair))
        if (pair.len && !read_pair(pair, a, f, err))
            return false;
    return true;
}

/* ---- multipart/form-data ---- */

/* The headers of one part that mean something here. */
struct part_head {
    struct str name, file_name, content_type;
    bool is_file, has_disposition, has_type;
};

static bool bad_disposition(struct err *err)
{
    return err_set(err, ERR_INVALID, "a part of the form has a malformed Content-Disposition");
}

static bool read_disposition(struct str s, struct part_head *head, struct err *err)
{
    if (head->has_disposition || !str_eq_nocase(take_token(&s), S("form-data")))
        return bad_disposition(err);
    head->has_disposition = true;
    struct str name, value;
    bool bad, named = false;
    while (next_parameter(&s, &name, &value, &bad)) {
        if (str_eq_nocase(name, S("name")) && !named) {
            head->name = value;
            named = true;
        } else if (str_eq_nocase(name, S("filename")) && !head->is_file) {
            head->file_name = value;
            head->is_file = true;
        } else if (str_eq_nocase(name, S("name")) || str_eq_nocase(name, S("filename")) || str_eq_nocase(name, S("filename*"))) {
            return bad_disposition(err); /* twice; filename* is forbidden by RFC 7578, 4.2 */
        }
    }
    return (!bad && named) || bad_disposition(err);
}

static bool read_part_header(struct str line, struct part_head *head, struct err *err)
{
    struct str name = take_token(&line);
    if (!name.len || !line.len || line.at[0] != ':')
        return err_set(err, ERR_INVALID, "a part of the form has a malformed header");
    struct str value = str_trim(str_slice(line, 1, line.len));
    if (!str_is_utf8(value) || has_control(value, false))
        return err_set(err, ERR_INVALID, "a header of a part is not UTF-8 or holds a control character");
    if (str_eq_nocase(name, S("Content-Disposition")))
        return read_disposition(value, head, err);
    if (str_eq_nocase(name, S("Content-Type"))) {
        if (head->has_type)
            return err_set(err, ERR_INVALID, "a part of the form has two types");
        head->has_type = true;
        head->content_type = value;
    } else if (str_eq_nocase(name, S("Content-Transfer-Encoding")) && !str_eq_nocase(value, S("binary")) &&
        !str_eq_nocase(value, S("8bit")) && !str_eq_nocase(value, S("7bit"))) {
        return err_set(err, ERR_INVALID, "a part of the form has a transfer encoding");
    }
    return true; /* any other is ignored: RFC 7578, 4.8 */
}

static bool read_part_head(struct str lines, struct part_head *head, struct err *err)
{
    while (lines.len) {
        size_t end = str_find(lines, S("\r\n"));
        if (!read_part_header(str_slice(lines, 0, end), head, err))
            return false;
        lines = end == SIZE_MAX ? S("") : str_slice(lines, end + 2, lines.len);
    }
    return head->has_disposition || bad_disposition(err);
}

/* Some senders give the whole path, with either slash. */
static struct str without_folders(struct str path)
{
    size_t from = path.len;
    while (from && path.at[from - 1] != '/' && path.at[from - 1] != '\\')
        from--;
    return str_slice(path, from, path.len);
}

static bool take_file_name(struct arena *a, struct form_field *field, struct err *err)
{
    if (!unescape(a, &field->file_name, err))
        return false;
    field->file_name = without_folders(field->file_name);
    if (field->file_name.len > FORM_FILE_NAME_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "the name of the file is longer than %d bytes", FORM_FILE_NAME_MAX_BYTES);
    return true; /* its bytes were checked with the header */
}

/* A part is what is between two delimiters: headers, an empty line, the value. */
static bool read_part(struct str part, struct arena *a, struct form *f, struct err *err)
{
    size_t end = str_find(str_slice(part, 0, FORM_PART_HEAD_MAX_BYTES + 4), S("\r\n\r\n"));
    if (end == SIZE_MAX && part.len > FORM_PART_HEAD_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "the headers of a part are longer than %d bytes", FORM_PART_HEAD_MAX_BYTES);
    if (end == SIZE_MAX)
        return err_set(err, ERR_INVALID, "a part of the form has no end of its headers");
    struct part_head head = {0};
    if (!read_part_head(str_slice(part, 0, end), &head, err))
        return false;
    struct form_field field = {.name = head.name, .value = str_slice(part, end + 4, part.len), .file_name = head.file_name,
        .content_type = head.content_type, .is_file = head.is_file};
    if (!unescape(a, &field.name, err) || !check_name(field.name, err))
        return false;
    if (!field.is_file && field.value.len > 2 * FORM_TEXT_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "%.*s: the text is longer than %d bytes", STR_ARG(field.name), FORM_TEXT_MAX_BYTES);
    bool ok = field.is_file ? take_file_name(a, &field, err) : take_text(a, &field, err);
    return ok && add_field(f, field, err);
}

/* What follows a boundary on its line: "--" ends the form, white space and CRLF start a part. */
static bool after_boundary(struct str *rest, bool *last, struct err *err)
{
    *last = str_starts(*rest, S("--"));
    if (*last)
        return true;
    *rest = skip_space(*rest);
    if (!str_starts(*rest, S("\r\n")))
        return err_set(err, ERR_INVALID, "the form has a line that starts with its boundary and goes on");
    *rest = str_slice(*rest, 2, rest->len);
    return true;
}

static bool read_parts(struct str boundary, struct str body, struct arena *a, struct form *f, struct err *err)
{
    char room[4 + FORM_BOUNDARY_MAX_BYTES] = "\r\n--";
    memcpy(room + 4, boundary.at, boundary.len);
    struct str delimiter = str_from(room, 4 + boundary.len), opening = str_slice(delimiter, 2, delimiter.len);
    /* The first has no line break before it, unless something that is to be ignored comes before. */
    bool at_once = str_starts(body, opening);
    size_t at = at_once ? 0 : str_find(body, delimiter);
    if (at == SIZE_MAX)
        return err_set(err, ERR_INVALID, "the form does not hold its boundary");
    struct str rest = str_slice(body, at + (at_once ? opening.len : delimiter.len), body.len);
    for (;;) {
        bool last;
        if (!after_boundary(&rest, &last, err))
            return false;
        if (last)
            return true;
        size_t end = str_find(rest, delimiter);
        if (end == SIZE_MAX)
            return err_set(err, ERR_INVALID, "the form was cut off");
        if (!read_part(str_slice(rest, 0, end), a, f, err))
            return false;
        rest = str_slice(rest, end + delimiter.len, rest.len);
    }
}

/* ---- the type ---- */

/* bchars of RFC 2046, 5.1.1; the last is no space. */
static bool is_boundary(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!plain && !(c && strchr("'()+_,-./:=? ", c)))
            return false;
    }
    return s.len > 0 && s.len <= FORM_BOUNDARY_MAX_BYTES && s.at[s.len - 1] != ' ';
}

/* The request's own Content-Type. */
struct form_type {
    bool multipart, has_boundary;
    struct str boundary;
};

static bool read_type(struct str s, struct form_type *out, struct err *err)
{
    s = str_trim(s);
    size_t end = 0;
    while (end < s.len && s.at[end] != ';' && s.at[end] != ' ' && s.at[end] != '\t')
        end++;
    struct str type = str_slice(s, 0, end), name, value;
    out->multipart = str_eq_nocase(type, S("multipart/form-data"));
    if (!out->multipart && !str_eq_nocase(type, S("application/x-www-form-urlencoded")))
        return err_set(err, ERR_INVALID, "the body is not a form");
    s = str_slice(s, end, s.len);
    bool bad;
    while (next_parameter(&s, &name, &value, &bad)) {
        if (str_eq_nocase(name, S("charset")) && !str_eq_nocase(value, S("utf-8")))
            return err_set(err, ERR_INVALID, "a form is sent as UTF-8");
        if (!str_eq_nocase(name, S("boundary")))
            continue;
        if (out->has_boundary)
            return err_set(err, ERR_INVALID, "the form has two boundaries");
        out->boundary = value;
        out->has_boundary = true;
    }
    if (bad)
        return err_set(err, ERR_INVALID, "the type of the form is malformed");
    if (out->multipart && !is_boundary(out->boundary))
        return err_set(err, ERR_INVALID, "the form has no boundary as RFC 2046 describes it");
    return true;
}

bool form_read(struct str content_type, struct str body, struct arena *a, struct form *out, struct err *err)
{
    struct form_type type = {0};
    struct form form = {0};
    if (!read_type(content_type, &type, err))
        return false;
    bool ok = type.multipart ? read_parts(type.boundary, body, a, &form, err) : read_pairs(body, a, &form, err);
    if (ok)
        *out = form;
    return ok;
}

/* ---- asking ---- */

size_t form_all(const struct form *f, const char *name, struct str out[], size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (f->fields[i].is_file || !str_eq(f->fields[i].name, str_of(name)))
            continue;
        if (n < most)
            out[n] = str_trim(f->fields[i].value);
        n++;
    }
    return n;
}

struct str form_get(const struct form *f, const char *name)
{
    struct str value = S("");
    form_all(f, name, &value, 1);
    return value;
}

bool form_has(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->fields[i].name, str_of(name)))
            return true;
    return false;
}

const struct form_field *form_file(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct form_field *field = &f->fields[i];
        if (field->is_file && (field->file_name.len || field->value.len) && str_eq(field->name, str_of(name)))
            return field;
    }
    return NULL;
}
