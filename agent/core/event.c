/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is derived from an event: how serious it is, the name and the subject under which receivers
 * know it, and the list of changed settings. The list is one text, because an event is plain data
 * that is copied and stored as it is: "NAME OLD NEW;" for each change.
 */
#include "core/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define UNKNOWN_VALUE "-"
#define EMPTY_VALUE "\"\""

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

/* The list of changes has a blank after each word, so that a blank within a value becomes a comma.
 */
static const char *encode(const char *value, char out[EVENT_CHANGE_VALUE_SIZE]) {
    if (value == NULL || value[0] == '\0') {
        return value == NULL ? UNKNOWN_VALUE : EMPTY_VALUE;
    }
    snprintf(out, EVENT_CHANGE_VALUE_SIZE, "%s", value);
    for (char *p = out; *p != '\0'; p++) {
        if (*p == ' ') {
            *p = ',';
        }
    }
    return out;
}

static void decode(char *value) {
    if (strcmp(value, EMPTY_VALUE) == 0) {
        value[0] = '\0';
    }
    for (char *p = value; *p != '\0'; p++) {
        if (*p == ',') {
            *p = ' ';
        }
    }
}

enum event_severity event_severity_of(const struct event *event) {
    enum event_severity severity = event_type_severity(event->type);
    return event->has_condition && severity != SEVERITY_OK ? event->condition.severity : severity;
}

enum event_severity event_alert_severity(const struct event *event) {
    enum event_type raise = event_raise_of(event->type);
    return event->has_condition ? event->condition.severity
                                : event_type_severity(raise != 0 ? raise : event->type);
}

const char *event_alert_name(const struct event *event, char out[EVENT_ALERT_NAME_SIZE]) {
    static const char raised[] = "Raised";
    enum event_type raise = event_raise_of(event->type);
    snprintf(out, EVENT_ALERT_NAME_SIZE, "%s", event_name(raise != 0 ? raise : event->type));
    size_t len = strlen(out);
    if (len > strlen(raised) && strcmp(out + len - strlen(raised), raised) == 0) {
        len -= strlen(raised);
        out[len] = '\0';
    }
    if (event_type_of_conditions(event->type)) {
        snprintf(out + len, EVENT_ALERT_NAME_SIZE - len, "_%s", event->condition.name);
    }
    return out;
}

/* The names of the changes, as many as fit. */
static void list_changes(const struct event *event, char *out, size_t size) {
    struct event_change change;
    size_t len = 0;
    out[0] = '\0';
    for (const char *at = event->changes; (at = event_change_next(at, &change)) != NULL;) {
        int written = snprintf(out + len, size - len, "%s%s", len > 0 ? " " : "", change.name);
        if (written < 0 || (size_t)written >= size - len) {
            out[len] = '\0';
            return;
        }
        len += (size_t)written;
    }
}

void event_set_subject(struct event *event) {
    const struct action_key *key = &event->action.key;
    char *out = event->subject;
    size_t size = sizeof event->subject;
    if (event->has_condition) {
        snprintf(out, size, "%s", event->condition.name);
    } else if (event->has_action) {
        snprintf(out, size, "%s%s%s %" PRIu32, key->owner, key->owner[0] != '\0' ? " " : "",
                 action_command_name(key->command), key->id);
    } else {
        list_changes(event, out, size);
    }
}

bool event_change_add(struct event *event, const char *name, const char *old_value,
                      const char *new_value) {
    char old_word[EVENT_CHANGE_VALUE_SIZE];
    char new_word[EVENT_CHANGE_VALUE_SIZE];
    size_t len = strlen(event->changes);
    size_t room = sizeof event->changes - len;
    int written = snprintf(event->changes + len, room, "%s %s %s;", name,
                           encode(old_value, old_word), encode(new_value, new_word));
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
        change.old_known = strcmp(change.old_value, UNKNOWN_VALUE) != 0;
        if (!change.old_known) {
            change.old_value[0] = '\0';
        }
        decode(change.old_value);
        decode(change.new_value);
        *out = change;
    }
    return at;
}

static const char *shown(const char *value) {
    return value[0] != '\0' ? value : "empty";
}

void event_describe_changes(struct event *event) {
    static const char more[] = "; and more";
    struct event_change change;
    char piece[EVENT_TEXT_SIZE + sizeof more];
    size_t len = 0;
    event->text[0] = '\0';
    for (const char *at = event->changes; (at = event_change_next(at, &change)) != NULL;) {
        int written = snprintf(piece, sizeof piece, "%s%s: %s, was %s", len > 0 ? "; " : "",
                               change.name, shown(change.new_value),
                               change.old_known ? shown(change.old_value) : "unknown");
        size_t room = sizeof event->text - len - (*at != '\0' ? sizeof more : 1);
        if (written < 0 || (size_t)written > room) {
            memcpy(event->text + len, more, sizeof more);
            return;
        }
        memcpy(event->text + len, piece, (size_t)written + 1);
        len += (size_t)written;
    }
}
