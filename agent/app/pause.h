/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pause of outbound mail (hmqOutboundPause): Postfix's defer_transports is set for a time, and
 * restored at its end, by this process or a later one. What somebody else has set there is never
 * overwritten.
 *
 * The end is a point in time on a clock that cannot be set. It is stored by the wall clock, for a
 * later process, and corrected there when that clock was set.
 */
#ifndef HMQ_APP_PAUSE_H
#define HMQ_APP_PAUSE_H

#include "app/collector.h"
#include "app/events.h"
#include "app/settings_change.h"
#include "core/config.h"
#include "core/pause.h"
#include "core/status.h"
#include "io/store/store.h"

#include <systemd/sd-event.h>

struct pause;

/* All borrowed. */
struct pause_context {
    const struct config *config; /* pause_transports */
    struct collector *collector;
    struct store *store;
    struct events *events;
    struct settings_change *change;
    struct pause_status *status; /* written by nobody else */
};

/* Returns 0 with *out, or a negative errno value. */
int pause_new(sd_event *event, const struct pause_context *context, struct pause **out);

/* To be called after store_free. NULL is accepted. */
void pause_free(struct pause *pause);

/* Takes over a pause of an earlier process, which continues as soon as the helper is ready. */
void pause_load(struct pause *pause, const struct pause_record *record);

/* A SET was committed. One that asks for what is there already changes nothing. */
void pause_set(struct pause *pause, const struct pause_order *order);

/* Compares what was read from Postfix with the pause. */
void pause_observe(struct pause *pause, const struct postfix_settings *read);

/* The helper is ready, possibly again. */
void pause_wake(struct pause *pause);

/* Does what is due, if no change of Postfix's settings is in progress. */
void pause_go_on(struct pause *pause);

#endif
