/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Gathers the insight (core/insight.h) while a listing is read, from every message and every
 * recipient, within a fixed amount of memory: about 20 MiB at most, and less than 1 MiB for a
 * queue with a thousand different senders, domains and reasons. All counts are exact up to
 * INSIGHT_EXACT different values of each.
 */
#ifndef HMQ_CORE_INSIGHT_BUILDER_H
#define HMQ_CORE_INSIGHT_BUILDER_H

#include "core/insight.h"
#include "core/message_json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Different senders, domains or reasons. */
#define INSIGHT_EXACT ((size_t)10240)

struct insight_builder;

/* A builder that keeps limit rows of each table (0..INSIGHT_ROWS_MAX), and judges ages by now, in
 * seconds since the epoch. Returns NULL if out of memory. */
struct insight_builder *insight_builder_new(size_t limit, int64_t now);
void insight_builder_free(struct insight_builder *builder);

/* A recipient of the message whose line is being read: a recipient_handler, with the builder. */
void insight_builder_recipient(void *userdata, const char *address, const char *reason);

/* The line has ended. counts: false if it is not a message, or one that was listed before. head is
 * borrowed for the call. */
void insight_builder_message(struct insight_builder *builder, bool counts,
                             const struct message_head *head);

/* Returns the insight, to be freed with insight_free, or NULL if out of memory. The builder is to
 * be freed as well. */
struct insight *insight_builder_finish(struct insight_builder *builder);

#endif
