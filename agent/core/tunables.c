#include "core/tunables.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The tunables that are numbers, by their keys in the configuration. */
static const struct {
    const char *name;
    size_t offset;
} numbers[] = {
    {"overload_threshold", offsetof(struct tunables, thresholds.overload)},
    {"overload_clear_threshold", offsetof(struct tunables, thresholds.overload_clear)},
    {"warning_threshold", offsetof(struct tunables, thresholds.warning)},
    {"age_threshold", offsetof(struct tunables, thresholds.age_s)},
    {"hold_threshold", offsetof(struct tunables, thresholds.hold)},
    {"message_limit", offsetof(struct tunables, message_limit)},
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
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uint32_t a;
        uint32_t b;
        memcpy(&a, (const char *)before + numbers[i].offset, sizeof a);
        memcpy(&b, (const char *)after + numbers[i].offset, sizeof b);
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

bool tunables_consistent(const struct tunables *tunables) {
    const struct thresholds *thresholds = &tunables->thresholds;
    bool off = thresholds->overload == 0;
    return (off || thresholds->overload_clear <= thresholds->overload) &&
           tunables->message_limit <= TUNABLES_MESSAGE_LIMIT_MAX;
}
