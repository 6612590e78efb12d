/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where each message was last seen during one scan. Messages that move while the directories are
 * read one after the other may be met in two of them or in none; by their ids they are one each.
 */
#ifndef HMQ_HELPER_SEEN_H
#define HMQ_HELPER_SEEN_H

#include "core/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct seen;

/* NULL without memory. */
struct seen *seen_new(void);
void seen_free(struct seen *seen);

/* Forgets everything: a new scan begins. */
void seen_reset(struct seen *seen);

/* The message is in queue, whatever was noted before. Nothing is noted once the table is full. */
void seen_note(struct seen *seen, const char *id, enum queue queue);

/* The message was moved to queue, as far as it is known already. */
void seen_moved(struct seen *seen, const char *id, enum queue queue);

/* The message was removed from queue; without effect when it was seen elsewhere since. */
void seen_removed(struct seen *seen, const char *id, enum queue queue);

/* True while everything noted since the reset is held (some 20,000 messages). */
bool seen_complete(const struct seen *seen);

/* The messages whose last place was queue. */
uint32_t seen_messages(const struct seen *seen, enum queue queue);

#endif
