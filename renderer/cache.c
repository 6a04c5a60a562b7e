/* A hash table of chains; every entry stands in one ring too, the newest behind the head. */
#include "renderer/cache.h"

#include <stdlib.h>
#include <string.h>

#include "data/base/hash.h"

enum { ENTRY_BYTES = 96 }; /* what an entry costs beside its value, about */

struct entry {
    struct entry *next_in_slot, *newer, *older;
    uint64_t hash;
    void *value;
    size_t bytes, key_len;
    uint8_t key[];
};
struct cache {
    size_t limit_bytes, used_bytes, n, n_slots;
    struct entry **slots;
    struct entry *newest, *oldest;
    cache_free_fn *free_value;
};

struct cache *cache_new(size_t limit_bytes, cache_free_fn *free_value)
{
    struct cache *c = base_alloc(1, sizeof *c);
    c->limit_bytes = limit_bytes;
    c->free_value = free_value;
    c->n_slots = 64;
    c->slots = base_alloc(c->n_slots, sizeof *c->slots);
    return c;
}

static void unlink_age(struct cache *c, struct entry *e)
{
    *(e->newer ? &e->newer->older : &c->newest) = e->older;
    *(e->older ? &e->older->newer : &c->oldest) = e->newer;
    e->newer = e->older = NULL;
}

static void link_newest(struct cache *c, struct entry *e)
{
    e->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

static void throw_away(struct cache *c, struct entry *e)
{
    struct entry **at = &c->slots[e->hash & (c->n_slots - 1)];
    while (*at != e)
        at = &(*at)->next_in_slot;
    *at = e->next_in_slot;
    unlink_age(c, e);
    c->used_bytes -= e->bytes;
    c->n--;
    if (e->value)
        c->free_value(e->value);
    free(e);
}

void cache_empty(struct cache *c)
{
    while (c->oldest)
        throw_away(c, c->oldest);
}

void cache_free(struct cache *c)
{
    if (!c)
        return;
    cache_empty(c);
    free(c->slots);
    free(c);
}

void *cache_get(struct cache *c, const void *key, size_t key_len)
{
    uint64_t h = hash64(key, key_len, 0);
    for (struct entry *e = c->slots[h & (c->n_slots - 1)]; e; e = e->next_in_slot)
        if (e->hash == h && e->key_len == key_len && memcmp(e->key, key, key_len) == 0) {
            if (e != c->newest) {
                unlink_age(c, e);
                link_newest(c, e);
            }
            return e->value;
        }
    return NULL;
}

static void grow(struct cache *c)
{
    size_t n = c->n_slots * 2;
    struct entry **slots = base_alloc(n, sizeof *slots);
    for (struct entry *e = c->newest; e; e = e->older) {
        e->next_in_slot = slots[e->hash & (n - 1)];
        slots[e->hash & (n - 1)] = e;
    }
    free(c->slots);
    c->slots = slots;
    c->n_slots = n;
}

void cache_put(struct cache *c, const void *key, size_t key_len, void *value, size_t bytes)
{
    struct entry *e = base_alloc(1, sizeof *e + key_len);
    e->hash = hash64(key, key_len, 0);
    e->value = value;
    e->bytes = bytes + key_len + ENTRY_BYTES;
    e->key_len = key_len;
    memcpy(e->key, key, key_len);
    if (c->n >= c->n_slots)
        grow(c);
    struct entry **slot = &c->slots[e->hash & (c->n_slots - 1)];
    e->next_in_slot = *slot;
    *slot = e;
    link_newest(c, e);
    c->used_bytes += e->bytes;
    c->n++;
}

void cache_trim(struct cache *c)
{
    while (c->used_bytes > c->limit_bytes && c->oldest)
        throw_away(c, c->oldest);
}
