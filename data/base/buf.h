/*
 * A buf is bytes that grow: every reply, tile and message is built in one. Always terminated. Memory does not fail, so
 * writing returns nothing; what follows from input is bounded before.
 */
#ifndef DATA_BASE_BUF_H
#define DATA_BASE_BUF_H

#include "data/base/base.h"
#include "data/base/err.h"
#include "data/base/str.h"

struct buf {
    char *at;
    size_t len, cap;
};

void buf_done(struct buf *b); /* works on a zeroed struct, and leaves one */
void buf_clear(struct buf *b); /* empty, memory kept */
char *buf_room(struct buf *b, size_t bytes); /* room for bytes at b->at + b->len; the caller adds to len */
struct str buf_str(const struct buf *b);

void buf_put(struct buf *b, const void *bytes, size_t n);
void buf_add(struct buf *b, struct str s);
void buf_char(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3); /* no %f: it obeys the locale */
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);
void buf_double(struct buf *b, double v);                 /* shortest text that reads back the same */
void buf_fixed(struct buf *b, double v, int decimals);    /* trailing zeros cut: 2.50 → 2.5 */
void buf_html(struct buf *b, struct str s);               /* escaped for text and quoted attributes */
void buf_xml(struct buf *b, struct str s);                /* the same, and characters XML 1.0 forbids left out */
void buf_csv(struct buf *b, struct str s);                /* quoted if needed; =, +, -, @ at the start defused by ' */
void buf_url(struct buf *b, struct str s);                /* percent-encoded as one query value */
void buf_json(struct buf *b, struct str s);               /* "quoted", control characters as \u00XX */
void buf_hex(struct buf *b, const void *bytes, size_t n);

/* A whole file, at most limit_bytes. */
bool buf_read_file(struct buf *b, const char *path, size_t limit_bytes, struct err *err) MUST_USE;
/* To a file, a device, or "-": whole or not at all, as data/base/out_file.h says. */
bool buf_write_file(const struct buf *b, const char *path, struct err *err) MUST_USE;

/* gzip (RFC 1952), for answers and vector tiles. */
void buf_gzip(struct buf *out, struct str in);
bool buf_gunzip(struct buf *out, struct str in, size_t limit_bytes, struct err *err) MUST_USE; /* also zlib */

#endif
