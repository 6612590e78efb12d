/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A listing of the queue, made from the output of `postqueue -j` (core/message_stream.h). The
 * builder takes it as it comes and keeps the first rows in the chosen order with their recipients
 * and reasons, and totals over all messages. Each id counts once, of the first 190,000 that are
 * listed: showq(8) lists what moves on while it reads a second time, and it lists maildrop, active
 * and incoming first. Memory is bounded in octets: see listing_octets_max. The finished listing is
 * immutable and reference-counted.
 */
#ifndef HMQ_CORE_LISTING_H
#define HMQ_CORE_LISTING_H

#include "core/config.h"
#include "core/message.h"
#include "core/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Totals of one queue over all messages of the listing. */
struct queue_totals {
    uint64_t messages;
    /* Messages among them of which the size, the arrival or the recipients could not be read; what
     * follows lacks theirs. */
    uint64_t unknown_size, unknown_arrival, unknown_recipients;
    uint64_t volume; /* octets */
    uint64_t recipients;
    int64_t oldest_arrival;        /* seconds since the epoch */
    char oldest_id[QUEUE_ID_SIZE]; /* "" while none is dated; may be unknown too */
};

struct listing {
    unsigned references;
    struct message **rows; /* in queue_id_compare order, each id once */
    size_t row_count;
    struct queue_totals queues[QUEUE_COUNT];
    uint64_t omitted;    /* messages listed but not among the rows */
    uint64_t taken_usec; /* CLOCK_MONOTONIC at its end */
    uint64_t duration_usec;
};

struct listing_builder;

/* A builder that keeps limit rows in the given order. Returns NULL without memory. */
struct listing_builder *listing_builder_new(enum message_order order, size_t limit);
void listing_builder_free(struct listing_builder *builder);

/* The octets that limit rows may have together. When they exceed it the last recipients of those
 * with many are dropped, down to MESSAGE_OCTETS_MIN. */
size_t listing_octets_max(size_t limit);

/* Takes the next len octets of the output. Returns 0, -ENOMEM, or -EBADMSG when nothing more is
 * worth reading: see message_stream_feed. */
int listing_builder_feed(struct listing_builder *builder, const char *data, size_t len);

/* What was wrong with the first odd line, foreign text in it escaped; "" when nothing was. */
const char *listing_builder_flaw(const struct listing_builder *builder);

/*
 * Finishes: returns a listing with one reference. NULL without memory or when the output was none
 * (message_stream_end): then error (size octets) says why. Frees the builder either way.
 */
struct listing *listing_builder_finish(struct listing_builder *builder, uint64_t started_usec,
                                       uint64_t now_usec, char *error, size_t size);

/* Messages in all queues. */
uint64_t listing_messages(const struct listing *listing);

struct listing *listing_ref(struct listing *listing);
void listing_unref(struct listing *listing);

/*
 * Finds the first row with an id at or after (after, when !inclusive) the index id: the count
 * sub-identifiers of a variable-length string index, length first (RFC 2578, 7.7). They may be
 * anything. Returns its position or row_count.
 */
size_t listing_search(const struct listing *listing, const uint32_t *index, size_t count,
                      bool inclusive);

#endif
