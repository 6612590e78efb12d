/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/writable.h"

#include "helper/container.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* These move, remove or change files below the spool. A flush and a count do not. */
#define SPOOL_ACTIONS                                                                              \
    (1U << COMMAND_HOLD | 1U << COMMAND_UNHOLD | 1U << COMMAND_REQUEUE | 1U << COMMAND_DELETE |    \
     1U << COMMAND_EXPIRE)

/* Returns 0 or an errno value. What does not exist is somebody else's error to report. */
static int check_path(const char *folder, const char *name) {
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s%s%s", folder, name[0] != '\0' ? "/" : "", name);
    if (len < 0 || (size_t)len >= sizeof path) {
        return 0;
    }
    return access(path, W_OK) < 0 && errno != ENOENT && errno != ENOTDIR ? errno : 0;
}

static int check_paths(const char *folder, const char *const *names) {
    int error = 0;
    for (size_t i = 0; error == 0 && names[i] != NULL; i++) {
        error = check_path(folder, names[i]);
    }
    return error;
}

int writable_check(const struct config *config, const char *spool, char *text, size_t size) {
    /* deferred and hold may be mounts of their own; postconf -e puts a new main.cf in its folder.
     */
    static const char *const queues[] = {"", "incoming", "active", "deferred", "hold", NULL};
    static const char *const settings[] = {"", "main.cf", NULL};
    const char *configuration = config->postfix_config_directory;
    if (container_used(config)) {
        return 0;
    }
    bool acts = spool[0] != '\0' && (config->allow_actions & SPOOL_ACTIONS) != 0;
    int spool_error = acts ? check_paths(spool, queues) : 0;
    bool sets = (config->allow_settings & 1U << SETTING_LIFETIMES) != 0;
    int settings_error = sets ? check_paths(configuration, settings) : 0;
    int error = spool_error != 0 ? spool_error : settings_error;
    if (error == 0) {
        return 0;
    }
    bool both = spool_error != 0 && settings_error != 0;
    const char *first = spool_error != 0 ? spool : "";
    const char *second = settings_error != 0 ? configuration : "";
    const char *what = both               ? "actions and changes of the lifetimes"
                       : spool_error != 0 ? "actions"
                                          : "changes of the lifetimes";
    int len = snprintf(text, size, "%s cannot write to %s%s%s (%s)", what, first,
                       both ? " and " : "", second, strerror(error));
    if (len > 0 && (size_t)len < size && error == EROFS) {
        snprintf(
            text + len, size - (size_t)len,
            "; run `systemctl edit hermes-mailqueued` and add: [Service] ReadWritePaths=%s%s%s",
            first, both ? " " : "", second);
    }
    return error;
}
