/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Snapshots, and the totals over several queues. The counts say which queues are empty now; the
 * listing, which is older, has everything else. A total is known only if both have what it needs.
 */
#include "core/snapshot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct snapshot *snapshot_new(void) {
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot != NULL) {
        snapshot->references = 1;
        snapshot->postfix = POSTFIX_UNKNOWN;
    }
    return snapshot;
}

struct snapshot *snapshot_copy(const struct snapshot *snapshot) {
    struct snapshot *copy = malloc(sizeof *copy);
    if (copy != NULL) {
        *copy = *snapshot;
        copy->references = 1;
        copy->listing = listing_ref(snapshot->listing);
    }
    return copy;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot) {
    snapshot->references++;
    return snapshot;
}

void snapshot_unref(struct snapshot *snapshot) {
    if (snapshot == NULL) {
        return;
    }
    assert(snapshot->references > 0);
    if (--snapshot->references == 0) {
        listing_unref(snapshot->listing);
        free(snapshot);
    }
}

void counts_from_listing(struct counts *counts, const struct listing *listing) {
    *counts = (struct counts){.taken_usec = listing->taken_usec};
    for (enum queue q = 0; q < QUEUE_COUNT; q++) {
        const struct queue_totals *totals = &listing->queues[q];
        counts->known[q] = queue_is_listed(q);
        counts->messages[q] = (uint32_t)totals->messages;
    }
}

bool counts_equal(const struct counts *a, const struct counts *b) {
    return memcmp(a->known, b->known, sizeof a->known) == 0 &&
           memcmp(a->messages, b->messages, sizeof a->messages) == 0;
}

bool snapshot_lists_fewer(const struct snapshot *snapshot) {
    for (enum queue q = 0; snapshot->listing != NULL && q < QUEUE_COUNT; q++) {
        if (queue_is_listed(q) && snapshot->counts.known[q] &&
            snapshot->listing->queues[q].messages < snapshot->counts.messages[q]) {
            return true;
        }
    }
    return false;
}

bool snapshot_total(const struct snapshot *snapshot, uint64_t *total) {
    uint64_t sum = 0;
    for (enum queue q = 0; q < QUEUE_COUNT; q++) {
        if (!queue_is_listed(q)) {
            continue;
        }
        if (!snapshot->counts.known[q]) {
            return false;
        }
        sum += snapshot->counts.messages[q];
    }
    *total = sum;
    return true;
}

bool snapshot_queue_totals(const struct snapshot *snapshot, enum queue queue,
                           struct queue_totals *totals) {
    if (!queue_is_listed(queue)) {
        return false;
    }
    bool counted = snapshot->counts.known[queue];
    if (counted && snapshot->counts.messages[queue] == 0) {
        *totals = (struct queue_totals){0};
        return true;
    }
    if (!counted || snapshot->listing == NULL || snapshot->listing->queues[queue].messages == 0) {
        return false;
    }
    *totals = snapshot->listing->queues[queue];
    return true;
}

/* Adds one queue to the totals. */
static void add_totals(struct queue_totals *sum, const struct queue_totals *one) {
    bool dated = one->messages > one->unknown_arrival;
    bool first = sum->messages == sum->unknown_arrival;
    if (dated && (first || one->oldest_arrival < sum->oldest_arrival)) {
        sum->oldest_arrival = one->oldest_arrival;
        memcpy(sum->oldest_id, one->oldest_id, sizeof sum->oldest_id);
    }
    sum->messages += one->messages;
    sum->unknown_size += one->unknown_size;
    sum->unknown_arrival += one->unknown_arrival;
    sum->unknown_recipients += one->unknown_recipients;
    sum->volume += one->volume;
    sum->recipients += one->recipients;
}

/* The listed queues but one (QUEUE_COUNT = none is left out). */
static bool totals_without(const struct snapshot *snapshot, enum queue left_out,
                           struct queue_totals *totals) {
    struct queue_totals sum = {0};
    struct queue_totals left = {0}; /* of the queues that are empty now */
    uint64_t counted = 0;
    for (enum queue q = 0; q < QUEUE_COUNT; q++) {
        if (!queue_is_listed(q) || q == left_out) {
            continue;
        }
        if (!snapshot->counts.known[q]) {
            return false;
        }
        counted += snapshot->counts.messages[q];
        if (snapshot->listing != NULL) {
            bool empty = snapshot->counts.messages[q] == 0;
            add_totals(empty ? &left : &sum, &snapshot->listing->queues[q]);
        }
    }
    if (counted > 0 && sum.messages == 0) {
        return false;
    }
    /* More are counted than were listed in these queues: what has left the others may be there. A
     * retry moves what is deferred to active for a moment, and is no younger for that. */
    if (counted > sum.messages) {
        add_totals(&sum, &left);
    }
    *totals = sum;
    return true;
}

bool snapshot_all_totals(const struct snapshot *snapshot, struct queue_totals *totals) {
    return totals_without(snapshot, QUEUE_COUNT, totals);
}

bool snapshot_unheld_totals(const struct snapshot *snapshot, struct queue_totals *totals) {
    return totals_without(snapshot, QUEUE_HOLD, totals);
}

const struct insight *snapshot_insight(const struct snapshot *snapshot) {
    return snapshot->listing != NULL ? snapshot->listing->insight : NULL;
}

uint32_t queue_totals_age(const struct queue_totals *totals, int64_t now) {
    if (totals->messages == 0 || now <= totals->oldest_arrival) {
        return 0;
    }
    int64_t age = now - totals->oldest_arrival;
    return age > UINT32_MAX ? UINT32_MAX : (uint32_t)age;
}
