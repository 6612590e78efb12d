/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads the queue through the helper, after hints and at intervals, and publishes what is known as
 * snapshots. Decides when data becomes stale or unavailable.
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
    /* A helper process has introduced itself, so actions can be requested. */
    void (*helper_up)(void *userdata);
    /* The helper's supervisor has ended, so nothing can be read any more. */
    void (*helper_gone)(void *userdata);
    /* One line for the log; priority as in syslog(3). */
    void (*log)(void *userdata, int priority, const char *text);
    void *userdata;
};

/*
 * Starts collecting through the helper's socket (consumed). config, tunables and status are
 * borrowed for the lifetime of the collector. Nothing else writes status. Returns 0 or a negative
 * errno value.
 */
int collector_new(sd_event *event, int socket, const struct config *config,
                  const struct tunables *tunables, struct readings_status *status,
                  const struct collector_callbacks *callbacks, struct collector **out);
void collector_free(struct collector *collector);

/* The configuration has changed in place: reads everything again. */
void collector_reconfigure(struct collector *collector);

/* The current snapshot, never NULL. It is borrowed until control returns to the loop. */
const struct snapshot *collector_snapshot(const struct collector *collector);

/* Whether a free lock in the spool means that Postfix is not running. False while showq(8) answers
 * nevertheless, and until one of the two has proved right. */
bool collector_believes_lock(const struct collector *collector);

/* The helper's client, for actions and settings; borrowed. */
struct helper_client *collector_helper(const struct collector *collector);

/* The number of rows has changed: lists the queue as soon as the interval allows. */
void collector_list_soon(struct collector *collector);

/* main.cf was read back and has these values of the parameters that changed marks. Puts them into
 * the snapshot at once, and ignores a reading that began earlier. */
void collector_note_settings(struct collector *collector, const bool changed[PARAMETER_COUNT],
                             const struct postfix_settings *values);

/* Postfix's log cannot be read, for a reason of one line, or with NULL can be read again: for
 * hmqReadErrors and the log, like any other reading. */
void collector_note_mail_log(struct collector *collector, const char *error);

/* Postfix's settings may have changed: reads them again. */
void collector_read_settings_soon(struct collector *collector);

#endif
