/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads the queue through the helper, when hinted and from time to time, and publishes what is
 * known as snapshots. Decides how old and how broken a reading may be before it is called stale or
 * unavailable.
 */
#ifndef HMQ_APP_COLLECTOR_H
#define HMQ_APP_COLLECTOR_H

#include "core/config.h"
#include "core/snapshot.h"
#include "core/status.h"
#include "core/tunables.h"
#include "io/helper_client.h"

#include <systemd/sd-event.h>

struct collector;

struct collector_callbacks {
    /* The snapshot or the data status changed. */
    void (*changed)(void *userdata);
    /* A helper process has introduced itself: it can be asked for actions. */
    void (*helper_up)(void *userdata);
    /* The helper's supervisor has ended: nothing can be read any more. */
    void (*helper_gone)(void *userdata);
    /* One line for the log; priority as in syslog(3). */
    void (*log)(void *userdata, int priority, const char *text);
    void *userdata;
};

/*
 * Starts collecting through the helper's socket (consumed). config, tunables and status are
 * borrowed for the collector's life; it alone writes status. Returns 0 or a negative errno value.
 */
int collector_new(sd_event *event, int socket, const struct config *config,
                  const struct tunables *tunables, struct readings_status *status,
                  const struct collector_callbacks *callbacks, struct collector **out);
void collector_free(struct collector *collector);

/* The configuration has changed in place: reads anew. */
void collector_reconfigure(struct collector *collector);

/* The current snapshot, borrowed; never NULL. It lives until control is back in the loop. */
const struct snapshot *collector_snapshot(const struct collector *collector);

/* Whether a free lock in the spool means that Postfix does not run: false while showq(8) answers
 * nevertheless, and until either has been seen to be right. */
bool collector_believes_lock(const struct collector *collector);

/* The helper's client, for those who act; borrowed. */
struct helper_client *collector_helper(const struct collector *collector);

/* The number of rows asked for has changed: lists as soon as that may be done again. */
void collector_list_soon(struct collector *collector);

/* main.cf was read back and has these lifetimes, where changed says so: the snapshot has them at
 * once, and a reading that began before is not taken. */
void collector_note_lifetimes(struct collector *collector, const bool changed[LIFETIME_COUNT],
                              const uint32_t seconds[LIFETIME_COUNT]);

/* Postfix's settings may have changed: reads them anew. */
void collector_read_settings_soon(struct collector *collector);

#endif
