/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/event_log.h"

#include <stdlib.h>

/* Grows up to EVENT_LOG_MAX and is a ring from then on. */
struct event_log {
    struct event *events;
    size_t first, count, capacity;
};

struct event_log *event_log_new(void) {
    return calloc(1, sizeof(struct event_log));
}

void event_log_free(struct event_log *log) {
    if (log != NULL) {
        free(log->events);
        free(log);
    }
}

static struct event *at(const struct event_log *log, size_t position) {
    return &log->events[(log->first + position) % log->capacity];
}

/* If out of memory, the oldest event is dropped early: the newest matters more. */
static void make_room(struct event_log *log) {
    size_t capacity = log->capacity == 0 ? 16 : 2 * log->capacity;
    if (log->count < log->capacity || log->capacity == EVENT_LOG_MAX) {
        return;
    }
    capacity = capacity > EVENT_LOG_MAX ? EVENT_LOG_MAX : capacity;
    struct event *events = realloc(log->events, capacity * sizeof *events);
    if (events != NULL) {
        log->events = events;
        log->capacity = capacity; /* first is 0, because the ring does not turn before it has
                                     reached its full size */
    }
}

void event_log_add(struct event_log *log, const struct event *event) {
    if (log->first == 0) {
        make_room(log);
    }
    if (log->capacity == 0) {
        return;
    }
    if (log->count == log->capacity) {
        log->first = (log->first + 1) % log->capacity;
        log->count--;
    }
    *at(log, log->count) = *event;
    log->count++;
}

/* The position of the first event with a serial greater than after. */
static size_t search(const struct event_log *log, uint32_t after) {
    size_t low = 0;
    size_t high = log->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (at(log, middle)->serial <= after) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct event *event_log_find(const struct event_log *log, uint32_t serial) {
    if (serial == 0) {
        return NULL;
    }
    size_t position = search(log, serial - 1);
    return position < log->count && at(log, position)->serial == serial ? at(log, position) : NULL;
}

const struct event *event_log_after(const struct event_log *log, uint32_t after) {
    size_t position = search(log, after);
    return position < log->count ? at(log, position) : NULL;
}

uint32_t event_log_oldest(const struct event_log *log) {
    return log->count == 0 ? 0 : at(log, 0)->serial;
}
