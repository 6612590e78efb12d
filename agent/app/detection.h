/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watches the snapshot: the conditions of core/condition.h, whether the queue can be read at all,
 * and whether Postfix runs. What begins or ends becomes an event; what is raised is kept in the
 * store, so that a restart raises nothing twice and sends a clear that fell into it.
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
    /* What this process has raised or cleared itself, before it knew what was raised before it. */
    bool decided[CONDITION_COUNT], data_decided, postfix_decided;
    bool loaded;
};

/*
 * Goes on where an earlier process stopped, to its last event on disk. When detection has begun
 * without it (the database was read late), what this process has decided meanwhile stands, and what
 * it has not touched is as it was before; what it has raised by thresholds of the file that are not
 * those that were stored ends with the next detection_run unless they raise it too.
 */
void detection_load(struct detection *detection, const struct store_image *image);

/* To be called when the snapshot, the data status or a threshold has changed, and now and then,
 * since messages grow old by themselves. */
void detection_run(struct detection *detection, const struct snapshot *snapshot);

#endif
