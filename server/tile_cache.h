/*
 * Encoded tiles within a byte bound. It forgets by box when the map changes there, and refuses a tile that was drawn from
 * a map older than the last change in its box, so that a slow drawing never brings an old map back.
 */
#ifndef SERVER_TILE_CACHE_H
#define SERVER_TILE_CACHE_H

#include "data/geo/quad.h"
#include "server/http.h"

/* All that decides what a tile looks like but the deployments. Compared byte by byte, so it has no gaps. */
struct tile_key {
    uint64_t style, filter;    /* hashes */
    uint32_t x, y;
    int32_t day;               /* "today" of what is drawn */
    uint32_t epoch;            /* grows when styles and base maps are read again */
    uint8_t z, scale, format, french;
    uint32_t only;             /* a picture other than the map: 1 vector tile of deployments, 2 of the base map */
};
_Static_assert(sizeof(struct tile_key) == 40, "a tile key has no gaps");

struct tile_cache;
struct tile_cache *tile_cache_new(size_t most_bytes);
void tile_cache_free(struct tile_cache *c);

/* Held for the caller; NULL: not there. */
struct answer *tile_cache_get(struct tile_cache *c, const struct tile_key *key);

/* Keeps a tile drawn from the map with this seq; takes a hold of its own. `sight` is what the tile can show: its box grown
 * by the reach of its symbols. False: the map changed in that box since, the tile must not be sent. */
bool tile_cache_put(struct tile_cache *c, const struct tile_key *key, struct spot_box sight, uint64_t seq,
    struct answer *answer);

/* Forgets what sees one of the boxes, and remembers that they changed with seq. */
void tile_cache_forget(struct tile_cache *c, const struct spot_box *boxes, size_t n, uint64_t seq);
void tile_cache_clear(struct tile_cache *c);

struct tile_cache_counts {
    size_t tiles, bytes;
    uint64_t hits, misses, refused, forgotten, evicted;
};
struct tile_cache_counts tile_cache_counts(struct tile_cache *c);

#endif
