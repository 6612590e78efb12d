/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of conditions: what each one watches, the notification that raises it, its keys, its
 * default and its stored names. The position of a row is the condition's number, and two settings
 * belong to each, the threshold before the clear value (condition_setting_key).
 */
#include "core/condition.h"

#include "core/snapshot.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

static const struct condition_row rows[CONDITION_COUNT] = {
    [CONDITION_OVERLOAD] = {.watch = {WATCH_TOTAL, WATCH_ANY_QUEUE},
                            .raise = EVENT_OVERLOAD_RAISED,
                            .key = "overload_threshold",
                            .default_value = "500",
                            .clear_key = "overload_clear_threshold",
                            .raised_name = "overload_raised",
                            .since_name = "overload_since"},
    [CONDITION_WARNING] = {.watch = {WATCH_TOTAL, WATCH_ANY_QUEUE},
                           .raise = EVENT_WARNING_RAISED,
                           .key = "warning_threshold",
                           .default_value = "0",
                           .raised_name = "warning_raised"},
    [CONDITION_AGE] = {.watch = {WATCH_AGE, WATCH_ANY_QUEUE},
                       .raise = EVENT_AGE_RAISED,
                       .key = "age_threshold",
                       .default_value = "0",
                       .raised_name = "age_raised"},
    [CONDITION_HOLD] = {.watch = {WATCH_QUEUE, QUEUE_HOLD},
                        .raise = EVENT_HOLD_RAISED,
                        .key = "hold_threshold",
                        .default_value = "0",
                        .raised_name = "hold_raised"},
};

bool condition_name_valid(const char *name, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-') {
            return false;
        }
    }
    return len > 0 && len < CONDITION_NAME_SIZE;
}

const struct condition_row *condition_row(enum condition condition) {
    assert(condition < CONDITION_COUNT);
    return &rows[condition];
}

uint32_t condition_maximum(enum condition condition) {
    return watch_maximum(condition_row(condition)->watch.kind);
}

bool condition_is_time(enum condition condition) {
    return watch_is_time(condition_row(condition)->watch.kind);
}

uint32_t condition_clear(enum condition condition, const struct thresholds *thresholds) {
    const struct threshold *threshold = &thresholds->of[condition];
    return condition_row(condition)->clear_key != NULL ? threshold->clear
                                                       : condition_default_clear(threshold->above);
}

uint32_t condition_default_clear(uint32_t above) {
    return (uint32_t)((uint64_t)above * 9 / 10);
}

enum event_type condition_event(enum condition condition, bool raised) {
    enum event_type raise = condition_row(condition)->raise;
    return raised ? raise : event_clear_of(raise);
}

bool condition_of_event(enum event_type type, enum condition *out) {
    for (enum condition c = 0; c < CONDITION_COUNT; c++) {
        if (type == condition_event(c, true) || type == condition_event(c, false)) {
            *out = c;
            return true;
        }
    }
    return false;
}

struct measurement condition_measure(enum condition condition, const struct snapshot *snapshot,
                                     int64_t now) {
    const struct watch_inputs inputs = {.snapshot = snapshot, .now = now};
    return watch_measure(&condition_row(condition)->watch, &inputs);
}

void condition_describe(enum condition condition, const struct thresholds *thresholds,
                        const struct measurement *measured, bool raised, char *out, size_t size) {
    const struct condition_row *row = condition_row(condition);
    uint32_t above = thresholds->of[condition].above;
    uint32_t clear = condition_clear(condition, thresholds);
    /* A raise by a threshold that is no longer in effect ends without hysteresis. */
    uint32_t limit = raised || measured->value > clear ? above : clear;
    char value[384];
    watch_describe(&row->watch, measured->value, measured->subject, value, sizeof value);
    if (above == 0) {
        snprintf(out, size, "the threshold was disabled; %s", value);
    } else if (measured->nothing) {
        snprintf(out, size, "the queue is empty");
    } else {
        snprintf(out, size, "%s, %s %" PRIu32, value, raised ? "more than" : "no more than", limit);
    }
}

const char *condition_setting_key(unsigned setting) {
    const struct condition_row *row = condition_row(condition_of_setting(setting));
    return setting % 2 == 0 ? row->key : row->clear_key;
}

size_t condition_setting_offset(unsigned setting) {
    return condition_of_setting(setting) * sizeof(struct threshold) +
           (setting % 2 == 0 ? offsetof(struct threshold, above)
                             : offsetof(struct threshold, clear));
}
