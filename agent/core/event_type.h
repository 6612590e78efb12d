/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The types of events, one row for each notification of the module: its number, its name, its
 * title, its severity, which raise it ends, and the objects of its OBJECTS clause. The store, the
 * MIB, the configuration's lists of events, webhooks and scripts read this table; nothing else
 * lists the notifications.
 *
 * A type's value is the notification's number below hmqNotifications. Its bit in
 * hmqNotificationEnable is that number minus one, from the left, and its bit in a set of types is 1
 * << type. The store, webhooks and scripts use its name.
 */
#ifndef HMQ_CORE_EVENT_TYPE_H
#define HMQ_CORE_EVENT_TYPE_H

#include "core/queue.h"

#include <stdbool.h>
#include <stdint.h>

enum event_type {
    EVENT_OVERLOAD_RAISED = 1,
    EVENT_OVERLOAD_CLEARED,
    /* 3 to 8 are retired. */
    EVENT_DATA_LOST = 9,
    EVENT_DATA_RESTORED,
    EVENT_ACTION_FINISHED,
    EVENT_SETTINGS_CHANGED,
    EVENT_AGENT_STARTED,
    EVENT_CONDITION_RAISED,
    EVENT_CONDITION_CLEARED,
    EVENT_POSTFIX_STOPPED,
    EVENT_POSTFIX_STARTED,
    EVENT_TYPE_END,
};

enum event_severity { SEVERITY_CRITICAL = 1, SEVERITY_WARNING, SEVERITY_INFO, SEVERITY_OK };

/* What a varbind of a notification reports: a member of struct event. */
enum event_value {
    EVENT_VALUE_SERIAL = 1,
    EVENT_VALUE_TEXT,
    EVENT_VALUE_TOTAL,
    EVENT_VALUE_QUEUE, /* the messages in event_object.queue */
    EVENT_VALUE_THRESHOLD,
    EVENT_VALUE_DATA_STATUS,
    EVENT_VALUE_LAST_ERROR, /* detail; may be empty */
    EVENT_VALUE_VERSION,    /* detail */
    EVENT_VALUE_SETTINGS_STATE,
    EVENT_VALUE_POSTFIX_STATUS, /* follows from the type */
    EVENT_VALUE_ACTION_STATE,
    EVENT_VALUE_ACTION_MATCHED,
    EVENT_VALUE_ACTION_SUCCEEDED,
    EVENT_VALUE_ACTION_FAILED,
    EVENT_VALUE_ACTION_COMMENT,
    EVENT_VALUE_CONDITION_NAME,
    EVENT_VALUE_CONDITION_SEVERITY,
    EVENT_VALUE_CONDITION_VALUE,
    EVENT_VALUE_CONDITION_SUBJECT, /* may be empty */
    EVENT_VALUE_END
};

/* One object of an OBJECTS clause. */
struct event_object {
    const char *name; /* in the module; NULL ends the list */
    enum event_value value;
    enum queue queue; /* of EVENT_VALUE_QUEUE */
};

/* The maximum number of objects that a notification carries. */
#define EVENT_OBJECTS_MAX 8

/* False for a number that is reserved or out of range. */
bool event_type_exists(unsigned type);

/* The bits 1 << type of all types. */
uint32_t event_types(void);

/* The notification's name in the MIB ("hmqOverloadRaised"); static. "" for a reserved number. */
const char *event_name(enum event_type type);

/* What has happened, for people, as the heading of a message ("Mail queue overloaded"); static. */
const char *event_title(enum event_type type);

/* The type with this name, or 0 if there is none. */
enum event_type event_type_by_name(const char *name);

/* The severity of its events; "ok" for a clear. An event can have another one: event_severity_of.
 */
enum event_severity event_type_severity(enum event_type type);

/* "critical", "warning", "info" or "ok"; static. */
const char *event_severity_name(enum event_severity severity);

/* The severity with this name, or 0. */
enum event_severity event_severity_by_name(const char *name);

/* The raise that a clear ends (EVENT_OVERLOAD_RAISED for EVENT_OVERLOAD_CLEARED), else 0. */
enum event_type event_raise_of(enum event_type clear);

/* The clear that ends a raise, or 0 for any other type. */
enum event_type event_clear_of(enum event_type raise);

/* True for the raise and the clear that all conditions but overload share. */
static inline bool event_type_of_conditions(enum event_type type) {
    return type == EVENT_CONDITION_RAISED || type == EVENT_CONDITION_CLEARED;
}

/* True for a type that has a clear. */
bool event_is_raise(enum event_type type);

/* The objects of the OBJECTS clause in their order; the last one has no name. Static. */
const struct event_object *event_type_objects(enum event_type type);

/* Whether the notification carries the value. */
bool event_type_carries(enum event_type type, enum event_value value);

#endif
