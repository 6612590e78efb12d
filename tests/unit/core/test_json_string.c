/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a string of JSON has something other than what stands for itself: each octet at each place,
 * as an octet by octet search finds it.
 */
#include "core/json_string.h"

#include <stdlib.h>

#include "unit.h"

#define LENGTH_MAX 19

/* Exactly as long as the text, so that a sanitizer notices a read beyond it. */
static size_t end_of(const unsigned char *text, size_t len) {
    char *copy = malloc(len + (len == 0));
    assert_non_null(copy);
    memcpy(copy, text, len);
    size_t end = (size_t)(json_string_end(copy, copy + len) - copy);
    free(copy);
    return end;
}

static void test_each_octet(void **state) {
    (void)state;
    unsigned char text[LENGTH_MAX];
    for (size_t len = 0; len <= LENGTH_MAX; len++) {
        for (size_t at = 0; at < len; at++) {
            for (int octet = 0; octet < 256; octet++) {
                bool ends = octet == '"' || octet == '\\' || octet < ' ';
                memset(text, octet % 2 == 0 ? '~' : 0x80, sizeof text);
                text[at] = (unsigned char)octet;
                if (end_of(text, len) != (ends ? at : len)) {
                    fail_msg("octet %d at %zu of %zu", octet, at, len);
                }
            }
        }
    }
}

/* A subtraction carries from one octet to the next. */
static void test_neighbours(void **state) {
    (void)state;
    static const unsigned char ends[] = {'"', '\\', '\n', '\0', 0x1F};
    static const unsigned char others[] = {'#', ']', ' ', '!', '[', 0xFF, 0xA2, 0xDC};
    unsigned char text[16];
    for (size_t e = 0; e < sizeof ends; e++) {
        for (size_t o = 0; o < sizeof others; o++) {
            memset(text, others[o], sizeof text);
            assert_int_equal(end_of(text, sizeof text), sizeof text);
            text[11] = ends[e];
            text[12] = ends[e];
            assert_int_equal(end_of(text, sizeof text), 11);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_octet),
        cmocka_unit_test(test_neighbours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
