/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys of the configuration file as a table: name, default, how to parse and print the value.
 * For core/config.c only.
 */
#ifndef HMQ_CORE_CONFIG_KEYS_H
#define HMQ_CORE_CONFIG_KEYS_H

#include "core/config.h"

#define CONFIG_VALUE_MAX 1024

struct config_key {
    const char *name;
    const char *default_value; /* in the file's syntax; NULL = config.c computes it */
    /* Parses value into the config. Returns false, with what is expected in error, if it is
     * invalid. */
    bool (*parse)(const struct config_key *key, struct config *config, const char *value,
                  char *error, size_t size);
    /* Prints the value in the file's syntax. */
    void (*print)(const struct config_key *key, const struct config *config, FILE *stream);
    size_t offset; /* of the value in struct config */
    uint64_t minimum, maximum;
    const char *const *names; /* enumerations: NULL-terminated */
    bool live;                /* a running agent can change it on SIGHUP */
};

/* The keys by their position, from 0, in the order in which config_print writes them. Returns
 * false, with *out untouched, if position is too large. */
bool config_key_at(size_t position, struct config_key *out);

/* Whether the key begins as those of conditions do. */
bool config_is_condition(const char *key);

/* Sets one member of a condition.NAME block. Errors as config_key's parse. */
bool config_condition_set(struct config *config, const char *key, const char *value, unsigned line,
                          char *error, size_t size);

/* The line on which condition.NAME.MEMBER was set; 0 if it was not, or for any other key. */
unsigned config_condition_line(const struct config *config, const char *key);

/*
 * Reads the thresholds, sets each clear value that the file does not set, and checks the others.
 * Returns false with *line and error, which names the key.
 */
bool config_conditions_complete(struct config *config, unsigned *line, char *error, size_t size);

void config_conditions_print(const struct config *config, FILE *stream);

/* True for a key that conditions have replaced; error explains what to write instead. */
bool config_key_retired(const char *key, const char *value, char *error, size_t size);

/* Sets one member of a webhook.NAME or script.NAME block. Errors as config_key's parse. */
bool config_hook_set(struct config *config, const char *key, const char *value, unsigned line,
                     char *error, size_t size);

/*
 * Checks what depends on the whole block, such as that a target is set, and sets the defaults.
 * Returns false with *line and error.
 */
bool config_hooks_complete(struct config *config, unsigned *line, char *error, size_t size);

void config_hooks_print(const struct config *config, FILE *stream);
void config_hooks_free(struct config *config);

#endif
