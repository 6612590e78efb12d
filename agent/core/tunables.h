/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The values that an SNMP SET can change and that persist: the settings of the conditions, the
 * message limit, and which notifications are sent. Until its first SET, each has the value of the
 * configuration file.
 *
 * Within one struct tunables a tunable has a number. Across a reload, and in the store, it has a
 * name, because the conditions of the file may change.
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

/* "condition.NAME.repeat", or "notify." and the name of a notification; with the NUL. */
#define TUNABLE_NAME_SIZE 64

struct tunables {
    struct conditions conditions;
    uint32_t message_limit;
    uint32_t notify; /* bit 1 << type for each event type that is sent: hmqNotificationEnable */
};

/* The number of a tunable: one of these, or TUNABLE_OF_CONDITION with the position of the condition
 * and an enum condition_setting. */
enum { TUNABLE_MESSAGE_LIMIT, TUNABLE_NOTIFY /* all bits together */, TUNABLE_FIRST_CONDITION };
#define TUNABLE_OF_CONDITION(condition, setting)                                                   \
    (TUNABLE_FIRST_CONDITION + (unsigned)(condition)*CONDITION_SETTING_COUNT + (unsigned)(setting))
#define TUNABLES_MAX TUNABLE_OF_CONDITION(CONDITIONS_MAX, 0)

/* A set of tunables. Zeroed before use. */
struct tunable_set {
    bool has[TUNABLES_MAX];
};

/* Takes the values of the configuration, with every notification enabled. */
void tunables_from_config(struct tunables *tunables, const struct config *config);

/* True if the values are in range and no condition is inconsistent (condition_consistent). */
bool tunables_consistent(const struct tunables *tunables);

/* How many numbers are in use; the others have no tunable. */
unsigned tunables_count(const struct tunables *tunables);

/* The greatest valid value of a tunable other than TUNABLE_NOTIFY. */
uint32_t tunable_maximum(const struct tunables *tunables, unsigned tunable);

/* The value of a tunable other than TUNABLE_NOTIFY. */
uint32_t tunable_get(const struct tunables *tunables, unsigned tunable);
void tunable_put(struct tunables *tunables, unsigned tunable, uint32_t value);

/* Writes the name of a tunable other than TUNABLE_NOTIFY, which is its key in the configuration if
 * it has one: "message_limit", "overload_threshold", "condition.deferred.above". Returns out. */
const char *tunable_name(const struct tunables *tunables, unsigned tunable,
                         char out[TUNABLE_NAME_SIZE]);

/*
 * Adds to the event, under their names, the differences between the two in what both have, as many
 * as fit; the notifications are "notifications" with hmqNotificationEnable in hexadecimal. What was
 * added is then the same in before, so that the next call adds the rest. Returns whether there was
 * any difference.
 */
bool tunables_describe(struct tunables *before, const struct tunables *after, struct event *event);

/* Writes hmqNotificationEnable, BITS: bit n, from the left, is notification n + 1. */
#define TUNABLES_NOTIFY_OCTETS ((EVENT_TYPE_END - 1 + 7) / 8)
void tunables_notify_bits(const struct tunables *tunables, uint8_t octets[TUNABLES_NOTIFY_OCTETS]);

static inline bool tunables_notify(const struct tunables *tunables, enum event_type type) {
    return (tunables->notify & 1U << type) != 0;
}

/* Tunables by name, as the store has them. */

/* More is left out: twice what one configuration can have. */
#define STORED_TUNABLES_MAX 512

struct stored_tunable {
    char name[TUNABLE_NAME_SIZE];
    uint32_t value;
};

/* Zeroed before use; stored_tunables_deinit frees it. */
struct stored_tunables {
    struct stored_tunable *list;
    size_t count, capacity;
};

void stored_tunables_deinit(struct stored_tunables *stored);

/* Sets the value of a name, adding it if it is new. Returns false if it was left out: no memory, or
 * too many. */
bool stored_tunables_put(struct stored_tunables *stored, const char *name, uint32_t value);

bool stored_tunables_has(const struct stored_tunables *stored, const char *name);

/* Puts the tunables of a set. TUNABLE_NOTIFY becomes one name for each notification. */
void stored_tunables_take(struct stored_tunables *stored, const struct tunables *tunables,
                          const struct tunable_set *set);

/*
 * Gives the tunables their stored values. Names that the tunables do not have, and values that are
 * out of range, are ignored. A clear value that is then greater than its threshold becomes the
 * default for it.
 */
void tunables_apply(struct tunables *tunables, const struct stored_tunables *stored);

/*
 * Explains why the configuration file's value of a tunable (any but TUNABLE_NOTIFY) is not the one
 * in effect, and how to make it so. At most size octets, NUL-terminated. Returns false, with text
 * untouched, if the file does not set the key or its value is in effect.
 */
bool tunable_overridden(const struct tunables *tunables, unsigned tunable,
                        const struct stored_tunables *stored, const struct config *config,
                        char *text, size_t size);

#endif
