/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/event.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define UNKNOWN_VALUE "-"

static const struct {
    const char *name;
    const char *severity;
} events[EVENT_TYPE_END] = {
    [EVENT_OVERLOAD_RAISED] = {"hmqOverloadRaised", "critical"},
    [EVENT_OVERLOAD_CLEARED] = {"hmqOverloadCleared", "ok"},
    [EVENT_WARNING_RAISED] = {"hmqWarningRaised", "warning"},
    [EVENT_WARNING_CLEARED] = {"hmqWarningCleared", "ok"},
    [EVENT_AGE_RAISED] = {"hmqAgeRaised", "warning"},
    [EVENT_AGE_CLEARED] = {"hmqAgeCleared", "ok"},
    [EVENT_HOLD_RAISED] = {"hmqHoldRaised", "warning"},
    [EVENT_HOLD_CLEARED] = {"hmqHoldCleared", "ok"},
    [EVENT_DATA_LOST] = {"hmqDataLost", "critical"},
    [EVENT_DATA_RESTORED] = {"hmqDataRestored", "ok"},
    [EVENT_ACTION_FINISHED] = {"hmqActionFinished", "info"},
    [EVENT_SETTINGS_CHANGED] = {"hmqSettingsChanged", "info"},
    [EVENT_AGENT_STARTED] = {"hmqAgentStarted", "info"},
    [EVENT_POSTFIX_STOPPED] = {"hmqPostfixStopped", "critical"},
    [EVENT_POSTFIX_STARTED] = {"hmqPostfixStarted", "ok"},
};

const char *event_name(enum event_type type) {
    assert(type > 0 && type < EVENT_TYPE_END);
    return events[type].name != NULL ? events[type].name : "";
}

const char *event_severity(enum event_type type) {
    assert(event_type_exists(type));
    return events[type].severity;
}

enum event_type event_raise_of(enum event_type clear) {
    static const enum event_type raises[EVENT_TYPE_END] = {
        [EVENT_OVERLOAD_CLEARED] = EVENT_OVERLOAD_RAISED,
        [EVENT_WARNING_CLEARED] = EVENT_WARNING_RAISED,
        [EVENT_AGE_CLEARED] = EVENT_AGE_RAISED,
        [EVENT_HOLD_CLEARED] = EVENT_HOLD_RAISED,
        [EVENT_DATA_RESTORED] = EVENT_DATA_LOST,
        [EVENT_POSTFIX_STARTED] = EVENT_POSTFIX_STOPPED,
    };
    assert(clear > 0 && clear < EVENT_TYPE_END);
    return raises[clear];
}

bool event_is_raise(enum event_type type) {
    for (enum event_type clear = 1; clear < EVENT_TYPE_END; clear++) {
        if (event_raise_of(clear) == type) {
            return true;
        }
    }
    return false;
}

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

/* Copies what lies before the end character into out and returns what follows it, or NULL. */
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
