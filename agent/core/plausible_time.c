/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/plausible_time.h"

/* NTP slews the clock, and the two clocks are not read at exactly the same moment. */
#define SLACK_S 60

int64_t plausible_time_look(struct plausible_time *time, int64_t wall, int64_t elapsed_s) {
    int64_t step = wall - time->seen;
    int64_t even_step_max = elapsed_s + (elapsed_s > 0 ? SLACK_S : PLAUSIBLE_STEP_S);
    time->seen = wall;
    if (time->believed == 0 || wall - time->believed - elapsed_s <= PLAUSIBLE_STEP_S) {
        time->believed = wall;
        time->even_s = 0;
        return wall;
    }
    time->believed += elapsed_s;
    if (step < elapsed_s - SLACK_S || step > even_step_max) {
        time->even_s = 0;
    } else {
        time->even_s += elapsed_s;
    }
    if (time->even_s >= PLAUSIBLE_EVEN_S) {
        time->believed = wall;
        time->even_s = 0;
    }
    return time->believed;
}

int64_t plausible_time_ahead(const struct plausible_time *time) {
    return time->seen > time->believed ? time->seen - time->believed : 0;
}
