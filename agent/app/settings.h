/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two lifetimes that SNMP SET can change: stored first, then written into main.cf by the
 * helper, Postfix reloaded, and read back. What fails on the way is taken back as a whole. A
 * lifetime that was set is compared with what Postfix has: drift. One that was never set follows
 * main.cf.
 */
#ifndef HMQ_APP_SETTINGS_H
#define HMQ_APP_SETTINGS_H

#include "app/collector.h"
#include "app/events.h"
#include "core/status.h"
#include "io/store/store.h"

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct settings;

/* All borrowed. */
struct settings_context {
    struct collector *collector;
    struct store *store;
    struct events *events;
    struct lifetimes_status *status; /* written by nobody else */
};

int settings_new(sd_event *event, const struct settings_context *context, struct settings **out);

/* After store_free. NULL is accepted. */
void settings_free(struct settings *settings);

/* Takes over what is stored. A change that an earlier process did not bring to its end is carried
 * out anew as soon as the helper can be asked. */
void settings_load(struct settings *settings, const struct store_image *image);

/* A SET that was committed: changed[i] says whether days[i] counts. */
void settings_set(struct settings *settings, const bool changed[LIFETIME_COUNT],
                  const uint32_t days[LIFETIME_COUNT]);

/* Compares what was read of Postfix with what is stored. */
void settings_observe(struct settings *settings, const struct postfix_settings *read);

/* The helper can be asked (again). */
void settings_wake(struct settings *settings);

#endif
