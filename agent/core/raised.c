/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/raised.h"

void raised_take(struct raised *raised, const struct event *event) {
    if (event_is_raise(event->type)) {
        raised->types |= 1U << event->type;
        raised->events[event->type] = *event;
    } else {
        raised->types &= ~(1U << event_raise_of(event->type));
    }
}

const struct event *raised_next(const struct raised *raised, unsigned after) {
    for (unsigned type = after + 1; type < EVENT_TYPE_END; type++) {
        if ((raised->types >> type & 1U) != 0) {
            return &raised->events[type];
        }
    }
    return NULL;
}
