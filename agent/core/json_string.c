/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looks at eight octets at a time. `x - 1 & ~x` has the highest bit of an octet set where x is 0
 * there, and perhaps in the octets above, to which that subtraction carries. So it says for certain
 * only that none is 0, which is what most words need.
 */
#include "core/json_string.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EACH UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)

static bool stands_for_itself(char c) {
    return c != '"' && c != '\\' && (unsigned char)c >= ' ';
}

static bool may_have_end(uint64_t word) {
    uint64_t quote = word ^ EACH * '"';
    uint64_t backslash = word ^ EACH * '\\';
    uint64_t ends = ((quote - EACH) & ~quote) | ((backslash - EACH) & ~backslash) |
                    ((word - EACH * ' ') & ~word);
    return (ends & HIGH) != 0;
}

const char *json_string_end(const char *at, const char *end) {
    uint64_t word;
    while ((size_t)(end - at) >= sizeof word) {
        memcpy(&word, at, sizeof word);
        if (may_have_end(word)) {
            break;
        }
        at += sizeof word;
    }
    while (at < end && stands_for_itself(*at)) {
        at++;
    }
    return at;
}
