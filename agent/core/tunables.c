/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/tunables.h"

#include "core/detect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} numbers[TUNABLE_COUNT] = {
    [TUNABLE_OVERLOAD] = {"overload_threshold", offsetof(struct tunables, thresholds.overload)},
    [TUNABLE_OVERLOAD_CLEAR] = {"overload_clear_threshold",
                                offsetof(struct tunables, thresholds.overload_clear)},
    [TUNABLE_WARNING] = {"warning_threshold", offsetof(struct tunables, thresholds.warning)},
    [TUNABLE_AGE] = {"age_threshold", offsetof(struct tunables, thresholds.age_s)},
    [TUNABLE_HOLD] = {"hold_threshold", offsetof(struct tunables, thresholds.hold)},
    [TUNABLE_MESSAGE_LIMIT] = {"message_limit", offsetof(struct tunables, message_limit)},
    [TUNABLE_NOTIFY] = {NULL, offsetof(struct tunables, notify)},
};

void tunables_notify_bits(const struct tunables *tunables, uint8_t octets[TUNABLES_NOTIFY_OCTETS]) {
    memset(octets, 0, TUNABLES_NOTIFY_OCTETS);
    for (unsigned type = 1; type < EVENT_TYPE_END; type++) {
        unsigned bit = type - 1;
        if (tunables_notify(tunables, (enum event_type)type)) {
            octets[bit / 8] = (uint8_t)(octets[bit / 8] | 0x80U >> bit % 8);
        }
    }
}

static void format_notify(const struct tunables *tunables, char *out, size_t size) {
    uint8_t octets[TUNABLES_NOTIFY_OCTETS];
    tunables_notify_bits(tunables, octets);
    for (size_t i = 0; i < sizeof octets && 2 * i + 2 < size; i++) {
        snprintf(out + 2 * i, size - 2 * i, "%02X", octets[i]);
    }
}

bool tunables_describe(const struct tunables *before, const struct tunables *after,
                       struct event *event) {
    char was[EVENT_CHANGE_VALUE_SIZE];
    char is[EVENT_CHANGE_VALUE_SIZE];
    for (int i = 0; i < TUNABLE_NOTIFY; i++) {
        uint32_t a = tunable_get(before, (enum tunable)i);
        uint32_t b = tunable_get(after, (enum tunable)i);
        if (a != b) {
            snprintf(was, sizeof was, "%" PRIu32, a);
            snprintf(is, sizeof is, "%" PRIu32, b);
            event_change_add(event, numbers[i].name, was, is);
        }
    }
    if (before->notify != after->notify) {
        format_notify(before, was, sizeof was);
        format_notify(after, is, sizeof is);
        event_change_add(event, "notifications", was, is);
    }
    event_describe_changes(event);
    return event->changes[0] != '\0';
}

void tunables_from_config(struct tunables *tunables, const struct config *config) {
    *tunables = (struct tunables){
        .thresholds = config->thresholds,
        .message_limit = config->message_limit,
        .notify = EVENT_TYPES,
    };
}

static bool in_range(const struct tunables *tunables) {
    const struct thresholds *thresholds = &tunables->thresholds;
    return thresholds->overload <= THRESHOLD_MESSAGES_MAX &&
           thresholds->overload_clear <= THRESHOLD_MESSAGES_MAX &&
           thresholds->warning <= THRESHOLD_MESSAGES_MAX &&
           thresholds->hold <= THRESHOLD_MESSAGES_MAX && thresholds->age_s <= THRESHOLD_AGE_MAX_S &&
           tunables->message_limit <= TUNABLES_MESSAGE_LIMIT_MAX;
}

bool tunables_consistent(const struct tunables *tunables) {
    const struct thresholds *thresholds = &tunables->thresholds;
    bool off = thresholds->overload == 0;
    return in_range(tunables) && (off || thresholds->overload_clear <= thresholds->overload);
}

const char *tunable_name(enum tunable tunable) {
    return numbers[tunable].name;
}

uint32_t tunables_bit_at(size_t offset) {
    for (int i = 0; i < TUNABLE_COUNT; i++) {
        if (numbers[i].offset == offset) {
            return 1U << i;
        }
    }
    return 0;
}

uint32_t tunable_get(const struct tunables *tunables, enum tunable tunable) {
    uint32_t value;
    memcpy(&value, (const char *)tunables + numbers[tunable].offset, sizeof value);
    return value;
}

void tunable_set(struct tunables *tunables, enum tunable tunable, uint32_t value) {
    memcpy((char *)tunables + numbers[tunable].offset, &value, sizeof value);
}

void tunables_merge(struct tunables *tunables, const struct tunables *from, uint32_t which) {
    for (int i = 0; i < TUNABLE_COUNT; i++) {
        enum tunable tunable = (enum tunable)i;
        if ((which & 1U << i) != 0 && tunable != TUNABLE_NOTIFY) {
            tunable_set(tunables, tunable, tunable_get(from, tunable));
        }
    }
    if ((which & 1U << TUNABLE_NOTIFY) != 0) {
        tunables->notify = from->notify;
    }
    if (!tunables_consistent(tunables)) {
        tunables->thresholds.overload_clear = detect_clear_value(tunables->thresholds.overload);
    }
}
