/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/duration.h"

#include "core/time_units.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define DURATION_MAX (10000 * USEC_PER_DAY)

struct unit {
    const char *name;
    uint64_t factor;
};

/* Parses the digits at text as a number less than limit; *rest is what follows. Returns false if
 * there is no digit. */
static bool digits(const char *text, uint64_t limit, uint64_t *number, const char **rest) {
    uint64_t n = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++) {
        n = n * 10 + (uint64_t)(*p - '0');
        if (n >= limit) {
            return false;
        }
    }
    *number = n;
    *rest = p;
    return p != text;
}

static bool with_unit(const char *text, const struct unit *units, uint64_t max, uint64_t *value) {
    uint64_t number;
    const char *rest;
    if (!digits(text, UINT64_MAX / 100, &number, &rest)) {
        return false;
    }
    for (; units->name != NULL; units++) {
        if (strcmp(rest, units->name) == 0) {
            if (number > max / units->factor) {
                return false;
            }
            *value = number * units->factor;
            return true;
        }
    }
    return false;
}

bool duration_parse(const char *text, uint64_t *usec) {
    static const struct unit units[] = {
        {"", USEC_PER_SEC},
        {"ms", 1000},
        {"s", USEC_PER_SEC},
        {"m", 60 * USEC_PER_SEC},
        {"h", 3600 * USEC_PER_SEC},
        {"d", USEC_PER_DAY},
        {NULL, 0},
    };
    return with_unit(text, units, DURATION_MAX, usec);
}

bool postfix_time_parse(const char *text, char default_unit, uint32_t *seconds) {
    static const struct unit units[] = {
        {"s", 1},
        {"m", 60},
        {"h", 3600},
        {"d", SECONDS_PER_DAY},
        {"w", UINT64_C(7) * SECONDS_PER_DAY},
        {NULL, 0},
    };
    char whole[32];
    size_t len = strlen(text);
    if (len == 0 || len + 2 > sizeof whole) {
        return false;
    }
    for (size_t i = 0; i <= len; i++) {
        whole[i] = (char)tolower((unsigned char)text[i]);
    }
    if (whole[len - 1] >= '0' && whole[len - 1] <= '9') {
        whole[len] = default_unit;
        whole[len + 1] = '\0';
    }
    uint64_t value;
    if (!with_unit(whole, units, UINT32_MAX, &value)) {
        return false;
    }
    *seconds = (uint32_t)value;
    return true;
}

const char *duration_words(uint64_t seconds, char out[DURATION_WORDS_SIZE]) {
    static const struct {
        const char *name;
        uint64_t seconds;
    } units[] = {{"d", SECONDS_PER_DAY}, {"h", 3600}, {"min", 60}, {"s", 1}};
    size_t unit = 0;
    while (units[unit].seconds > 1 && seconds < units[unit].seconds) {
        unit++;
    }
    uint64_t rest = seconds % units[unit].seconds;
    int len = snprintf(out, DURATION_WORDS_SIZE, "%" PRIu64 " %s", seconds / units[unit].seconds,
                       units[unit].name);
    uint64_t second = rest == 0 ? 0 : rest / units[unit + 1].seconds;
    if (second > 0) {
        snprintf(out + len, DURATION_WORDS_SIZE - (size_t)len, " %" PRIu64 " %s", second,
                 units[unit + 1].name);
    }
    return out;
}

bool number_parse(const char *text, uint64_t max, uint64_t *number) {
    uint64_t n;
    const char *rest;
    if (!digits(text, UINT64_MAX / 100, &n, &rest) || *rest != '\0' || n > max) {
        return false;
    }
    *number = n;
    return true;
}
