/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/payload_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * Without an endsAt, Alertmanager treats an alert as resolved after its resolve_timeout (5 minutes
 * by default), because Prometheus repeats its alerts. This agent may send each only once, so a
 * raise has to last until its clear: a false alarm that remains is better than a false all-clear.
 */
#define RAISE_LASTS_S (INT64_C(365) * 24 * 3600)

/* An event that nothing clears is shown for as long as Alertmanager itself would show it. */
#define NOTICE_LASTS_S (INT64_C(5) * 60)

/* Labels are the alert's identity: nothing in them may differ between a raise and its clear. */
static bool add_labels(cJSON *alert, const struct event *event,
                       const struct payload_origin *origin) {
    enum event_type raise = event_raise_of(event->type);
    enum event_type type = raise != 0 ? raise : event->type;
    cJSON *labels = cJSON_AddObjectToObject(alert, "labels");
    const char *subject = event->has_condition ? event->condition.subject : "";
    char name[EVENT_ALERT_NAME_SIZE];
    char serial[16];
    snprintf(serial, sizeof serial, "%" PRIu32, event->serial);
    return labels != NULL && payload_add_text(labels, "alertname", event_alert_name(event, name)) &&
           payload_add_text(labels, "severity", event_severity_name(event_alert_severity(event))) &&
           payload_add_text(labels, "job", "hermes-mailqueue") &&
           payload_add_text(labels, "instance", origin->host) &&
           payload_add_text(labels, "postfix", origin->instance) &&
           (subject[0] == '\0' || payload_add_text(labels, "subject", subject)) &&
           /* Two finished actions are two alerts. */
           (event_is_raise(type) || payload_add_text(labels, "serial", serial));
}

static bool add_number(cJSON *object, const char *name, struct event_number number) {
    char text[16];
    snprintf(text, sizeof text, "%" PRIu32, number.value);
    return !number.known || payload_add_text(object, name, text);
}

static bool add_annotations(cJSON *alert, const struct event *event) {
    cJSON *annotations = cJSON_AddObjectToObject(alert, "annotations");
    char serial[16];
    snprintf(serial, sizeof serial, "%" PRIu32, event->serial);
    bool good = annotations != NULL && payload_add_text(annotations, "summary", event->text) &&
                payload_add_text(annotations, "event", event_name(event->type)) &&
                payload_add_text(annotations, "event_serial", serial) &&
                add_number(annotations, "total", event->total) &&
                add_number(annotations, "threshold", event->threshold) &&
                add_number(annotations, "oldest_age", event->oldest_age_s);
    for (size_t i = 0; good && i < PAYLOAD_QUEUES; i++) {
        good = add_number(annotations, queue_name(payload_queues[i]),
                          event->queues[payload_queues[i]]);
    }
    if (good && event->has_condition) {
        char watch[WATCH_TEXT_SIZE];
        const struct event_number value = {true, event->condition.value};
        good =
            payload_add_text(annotations, "condition", event->condition.name) &&
            payload_add_text(annotations, "watch", watch_format(&event->condition.watch, watch)) &&
            add_number(annotations, "value", value);
    }
    if (good && event->has_action) {
        good =
            payload_add_text(annotations, "action_owner", event->action.key.owner) &&
            payload_add_text(annotations, "action_command",
                             action_command_name(event->action.key.command)) &&
            payload_add_text(annotations, "action_state", action_state_name(event->action.state)) &&
            payload_add_text(annotations, "action_comment", event->action.comment);
    }
    return good;
}

/* A clear does not know the time of its raise. It gets its own time as both start and end, which is
 * within the time of the raise's alert, so Alertmanager merges the two and keeps the earlier start.
 */
static bool add_times(cJSON *alert, const struct event *event) {
    char start[PAYLOAD_TIME_SIZE];
    char end[PAYLOAD_TIME_SIZE];
    int64_t lasts_s = NOTICE_LASTS_S;
    if (event_raise_of(event->type) != 0) {
        lasts_s = 0;
    } else if (event_is_raise(event->type)) {
        lasts_s = RAISE_LASTS_S;
    }
    return payload_add_text(alert, "startsAt", payload_time(event->time, start)) &&
           payload_add_text(alert, "endsAt", payload_time(event->time + lasts_s, end));
}

cJSON *payload_alertmanager(const struct event *event, const struct payload_origin *origin,
                            const char *recipient) {
    (void)recipient;
    cJSON *document = cJSON_CreateArray();
    cJSON *alert = cJSON_CreateObject();
    if (document == NULL || alert == NULL || !cJSON_AddItemToArray(document, alert)) {
        cJSON_Delete(document);
        cJSON_Delete(alert);
        return NULL;
    }
    if (!add_labels(alert, event, origin) || !add_annotations(alert, event) ||
        !add_times(alert, event)) {
        cJSON_Delete(document);
        return NULL;
    }
    return document;
}
