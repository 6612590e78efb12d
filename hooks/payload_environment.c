/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/payload.h"

#include "core/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VARIABLES_MAX 32

struct variables {
    char **list;
    size_t count;
    bool failed;
};

static void set_text(struct variables *variables, const char *name, const char *value) {
    size_t len = strlen(value);
    size_t size = strlen(name) + 3 * len + 2;
    char *variable = variables->count < VARIABLES_MAX ? malloc(size) : NULL;
    if (variable == NULL) {
        variables->failed = true;
        return;
    }
    int prefix = snprintf(variable, size, "%s=", name);
    text_to_utf8(value, len, variable + prefix);
    variables->list[variables->count++] = variable;
}

static void set_number(struct variables *variables, const char *name, uint32_t value) {
    char text[16];
    snprintf(text, sizeof text, "%" PRIu32, value);
    set_text(variables, name, text);
}

static void set_known(struct variables *variables, const char *name, struct event_number number) {
    if (number.known) {
        set_number(variables, name, number.value);
    }
}

static void set_action(struct variables *variables, const struct event_action *action) {
    set_text(variables, "HMQ_ACTION_OWNER", action->key.owner);
    set_text(variables, "HMQ_ACTION_COMMAND", action_command_name(action->key.command));
    set_number(variables, "HMQ_ACTION_ID", action->key.id);
    set_text(variables, "HMQ_ACTION_STATE", action_state_name(action->state));
    set_number(variables, "HMQ_ACTION_MATCHED", action->matched);
    set_number(variables, "HMQ_ACTION_SUCCEEDED", action->succeeded);
    set_number(variables, "HMQ_ACTION_FAILED", action->failed);
    set_text(variables, "HMQ_ACTION_COMMENT", action->comment);
}

static void set_condition(struct variables *variables, const struct event_condition *condition) {
    char watch[WATCH_TEXT_SIZE];
    char since[PAYLOAD_TIME_SIZE];
    set_text(variables, "HMQ_CONDITION", condition->name);
    set_text(variables, "HMQ_CONDITION_WATCH", watch_format(&condition->watch, watch));
    set_number(variables, "HMQ_CONDITION_VALUE", condition->value);
    set_text(variables, "HMQ_CONDITION_SUBJECT", condition->subject);
    if (condition->since != 0) {
        set_text(variables, "HMQ_CONDITION_SINCE", payload_time(condition->since, since));
    }
}

static void set_event(struct variables *variables, const struct event *event) {
    char time[PAYLOAD_TIME_SIZE];
    set_text(variables, "HMQ_EVENT", event_name(event->type));
    set_number(variables, "HMQ_SERIAL", event->serial);
    set_text(variables, "HMQ_SEVERITY", event_severity_name(event_severity_of(event)));
    set_text(variables, "HMQ_TIME", payload_time(event->time, time));
    set_text(variables, "HMQ_TEXT", event->text);
    set_known(variables, "HMQ_TOTAL", event->total);
    set_known(variables, "HMQ_MAILDROP", event->queues[QUEUE_MAILDROP]);
    set_known(variables, "HMQ_INCOMING", event->queues[QUEUE_INCOMING]);
    set_known(variables, "HMQ_ACTIVE", event->queues[QUEUE_ACTIVE]);
    set_known(variables, "HMQ_DEFERRED", event->queues[QUEUE_DEFERRED]);
    set_known(variables, "HMQ_HOLD", event->queues[QUEUE_HOLD]);
    set_known(variables, "HMQ_OLDEST_AGE", event->oldest_age_s);
    set_known(variables, "HMQ_THRESHOLD", event->threshold);
    if (event->has_condition) {
        set_condition(variables, &event->condition);
    }
    if (event->has_action) {
        set_action(variables, &event->action);
    }
}

char **payload_environment(const struct event *event, const struct payload_origin *origin,
                           const char *hook) {
    struct variables variables = {.list = calloc(VARIABLES_MAX + 1, sizeof *variables.list)};
    if (variables.list == NULL) {
        return NULL;
    }
    set_text(&variables, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    set_text(&variables, "LC_ALL", "C.UTF-8");
    set_text(&variables, "HMQ_HOOK", hook);
    set_text(&variables, "HMQ_HOST", origin->host);
    set_text(&variables, "HMQ_INSTANCE", origin->instance);
    if (origin->context[0] != '\0') {
        set_text(&variables, "HMQ_CONTEXT", origin->context);
    }
    set_event(&variables, event);
    if (variables.failed) {
        payload_environment_free(variables.list);
        return NULL;
    }
    return variables.list;
}

void payload_environment_free(char **environment) {
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        free(environment[i]);
    }
    free(environment);
}
