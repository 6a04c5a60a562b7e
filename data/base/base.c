#include "data/base/base.h"

#include <stdio.h>
#include <string.h>

void must_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "contrechamp: %s:%d: this cannot be, and is: not (%s)\n", file, line, condition);
    abort();
}

static _Noreturn void out_of_memory(size_t bytes)
{
    fprintf(stderr, "contrechamp: out of memory (%zu bytes were asked for)\n", bytes);
    exit(1);
}

void *base_alloc(size_t n, size_t size)
{
    void *at = calloc(n ? n : 1, size ? size : 1);
    if (!at)
        out_of_memory(n * size);
    return at;
}

void *base_grow(void *at, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        out_of_memory(SIZE_MAX);
    void *grown = realloc(at, bytes ? bytes : 1);
    if (!grown)
        out_of_memory(bytes);
    return grown;
}

void base_free(void *pointer_to_pointer)
{
    void *at;
    memcpy(&at, pointer_to_pointer, sizeof at);
    free(at);
}
