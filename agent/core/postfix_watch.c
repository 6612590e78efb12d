/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/postfix_watch.h"

enum event_type postfix_watch_take(struct postfix_watch *watch, enum postfix_state state,
                                   uint64_t seen_usec) {
    watch->seen_running = watch->seen_running || state == POSTFIX_RUNNING;
    uint64_t change_usec =
        watch->stopped || watch->seen_running ? POSTFIX_CHANGE_USEC : POSTFIX_FIRST_USEC;
    if (state != (watch->stopped ? POSTFIX_RUNNING : POSTFIX_STOPPED)) {
        watch->since_usec = 0;
        return 0;
    }
    if (watch->since_usec == 0) {
        watch->since_usec = seen_usec;
    }
    if (seen_usec - watch->since_usec < change_usec) {
        return 0;
    }
    watch->since_usec = 0;
    watch->stopped = !watch->stopped;
    return watch->stopped ? EVENT_POSTFIX_STOPPED : EVENT_POSTFIX_STARTED;
}
