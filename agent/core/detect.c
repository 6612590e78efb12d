/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/detect.h"

/* Returns whether the condition began or ended. */
static bool judge(struct detector *detector, enum condition c, const struct thresholds *thresholds,
                  const struct measurement *measured) {
    bool *raised = &detector->raised[c];
    uint32_t above = thresholds->of[c].above;
    uint32_t clear = condition_clear(c, thresholds);
    bool off = above == 0;
    if (detector->provisional[c] && !off && measured->known) {
        clear = above;
        detector->provisional[c] = false;
    }
    if (*raised && measured->known && (off || measured->value <= clear)) {
        detector->provisional[c] = false;
        *raised = false;
        return true;
    }
    if (!*raised && !off && measured->known && measured->value > above) {
        *raised = true;
        return true;
    }
    return false;
}

size_t detect(struct detector *detector, const struct thresholds *thresholds,
              const struct measurement measured[CONDITION_COUNT],
              enum condition changed[CONDITION_COUNT]) {
    size_t count = 0;
    for (enum condition c = 0; c < CONDITION_COUNT; c++) {
        if (judge(detector, c, thresholds, &measured[c])) {
            changed[count++] = c;
        }
    }
    return count;
}
