/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The messages that are marked, by queue ID.
 */
#ifndef HMQ_CLIENT_TOP_MARKS_H
#define HMQ_CLIENT_TOP_MARKS_H

#include "core/queue_id.h"

#include <stdbool.h>
#include <stddef.h>

/* Zeroed before use. */
struct marks {
    char (*ids)[QUEUE_ID_SIZE]; /* owned; sorted, each once */
    size_t count, capacity;
};

void marks_deinit(struct marks *marks);

bool marks_have(const struct marks *marks, const char *id);

/* Marks or unmarks one message. What is no queue ID is never marked. */
void marks_toggle(struct marks *marks, const char *id);

/* Appends one without looking at the order; marks_sort has to follow. */
void marks_append(struct marks *marks, const char *id);
void marks_sort(struct marks *marks);

void marks_clear(struct marks *marks);

/* Keeps those for which keep returns true. Returns how many went. */
size_t marks_keep(struct marks *marks, bool (*keep)(void *userdata, const char *id),
                  void *userdata);

#endif
