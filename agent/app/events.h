/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What becomes of an event: it is logged, kept for hmqEventTable, written to the store, then sent
 * as a notification and told to the hooks. Notifications wait for the store, so that what a manager
 * was told can be found again, but not longer than a second: a full disk does not silence them.
 */
#ifndef HMQ_APP_EVENTS_H
#define HMQ_APP_EVENTS_H

#include "core/event_log.h"
#include "core/raised.h"
#include "core/status.h"
#include "core/tunables.h"
#include "io/store/store.h"
#include "agentx/agentx.h"

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct events;

struct events_sources {
    struct events_status *status; /* written by nobody else */
    const struct tunables *tunables;
    struct store *store;
    void (*view)(void *userdata, struct mib_view *view);
    /* There is an event that hooks may want. */
    void (*added)(void *userdata, const struct event *event);
    void *userdata;
};

/* sources is copied, what it points to borrowed. Returns 0 with *out, or a negative errno value. */
int events_new(sd_event *event, const struct events_sources *sources, struct events **out);
void events_free(struct events *events);

/* Where notifications go; borrowed. */
void events_connect(struct events *events, struct agentx *agentx);

/*
 * Takes over what an earlier process left: serials go on after its last one, and notifications it
 * had not sent yet are sent. Without an image (NULL: the store has not been read in time) serials
 * go on from the seconds since the epoch, which is above any that was counted up from 1.
 */
void events_load(struct events *events, const struct store_image *image);

/* Completes an event (type, text, threshold, changes and action are given) and sends it on its way.
 */
void events_emit(struct events *events, const struct event *given);

/* Fills in what the event reports of the state in the view: the queue, and what belongs to its
 * type. events_emit calls it. */
void events_observe(struct event *event, const struct mib_view *view);

/* hmqActionFinished about an action that has ended. A count, which does nothing, raises none. */
void events_emit_action(struct events *events, const struct action *action);

/* A master has taken the notification of an event. */
void events_sent(struct events *events, uint32_t serial);

const struct event_log *events_log(const struct events *events);

/* What is raised, also by an earlier process. */
const struct raised *events_raised(const struct events *events);

#endif
