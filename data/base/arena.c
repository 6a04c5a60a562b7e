/*
 * Blocks in a list, the newest first; allocation moves a mark forward in the newest. Under the address checker every
 * allocation is a block of its own, so that an overrun is seen.
 */
#include "data/base/arena.h"

#include <string.h>

enum { BLOCK_BYTES = 4 * 1024, GROWN_BYTES = 1024 * 1024, KEPT_BYTES = 1024 * 1024, ALIGN = 16 };

struct arena_block {
    struct arena_block *older;
    size_t size, used;
    _Alignas(ALIGN) unsigned char bytes[];
};

void arena_init(struct arena *a, size_t limit_bytes)
{
    *a = (struct arena){.limit_bytes = limit_bytes};
}

static void free_down_to(struct arena *a, const struct arena_block *keep)
{
    while (a->newest != keep) {
        struct arena_block *older = a->newest->older;
        free(a->newest);
        a->newest = older;
    }
}

void arena_done(struct arena *a)
{
    free_down_to(a, NULL);
    a->used_bytes = 0;
}

void arena_reset(struct arena *a)
{
    a->used_bytes = 0;
    if (!a->newest)
        return;
    struct arena_block *keep = NULL;
    for (struct arena_block *b = a->newest, *older; b; b = older) {
        older = b->older;
        bool better = b->size <= KEPT_BYTES && (!keep || b->size > keep->size);
        free(better ? keep : b);
        keep = better ? b : keep;
    }
    a->newest = keep;
    if (!keep)
        return;
    keep->older = NULL;
    keep->used = 0;
}

static struct arena_block *add_block(struct arena *a, size_t bytes)
{
#ifdef ADDRESS_CHECKED
    size_t size = bytes;
#else
    size_t grown = a->newest ? MIN(a->newest->size * 2, (size_t)GROWN_BYTES) : BLOCK_BYTES;
    size_t size = MAX(bytes, grown);
#endif
    struct arena_block *block = malloc(sizeof *block + size);
    if (!block)
        must_failed("there is memory", __FILE__, __LINE__);
    block->older = a->newest;
    block->size = size;
    block->used = 0;
    a->newest = block;
    return block;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    if (bytes > a->limit_bytes || a->used_bytes > a->limit_bytes - bytes)
        return NULL;
    size_t rounded = (MAX(bytes, (size_t)1) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
#ifdef ADDRESS_CHECKED
    struct arena_block *block = add_block(a, MAX(bytes, (size_t)1));
    rounded = block->size;
#else
    struct arena_block *block = a->newest;
    if (!block || block->size - block->used < rounded)
        block = add_block(a, rounded);
#endif
    void *at = block->bytes + block->used;
    block->used += rounded;
    a->used_bytes += rounded;
    memset(at, 0, bytes);
    return at;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        return NULL;
    return arena_alloc(a, bytes);
}

void *arena_copy(struct arena *a, const void *from, size_t bytes)
{
    void *at = arena_alloc(a, bytes);
    if (at && bytes)
        memcpy(at, from, bytes);
    return at;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->newest, a->newest ? a->newest->used : 0, a->used_bytes};
}

void arena_release(struct arena *a, struct arena_mark mark)
{
    free_down_to(a, mark.block);
    if (a->newest)
        a->newest->used = mark.block_used;
    a->used_bytes = mark.used_bytes;
}

size_t arena_held(const struct arena *a)
{
    size_t held = 0;
    for (const struct arena_block *b = a->newest; b; b = b->older)
        held += sizeof *b + b->size;
    return held;
}
