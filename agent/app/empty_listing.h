/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What to think of an empty listing while messages are counted. A command that prints nothing and
 * exits with 0 has not said that the queue is empty; but mail may have come after it looked, and
 * there are files that Postfix does not list. The listing is held until a check of the spool
 * (helper/scan.h) says what lies there.
 */
#ifndef HMQ_APP_EMPTY_LISTING_H
#define HMQ_APP_EMPTY_LISTING_H

#include "core/listing.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed before use. */
struct empty_listing {
    struct listing *held; /* NULL = none; one reference */
    unsigned tries;       /* such listings in a row */
};

enum empty_verdict {
    EMPTY_TRUE,    /* nothing lies there that Postfix would list */
    EMPTY_LIE,     /* messages have lain there all the time */
    EMPTY_UNKNOWN, /* only messages that may have come since, or the check failed: list again */
};

/* Holds a listing (consumed); none is held already. */
void empty_listing_hold(struct empty_listing *empty, struct listing *listing);

/* How long a message must have lain where it is by now to be one that the held listing lacks. */
uint64_t empty_listing_rest(const struct empty_listing *empty, uint64_t now_usec);

/*
 * What the check has found: checked is false when it failed; counted are the messages that Postfix
 * would list, resting those among them that lay there all the time. The second unknown in a row is
 * taken for what the listing says: had the command lied, the messages would rest by then. *listing
 * receives the reference.
 */
enum empty_verdict empty_listing_judge(struct empty_listing *empty, bool checked, uint64_t counted,
                                       uint64_t resting, struct listing **listing);

/* A listing has been taken, or has failed: the row begins anew. */
void empty_listing_reset(struct empty_listing *empty);

void empty_listing_deinit(struct empty_listing *empty);

#endif
