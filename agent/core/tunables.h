/*
 * The values of hmqSettings that SNMP SET can change and that persist: the configuration file has
 * them for the first start only.
 */
#ifndef HMQ_CORE_TUNABLES_H
#define HMQ_CORE_TUNABLES_H

#include "core/config.h"
#include "core/event.h"

#include <stdbool.h>
#include <stdint.h>

#define TUNABLES_MESSAGE_LIMIT_MAX 10000

struct tunables {
    struct thresholds thresholds;
    uint32_t message_limit;
    uint32_t notify; /* bit 1 << type for each event type that is sent: hmqNotificationEnable */
};

/* What the configuration says, every notification enabled. */
void tunables_from_config(struct tunables *tunables, const struct config *config);

/* True when the values agree with each other: the clear threshold is at most the overload
 * threshold, unless that is switched off. */
bool tunables_consistent(const struct tunables *tunables);

/* Adds to the event what differs between the two, by the names in the configuration and, for the
 * notifications, "notifications" with hmqNotificationEnable in hexadecimal. Returns whether
 * anything does. */
bool tunables_describe(const struct tunables *before, const struct tunables *after,
                       struct event *event);

/* Writes hmqNotificationEnable, BITS: bit n, from the left, is notification n + 1. */
#define TUNABLES_NOTIFY_OCTETS ((EVENT_TYPE_END - 1 + 7) / 8)
void tunables_notify_bits(const struct tunables *tunables, uint8_t octets[TUNABLES_NOTIFY_OCTETS]);

static inline bool tunables_notify(const struct tunables *tunables, enum event_type type) {
    return (tunables->notify & 1U << type) != 0;
}

#endif
