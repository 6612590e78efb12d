/*
 * The two lifetimes that SNMP SET can change: stored first, then written into main.cf by the
 * helper, Postfix reloaded, and read back. What fails on the way is taken back as a whole. What
 * Postfix has besides is compared with what is stored: drift.
 */
#ifndef HMQ_APP_SETTINGS_H
#define HMQ_APP_SETTINGS_H

#include "app/events.h"
#include "core/snapshot.h"
#include "core/status.h"
#include "io/helper_client.h"
#include "io/store.h"

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct settings;

/* All borrowed. */
struct settings_context {
    struct helper_client *helper;
    struct store *store;
    struct events *events;
    struct agent_status *status; /* its lifetimes are written */
    /* Postfix's settings should be read again: settings_observe waits for it. */
    void (*read_soon)(void *userdata);
    const struct snapshot *(*snapshot)(void *userdata);
    void *userdata;
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

/* Compares what was read of Postfix with what is stored; at the first time it is what is stored. */
void settings_observe(struct settings *settings, const struct postfix_settings *read);

/* The helper can be asked (again). */
void settings_wake(struct settings *settings);

#endif
