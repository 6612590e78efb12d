/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One endpoint: its undelivered events are tried in order, one at a time, and again with backoff.
 * No endpoint waits for another.
 */
#ifndef HMQ_HOOKS_ENDPOINT_H
#define HMQ_HOOKS_ENDPOINT_H

#include "core/hook_protocol.h"
#include "hooks/backoff.h"
#include "hooks/delivery.h"

#include <stdbool.h>
#include <systemd/sd-event.h>

struct endpoint;

/* Reports the result of an attempt: HOOK_DELIVERED, HOOK_RETRYING or HOOK_GIVEN_UP. text is
 * borrowed. */
typedef void (*endpoint_report)(void *userdata, uint32_t hook, enum hook_report_type type,
                                uint32_t serial, const char *text);

struct endpoint_setup {
    uint32_t hook; /* its position in config.hooks */
    struct backoff_policy policy;
    struct delivery delivery; /* consumed, also on failure */
    endpoint_report report;
    void *userdata;
};

/* Returns 0 with *out, or a negative errno value. */
int endpoint_new(sd_event *event, const struct endpoint_setup *setup, struct endpoint **out);
void endpoint_free(struct endpoint *endpoint);

/*
 * Appends an event, which is copied, to the queue. Returns false if HOOK_WINDOW events are already
 * queued.
 *
 * An event whose time is over is still tried once, unless the endpoint is failing: then it is given
 * up with the reason of the last failure, so that an endpoint that was down for days does not have
 * to fail once for each event that it missed.
 */
bool endpoint_add(struct endpoint *endpoint, const struct event *event);

/*
 * Queues a reminder of an event that was delivered before. It is tried once, after earlier
 * reminders, and not reported. It is dropped if an event is queued or the endpoint is failing.
 * Adding an event drops all reminders that are not being delivered, because they may concern what
 * the event ends.
 */
void endpoint_repeat(struct endpoint *endpoint, const struct event *event);

#endif
