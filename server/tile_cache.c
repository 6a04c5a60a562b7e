/*
 * A table of chains under one mutex that is held for a look-up or an insertion and no longer; a clock hand evicts
 * (second chance), so a hit sets one bit. Recent changes are a ring of boxes: a tile drawn from a map older than a change
 * that the ring has forgotten is refused as well.
 */
#include "server/tile_cache.h"

#include <pthread.h>
#include <string.h>

#include "data/base/hash.h"

enum {
    BUCKETS = 1 << 15,
    RECENT = 4096,  /* boxes of changes remembered */
    GROUPS = 64,    /* a large change is forgotten by this many boxes round it */
};

struct entry {
    struct entry *chain;        /* of its bucket */
    struct entry *next, *prev;  /* the clock: a ring */
    struct tile_key key;
    struct spot_box sight;
    struct answer *answer;
    size_t bytes;
    bool used;                  /* since the hand came by */
};
struct recent {
    struct spot_box box;
    uint64_t seq;
};
struct tile_cache {
    pthread_mutex_t lock;       /* guards all below */
    struct entry *buckets[BUCKETS];
    struct entry *hand;
    size_t most_bytes;
    struct tile_cache_counts counts;
    struct recent recent[RECENT];
    size_t n_recent;            /* ever; the ring holds the last RECENT */
    uint64_t oldest_seq;        /* the newest seq that the ring has forgotten */
};

struct tile_cache *tile_cache_new(size_t most_bytes)
{
    struct tile_cache *c = base_alloc(1, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    c->most_bytes = most_bytes;
    return c;
}

static struct entry **bucket_of(struct tile_cache *c, const struct tile_key *key)
{
    return &c->buckets[hash64(key, sizeof *key, 0) & (BUCKETS - 1)];
}

static struct entry *find(struct tile_cache *c, const struct tile_key *key)
{
    struct entry *e = *bucket_of(c, key);
    while (e && memcmp(&e->key, key, sizeof *key) != 0)
        e = e->chain;
    return e;
}

static void remove_entry(struct tile_cache *c, struct entry *e)
{
    struct entry **at = bucket_of(c, &e->key);
    while (*at != e)
        at = &(*at)->chain;
    *at = e->chain;
    if (c->hand == e)
        c->hand = e->next == e ? NULL : e->next;
    e->prev->next = e->next;
    e->next->prev = e->prev;
    c->counts.tiles--;
    c->counts.bytes -= e->bytes;
    answer_drop(e->answer);
    free(e);
}

/* Just behind the hand, so that it comes by last. */
static void add_entry(struct tile_cache *c, struct entry *e)
{
    struct entry **bucket = bucket_of(c, &e->key);
    e->chain = *bucket;
    *bucket = e;
    if (c->hand) {
        e->next = c->hand;
        e->prev = c->hand->prev;
        e->prev->next = e->next->prev = e;
    } else {
        c->hand = e->next = e->prev = e;
    }
    c->counts.tiles++;
    c->counts.bytes += e->bytes;
}

static void evict(struct tile_cache *c)
{
    while (c->hand && c->counts.bytes > c->most_bytes) {
        struct entry *e = c->hand;
        c->hand = e->next;
        if (e->used) {
            e->used = false;
        } else {
            remove_entry(c, e);
            c->counts.evicted++;
        }
    }
}

struct answer *tile_cache_get(struct tile_cache *c, const struct tile_key *key)
{
    pthread_mutex_lock(&c->lock);
    struct entry *e = find(c, key);
    struct answer *answer = e ? answer_hold(e->answer) : NULL;
    if (e)
        e->used = true;
    c->counts.hits += e != NULL;
    c->counts.misses += e == NULL;
    pthread_mutex_unlock(&c->lock);
    return answer;
}

static bool is_old(const struct tile_cache *c, struct spot_box sight, uint64_t seq)
{
    if (seq < c->oldest_seq)
        return true;
    for (size_t i = c->n_recent; i > 0 && i + RECENT > c->n_recent; i--) {
        const struct recent *r = &c->recent[(i - 1) % RECENT];
        if (r->seq <= seq)
            return false; /* seqs only grow */
        if (spot_box_meets(r->box, sight))
            return true;
    }
    return false;
}

bool tile_cache_put(struct tile_cache *c, const struct tile_key *key, struct spot_box sight, uint64_t seq,
    struct answer *answer)
{
    pthread_mutex_lock(&c->lock);
    bool old = is_old(c, sight, seq);
    c->counts.refused += old;
    if (!old) {
        struct entry *before = find(c, key);
        if (before)
            remove_entry(c, before);
        struct entry *e = base_alloc(1, sizeof *e);
        *e = (struct entry){.key = *key, .sight = sight, .answer = answer_hold(answer),
            .bytes = answer_bytes(answer) + sizeof *e};
        add_entry(c, e);
        evict(c);
    }
    pthread_mutex_unlock(&c->lock);
    return !old;
}

static int by_quad(const void *a, const void *b)
{
    const struct spot_box *p = a, *q = b;
    uint64_t x = quad_of((struct spot){p->x0, p->y0}), y = quad_of((struct spot){q->x0, q->y0});
    return (x > y) - (x < y);
}

/* Neighbours put together until at most GROUPS boxes are left: forgetting too much is harmless. */
static size_t group_boxes(const struct spot_box *boxes, size_t n, struct spot_box out[GROUPS])
{
    if (n <= GROUPS) {
        memcpy(out, boxes, n * sizeof *out);
        return n;
    }
    AUTO_FREE struct spot_box *sorted = base_alloc(n, sizeof *sorted);
    memcpy(sorted, boxes, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_quad);
    for (size_t g = 0; g < GROUPS; g++) {
        size_t from = n * g / GROUPS, to = n * (g + 1) / GROUPS;
        out[g] = sorted[from];
        for (size_t i = from + 1; i < to; i++) {
            out[g].x0 = MIN(out[g].x0, sorted[i].x0);
            out[g].y0 = MIN(out[g].y0, sorted[i].y0);
            out[g].x1 = MAX(out[g].x1, sorted[i].x1);
            out[g].y1 = MAX(out[g].y1, sorted[i].y1);
        }
    }
    return GROUPS;
}

static void remember(struct tile_cache *c, struct spot_box box, uint64_t seq)
{
    struct recent *r = &c->recent[c->n_recent % RECENT];
    if (c->n_recent >= RECENT)
        c->oldest_seq = r->seq;
    *r = (struct recent){box, seq};
    c->n_recent++;
}

static bool sees(const struct entry *e, const struct spot_box *boxes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (spot_box_meets(e->sight, boxes[i]))
            return true;
    return false;
}

void tile_cache_forget(struct tile_cache *c, const struct spot_box *boxes, size_t n, uint64_t seq)
{
    if (!n)
        return;
    struct spot_box groups[GROUPS];
    size_t n_groups = group_boxes(boxes, n, groups);
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < n_groups; i++)
        remember(c, groups[i], seq);
    struct entry *e = c->hand;
    for (size_t left = c->counts.tiles; left > 0; left--) {
        struct entry *next = e->next;
        if (sees(e, groups, n_groups)) {
            remove_entry(c, e);
            c->counts.forgotten++;
        }
        e = next;
    }
    pthread_mutex_unlock(&c->lock);
}

void tile_cache_clear(struct tile_cache *c)
{
    pthread_mutex_lock(&c->lock);
    while (c->hand)
        remove_entry(c, c->hand);
    pthread_mutex_unlock(&c->lock);
}

struct tile_cache_counts tile_cache_counts(struct tile_cache *c)
{
    pthread_mutex_lock(&c->lock);
    struct tile_cache_counts counts = c->counts;
    pthread_mutex_unlock(&c->lock);
    return counts;
}

void tile_cache_free(struct tile_cache *c)
{
    if (!c)
        return;
    tile_cache_clear(c);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
