/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent's end of the protocol with the hooks process (core/hook_protocol.h), in an sd-event
 * loop: passes each endpoint the events it wants, in order and a window at a time, and tracks its
 * progress. It does not store events but requests them through want, so an endpoint that is down
 * for a long time uses no memory here.
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
    /* Requests the events after serial after, at most max, in order. To be answered once by
     * hooks_client_feed or hooks_client_feed_failed, during the call or later. */
    void (*want)(void *userdata, size_t hook, uint32_t after, size_t max);
    /* An endpoint has made progress, which is to be stored for the next start. */
    void (*cursor)(void *userdata, const struct store_cursor *cursor);
    /* One line for the log; priority as in syslog(3). */
    void (*log)(void *userdata, int priority, const char *text);
    /* Makes a connection: after one was lost, or the first one if hooks_client_new was given -1.
     * Returns a connected socket (consumed), or a negative errno value; it is then called again
     * after a second. NULL = no connection can be made; the client then logs that and stops. */
    int (*connect)(void *userdata);
    /* Called if connect is NULL and the hooks process, which was working, has ended for good. May
     * be NULL. */
    void (*gone)(void *userdata);
    void *userdata;
};

/*
 * Takes ownership of the socket, also on failure. The endpoints are those of config, which is
 * borrowed for the client's lifetime; cursors are their stored positions, by name. An endpoint
 * without a cursor is new: it receives the events after event_serial, the last serial assigned so
 * far, and its first cursor is reported at once. Returns 0 with *out, or a negative errno value.
 */
int hooks_client_new(sd_event *event, int socket, const struct config *config,
                     const struct store_cursor *cursors, size_t cursor_count, uint32_t event_serial,
                     const struct hooks_callbacks *callbacks, struct hooks_client **out);
void hooks_client_free(struct hooks_client *client);

/* There is a new event, which want can deliver. To be called for each event, in the order of
 * serials. */
void hooks_client_notify(struct hooks_client *client, const struct event *event);

/* Answers want with events in order (borrowed). Fewer than max, or none, means that there are no
 * more. */
void hooks_client_feed(struct hooks_client *client, size_t hook, const struct event *events,
                       size_t count);

/* Answers want if the events cannot be read now. They are requested again after a second. */
void hooks_client_feed_failed(struct hooks_client *client, size_t hook);

/* Reminds an endpoint of an event that it has received before, unless others are waiting for it or
 * it does not want the event. */
void hooks_client_repeat(struct hooks_client *client, size_t hook, const struct event *event);

size_t hooks_client_count(const struct hooks_client *client);

/* The state of an endpoint (hook < hooks_client_count); borrowed until the next change. */
const struct hook_status *hooks_client_status(const struct hooks_client *client, size_t hook);

#endif
