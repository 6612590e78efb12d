/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/event.h"

#include <stdio.h>
#include <string.h>

#define UNKNOWN_VALUE "-"

const char *event_data_name(enum data_status data) {
    static const char *const names[] = {
        "", [DATA_OK] = "ok", [DATA_STALE] = "stale", [DATA_UNAVAILABLE] = "unavailable"};
    return names[data];
}

const char *event_settings_name(enum settings_state state) {
    static const char *const names[] = {
        "", [SETTINGS_APPLIED] = "applied", [SETTINGS_PENDING] = "pending",
        [SETTINGS_FAILED] = "failed", [SETTINGS_DRIFTED] = "drifted"};
    return names[state];
}

bool event_change_add(struct event *event, const char *name, const char *old_value,
                      const char *new_value) {
    size_t len = strlen(event->changes);
    size_t room = sizeof event->changes - len;
    int written = snprintf(event->changes + len, room, "%s %s %s;", name,
                           old_value[0] != '\0' ? old_value : UNKNOWN_VALUE, new_value);
    if (written < 0 || (size_t)written >= room) {
        event->changes[len] = '\0';
        return false;
    }
    return true;
}

/* Copies the text before the end character to out and returns what follows that, or NULL. */
static const char *take_word(const char *at, char end, char *out, size_t size) {
    const char *stop = strchr(at, end);
    size_t len = stop != NULL ? (size_t)(stop - at) : 0;
    if (len == 0 || len >= size) {
        return NULL;
    }
    memcpy(out, at, len);
    out[len] = '\0';
    return stop + 1;
}

const char *event_change_next(const char *at, struct event_change *out) {
    struct event_change change;
    at = take_word(at, ' ', change.name, sizeof change.name);
    if (at != NULL) {
        at = take_word(at, ' ', change.old_value, sizeof change.old_value);
    }
    if (at != NULL) {
        at = take_word(at, ';', change.new_value, sizeof change.new_value);
    }
    if (at != NULL) {
        if (strcmp(change.old_value, UNKNOWN_VALUE) == 0) {
            change.old_value[0] = '\0';
        }
        *out = change;
    }
    return at;
}

void event_describe_changes(struct event *event) {
    static const char more[] = "; and more";
    struct event_change change;
    char piece[2 * EVENT_CHANGE_NAME_SIZE + 2 * EVENT_CHANGE_VALUE_SIZE];
    size_t len = 0;
    event->text[0] = '\0';
    for (const char *at = event->changes; (at = event_change_next(at, &change)) != NULL;) {
        int written =
            snprintf(piece, sizeof piece, "%s%s: %s, was %s", len > 0 ? "; " : "", change.name,
                     change.new_value, change.old_value[0] != '\0' ? change.old_value : "unknown");
        size_t room = sizeof event->text - len - (*at != '\0' ? sizeof more : 1);
        if (written < 0 || (size_t)written > room) {
            memcpy(event->text + len, more, sizeof more);
            return;
        }
        memcpy(event->text + len, piece, (size_t)written + 1);
        len += (size_t)written;
    }
}
