/*
 * Events: what the agent tells the world by itself. Their numbers are the notifications' numbers
 * below hmqNotifications. A struct event is what is kept of one: the store's row, hmqEventTable's
 * row and what webhooks and scripts are told are made from it alone.
 */
#ifndef HMQ_CORE_EVENT_H
#define HMQ_CORE_EVENT_H

#include "core/job.h"
#include "core/postfix_settings.h"
#include "core/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_TEXT_SIZE 256

/* hmqEventTable shows so many of the latest events. */
#define EVENT_LOG_MAX 1000

enum event_type {
    EVENT_OVERLOAD_RAISED = 1,
    EVENT_OVERLOAD_CLEARED,
    EVENT_WARNING_RAISED,
    EVENT_WARNING_CLEARED,
    EVENT_AGE_RAISED,
    EVENT_AGE_CLEARED,
    EVENT_HOLD_RAISED,
    EVENT_HOLD_CLEARED,
    EVENT_DATA_LOST,
    EVENT_DATA_RESTORED,
    EVENT_ACTION_FINISHED,
    EVENT_SETTINGS_CHANGED,
    EVENT_AGENT_STARTED,
    EVENT_TYPE_END,
};

/* hmqEventNotified */
enum event_notified { NOTIFIED_PENDING = 1, NOTIFIED_SENT, NOTIFIED_SUPPRESSED };

/* A number that may be unknown, which is not the same as 0. */
struct event_number {
    bool known;
    uint32_t value;
};

/* Of hmqActionFinished: the row it is about. */
struct event_action {
    struct job_key key;
    enum job_state state;
    uint32_t matched, succeeded, failed;
    char comment[JOB_TEXT_SIZE];
};

/* Of hmqSettingsChanged: a lifetime before and after, as "5d"; both "" when it is not concerned. */
struct event_lifetime {
    char old_value[LIFETIME_VALUE_SIZE]; /* "" when it was not known */
    char new_value[LIFETIME_VALUE_SIZE];
};

/* Plain data, all strings NUL-terminated UTF-8: it is copied as it lies and crosses processes. */
struct event {
    uint32_t serial;
    enum event_type type;
    int64_t time; /* seconds since the epoch */
    enum event_notified notified;
    char text[EVENT_TEXT_SIZE]; /* one line for people */
    struct event_number total;
    struct event_number queues[QUEUE_COUNT];
    struct event_number oldest_age_s;
    struct event_number threshold; /* of a raise and its clear: the threshold concerned */
    struct event_lifetime lifetimes[LIFETIME_COUNT];
    bool has_action;
    struct event_action action;
};

/* The notification's name in the MIB ("hmqOverloadRaised"); static. */
const char *event_name(enum event_type type);

/* "critical", "warning", "info" or "ok" (a clear); static. */
const char *event_severity(enum event_type type);

/* The raise that a clear ends (EVENT_OVERLOAD_RAISED for EVENT_OVERLOAD_CLEARED), else 0. */
enum event_type event_raise_of(enum event_type clear);

#endif
