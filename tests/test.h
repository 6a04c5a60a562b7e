/*
 * A few lines over cmocka so that tests register themselves and read as sentences:
 *
 *     TEST(a_point_on_the_edge_belongs_to_one_tile)
 *     {
 *         CHECK(…);
 *     }
 *
 * One file a module, tests/test_MODULE.c; each is a program that prints TAP. No main is written: this header has it, so
 * it is included by each test file once.
 */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "data/base/str.h"

enum { TESTS_MAX = 400 };
static struct CMUnitTest test_table[TESTS_MAX];
static size_t test_count;

#define TEST(name)                                                                                 \
    static void name(void **state);                                                                \
    __attribute__((constructor)) static void register_##name(void)                                 \
    {                                                                                              \
        test_table[test_count++] = (struct CMUnitTest){#name, name, NULL, NULL, NULL};             \
    }                                                                                              \
    static void name(void **state __attribute__((unused)))

#define CHECK(condition) assert_true(condition)
#define CHECK_INT(actual, expected) assert_int_equal(actual, expected)
#define CHECK_TEXT(actual, expected) assert_string_equal(actual, expected)
#define CHECK_STR(actual, expected) test_str_equal(actual, expected, __FILE__, __LINE__)
#define CHECK_NEAR(actual, expected, tolerance) assert_float_equal(actual, expected, tolerance)
/* For tests that need what may be absent: says so and stops this test. */
#define SKIP_WITHOUT(path)                                                                         \
    do {                                                                                           \
        if (access(path, R_OK) != 0) {                                                             \
            print_message("# skipped: there is no %s\n", path);                                    \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

static inline void test_str_equal(struct str actual, const char *expected, const char *file, int line)
{
    if (actual.len == strlen(expected) && memcmp(actual.at, expected, actual.len) == 0)
        return;
    print_error("\"%.*s\" != \"%s\"\n", (int)actual.len, actual.at, expected);
    _fail(file, line);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return _cmocka_run_group_tests("", test_table, test_count, NULL, NULL);
}

#endif
