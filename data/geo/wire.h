/*
 * Reading protocol buffers' wire format (https://protobuf.dev/programming-guides/encoding/), as much of it as vector tiles
 * and glyph ranges use. Nothing is copied; a length is believed only when its bytes are there. In the header because a
 * tile's coordinates are read through it one by one.
 */
#ifndef DATA_GEO_WIRE_H
#define DATA_GEO_WIRE_H

#include "data/base/str.h"

struct wire {
    const unsigned char *at, *end;
    bool bad;
};
struct wire_field {
    uint32_t number, type; /* 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes */
    uint64_t value;
    struct wire bytes;
};

static inline struct wire wire_of(struct str s)
{
    return (struct wire){(const unsigned char *)s.at, (const unsigned char *)s.at + s.len, false};
}

static inline uint64_t wire_varint(struct wire *w)
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

static inline uint64_t wire_fixed(struct wire *w, size_t bytes)
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

static inline bool wire_next(struct wire *w, struct wire_field *f)
{
    if (w->bad || w->at == w->end)
        return false;
    uint64_t key = wire_varint(w);
    *f = (struct wire_field){.number = (uint32_t)(key >> 3), .type = (uint32_t)(key & 7)};
    if (w->bad || key >> 3 == 0 || key >> 3 > 536870911) {
        w->bad = true;
        return false;
    }
    if (f->type == 0) {
        f->value = wire_varint(w);
    } else if (f->type == 1) {
        f->value = wire_fixed(w, 8);
    } else if (f->type == 5) {
        f->value = wire_fixed(w, 4);
    } else if (f->type == 2) {
        uint64_t n = wire_varint(w);
        if (w->bad || n > (uint64_t)(w->end - w->at)) {
            w->bad = true;
            return false;
        }
        f->bytes = (struct wire){w->at, w->at + n, false};
        w->at += n;
    } else {
        w->bad = true;
    }
    return !w->bad;
}

static inline struct str wire_str(struct wire w)
{
    return str_from((const char *)w.at, (size_t)(w.end - w.at));
}

static inline int64_t wire_unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

#endif
