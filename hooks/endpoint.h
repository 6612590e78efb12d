/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One endpoint: the events it is owed, in order, one try at a time, tried again with backoff. No
 * endpoint waits for another.
 */
#ifndef HMQ_HOOKS_ENDPOINT_H
#define HMQ_HOOKS_ENDPOINT_H

#include "core/hook_protocol.h"
#include "hooks/backoff.h"
#include "hooks/delivery.h"

#include <stdbool.h>
#include <systemd/sd-event.h>

struct endpoint;

/* Tells what became of a try: HOOK_DELIVERED, HOOK_RETRYING or HOOK_GIVEN_UP. text is borrowed. */
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
 * Queues an event, which is copied, behind those before it. Returns false when HOOK_WINDOW events
 * are queued already.
 *
 * An event whose time is over is tried once all the same, unless the endpoint fails anyway: then it
 * is given up with the reason of the last failure, so that an endpoint that was down for days does
 * not have to fail once for each event it missed.
 */
bool endpoint_add(struct endpoint *endpoint, const struct event *event);

/*
 * Reminds of an event that was delivered before: it is tried once, after those that are reminded of
 * already, and not reported. Dropped when the endpoint is owed an event or does not work just now;
 * an event that is added drops all reminders before it that are not under way, which may be about
 * what the event ends.
 */
void endpoint_repeat(struct endpoint *endpoint, const struct event *event);

#endif
