/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An event of PagerDuty's Events API v2. A raise triggers an alert, its clear resolves it: the two
 * have the same dedup_key, which names the machine, the instance and the condition. An event that
 * nothing clears is an alert of its own.
 */
#include "core/text.h"
#include "hooks/payload_chat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The API's limits, in characters. */
#define SUMMARY_MAX 1024
#define DEDUP_KEY_MAX 255

#define FNV_OFFSET UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static uint64_t hash_text(const char *text) {
    uint64_t hash = FNV_OFFSET;
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
    }
    return hash;
}

/* Shortens a key that is too long in such a way that two different ones stay different. */
static void fit_key(char *key, size_t len) {
    char end[20];
    if (len <= DEDUP_KEY_MAX) {
        return;
    }
    int end_len = snprintf(end, sizeof end, "...%016" PRIx64, hash_text(key));
    size_t kept = text_utf8_prefix(key, len, DEDUP_KEY_MAX - (size_t)end_len);
    memcpy(key + kept, end, (size_t)end_len + 1);
}

static void add_part(struct chat *key, const char *text) {
    if (text[0] != '\0') {
        chat_add(key, " ");
        chat_add_foreign(key, text);
    }
}

/* "hermes-mailqueue gw1.example.com /etc/postfix hmqOverload" */
static bool add_dedup_key(cJSON *document, const struct event *event,
                          const struct payload_origin *origin) {
    struct chat chat = {.escapes = NULL};
    char name[EVENT_ALERT_NAME_SIZE];
    chat_add(&chat, "hermes-mailqueue");
    add_part(&chat, origin->host);
    add_part(&chat, origin->instance);
    /* Of several containers each has an /etc/postfix. */
    add_part(&chat, origin->container);
    add_part(&chat, origin->context);
    chat_add(&chat, " %s", event_alert_name(event, name));
    if (!event_is_raise(event->type) && event_raise_of(event->type) == 0) {
        chat_add(&chat, " %" PRIu32, event->serial);
    }
    fit_key(chat.text, chat.len);
    return payload_add_text(document, "dedup_key", chat.text);
}

/* "Mail queue overloaded on gw1.example.com: 612 messages in the queue" */
static bool add_summary(cJSON *payload, const struct event *event,
                        const struct payload_origin *origin) {
    struct chat chat = {.escapes = NULL};
    chat_add_title(&chat, event);
    chat_add(&chat, " on ");
    chat_add_foreign(&chat, origin->host);
    if (event->text[0] != '\0') {
        chat_add(&chat, ": ");
        chat_add_foreign(&chat, event->text);
    }
    return payload_add_cut(payload, "summary", chat.text, SUMMARY_MAX, text_utf16_prefix);
}

/* The names are PagerDuty's own, but for "ok", which a resolved alert does not need. */
static bool add_payload(cJSON *document, const struct event *event,
                        const struct payload_origin *origin) {
    cJSON *payload = cJSON_AddObjectToObject(document, "payload");
    cJSON *details = payload_json(event, origin, NULL);
    char name[EVENT_ALERT_NAME_SIZE];
    char time[PAYLOAD_TIME_SIZE];
    if (payload == NULL || details == NULL ||
        !cJSON_AddItemToObject(payload, "custom_details", details)) {
        cJSON_Delete(details);
        return false;
    }
    return add_summary(payload, event, origin) &&
           payload_add_text(payload, "timestamp", payload_time(event->time, time)) &&
           payload_add_text(payload, "severity",
                            event_severity_name(event_alert_severity(event))) &&
           payload_add_text(payload, "source", origin->host) &&
           payload_add_text(payload, "component", "postfix") &&
           payload_add_text(payload, "group", origin->instance) &&
           payload_add_text(payload, "class", event_alert_name(event, name));
}

cJSON *payload_pagerduty(const struct event *event, const struct payload_origin *origin,
                         const char *recipient) {
    bool clear = event_raise_of(event->type) != 0;
    cJSON *document = cJSON_CreateObject();
    bool good = document != NULL && payload_add_text(document, "routing_key", recipient) &&
                payload_add_text(document, "event_action", clear ? "resolve" : "trigger") &&
                add_dedup_key(document, event, origin) &&
                payload_add_text(document, "client", "hermes-mailqueue") &&
                add_payload(document, event, origin);
    if (!good) {
        cJSON_Delete(document);
        return NULL;
    }
    return document;
}
