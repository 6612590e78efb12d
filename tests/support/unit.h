/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For every unit test: cmocka, and checks that name the case of a table that failed.
 */
#ifndef HMQ_TESTS_SUPPORT_UNIT_H
#define HMQ_TESTS_SUPPORT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

#define CHECK(name, condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fail_msg("case \"%s\": not true: %s", name, #condition);                               \
        }                                                                                          \
    } while (0)

#define CHECK_INT(name, actual, expected)                                                          \
    do {                                                                                           \
        intmax_t is_ = (intmax_t)(actual);                                                         \
        intmax_t should_ = (intmax_t)(expected);                                                   \
        if (is_ != should_) {                                                                      \
            fail_msg("case \"%s\": %s is %jd, not %jd", name, #actual, is_, should_);              \
        }                                                                                          \
    } while (0)

#define CHECK_STRING(name, actual, expected)                                                       \
    do {                                                                                           \
        const char *is_ = (actual);                                                                \
        const char *should_ = (expected);                                                          \
        if (strcmp(is_, should_) != 0) {                                                           \
            fail_msg("case \"%s\": %s is \"%s\", not \"%s\"", name, #actual, is_, should_);        \
        }                                                                                          \
    } while (0)

/* run.sh repeats the line at its end. */
#define SKIP(why)                                                                                  \
    do {                                                                                           \
        printf("SKIP: %s\n", why);                                                                 \
        fflush(stdout);                                                                            \
        skip();                                                                                    \
    } while (0)

#endif
