/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/condition.h"

#include "core/duration.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool condition_name_valid(const char *name, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-') {
            return false;
        }
    }
    return len > 0 && len < CONDITION_NAME_SIZE;
}

void conditions_init(struct conditions *conditions) {
    *conditions = (struct conditions){.count = 1};
    conditions->list[CONDITION_OVERLOAD] =
        (struct condition){.name = CONDITION_OVERLOAD_NAME,
                           .watch = {WATCH_TOTAL, WATCH_ANY_QUEUE},
                           .severity = event_type_severity(EVENT_OVERLOAD_RAISED),
                           .settings = {[CONDITION_ENABLED] = 1}};
}

size_t conditions_find(const struct conditions *conditions, const char *name) {
    size_t at = 0;
    while (at < conditions->count && strcmp(conditions->list[at].name, name) != 0) {
        at++;
    }
    return at;
}

bool condition_is_overload(const struct condition *condition) {
    return strcmp(condition->name, CONDITION_OVERLOAD_NAME) == 0;
}

bool condition_is_off(const struct condition *condition) {
    return condition->settings[CONDITION_ENABLED] == 0 ||
           (condition_is_overload(condition) && condition->settings[CONDITION_ABOVE] == 0);
}

const char *condition_setting_name(enum condition_setting setting) {
    static const char *const names[CONDITION_SETTING_COUNT] = {
        [CONDITION_ABOVE] = "above",   [CONDITION_CLEAR] = "clear",     [CONDITION_FOR] = "for",
        [CONDITION_REPEAT] = "repeat", [CONDITION_ENABLED] = "enabled",
    };
    assert(setting < CONDITION_SETTING_COUNT);
    return names[setting];
}

uint32_t condition_setting_maximum(const struct condition *condition,
                                   enum condition_setting setting) {
    static const uint32_t maxima[CONDITION_SETTING_COUNT] = {
        [CONDITION_FOR] = CONDITION_FOR_MAX,
        [CONDITION_REPEAT] = CONDITION_REPEAT_MAX,
        [CONDITION_ENABLED] = 1,
    };
    bool threshold = setting == CONDITION_ABOVE || setting == CONDITION_CLEAR;
    return threshold ? watch_maximum(condition->watch.kind) : maxima[setting];
}

bool condition_setting_is_time(const struct condition *condition, enum condition_setting setting) {
    bool threshold = setting == CONDITION_ABOVE || setting == CONDITION_CLEAR;
    return setting == CONDITION_FOR || setting == CONDITION_REPEAT ||
           (threshold && watch_is_time(condition->watch.kind));
}

bool condition_consistent(const struct condition *condition) {
    uint32_t above = condition->settings[CONDITION_ABOVE];
    return condition->settings[CONDITION_CLEAR] <= above ||
           (condition_is_overload(condition) && above == 0);
}

uint32_t condition_default_clear(uint32_t above) {
    return (uint32_t)((uint64_t)above * 9 / 10);
}

enum event_type condition_event(const struct condition *condition, bool raised) {
    enum event_type raise =
        condition_is_overload(condition) ? EVENT_OVERLOAD_RAISED : EVENT_CONDITION_RAISED;
    return raised ? raise : event_clear_of(raise);
}

/* "no more than 450"; "more than 500, for 10 min"; "more than 4 h". That something is more than
 * nothing goes without saying. */
static void describe_limit(const struct condition *condition, uint64_t value, bool raised,
                           char *out, size_t size) {
    uint32_t above = condition->settings[CONDITION_ABOVE];
    uint32_t clear = condition->settings[CONDITION_CLEAR];
    uint32_t lasts_s = condition->settings[CONDITION_FOR];
    /* A raise by a threshold that is no longer in effect ends without hysteresis. */
    uint32_t limit = raised || value > clear ? above : clear;
    char shown[DURATION_WORDS_SIZE];
    char lasting[DURATION_WORDS_SIZE] = "";
    if (watch_is_time(condition->watch.kind)) {
        duration_words(limit, shown);
    } else {
        snprintf(shown, sizeof shown, "%" PRIu32, limit);
    }
    int len =
        limit > 0 ? snprintf(out, size, "%s %s", raised ? "more than" : "no more than", shown) : 0;
    if (raised && lasts_s > 0) {
        snprintf(out + len, size - (size_t)len, "%sfor %s", len > 0 ? ", " : "",
                 duration_words(lasts_s, lasting));
    }
}

void condition_describe(const struct condition *condition, const struct measurement *measured,
                        bool raised, char *out, size_t size) {
    bool overload = condition_is_overload(condition);
    char value[WATCH_SUBJECT_SIZE + 96] = "its value is not known";
    char limit[2 * DURATION_WORDS_SIZE + 32] = "";
    if (measured->known && measured->nothing) {
        snprintf(value, sizeof value, "no message is left");
    } else if (measured->known) {
        watch_describe(&condition->watch, measured->value, measured->subject, value, sizeof value);
        describe_limit(condition, measured->value, raised, limit, sizeof limit);
    }
    if (condition_is_off(condition)) {
        snprintf(out, size, "%s%sthe %s was disabled; %s", overload ? "" : condition->name,
                 overload ? "" : ": ",
                 condition->settings[CONDITION_ENABLED] == 0 ? "condition" : "threshold", value);
    } else {
        snprintf(out, size, "%s%s%s%s%s", overload ? "" : condition->name, overload ? "" : ": ",
                 value, limit[0] != '\0' ? ", " : "", limit);
    }
}
