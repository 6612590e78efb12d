/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads the configuration file in three steps. First, every key gets its default through the parser
 * that also reads values from the file. Then the file is read line by line, and the line of each
 * key is kept, to refuse a key that is set twice and to name the line later. Last come the checks
 * that need the whole file and the defaults that depend on another key. The first error ends the
 * reading, and the caller gets no configuration, never half of one.
 *
 * config_restart_needed compares two configurations by what they print, so a printer that leaves
 * something out would let a reload ignore that change without a word.
 */
#include "core/config.h"

#include "core/config_keys.h"
#include "core/permission.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SIZE (CONFIG_VALUE_MAX + 128)

struct parser {
    const char *path;
    unsigned line;
    char *error;
    size_t size;
};

static int fail(const struct parser *parser, unsigned line, const char *key, const char *what) {
    snprintf(parser->error, parser->size, "%s:%u: %s%s%s", parser->path, line, key,
             key[0] != '\0' ? ": " : "", what);
    return -1;
}

static char *trim(char *text) {
    text += strspn(text, " \t\r\n");
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL) {
        text[--len] = '\0';
    }
    return text;
}

/*
 * A # starts a comment at the beginning of the line, after white space, and where the value would
 * begin; anywhere else it belongs to the value, so that a URL may contain one.
 */
static void cut_comment(char *line) {
    const char *equals = strchr(line, '=');
    for (char *p = strchr(line, '#'); p != NULL; p = strchr(p + 1, '#')) {
        if (p == line || p[-1] == ' ' || p[-1] == '\t' || p - 1 == equals) {
            *p = '\0';
            return;
        }
    }
}

static int set_key(struct parser *parser, struct config *config, const char *key,
                   const char *value) {
    char what[512];
    struct config_key found;
    for (size_t k = 0; config_key_at(k, &found); k++) {
        if (strcmp(key, found.name) != 0) {
            continue;
        }
        if (config->key_lines[k] != 0) {
            snprintf(what, sizeof what, "already set on line %u", config->key_lines[k]);
            return fail(parser, parser->line, key, what);
        }
        config->key_lines[k] = parser->line;
        if (!found.parse(&found, config, value, what, sizeof what)) {
            return fail(parser, parser->line, key, what);
        }
        return 0;
    }
    if (config_key_retired(key, value, what, sizeof what)) {
        return fail(parser, parser->line, key, what);
    }
    bool good = config_is_condition(key)
                    ? config_condition_set(config, key, value, parser->line, what, sizeof what)
                    : config_hook_set(config, key, value, parser->line, what, sizeof what);
    return good ? 0 : fail(parser, parser->line, key, what);
}

/* Returns what is wrong with a value of any key, or NULL. */
static const char *wrong_value(const char *value) {
    for (const char *p = value; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7F) {
            return "control character in the value";
        }
    }
    return strlen(value) >= CONFIG_VALUE_MAX ? "the value is too long" : NULL;
}

static int parse_line(struct parser *parser, struct config *config, char *line) {
    cut_comment(line);
    char *key = trim(line);
    if (key[0] == '\0') {
        return 0;
    }
    char *equals = strchr(key, '=');
    char shown[160];
    if (equals == NULL) {
        text_escape(key, strlen(key), shown, sizeof shown);
        return fail(parser, parser->line, shown, "is not `key = value`");
    }
    *equals = '\0';
    char *value = trim(equals + 1);
    key = trim(key);
    text_escape(key, strlen(key), shown, sizeof shown);
    const char *wrong = wrong_value(value);
    if (wrong != NULL) {
        return fail(parser, parser->line, shown, wrong);
    }
    return set_key(parser, config, shown, value);
}

/*
 * Reads the next line into line, which is filled before so that the NUL of fgets(3) is the last one
 * in it whatever the file holds. Returns false at the end; *wrong says what is wrong, or is NULL.
 */
static bool next_line(FILE *stream, char line[LINE_SIZE], const char **wrong) {
    memset(line, ' ', LINE_SIZE);
    *wrong = NULL;
    if (fgets(line, LINE_SIZE, stream) == NULL) {
        return false;
    }
    const char *end = memrchr(line, '\0', LINE_SIZE);
    if (strlen(line) != (size_t)(end - line)) {
        *wrong = "NUL character in the line";
    } else if (end == line + LINE_SIZE - 1 && end[-1] != '\n') {
        *wrong = "the line is too long";
    }
    return true;
}

static int set_defaults(struct config *config, const char *path, char *error, size_t size) {
    char what[256] = "out of memory";
    config->path = strdup(path);
    bool good = config->path != NULL;
    struct config_key key;
    conditions_init(&config->conditions);
    for (size_t k = 0; good && config_key_at(k, &key); k++) {
        good = key.default_value == NULL ||
               key.parse(&key, config, key.default_value, what, sizeof what);
    }
    config->allow_actions = permission_all_actions();
    if (!good) {
        snprintf(error, size, "%s:0: %s", path, what);
        return -1;
    }
    return 0;
}

unsigned config_line(const struct config *config, const char *key) {
    struct config_key at;
    for (size_t k = 0; config_key_at(k, &at); k++) {
        if (strcmp(at.name, key) == 0) {
            return config->key_lines[k];
        }
    }
    return config_condition_line(config, key);
}

/* The checks and the default that need the whole file. */
static int check_whole(const struct parser *parser, struct config *config) {
    char what[400];
    unsigned line;
    return config_conditions_complete(config, &line, what, sizeof what) &&
                   config_hooks_complete(config, &line, what, sizeof what)
               ? 0
               : fail(parser, line, "", what);
}

int config_parse(FILE *stream, const char *path, struct config **out, char *error, size_t size) {
    struct parser parser = {.path = path, .error = error, .size = size};
    char line[LINE_SIZE];
    struct config *config = calloc(1, sizeof *config);
    if (config == NULL) {
        snprintf(error, size, "%s:0: out of memory", path);
        return -1;
    }
    int result = set_defaults(config, path, error, size);
    const char *wrong;
    while (result == 0 && next_line(stream, line, &wrong)) {
        parser.line++;
        result = wrong != NULL ? fail(&parser, parser.line, "", wrong)
                               : parse_line(&parser, config, line);
    }
    if (result == 0 && ferror(stream)) {
        result = fail(&parser, parser.line, "", strerror(errno));
    }
    if (result == 0) {
        result = check_whole(&parser, config);
    }
    if (result != 0) {
        config_free(config);
        return -1;
    }
    *out = config;
    return 0;
}

int config_load(const char *path, struct config **out, char *error, size_t size) {
    /* A FIFO without a writer would hold up whoever opens it, and with it a reload. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
        close(fd);
        snprintf(error, size, "%s:0: is not a regular file", path);
        return -1;
    }
    FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (stream == NULL) {
        snprintf(error, size, "%s:0: cannot be read: %s", path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    int result = config_parse(stream, path, out, error, size);
    fclose(stream);
    return result;
}

bool config_reads_mail_log(const struct config *config) {
    return config->log_mode != LOG_MODE_OFF &&
           (config->log_mode != LOG_MODE_AUTO || config->container[0] == '\0');
}

void config_free(struct config *config) {
    if (config == NULL) {
        return;
    }
    char *owned[] = {config->path,        config->agentx_socket,
                     config->context,     config->postfix_config_directory,
                     config->container,   config->database,
                     config->host_name,   config->user,
                     config->hooks_user,  config->spool_directory,
                     config->mail_log,    config->pause_transports,
                     config->command_path};
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++) {
        free(owned[i]);
    }
    for (size_t i = 0; config->container_command[i] != NULL; i++) {
        free(config->container_command[i]);
    }
    config_hooks_free(config);
    free(config);
}

void config_print(const struct config *config, FILE *stream) {
    struct config_key key;
    for (size_t k = 0; config_key_at(k, &key); k++) {
        fprintf(stream, "%s = ", key.name);
        key.print(&key, config, stream);
        fputc('\n', stream);
    }
    config_conditions_print(config, stream);
    config_hooks_print(config, stream);
}

/* The value as config_print writes it; two values that differ print differently. */
static char *printed(const struct config_key *key, const struct config *config) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream != NULL) {
        if (key != NULL) {
            key->print(key, config, stream);
        } else {
            config_hooks_print(config, stream);
        }
        fclose(stream);
    }
    return text;
}

static bool differs(const struct config_key *key, const struct config *a, const struct config *b) {
    char *ta = printed(key, a);
    char *tb = printed(key, b);
    bool result = ta == NULL || tb == NULL || strcmp(ta, tb) != 0;
    free(ta);
    free(tb);
    return result;
}

const char *config_restart_needed(const struct config *a, const struct config *b) {
    struct config_key key;
    for (size_t k = 0; config_key_at(k, &key); k++) {
        if (!key.live && differs(&key, a, b)) {
            return key.name;
        }
    }
    return differs(NULL, a, b) ? "webhooks and scripts" : NULL;
}
