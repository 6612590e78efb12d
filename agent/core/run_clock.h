/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long this process has run, not counting pauses. CLOCK_MONOTONIC continues while a process is
 * stopped or its cgroup is frozen, and may jump when a machine is resumed: by that clock everything
 * is late, although nothing could have been answered in the meantime.
 */
#ifndef HMQ_CORE_RUN_CLOCK_H
#define HMQ_CORE_RUN_CLOCK_H

#include "core/time_units.h"

#include <stdbool.h>
#include <stdint.h>

/* The loop turns every second, so a longer gap is a pause. A pause counts as a short time rather
 * than as none, so that timeouts still expire on a machine that is merely slow. */
#define RUN_GAP_MAX_USEC (2 * USEC_PER_SEC)
#define RUN_PAUSE_USEC (USEC_PER_SEC / 2)

/* Zeroed before use. */
struct run_clock {
    uint64_t seen_usec; /* the last turn, by CLOCK_MONOTONIC; 0 = none */
    uint64_t ran_usec;
};

/* Processes a turn of the loop. Returns how long the process has run, in microseconds. */
static inline uint64_t run_clock_turn(struct run_clock *clock, uint64_t now_usec) {
    uint64_t gap = clock->seen_usec != 0 ? now_usec - clock->seen_usec : 0;
    clock->seen_usec = now_usec;
    clock->ran_usec += gap <= RUN_GAP_MAX_USEC ? gap : RUN_PAUSE_USEC;
    return clock->ran_usec;
}

/* True if a turn at now_usec is the first after a pause. */
static inline bool run_clock_paused(const struct run_clock *clock, uint64_t now_usec) {
    return clock->seen_usec != 0 && now_usec - clock->seen_usec > RUN_GAP_MAX_USEC;
}

#endif
