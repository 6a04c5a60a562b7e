/*
 * The few words every file uses: cleanup at the end of a scope, a check that stays in release builds, array lengths.
 */
#ifndef DATA_BASE_BASE_H
#define DATA_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* AUTO(buf) png = {0}; declares a struct buf and calls buf_done(&png) however the scope ends. */
#define AUTO(type) __attribute__((cleanup(type##_done))) struct type

/* AUTO_FREE char *name = …; calls free() on the pointer at the end of the scope. */
#define AUTO_FREE __attribute__((cleanup(base_free)))

#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define MUST_USE __attribute__((warn_unused_result))

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define CLAMP(v, lo, hi) ((v) < (lo) ? (lo) : (v) > (hi) ? (hi) : (v))

/* What cannot be false unless the code is wrong. Like assert, but in release builds too. */
#define must(condition)                                                                            \
    ((condition) ? (void)0 : must_failed(#condition, __FILE__, __LINE__))

_Noreturn void must_failed(const char *condition, const char *file, int line);

/* Heap memory that does not fail: out of memory ends the program with a line. Zeroed; n * size is checked. */
void *base_alloc(size_t n, size_t size);
void *base_grow(void *at, size_t n, size_t size);
void base_free(void *pointer_to_pointer);

#endif
