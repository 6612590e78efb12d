/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The snapshot: everything that is known about the queue at one moment. It is immutable,
 * reference-counted and replaced as a whole. Getters and detection read nothing else. Unknown
 * values are marked as unknown and have no number.
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
    struct listing *listing; /* NULL if none is available */
    enum postfix_state postfix;
    struct postfix_settings settings;
};

/* Returns a snapshot in which nothing is known, with one reference, or NULL if out of memory. */
struct snapshot *snapshot_new(void);

/* Returns a copy that can be changed before it is published and shares the listing, or NULL if out
 * of memory. */
struct snapshot *snapshot_copy(const struct snapshot *snapshot);

struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot);

/* Takes the counts from a listing, for a spool that cannot be read. A listing lacks corrupt, which
 * remains unknown. */
void counts_from_listing(struct counts *counts, const struct listing *listing);

/* True if the numbers are equal; taken_usec is ignored. */
bool counts_equal(const struct counts *a, const struct counts *b);

/* True if there is a listing and it has fewer messages in some queue than the counts. */
bool snapshot_lists_fewer(const struct snapshot *snapshot);

/* The number of messages in the five listed queues. Returns false if one of them is unknown. */
bool snapshot_total(const struct snapshot *snapshot, uint64_t *total);

/*
 * Totals of one queue from the listing. If the queue is empty according to the counts, they are
 * zero whatever an older listing has. Returns false if they are unknown because there is no
 * listing, or because the counts have messages and the listing has none. A total can be unknown on
 * its own because of messages that could not be read completely: check totals->unknown_size and the
 * like.
 */
bool snapshot_queue_totals(const struct snapshot *snapshot, enum queue queue,
                           struct queue_totals *totals);

/*
 * The same over the five listed queues: queues that are empty now count as zero, the others as in
 * the listing. Returns false if the totals are unknown because the counts are, or because the
 * counts have messages and the listing has none in those queues.
 */
bool snapshot_all_totals(const struct snapshot *snapshot, struct queue_totals *totals);

/* The same without the messages on hold, which wait for a person. */
bool snapshot_unheld_totals(const struct snapshot *snapshot, struct queue_totals *totals);

/* The insight of the listing, or NULL if there is none. Borrowed from the snapshot. */
const struct insight *snapshot_insight(const struct snapshot *snapshot);

/* The age of the oldest message at now, in seconds, never negative; 0 if totals->messages is 0. */
uint32_t queue_totals_age(const struct queue_totals *totals, int64_t now);

#endif
