/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a number went, for a sparkline.
 */
#ifndef HMQ_CLIENT_TOP_HISTORY_H
#define HMQ_CLIENT_TOP_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_SAMPLES 240
/* Room for a line of all samples. */
#define HISTORY_LINE_SIZE (HISTORY_SAMPLES * 3 + 1)

/* Zeroed before use. */
struct history {
    int64_t samples[HISTORY_SAMPLES]; /* a ring */
    size_t count, next;
};

/* Adds a sample; -1 = it is not known. */
void history_add(struct history *history, int64_t sample);

/*
 * Writes the last samples, at most width of them, as one character each, in proportion to the
 * greatest of them. What is not known is a blank; 0 is not. Returns out.
 */
const char *history_line(const struct history *history, size_t width, bool unicode,
                         char out[HISTORY_LINE_SIZE]);

#endif
