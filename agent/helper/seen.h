/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where each message was last seen during one scan. A message that moves while the directories are
 * read one after the other may be found in two of them or in none; its queue ID shows that it is
 * one message.
 */
#ifndef HMQ_HELPER_SEEN_H
#define HMQ_HELPER_SEEN_H

#include "core/queue.h"

#include <stdbool.h>
#include <stdint.h>

struct seen;

/* Returns NULL if out of memory. */
struct seen *seen_new(void);
void seen_free(struct seen *seen);

/* Forgets everything: a new scan begins. */
void seen_reset(struct seen *seen);

/* Notes that the message is in queue, whatever was noted before. Once the table is full, nothing is
 * noted. */
void seen_note(struct seen *seen, const char *id, enum queue queue);

/* Notes that a message that is already known was moved to queue. */
void seen_moved(struct seen *seen, const char *id, enum queue queue);

/* Notes that the message was removed from queue. Has no effect if it has been seen elsewhere since.
 */
void seen_removed(struct seen *seen, const char *id, enum queue queue);

/* True as long as everything since the reset could be noted (some 20,000 messages). */
bool seen_complete(const struct seen *seen);

/* The number of messages that were last seen in queue. */
uint32_t seen_messages(const struct seen *seen, enum queue queue);

#endif
