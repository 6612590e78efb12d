/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All tunables but the notifications are numbers: the message limit, and then the settings of the
 * conditions, CONDITION_SETTING_COUNT for each in their order. The notifications are one bit set,
 * which the store has as one row for each of them, so that a new notification begins enabled.
 */
#include "core/tunables.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTIFY_PREFIX "notify."

/* The keys of overload, which are older than conditions are. */
static const char *const overload_names[CONDITION_SETTING_COUNT] = {
    [CONDITION_ABOVE] = "overload_threshold",
    [CONDITION_CLEAR] = "overload_clear_threshold",
};

static struct condition *condition_of(struct tunables *tunables, unsigned tunable) {
    unsigned position = (tunable - TUNABLE_FIRST_CONDITION) / CONDITION_SETTING_COUNT;
    assert(position < tunables->conditions.count);
    return &tunables->conditions.list[position];
}

static const struct condition *const_condition_of(const struct tunables *tunables,
                                                  unsigned tunable) {
    unsigned position = (tunable - TUNABLE_FIRST_CONDITION) / CONDITION_SETTING_COUNT;
    assert(position < tunables->conditions.count);
    return &tunables->conditions.list[position];
}

static enum condition_setting setting_of(unsigned tunable) {
    return (enum condition_setting)((tunable - TUNABLE_FIRST_CONDITION) % CONDITION_SETTING_COUNT);
}

void tunables_from_config(struct tunables *tunables, const struct config *config) {
    *tunables = (struct tunables){
        .conditions = config->conditions,
        .message_limit = config->message_limit,
        .notify = event_types(),
    };
}

unsigned tunables_count(const struct tunables *tunables) {
    return TUNABLE_OF_CONDITION(tunables->conditions.count, 0);
}

uint32_t tunable_maximum(const struct tunables *tunables, unsigned tunable) {
    return tunable < TUNABLE_FIRST_CONDITION
               ? TUNABLES_MESSAGE_LIMIT_MAX
               : condition_setting_maximum(const_condition_of(tunables, tunable),
                                           setting_of(tunable));
}

uint32_t tunable_get(const struct tunables *tunables, unsigned tunable) {
    return tunable < TUNABLE_FIRST_CONDITION
               ? tunables->message_limit
               : const_condition_of(tunables, tunable)->settings[setting_of(tunable)];
}

void tunable_put(struct tunables *tunables, unsigned tunable, uint32_t value) {
    if (tunable < TUNABLE_FIRST_CONDITION) {
        tunables->message_limit = value;
    } else {
        condition_of(tunables, tunable)->settings[setting_of(tunable)] = value;
    }
}

const char *tunable_name(const struct tunables *tunables, unsigned tunable,
                         char out[TUNABLE_NAME_SIZE]) {
    if (tunable < TUNABLE_FIRST_CONDITION) {
        snprintf(out, TUNABLE_NAME_SIZE, "message_limit");
        return out;
    }
    const struct condition *condition = const_condition_of(tunables, tunable);
    enum condition_setting setting = setting_of(tunable);
    if (condition_is_overload(condition) && overload_names[setting] != NULL) {
        snprintf(out, TUNABLE_NAME_SIZE, "%s", overload_names[setting]);
    } else {
        snprintf(out, TUNABLE_NAME_SIZE, "condition.%s.%s", condition->name,
                 condition_setting_name(setting));
    }
    return out;
}

bool tunables_consistent(const struct tunables *tunables) {
    for (unsigned t = 0; t < tunables_count(tunables); t++) {
        if (t != TUNABLE_NOTIFY && tunable_get(tunables, t) > tunable_maximum(tunables, t)) {
            return false;
        }
    }
    for (size_t c = 0; c < tunables->conditions.count; c++) {
        if (!condition_consistent(&tunables->conditions.list[c])) {
            return false;
        }
    }
    return true;
}

void tunables_notify_bits(const struct tunables *tunables, uint8_t octets[TUNABLES_NOTIFY_OCTETS]) {
    memset(octets, 0, TUNABLES_NOTIFY_OCTETS);
    for (unsigned type = 1; type < EVENT_TYPE_END; type++) {
        unsigned bit = type - 1;
        if (tunables_notify(tunables, (enum event_type)type)) {
            octets[bit / 8] = (uint8_t)(octets[bit / 8] | 0x80U >> bit % 8);
        }
    }
}

static void format_notify(const struct tunables *tunables, char *out, size_t size) {
    uint8_t octets[TUNABLES_NOTIFY_OCTETS];
    tunables_notify_bits(tunables, octets);
    for (size_t i = 0; i < sizeof octets && 2 * i + 2 < size; i++) {
        snprintf(out + 2 * i, size - 2 * i, "%02X", octets[i]);
    }
}

/* The tunable of the same name, or TUNABLES_MAX. */
static unsigned same_tunable(const struct tunables *tunables, unsigned tunable,
                             const struct tunables *of) {
    if (tunable < TUNABLE_FIRST_CONDITION) {
        return tunable;
    }
    const char *name = const_condition_of(tunables, tunable)->name;
    size_t at = conditions_find(&of->conditions, name);
    return at < of->conditions.count ? TUNABLE_OF_CONDITION(at, setting_of(tunable)) : TUNABLES_MAX;
}

static bool describe_number(struct tunables *before, const struct tunables *after, unsigned tunable,
                            struct event *event) {
    char was[EVENT_CHANGE_VALUE_SIZE];
    char is[EVENT_CHANGE_VALUE_SIZE];
    char name[TUNABLE_NAME_SIZE];
    unsigned same = same_tunable(before, tunable, after);
    if (same == TUNABLES_MAX) {
        return true;
    }
    uint32_t a = tunable_get(before, tunable);
    uint32_t b = tunable_get(after, same);
    snprintf(was, sizeof was, "%" PRIu32, a);
    snprintf(is, sizeof is, "%" PRIu32, b);
    if (a != b && !event_change_add(event, tunable_name(before, tunable, name), was, is)) {
        return false;
    }
    tunable_put(before, tunable, b);
    return true;
}

static bool describe_notify(struct tunables *before, const struct tunables *after,
                            struct event *event) {
    char was[EVENT_CHANGE_VALUE_SIZE];
    char is[EVENT_CHANGE_VALUE_SIZE];
    format_notify(before, was, sizeof was);
    format_notify(after, is, sizeof is);
    if (before->notify != after->notify && !event_change_add(event, "notifications", was, is)) {
        return false;
    }
    before->notify = after->notify;
    return true;
}

bool tunables_describe(struct tunables *before, const struct tunables *after, struct event *event) {
    bool room = true;
    for (unsigned t = TUNABLE_FIRST_CONDITION; room && t < tunables_count(before); t++) {
        room = describe_number(before, after, t, event);
    }
    room = room && describe_number(before, after, TUNABLE_MESSAGE_LIMIT, event);
    if (room) {
        describe_notify(before, after, event);
    }
    event_describe_changes(event);
    return event->changes[0] != '\0';
}

void stored_tunables_deinit(struct stored_tunables *stored) {
    free(stored->list);
    *stored = (struct stored_tunables){.count = 0};
}

static struct stored_tunable *find_stored(const struct stored_tunables *stored, const char *name) {
    for (size_t i = 0; i < stored->count; i++) {
        if (strcmp(stored->list[i].name, name) == 0) {
            return &stored->list[i];
        }
    }
    return NULL;
}

bool stored_tunables_put(struct stored_tunables *stored, const char *name, uint32_t value) {
    struct stored_tunable *found = find_stored(stored, name);
    if (found != NULL) {
        found->value = value;
        return true;
    }
    if (stored->count == stored->capacity) {
        size_t capacity = stored->capacity == 0 ? 16 : 2 * stored->capacity;
        struct stored_tunable *list =
            capacity <= STORED_TUNABLES_MAX
                ? reallocarray(stored->list, capacity, sizeof *stored->list)
                : NULL;
        if (list == NULL) {
            return false;
        }
        stored->list = list;
        stored->capacity = capacity;
    }
    struct stored_tunable *added = &stored->list[stored->count++];
    *added = (struct stored_tunable){.value = value};
    snprintf(added->name, sizeof added->name, "%s", name);
    return true;
}

bool stored_tunables_has(const struct stored_tunables *stored, const char *name) {
    return find_stored(stored, name) != NULL;
}

static void notify_name(enum event_type type, char out[TUNABLE_NAME_SIZE]) {
    snprintf(out, TUNABLE_NAME_SIZE, NOTIFY_PREFIX "%s", event_name(type));
}

static void take_notify(struct stored_tunables *stored, const struct tunables *tunables) {
    char name[TUNABLE_NAME_SIZE];
    for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
        if (event_type_exists(type)) {
            notify_name(type, name);
            stored_tunables_put(stored, name, tunables_notify(tunables, type));
        }
    }
}

void stored_tunables_take(struct stored_tunables *stored, const struct tunables *tunables,
                          const struct tunable_set *set) {
    char name[TUNABLE_NAME_SIZE];
    for (unsigned t = 0; t < tunables_count(tunables); t++) {
        if (set->has[t] && t == TUNABLE_NOTIFY) {
            take_notify(stored, tunables);
        } else if (set->has[t]) {
            stored_tunables_put(stored, tunable_name(tunables, t, name), tunable_get(tunables, t));
        }
    }
}

static void apply_notify(struct tunables *tunables, const struct stored_tunables *stored) {
    char name[TUNABLE_NAME_SIZE];
    for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
        if (!event_type_exists(type)) {
            continue;
        }
        notify_name(type, name);
        const struct stored_tunable *found = find_stored(stored, name);
        if (found != NULL) {
            tunables->notify &= ~(1U << type);
            tunables->notify |= found->value != 0 ? 1U << type : 0;
        }
    }
}

void tunables_apply(struct tunables *tunables, const struct stored_tunables *stored) {
    char name[TUNABLE_NAME_SIZE];
    for (unsigned t = 0; t < tunables_count(tunables); t++) {
        const struct stored_tunable *found =
            t != TUNABLE_NOTIFY ? find_stored(stored, tunable_name(tunables, t, name)) : NULL;
        if (found != NULL && found->value <= tunable_maximum(tunables, t)) {
            tunable_put(tunables, t, found->value);
        }
    }
    apply_notify(tunables, stored);
    for (size_t c = 0; c < tunables->conditions.count; c++) {
        struct condition *condition = &tunables->conditions.list[c];
        if (!condition_consistent(condition)) {
            condition->settings[CONDITION_CLEAR] =
                condition_default_clear(condition->settings[CONDITION_ABOVE]);
        }
    }
}

bool tunable_overridden(const struct tunables *tunables, unsigned tunable,
                        const struct stored_tunables *stored, const struct config *config,
                        char *text, size_t size) {
    struct tunables of_file;
    char key[TUNABLE_NAME_SIZE];
    unsigned line = config_line(config, tunable_name(tunables, tunable, key));
    tunables_from_config(&of_file, config);
    uint32_t ignored = tunable_get(&of_file, tunable);
    uint32_t value = tunable_get(tunables, tunable);
    if (line == 0 || ignored == value) {
        return false;
    }
    bool time =
        tunable >= TUNABLE_FIRST_CONDITION &&
        condition_setting_is_time(const_condition_of(tunables, tunable), setting_of(tunable));
    const char *unit = time ? " s" : "";
    int len = snprintf(text, size, "%s:%u: %s is %" PRIu32 "%s, not %" PRIu32 "%s: ", config->path,
                       line, key, value, unit, ignored, unit);
    size_t used = len < 0 || (size_t)len >= size ? size : (size_t)len;
    if (stored_tunables_has(stored, key)) {
        snprintf(text + used, size - used,
                 "it was set over SNMP, and the database keeps that; to use the file's value, stop "
                 "the agent and delete the row '%s' of the table tunables in %s",
                 key, config->database);
    } else {
        snprintf(text + used, size - used,
                 "the file's value is above the threshold that was set over SNMP");
    }
    return true;
}
