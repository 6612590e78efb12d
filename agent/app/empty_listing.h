/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What to make of an empty listing although messages are counted. A command that prints nothing and
 * exits with 0 does not prove that the queue is empty. On the other hand, mail may have arrived
 * after it looked, and there are files that Postfix does not list. The listing is held until a
 * check of the spool (helper/scan.h) has shown what is there.
 */
#ifndef HMQ_APP_EMPTY_LISTING_H
#define HMQ_APP_EMPTY_LISTING_H

#include "core/listing.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed before use. */
struct empty_listing {
    struct listing *held; /* NULL = none; one reference */
    unsigned tries;       /* consecutive listings of this kind */
};

enum empty_verdict {
    EMPTY_TRUE,    /* there is nothing that Postfix would list */
    EMPTY_LIE,     /* messages have been there all the time */
    EMPTY_UNKNOWN, /* only messages that may have arrived since, or the check failed: list again */
};

/* Holds a listing (consumed). No listing may be held yet. */
void empty_listing_hold(struct empty_listing *empty, struct listing *listing);

/* How long a message must have stayed in its place by now to be one that the held listing should
 * contain. */
uint64_t empty_listing_rest(const struct empty_listing *empty, uint64_t now_usec);

/*
 * Evaluates the check. checked is false if it failed; counted is the number of messages that
 * Postfix would list, resting how many of them have been there all the time. If the result is
 * unknown twice in a row, the listing is believed: if it were wrong, the messages would be resting
 * by then. *listing receives the reference.
 */
enum empty_verdict empty_listing_judge(struct empty_listing *empty, bool checked, uint64_t counted,
                                       uint64_t resting, struct listing **listing);

/* A listing was accepted or has failed: starts over. */
void empty_listing_reset(struct empty_listing *empty);

void empty_listing_deinit(struct empty_listing *empty);

#endif
