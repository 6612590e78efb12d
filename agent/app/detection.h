/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watches the snapshot: the conditions of core/condition.h, whether the queue can be read, and
 * whether Postfix is running. When something begins or ends, it emits an event. The store has what
 * is raised, so that after a restart nothing is raised twice, and what ended in the meantime is
 * cleared.
 */
#ifndef HMQ_APP_DETECTION_H
#define HMQ_APP_DETECTION_H

#include "app/events.h"
#include "core/detect.h"
#include "core/postfix_watch.h"
#include "core/snapshot.h"
#include "core/status.h"
#include "core/tunables.h"
#include "io/store/store.h"

#include <stdbool.h>

/* Zeroed, then filled by its owner with what it borrows. */
struct detection {
    const struct agent_status *status;
    struct condition_status *conditions; /* CONDITION_COUNT; written by nobody else */
    const struct tunables *tunables;
    struct events *events;
    struct store *store;
    struct detector detector;
    bool data_lost; /* hmqDataLost was raised and not yet followed by hmqDataRestored */
    struct postfix_watch postfix;
    /* What this process has raised or cleared before it knew what an earlier process had raised. */
    bool decided[CONDITION_COUNT], data_decided, postfix_decided;
    bool loaded;
};

/*
 * Continues from the state of an earlier process as of its last event on disk. If detection has
 * already begun because the database was read late, the decisions of this process stand, and
 * everything else is as the earlier process left it. What was raised by a threshold of the file for
 * which another value is stored ends with the next detection_run, unless the stored threshold
 * raises it, too.
 */
void detection_load(struct detection *detection, const struct store_image *image);

/* To be called when the snapshot, the data status or a threshold has changed, and at intervals,
 * because the age of messages grows. */
void detection_run(struct detection *detection, const struct snapshot *snapshot);

#endif
