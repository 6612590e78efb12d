/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The events of all raises that have not been cleared, for receivers that lose them and have to be
 * reminded.
 */
#ifndef HMQ_CORE_RAISED_H
#define HMQ_CORE_RAISED_H

#include "core/event.h"

#include <stdint.h>

/* Zeroed before use. */
struct raised {
    uint32_t types; /* bits 1 << type of those that are raised */
    struct event events[EVENT_TYPE_END];
};

/* Processes an event; must be called in the order of serials. A raise is kept until its clear. */
void raised_take(struct raised *raised, const struct event *event);

/* Returns the raise with the lowest type greater than after (0 in the first call), or NULL. */
const struct event *raised_next(const struct raised *raised, unsigned after);

#endif
