/* SPDX-License-Identifier: BSD-3-Clause */
#include "os/command_path.h"

#include "os/trusted_path.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY "command_path"

bool command_path_check(const struct config *config, char *error, size_t size) {
    static const struct trust trust = {
        .owners = "does not belong to root", .folder = true, .links = true};
    unsigned line = config_line(config, KEY);
    char *copy = strdup(config->command_path);
    char why[512] = "out of memory";
    char *rest = NULL;
    int result = copy != NULL ? 0 : ENOMEM;
    for (const char *folder = copy != NULL ? strtok_r(copy, ":", &rest) : NULL;
         result == 0 && folder != NULL; folder = strtok_r(NULL, ":", &rest)) {
        result = trusted_path_check(folder, &trust, why, sizeof why);
        if (result == ENOENT && line == 0) {
            result = 0;
        }
    }
    free(copy);
    if (result != 0) {
        snprintf(error, size, "%s:%u: " KEY ": %s", config->path, line, why);
    }
    return result == 0;
}
