/*
 * Protocol buffers' wire format (https://protobuf.dev/programming-guides/encoding/), as much of it as vector tiles and glyph
 * ranges use.
 */
#ifndef DATA_GEO_PROTOBUF_H
#define DATA_GEO_PROTOBUF_H

#include "data/base/buf.h"

/* ---- writing: a message inside another is built in a buf of its own and put with protobuf_bytes ---- */

void protobuf_varint(struct buf *b, uint64_t v);
uint64_t protobuf_zigzag(int64_t v);                            /* small numbers of either sign as small varints */
void protobuf_u64(struct buf *b, uint32_t field, uint64_t v);   /* uint32, uint64, bool, enum */
void protobuf_s64(struct buf *b, uint32_t field, int64_t v);    /* sint32, sint64 */
void protobuf_bytes(struct buf *b, uint32_t field, struct str s); /* bytes, string, message */

/* ---- reading: nothing is copied; a length is believed only when its bytes are there. In the header because a tile's
 * coordinates are read through it one by one. ---- */

struct protobuf {
    const unsigned char *at, *end;
    bool bad;
};
struct protobuf_field {
    uint32_t number, type; /* 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes */
    uint64_t value;
    struct protobuf bytes;
};

static inline struct protobuf protobuf_of(struct str s)
{
    return (struct protobuf){(const unsigned char *)s.at, (const unsigned char *)s.at + s.len, false};
}

static inline uint64_t protobuf_next_varint(struct protobuf *w)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (w->at == w->end)
            break;
        unsigned char c = *w->at++;
        v |= (uint64_t)(c & 0x7F) << shift;
        if (c < 0x80)
            return v;
    }
    w->bad = true;
    return 0;
}

static inline uint64_t protobuf_next_fixed(struct protobuf *w, size_t bytes)
{
    uint64_t v = 0;
    if ((size_t)(w->end - w->at) < bytes) {
        w->bad = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        v |= (uint64_t)w->at[i] << (8 * i);
    w->at += bytes;
    return v;
}

static inline bool protobuf_next(struct protobuf *w, struct protobuf_field *f)
{
    if (w->bad || w->at == w->end)
        return false;
    uint64_t key = protobuf_next_varint(w);
    *f = (struct protobuf_field){.number = (uint32_t)(key >> 3), .type = (uint32_t)(key & 7)};
    if (w->bad || key >> 3 == 0 || key >> 3 > 536870911) {
        w->bad = true;
        return false;
    }
    if (f->type == 0) {
        f->value = protobuf_next_varint(w);
    } else if (f->type == 1) {
        f->value = protobuf_next_fixed(w, 8);
    } else if (f->type == 5) {
        f->value = protobuf_next_fixed(w, 4);
    } else if (f->type == 2) {
        uint64_t n = protobuf_next_varint(w);
        if (w->bad || n > (uint64_t)(w->end - w->at)) {
            w->bad = true;
            return false;
        }
        f->bytes = (struct protobuf){w->at, w->at + n, false};
        w->at += n;
    } else {
        w->bad = true;
    }
    return !w->bad;
}

static inline struct str protobuf_str(struct protobuf w)
{
    return str_from((const char *)w.at, (size_t)(w.end - w.at));
}

static inline int64_t protobuf_unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

#endif
