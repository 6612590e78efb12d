/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watches the snapshot: the conditions of the configuration, whether the queue can be read, and
 * whether Postfix is running. When something begins or ends, it emits an event. The store has what
 * is raised, so that after a restart nothing is raised twice, and what ended in the meantime is
 * cleared.
 */
#ifndef HMQ_APP_DETECTION_H
#define HMQ_APP_DETECTION_H

#include "app/events.h"
#include "core/detect.h"
#include "core/postfix_watch.h"
#include "core/run_clock.h"
#include "core/snapshot.h"
#include "core/status.h"
#include "core/tunables.h"
#include "io/store/store.h"

#include <stdbool.h>

/* A condition that is being watched. */
struct watched {
    struct detector detector;
    /* The name and the watch, always; the rest is of the last raise. */
    struct event_condition raise;
    bool decided;           /* it was raised or cleared before the stored state was known */
    uint64_t repeated_usec; /* CLOCK_MONOTONIC when the raise was last sent */
};

/* Zeroed, then filled by its owner with what it borrows. */
struct detection {
    const struct agent_status *status;
    struct condition_status *conditions; /* CONDITIONS_MAX; written by nobody else */
    const struct tunables *tunables;
    struct events *events;
    struct store *store;
    struct run_clock clock;
    struct watched watched[CONDITIONS_MAX]; /* in the order of tunables->conditions */
    size_t watched_count;
    /* Raised, and then removed from the configuration: cleared as soon as the queue is known. */
    struct event_condition removed[STORE_RAISED_MAX];
    size_t removed_count;
    bool data_lost; /* hmqDataLost was raised and not yet followed by hmqDataRestored */
    struct postfix_watch postfix;
    /* What this process has raised or cleared before it knew what an earlier process had raised. */
    bool data_decided, postfix_decided;
    bool loaded;
    bool changed; /* since the state was last stored */
};

/*
 * Continues from the state of an earlier process as of its last event on disk. If detection has
 * already begun because the database was read late, the decisions of this process stand, and
 * everything else is as the earlier process left it. What was raised by a threshold of the file for
 * which another value is stored ends with the next detection_run, unless the stored threshold
 * raises it, too.
 */
void detection_load(struct detection *detection, const struct store_image *image);

/*
 * To be called when the snapshot, the data status or a setting has changed, and every second:
 * the age of messages grows, and conditions have to last. If the conditions of the tunables are not
 * those of the last call, because the configuration was loaded or reloaded, each continues under
 * its name.
 */
void detection_run(struct detection *detection, const struct snapshot *snapshot);

#endif
