/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Detection: compares the queue with the thresholds and says which conditions began or ended.
 * A condition is raised strictly above its threshold and cleared at or below its clear value: for
 * overload the configured one, for the others 90 % of the threshold (core/condition.h). What is
 * unknown changes nothing. A threshold that is switched off (0) ends its condition, as soon as the
 * value is known: the clear reports it.
 */
#ifndef HMQ_CORE_DETECT_H
#define HMQ_CORE_DETECT_H

#include "core/condition.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed before use. */
struct detector {
    bool raised[CONDITION_COUNT];
    /* Raised by a threshold that does not count any more: ends without hysteresis when today's
     * would not have raised it. */
    bool provisional[CONDITION_COUNT];
};

/*
 * Compares what was measured of each condition with its threshold, updates the detector and writes
 * the conditions that began or ended, in their order, to changed; detector->raised has which.
 * Returns their number, at most CONDITION_COUNT.
 */
size_t detect(struct detector *detector, const struct thresholds *thresholds,
              const struct measurement measured[CONDITION_COUNT],
              enum condition changed[CONDITION_COUNT]);

#endif
