/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys condition.NAME.MEMBER, and the retired keys that conditions have replaced. The members
 * of a condition may come in any order and anywhere in the file, and what a threshold may be
 * depends on the watch. Therefore the thresholds are kept as text until the end of the file, when
 * config_conditions_complete reads them. Overload is always there; its thresholds have keys of
 * their own (core/config_keys.c), and only its times can be set here.
 */
#include "core/config_keys.h"

#include "core/duration.h"
#include "core/time_units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "condition."

/* What a line sets. */
enum member {
    MEMBER_WATCH,
    MEMBER_ABOVE,
    MEMBER_CLEAR,
    MEMBER_FOR,
    MEMBER_REPEAT,
    MEMBER_SEVERITY,
    MEMBER_COUNT
};

_Static_assert(MEMBER_COUNT == CONFIG_CONDITION_MEMBERS, "a line for each member");

static const struct {
    const char *name;
    /* Of overload: NULL = it can be set, else what to do instead. */
    const char *of_overload;
} members[MEMBER_COUNT] = {
    [MEMBER_WATCH] = {"watch", "overload always watches the total"},
    [MEMBER_ABOVE] = {"above", "set overload_threshold instead"},
    [MEMBER_CLEAR] = {"clear", "set overload_clear_threshold instead"},
    [MEMBER_FOR] = {"for", NULL},
    [MEMBER_REPEAT] = {"repeat", NULL},
    [MEMBER_SEVERITY] = {"severity", "overload is always critical"},
};

static enum member member_by_name(const char *name) {
    enum member member = 0;
    while (member < MEMBER_COUNT && strcmp(name, members[member].name) != 0) {
        member++;
    }
    return member;
}

/* Keys that earlier files have, each with the condition that replaces it. */
static const struct {
    const char *key, *name, *watch;
} retired[] = {
    {"warning_threshold", "warning", "total"},
    {"age_threshold", "age", "age"},
    {"hold_threshold", "hold", "queue hold"},
};

bool config_key_retired(const char *key, const char *value, char *error, size_t size) {
    for (size_t i = 0; i < sizeof retired / sizeof retired[0]; i++) {
        if (strcmp(key, retired[i].key) != 0) {
            continue;
        }
        if (strtol(value, NULL, 10) <= 0) {
            snprintf(error, size, "has been replaced by conditions; %s meant off: delete the line",
                     value[0] != '\0' ? value : "no value");
        } else {
            snprintf(error, size,
                     "has been replaced by conditions; write these two lines instead: "
                     "`condition.%s.watch = %s` and `condition.%s.above = %.64s`",
                     retired[i].name, retired[i].watch, retired[i].name, value);
        }
        return true;
    }
    return false;
}

/* Seconds of a duration, at most maximum. */
static bool parse_seconds(const char *text, uint32_t maximum, uint32_t *seconds, char *error,
                          size_t size) {
    uint64_t usec;
    if (!duration_parse(text, &usec) || usec % USEC_PER_SEC != 0 || usec / USEC_PER_SEC > maximum) {
        snprintf(error, size,
                 "\"%s\" is not a duration in whole seconds, at most %" PRIu32 "d (90s, 2h)", text,
                 maximum / SECONDS_PER_DAY);
        return false;
    }
    *seconds = (uint32_t)(usec / USEC_PER_SEC);
    return true;
}

/* A threshold, in the unit of the watch. */
static bool parse_threshold(const struct condition *condition, const char *text, uint32_t *value,
                            char *error, size_t size) {
    uint32_t maximum = watch_maximum(condition->watch.kind);
    uint64_t number;
    if (watch_is_time(condition->watch.kind)) {
        return parse_seconds(text, maximum, value, error, size);
    }
    if (!number_parse(text, maximum, &number)) {
        snprintf(error, size, "\"%s\" is not a number from 0 to %" PRIu32, text, maximum);
        return false;
    }
    *value = (uint32_t)number;
    return true;
}

static bool parse_severity(struct condition *condition, const char *value, char *error,
                           size_t size) {
    enum event_severity severity = event_severity_by_name(value);
    if (severity == 0 || severity == SEVERITY_OK) {
        snprintf(error, size, "\"%s\" is not one of: info warning critical", value);
        return false;
    }
    condition->severity = severity;
    return true;
}

/* Keeps a threshold for config_conditions_complete. */
static bool keep_text(char text[CONFIG_THRESHOLD_SIZE], const char *value, char *error,
                      size_t size) {
    if (value[0] == '\0' || strlen(value) >= CONFIG_THRESHOLD_SIZE) {
        snprintf(error, size, "\"%.64s\" is neither a number nor a duration", value);
        return false;
    }
    snprintf(text, CONFIG_THRESHOLD_SIZE, "%s", value);
    return true;
}

static bool set_member(struct config *config, size_t position, enum member member,
                       const char *value, char *error, size_t size) {
    struct condition *condition = &config->conditions.list[position];
    struct config_condition *source = &config->condition_sources[position];
    switch (member) {
    case MEMBER_WATCH:
        return watch_parse(value, &condition->watch, error, size);
    case MEMBER_ABOVE:
        return keep_text(source->above, value, error, size);
    case MEMBER_CLEAR:
        return keep_text(source->clear, value, error, size);
    case MEMBER_FOR:
        return parse_seconds(value, CONDITION_FOR_MAX, &condition->settings[CONDITION_FOR], error,
                             size);
    case MEMBER_REPEAT:
        return parse_seconds(value, CONDITION_REPEAT_MAX, &condition->settings[CONDITION_REPEAT],
                             error, size);
    default:
        return parse_severity(condition, value, error, size);
    }
}

/* The condition with this name, which is added if there is none yet; CONDITIONS_MAX if there is no
 * room for it. */
static size_t find_or_add(struct config *config, const char *name, unsigned line) {
    struct conditions *conditions = &config->conditions;
    size_t at = conditions_find(conditions, name);
    if (at == conditions->count && at < CONDITIONS_MAX) {
        struct condition *added = &conditions->list[conditions->count++];
        *added =
            (struct condition){.severity = SEVERITY_WARNING, .settings = {[CONDITION_ENABLED] = 1}};
        snprintf(added->name, sizeof added->name, "%s", name);
        config->condition_sources[at] = (struct config_condition){.line = line};
    }
    return at;
}

/* Splits condition.NAME.MEMBER. A name has no dot. */
static bool split_key(const char *key, char name[CONDITION_NAME_SIZE], const char **member) {
    const char *begin = key + strlen(PREFIX);
    const char *dot = strchr(begin, '.');
    if (dot == NULL || !condition_name_valid(begin, (size_t)(dot - begin))) {
        return false;
    }
    memcpy(name, begin, (size_t)(dot - begin));
    name[dot - begin] = '\0';
    *member = dot + 1;
    return true;
}

bool config_is_condition(const char *key) {
    return strncmp(key, PREFIX, strlen(PREFIX)) == 0;
}

bool config_condition_set(struct config *config, const char *key, const char *value, unsigned line,
                          char *error, size_t size) {
    char name[CONDITION_NAME_SIZE];
    const char *word;
    if (!split_key(key, name, &word)) {
        snprintf(error, size,
                 "is not condition.NAME.MEMBER with a NAME of at most %d letters, digits, _ and -",
                 CONDITION_NAME_SIZE - 1);
        return false;
    }
    enum member member = member_by_name(word);
    if (member == MEMBER_COUNT) {
        snprintf(error, size,
                 "unknown key; a condition has watch, above, clear, for, repeat and "
                 "severity");
        return false;
    }
    if (strcmp(name, CONDITION_OVERLOAD_NAME) == 0 && members[member].of_overload != NULL) {
        snprintf(error, size, "%s", members[member].of_overload);
        return false;
    }
    size_t at = find_or_add(config, name, line);
    if (at == CONDITIONS_MAX) {
        snprintf(error, size, "more than %d conditions besides overload", CONDITIONS_MAX - 1);
        return false;
    }
    unsigned *set_on = &config->condition_sources[at].member_lines[member];
    if (*set_on != 0) {
        snprintf(error, size, "already set on line %u", *set_on);
        return false;
    }
    *set_on = line;
    return set_member(config, at, member, value, error, size);
}

unsigned config_condition_line(const struct config *config, const char *key) {
    char name[CONDITION_NAME_SIZE];
    const char *word;
    if (!config_is_condition(key) || !split_key(key, name, &word)) {
        return 0;
    }
    size_t at = conditions_find(&config->conditions, name);
    enum member member = member_by_name(word);
    return at < config->conditions.count && member < MEMBER_COUNT
               ? config->condition_sources[at].member_lines[member]
               : 0;
}

/* Begins the message with the key. */
static void explain(const struct condition *condition, enum member member, const char *what,
                    char *error, size_t size) {
    snprintf(error, size, PREFIX "%s.%s: %s", condition->name, members[member].name, what);
}

static bool complete_overload(struct config *config, unsigned *line, char *error, size_t size) {
    struct condition *overload = &config->conditions.list[CONDITION_OVERLOAD];
    unsigned clear_line = config_line(config, "overload_clear_threshold");
    if (clear_line == 0) {
        overload->settings[CONDITION_CLEAR] =
            condition_default_clear(overload->settings[CONDITION_ABOVE]);
    } else if (!condition_consistent(overload)) {
        snprintf(error, size,
                 "overload_clear_threshold: %" PRIu32 " is above overload_threshold, which is "
                 "%" PRIu32,
                 overload->settings[CONDITION_CLEAR], overload->settings[CONDITION_ABOVE]);
        *line = clear_line;
        return false;
    }
    return true;
}

/* Reads the kept thresholds. */
static bool complete(struct condition *condition, const struct config_condition *source,
                     unsigned *line, char *error, size_t size) {
    char what[256];
    uint32_t *settings = condition->settings;
    const enum member needed = condition->watch.kind == 0 ? MEMBER_WATCH : MEMBER_ABOVE;
    *line = source->line;
    if (condition->watch.kind == 0 || source->above[0] == '\0') {
        snprintf(error, size, PREFIX "%s has no %s", condition->name, members[needed].name);
        return false;
    }
    if (!parse_threshold(condition, source->above, &settings[CONDITION_ABOVE], what, sizeof what)) {
        explain(condition, MEMBER_ABOVE, what, error, size);
        *line = source->member_lines[MEMBER_ABOVE];
        return false;
    }
    settings[CONDITION_CLEAR] = condition_default_clear(settings[CONDITION_ABOVE]);
    if (source->clear[0] == '\0') {
        return true;
    }
    *line = source->member_lines[MEMBER_CLEAR];
    if (!parse_threshold(condition, source->clear, &settings[CONDITION_CLEAR], what, sizeof what)) {
        explain(condition, MEMBER_CLEAR, what, error, size);
        return false;
    }
    if (!condition_consistent(condition)) {
        snprintf(what, sizeof what, "%s is above the threshold, which is %s", source->clear,
                 source->above);
        explain(condition, MEMBER_CLEAR, what, error, size);
        return false;
    }
    return true;
}

bool config_conditions_complete(struct config *config, unsigned *line, char *error, size_t size) {
    bool good = complete_overload(config, line, error, size);
    for (size_t i = CONDITION_OVERLOAD + 1; good && i < config->conditions.count; i++) {
        good =
            complete(&config->conditions.list[i], &config->condition_sources[i], line, error, size);
    }
    return good;
}

static void print_setting(const struct condition *condition, enum condition_setting setting,
                          FILE *stream) {
    fprintf(stream, PREFIX "%s.%s = %" PRIu32 "%s\n", condition->name,
            condition_setting_name(setting), condition->settings[setting],
            condition_setting_is_time(condition, setting) ? "s" : "");
}

void config_conditions_print(const struct config *config, FILE *stream) {
    for (size_t i = 0; i < config->conditions.count; i++) {
        const struct condition *condition = &config->conditions.list[i];
        char watch[WATCH_TEXT_SIZE];
        if (i != CONDITION_OVERLOAD) {
            fprintf(stream, PREFIX "%s.watch = %s\n", condition->name,
                    watch_format(&condition->watch, watch));
            print_setting(condition, CONDITION_ABOVE, stream);
            print_setting(condition, CONDITION_CLEAR, stream);
            fprintf(stream, PREFIX "%s.severity = %s\n", condition->name,
                    event_severity_name(condition->severity));
        }
        print_setting(condition, CONDITION_FOR, stream);
        print_setting(condition, CONDITION_REPEAT, stream);
    }
}
