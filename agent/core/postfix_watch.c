/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/postfix_watch.h"

enum event_type postfix_watch_take(struct postfix_watch *watch, enum postfix_state state,
                                   uint64_t seen_usec) {
    if (state != POSTFIX_STOPPED) {
        watch->since_usec = 0;
        if (state == POSTFIX_RUNNING && watch->stopped) {
            watch->stopped = false;
            return EVENT_POSTFIX_STARTED;
        }
        return 0;
    }
    if (watch->since_usec == 0) {
        watch->since_usec = seen_usec;
    }
    if (watch->stopped || seen_usec - watch->since_usec < POSTFIX_STOP_USEC) {
        return 0;
    }
    watch->stopped = true;
    return EVENT_POSTFIX_STOPPED;
}
