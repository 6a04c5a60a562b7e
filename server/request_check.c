#include "server/request_check.h"

#include <string.h>

#include "data/base/limits.h"

static const char *const METHODS[HTTP_METHOD_COUNT] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

static bool is_token_byte(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
        (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_token_byte((unsigned char)s.at[i]))
            return false;
    return s.len > 0;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

static bool is_target(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c <= 0x20 || c >= 0x7f || c == '#' || c == '"' || c == '<' || c == '>' || c == '\\')
            return false;
    }
    return s.len > 0;
}

static bool is_host(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!plain && !(c && strchr("-._~:[]%!$&'()*+,;=", c)))
            return false;
    }
    return s.len <= 255;
}

/* Digits only; a number past 2^63 is as large as a number need be. */
static bool read_length(struct str s, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        v = v > INT64_MAX / 10 - 1 ? INT64_MAX : v * 10 + (uint64_t)(s.at[i] - '0');
    }
    *out = v;
    return s.len > 0;
}

bool length_is_number(struct str s, int *status)
{
    uint64_t v;
    if (!read_length(s, &v)) {
        *status = 400;
        return false;
    }
    while (s.len > 1 && s.at[0] == '0')
        s = str_slice(s, 1, s.len);
    *status = str_u64(s, &v) ? 0 : 413;
    return *status == 0;
}

static int refuse(const char **why, int status, const char *sentence)
{
    *why = sentence;
    return status;
}

static int check_line(const struct request_head *head, struct request_facts *out, const char **why)
{
    if (!is_token(head->method))
        return refuse(why, 400, "the method is not a word");
    if (!str_eq(head->version, S("HTTP/1.1")) && !str_eq(head->version, S("HTTP/1.0")))
        return refuse(why, 505, "this server speaks HTTP/1.1 and HTTP/1.0");
    out->method = HTTP_METHOD_COUNT;
    for (int m = 0; m < HTTP_METHOD_COUNT; m++)
        if (str_eq(head->method, str_of(METHODS[m])))
            out->method = (enum http_method)m;
    if (out->method == HTTP_METHOD_COUNT)
        return refuse(why, 501, "this server does not know that method");
    if (head->target.len > TARGET_MAX_BYTES)
        return refuse(why, 414, "the address is too long");
    if (!is_target(head->target))
        return refuse(why, 400, "the address holds a character that must be percent-encoded");
    return 0;
}

/* What was seen of the headers that may come once. */
struct seen {
    int hosts, lengths, codings;
};

static int check_header(struct http_param h, struct seen *seen, struct request_facts *out, const char **why)
{
    if (!is_token(h.name))
        return refuse(why, 400, "a header's name is not a word");
    if (has_control(h.value))
        return refuse(why, 400, "a header holds a control character");
    if (str_eq_nocase(h.name, S("Host"))) {
        seen->hosts++;
        if (!is_host(h.value))
            return refuse(why, 400, "the Host header is not a host");
    } else if (str_eq_nocase(h.name, S("Content-Length"))) {
        seen->lengths++;
        out->has_length = true;
        if (!read_length(h.value, &out->length))
            return refuse(why, 400, "the Content-Length header is not a number");
    } else if (str_eq_nocase(h.name, S("Transfer-Encoding"))) {
        seen->codings++;
        out->chunked = true;
        if (!str_eq_nocase(h.value, S("chunked")))
            return refuse(why, 501, "the only transfer coding is chunked");
    } else if (str_eq_nocase(h.name, S("Expect")) && !str_eq_nocase(h.value, S("100-continue"))) {
        return refuse(why, 417, "the only expectation is 100-continue");
    }
    return 0;
}

int request_check(const struct request_head *head, struct request_facts *out, const char **why)
{
    *out = (struct request_facts){0};
    struct seen seen = {0};
    int status = check_line(head, out, why);
    if (status)
        return status;
    if (head->n_headers > REQUEST_HEADERS_MAX)
        return refuse(why, 431, "too many headers");
    for (size_t i = 0; i < head->n_headers && !status; i++)
        status = check_header(head->headers[i], &seen, out, why);
    if (status)
        return status;
    bool old = str_eq(head->version, S("HTTP/1.0"));
    if (seen.hosts > 1 || (seen.hosts == 0 && !old))
        return refuse(why, 400, "the Host header must be given once");
    if (seen.lengths > 1)
        return refuse(why, 400, "the Content-Length header may be given once");
    if (seen.codings > 1 || (out->chunked && (old || out->has_length)))
        return refuse(why, 400, "a body has one length: Content-Length or chunks");
    return 0;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decoded into the arena; false on a bad escape, a control character or what is not UTF-8. */
static bool decode(struct arena *a, struct str s, bool plus_is_space, struct str *out)
{
    if (!s.len || (!memchr(s.at, '%', s.len) && !(plus_is_space && memchr(s.at, '+', s.len)))) {
        *out = s; /* visible ASCII already */
        return true;
    }
    char *to = arena_alloc(a, s.len + 1);
    if (!to)
        return false;
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (c == '%') {
            int high = i + 2 < s.len ? hex_digit(s.at[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(s.at[i + 2]) : -1;
            if (low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (((unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return false;
        to[n++] = c;
    }
    *out = str_from(to, n);
    return str_is_utf8(*out);
}

static int read_path(struct request *rq, struct str path, const char **why)
{
    struct str rest = str_slice(path, 1, path.len), part;
    rq->n_segments = 0;
    while (path.len > 1 && str_next(&rest, '/', &part)) {
        struct str *segment = &rq->segments[rq->n_segments];
        if (rq->n_segments == SEGMENTS_MAX)
            return refuse(why, 404, "there is nothing at this address");
        if (!decode(&rq->arena, part, false, segment))
            return refuse(why, 400, "the address has a bad percent escape");
        if (str_eq(*segment, S(".")) || str_eq(*segment, S("..")) || memchr(segment->at, '\n', segment->len) ||
            memchr(segment->at, '\r', segment->len))
            return refuse(why, 400, "the address has a dot segment or a line break");
        rq->n_segments++;
    }
    return 0;
}

static int read_query(struct request *rq, struct str query, const char **why)
{
    struct str part;
    rq->n_query = 0;
    while (query.len && str_next(&query, '&', &part)) {
        if (!part.len)
            continue;
        if (rq->n_query == QUERY_MAX)
            return refuse(why, 400, "too many query parameters");
        struct http_param *p = &rq->query[rq->n_query++];
        const char *equals = memchr(part.at, '=', part.len);
        size_t cut = equals ? (size_t)(equals - part.at) : part.len;
        if (!decode(&rq->arena, str_slice(part, 0, cut), true, &p->name) ||
            !decode(&rq->arena, str_slice(part, equals ? cut + 1 : cut, part.len), true, &p->value))
            return refuse(why, 400, "the query has a bad percent escape");
    }
    return 0;
}

int request_read_target(struct request *rq, struct str target, const char **why)
{
    if (str_starts(target, S("http://")) || str_starts(target, S("https://"))) { /* absolute form, RFC 9112 3.2.2 */
        size_t from = target.at[4] == 's' ? 8 : 7;
        while (from < target.len && target.at[from] != '/' && target.at[from] != '?')
            from++;
        target = str_slice(target, from, target.len);
        if (!target.len)
            target = S("/");
    }
    const char *mark = memchr(target.at, '?', target.len);
    size_t cut = mark ? (size_t)(mark - target.at) : target.len;
    rq->path = str_slice(target, 0, cut);
    if (!rq->path.len || rq->path.at[0] != '/')
        return refuse(why, 400, "the address must start with a slash");
    int status = read_path(rq, rq->path, why);
    return status ? status : read_query(rq, str_slice(target, mark ? cut + 1 : cut, target.len), why);
}

/* "gzip;q=0.5" → name and weight in thousandths. */
static struct str read_weighted(struct str item, int *weight)
{
    struct str name = {0}, parameter;
    *weight = 1000;
    str_next(&item, ';', &name);
    while (str_next(&item, ';', &parameter)) {
        double q;
        parameter = str_trim(parameter);
        if (str_starts(parameter, S("q=")) && str_double(str_slice(parameter, 2, parameter.len), &q))
            *weight = (int)(CLAMP(q, 0, 1) * 1000);
    }
    return str_trim(name);
}

bool header_accepts(struct str list, struct str coding)
{
    struct str item;
    bool all = false;
    while (list.len && str_next(&list, ',', &item)) {
        int weight;
        struct str name = read_weighted(item, &weight);
        if (str_eq_nocase(name, coding))
            return weight > 0;
        if (str_eq(name, S("*")))
            all = weight > 0;
    }
    return all;
}

bool header_has_etag(struct str list, struct str etag)
{
    struct str item;
    while (list.len && str_next(&list, ',', &item)) {
        item = str_trim(item);
        if (str_eq(item, S("*")))
            return true;
        if (str_starts(item, S("W/")))
            item = str_slice(item, 2, item.len);
        if (str_eq(item, etag))
            return true;
    }
    return false;
}

bool header_prefers_french(struct str list, bool otherwise)
{
    struct str item;
    int french = -1, english = -1;
    while (list.len && str_next(&list, ',', &item)) {
        int weight;
        struct str name = read_weighted(item, &weight);
        bool long_form = name.len > 2 && name.at[2] == '-';
        struct str language = long_form ? str_slice(name, 0, 2) : name;
        if (str_eq_nocase(language, S("fr")))
            french = MAX(french, weight);
        else if (str_eq_nocase(language, S("en")))
            english = MAX(english, weight);
    }
    return french < 0 && english < 0 ? otherwise : french > english || (french == english && otherwise);
}
