/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events about the agent itself: that it has started, and that thresholds, limits or notifications
 * have changed. Each waits until what its notification reports is known.
 */
#ifndef HMQ_APP_ANNOUNCEMENTS_H
#define HMQ_APP_ANNOUNCEMENTS_H

#include "app/events.h"
#include "core/status.h"
#include "core/tunables.h"

#include <stdbool.h>

/* Zeroed, then filled by its owner with what it borrows. */
struct announcements {
    const struct agent_status *status;
    const struct tunables *tunables;
    struct events *events;
    struct tunables reported; /* as the last event reported them */
    bool started;             /* hmqAgentStarted was raised */
};

/* The tunables were loaded: their present values are not a change. */
void announcements_load(struct announcements *announcements);

/* To be called when the tunables, the data status or the status of the settings has changed. */
void announcements_run(struct announcements *announcements);

#endif
