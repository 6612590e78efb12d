/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a failed delivery is tried again: exponential backoff with jitter, for a limited time after
 * the event. The functions are pure: the clock and the randomness are arguments.
 */
#ifndef HMQ_HOOKS_BACKOFF_H
#define HMQ_HOOKS_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

/* All in microseconds. */
struct backoff_policy {
    uint64_t first_usec;   /* the longest wait after the first failure */
    uint64_t cap_usec;     /* the longest wait */
    uint64_t give_up_usec; /* counted from the event's time */
};

/* 1 s, 5 min, 24 h */
extern const struct backoff_policy backoff_default;

/*
 * Parses "FIRST,CAP,GIVEUP" of durations as in the configuration ("20ms,200ms,24h"). Returns false,
 * with *policy untouched, for anything else, for a zero, and if FIRST > CAP.
 */
bool backoff_parse(const char *text, struct backoff_policy *policy);

/*
 * The wait after this many consecutive failures (1 or more): between half and all of first *
 * 2^(failures - 1), but at most the cap. random is a uniformly distributed number.
 */
uint64_t backoff_wait_usec(const struct backoff_policy *policy, unsigned failures, uint32_t random);

/*
 * The time left for attempts to deliver the event; 0 if it is over. Both times are in microseconds
 * since the epoch. An event from the future, after the clock was set back, has all its time left.
 */
uint64_t backoff_left_usec(const struct backoff_policy *policy, uint64_t event_usec,
                           uint64_t now_usec);

/*
 * The wait between a failed attempt and the next one: backoff_wait_usec, or retry_after_usec if the
 * endpoint requested longer, but not beyond the end of the event's time, when the last attempt is
 * due. Only for an event whose time is not over.
 */
uint64_t backoff_next_usec(const struct backoff_policy *policy, unsigned failures, uint32_t random,
                           uint64_t retry_after_usec, uint64_t left_usec);

#endif
