/* SPDX-License-Identifier: BSD-3-Clause */
#include "os/identity.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const problems[] = {
    [IDENTITY_UNKNOWN] = "no such user on this machine:",
    [IDENTITY_PRIVILEGED] = "not an unprivileged user:",
};

enum identity_result identity_find(const char *name, struct identity *found) {
    const struct passwd *entry = getpwnam(name);
    if (entry == NULL || strlen(entry->pw_name) >= sizeof found->name) {
        return IDENTITY_UNKNOWN;
    }
    if (entry->pw_uid == 0) {
        return IDENTITY_PRIVILEGED;
    }
    *found = (struct identity){.uid = entry->pw_uid, .gid = entry->pw_gid};
    snprintf(found->name, sizeof found->name, "%s", entry->pw_name);
    return IDENTITY_FOUND;
}

bool identity_find_key(const struct config *config, const char *key, const char *name,
                       struct identity *found, char *error, size_t size) {
    enum identity_result result = identity_find(name, found);
    if (result != IDENTITY_FOUND) {
        snprintf(error, size, "%s:%u: %s: %s \"%s\"", config->path, config_line(config, key), key,
                 problems[result], name);
    }
    return result == IDENTITY_FOUND;
}

bool identity_is_key(const struct config *config, const char *key, const char *name,
                     const char *unit_settings, char *error, size_t size) {
    struct identity user;
    if (!identity_find_key(config, key, name, &user, error, size)) {
        return false;
    }
    if (user.uid != geteuid()) {
        snprintf(
            error, size,
            "%s:%u: %s: is \"%s\", but the unit runs as the user with the number %u: set %s to "
            "the same user",
            config->path, config_line(config, key), key, name, (unsigned)geteuid(), unit_settings);
    }
    return user.uid == geteuid();
}

int identity_drop_root(const struct identity *user) {
    if (user->uid == 0) {
        return -EPERM;
    }
    if (initgroups(user->name, user->gid) < 0 || setgid(user->gid) < 0 || setuid(user->uid) < 0) {
        return -errno;
    }
    return setuid(0) == 0 ? -EPERM : 0;
}
