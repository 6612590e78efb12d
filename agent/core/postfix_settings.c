/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Postfix's parameters in two forms: as postconf(1) reports their effective values, and as main.cf
 * itself has them. What may be written to main.cf is decided by main_cf_value_valid alone, for the
 * agent and for the helper. A line that it does not accept cannot be restored, so that it is never
 * replaced either.
 */
#include "core/postfix_settings.h"

#include "core/duration.h"
#include "core/text.h"
#include "core/time_units.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define VALUE_MAX 1024

const char *const postfix_parameter_names[PARAMETER_COUNT + 1] = {
    [PARAMETER_MAIL_VERSION] = "mail_version",
    [PARAMETER_BOUNCE_LIFETIME] = "bounce_queue_lifetime",
    [PARAMETER_MAXIMAL_LIFETIME] = "maximal_queue_lifetime",
    [PARAMETER_DEFER_TRANSPORTS] = "defer_transports",
};

/* Copies the next line to value and returns what follows it, or NULL if there is none. */
static const char *next_value(const char *text, const char *end, char value[VALUE_MAX]) {
    const char *newline = text < end ? memchr(text, '\n', (size_t)(end - text)) : NULL;
    if (newline == NULL) {
        return NULL;
    }
    size_t len = (size_t)(newline - text);
    size_t kept = len < VALUE_MAX ? len : VALUE_MAX - 1;
    memcpy(value, text, kept);
    value[kept] = '\0';
    return newline + 1;
}

bool postfix_settings_parse(const char *text, size_t len, struct postfix_settings *settings,
                            char *error, size_t size) {
    char values[PARAMETER_COUNT][VALUE_MAX];
    const char *end = text + len;
    const char *rest = text;
    for (int p = 0; p < PARAMETER_COUNT; p++) {
        rest = next_value(rest, end, values[p]);
        if (rest == NULL) {
            snprintf(error, size, "postconf printed %d values instead of %d", p, PARAMETER_COUNT);
            return false;
        }
    }
    if (rest != end) {
        snprintf(error, size, "postconf printed more than %d values", PARAMETER_COUNT);
        return false;
    }
    struct postfix_settings parsed = {.known = true};
    for (int i = 0; i < LIFETIME_COUNT; i++) {
        enum postfix_parameter parameter = lifetime_parameter((enum lifetime)i);
        const char *value = values[parameter];
        if (!postfix_time_parse(value, 'd', &parsed.lifetime_s[i])) {
            char shown[64];
            snprintf(error, size, "%s is no time value: \"%s\"", postfix_parameter_names[parameter],
                     text_escape(value, strlen(value), shown, sizeof shown));
            return false;
        }
    }
    char version[3 * VALUE_MAX + 1];
    size_t version_len = text_to_utf8(values[PARAMETER_MAIL_VERSION],
                                      strlen(values[PARAMETER_MAIL_VERSION]), version);
    version_len = text_utf8_prefix(version, version_len, sizeof parsed.version - 1);
    memcpy(parsed.version, version, version_len);
    const char *deferred = values[PARAMETER_DEFER_TRANSPORTS];
    parsed.outbound_paused = deferred[strspn(deferred, " \t,")] != '\0';
    size_t deferred_len = strlen(deferred);
    bool fits = deferred_len < sizeof parsed.defer_transports;
    memcpy(parsed.defer_transports, fits ? deferred : "?", fits ? deferred_len + 1 : sizeof "?");
    *settings = parsed;
    return true;
}

bool lifetime_days(uint32_t seconds, uint32_t *days) {
    if (seconds % SECONDS_PER_DAY != 0 || seconds / SECONDS_PER_DAY > LIFETIME_DAYS_MAX) {
        return false;
    }
    *days = seconds / SECONDS_PER_DAY;
    return true;
}

bool lifetime_value_valid(const char *value) {
    uint32_t seconds;
    size_t len = strlen(value);
    return len >= 2 && len < LIFETIME_VALUE_SIZE && strchr("smhdw", value[len - 1]) != NULL &&
           postfix_time_parse(value, 'd', &seconds) && seconds <= LIFETIME_SECONDS_MAX;
}

bool transports_valid(const char *value) {
    bool in_name = false;
    size_t len = strlen(value);
    for (const char *p = value; *p != '\0'; p++) {
        bool separator = *p == ' ' || *p == ',';
        bool first = !separator && !in_name;
        if (separator ? !in_name
                      : !isalnum((unsigned char)*p) && *p != '_' && (*p != '-' || first)) {
            return false;
        }
        in_name = !separator;
    }
    return in_name && len < MAIN_CF_VALUE_SIZE;
}

bool main_cf_value_valid(enum postfix_parameter parameter, const char *value) {
    switch (parameter) {
    case PARAMETER_BOUNCE_LIFETIME:
    case PARAMETER_MAXIMAL_LIFETIME:
        return lifetime_value_valid(value);
    case PARAMETER_DEFER_TRANSPORTS:
        return value[0] == '\0' || transports_valid(value);
    case PARAMETER_MAIL_VERSION:
    case PARAMETER_COUNT:
        break;
    }
    return false;
}

/* Postfix reads units in upper case, too, and days without a unit. */
static void complete_lifetime(char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        text[i] = (char)tolower((unsigned char)text[i]);
    }
    if (len > 0 && isdigit((unsigned char)text[len - 1])) {
        text[len] = 'd';
    }
}

static void take_main_cf_value(enum postfix_parameter parameter, const char *value, size_t len,
                               struct main_cf_line *parsed) {
    *parsed = (struct main_cf_line){.set = true};
    char text[MAIN_CF_VALUE_SIZE] = "";
    if (len + 2 > sizeof text || memchr(value, '\0', len) != NULL) {
        return;
    }
    memcpy(text, value, len);
    enum lifetime lifetime;
    if (parameter_lifetime(parameter, &lifetime)) {
        complete_lifetime(text, len);
    }
    parsed->restorable = main_cf_value_valid(parameter, text);
    if (parsed->restorable) {
        memcpy(parsed->value, text, sizeof text);
    }
}

bool main_cf_parse_line(const char *line, size_t len, struct main_cf *main_cf) {
    static const char equals[] = " =";
    const char *end = line + len;
    for (int p = PARAMETER_MAIL_VERSION + 1; p < PARAMETER_COUNT; p++) {
        const char *name = postfix_parameter_names[p];
        size_t name_len = strlen(name);
        const char *value = line + name_len + sizeof equals - 1;
        if (len < name_len + sizeof equals - 1 || memcmp(line, name, name_len) != 0 ||
            memcmp(line + name_len, equals, sizeof equals - 1) != 0) {
            continue;
        }
        /* postconf prints no space after the equals sign if the value is empty. */
        if (value < end && *value == ' ') {
            value++;
        }
        take_main_cf_value((enum postfix_parameter)p, value, (size_t)(end - value),
                           &main_cf->lines[p]);
        return true;
    }
    return false;
}

bool main_cf_line_equal(const struct main_cf_line *a, const struct main_cf_line *b) {
    return a->set == b->set && a->restorable == b->restorable && strcmp(a->value, b->value) == 0;
}

void lifetime_format(uint32_t seconds, char value[LIFETIME_VALUE_SIZE]) {
    bool days = seconds % SECONDS_PER_DAY == 0;
    snprintf(value, LIFETIME_VALUE_SIZE, "%u%c", days ? seconds / SECONDS_PER_DAY : seconds,
             days ? 'd' : 's');
}
