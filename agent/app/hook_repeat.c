/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/hook_repeat.h"

#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>

#define ACCURACY_USEC 100000

struct hook_repeat {
    sd_event_source *timer;
    const struct config *config;
    struct hooks_client *client;
    const struct raised *raised;
    uint64_t due_usec[CONFIG_HOOKS_MAX];
};

static void repeat_all(const struct hook_repeat *repeat, size_t hook) {
    for (size_t i = 0; i < repeat->raised->count; i++) {
        hooks_client_repeat(repeat->client, hook, &repeat->raised->events[i]);
    }
}

/* Repeats what is due and sets the timer for the next, even if no endpoint wants it. */
static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct hook_repeat *repeat = userdata;
    uint64_t now = clock_usec();
    uint64_t next = UINT64_MAX;
    (void)usec;
    for (size_t i = 0; i < repeat->config->hook_count; i++) {
        uint64_t interval = repeat->config->hooks[i].repeat_usec;
        if (interval == 0) {
            continue;
        }
        if (repeat->due_usec[i] <= now) {
            repeat_all(repeat, i);
            repeat->due_usec[i] = now + interval;
        }
        next = repeat->due_usec[i] < next ? repeat->due_usec[i] : next;
    }
    if (next == UINT64_MAX) {
        return 0;
    }
    sd_event_source_set_time(source, next);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int hook_repeat_new(sd_event *event, const struct config *config, struct hooks_client *client,
                    const struct raised *raised, struct hook_repeat **out) {
    struct hook_repeat *repeat = calloc(1, sizeof *repeat);
    if (repeat == NULL) {
        return -ENOMEM;
    }
    repeat->config = config;
    repeat->client = client;
    repeat->raised = raised;
    for (size_t i = 0; i < config->hook_count; i++) {
        repeat->due_usec[i] = clock_usec() + config->hooks[i].repeat_usec;
    }
    int r = sd_event_add_time_relative(event, &repeat->timer, CLOCK_MONOTONIC, 0, ACCURACY_USEC,
                                       on_timer, repeat);
    if (r < 0) {
        hook_repeat_free(repeat);
        return r;
    }
    *out = repeat;
    return 0;
}

void hook_repeat_free(struct hook_repeat *repeat) {
    if (repeat == NULL) {
        return;
    }
    sd_event_source_disable_unref(repeat->timer);
    free(repeat);
}
