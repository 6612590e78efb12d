/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parameters of Postfix that an SNMP SET can change: the two lifetimes, and defer_transports by
 * a pause of outbound mail (app/pause.h). A change is stored, written to main.cf by the
 * helper, put into effect by a reload of Postfix, and read back. If a step fails, the whole change
 * is reverted. A lifetime that was set is compared with what Postfix has, and a difference is
 * reported as drift. One that was never set follows main.cf.
 */
#ifndef HMQ_APP_SETTINGS_H
#define HMQ_APP_SETTINGS_H

#include "app/collector.h"
#include "app/events.h"
#include "core/config.h"
#include "core/pause.h"
#include "core/status.h"
#include "io/store/store.h"

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct settings;

/* All borrowed. */
struct settings_context {
    const struct config *config;
    struct collector *collector;
    struct store *store;
    struct events *events;
    struct lifetimes_status *status; /* written by nobody else, as is pause_status */
    struct pause_status *pause_status;
};

int settings_new(sd_event *event, const struct settings_context *context, struct settings **out);

/* To be called after store_free. NULL is accepted. */
void settings_free(struct settings *settings);

/* Takes over what is stored. A change that an earlier process did not complete is made again as
 * soon as the helper is ready. */
void settings_load(struct settings *settings, const struct store_image *image);

/* A SET was committed. days[i] is valid if changed[i] is true. */
void settings_set(struct settings *settings, const bool changed[LIFETIME_COUNT],
                  const uint32_t days[LIFETIME_COUNT]);

/* A SET of the pause was committed. */
void settings_set_pause(struct settings *settings, const struct pause_order *order);

/* Compares what was read from Postfix with what is stored. */
void settings_observe(struct settings *settings, const struct postfix_settings *read);

/* The helper is ready, possibly again. */
void settings_wake(struct settings *settings);

#endif
