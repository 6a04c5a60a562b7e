/*
 * Things kept by key, the least recently used thrown away first. Nothing goes away by itself: only cache_trim throws away,
 * so what was got may be used until then. One thread.
 */
#ifndef RENDERER_CACHE_H
#define RENDERER_CACHE_H

#include "data/base/base.h"

struct cache;
typedef void cache_free_fn(void *value);

struct cache *cache_new(size_t limit_bytes, cache_free_fn *free_value);
void cache_free(struct cache *c);
void *cache_get(struct cache *c, const void *key, size_t key_len); /* NULL if it is not there */
void cache_put(struct cache *c, const void *key, size_t key_len, void *value, size_t bytes); /* takes the value */
void cache_trim(struct cache *c);  /* until it is within its limit */
void cache_empty(struct cache *c);

#endif
