/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parses any configuration file: it must be refused with a message that names file and line, or
 * printed in a form that parses as the same configuration.
 */
#include "core/config.h"

#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config *parse(const void *text, size_t size, char error[256]) {
    struct config *config = NULL;
    /* fmemopen(3) refuses an empty buffer. */
    FILE *stream = size > 0 ? fmemopen((void *)(uintptr_t)text, size, "r") : NULL;
    if (stream == NULL) {
        return NULL;
    }
    int result = config_parse(stream, "f", &config, error, 256);
    fclose(stream);
    MUST((result == 0) == (config != NULL));
    MUST(result == 0 || strncmp(error, "f:", 2) == 0);
    return config;
}

static char *print(const struct config *config, size_t *size) {
    char *text = NULL;
    FILE *stream = open_memstream(&text, size);
    MUST(stream != NULL);
    config_print(config, stream);
    fclose(stream);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char error[256] = "";
    struct config *config = parse(data, size, error);
    if (config == NULL) {
        return 0;
    }
    size_t once_size;
    size_t twice_size;
    char *once = print(config, &once_size);
    struct config *again = parse(once, once_size, error);
    MUST(again != NULL);
    char *twice = print(again, &twice_size);
    MUST(once_size == twice_size && memcmp(once, twice, once_size) == 0);
    MUST(config_restart_needed(config, again) == NULL);
    config_free(config);
    config_free(again);
    free(once);
    free(twice);
    return 0;
}
