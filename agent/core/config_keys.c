/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One row for each key of the configuration file, with the parsers and printers of values that only
 * one key has; core/config_values.h has the others.
 * A parser that rejects a value says what it expected; it may leave the configuration half changed,
 * since config.c then discards it. What a printer writes has to parse to the same value, and two
 * values that differ have to print differently: a reload compares what is printed to find the keys
 * that need a restart. The rows are in the order in which the configuration is printed.
 */
#include "core/config_keys.h"

#include "core/config_values.h"
#include "core/duration.h"
#include "core/insight.h"
#include "core/master.h"
#include "core/permission.h"
#include "core/postfix_settings.h"
#include "core/time_units.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/* net-snmp would accept more forms, and guess what many of them mean. */
static bool parse_master(const struct config_key *key, struct config *config, const char *value,
                         char *error, size_t size) {
    static const char unix_prefix[] = "unix:/";
    struct master_address address;
    if (strncmp(value, unix_prefix, strlen(unix_prefix)) == 0 &&
        strlen(value) - strlen("unix:") >= MASTER_PATH_SIZE) {
        snprintf(error, size, "the path of a socket may have at most %d octets",
                 MASTER_PATH_SIZE - 1);
        return false;
    }
    if (!master_address_parse(value, &address)) {
        snprintf(error, size, "\"%s\" is neither unix:/PATH nor tcp:HOST:PORT", value);
        return false;
    }
    return config_parse_string(key, config, value, error, size);
}

/* The names that docker and podman allow; one that begins with a dash would be taken as an option.
 */
static bool parse_container(const struct config_key *key, struct config *config, const char *value,
                            char *error, size_t size) {
    for (const char *p = value; *p != '\0'; p++) {
        if (!isalnum((unsigned char)*p) && (p == value || strchr("_.-", *p) == NULL)) {
            snprintf(error, size, "\"%s\" is not a container name: letters, digits, _ . -", value);
            return false;
        }
    }
    return config_parse_string(key, config, value, error, size);
}

/* The octets that neither snmpd.conf(5) nor a shell takes for anything else. */
static bool parse_context(const struct config_key *key, struct config *config, const char *value,
                          char *error, size_t size) {
    size_t len = strlen(value);
    size_t good =
        strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
    if (good != len || len > CONFIG_CONTEXT_MAX) {
        snprintf(error, size, "\"%s\" is not an SNMP context: at most %d letters, digits, - _ .",
                 value, CONFIG_CONTEXT_MAX);
        return false;
    }
    return config_parse_string(key, config, value, error, size);
}

/* What PATH may be, without the empty folder, which would be the one that a process is in. */
static bool parse_command_path(const struct config_key *key, struct config *config,
                               const char *value, char *error, size_t size) {
    bool good = value[0] == '/';
    for (const char *p = strchr(value, ':'); good && p != NULL; p = strchr(p + 1, ':')) {
        good = p[1] == '/';
    }
    if (!good) {
        snprintf(error, size, "\"%s\" is not a list of absolute paths separated by colons", value);
        return false;
    }
    return config_parse_string(key, config, value, error, size);
}

/* What a label of a metric, a header of HTTP and a key of an alert all take as it is. */
static bool parse_host_name(const struct config_key *key, struct config *config, const char *value,
                            char *error, size_t size) {
    size_t len = strlen(value);
    size_t good =
        strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:");
    if (good != len || len > CONFIG_HOST_NAME_MAX) {
        snprintf(error, size,
                 "\"%s\" is not a host name: at most %d letters, digits, - _ . :", value,
                 CONFIG_HOST_NAME_MAX);
        return false;
    }
    return config_parse_string(key, config, value, error, size);
}

static bool parse_words(const struct config_key *key, struct config *config, const char *value,
                        char *error, size_t size) {
    char **words = config_field(key, config);
    char copy[CONFIG_VALUE_MAX];
    char *rest = NULL;
    size_t count = 0;
    for (size_t i = 0; words[i] != NULL; i++) {
        free(words[i]);
        words[i] = NULL;
    }
    snprintf(copy, sizeof copy, "%s", value);
    for (char *w = strtok_r(copy, " \t", &rest); w != NULL; w = strtok_r(NULL, " \t", &rest)) {
        if (count == CONFIG_CONTAINER_WORDS) {
            snprintf(error, size, "more than %d words", CONFIG_CONTAINER_WORDS);
            return false;
        }
        char *word = strdup(w);
        if (word == NULL) {
            snprintf(error, size, "out of memory");
            return false;
        }
        words[count++] = word;
    }
    if (count == 0) {
        snprintf(error, size, "must name a command: docker or podman");
        return false;
    }
    const char *base = strrchr(words[0], '/') != NULL ? strrchr(words[0], '/') + 1 : words[0];
    if (strcmp(base, "docker") != 0 && strcmp(base, "podman") != 0) {
        snprintf(error, size, "\"%s\" is neither docker nor podman", words[0]);
        return false;
    }
    return true;
}

static void print_words(const struct config_key *key, const struct config *config, FILE *stream) {
    char *const *words = config_const_field(key, config);
    for (size_t i = 0; words[i] != NULL; i++) {
        fprintf(stream, "%s%s", i > 0 ? " " : "", words[i]);
    }
}

/* The word for the value of a set's bit, "" for one that cannot be in the set. */
static const char *word_of(const struct config_key *key, uint32_t value) {
    if (key->offset == offsetof(struct config, allow_actions)) {
        return permission_word((struct operation){.command = (enum action_command)value});
    }
    return permission_word((struct operation){.setting = (enum setting_kind)value});
}

/* Words separated by spaces as a set: the bit 1 << value for each, 1 <= value <= maximum. */
static bool parse_set(const struct config_key *key, struct config *config, const char *text,
                      char *error, size_t size) {
    char copy[CONFIG_VALUE_MAX];
    char *rest = NULL;
    uint32_t bits = 0;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *w = strtok_r(copy, " \t", &rest); w != NULL; w = strtok_r(NULL, " \t", &rest)) {
        uint32_t value = 1;
        while (value <= key->maximum && strcmp(w, word_of(key, value)) != 0) {
            value++;
        }
        if (value > key->maximum) {
            config_explain_word(w, error, size);
            for (value = 1; value <= key->maximum; value++) {
                config_add_choice(word_of(key, value), error, size);
            }
            return false;
        }
        bits |= 1U << value;
    }
    uint32_t *target = config_field(key, config);
    *target = bits;
    return true;
}

static void print_set(const struct config_key *key, const struct config *config, FILE *stream) {
    const uint32_t *bits = config_const_field(key, config);
    const char *separator = "";
    for (uint32_t value = 1; value <= key->maximum; value++) {
        if ((*bits & 1U << value) != 0) {
            fprintf(stream, "%s%s", separator, word_of(key, value));
            separator = " ";
        }
    }
}

/* Separators of any number and kind become one blank each, as the value is written to main.cf. */
static bool parse_transports(const struct config_key *key, struct config *config, const char *value,
                             char *error, size_t size) {
    char list[CONFIG_VALUE_MAX] = "";
    char copy[CONFIG_VALUE_MAX];
    char *rest = NULL;
    size_t len = 0;
    snprintf(copy, sizeof copy, "%s", value);
    for (char *w = strtok_r(copy, " \t,", &rest); w != NULL; w = strtok_r(NULL, " \t,", &rest)) {
        int written = snprintf(list + len, sizeof list - len, "%s%s", len > 0 ? " " : "", w);
        len += written > 0 ? (size_t)written : 0;
    }
    if (!transports_valid(list)) {
        snprintf(error, size,
                 "\"%s\" is not a list of transports: names of letters, digits, _ and -, together "
                 "at most %d octets",
                 value, MAIN_CF_VALUE_SIZE - 1);
        return false;
    }
    return config_parse_string(key, config, list, error, size);
}

#define RETENTION_AGE_MIN_USEC (UINT64_C(60) * 1000000)

static bool parse_retention(const struct config_key *key, struct config *config, const char *value,
                            char *error, size_t size) {
    (void)key;
    char copy[CONFIG_VALUE_MAX];
    char *rest = NULL;
    uint64_t rows;
    uint64_t age;
    snprintf(copy, sizeof copy, "%s", value);
    char *first = strtok_r(copy, " \t", &rest);
    char *second = strtok_r(NULL, " \t", &rest);
    if (first == NULL || second == NULL || strtok_r(NULL, " \t", &rest) != NULL ||
        !number_parse(first, 100000, &rows) || !duration_parse(second, &age)) {
        snprintf(error, size, "\"%s\" is not a number of rows and an age (1000 7d)", value);
        return false;
    }
    if (rows == 0 || age < RETENTION_AGE_MIN_USEC) {
        snprintf(error, size,
                 "\"%s\" would delete rows before a manager can read their results; the minimum is "
                 "1 row and 1m",
                 value);
        return false;
    }
    config->action_retention_rows = (uint32_t)rows;
    config->action_retention_usec = age;
    return true;
}

static void print_retention(const struct config_key *key, const struct config *config,
                            FILE *stream) {
    (void)key;
    fprintf(stream, "%" PRIu32 " ", config->action_retention_rows);
    config_print_usec(config->action_retention_usec, stream);
}

static bool parse_oid(const struct config_key *key, struct config *config, const char *value,
                      char *error, size_t size) {
    struct config_oid oid = {.len = 0};
    char copy[CONFIG_VALUE_MAX];
    char *rest = NULL;
    bool good = value[0] != '\0';
    snprintf(copy, sizeof copy, "%s", value[0] == '.' ? value + 1 : value);
    for (char *part = copy; good && part != NULL; part = rest) {
        uint64_t id;
        rest = strchr(part, '.');
        if (rest != NULL) {
            *rest++ = '\0';
        }
        good = oid.len < CONFIG_OID_MAX && number_parse(part, UINT32_MAX, &id);
        if (good) {
            oid.ids[oid.len++] = (uint32_t)id;
        }
    }
    if (!good || oid.len < 6 || oid.ids[0] != 1 || oid.ids[1] != 3) {
        snprintf(error, size, "\"%s\" is not a numeric object identifier below .1.3 (%s)", value,
                 key->default_value);
        return false;
    }
    config->base_oid = oid;
    return true;
}

static void print_oid(const struct config_key *key, const struct config *config, FILE *stream) {
    (void)key;
    for (size_t i = 0; i < config->base_oid.len; i++) {
        fprintf(stream, ".%" PRIu32, config->base_oid.ids[i]);
    }
}

static bool parse_spool(const struct config_key *key, struct config *config, const char *value,
                        char *error, size_t size) {
    (void)key;
    bool path = value[0] == '/';
    if (!path && strcmp(value, "auto") != 0 && strcmp(value, "none") != 0) {
        snprintf(error, size, "\"%s\" is neither auto, none nor an absolute path", value);
        return false;
    }
    free(config->spool_directory);
    config->spool_directory = NULL;
    config->spool_mode = strcmp(value, "none") == 0 ? SPOOL_NONE : SPOOL_AUTO;
    if (path) {
        config->spool_mode = SPOOL_PATH;
        config->spool_directory = strdup(value);
        if (config->spool_directory == NULL) {
            snprintf(error, size, "out of memory");
            return false;
        }
    }
    return true;
}

static void print_spool(const struct config_key *key, const struct config *config, FILE *stream) {
    (void)key;
    static const char *const words[] = {[SPOOL_AUTO] = "auto", [SPOOL_NONE] = "none"};
    fputs(config->spool_mode == SPOOL_PATH ? config->spool_directory : words[config->spool_mode],
          stream);
}

static const char *const log_words[] = {[LOG_MODE_AUTO] = "auto",
                                        [LOG_MODE_JOURNAL] = "journal",
                                        [LOG_MODE_PATH] = NULL,
                                        [LOG_MODE_OFF] = "off"};

static bool parse_log(const struct config_key *key, struct config *config, const char *value,
                      char *error, size_t size) {
    (void)key;
    size_t mode = 0;
    while (mode <= LOG_MODE_OFF &&
           (log_words[mode] == NULL || strcmp(log_words[mode], value) != 0)) {
        mode++;
    }
    if (mode > LOG_MODE_OFF && value[0] != '/') {
        snprintf(error, size, "\"%s\" is neither auto, journal, off nor an absolute path", value);
        return false;
    }
    free(config->mail_log);
    config->mail_log = NULL;
    config->log_mode = mode <= LOG_MODE_OFF ? (enum log_mode)mode : LOG_MODE_PATH;
    if (config->log_mode == LOG_MODE_PATH && (config->mail_log = strdup(value)) == NULL) {
        snprintf(error, size, "out of memory");
        return false;
    }
    return true;
}

static void print_log(const struct config_key *key, const struct config *config, FILE *stream) {
    (void)key;
    fputs(config->log_mode == LOG_MODE_PATH ? config->mail_log : log_words[config->log_mode],
          stream);
}

static const char *const order_names[] = {"oldest", "newest", "largest", NULL};

/* LOG_ERR and up */
static const char *const level_names[] = {"error", "warning", "notice", "info", "debug", NULL};

#define STRING(member)                                                                             \
    config_parse_string, config_print_string, offsetof(struct config, member), 1, 0, NULL
#define PATH(member)                                                                               \
    config_parse_path, config_print_string, offsetof(struct config, member), 1, 0, NULL
#define DURATION(member, min, max)                                                                 \
    config_parse_duration, config_print_duration, offsetof(struct config, member), min, max, NULL
#define NUMBER(member, max)                                                                        \
    config_parse_number, config_print_number, offsetof(struct config, member), 0, max, NULL
#define YES_NO(member)                                                                             \
    config_parse_yes_no, config_print_yes_no, offsetof(struct config, member), 0, 0, NULL
#define SET(member, last) parse_set, print_set, offsetof(struct config, member), 1, last, NULL
#define OTHER(kind, member) parse_##kind, print_##kind, offsetof(struct config, member), 0, 0, NULL

#define OVERLOAD(setting) conditions.list[CONDITION_OVERLOAD].settings[setting]

/* In the order in which they are printed. */
static const struct config_key keys[] = {
    {"agentx_socket", "unix:/run/agentx/master", parse_master, config_print_string,
     offsetof(struct config, agentx_socket), 0, 0, NULL, false},
    {"base_oid", ".1.3.6.1.4.1.8072.9999.9999.2525", OTHER(oid, base_oid), false},
    {"context", "", parse_context, config_print_string, offsetof(struct config, context), 0, 0,
     NULL, false},
    {"postfix_config_directory", "/etc/postfix", PATH(postfix_config_directory), false},
    {"spool_directory", "auto", OTHER(spool, spool_mode), false},
    {"mail_log", "auto", OTHER(log, log_mode), false},
    {"container", "", parse_container, config_print_string, offsetof(struct config, container), 0,
     0, NULL, false},
    {"container_command", "docker", OTHER(words, container_command), false},
    {"command_path", "/usr/sbin:/usr/bin:/sbin:/bin", parse_command_path, config_print_string,
     offsetof(struct config, command_path), 1, 0, NULL, false},
    {"database", "/var/lib/hermes-mailqueue/hermes-mailqueue.db", PATH(database), false},
    {"host_name", "", parse_host_name, config_print_string, offsetof(struct config, host_name), 0,
     0, NULL, false},
    {"user", "hermes-mq", STRING(user), false},
    {"hooks_user", "hermes-mq-hooks", STRING(hooks_user), false},
    {"list_interval", "10s", DURATION(list_interval_usec, 100 * USEC_PER_MSEC, USEC_PER_DAY), true},
    {"scan_interval", "60s", DURATION(scan_interval_usec, 100 * USEC_PER_MSEC, USEC_PER_DAY), true},
    {"command_timeout", "30s", DURATION(command_timeout_usec, USEC_PER_SEC, 3600 * USEC_PER_SEC),
     false},
    {"message_order", "oldest", config_parse_enum, config_print_enum,
     offsetof(struct config, message_order), 0, 0, order_names, true},
    {"overload_threshold", "500", NUMBER(OVERLOAD(CONDITION_ABOVE), WATCH_MAXIMUM_MESSAGES), true},
    {"overload_clear_threshold", NULL, NUMBER(OVERLOAD(CONDITION_CLEAR), WATCH_MAXIMUM_MESSAGES),
     true},
    {"message_limit", "100", NUMBER(message_limit, 10000), true},
    {"insight_limit", "20", NUMBER(insight_limit, INSIGHT_ROWS_MAX), true},
    {"allow_actions", NULL, SET(allow_actions, COMMAND_END - 1), false},
    {"allow_settings", "lifetimes thresholds pause", SET(allow_settings, SETTING_END - 1), false},
    {"pause_transports", "smtp relay", parse_transports, config_print_string,
     offsetof(struct config, pause_transports), 1, 0, NULL, true},
    {"allow_view", "no", YES_NO(allow_view), false},
    {"view_limit", "256K", config_parse_bytes, config_print_bytes,
     offsetof(struct config, view_limit_bytes), 1, UINT64_C(16) * 1024 * 1024, NULL, false},
    {"action_retention", "1000 7d", OTHER(retention, action_retention_rows), false},
    {"log_level", "info", config_parse_enum, config_print_enum, offsetof(struct config, log_level),
     LOG_ERR, 0, level_names, true},
};

#define KEY_COUNT (sizeof keys / sizeof keys[0])

_Static_assert(KEY_COUNT <= CONFIG_KEYS_MAX, "a line for each key");

bool config_key_at(size_t position, struct config_key *out) {
    if (position >= KEY_COUNT) {
        return false;
    }
    *out = keys[position];
    return true;
}
