/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/config_check.h"

#include "os/command_path.h"
#include "os/identity.h"
#include "os/sibling.h"

#include <stdio.h>
#include <string.h>

static bool check_user(const struct config *config, const char *key, const char *name) {
    struct identity ignored;
    char error[512];
    bool good = identity_find_key(config, key, name, &ignored, error, sizeof error);
    if (!good) {
        fprintf(stderr, "%s\n", error);
    }
    return good;
}

/* Leaves the check to the hooks program, which knows what the endpoints need and tries it as the
 * user they run as. */
static bool check_hooks(const struct config *config) {
    int status = sibling_check(SIBLING_HOOKS, config->path);
    if (status < 0) {
        fprintf(stderr, "%s:%u: cannot run " SIBLING_HOOKS ": %s\n", config->path,
                config->hooks[0].line, strerror(-status));
    }
    return status == 0;
}

static bool check_command_path(const struct config *config) {
    char error[512];
    bool good = command_path_check(config, error, sizeof error);
    if (!good) {
        fprintf(stderr, "%s\n", error);
    }
    return good;
}

bool config_check(const struct config *config) {
    bool good = check_user(config, "user", config->user);
    good = check_command_path(config) && good;
    if (config->hook_count == 0) {
        return good;
    }
    return check_user(config, "hooks_user", config->hooks_user) && check_hooks(config) && good;
}
