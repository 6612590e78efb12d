/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Splits a stream of octets into lines of bounded length.
 */
#ifndef HMQ_CORE_LINES_H
#define HMQ_CORE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed by its owner before use; lines_deinit frees. */
struct lines {
    char *buffer; /* the unfinished line */
    size_t length;
    size_t capacity;
    uint64_t number; /* lines completed so far */
};

/* A line without its newline; valid during the call. Returns 0 to go on, else it is passed up. */
typedef int (*line_handler)(void *userdata, const char *line, size_t len);

/*
 * Takes the next len octets and calls handler for each line completed by them.
 * Returns 0, the handler's non-zero result, -EMSGSIZE when a line exceeds max octets, or -ENOMEM.
 */
int lines_feed(struct lines *lines, const char *data, size_t len, size_t max, line_handler handler,
               void *userdata);

/* True when octets after the last newline are waiting. */
bool lines_unfinished(const struct lines *lines);

void lines_deinit(struct lines *lines);

#endif
