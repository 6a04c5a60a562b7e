/*
 * A new, empty store for one test, and memory for what is read from it.
 */
#ifndef TESTS_FRESH_STORE_H
#define TESTS_FRESH_STORE_H

#include "data/store.h"
#include "tests/folder.h"

static struct arena arena; /* emptied by each empty_store */

/* Fails with the error's sentence. */
static inline void works(bool ok, const struct err *err)
{
    if (!ok)
        print_error("%s\n", err->text);
    CHECK(ok);
}

static inline struct store *empty_store(const char *name)
{
    struct store *s = NULL;
    struct err err = {0};
    arena_done(&arena);
    arena_init(&arena, 64 << 20);
    works(store_open(&s, in_folder(name), STORE_CREATE, &err), &err);
    return s;
}

#endif
