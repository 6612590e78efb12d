/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/detect.h"

uint32_t detect_clear_value(uint32_t threshold) {
    return (uint32_t)((uint64_t)threshold * 9 / 10);
}

size_t detect(struct detector *detector, const struct thresholds *thresholds,
              const struct detect_input *input, enum event_type events[CONDITION_COUNT]) {
    const struct {
        uint32_t threshold, clear;
        const struct measurement *measured;
        enum event_type raise, end;
    } conditions[CONDITION_COUNT] = {
        [CONDITION_OVERLOAD] = {thresholds->overload, thresholds->overload_clear, &input->total,
                                EVENT_OVERLOAD_RAISED, EVENT_OVERLOAD_CLEARED},
        [CONDITION_WARNING] = {thresholds->warning, detect_clear_value(thresholds->warning),
                               &input->total, EVENT_WARNING_RAISED, EVENT_WARNING_CLEARED},
        [CONDITION_AGE] = {thresholds->age_s, detect_clear_value(thresholds->age_s),
                           &input->oldest_age_s, EVENT_AGE_RAISED, EVENT_AGE_CLEARED},
        [CONDITION_HOLD] = {thresholds->hold, detect_clear_value(thresholds->hold), &input->hold,
                            EVENT_HOLD_RAISED, EVENT_HOLD_CLEARED},
    };
    size_t count = 0;
    for (int c = 0; c < CONDITION_COUNT; c++) {
        bool *raised = &detector->raised[c];
        bool off = conditions[c].threshold == 0;
        const struct measurement *m = conditions[c].measured;
        bool above = m->known && m->value > conditions[c].threshold;
        uint32_t clear = conditions[c].clear;
        if (detector->provisional[c] && !off && m->known) {
            clear = conditions[c].threshold;
            detector->provisional[c] = false;
        }
        if (*raised && m->known && (off || m->value <= clear)) {
            detector->provisional[c] = false;
            *raised = false;
            events[count++] = conditions[c].end;
        } else if (!*raised && !off && above) {
            *raised = true;
            events[count++] = conditions[c].raise;
        }
    }
    return count;
}
