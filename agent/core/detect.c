/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/detect.h"

#include "core/time_units.h"

static void stop_counting(struct detector *detector) {
    detector->pending = false;
    detector->counting = false;
    detector->lasted_usec = 0;
}

static enum detected judge_raised(struct detector *detector, const struct condition *condition,
                                  const struct measurement *measured) {
    uint64_t limit = condition->settings[detector->provisional ? CONDITION_ABOVE : CONDITION_CLEAR];
    bool off = condition_is_off(condition);
    if (!measured->known) {
        return DETECTED_NOTHING;
    }
    if (!off && measured->value > limit) {
        detector->provisional = false;
        return DETECTED_NOTHING;
    }
    if (!off && measured->missing > limit - measured->value) {
        return DETECTED_NOTHING;
    }
    detector->provisional = false;
    detector->raised = false;
    return DETECTED_CLEAR;
}

enum detected detect(struct detector *detector, const struct condition *condition,
                     const struct measurement *measured, uint64_t ran_usec) {
    if (detector->raised) {
        return judge_raised(detector, condition, measured);
    }
    if (condition_is_off(condition) ||
        (measured->known && measured->value <= condition->settings[CONDITION_ABOVE])) {
        stop_counting(detector);
        return DETECTED_NOTHING;
    }
    if (!measured->known) {
        detector->counting = false;
        return DETECTED_NOTHING;
    }
    detector->lasted_usec += detector->counting ? ran_usec - detector->looked_usec : 0;
    detector->looked_usec = ran_usec;
    detector->pending = true;
    detector->counting = true;
    if (detector->lasted_usec < condition->settings[CONDITION_FOR] * USEC_PER_SEC) {
        return DETECTED_NOTHING;
    }
    stop_counting(detector);
    detector->raised = true;
    return DETECTED_RAISE;
}

enum condition_state detect_state(const struct detector *detector,
                                  const struct condition *condition,
                                  const struct measurement *measured) {
    if (detector->raised) {
        return CONDITION_STATE_RAISED;
    }
    if (condition_is_off(condition)) {
        return CONDITION_STATE_CLEAR;
    }
    if (!measured->known) {
        return CONDITION_STATE_UNKNOWN;
    }
    return detector->pending ? CONDITION_STATE_PENDING : CONDITION_STATE_CLEAR;
}
