/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Detection: compares the value of a condition with its threshold and reports when it begins or
 * ends. It is raised once the value has been strictly above the threshold for CONDITION_FOR, and
 * cleared at or below the clear value. A condition that is off ends as soon as the value is known,
 * because the clear reports the value.
 *
 * An unknown value raises nothing and ends nothing, and one that is only a lower bound ends nothing
 * unless the true value cannot be above the clear value either. The time during which the value is
 * unknown does not count towards CONDITION_FOR, but what has been counted before is kept. Any known
 * value that is not above the threshold starts the count anew.
 */
#ifndef HMQ_CORE_DETECT_H
#define HMQ_CORE_DETECT_H

#include "core/condition.h"

#include <stdbool.h>
#include <stdint.h>

/* Of one condition; zeroed before use. */
struct detector {
    bool raised;
    bool pending;  /* the last known value was above the threshold, but not for long enough */
    bool counting; /* the last look showed such a value, so that the time since then counts */
    uint64_t looked_usec; /* when that was */
    uint64_t lasted_usec;
    /* Raised by a threshold that is no longer in effect: ends, without hysteresis, if the present
     * threshold would not have raised it. */
    bool provisional;
};

enum detected { DETECTED_NOTHING, DETECTED_RAISE, DETECTED_CLEAR };

/*
 * Takes a look. ran_usec is how long the process has run (core/run_clock.h), so that a clock that
 * is set and a pause of the process are not taken for time that the condition lasted.
 */
enum detected detect(struct detector *detector, const struct condition *condition,
                     const struct measurement *measured, uint64_t ran_usec);

/* The state to show after a look at that value. */
enum condition_state detect_state(const struct detector *detector,
                                  const struct condition *condition,
                                  const struct measurement *measured);

#endif
