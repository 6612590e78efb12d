/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Detection: compares the queue with the thresholds and reports which conditions began or ended. A
 * condition is raised strictly above its threshold and cleared at or below its clear value: for
 * overload the configured one, for the others 90 % of the threshold (core/condition.h). An unknown
 * value changes nothing. Setting a threshold to 0 disables it and ends its condition as soon as the
 * value is known, because the clear reports the value.
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
    /* Raised by a threshold that is no longer in effect: ends, without hysteresis, if the present
     * threshold would not have raised it. */
    bool provisional[CONDITION_COUNT];
};

/*
 * Compares the value of each condition with its threshold, updates the detector and writes the
 * conditions that began or ended to changed, in their order; detector->raised shows which of the
 * two. Returns their number, at most CONDITION_COUNT.
 */
size_t detect(struct detector *detector, const struct thresholds *thresholds,
              const struct measurement measured[CONDITION_COUNT],
              enum condition changed[CONDITION_COUNT]);

#endif
