/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/queue_id.h"

#include <stdio.h>
#include <string.h>

#define BASE52_DIGITS "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
#define SHORT_USEC_DIGITS 5
#define LONG_SECONDS_MIN 6
#define LONG_USEC_DIGITS 4
#define LONG_SEPARATOR 'z'

static bool is_upper_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static bool is_base52(char c) {
    return c != '\0' && strchr(BASE52_DIGITS, c) != NULL;
}

static bool short_id_valid(const char *id, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (!is_upper_hex(id[i])) {
            return false;
        }
    }
    return len > SHORT_USEC_DIGITS;
}

/* The separator of a long ID is its last z, because the base-51 digits of the inode do not include
 * z. Returns NULL if the ID is not long. */
static const char *long_separator(const char *id, size_t len) {
    const char *separator = NULL;
    for (size_t i = 0; i < len; i++) {
        if (!is_base52(id[i])) {
            return NULL;
        }
        if (id[i] == LONG_SEPARATOR) {
            separator = id + i;
        }
    }
    if (separator == NULL || separator - id < LONG_SECONDS_MIN + LONG_USEC_DIGITS ||
        separator + 1 == id + len) {
        return NULL;
    }
    return separator;
}

bool queue_id_valid(const char *id, size_t len) {
    if (len < QUEUE_ID_MIN || len > QUEUE_ID_MAX) {
        return false;
    }
    return short_id_valid(id, len) || long_separator(id, len) != NULL;
}

int queue_id_compare(const char *a, const char *b) {
    size_t la = strlen(a);
    size_t lb = strlen(b);
    if (la != lb) {
        return la < lb ? -1 : 1;
    }
    return memcmp(a, b, la);
}

bool queue_id_hash_chars(const char *id, char out[QUEUE_ID_SIZE]) {
    size_t len = strlen(id);
    if (!queue_id_valid(id, len)) {
        return false;
    }
    if (short_id_valid(id, len)) {
        memcpy(out, id, len + 1);
        return true;
    }
    const char *digit = long_separator(id, len) - LONG_USEC_DIGITS;
    unsigned usec = 0;
    for (int i = 0; i < LONG_USEC_DIGITS; i++) {
        usec = usec * 52 + (unsigned)(strchr(BASE52_DIGITS, digit[i]) - BASE52_DIGITS);
    }
    if (usec > 999999) {
        return false;
    }
    snprintf(out, QUEUE_ID_SIZE, "%05X", usec);
    return true;
}
