/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The events of all raises that have not been cleared, for receivers that lose them and have to be
 * reminded. A raise is identified by its type, and a raise of a condition by the condition's name,
 * too.
 */
#ifndef HMQ_CORE_RAISED_H
#define HMQ_CORE_RAISED_H

#include "core/event.h"

#include <stddef.h>
#include <stdint.h>

/* Everything that can be raised at once: each type, the conditions, and as many that are no longer
 * configured. */
#define RAISED_MAX ((size_t)EVENT_TYPE_END + (size_t)2 * CONDITIONS_MAX)

/* Zeroed before use. */
struct raised {
    struct event events[RAISED_MAX]; /* in the order in which they were raised */
    size_t count;
};

/* Processes an event; must be called in the order of serials. A raise is kept until its clear. */
void raised_take(struct raised *raised, const struct event *event);

/* The raise of the condition with this name, or NULL. */
struct event *raised_find(struct raised *raised, const char *condition);

/* The raise with this serial, or NULL. */
struct event *raised_find_serial(struct raised *raised, uint32_t serial);

#endif
