/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All tunables but the notifications are numbers that are found by their offset: the settings of
 * the conditions first, then the message limit. The notifications are one bit set.
 */
#include "core/tunables.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

_Static_assert(TUNABLE_COUNT <= 32, "a set of tunables has 32 bits");

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
        if (tunable_name((enum tunable)i) == NULL) {
            continue;
        }
        uint32_t a = tunable_get(before, (enum tunable)i);
        uint32_t b = tunable_get(after, (enum tunable)i);
        if (a != b) {
            snprintf(was, sizeof was, "%" PRIu32, a);
            snprintf(is, sizeof is, "%" PRIu32, b);
            event_change_add(event, tunable_name((enum tunable)i), was, is);
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
        .notify = event_types(),
    };
}

bool tunables_consistent(const struct tunables *tunables) {
    for (int i = 0; i < TUNABLE_NOTIFY; i++) {
        enum tunable tunable = (enum tunable)i;
        if (tunable_get(tunables, tunable) > tunable_maximum(tunable)) {
            return false;
        }
    }
    for (enum condition c = 0; c < CONDITION_COUNT; c++) {
        if (!threshold_consistent(&tunables->thresholds.of[c])) {
            return false;
        }
    }
    return true;
}

const char *tunable_name(enum tunable tunable) {
    if (tunable < CONDITION_SETTINGS) {
        return condition_setting_key(tunable);
    }
    return tunable == TUNABLE_MESSAGE_LIMIT ? "message_limit" : NULL;
}

uint32_t tunables_all(void) {
    uint32_t all = 1U << TUNABLE_NOTIFY;
    for (int i = 0; i < TUNABLE_NOTIFY; i++) {
        all |= tunable_name((enum tunable)i) != NULL ? 1U << i : 0;
    }
    return all;
}

uint32_t tunable_maximum(enum tunable tunable) {
    return tunable < CONDITION_SETTINGS ? condition_maximum(condition_of_setting(tunable))
                                        : TUNABLES_MESSAGE_LIMIT_MAX;
}

static size_t offset_of(enum tunable tunable) {
    return tunable < CONDITION_SETTINGS
               ? offsetof(struct tunables, thresholds) + condition_setting_offset(tunable)
               : offsetof(struct tunables, message_limit);
}

uint32_t tunable_get(const struct tunables *tunables, enum tunable tunable) {
    uint32_t value;
    memcpy(&value, (const char *)tunables + offset_of(tunable), sizeof value);
    return value;
}

void tunable_set(struct tunables *tunables, enum tunable tunable, uint32_t value) {
    memcpy((char *)tunables + offset_of(tunable), &value, sizeof value);
}

bool tunable_overridden(const struct tunables *tunables, enum tunable tunable, uint32_t stored,
                        const struct config *config, char *text, size_t size) {
    struct tunables of_file;
    const char *key = tunable_name(tunable);
    unsigned line = key != NULL ? config_line(config, key) : 0;
    tunables_from_config(&of_file, config);
    uint32_t ignored = tunable_get(&of_file, tunable);
    uint32_t value = tunable_get(tunables, tunable);
    if (line == 0 || ignored == value) {
        return false;
    }
    bool time =
        tunable < CONDITION_SETTINGS && condition_is_time(condition_of_setting((unsigned)tunable));
    const char *unit = time ? " s" : "";
    int len = snprintf(text, size, "%s:%u: %s is %" PRIu32 "%s, not %" PRIu32 "%s: ", config->path,
                       line, key, value, unit, ignored, unit);
    size_t used = len < 0 || (size_t)len >= size ? size : (size_t)len;
    if ((stored & 1U << tunable) != 0) {
        snprintf(text + used, size - used,
                 "it was set over SNMP, and the database keeps that; to use the file's value, stop "
                 "the agent and delete the row '%s' of the table tunables in %s",
                 key, config->database);
    } else {
        snprintf(text + used, size - used,
                 "the file's value is above the threshold that was set over SNMP");
    }
    return true;
}

void tunables_merge(struct tunables *tunables, const struct tunables *from, uint32_t which) {
    for (int i = 0; i < TUNABLE_NOTIFY; i++) {
        if ((which & 1U << i) != 0) {
            tunable_set(tunables, (enum tunable)i, tunable_get(from, (enum tunable)i));
        }
    }
    if ((which & 1U << TUNABLE_NOTIFY) != 0) {
        tunables->notify = from->notify;
    }
    for (enum condition c = 0; c < CONDITION_COUNT; c++) {
        struct threshold *threshold = &tunables->thresholds.of[c];
        if (!threshold_consistent(threshold) || threshold->clear > condition_maximum(c)) {
            threshold->clear = condition_default_clear(threshold->above);
        }
    }
}
