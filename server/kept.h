/*
 * Answers that are made on a worker and stay right until styles are read again: ranges of glyphs, sprites. Kept by name
 * within a bound on bytes, the least recently asked for thrown away first. Any thread.
 */
#ifndef SERVER_KEPT_H
#define SERVER_KEPT_H

#include "server/http.h"

struct kept;
struct kept *kept_new(size_t limit_bytes);
void kept_free(struct kept *k);
void kept_empty(struct kept *k);

struct answer *kept_get(struct kept *k, struct str name); /* held; NULL: make it */
/* Makes an answer of the response, keeps it and puts it into the response. Made twice at once, both are right. */
void kept_put(struct kept *k, struct str name, struct response *rs);

#endif
