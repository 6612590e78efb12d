/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of the formats, what they share, and the format json. Every text goes through
 * payload_add_text or comes from payload_chat.h, so that a document is valid whatever outsiders
 * wrote; a number that is not known is null.
 */
#include "hooks/payload.h"

#include "core/duration.h"
#include "core/text.h"
#include "hooks/payload_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const enum queue payload_queues[PAYLOAD_QUEUES] = {QUEUE_MAILDROP, QUEUE_INCOMING, QUEUE_ACTIVE,
                                                   QUEUE_DEFERRED, QUEUE_HOLD};

static cJSON *(*const makers[])(const struct event *event, const struct payload_origin *origin,
                                const char *recipient) = {
    [HOOK_FORMAT_JSON] = payload_json,       [HOOK_FORMAT_ALERTMANAGER] = payload_alertmanager,
    [HOOK_FORMAT_SLACK] = payload_slack,     [HOOK_FORMAT_PAGERDUTY] = payload_pagerduty,
    [HOOK_FORMAT_DISCORD] = payload_discord, [HOOK_FORMAT_NTFY] = payload_ntfy,
};

_Static_assert(sizeof makers / sizeof makers[0] == HOOK_FORMAT_END, "a document for each format");

char *payload_make(const struct payload_target *target, const struct event *event,
                   const struct payload_origin *origin) {
    cJSON *document = makers[target->format](event, origin, target->recipient);
    char *text = document != NULL ? cJSON_PrintUnformatted(document) : NULL;
    cJSON_Delete(document);
    return text;
}

const char *payload_time(int64_t seconds, char out[PAYLOAD_TIME_SIZE]) {
    struct tm parts;
    time_t time = (time_t)seconds;
    out[0] = '\0';
    if (gmtime_r(&time, &parts) != NULL) {
        strftime(out, PAYLOAD_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    return out;
}

bool payload_add_text(cJSON *object, const char *name, const char *text) {
    size_t len = strlen(text);
    char *clean = malloc(3 * len + 1);
    if (clean == NULL) {
        return false;
    }
    text_to_utf8(text, len, clean);
    bool added = cJSON_AddStringToObject(object, name, clean) != NULL;
    free(clean);
    return added;
}

bool payload_add_cut(cJSON *object, const char *name, const char *text, size_t max,
                     payload_prefix prefix) {
    static const char ellipsis[] = "...";
    size_t len = strlen(text);
    if (prefix(text, len, max) == len) {
        return cJSON_AddStringToObject(object, name, text) != NULL;
    }
    len = prefix(text, len, max - strlen(ellipsis));
    char *cut = malloc(len + sizeof ellipsis);
    if (cut == NULL) {
        return false;
    }
    snprintf(cut, len + sizeof ellipsis, "%.*s%s", (int)len, text, ellipsis);
    bool added = cJSON_AddStringToObject(object, name, cut) != NULL;
    free(cut);
    return added;
}

static bool add_number(cJSON *object, const char *name, struct event_number number) {
    return (number.known ? cJSON_AddNumberToObject(object, name, number.value)
                         : cJSON_AddNullToObject(object, name)) != NULL;
}

static bool add_queue(cJSON *document, const struct event *event) {
    cJSON *queue = cJSON_AddObjectToObject(document, "queue");
    bool good = queue != NULL && add_number(queue, "total", event->total);
    for (size_t i = 0; good && i < PAYLOAD_QUEUES; i++) {
        good = add_number(queue, queue_name(payload_queues[i]), event->queues[payload_queues[i]]);
    }
    return good && add_number(queue, "oldest_age", event->oldest_age_s);
}

static bool add_action(cJSON *document, const struct event_action *from) {
    cJSON *action = cJSON_AddObjectToObject(document, "action");
    return action != NULL && payload_add_text(action, "owner", from->key.owner) &&
           payload_add_text(action, "command", action_command_name(from->key.command)) &&
           cJSON_AddNumberToObject(action, "id", from->key.id) != NULL &&
           payload_add_text(action, "state", action_state_name(from->state)) &&
           cJSON_AddNumberToObject(action, "matched", from->matched) != NULL &&
           cJSON_AddNumberToObject(action, "succeeded", from->succeeded) != NULL &&
           cJSON_AddNumberToObject(action, "failed", from->failed) != NULL &&
           payload_add_text(action, "comment", from->comment);
}

static bool add_condition(cJSON *document, const struct event_condition *from) {
    char watch[WATCH_TEXT_SIZE];
    char since[PAYLOAD_TIME_SIZE];
    cJSON *condition = cJSON_AddObjectToObject(document, "condition");
    return condition != NULL && payload_add_text(condition, "name", from->name) &&
           payload_add_text(condition, "watch", watch_format(&from->watch, watch)) &&
           cJSON_AddNumberToObject(condition, "value", from->value) != NULL &&
           payload_add_text(condition, "subject", from->subject) &&
           (from->since != 0
                ? payload_add_text(condition, "since", payload_time(from->since, since))
                : cJSON_AddNullToObject(condition, "since") != NULL);
}

/* Adds a number if the setting is one. */
static bool add_value(cJSON *object, const char *name, const char *value) {
    uint64_t number;
    return number_parse(value, UINT32_MAX, &number)
               ? cJSON_AddNumberToObject(object, name, (double)number) != NULL
               : payload_add_text(object, name, value);
}

/* Adds only the settings that changed: {"bounce_queue_lifetime":{"old":"5d","new":"3d"}}. */
static bool add_settings(cJSON *document, const char *changes) {
    struct event_change change;
    cJSON *settings = cJSON_AddObjectToObject(document, "settings");
    bool good = settings != NULL;
    while (good && (changes = event_change_next(changes, &change)) != NULL) {
        cJSON *values = cJSON_AddObjectToObject(settings, change.name);
        good = values != NULL &&
               (change.old_known ? add_value(values, "old", change.old_value)
                                 : cJSON_AddNullToObject(values, "old") != NULL) &&
               add_value(values, "new", change.new_value);
    }
    return good;
}

cJSON *payload_json(const struct event *event, const struct payload_origin *origin,
                    const char *recipient) {
    (void)recipient;
    char time[PAYLOAD_TIME_SIZE];
    cJSON *document = cJSON_CreateObject();
    bool good =
        document != NULL && cJSON_AddNumberToObject(document, "version", 1) != NULL &&
        cJSON_AddNumberToObject(document, "serial", event->serial) != NULL &&
        payload_add_text(document, "time", payload_time(event->time, time)) &&
        payload_add_text(document, "host", origin->host) &&
        payload_add_text(document, "instance", origin->instance) &&
        (origin->context[0] == '\0' || payload_add_text(document, "context", origin->context)) &&
        payload_add_text(document, "event", event_name(event->type)) &&
        payload_add_text(document, "severity", event_severity_name(event_severity_of(event))) &&
        payload_add_text(document, "text", event->text) && add_queue(document, event) &&
        add_number(document, "threshold", event->threshold) &&
        (!event->has_condition || add_condition(document, &event->condition)) &&
        (!event->has_action || add_action(document, &event->action)) &&
        (event->changes[0] == '\0' || add_settings(document, event->changes));
    if (!good) {
        cJSON_Delete(document);
        return NULL;
    }
    return document;
}
