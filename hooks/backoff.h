/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a delivery that failed is tried again: exponential backoff with jitter, for at most so long
 * after the event. Pure: the clock and the randomness are arguments.
 */
#ifndef HMQ_HOOKS_BACKOFF_H
#define HMQ_HOOKS_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/* How an endpoint is tried again; all in microseconds. */
struct backoff_policy {
    uint64_t first_usec;   /* the longest wait after the first failure */
    uint64_t cap_usec;     /* the longest wait of all */
    uint64_t give_up_usec; /* counted from the event's time */
};

/* 1 s, 5 min, 24 h */
extern const struct backoff_policy backoff_default;

/*
 * Parses "FIRST,CAP,GIVEUP" of durations as in the configuration ("20ms,200ms,24h"). Returns false,
 * with *policy untouched, for anything else, for a zero and for FIRST > CAP.
 */
bool backoff_parse(const char *text, struct backoff_policy *policy);

/*
 * The wait after so many failures in a row (1 or more): between half of and the whole of
 * first * 2^(failures - 1), at most the cap. random is any number, uniformly distributed.
 */
uint64_t backoff_wait_usec(const struct backoff_policy *policy, unsigned failures, uint32_t random);

/*
 * What is left of the event's time for tries, 0 when it is over. Both times in microseconds since
 * the epoch; an event from the future, after the clock was set back, has its whole time left.
 */
uint64_t backoff_left_usec(const struct backoff_policy *policy, uint64_t event_usec,
                           uint64_t now_usec);

/*
 * The wait until the next try of an event after a failed one: backoff_wait_usec, or
 * retry_after_usec when the endpoint asked for longer, but not beyond the end of the event's time,
 * when the last try is due. Only for an event whose time is not over.
 */
uint64_t backoff_next_usec(const struct backoff_policy *policy, unsigned failures, uint32_t random,
                           uint64_t retry_after_usec, uint64_t left_usec);

#endif
