/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The queue of one endpoint. It is idle, trying (a delivery is under way), waiting (for the timer
 * after a failure), or repeating. Events are delivered strictly in order: the first one is tried
 * until it is delivered, refused or too old, and none overtakes it. Repeats of alerts go out only
 * while the queue is empty, a new event discards those that have not been sent, and their failures
 * do not count, since the next turn repeats them anyway. An event's age counts from its own time,
 * so that a restart does not extend its life.
 */
#include "hooks/endpoint.h"

#include "core/time_units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define TIMER_ACCURACY_USEC 1000

/* Everything that can be raised at the same time. */
#define ENDPOINT_REPEATS (EVENT_TYPE_END + CONDITIONS_MAX)

struct endpoint {
    struct endpoint_setup setup;
    struct event queue[HOOK_WINDOW]; /* a ring */
    size_t first, count;
    struct event repeats[ENDPOINT_REPEATS];
    struct event repeated; /* under way while repeating */
    size_t repeat_count;
    bool trying;    /* the first of the queue, or of the repeats */
    bool repeating; /* of the repeats */
    bool waiting;   /* for the timer, before which nothing is tried */
    unsigned failures;
    char last_error[EVENT_TEXT_SIZE];
    sd_event_source *timer;
};

static uint64_t wall_usec(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

static uint32_t random_number(void) {
    uint32_t number = 0;
    /* Without random numbers the waits are only spread less evenly. */
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number) {
        number = (uint32_t)wall_usec() * UINT32_C(2654435761);
    }
    return number;
}

static const struct event *head(const struct endpoint *endpoint) {
    return &endpoint->queue[endpoint->first];
}

static uint64_t head_left_usec(const struct endpoint *endpoint) {
    int64_t time = head(endpoint)->time;
    return backoff_left_usec(&endpoint->setup.policy, time > 0 ? (uint64_t)time * USEC_PER_SEC : 0,
                             wall_usec());
}

static void report(const struct endpoint *endpoint, enum hook_report_type type, uint32_t serial,
                   const char *text) {
    endpoint->setup.report(endpoint->setup.userdata, endpoint->setup.hook, type, serial, text);
}

static void finish_head(struct endpoint *endpoint, enum hook_report_type type, const char *text) {
    uint32_t serial = head(endpoint)->serial;
    endpoint->first = (endpoint->first + 1) % HOOK_WINDOW;
    endpoint->count--;
    report(endpoint, type, serial, text);
}

static void give_up_overdue(struct endpoint *endpoint) {
    while (endpoint->count > 0 && head_left_usec(endpoint) == 0) {
        char text[EVENT_TEXT_SIZE];
        snprintf(text, sizeof text, "too old to be tried again: %.200s", endpoint->last_error);
        finish_head(endpoint, HOOK_GIVEN_UP, text);
    }
}

static void on_failure(struct endpoint *endpoint, const struct delivery_result *result) {
    const struct backoff_policy *policy = &endpoint->setup.policy;
    endpoint->failures++;
    snprintf(endpoint->last_error, sizeof endpoint->last_error, "%s", result->text);
    give_up_overdue(endpoint);
    uint64_t left = policy->give_up_usec;
    if (endpoint->count > 0) {
        report(endpoint, HOOK_RETRYING, head(endpoint)->serial, endpoint->last_error);
        left = head_left_usec(endpoint);
    }
    uint64_t wait = backoff_next_usec(policy, endpoint->failures, random_number(),
                                      result->retry_after_usec, left);
    endpoint->waiting = true;
    sd_event_source_set_time_relative(endpoint->timer, wait);
    sd_event_source_set_enabled(endpoint->timer, SD_EVENT_ONESHOT);
}

static void start_head(struct endpoint *endpoint);

/* A repeat that fails is sent again at the next turn, and the endpoint's status does not change. */
static void finish_repeat(struct endpoint *endpoint, const struct delivery_result *result) {
    endpoint->repeating = false;
    if (result->outcome != DELIVERY_DONE) {
        endpoint->repeat_count = 0;
    }
    start_head(endpoint);
}

static void on_done(void *userdata, const struct delivery_result *result) {
    struct endpoint *endpoint = userdata;
    endpoint->trying = false;
    if (endpoint->repeating) {
        finish_repeat(endpoint, result);
        return;
    }
    if (result->outcome == DELIVERY_RETRY) {
        on_failure(endpoint, result);
        return;
    }
    bool done = result->outcome == DELIVERY_DONE;
    endpoint->failures = 0;
    finish_head(endpoint, done ? HOOK_DELIVERED : HOOK_GIVEN_UP, result->text);
    start_head(endpoint);
}

static void start_repeat(struct endpoint *endpoint) {
    endpoint->repeated = endpoint->repeats[0];
    endpoint->repeat_count--;
    memmove(endpoint->repeats, endpoint->repeats + 1,
            endpoint->repeat_count * sizeof endpoint->repeats[0]);
    endpoint->trying = true;
    endpoint->repeating = true;
    endpoint->setup.delivery.start(endpoint->setup.delivery.self, &endpoint->repeated, on_done,
                                   endpoint);
}

static void start_head(struct endpoint *endpoint) {
    if (endpoint->count == 0 && endpoint->repeat_count > 0 && !endpoint->trying &&
        !endpoint->waiting) {
        start_repeat(endpoint);
    } else if (endpoint->count > 0 && !endpoint->trying && !endpoint->waiting) {
        endpoint->trying = true;
        endpoint->setup.delivery.start(endpoint->setup.delivery.self, head(endpoint), on_done,
                                       endpoint);
    }
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct endpoint *endpoint = userdata;
    (void)source;
    (void)usec;
    endpoint->waiting = false;
    start_head(endpoint);
    return 0;
}

int endpoint_new(sd_event *event, const struct endpoint_setup *setup, struct endpoint **out) {
    struct endpoint *endpoint = calloc(1, sizeof *endpoint);
    if (endpoint == NULL) {
        setup->delivery.free(setup->delivery.self);
        return -ENOMEM;
    }
    endpoint->setup = *setup;
    int r = sd_event_add_time(event, &endpoint->timer, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_USEC,
                              on_timer, endpoint);
    if (r >= 0) {
        r = sd_event_source_set_enabled(endpoint->timer, SD_EVENT_OFF);
    }
    if (r < 0) {
        endpoint_free(endpoint);
        return r;
    }
    *out = endpoint;
    return 0;
}

void endpoint_free(struct endpoint *endpoint) {
    if (endpoint == NULL) {
        return;
    }
    endpoint->setup.delivery.free(endpoint->setup.delivery.self);
    sd_event_source_disable_unref(endpoint->timer);
    free(endpoint);
}

bool endpoint_add(struct endpoint *endpoint, const struct event *event) {
    if (endpoint->count == HOOK_WINDOW) {
        return false;
    }
    endpoint->queue[(endpoint->first + endpoint->count) % HOOK_WINDOW] = *event;
    endpoint->count++;
    endpoint->repeat_count = 0;
    if (endpoint->waiting) {
        give_up_overdue(endpoint);
    }
    start_head(endpoint);
    return true;
}

void endpoint_repeat(struct endpoint *endpoint, const struct event *event) {
    if (endpoint->count > 0 || endpoint->waiting || endpoint->repeat_count == ENDPOINT_REPEATS) {
        return;
    }
    endpoint->repeats[endpoint->repeat_count++] = *event;
    start_head(endpoint);
}
