/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is raised and has not been cleared: the event of each such raise, for receivers that forget
 * and have to be reminded.
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

/* Takes an event in, in the order of serials: a raise is kept until its clear comes. */
void raised_take(struct raised *raised, const struct event *event);

/* The raise with the lowest type above `after` (0 at first), or NULL. */
const struct event *raised_next(const struct raised *raised, unsigned after);

#endif
