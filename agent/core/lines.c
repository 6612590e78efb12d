/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 4096

static int append(struct lines *lines, const char *data, size_t len, size_t max) {
    if (len > max - lines->length) {
        return -EMSGSIZE;
    }
    size_t needed = lines->length + len;
    if (needed > lines->capacity) {
        size_t capacity = lines->capacity == 0 ? FIRST_CAPACITY : lines->capacity;
        while (capacity < needed) {
            capacity *= 2;
        }
        char *buffer = realloc(lines->buffer, capacity);
        if (buffer == NULL) {
            return -ENOMEM;
        }
        lines->buffer = buffer;
        lines->capacity = capacity;
    }
    if (len > 0) {
        memcpy(lines->buffer + lines->length, data, len);
    }
    lines->length = needed;
    return 0;
}

int lines_feed(struct lines *lines, const char *data, size_t len, size_t max, line_handler handler,
               void *userdata) {
    while (len > 0) {
        const char *newline = memchr(data, '\n', len);
        if (newline == NULL) {
            return append(lines, data, len, max);
        }
        size_t piece = (size_t)(newline - data);
        const char *line = data;
        size_t line_len = piece;
        if (lines->length > 0) {
            int r = append(lines, data, piece, max);
            if (r != 0) {
                return r;
            }
            line = lines->buffer;
            line_len = lines->length;
        } else if (piece > max) {
            return -EMSGSIZE;
        }
        lines->length = 0;
        lines->number++;
        int r = handler(userdata, line, line_len);
        if (r != 0) {
            return r;
        }
        data += piece + 1;
        len -= piece + 1;
    }
    return 0;
}

bool lines_unfinished(const struct lines *lines) {
    return lines->length > 0;
}

void lines_deinit(struct lines *lines) {
    free(lines->buffer);
    *lines = (struct lines){0};
}
