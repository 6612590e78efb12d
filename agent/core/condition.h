/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conditions: a watch (core/watch.h) with a threshold, from the configuration. Overload is one of
 * them, is always there and always the first; its threshold and clear value have keys and objects
 * of their own, and notifications of its own. Five settings of each can be changed by SNMP
 * (core/tunables.h). How values and thresholds are compared is core/detect.h.
 */
#ifndef HMQ_CORE_CONDITION_H
#define HMQ_CORE_CONDITION_H

#include "core/event_type.h"
#include "core/watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many there can be, with overload. */
#define CONDITIONS_MAX 32

/* A name has 1 to 32 letters, digits, _ and -; with its NUL. */
#define CONDITION_NAME_SIZE 33

/* The position and the name of overload. */
#define CONDITION_OVERLOAD 0
#define CONDITION_OVERLOAD_NAME "overload"

/* hmqConditionFor may be a day, hmqConditionRepeat a month; both in seconds. */
#define CONDITION_FOR_MAX 86400
#define CONDITION_REPEAT_MAX 2592000

/* What SNMP can change. */
enum condition_setting {
    CONDITION_ABOVE,  /* raised by a greater value, in the unit of the watch */
    CONDITION_CLEAR,  /* cleared by this value or less */
    CONDITION_FOR,    /* how long it must last before it is raised, in seconds */
    CONDITION_REPEAT, /* how often the raise is sent again, in seconds; 0 = never */
    CONDITION_ENABLED,
    CONDITION_SETTING_COUNT
};

struct condition {
    char name[CONDITION_NAME_SIZE];
    struct watch watch;
    enum event_severity severity; /* critical, warning or info */
    uint32_t settings[CONDITION_SETTING_COUNT];
};

struct conditions {
    size_t count; /* at least 1 */
    struct condition list[CONDITIONS_MAX];
};

/* hmqConditionState */
enum condition_state {
    CONDITION_STATE_UNKNOWN = 1, /* the value is not known */
    CONDITION_STATE_CLEAR,
    CONDITION_STATE_PENDING, /* above the threshold, but not for long enough */
    CONDITION_STATE_RAISED,
};

/* The state of a condition, as SNMP shows it. */
struct condition_status {
    enum condition_state state; /* 0 = it has not been looked at */
    int64_t since;              /* of the raise, seconds since the epoch; 0 = not raised, unknown */
    uint32_t raises;            /* by this process */
    bool known;                 /* if false, the next two mean nothing */
    uint32_t value;
    char subject[WATCH_SUBJECT_SIZE];
};

/* True if the len octets at name are the name of a condition. */
bool condition_name_valid(const char *name, size_t len);

/* The set that every configuration begins with: overload, without thresholds. */
void conditions_init(struct conditions *conditions);

/* The position of the condition with this name, or conditions->count. */
size_t conditions_find(const struct conditions *conditions, const char *name);

bool condition_is_overload(const struct condition *condition);

/* Whether nothing can raise it: it is disabled, or it is overload with the threshold 0. */
bool condition_is_off(const struct condition *condition);

/* "above", "clear", "for", "repeat", "enabled", as in the configuration and the store; static. */
const char *condition_setting_name(enum condition_setting setting);

/* The greatest valid value of a setting. */
uint32_t condition_setting_maximum(const struct condition *condition,
                                   enum condition_setting setting);

/* Whether the setting is a time, in seconds. */
bool condition_setting_is_time(const struct condition *condition, enum condition_setting setting);

/* False if it would be cleared by values that raise it. Overload without a threshold is never. */
bool condition_consistent(const struct condition *condition);

/* 90 % of a threshold, rounded down: the default clear value. */
uint32_t condition_default_clear(uint32_t above);

/* The event that raises or clears the condition. */
enum event_type condition_event(const struct condition *condition, bool raised);

/*
 * Writes the text of the event that raises or clears the condition: its name unless it is overload,
 * what was measured, and how it compares with the threshold. The value of one that is off need not
 * be known. Writes at most size octets including the NUL.
 */
void condition_describe(const struct condition *condition, const struct measurement *measured,
                        bool raised, char *out, size_t size);

#endif
