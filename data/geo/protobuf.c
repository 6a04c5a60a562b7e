#include "data/geo/protobuf.h"

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, VARINT_MAX_BYTES = 10 };

void protobuf_varint(struct buf *b, uint64_t v)
{
    char *at = buf_room(b, VARINT_MAX_BYTES);
    size_t n = 0;
    do
        at[n++] = (char)((v & 0x7F) | (v > 0x7F ? 0x80 : 0));
    while (v >>= 7);
    b->len += n;
    b->at[b->len] = '\0';
}

uint64_t protobuf_zigzag(int64_t v)
{
    return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

void protobuf_u64(struct buf *b, uint32_t field, uint64_t v)
{
    protobuf_varint(b, field << 3 | WIRE_VARINT);
    protobuf_varint(b, v);
}

void protobuf_s64(struct buf *b, uint32_t field, int64_t v)
{
    protobuf_u64(b, field, protobuf_zigzag(v));
}

void protobuf_bytes(struct buf *b, uint32_t field, struct str s)
{
    protobuf_varint(b, field << 3 | WIRE_BYTES);
    protobuf_varint(b, s.len);
    buf_add(b, s);
}
