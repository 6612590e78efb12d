/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One way to deliver events to one endpoint: what webhook and script have in common.
 */
#ifndef HMQ_HOOKS_DELIVERY_H
#define HMQ_HOOKS_DELIVERY_H

#include "core/event.h"

#include <stdint.h>

enum delivery_outcome {
    DELIVERY_DONE,    /* the endpoint has the event */
    DELIVERY_RETRY,   /* failed this time */
    DELIVERY_REFUSED, /* the endpoint will never take this event */
};

struct delivery_result {
    enum delivery_outcome outcome;
    uint64_t retry_after_usec;  /* what the endpoint requested, 0 = nothing */
    char text[EVENT_TEXT_SIZE]; /* the reason in one line; "" when done */
};

typedef void (*delivery_done)(void *userdata, const struct delivery_result *result);

struct delivery {
    /* Begins one attempt; there can be only one at a time. event is borrowed until done. Unless
     * self is freed first, done is called exactly once, later from the loop or before start
     * returns. */
    void (*start)(void *self, const struct event *event, delivery_done done, void *userdata);
    /* Ends a running attempt without calling done. NULL is accepted. */
    void (*free)(void *self);
    void *self;
};

#endif
