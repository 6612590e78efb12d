/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Slack message for an event: a title, the text of the event, the numbers of the queue or of
 * the action, and a last line that names the event and where it comes from. Whatever outsiders may
 * have written goes through add_escaped; everything else is written by add. The text is limited to
 * a buffer with room for the longest event.
 */
#include "core/text.h"
#include "hooks/payload_internal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for every text of an event with each character escaped. */
#define SLACK_SIZE ((size_t)16 * 1024)
#define FOREIGN_MAX 1024

static const char *const titles[EVENT_TYPE_END] = {
    [EVENT_OVERLOAD_RAISED] = "Mail queue overloaded",
    [EVENT_OVERLOAD_CLEARED] = "Mail queue no longer overloaded",
    [EVENT_WARNING_RAISED] = "Mail queue is growing",
    [EVENT_WARNING_CLEARED] = "Mail queue is back below the warning threshold",
    [EVENT_AGE_RAISED] = "Mail waits too long",
    [EVENT_AGE_CLEARED] = "Mail no longer waits too long",
    [EVENT_HOLD_RAISED] = "Many messages on hold",
    [EVENT_HOLD_CLEARED] = "Few messages on hold again",
    [EVENT_DATA_LOST] = "Mail queue cannot be read",
    [EVENT_DATA_RESTORED] = "Mail queue can be read again",
    [EVENT_ACTION_FINISHED] = "Queue action finished",
    [EVENT_SETTINGS_CHANGED] = "Queue settings changed",
    [EVENT_AGENT_STARTED] = "Mail queue agent started",
    [EVENT_POSTFIX_STOPPED] = "Postfix has stopped",
    [EVENT_POSTFIX_STARTED] = "Postfix is running again",
};

static const char *const symbols[] = {
    [SEVERITY_CRITICAL] = ":rotating_light:",
    [SEVERITY_WARNING] = ":warning:",
    [SEVERITY_INFO] = ":information_source:",
    [SEVERITY_OK] = ":white_check_mark:",
};

struct writer {
    char text[SLACK_SIZE];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct writer *writer, const char *format,
                                                      ...) {
    va_list arguments;
    size_t room = sizeof writer->text - writer->len;
    va_start(arguments, format);
    int n = vsnprintf(writer->text + writer->len, room, format, arguments);
    va_end(arguments);
    if (n > 0) {
        writer->len += (size_t)n < room ? (size_t)n : room - 1;
    }
}

/* Slack gives a meaning to & < > only. Once they are escaped, and line ends replaced, text from
 * outside cannot make a link, a mention or a line of its own. */
static void add_escaped(struct writer *writer, const char *foreign) {
    char clean[3 * FOREIGN_MAX + 1];
    text_to_utf8(foreign, strnlen(foreign, FOREIGN_MAX), clean);
    for (const char *text = clean; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            add(writer, "&amp;");
            break;
        case '<':
            add(writer, "&lt;");
            break;
        case '>':
            add(writer, "&gt;");
            break;
        default:
            add(writer, "%c", *text);
        }
    }
}

static void add_age(struct writer *writer, uint32_t age_s) {
    if (age_s >= 86400) {
        add(writer, "%" PRIu32 " d %" PRIu32 " h", age_s / 86400, age_s % 86400 / 3600);
    } else if (age_s >= 3600) {
        add(writer, "%" PRIu32 " h %" PRIu32 " min", age_s / 3600, age_s % 3600 / 60);
    } else if (age_s >= 60) {
        add(writer, "%" PRIu32 " min", age_s / 60);
    } else {
        add(writer, "%" PRIu32 " s", age_s);
    }
}

static bool is_age(enum event_type type) {
    return type == EVENT_AGE_RAISED || type == EVENT_AGE_CLEARED;
}

/* "620 messages: 12 active, 580 deferred, 28 hold; oldest 3 h 12 min; threshold 500" */
static void add_numbers(struct writer *writer, const struct event *event) {
    const char *between = ": ";
    if (!event->total.known) {
        add(writer, "%s", event->type == EVENT_DATA_LOST ? "\nnumber of messages unknown" : "");
        return;
    }
    add(writer, "\n%" PRIu32 " message%s", event->total.value, event->total.value == 1 ? "" : "s");
    for (size_t i = 0; i < PAYLOAD_QUEUES; i++) {
        struct event_number number = event->queues[payload_queues[i]];
        if (number.known && number.value > 0) {
            add(writer, "%s%" PRIu32 " %s", between, number.value, queue_name(payload_queues[i]));
            between = ", ";
        }
    }
    if (event->oldest_age_s.known && event->oldest_age_s.value > 0) {
        add(writer, "; oldest ");
        add_age(writer, event->oldest_age_s.value);
    }
    if (event->threshold.known) {
        add(writer, "; threshold ");
        if (is_age(event->type)) {
            add_age(writer, event->threshold.value);
        } else {
            add(writer, "%" PRIu32, event->threshold.value);
        }
    }
}

static void add_action(struct writer *writer, const struct event_action *action) {
    add(writer, "\n%s %s: %" PRIu32 " matched, %" PRIu32 " succeeded, %" PRIu32 " failed; by ",
        action_command_name(action->key.command), action_state_name(action->state), action->matched,
        action->succeeded, action->failed);
    add_escaped(writer, action->key.owner[0] != '\0' ? action->key.owner : "(no owner)");
    if (action->comment[0] != '\0') {
        add(writer, ": ");
        add_escaped(writer, action->comment);
    }
}

cJSON *payload_slack(const struct event *event, const struct payload_origin *origin) {
    struct writer writer = {.len = 0};
    char time[PAYLOAD_TIME_SIZE];
    add(&writer, "%s *%s* on ", symbols[event_severity_of(event->type)], titles[event->type]);
    add_escaped(&writer, origin->host);
    if (event->text[0] != '\0') {
        add(&writer, "\n");
        add_escaped(&writer, event->text);
    }
    if (event->has_action) {
        add_action(&writer, &event->action);
    } else {
        add_numbers(&writer, event);
    }
    add(&writer, "\n_%s #%" PRIu32 ", %s, ", event_name(event->type), event->serial,
        payload_time(event->time, time));
    add_escaped(&writer, origin->instance);
    add(&writer, "_");
    cJSON *document = cJSON_CreateObject();
    if (document != NULL && cJSON_AddStringToObject(document, "text", writer.text) == NULL) {
        cJSON_Delete(document);
        return NULL;
    }
    return document;
}
