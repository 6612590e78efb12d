/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The time that decides whether something is old enough to be deleted. The wall clock is trusted as
 * long as it advances normally. After a jump forward it is not trusted until it has run evenly for
 * a week. A jump backward is followed at once, because it leads to fewer deletions, not more.
 */
#ifndef HMQ_CORE_PLAUSIBLE_TIME_H
#define HMQ_CORE_PLAUSIBLE_TIME_H

#include <stdint.h>

/* The longest jump forward that is still trusted: an agent may have been off for a night. */
#define PLAUSIBLE_STEP_S (INT64_C(86400))

/* How long a clock must run evenly after a jump. */
#define PLAUSIBLE_EVEN_S (7 * INT64_C(86400))

/* All in seconds. Stored across restarts; zeroed = nothing is known yet. */
struct plausible_time {
    int64_t believed; /* since the epoch; 0 = the clock was never read */
    int64_t seen;     /* the last time read from the clock */
    int64_t even_s;   /* how long it has run evenly since it jumped */
};

/*
 * Takes a reading of the clock: wall is its time, elapsed_s the time since the last reading by a
 * clock that cannot be set (0 = unknown, as at a start). Returns the plausible time.
 */
int64_t plausible_time_look(struct plausible_time *time, int64_t wall, int64_t elapsed_s);

/* How far the clock is ahead of the plausible time; 0 if it is trusted. */
int64_t plausible_time_ahead(const struct plausible_time *time);

#endif
