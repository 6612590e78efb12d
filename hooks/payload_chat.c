/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/payload_chat.h"

#include "core/duration.h"
#include "core/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FOREIGN_MAX 1024

const char *chat_emoji(enum event_severity severity) {
    static const char *const codes[] = {
        [SEVERITY_CRITICAL] = "rotating_light",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_INFO] = "information_source",
        [SEVERITY_OK] = "white_check_mark",
    };
    return codes[severity];
}

void chat_add(struct chat *chat, const char *format, ...) {
    va_list arguments;
    size_t room = sizeof chat->text - chat->len;
    va_start(arguments, format);
    int n = vsnprintf(chat->text + chat->len, room, format, arguments);
    va_end(arguments);
    if (n > 0) {
        chat->len += (size_t)n < room ? (size_t)n : room - 1;
    }
}

static const char *find_escape(const struct chat_escape *escape, char octet) {
    for (; escape != NULL && escape->octet != '\0'; escape++) {
        if (escape->octet == octet) {
            return escape->instead;
        }
    }
    return NULL;
}

void chat_add_foreign(struct chat *chat, const char *foreign) {
    char clean[3 * FOREIGN_MAX + 1];
    text_to_utf8(foreign, strnlen(foreign, FOREIGN_MAX), clean);
    for (const char *text = clean; *text != '\0'; text++) {
        const char *instead = find_escape(chat->escapes, *text);
        if (instead != NULL) {
            chat_add(chat, "%s", instead);
        } else {
            chat_add(chat, "%c", *text);
        }
    }
}

void chat_add_title(struct chat *chat, const struct event *event) {
    chat_add(chat, "%s", event_title(event->type));
    if (event_type_of_conditions(event->type)) {
        chat_add(chat, " (");
        chat_add_foreign(chat, event->condition.name);
        chat_add(chat, ")");
    }
}

static void new_line(struct chat *chat) {
    if (chat->len > 0) {
        chat_add(chat, "\n");
    }
}

static void add_age(struct chat *chat, uint32_t age_s) {
    char words[DURATION_WORDS_SIZE];
    chat_add(chat, "%s", duration_words(age_s, words));
}

static bool is_time(const struct event *event) {
    return event->has_condition && watch_is_time(event->condition.watch.kind);
}

/* "620 messages: 12 active, 580 deferred, 28 hold; oldest 3 h 12 min; threshold 500" */
static void add_numbers(struct chat *chat, const struct event *event) {
    const char *between = ": ";
    new_line(chat);
    chat_add(chat, "%" PRIu32 " message%s", event->total.value, event->total.value == 1 ? "" : "s");
    for (size_t i = 0; i < PAYLOAD_QUEUES; i++) {
        struct event_number number = event->queues[payload_queues[i]];
        if (number.known && number.value > 0) {
            chat_add(chat, "%s%" PRIu32 " %s", between, number.value,
                     queue_name(payload_queues[i]));
            between = ", ";
        }
    }
    if (event->oldest_age_s.known && event->oldest_age_s.value > 0) {
        chat_add(chat, "; oldest ");
        add_age(chat, event->oldest_age_s.value);
    }
    if (event->threshold.known) {
        chat_add(chat, "; threshold ");
        if (is_time(event)) {
            add_age(chat, event->threshold.value);
        } else {
            chat_add(chat, "%" PRIu32, event->threshold.value);
        }
    }
}

static void add_action(struct chat *chat, const struct event_action *action) {
    new_line(chat);
    chat_add(chat, "%s %s: %" PRIu32 " matched, %" PRIu32 " succeeded, %" PRIu32 " failed; by ",
             action_command_name(action->key.command), action_state_name(action->state),
             action->matched, action->succeeded, action->failed);
    chat_add_foreign(chat, action->key.owner[0] != '\0' ? action->key.owner : "(no owner)");
    if (action->comment[0] != '\0') {
        chat_add(chat, ": ");
        chat_add_foreign(chat, action->comment);
    }
}

void chat_add_body(struct chat *chat, const struct event *event) {
    if (event->text[0] != '\0') {
        new_line(chat);
        chat_add_foreign(chat, event->text);
    }
    if (event->has_action) {
        add_action(chat, &event->action);
    } else if (event->total.known) {
        add_numbers(chat, event);
    } else if (event->type == EVENT_DATA_LOST) {
        new_line(chat);
        chat_add(chat, "number of messages unknown");
    }
}

void chat_add_origin(struct chat *chat, const struct event *event,
                     const struct payload_origin *origin) {
    char time[PAYLOAD_TIME_SIZE];
    chat_add(chat, "%s #%" PRIu32 ", %s, ", event_name(event->type), event->serial,
             payload_time(event->time, time));
    chat_add_foreign(chat, origin->instance);
}
