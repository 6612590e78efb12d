/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/hook_protocol.h"

#include <stdio.h>
#include <string.h>

#define FNV_OFFSET UINT32_C(2166136261)
#define FNV_PRIME UINT32_C(16777619)

static bool terminated(const char *text, size_t size) {
    return memchr(text, '\0', size) != NULL;
}

/* Any other octet in a bool is undefined behaviour as soon as it is read. */
static bool flag_valid(const bool *flag) {
    unsigned char octet;
    memcpy(&octet, flag, sizeof octet);
    return octet <= 1;
}

static bool action_valid(const struct event_action *action) {
    return terminated(action->key.owner, sizeof action->key.owner) &&
           terminated(action->comment, sizeof action->comment) &&
           command_exists(action->key.command) && action->state >= ACTION_QUEUED &&
           action->state <= ACTION_STATE_LAST;
}

/* A name goes into alert names and labels. */
static bool condition_valid(const struct event_condition *condition) {
    return terminated(condition->name, sizeof condition->name) &&
           condition_name_valid(condition->name, strlen(condition->name)) &&
           terminated(condition->subject, sizeof condition->subject) &&
           watch_valid(&condition->watch) && condition->severity >= SEVERITY_CRITICAL &&
           condition->severity <= SEVERITY_INFO;
}

static bool event_valid(const struct event *event) {
    if (!event_type_exists(event->type) || event->serial == 0 ||
        !terminated(event->text, sizeof event->text) ||
        !terminated(event->subject, sizeof event->subject) ||
        !terminated(event->detail, sizeof event->detail) ||
        !terminated(event->changes, sizeof event->changes) || event->data > DATA_UNAVAILABLE ||
        event->settings > SETTINGS_DRIFTED || !flag_valid(&event->total.known) ||
        !flag_valid(&event->oldest_age_s.known) || !flag_valid(&event->threshold.known) ||
        !flag_valid(&event->has_action) || !flag_valid(&event->has_condition)) {
        return false;
    }
    for (enum queue queue = 0; queue < QUEUE_COUNT; queue++) {
        if (!flag_valid(&event->queues[queue].known)) {
            return false;
        }
    }
    if (event_type_of_conditions(event->type) && !event->has_condition) {
        return false;
    }
    return (!event->has_action || action_valid(&event->action)) &&
           (!event->has_condition || condition_valid(&event->condition));
}

bool hook_order_valid(const struct hook_order *packet, size_t len) {
    return len == sizeof *packet && packet->version == HOOK_PROTOCOL_VERSION &&
           packet->hook < CONFIG_HOOKS_MAX && packet->repeat <= 1 && event_valid(&packet->event);
}

bool hook_report_valid(const struct hook_report *packet, size_t len) {
    if (len != sizeof *packet || packet->version != HOOK_PROTOCOL_VERSION || packet->type == 0 ||
        packet->type >= HOOK_REPORT_TYPE_END || !terminated(packet->text, sizeof packet->text)) {
        return false;
    }
    if (packet->type == HOOK_HELLO) {
        return packet->hook <= CONFIG_HOOKS_MAX;
    }
    return packet->hook < CONFIG_HOOKS_MAX && packet->serial != 0;
}

/* The NUL is hashed, too, so that moving a letter from one text to the next changes the hash. */
static uint32_t hash_with_text(uint32_t hash, const char *text) {
    for (size_t i = 0; i <= strlen(text); i++) {
        hash = (hash ^ (unsigned char)text[i]) * FNV_PRIME;
    }
    return hash;
}

uint32_t hook_digest(const struct config *config) {
    uint32_t hash = FNV_OFFSET;
    for (size_t i = 0; i < config->hook_count; i++) {
        char name[64];
        hook_full_name(&config->hooks[i], name, sizeof name);
        hash = hash_with_text(hash_with_text(hash, name), config->hooks[i].target);
    }
    return hash;
}

void hook_full_name(const struct config_hook *hook, char *out, size_t size) {
    snprintf(out, size, "%s.%s", hook->kind == HOOK_WEBHOOK ? "webhook" : "script", hook->name);
}
