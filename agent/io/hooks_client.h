/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent's end of the protocol with the hooks process (core/hook_protocol.h), in an sd-event
 * loop: feeds each endpoint the events it wants, in order and a window at a time, and keeps how far
 * it has got. Where the events lie it does not know: it asks for them by `want`, so that an
 * endpoint that is down for long costs no memory here.
 */
#ifndef HMQ_IO_HOOKS_CLIENT_H
#define HMQ_IO_HOOKS_CLIENT_H

#include "core/config.h"
#include "core/event.h"
#include "core/hook_status.h"
#include "io/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct hooks_client;

/* All run from the loop. Texts and structs are borrowed for the call. */
struct hooks_callbacks {
    /* Asks for the events after serial `after`, at most max, in order. Answered once by
     * hooks_client_feed or hooks_client_feed_failed, during the call or later. */
    void (*want)(void *userdata, size_t hook, uint32_t after, size_t max);
    /* An endpoint has got further: to be kept for the next start. */
    void (*cursor)(void *userdata, const struct store_cursor *cursor);
    /* Something for the log (syslog(3) priority). */
    void (*log)(void *userdata, int priority, const char *text);
    /* The connection is lost, or is to be made for the first time when hooks_client_new was given
     * -1: returns a connected socket (consumed) or a negative errno value, and is then asked again
     * after a second. NULL = there is no other; the client then says so in the log and rests. */
    int (*connect)(void *userdata);
    /* Without connect: the hooks process, which had worked, is gone for good. NULL = not told. */
    void (*gone)(void *userdata);
    void *userdata;
};

/*
 * Takes the socket (consumed, also on failure). The endpoints are those of config, which is
 * borrowed for the client's life; cursors are what was kept of them, by name. An endpoint without a
 * cursor is new: it is told of what comes after event_serial, the last serial given out so far, and
 * its first cursor is reported at once. Returns 0 with *out, or a negative errno value.
 */
int hooks_client_new(sd_event *event, int socket, const struct config *config,
                     const struct store_cursor *cursors, size_t cursor_count, uint32_t event_serial,
                     const struct hooks_callbacks *callbacks, struct hooks_client **out);
void hooks_client_free(struct hooks_client *client);

/* There is a new event, which `want` will find. To be called for each, in the order of serials. */
void hooks_client_notify(struct hooks_client *client, const struct event *event);

/* The answer to `want`: events in order, borrowed; fewer than max (or none) when these are all
 * that there are. */
void hooks_client_feed(struct hooks_client *client, size_t hook, const struct event *events,
                       size_t count);

/* The other answer: they cannot be read now. They are asked for again after a second. */
void hooks_client_feed_failed(struct hooks_client *client, size_t hook);

/* Reminds an endpoint of an event that it has had, unless it is owed others or does not want it. */
void hooks_client_repeat(struct hooks_client *client, size_t hook, const struct event *event);

size_t hooks_client_count(const struct hooks_client *client);

/* How an endpoint does (hook < hooks_client_count); borrowed, good until the next change. */
const struct hook_status *hooks_client_status(const struct hooks_client *client, size_t hook);

#endif
