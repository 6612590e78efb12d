/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/config_check.h"

#include "io/spawn.h"

#include <stdio.h>
#include <string.h>

bool config_check_user(const struct config *config, const char *key, const char *name,
                       struct passwd *found) {
    const struct passwd *entry = getpwnam(name);
    if (entry == NULL || entry->pw_uid == 0) {
        fprintf(
            stderr, "%s:%u: %s: %s \"%s\"\n", config->path, config_line(config, key), key,
            entry == NULL ? "no such user on this machine:" : "not an unprivileged user:", name);
        return false;
    }
    *found = *entry;
    return true;
}

/* The hooks' own program knows what they need, and tries it as the user they run as. */
static bool check_hooks(const struct config *config) {
    int status = check_sibling(SPAWN_HOOKS, config->path);
    if (status < 0) {
        fprintf(stderr, "%s:%u: cannot run " SPAWN_HOOKS ": %s\n", config->path,
                config->hooks[0].line, strerror(-status));
    }
    return status == 0;
}

bool config_check(const struct config *config) {
    struct passwd ignored;
    bool good = config_check_user(config, "user", config->user, &ignored);
    if (config->hook_count == 0) {
        return good;
    }
    return config_check_user(config, "hooks_user", config->hooks_user, &ignored) &&
           check_hooks(config) && good;
}
