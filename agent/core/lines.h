/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Splits a stream of octets into lines of bounded length.
 */
#ifndef HMQ_CORE_LINES_H
#define HMQ_CORE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Must be zeroed before use; lines_deinit frees it. */
struct lines {
    char *buffer; /* the unfinished line */
    size_t length;
    size_t capacity;
    uint64_t number; /* lines completed so far */
};

/* Receives a line without its newline, valid during the call. Returns 0 to continue; any other
 * value is returned by lines_feed. */
typedef int (*line_handler)(void *userdata, const char *line, size_t len);

/*
 * Processes the next len octets and calls handler for each line that they complete. Returns 0, the
 * handler's non-zero result, -EMSGSIZE when a line exceeds max octets, or -ENOMEM.
 */
int lines_feed(struct lines *lines, const char *data, size_t len, size_t max, line_handler handler,
               void *userdata);

/* True if there are octets after the last newline. */
bool lines_unfinished(const struct lines *lines);

void lines_deinit(struct lines *lines);

#endif
