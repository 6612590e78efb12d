/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The time by which things are deleted because of their age. The wall clock is believed as long as
 * it moves on from what was believed before; a jump ahead is not, until the clock has run evenly
 * for a week after it. A clock that goes back is followed at once: that deletes less, not more.
 */
#ifndef HMQ_CORE_PLAUSIBLE_TIME_H
#define HMQ_CORE_PLAUSIBLE_TIME_H

#include <stdint.h>

/* A step beyond what has elapsed that is still believed: an agent that was off for a night. */
#define PLAUSIBLE_STEP_S (INT64_C(86400))

/* How long a clock that jumped must run evenly. */
#define PLAUSIBLE_EVEN_S (7 * INT64_C(86400))

/* All in seconds. Kept over restarts; zeroed = nothing is known yet. */
struct plausible_time {
    int64_t believed; /* since the epoch; 0 = no clock was looked at yet */
    int64_t seen;     /* what the clock said the last time */
    int64_t even_s;   /* for how long it has run evenly since it jumped */
};

/*
 * Looks at the clock: wall is its time, elapsed_s what a clock that cannot be set counted since the
 * last look (0 = not known, as at a start). Returns the time to go by.
 */
int64_t plausible_time_look(struct plausible_time *time, int64_t wall, int64_t elapsed_s);

/* How far the clock is ahead of what is believed; 0 when it is believed. */
int64_t plausible_time_ahead(const struct plausible_time *time);

#endif
