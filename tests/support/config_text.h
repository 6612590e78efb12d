/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Configurations from text, for the tests of core/config*.c and other tests that need a
 * configuration.
 */
#ifndef HMQ_TESTS_SUPPORT_CONFIG_TEXT_H
#define HMQ_TESTS_SUPPORT_CONFIG_TEXT_H

#include "core/config.h"

#include <stdlib.h>

#include "unit.h"

#define CONFIG_TEXT_PATH "/etc/test.conf"

/* Calls config_parse with len octets; error has 512 octets. */
static inline int config_from(const char *text, size_t len, struct config **out, char *error) {
    /* fmemopen(3) refuses an empty buffer. */
    FILE *stream = len > 0 ? fmemopen((void *)(uintptr_t)text, len, "r") : fopen("/dev/null", "r");
    assert_non_null(stream);
    int result = config_parse(stream, CONFIG_TEXT_PATH, out, error, 512);
    fclose(stream);
    return result;
}

/* Parses a configuration that must be valid. */
static inline struct config *good_config(const char *name, const char *text) {
    struct config *config = NULL;
    char error[512] = "";
    if (config_from(text, strlen(text), &config, error) != 0) {
        fail_msg("case \"%s\": %s", name, error);
    }
    CHECK_STRING(name, error, "");
    return config;
}

/* Returns the output of config_print (free(3)). */
static inline char *printed_config(const struct config *config) {
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    config_print(config, stream);
    fclose(stream);
    return text;
}

/* Whether the printed configuration has exactly this line. */
static inline bool has_line(const char *printed, const char *line) {
    size_t len = strlen(line);
    for (const char *at = printed; (at = strstr(at, line)) != NULL; at++) {
        if ((at == printed || at[-1] == '\n') && at[len] == '\n') {
            return true;
        }
    }
    return false;
}

#endif
