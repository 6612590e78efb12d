/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The snapshot: everything known of the queue at one moment, immutable, reference-counted and
 * swapped whole. Getters and detection read nothing else. What is not known is marked so and has
 * no number.
 */
#ifndef HMQ_CORE_SNAPSHOT_H
#define HMQ_CORE_SNAPSHOT_H

#include "core/listing.h"
#include "core/postfix_settings.h"
#include "core/protocol.h"
#include "core/queue.h"

#include <stdbool.h>
#include <stdint.h>

enum count_method { COUNT_SPOOL = 1, COUNT_COMMAND };

struct counts {
    bool known[QUEUE_COUNT];
    uint32_t messages[QUEUE_COUNT];
    uint64_t taken_usec; /* CLOCK_MONOTONIC */
};

struct snapshot {
    unsigned references;
    struct counts counts;
    struct listing *listing; /* NULL when none is available */
    enum postfix_state postfix;
    struct postfix_settings settings;
};

/* A snapshot in which nothing is known, with one reference; NULL without memory. */
struct snapshot *snapshot_new(void);

/* A copy to change before it is published, sharing the listing; NULL without memory. */
struct snapshot *snapshot_copy(const struct snapshot *snapshot);

struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);

/* Counts by a listing, where the spool cannot be read; corrupt is not in it and stays unknown. */
void counts_from_listing(struct counts *counts, const struct listing *listing);

/* True when the numbers are the same, whenever they were taken. */
bool counts_equal(const struct counts *a, const struct counts *b);

/* True when there is a listing and it has fewer messages in a queue than are counted. */
bool snapshot_lists_fewer(const struct snapshot *snapshot);

/* Messages in the five listed queues. Returns false when one of them is unknown. */
bool snapshot_total(const struct snapshot *snapshot, uint64_t *total);

/*
 * Totals of one queue from the listing. When the counts say that the queue is empty, they are zero
 * whatever an older listing said. Returns false when unknown: no listing, or the counts see
 * messages where the listing saw none. What the listing could not read of single messages makes a
 * single total unknown: totals->unknown_size and the like are to be looked at.
 */
bool snapshot_queue_totals(const struct snapshot *snapshot, enum queue queue,
                           struct queue_totals *totals);

/*
 * The same over the five listed queues: queues that are empty now count as zero, the others as the
 * listing saw them. Returns false when unknown: the counts are, or they see messages and the
 * listing saw none in those queues.
 */
bool snapshot_all_totals(const struct snapshot *snapshot, struct queue_totals *totals);

/* Age in seconds of the oldest message at now, never negative; 0 when totals->messages is 0. */
uint32_t queue_totals_age(const struct queue_totals *totals, int64_t now);

#endif
