/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values that more than one key of the configuration file can have. Each function finds the place
 * of its value by the offset in the row of the key. A parser that rejects a value says what it
 * expected; one that replaces a text frees the old one only when it has the new one.
 */
#include "core/config_values.h"

#include "core/duration.h"
#include "core/time_units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void *config_field(const struct config_key *key, struct config *config) {
    return (char *)config + key->offset;
}

const void *config_const_field(const struct config_key *key, const struct config *config) {
    return (const char *)config + key->offset;
}

static bool replace(char **target, const char *value) {
    char *copy = strdup(value);
    if (copy == NULL) {
        return false;
    }
    free(*target);
    *target = copy;
    return true;
}

bool config_parse_string(const struct config_key *key, struct config *config, const char *value,
                         char *error, size_t size) {
    if (value[0] == '\0' && key->minimum > 0) {
        snprintf(error, size, "must not be empty");
        return false;
    }
    if (!replace(config_field(key, config), value)) {
        snprintf(error, size, "out of memory");
        return false;
    }
    return true;
}

void config_print_string(const struct config_key *key, const struct config *config, FILE *stream) {
    char *const *value = config_const_field(key, config);
    fputs(*value, stream);
}

bool config_parse_path(const struct config_key *key, struct config *config, const char *value,
                       char *error, size_t size) {
    if (value[0] != '/') {
        snprintf(error, size, "\"%s\" is not an absolute path", value);
        return false;
    }
    return config_parse_string(key, config, value, error, size);
}

bool config_parse_duration(const struct config_key *key, struct config *config, const char *value,
                           char *error, size_t size) {
    uint64_t usec;
    if (!duration_parse(value, &usec) || usec < key->minimum || usec > key->maximum) {
        snprintf(error, size,
                 "\"%s\" is not a duration from %" PRIu64 "ms to %" PRIu64 "s (10s, 5m)", value,
                 key->minimum / USEC_PER_MSEC, key->maximum / USEC_PER_SEC);
        return false;
    }
    uint64_t *target = config_field(key, config);
    *target = usec;
    return true;
}

void config_print_usec(uint64_t usec, FILE *stream) {
    if (usec % USEC_PER_SEC == 0) {
        fprintf(stream, "%" PRIu64 "s", usec / USEC_PER_SEC);
    } else {
        fprintf(stream, "%" PRIu64 "ms", usec / USEC_PER_MSEC);
    }
}

void config_print_duration(const struct config_key *key, const struct config *config,
                           FILE *stream) {
    const uint64_t *usec = config_const_field(key, config);
    config_print_usec(*usec, stream);
}

bool config_parse_number(const struct config_key *key, struct config *config, const char *value,
                         char *error, size_t size) {
    uint64_t number;
    if (!number_parse(value, key->maximum, &number)) {
        snprintf(error, size, "\"%s\" is not a number from 0 to %" PRIu64, value, key->maximum);
        return false;
    }
    uint32_t *target = config_field(key, config);
    *target = (uint32_t)number;
    return true;
}

void config_print_number(const struct config_key *key, const struct config *config, FILE *stream) {
    const uint32_t *number = config_const_field(key, config);
    fprintf(stream, "%" PRIu32, *number);
}

void config_explain_word(const char *word, char *error, size_t size) {
    snprintf(error, size, "\"%s\" is not one of:", word);
}

void config_add_choice(const char *choice, char *error, size_t size) {
    size_t len = strlen(error);
    if (choice[0] != '\0') {
        snprintf(error + len, size - len, " %s", choice);
    }
}

bool config_parse_enum(const struct config_key *key, struct config *config, const char *value,
                       char *error, size_t size) {
    for (int i = 0; key->names[i] != NULL; i++) {
        if (strcmp(value, key->names[i]) == 0) {
            int *target = config_field(key, config);
            *target = i + (int)key->minimum;
            return true;
        }
    }
    config_explain_word(value, error, size);
    for (int i = 0; key->names[i] != NULL; i++) {
        config_add_choice(key->names[i], error, size);
    }
    return false;
}

void config_print_enum(const struct config_key *key, const struct config *config, FILE *stream) {
    const int *value = config_const_field(key, config);
    fputs(key->names[*value - (int)key->minimum], stream);
}

bool config_parse_yes_no(const struct config_key *key, struct config *config, const char *value,
                         char *error, size_t size) {
    bool *target = config_field(key, config);
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
        snprintf(error, size, "\"%s\" is neither yes nor no", value);
        return false;
    }
    *target = strcmp(value, "yes") == 0;
    return true;
}

void config_print_yes_no(const struct config_key *key, const struct config *config, FILE *stream) {
    const bool *value = config_const_field(key, config);
    fputs(*value ? "yes" : "no", stream);
}

bool config_parse_bytes(const struct config_key *key, struct config *config, const char *value,
                        char *error, size_t size) {
    char copy[32];
    uint64_t factor = 1;
    uint64_t number;
    size_t len = strlen(value);
    snprintf(copy, sizeof copy, "%s", value);
    if (len > 0 && len < sizeof copy && (copy[len - 1] == 'K' || copy[len - 1] == 'M')) {
        factor = copy[len - 1] == 'K' ? 1024 : 1024 * 1024;
        copy[len - 1] = '\0';
    }
    if (len >= sizeof copy || !number_parse(copy, key->maximum / factor, &number) ||
        number * factor < key->minimum) {
        snprintf(error, size,
                 "\"%s\" is not a size of %" PRIu64 " to %" PRIu64 " octets (256K, 1M)", value,
                 key->minimum, key->maximum);
        return false;
    }
    uint64_t *target = config_field(key, config);
    *target = number * factor;
    return true;
}

void config_print_bytes(const struct config_key *key, const struct config *config, FILE *stream) {
    const uint64_t *bytes = config_const_field(key, config);
    bool kilo = *bytes % 1024 == 0 && *bytes != 0;
    fprintf(stream, "%" PRIu64 "%s", kilo ? *bytes / 1024 : *bytes, kilo ? "K" : "");
}
