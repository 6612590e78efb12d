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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snapshot;

/*
 * The greatest thresholds: ten million messages, and a year. More is a mistake, such as a negative
 * number that a tool sent as an unsigned one.
 */
#define THRESHOLD_MESSAGES_MAX 10000000
#define THRESHOLD_AGE_MAX_S 31536000 /* 365 days */

/* In the order in which their events are raised. */
enum condition {
    CONDITION_OVERLOAD,
    CONDITION_WARNING,
    CONDITION_AGE,
    CONDITION_HOLD,
    CONDITION_COUNT
};

/* What a condition measures. A watch has its measurement, its unit and its wording, so that several
 * conditions can share one. */
enum condition_watch {
    WATCH_TOTAL, /* messages in all queues */
    WATCH_QUEUE, /* messages in one queue */
    WATCH_AGE,   /* seconds, of the oldest message */
    WATCH_COUNT
};

/* above: the condition is raised by a value greater than this; 0 = off. clear: it ends at this or
 * less; only of a condition that has a clear value of its own. In the unit of the watch. */
struct threshold {
    uint32_t above, clear;
};

struct thresholds {
    struct threshold of[CONDITION_COUNT];
};

/* What has become of a condition, as far as SNMP shows it. */
struct condition_status {
    bool raised;
    int64_t since;   /* seconds since the epoch; 0 = not raised, or not known since when */
    uint32_t raises; /* by this process */
};

struct condition_row {
    enum condition_watch watch;
    enum queue queue;      /* of WATCH_QUEUE */
    enum event_type raise; /* what clears it is event_clear_of(raise) */
    /* The threshold's key in the configuration, which is its name in the store too, and what it is
     * unless set. */
    const char *key, *default_value;
    /* The same of the clear value, which is 90 % of the threshold unless set. NULL = there is no
     * such key: it is always 90 %. */
    const char *clear_key;
    /* The store's names of condition_status.raised and since. NULL = since is not kept. */
    const char *raised_name, *since_name;
};

/* A row of the table; static. */
const struct condition_row *condition_row(enum condition condition);

/* The greatest threshold it takes, in the unit of its watch. */
uint32_t condition_maximum(enum condition condition);

/* Whether its thresholds are times, in seconds, rather than numbers of messages. */
bool condition_is_time(enum condition condition);

/* The value at or below which it ends. */
uint32_t condition_clear(enum condition condition, const struct thresholds *thresholds);

/* False when it would end above its threshold while that is not off. */
static inline bool threshold_consistent(const struct threshold *threshold) {
    return threshold->above == 0 || threshold->clear <= threshold->above;
}

/* 90 % of a threshold, rounded down: the clear value unless another is set. */
uint32_t condition_default_clear(uint32_t above);

/* The event of its raise or of its clear. */
enum event_type condition_event(enum condition condition, bool raised);

/* The condition that an event raises or clears. Returns false, with *out untouched, for any other
 * event. */
bool condition_of_event(enum event_type type, enum condition *out);

/* What a condition watches, at one moment. */
struct measurement {
    bool known; /* the others have no meaning unless it is */
    uint64_t value;
    bool nothing; /* there is nothing to measure: the value, 0, is that of no message */
};

/* Measures what it watches; now is in seconds since the epoch. */
struct measurement condition_measure(enum condition condition, const struct snapshot *snapshot,
                                     int64_t now);

/* Writes the text of the event of its raise or clear for people: what was measured, and how that
 * compares with the threshold. At most size octets, NUL-terminated. */
void condition_describe(enum condition condition, const struct thresholds *thresholds,
                        const struct measurement *measured, bool raised, char *out, size_t size);

/*
 * The settings of all conditions in one sequence, as the configuration and the store go through
 * them: the threshold of condition c, then its clear value.
 */
#define CONDITION_SETTINGS (2 * CONDITION_COUNT)
#define CONDITION_THRESHOLD(condition) (2 * (condition))
#define CONDITION_CLEAR(condition) (2 * (condition) + 1)

static inline enum condition condition_of_setting(unsigned setting) {
    return (enum condition)(setting / 2);
}

/* The key of a setting, below CONDITION_SETTINGS; NULL when the condition has no such setting. */
const char *condition_setting_key(unsigned setting);

/* Where the setting lies in struct thresholds, a uint32_t. */
size_t condition_setting_offset(unsigned setting);

#endif
