/*
 * Writing protocol buffers' wire format (https://protobuf.dev/programming-guides/encoding/), as much of it as vector tiles
 * and glyph ranges use. A message inside another is built in a buf of its own and put with protobuf_bytes.
 */
#ifndef DATA_GEO_PROTOBUF_H
#define DATA_GEO_PROTOBUF_H

#include "data/base/buf.h"

void protobuf_varint(struct buf *b, uint64_t v);
uint64_t protobuf_zigzag(int64_t v);                            /* small numbers of either sign as small varints */
void protobuf_u64(struct buf *b, uint32_t field, uint64_t v);   /* uint32, uint64, bool, enum */
void protobuf_s64(struct buf *b, uint32_t field, int64_t v);    /* sint32, sint64 */
void protobuf_bytes(struct buf *b, uint32_t field, struct str s); /* bytes, string, message */

#endif
