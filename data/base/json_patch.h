/*
 * JSON Merge Patch (RFC 7396): a change as JSON, in the shape of what it changes. Proposals are kept so, and the API's PATCH
 * is one.
 */
#ifndef DATA_BASE_JSON_PATCH_H
#define DATA_BASE_JSON_PATCH_H

#include "data/base/json.h"

/* The target with the patch on it. */
void json_merge(struct buf *out, const struct json *target, const struct json *patch);
/* The patch that leads from one object to another; "{}" where they are the same. Arrays are replaced whole. */
void json_difference(struct buf *out, const struct json *from, const struct json *to);
/* The same kind, and the same in it; keys in any order. */
bool json_same(const struct json *a, const struct json *b);

#endif
