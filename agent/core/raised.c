/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/raised.h"

#include <string.h>

/* Whether both are the raise or the clear of the same thing. */
static bool same(const struct event *raise, enum event_type type, const struct event *event) {
    return raise->type == type && (!event_type_of_conditions(type) ||
                                   strcmp(raise->condition.name, event->condition.name) == 0);
}

static void remove_raise(struct raised *raised, enum event_type type, const struct event *event) {
    for (size_t i = 0; i < raised->count; i++) {
        if (same(&raised->events[i], type, event)) {
            raised->count--;
            memmove(&raised->events[i], &raised->events[i + 1],
                    (raised->count - i) * sizeof raised->events[i]);
            return;
        }
    }
}

void raised_take(struct raised *raised, const struct event *event) {
    if (event_is_raise(event->type)) {
        remove_raise(raised, event->type, event);
        if (raised->count < RAISED_MAX) {
            raised->events[raised->count++] = *event;
        }
    } else if (event_raise_of(event->type) != 0) {
        remove_raise(raised, event_raise_of(event->type), event);
    }
}

struct event *raised_find(struct raised *raised, const char *condition) {
    for (size_t i = 0; i < raised->count; i++) {
        struct event *event = &raised->events[i];
        if (event->has_condition && strcmp(event->condition.name, condition) == 0) {
            return event;
        }
    }
    return NULL;
}

struct event *raised_find_serial(struct raised *raised, uint32_t serial) {
    for (size_t i = 0; i < raised->count; i++) {
        if (raised->events[i].serial == serial) {
            return &raised->events[i];
        }
    }
    return NULL;
}
