/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys webhook.NAME.MEMBER and script.NAME.MEMBER. A block begins with whichever of its members
 * comes first and may be spread over the file. It is known to be complete only at the end of the
 * file: config_hooks_complete then checks that the target and what the format needs are there and
 * that `repeat` fits the format, and fills in the defaults. Only the form of a value is checked
 * here. Whether a file exists or a secret can be read is for the hooks process to find out, which
 * runs as another user.
 */
#include "core/config_keys.h"

#include "core/config_values.h"
#include "core/duration.h"
#include "core/event.h"
#include "core/ntfy_url.h"
#include "core/time_units.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_DEFAULT (10 * USEC_PER_SEC)
#define TIMEOUT_MAX (3600 * USEC_PER_SEC)
#define REPEAT_DEFAULT (60 * USEC_PER_SEC)
#define REPEAT_MIN USEC_PER_SEC
#define REPEAT_MAX (UINT64_C(86400) * USEC_PER_SEC)
#define HOOK_NAME_MAX 32

static const struct {
    enum hook_kind kind;
    const char *prefix;
} kinds[] = {{HOOK_WEBHOOK, "webhook."}, {HOOK_SCRIPT, "script."}};

static bool check_url(const char *value, char *error, size_t size) {
    if (strncmp(value, "http://", 7) != 0 && strncmp(value, "https://", 8) != 0) {
        snprintf(error, size, "\"%s\" is not an http:// or https:// URL", value);
        return false;
    }
    return true;
}

static bool check_path(const char *value, char *error, size_t size) {
    if (value[0] != '/') {
        snprintf(error, size, "\"%s\" is not an absolute path", value);
        return false;
    }
    return true;
}

static const char *const formats[] = {
    [HOOK_FORMAT_JSON] = "json",       [HOOK_FORMAT_ALERTMANAGER] = "alertmanager",
    [HOOK_FORMAT_SLACK] = "slack",     [HOOK_FORMAT_PAGERDUTY] = "pagerduty",
    [HOOK_FORMAT_DISCORD] = "discord", [HOOK_FORMAT_NTFY] = "ntfy",
};

_Static_assert(sizeof formats / sizeof formats[0] == HOOK_FORMAT_END, "a name for each format");

static bool find_format(const char *name, enum hook_format *format) {
    for (enum hook_format f = 0; f < HOOK_FORMAT_END; f++) {
        if (strcmp(name, formats[f]) == 0) {
            *format = f;
            return true;
        }
    }
    return false;
}

static bool check_format(const char *value, char *error, size_t size) {
    enum hook_format format;
    if (find_format(value, &format)) {
        return true;
    }
    snprintf(error, size, "\"%s\" is not one of:", value);
    for (enum hook_format f = 0; f < HOOK_FORMAT_END; f++) {
        size_t len = strlen(error);
        snprintf(error + len, size - len, " %s", formats[f]);
    }
    return false;
}

enum hook_format config_hook_format(const struct config_hook *hook) {
    enum hook_format format = HOOK_FORMAT_JSON;
    if (hook->format != NULL) {
        find_format(hook->format, &format);
    }
    return format;
}

/* "all", or notification names, separated by spaces. */
static bool check_events(const char *value, char *error, size_t size) {
    char copy[CONFIG_VALUE_MAX];
    char *rest = NULL;
    if (value[strspn(value, " \t")] == '\0') {
        snprintf(error, size, "names no notification; use all for every one");
        return false;
    }
    snprintf(copy, sizeof copy, "%s", value);
    for (char *w = strtok_r(copy, " \t", &rest); w != NULL; w = strtok_r(NULL, " \t", &rest)) {
        if (strcmp(w, "all") != 0 && event_type_by_name(w) == 0) {
            snprintf(error, size,
                     "\"%s\" is neither all nor a notification such as hmqOverloadRaised", w);
            return false;
        }
    }
    return true;
}

/* Those that begin or end a condition. */
static uint32_t conditions(void) {
    uint32_t events = 0;
    for (enum event_type type = 1; type < EVENT_TYPE_END; type++) {
        bool good = event_type_exists(type) && (event_is_raise(type) || event_raise_of(type) != 0);
        events |= good ? 1U << type : 0;
    }
    return events;
}

uint32_t config_hook_events(const struct config_hook *hook) {
    const uint32_t all = event_types();
    char copy[CONFIG_VALUE_MAX];
    char *rest = NULL;
    uint32_t events = 0;
    if (hook->events == NULL) {
        /* Anything else would wake somebody up, and nothing would ever resolve it. */
        return config_hook_format(hook) == HOOK_FORMAT_PAGERDUTY ? conditions() : all;
    }
    snprintf(copy, sizeof copy, "%s", hook->events);
    for (char *w = strtok_r(copy, " \t", &rest); w != NULL; w = strtok_r(NULL, " \t", &rest)) {
        if (strcmp(w, "all") == 0) {
            return all;
        }
        enum event_type type = event_type_by_name(w);
        events |= type != 0 ? 1U << type : 0;
    }
    return events;
}

/* timeout and repeat are not here: they are stored as numbers, not as strings. */
static const struct {
    const char *name;
    unsigned kinds;
    size_t offset;
    bool (*check)(const char *value, char *error, size_t size);
} members[] = {
    {"url", 1U << HOOK_WEBHOOK, offsetof(struct config_hook, target), check_url},
    {"path", 1U << HOOK_SCRIPT, offsetof(struct config_hook, target), check_path},
    {"events", 1U << HOOK_WEBHOOK | 1U << HOOK_SCRIPT, offsetof(struct config_hook, events),
     check_events},
    {"secret_file", 1U << HOOK_WEBHOOK, offsetof(struct config_hook, secret_file), check_path},
    {"header_file", 1U << HOOK_WEBHOOK, offsetof(struct config_hook, header_file), check_path},
    {"format", 1U << HOOK_WEBHOOK, offsetof(struct config_hook, format), check_format},
    {"ca_file", 1U << HOOK_WEBHOOK, offsetof(struct config_hook, ca_file), check_path},
};

#define MEMBER_COUNT (sizeof members / sizeof members[0])

static bool name_valid(const char *name, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)name[i]) && strchr("_-", name[i]) == NULL) {
            return false;
        }
    }
    return len > 0 && len <= HOOK_NAME_MAX;
}

static struct config_hook *find_hook(struct config *config, enum hook_kind kind, const char *name,
                                     size_t len) {
    for (size_t i = 0; i < config->hook_count; i++) {
        struct config_hook *hook = &config->hooks[i];
        if (hook->kind == kind && strlen(hook->name) == len && memcmp(hook->name, name, len) == 0) {
            return hook;
        }
    }
    return NULL;
}

/* Adds the block of this name. Returns NULL with the reason in error. */
static struct config_hook *add_hook(struct config *config, const char *name, size_t len,
                                    char *error, size_t size) {
    if (config->hook_count == CONFIG_HOOKS_MAX) {
        snprintf(error, size, "more than %d webhooks and scripts", CONFIG_HOOKS_MAX);
        return NULL;
    }
    struct config_hook *hook = &config->hooks[config->hook_count];
    *hook = (struct config_hook){.name = strndup(name, len)};
    if (hook->name == NULL) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    config->hook_count++;
    return hook;
}

_Static_assert(MEMBER_COUNT <= CONFIG_MEMBERS_MAX, "a line for each member");

unsigned config_hook_line(const struct config_hook *hook, const char *member) {
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        bool takes = (members[i].kinds & 1U << hook->kind) != 0;
        if (takes && strcmp(member, members[i].name) == 0 && hook->member_lines[i] != 0) {
            return hook->member_lines[i];
        }
    }
    return hook->line;
}

static bool set_timeout(struct config_hook *hook, const char *value, char *error, size_t size) {
    uint64_t usec;
    if (hook->timeout_usec != 0) {
        snprintf(error, size, "already set");
        return false;
    }
    if (!duration_parse(value, &usec) || usec == 0 || usec > TIMEOUT_MAX) {
        snprintf(error, size, "\"%s\" is not a duration from 1ms to 1h", value);
        return false;
    }
    hook->timeout_usec = usec;
    return true;
}

static bool set_repeat(struct config_hook *hook, const char *value, char *error, size_t size) {
    uint64_t usec;
    if (hook->repeat_set) {
        snprintf(error, size, "already set");
        return false;
    }
    if (!duration_parse(value, &usec) || (usec != 0 && (usec < REPEAT_MIN || usec > REPEAT_MAX))) {
        snprintf(error, size, "\"%s\" is neither 0 nor a duration from 1s to 24h", value);
        return false;
    }
    hook->repeat_usec = usec;
    hook->repeat_set = true;
    return true;
}

static bool set_member(struct config_hook *hook, const char *member, const char *value,
                       unsigned line, char *error, size_t size) {
    if (strcmp(member, "timeout") == 0) {
        return set_timeout(hook, value, error, size);
    }
    if (strcmp(member, "repeat") == 0 && hook->kind == HOOK_WEBHOOK) {
        return set_repeat(hook, value, error, size);
    }
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        if (strcmp(member, members[i].name) != 0 || (members[i].kinds & 1U << hook->kind) == 0) {
            continue;
        }
        char **target = (char **)(void *)((char *)hook + members[i].offset);
        if (*target != NULL) {
            snprintf(error, size, "already set");
            return false;
        }
        if (!members[i].check(value, error, size)) {
            return false;
        }
        char *copy = strdup(value);
        if (copy == NULL) {
            snprintf(error, size, "out of memory");
            return false;
        }
        *target = copy;
        hook->member_lines[i] = line;
        return true;
    }
    snprintf(error, size, "unknown key");
    return false;
}

bool config_hook_set(struct config *config, const char *key, const char *value, unsigned line,
                     char *error, size_t size) {
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        size_t prefix = strlen(kinds[k].prefix);
        if (strncmp(key, kinds[k].prefix, prefix) != 0) {
            continue;
        }
        const char *name = key + prefix;
        const char *dot = strchr(name, '.');
        if (dot == NULL || !name_valid(name, (size_t)(dot - name))) {
            break;
        }
        size_t len = (size_t)(dot - name);
        struct config_hook *hook = find_hook(config, kinds[k].kind, name, len);
        if (hook == NULL) {
            hook = add_hook(config, name, len, error, size);
            if (hook == NULL) {
                return false;
            }
            hook->kind = kinds[k].kind;
            hook->line = line;
        }
        return set_member(hook, dot + 1, value, line, error, size);
    }
    snprintf(error, size, "unknown key");
    return false;
}

/* Alertmanager drops an alert that is not repeated. Any other receiver would only get the same
 * message again and again. */
static bool forgets(const struct config_hook *hook) {
    return config_hook_format(hook) == HOOK_FORMAT_ALERTMANAGER;
}

/* What a format needs. Returns the member that is wrong, or NULL. */
static const char *check_needs(const struct config_hook *hook, char *error, size_t size) {
    enum hook_format format = config_hook_format(hook);
    struct ntfy_url url;
    if (format == HOOK_FORMAT_PAGERDUTY && hook->secret_file == NULL) {
        snprintf(error, size,
                 "webhook.%s has no secret_file; format = pagerduty reads the integration key "
                 "from it",
                 hook->name);
        return "format";
    }
    if (format == HOOK_FORMAT_NTFY && !ntfy_url_split(hook->target, &url)) {
        snprintf(error, size,
                 "webhook.%s.url: for format = ntfy it is the server and a topic, such as "
                 "https://ntfy.example.com/mailqueue",
                 hook->name);
        return "url";
    }
    return NULL;
}

/* Returns whether the block is complete and fits together, with the defaults filled in. */
static bool complete_hook(struct config_hook *hook, unsigned *line, char *error, size_t size) {
    *line = hook->line;
    if (hook->timeout_usec == 0) {
        hook->timeout_usec = TIMEOUT_DEFAULT;
    }
    if (forgets(hook) && !hook->repeat_set) {
        hook->repeat_usec = REPEAT_DEFAULT;
    } else if (!forgets(hook) && hook->repeat_set) {
        snprintf(error, size, "webhook.%s.repeat applies only to format = alertmanager",
                 hook->name);
        return false;
    }
    if (hook->target == NULL) {
        bool webhook = hook->kind == HOOK_WEBHOOK;
        snprintf(error, size, "%s%s has no %s", webhook ? "webhook." : "script.", hook->name,
                 webhook ? "url" : "path");
        return false;
    }
    const char *wrong = check_needs(hook, error, size);
    if (wrong != NULL) {
        *line = config_hook_line(hook, wrong);
    }
    return wrong == NULL;
}

bool config_hooks_complete(struct config *config, unsigned *line, char *error, size_t size) {
    for (size_t i = 0; i < config->hook_count; i++) {
        if (!complete_hook(&config->hooks[i], line, error, size)) {
            return false;
        }
    }
    return true;
}

static void print_time(const char *prefix, const char *name, const char *member, uint64_t usec,
                       FILE *stream) {
    fprintf(stream, "%s.%s.%s = ", prefix, name, member);
    config_print_usec(usec, stream);
    fputc('\n', stream);
}

void config_hooks_print(const struct config *config, FILE *stream) {
    for (size_t i = 0; i < config->hook_count; i++) {
        const struct config_hook *hook = &config->hooks[i];
        const char *prefix = hook->kind == HOOK_WEBHOOK ? "webhook" : "script";
        for (size_t m = 0; m < MEMBER_COUNT; m++) {
            char *const *value =
                (char *const *)(const void *)((const char *)hook + members[m].offset);
            if (*value != NULL && (members[m].kinds & 1U << hook->kind) != 0) {
                fprintf(stream, "%s.%s.%s = %s\n", prefix, hook->name, members[m].name, *value);
            }
        }
        print_time(prefix, hook->name, "timeout", hook->timeout_usec, stream);
        if (forgets(hook)) {
            print_time(prefix, hook->name, "repeat", hook->repeat_usec, stream);
        }
    }
}

void config_hooks_free(struct config *config) {
    for (size_t i = 0; i < config->hook_count; i++) {
        struct config_hook *hook = &config->hooks[i];
        char *owned[] = {hook->name,        hook->target, hook->events, hook->secret_file,
                         hook->header_file, hook->format, hook->ca_file};
        for (size_t m = 0; m < sizeof owned / sizeof owned[0]; m++) {
            free(owned[m]);
        }
    }
    config->hook_count = 0;
}
