/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Processes events: each is logged, kept for hmqEventTable, written to the store, and then sent as
 * a notification and passed to the endpoints. Both wait for the store, so that everything that was
 * told can be found again, but for at most a second, so that a full disk does not silence them.
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
    /* There is a new event for the endpoints, which the store has, or could not have in time. */
    void (*added)(void *userdata, const struct event *event);
    /* A raise that the endpoints know is to be sent again. */
    void (*repeated)(void *userdata, const struct event *event);
    void *userdata;
};

/* sources is copied; what it points to is borrowed. Returns 0 with *out, or a negative errno value.
 */
int events_new(sd_event *event, const struct events_sources *sources, struct events **out);
void events_free(struct events *events);

/* Sets where notifications are sent; borrowed. */
void events_connect(struct events *events, struct agentx *agentx);

/*
 * Takes over the state of an earlier process: serials continue after its last one, and the
 * notifications that it had not sent are sent. Without an image (NULL: the store was not read in
 * time), serials continue from the seconds since the epoch, which are greater than any serial
 * counted up from 1.
 */
void events_load(struct events *events, const struct store_image *image);

/* Completes an event, of which type, text, threshold, changes, action and condition are given, and
 * processes it. */
void events_emit(struct events *events, const struct event *given);

/*
 * Sends the raise of a condition again, with its serial and its values, as a notification and to
 * the endpoints. Does nothing if it is not raised, or if it has not been sent yet.
 */
void events_repeat(struct events *events, const char *condition);

/* Fills in what the event reports from the view: the state of the queue, and the values that its
 * type requires. Called by events_emit. */
void events_observe(struct event *event, const struct mib_view *view);

/* Emits hmqActionFinished for an action that has ended. There is none for count, which changes
 * nothing. */
void events_emit_action(struct events *events, const struct action *action);

/* A master has acknowledged the notification of an event. */
void events_sent(struct events *events, uint32_t serial);

const struct event_log *events_log(const struct events *events);

/* Whether an event of the log may be told to the endpoints already; `added` is called for each as
 * soon as it may. */
bool events_may_tell(const struct events *events, uint32_t serial);

/* What is raised, by this or an earlier process. */
const struct raised *events_raised(const struct events *events);

#endif
