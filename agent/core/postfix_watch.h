/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether Postfix has stopped or was started, as events. A change counts once two looks, at least
 * POSTFIX_CHANGE_USEC apart, and every look in between have found it: a restart is not reported,
 * and neither is `master -t`, with which "postfix start" tries the lock, which looks like a Postfix
 * that runs for a moment (master(8)). What is unknown raises and clears nothing.
 */
#ifndef HMQ_CORE_POSTFIX_WATCH_H
#define HMQ_CORE_POSTFIX_WATCH_H

#include "core/event.h"
#include "core/protocol.h"

#include <stdbool.h>
#include <stdint.h>

#define POSTFIX_CHANGE_USEC UINT64_C(5000000)

/* Zeroed before use; stopped is kept over a restart. */
struct postfix_watch {
    bool stopped;        /* hmqPostfixStopped was raised and not yet followed by its clear */
    uint64_t since_usec; /* the first look that found it changed, 0 = the last one did not */
};

/*
 * Takes what was last seen of Postfix and when (CLOCK_MONOTONIC); the same look may be given again.
 * Returns EVENT_POSTFIX_STOPPED, EVENT_POSTFIX_STARTED or 0.
 */
enum event_type postfix_watch_take(struct postfix_watch *watch, enum postfix_state state,
                                   uint64_t seen_usec);

#endif
