#include "data/base/deflate.h"

#include <libdeflate.h>
#include <pthread.h>

#include "data/base/base.h"

enum { LEVEL_MAX = 12 };

struct packers {
    struct libdeflate_compressor *of_level[LEVEL_MAX + 1];
    struct libdeflate_decompressor *unpack;
};

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void forget(void *at)
{
    struct packers *p = at;
    for (int i = 0; i <= LEVEL_MAX; i++)
        if (p->of_level[i])
            libdeflate_free_compressor(p->of_level[i]);
    if (p->unpack)
        libdeflate_free_decompressor(p->unpack);
    free(p);
}

static void make_key(void)
{
    must(pthread_key_create(&key, forget) == 0);
}

static struct packers *mine(void)
{
    pthread_once(&once, make_key);
    struct packers *p = pthread_getspecific(key);
    if (!p) {
        p = base_alloc(1, sizeof *p);
        must(pthread_setspecific(key, p) == 0);
    }
    return p;
}

struct libdeflate_compressor *deflate_compressor(int level)
{
    must(level >= 1 && level <= LEVEL_MAX);
    struct packers *p = mine();
    if (!p->of_level[level])
        p->of_level[level] = libdeflate_alloc_compressor(level);
    must(p->of_level[level]);
    return p->of_level[level];
}

struct libdeflate_decompressor *deflate_decompressor(void)
{
    struct packers *p = mine();
    if (!p->unpack)
        p->unpack = libdeflate_alloc_decompressor();
    must(p->unpack);
    return p->unpack;
}
