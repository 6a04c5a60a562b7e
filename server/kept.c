#include "server/kept.h"

#include <pthread.h>

#include "renderer/cache.h"

struct kept {
    pthread_mutex_t lock; /* guards the cache */
    struct cache *answers;
};

static void drop(void *value)
{
    answer_drop(value);
}

struct kept *kept_new(size_t limit_bytes)
{
    struct kept *k = base_alloc(1, sizeof *k);
    pthread_mutex_init(&k->lock, NULL);
    k->answers = cache_new(limit_bytes, drop);
    return k;
}

void kept_free(struct kept *k)
{
    if (!k)
        return;
    cache_free(k->answers);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

void kept_empty(struct kept *k)
{
    pthread_mutex_lock(&k->lock);
    cache_empty(k->answers);
    pthread_mutex_unlock(&k->lock);
}

struct answer *kept_get(struct kept *k, struct str name)
{
    pthread_mutex_lock(&k->lock);
    struct answer *a = cache_get(k->answers, name.at, name.len);
    if (a)
        answer_hold(a);
    pthread_mutex_unlock(&k->lock);
    return a;
}

void kept_put(struct kept *k, struct str name, struct response *rs)
{
    struct answer *a = answer_new(rs, true);
    pthread_mutex_lock(&k->lock);
    if (!cache_get(k->answers, name.at, name.len)) {
        cache_put(k->answers, name.at, name.len, answer_hold(a), answer_bytes(a));
        cache_trim(k->answers);
    }
    pthread_mutex_unlock(&k->lock);
    rs->ready = a;
}
