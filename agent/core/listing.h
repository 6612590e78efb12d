/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A listing of the queue, made from the output of `postqueue -j` (core/message_stream.h). The
 * builder processes the output as it arrives and keeps the first rows in the chosen order with
 * their recipients and reasons, and totals over all messages. Among the first 190,000 messages each
 * queue ID counts once: showq(8) lists a message twice if it moves on in the meantime, and lists
 * maildrop, active and incoming first. Memory is bounded in octets: see listing_octets_max. The
 * finished listing is immutable and reference-counted.
 */
#ifndef HMQ_CORE_LISTING_H
#define HMQ_CORE_LISTING_H

#include "core/config.h"
#include "core/insight.h"
#include "core/message.h"
#include "core/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Totals of one queue over all messages of the listing. */
struct queue_totals {
    uint64_t messages;
    /* Messages whose size, arrival or recipients could not be read. The totals below lack them. */
    uint64_t unknown_size, unknown_arrival, unknown_recipients;
    uint64_t volume; /* octets */
    uint64_t recipients;
    int64_t oldest_arrival;        /* seconds since the epoch */
    char oldest_id[QUEUE_ID_SIZE]; /* "" if no message has a known arrival; may be unknown */
};

struct listing {
    unsigned references;
    struct message **rows; /* in queue_id_compare order, each id once */
    size_t row_count;
    struct queue_totals queues[QUEUE_COUNT];
    struct insight *insight; /* NULL if it was not asked for, or if memory was too short for it */
    uint64_t omitted;        /* messages listed without a row */
    uint64_t taken_usec;     /* CLOCK_MONOTONIC at its end */
    uint64_t duration_usec;
};

struct listing_builder;

/* A builder that keeps limit rows in the given order. Returns NULL if out of memory. */
struct listing_builder *listing_builder_new(enum message_order order, size_t limit);
void listing_builder_free(struct listing_builder *builder);

/*
 * Has the builder gather the insight, too, before anything is fed to it: limit rows of each table
 * (0..INSIGHT_ROWS_MAX), with ages by now, in seconds since the epoch. Without memory for it, the
 * listing has none.
 */
void listing_builder_add_insight(struct listing_builder *builder, size_t limit, int64_t now);

/* The total size, in octets, that limit rows may have. If they exceed it, the last recipients of
 * those with many are dropped, down to MESSAGE_OCTETS_MIN. */
size_t listing_octets_max(size_t limit);

/* Processes the next len octets of the output. Returns 0, -ENOMEM, or -EBADMSG if the rest is not
 * worth reading: see message_stream_feed. */
int listing_builder_feed(struct listing_builder *builder, const char *data, size_t len);

/* What was wrong with the first malformed line, with foreign text escaped; "" if there was none. */
const char *listing_builder_flaw(const struct listing_builder *builder);

/*
 * Finishes the listing and frees the builder. Returns the listing with one reference. Returns NULL,
 * with the reason in error (size octets), if out of memory or if the output was not a listing
 * (message_stream_end).
 */
struct listing *listing_builder_finish(struct listing_builder *builder, uint64_t started_usec,
                                       uint64_t now_usec, char *error, size_t size);

/* Messages in all queues. */
uint64_t listing_messages(const struct listing *listing);

struct listing *listing_ref(struct listing *listing);
void listing_unref(struct listing *listing);

/*
 * Finds the first row whose queue ID follows the index, or equals it if inclusive. The index is the
 * count sub-identifiers of a variable-length string index, length first (RFC 2578, 7.7); they need
 * not be valid. Returns the position of the row, or row_count if there is none.
 */
size_t listing_search(const struct listing *listing, const uint32_t *index, size_t count,
                      bool inclusive);

#endif
