/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Detection: compares the queue with the thresholds and says which conditions began or ended.
 * A condition is raised strictly above its threshold and cleared at or below its clear value: for
 * overload the configured one, for warning, age and hold 90 % of the threshold. What is unknown
 * changes nothing. A threshold that is switched off (0) ends its condition, as soon as the value is
 * known: the clear reports it.
 */
#ifndef HMQ_CORE_DETECT_H
#define HMQ_CORE_DETECT_H

#include "core/config.h"
#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum condition {
    CONDITION_OVERLOAD,
    CONDITION_WARNING,
    CONDITION_AGE,
    CONDITION_HOLD,
    CONDITION_COUNT
};

/* Zeroed before use. */
struct detector {
    bool raised[CONDITION_COUNT];
    /* Raised by a threshold that does not count any more: ends without hysteresis when today's
     * would not have raised it. */
    bool provisional[CONDITION_COUNT];
};

struct measurement {
    bool known;
    uint64_t value;
};

struct detect_input {
    struct measurement total, oldest_age_s, hold;
};

/*
 * Updates the detector and writes the events that follow, in the order of the conditions, to
 * events. Returns their number, at most CONDITION_COUNT.
 */
size_t detect(struct detector *detector, const struct thresholds *thresholds,
              const struct detect_input *input, enum event_type events[CONDITION_COUNT]);

/* Where a threshold without a clear value of its own ends: 90 % of it. */
uint32_t detect_clear_value(uint32_t threshold);

#endif
