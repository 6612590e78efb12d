/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The history of the queue in steps of a minute and of an hour: for each step the average and the
 * greatest number of messages, and how many messages were received, sent and so on. A step has sums
 * over time instead of averages, so that the parts of a step that were recorded separately, as
 * before and after a restart, can be added up.
 *
 * A number is taken to last until the next reading. What happened during a gap of more than
 * HISTORY_GAP_USEC between two readings, as after a hang, is not known and adds nothing. When the
 * wall clock jumps, the running steps end where they are, and new ones begin at the new time.
 */
#ifndef HMQ_CORE_HISTORY_H
#define HMQ_CORE_HISTORY_H

#include "core/delivery.h"
#include "core/snapshot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTORY_MINUTE_S 60
#define HISTORY_HOUR_S 3600
#define HISTORY_LEVELS 2
#define HISTORY_GAP_USEC (UINT64_C(30) * 1000000)

/* One step, or a part of it. */
struct history_step {
    uint32_t length_s;                     /* HISTORY_MINUTE_S or HISTORY_HOUR_S */
    int64_t time;                          /* when it begins, in seconds since the epoch */
    uint64_t known_ms;                     /* how long the number of messages was known */
    uint64_t total_ms;                     /* the sum of messages times milliseconds */
    uint32_t total_max;                    /* meaningless unless known_ms > 0 */
    uint64_t queues_ms[QUEUE_COUNT];       /* as total_ms; corrupt is not recorded */
    uint64_t log_ms;                       /* how long Postfix's log was read */
    uint64_t counts[DELIVERY_OUTCOME_END]; /* what it reported in that time */
};

/* What is known at one moment. */
struct history_reading {
    bool known; /* the numbers of messages */
    uint32_t total;
    uint32_t queues[QUEUE_COUNT];
    bool log_known;
    uint32_t counts[DELIVERY_OUTCOME_END]; /* ever, modulo 2^32 */
};

/* Zeroed = nothing was read yet. */
struct history {
    bool started;
    uint64_t last_usec;
    int64_t last_wall;
    struct history_reading last;
    struct history_step steps[HISTORY_LEVELS]; /* those that are running: minute, hour */
};

/* Takes a reading from the snapshot and from what was counted in the log; delivery is NULL if no
 * log is read. */
struct history_reading history_read(const struct snapshot *snapshot,
                                    const struct delivery *delivery);

/*
 * Takes a reading. now_usec is CLOCK_MONOTONIC, wall in seconds since the epoch. Writes the steps
 * that have ended to out and returns how many there are.
 */
size_t history_look(struct history *history, const struct history_reading *reading,
                    uint64_t now_usec, int64_t wall, struct history_step out[HISTORY_LEVELS]);

/*
 * Takes what the running steps have so far, which then begin anew with nothing: of the hour, and
 * with minute also of the minute. Returns how many were written to out.
 */
size_t history_take(struct history *history, bool minute, struct history_step out[HISTORY_LEVELS]);

#endif
