/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Webhooks and scripts as the agent sees them: gives the hooks process its events from the log in
 * memory, or from the store when an endpoint is further behind, keeps how far each has got, and
 * repeats what is raised to those that forget it.
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
    int socket;       /* to it; consumed, -1 = none */
    const char *path; /* where it listens, to connect (again); NULL = nowhere. Borrowed for good */
    void (*gone)(void *userdata); /* it had worked and has ended, and there is no path */
    void *userdata;
};

/*
 * The peer's socket is consumed, also on failure. config, store and events are borrowed.
 * image has the cursors of an earlier run; NULL when the store could not be read: then every
 * endpoint goes on after event_serial. Returns 0 with *out, or a negative errno value.
 */
int hook_feed_new(sd_event *event, const struct hook_peer *peer, const struct config *config,
                  struct store *store, const struct events *events, const struct store_image *image,
                  uint32_t event_serial, struct hook_feed **out);

/* After store_free. NULL is accepted. */
void hook_feed_free(struct hook_feed *feed);

/* A new event stands in the log. */
void hook_feed_notify(struct hook_feed *feed, const struct event *event);

/* The endpoints, in the order of the configuration; borrowed until control is back in the loop.
 * Returns their number. feed may be NULL: none. */
size_t hook_feed_status(const struct hook_feed *feed,
                        const struct hook_status *status[CONFIG_HOOKS_MAX]);

#endif
