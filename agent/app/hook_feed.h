/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent's side of webhooks and scripts: passes events to the hooks process, from the log in
 * memory or, for an endpoint that is further behind, from the store; records the progress of each
 * endpoint; and repeats what is raised to endpoints that lose it.
 */
#ifndef HMQ_APP_HOOK_FEED_H
#define HMQ_APP_HOOK_FEED_H

#include "app/events.h"
#include "core/config.h"
#include "core/hook_status.h"
#include "io/store/store.h"

#include <stddef.h>
#include <systemd/sd-event.h>

struct hook_feed;

/* How the hooks process is reached. */
struct hook_peer {
    int socket;       /* connected to it; consumed, -1 = none */
    const char *path; /* where it listens, for (re)connecting; NULL = nowhere. Borrowed for the
                         feed's lifetime */
    void (*gone)(void *userdata); /* it was running and has ended, and there is no path */
    void *userdata;
};

/*
 * The peer's socket is consumed, also on failure. config, store and events are borrowed. image has
 * the cursors of an earlier run. It is NULL if the store could not be read; then every endpoint
 * continues after event_serial. Returns 0 with *out, or a negative errno value.
 */
int hook_feed_new(sd_event *event, const struct hook_peer *peer, const struct config *config,
                  struct store *store, const struct events *events, const struct store_image *image,
                  uint32_t event_serial, struct hook_feed **out);

/* To be called after store_free. NULL is accepted. */
void hook_feed_free(struct hook_feed *feed);

/* The log has a new event. */
void hook_feed_notify(struct hook_feed *feed, const struct event *event);

/* Reminds every endpoint of an event that it has received before, unless it does not want the
 * event, or others are waiting for it. */
void hook_feed_repeat(struct hook_feed *feed, const struct event *event);

/* Writes the state of the endpoints in the order of the configuration; borrowed until control
 * returns to the loop. Returns their number, which is 0 if feed is NULL. */
size_t hook_feed_status(const struct hook_feed *feed,
                        const struct hook_status *status[CONFIG_HOOKS_MAX]);

#endif
