/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events: what the agent reports on its own initiative. Their types are in core/event_type.h. The
 * store's row, the row of hmqEventTable, the notification and what webhooks and scripts receive are
 * all made from the struct event alone, so that whatever is sent late reports what was true if the
 * event happened.
 */
#ifndef HMQ_CORE_EVENT_H
#define HMQ_CORE_EVENT_H

#include "core/action.h"
#include "core/condition.h"
#include "core/event_type.h"
#include "core/postfix_settings.h"
#include "core/queue.h"
#include "core/reading.h"
#include "core/watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_TEXT_SIZE 256
#define EVENT_SUBJECT_SIZE 128

/* Room for some changes of settings; what does not fit is another event. */
#define EVENT_CHANGES_SIZE 512
#define EVENT_CHANGE_NAME_SIZE 64
#define EVENT_CHANGE_VALUE_SIZE MAIN_CF_VALUE_SIZE

/* How many of the latest events hmqEventTable shows. */
#define EVENT_LOG_MAX 1000

/* hmqEventNotified */
enum event_notified { NOTIFIED_PENDING = 1, NOTIFIED_SENT, NOTIFIED_SUPPRESSED };

/* A number that may be unknown, which is different from 0. */
struct event_number {
    bool known;
    uint32_t value;
};

/* The action that an hmqActionFinished reports. */
struct event_action {
    struct action_key key;
    enum action_state state;
    uint32_t matched, succeeded, failed;
    char comment[ACTION_TEXT_SIZE];
};

/* The condition that an event raises or clears. A clear has the severity, the subject and the time
 * of its raise, so that receivers can recognise what ends. */
struct event_condition {
    char name[CONDITION_NAME_SIZE];
    struct watch watch;
    enum event_severity severity; /* critical, warning or info */
    uint32_t value;               /* when it was raised or cleared */
    uint32_t threshold;           /* that raised it */
    int64_t since;                /* of the raise, seconds since the epoch; 0 = unknown */
    char subject[WATCH_SUBJECT_SIZE];
};

/* One setting before and after, each as the configuration writes it: "5d", "500", "smtp relay". */
struct event_change {
    char name[EVENT_CHANGE_NAME_SIZE];
    bool old_known;
    char old_value[EVENT_CHANGE_VALUE_SIZE]; /* "" if unknown, or if it was empty */
    char new_value[EVENT_CHANGE_VALUE_SIZE];
};

/* Plain data, with all strings NUL-terminated UTF-8, because it is copied between processes as it
 * lies in memory. */
struct event {
    uint32_t serial;
    enum event_type type;
    int64_t time; /* seconds since the epoch */
    enum event_notified notified;
    char text[EVENT_TEXT_SIZE];       /* one line for people */
    char subject[EVENT_SUBJECT_SIZE]; /* what it is about: event_set_subject */
    struct event_number total;
    struct event_number queues[QUEUE_COUNT];
    struct event_number oldest_age_s;
    struct event_number threshold; /* of a raise and its clear: the threshold concerned */
    enum data_status data;         /* of hmqDataLost, hmqDataRestored, hmqAgentStarted, else 0 */
    enum settings_state settings;  /* of hmqSettingsChanged, else 0 */
    /* hmqLastReadError of hmqDataLost and hmqDataRestored, hmqAgentVersion of hmqAgentStarted. */
    char detail[EVENT_TEXT_SIZE];
    char changes[EVENT_CHANGES_SIZE]; /* of hmqSettingsChanged: event_change_add */
    bool has_action;
    struct event_action action;
    bool has_condition;
    struct event_condition condition;
};

/* What the event reports: "ok" for a clear, else the severity of its type or its condition. */
enum event_severity event_severity_of(const struct event *event);

/* The severity of what the event raises or ends: never "ok", unless its type has no other. */
enum event_severity event_alert_severity(const struct event *event);

/*
 * Writes the name of what an event raises or clears, which is the same for both and differs between
 * two conditions: "hmqOverload", "hmqCondition_NAME"; for any other event the name of its type.
 * Returns out.
 */
#define EVENT_ALERT_NAME_SIZE 64
const char *event_alert_name(const struct event *event, char out[EVENT_ALERT_NAME_SIZE]);

/*
 * Sets event->subject from the other members: the name of the condition; owner, command and number
 * of the action; the names of the settings that changed, separated by spaces, as many as fit. ""
 * for any other event.
 */
void event_set_subject(struct event *event);

/* The names in the MIB: "unavailable", "drifted"; "" for 0, static. */
const char *event_data_name(enum data_status data);
const char *event_settings_name(enum settings_state state);

/*
 * Appends a change to event->changes. An old_value of NULL means unknown. A value is "", or at most
 * EVENT_CHANGE_VALUE_SIZE - 1 octets without comma, semicolon or double quotes. Returns false, and
 * changes nothing, if it does not fit.
 */
bool event_change_add(struct event *event, const char *name, const char *old_value,
                      const char *new_value);

/*
 * Reads the changes one by one. at is event->changes in the first call, and then what the last call
 * returned. Returns where the next change begins, or NULL, with *out untouched, if there is none.
 */
const char *event_change_next(const char *at, struct event_change *out);

/* Writes the changes into event->text: "message_limit: 50, was 100; ...". */
void event_describe_changes(struct event *event);

#endif
