/*
 * Values meet markup in one place, put_value, and are escaped there; what is not a value is our own literal text. French
 * texts are typed with plain spaces and set with the right ones on the way out.
 */
#include "server/page.h"

#include <stdarg.h>
#include <string.h>

/* What stands for the space at s[i] in French: "" for an ordinary one. U+202F before ; ! ? » and after «, U+00A0 before :. */
static const char *french_space(struct str s, size_t i)
{
    if (i > 1 && memcmp(s.at + i - 2, "«", 2) == 0)
        return "\u202f";
    if (i + 1 >= s.len || i == 0)
        return "";
    char next = s.at[i + 1];
    bool ends = i + 2 >= s.len || s.at[i + 2] == ' ' || s.at[i + 2] == '\n' || s.at[i + 2] == '<';
    if (next == ';' || next == '!' || next == '?')
        return "\u202f";
    if (next == ':' && ends)
        return "\u00a0";
    return i + 2 < s.len && memcmp(s.at + i + 1, "»", 2) == 0 ? "\u202f" : "";
}

static void put_typeset(struct page *p, struct str s, void (*put)(struct buf *, struct str))
{
    size_t from = 0;
    for (size_t i = 0; p->french && i < s.len; i++) {
        const char *space = s.at[i] == ' ' ? french_space(s, i) : "";
        if (!*space)
            continue;
        put(p->out, str_slice(s, from, i));
        buf_add(p->out, str_of(space));
        from = i + 1;
    }
    put(p->out, str_slice(s, from, s.len));
}

void page_text(struct page *p, struct str s)
{
    put_typeset(p, s, buf_html);
}

void page_raw(struct page *p, const char *html)
{
    buf_add(p->out, str_of(html));
}

const char *page_term(const struct page *p, const struct term *t)
{
    return p->french ? t->fr : t->en;
}

/* 1 324: thin spaces in French, commas in English. */
static void put_grouped(struct page *p, int64_t n)
{
    AUTO(buf) digits = {0};
    buf_i64(&digits, n);
    for (size_t i = 0; i < digits.len; i++) {
        size_t left = digits.len - i;
        if (i && left % 3 == 0 && digits.at[i - 1] != '-')
            buf_add(p->out, p->french ? S("\u202f") : S(","));
        buf_char(p->out, digits.at[i]);
    }
}

/* The visitor's own choice of language goes with every link; what their browser asks for needs no mention. */
static void put_address(struct page *p, const char *address)
{
    buf_html(p->out, str_of(address));
    for (size_t i = 0; p->rq && i < p->rq->n_query; i++)
        if (str_eq(p->rq->query[i].name, S("lang")) && !strstr(address, "lang=")) {
            page_raw(p, strchr(address, '?') ? "&amp;lang=" : "?lang=");
            page_raw(p, p->french ? "fr" : "en");
            return;
        }
}

static void put_date(struct page *p, struct partial_date d)
{
    AUTO(buf) words = {0};
    partial_date_say(&words, d, p->french);
    page_text(p, buf_str(&words));
}

static void put_value(struct page *p, char kind, va_list *values)
{
    switch (kind) {
    case 's': page_text(p, str_of(va_arg(*values, const char *))); break;
    case 'S': page_text(p, va_arg(*values, struct str)); break;
    case 't': page_text(p, str_of(say(p, va_arg(*values, const char *)))); break;
    case 'T': page_text(p, str_of(page_term(p, va_arg(*values, const struct term *)))); break;
    case 'd': buf_i64(p->out, va_arg(*values, int64_t)); break;
    case 'N': put_grouped(p, va_arg(*values, int64_t)); break;
    case 'D': put_date(p, va_arg(*values, struct partial_date)); break;
    case 'U': buf_url(p->out, va_arg(*values, struct str)); break;
    case 'L': put_address(p, va_arg(*values, const char *)); break;
    case '%': buf_char(p->out, '%'); break;
    default: must(!"a known kind of value in a page's format");
    }
}

static void put_plain(struct buf *out, struct str s)
{
    buf_add(out, s);
}

static void put_format(struct page *p, const char *format, bool is_text, va_list *values)
{
    for (const char *at = format; *at;) {
        size_t plain = strcspn(at, "%");
        if (is_text)
            put_typeset(p, str_from(at, plain), put_plain);
        else
            buf_put(p->out, at, plain);
        at += plain;
        if (*at) {
            put_value(p, at[1], values);
            at += 2;
        }
    }
}

void page_fmt(struct page *p, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    put_format(p, format, false, &values);
    va_end(values);
}

void page_say(struct page *p, const char *key, ...)
{
    va_list values;
    va_start(values, key);
    put_format(p, say(p, key), true, &values);
    va_end(values);
}

void page_say_n(struct page *p, const char *key, int64_t n)
{
    bool one = p->french ? n < 2 : n == 1;
    AUTO(buf) whole = {0};
    buf_fmt(&whole, "%s.%s", key, one ? "1" : "n");
    page_say(p, whole.at, n);
}
