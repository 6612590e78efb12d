/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports as events that Postfix has stopped or started. A change counts once two observations, at
 * least POSTFIX_CHANGE_USEC apart, and all between them have shown it. Thus a restart is not
 * reported. Neither is `master -t`, by which "postfix start" tests the lock and which looks like a
 * Postfix that runs for a moment (master(8)). An unknown state raises and clears nothing.
 */
#ifndef HMQ_CORE_POSTFIX_WATCH_H
#define HMQ_CORE_POSTFIX_WATCH_H

#include "core/event.h"
#include "core/protocol.h"

#include <stdbool.h>
#include <stdint.h>

#define POSTFIX_CHANGE_USEC UINT64_C(5000000)
/* As long as it has not been seen running: at boot both start at once, and slow is no alarm. */
#define POSTFIX_FIRST_USEC UINT64_C(30000000)

/* Zeroed before use; stopped is kept over a restart. */
struct postfix_watch {
    bool stopped;        /* hmqPostfixStopped was raised and not yet followed by its clear */
    bool seen_running;   /* since the agent started */
    uint64_t since_usec; /* the first observation of a change, 0 = the last one showed none */
};

/*
 * Takes the last observation of Postfix and its time (CLOCK_MONOTONIC); the same one may be passed
 * again. Returns EVENT_POSTFIX_STOPPED, EVENT_POSTFIX_STARTED or 0.
 */
enum event_type postfix_watch_take(struct postfix_watch *watch, enum postfix_state state,
                                   uint64_t seen_usec);

#endif
