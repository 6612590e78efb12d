/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups the input as the reason of a recipient. The group must be text that can be served, and
 * must not depend on anything but the octets of the reason.
 */
#include "core/reason_group.h"
#include "core/text.h"

#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static size_t group_copy(const uint8_t *data, size_t size, size_t spaces, char *group) {
    char *copy = malloc(size + spaces);
    MUST(copy != NULL || size + spaces == 0);
    if (size > 0) {
        memcpy(copy, data, size);
    }
    if (spaces > 0) {
        memset(copy + size, ' ', spaces);
    }
    size_t len = reason_group(copy, size + spaces, group);
    free(copy);
    return len;
}

/* Cleaning makes spaces of other characters that are unsafe. */
static bool is_ascii(const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (data[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char group[REASON_GROUP_SIZE];
    char again[REASON_GROUP_SIZE];
    size_t len = group_copy(data, size, 0, group);
    MUST(len < sizeof group && strlen(group) == len);
    MUST(text_is_safe(group, len));
    if (is_ascii(data, size)) {
        MUST(strstr(group, "**") == NULL && strstr(group, "* *") == NULL);
        MUST(strstr(group, "  ") == NULL && group[0] != ' ');
    }
    MUST(group_copy(data, size, 0, again) == len && strcmp(group, again) == 0);
    MUST(group_copy(data, size, 3, again) == len && strcmp(group, again) == 0);
    return 0;
}
