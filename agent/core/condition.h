/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conditions, one row each: what is watched, the threshold and the clear value, the events that
 * raise and clear it, and the names by which the configuration and the store know it. Detection,
 * the settings that SNMP can change, the configuration's keys, the store and the MIB read this
 * table; nothing else lists the conditions. How values and thresholds are compared is
 * core/detect.h.
 */
#ifndef HMQ_CORE_CONDITION_H
#define HMQ_CORE_CONDITION_H

#include "core/event_type.h"
#include "core/queue.h"
#include "core/watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snapshot;

/* How many there can be, with overload. */
#define CONDITIONS_MAX 32

/* A name has 1 to 32 letters, digits, _ and -; with its NUL. */
#define CONDITION_NAME_SIZE 33

/*
 * The greatest thresholds: ten million messages, and a year. More is a mistake, such as a negative
 * number that a tool sent as an unsigned one.
 */
#define THRESHOLD_MESSAGES_MAX WATCH_MAXIMUM_MESSAGES
#define THRESHOLD_AGE_MAX_S WATCH_MAXIMUM_S

/* In the order in which their events are raised. */
enum condition {
    CONDITION_OVERLOAD,
    CONDITION_WARNING,
    CONDITION_AGE,
    CONDITION_HOLD,
    CONDITION_COUNT
};

/* The condition is raised by a value greater than above (0 = off) and ends at clear or less. clear
 * is used only for a condition that has a clear value of its own. Both are in the unit of the
 * watch. */
struct threshold {
    uint32_t above, clear;
};

struct thresholds {
    struct threshold of[CONDITION_COUNT];
};

/* The state of a condition, as SNMP shows it. */
struct condition_status {
    bool raised;
    int64_t since;   /* seconds since the epoch; 0 = not raised, or unknown */
    uint32_t raises; /* by this process */
};

struct condition_row {
    struct watch watch;
    enum event_type raise; /* what clears it is event_clear_of(raise) */
    /* The threshold's key in the configuration, which is also its name in the store, and its
     * default. */
    const char *key, *default_value;
    /* The key of the clear value, whose default is 90 % of the threshold. NULL = there is no such
     * key, and the clear value is always 90 %. */
    const char *clear_key;
    /* The store's names of condition_status.raised and since. NULL = since is not kept. */
    const char *raised_name, *since_name;
};

/* True if the len octets at name are the name of a condition. */
bool condition_name_valid(const char *name, size_t len);

/* A row of the table; static. */
const struct condition_row *condition_row(enum condition condition);

/* The greatest valid threshold, in the unit of the watch. */
uint32_t condition_maximum(enum condition condition);

/* Whether its thresholds are times, in seconds, rather than numbers of messages. */
bool condition_is_time(enum condition condition);

/* The value at or below which it ends. */
uint32_t condition_clear(enum condition condition, const struct thresholds *thresholds);

/* False if the condition is enabled but would end above its threshold. */
static inline bool threshold_consistent(const struct threshold *threshold) {
    return threshold->above == 0 || threshold->clear <= threshold->above;
}

/* 90 % of a threshold, rounded down: the default clear value. */
uint32_t condition_default_clear(uint32_t above);

/* The event that raises or clears the condition. */
enum event_type condition_event(enum condition condition, bool raised);

/* The condition that an event raises or clears. Returns false, with *out untouched, for any other
 * event. */
bool condition_of_event(enum event_type type, enum condition *out);

/* Measures the value that the condition watches. now is in seconds since the epoch. */
struct measurement condition_measure(enum condition condition, const struct snapshot *snapshot,
                                     int64_t now);

/* Writes the text of the event that raises or clears the condition: what was measured, and how it
 * compares with the threshold. Writes at most size octets including the NUL. */
void condition_describe(enum condition condition, const struct thresholds *thresholds,
                        const struct measurement *measured, bool raised, char *out, size_t size);

/*
 * The settings of all conditions as one sequence, in which the configuration and the store iterate
 * over them: the threshold of each condition, then its clear value.
 */
#define CONDITION_SETTINGS (2 * CONDITION_COUNT)
#define CONDITION_THRESHOLD(condition) (2 * (condition))
#define CONDITION_CLEAR(condition) (2 * (condition) + 1)

static inline enum condition condition_of_setting(unsigned setting) {
    return (enum condition)(setting / 2);
}

/* The key of a setting (0 to CONDITION_SETTINGS - 1), or NULL if the condition has no such setting.
 */
const char *condition_setting_key(unsigned setting);

/* The offset of the setting, a uint32_t, in struct thresholds. */
size_t condition_setting_offset(unsigned setting);

#endif
