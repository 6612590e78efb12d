/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/top/marks.h"
#include "client/memory.h"

#include <stdlib.h>
#include <string.h>

void marks_deinit(struct marks *marks) {
    free(marks->ids);
    *marks = (struct marks){0};
}

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

/* The place of an ID, or where it would be. */
static size_t place_of(const struct marks *marks, const char *id) {
    size_t low = 0;
    size_t high = marks->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(marks->ids[middle], id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool marks_have(const struct marks *marks, const char *id) {
    size_t at = place_of(marks, id);
    return at < marks->count && strcmp(marks->ids[at], id) == 0;
}

void marks_append(struct marks *marks, const char *id) {
    size_t len = strlen(id);
    if (!queue_id_valid(id, len)) {
        return;
    }
    if (marks->count == marks->capacity) {
        marks->capacity = marks->capacity == 0 ? 64 : 2 * marks->capacity;
        marks->ids = need(realloc(marks->ids, marks->capacity * sizeof *marks->ids));
    }
    memcpy(marks->ids[marks->count++], id, len + 1);
}

void marks_sort(struct marks *marks) {
    size_t kept = 0;
    if (marks->count == 0) {
        return;
    }
    qsort(marks->ids, marks->count, sizeof *marks->ids, by_text);
    for (size_t i = 0; i < marks->count; i++) {
        if (kept == 0 || strcmp(marks->ids[kept - 1], marks->ids[i]) != 0) {
            memmove(marks->ids[kept++], marks->ids[i], sizeof *marks->ids);
        }
    }
    marks->count = kept;
}

void marks_toggle(struct marks *marks, const char *id) {
    size_t at = place_of(marks, id);
    if (at < marks->count && strcmp(marks->ids[at], id) == 0) {
        marks->count--;
        memmove(marks->ids + at, marks->ids + at + 1, (marks->count - at) * sizeof *marks->ids);
        return;
    }
    marks_append(marks, id);
    marks_sort(marks);
}

void marks_clear(struct marks *marks) {
    marks->count = 0;
}

size_t marks_keep(struct marks *marks, bool (*keep)(void *userdata, const char *id),
                  void *userdata) {
    size_t kept = 0;
    size_t before = marks->count;
    for (size_t i = 0; i < before; i++) {
        if (keep(userdata, marks->ids[i])) {
            memmove(marks->ids[kept++], marks->ids[i], sizeof *marks->ids);
        }
    }
    marks->count = kept;
    return before - kept;
}
