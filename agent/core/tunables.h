/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The values of hmqSettings that an SNMP SET can change and that persist. Until its first SET, each
 * has the value of the configuration file.
 */
#ifndef HMQ_CORE_TUNABLES_H
#define HMQ_CORE_TUNABLES_H

#include "core/condition.h"
#include "core/config.h"
#include "core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TUNABLES_MESSAGE_LIMIT_MAX 10000

/* Each persists separately: one that was never set follows the configuration. The first ones are
 * the settings of conditions, such as CONDITION_THRESHOLD(CONDITION_AGE). */
enum tunable {
    TUNABLE_MESSAGE_LIMIT = CONDITION_SETTINGS,
    TUNABLE_NOTIFY, /* all bits together */
    TUNABLE_COUNT
};

struct tunables {
    struct thresholds thresholds;
    uint32_t message_limit;
    uint32_t notify; /* bit 1 << type for each event type that is sent: hmqNotificationEnable */
};

/* Takes the values of the configuration, with every notification enabled. */
void tunables_from_config(struct tunables *tunables, const struct config *config);

/* True if the values are in range and consistent: a clear value is at most its threshold, unless
 * that is 0. */
bool tunables_consistent(const struct tunables *tunables);

/* Adds each difference between the two to the event, under its name in the configuration; the
 * notifications are "notifications" with hmqNotificationEnable in hexadecimal. Returns whether
 * there are any. */
bool tunables_describe(const struct tunables *before, const struct tunables *after,
                       struct event *event);

/* Writes hmqNotificationEnable, BITS: bit n, from the left, is notification n + 1. */
#define TUNABLES_NOTIFY_OCTETS ((EVENT_TYPE_END - 1 + 7) / 8)
void tunables_notify_bits(const struct tunables *tunables, uint8_t octets[TUNABLES_NOTIFY_OCTETS]);

/* The key of a tunable in the configuration, which is also its name in the store; NULL for
 * TUNABLE_NOTIFY and for a clear value that cannot be set. Static. */
const char *tunable_name(enum tunable tunable);

/* All tunables, as bits 1 << enum tunable. */
uint32_t tunables_all(void);

/* The greatest valid value of a tunable other than TUNABLE_NOTIFY. */
uint32_t tunable_maximum(enum tunable tunable);

/* The value of a tunable other than TUNABLE_NOTIFY. */
uint32_t tunable_get(const struct tunables *tunables, enum tunable tunable);
void tunable_set(struct tunables *tunables, enum tunable tunable, uint32_t value);

/*
 * Copies the tunables in which (bits 1 << enum tunable) from another struct. A clear value that is
 * then greater than its threshold becomes the default for it.
 */
void tunables_merge(struct tunables *tunables, const struct tunables *from, uint32_t which);

/*
 * Explains why the configuration file's value of a tunable (any but TUNABLE_NOTIFY) is not the one
 * in effect, and how to make it so. stored are the tunables in the database, as bits
 * 1 << enum tunable. At most size octets, NUL-terminated. Returns false, with text untouched, if
 * the file does not set the key or its value is in effect.
 */
bool tunable_overridden(const struct tunables *tunables, enum tunable tunable, uint32_t stored,
                        const struct config *config, char *text, size_t size);

static inline bool tunables_notify(const struct tunables *tunables, enum event_type type) {
    return (tunables->notify & 1U << type) != 0;
}

#endif
