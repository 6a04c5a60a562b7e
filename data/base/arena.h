/*
 * An arena is the memory of one request or one drawing: what is made for it lives there and goes with it, with no free.
 * It has a limit, so what a stranger sends cannot grow it for ever: past the limit an allocation answers NULL.
 */
#ifndef DATA_BASE_ARENA_H
#define DATA_BASE_ARENA_H

#include "data/base/base.h"

struct arena_block;

struct arena {
    struct arena_block *newest;
    size_t used_bytes, limit_bytes;
};

void arena_init(struct arena *a, size_t limit_bytes);
void arena_done(struct arena *a); /* works on a zeroed struct */

/* Forgets all that was allocated but keeps one block, so that the next drawing need not ask the system again. */
void arena_reset(struct arena *a);

/* Zeroed, aligned to 16 bytes; NULL past the limit (answer with err_arena). */
void *arena_alloc(struct arena *a, size_t bytes);
void *arena_array(struct arena *a, size_t n, size_t size); /* n * size is checked */
void *arena_copy(struct arena *a, const void *from, size_t bytes);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_array((arena), (n), sizeof(type)))

/* Bytes it holds of the system, what is not used yet included: what it costs whoever keeps it. */
size_t arena_held(const struct arena *a);

/* A point to fall back to: everything allocated after arena_mark is forgotten by arena_release. */
struct arena_mark {
    struct arena_block *block;
    size_t block_used, used_bytes;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark mark);

#endif
