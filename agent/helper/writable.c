/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/writable.h"

#include "core/permission.h"
#include "helper/container.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* True if a command is allowed that moves, removes or changes files below the spool. Those of
 * postsuper do; the others only read. */
static bool spool_changes_allowed(const struct config *config) {
    for (uint32_t value = 1; value < COMMAND_END; value++) {
        enum action_command command = (enum action_command)value;
        if (command_row(command)->request == REQUEST_ACTION &&
            permission_given(config, (struct operation){.command = command})) {
            return true;
        }
    }
    return false;
}

/* Returns 0 or an errno value. A file that does not exist is not an error here: it is reported
 * elsewhere. */
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
    /* deferred and hold may be separate mounts; postconf -e creates a new main.cf in the same
     * directory. */
    static const char *const queues[] = {"", "incoming", "active", "deferred", "hold", NULL};
    static const char *const settings[] = {"", "main.cf", NULL};
    const char *configuration = config->postfix_config_directory;
    if (container_used(config)) {
        return 0;
    }
    bool acts = spool[0] != '\0' && spool_changes_allowed(config);
    if (acts && geteuid() != 0) {
        snprintf(text, size, "not root: postsuper refuses all actions that change the queue");
        return EPERM;
    }
    int spool_error = acts ? check_paths(spool, queues) : 0;
    bool sets = permission_given(config, (struct operation){.setting = SETTING_LIFETIMES}) ||
                permission_given(config, (struct operation){.setting = SETTING_PAUSE});
    int settings_error = sets ? check_paths(configuration, settings) : 0;
    int error = spool_error != 0 ? spool_error : settings_error;
    if (error == 0) {
        return 0;
    }
    bool both = spool_error != 0 && settings_error != 0;
    const char *first = spool_error != 0 ? spool : "";
    const char *second = settings_error != 0 ? configuration : "";
    const char *what = both               ? "actions and changes of main.cf"
                       : spool_error != 0 ? "actions"
                                          : "changes of main.cf";
    int len = snprintf(text, size, "%s cannot write to %s%s%s (%s)", what, first,
                       both ? " and " : "", second, strerror(error));
    if (len > 0 && (size_t)len < size && error == EROFS) {
        snprintf(text + len, size - (size_t)len,
                 "; run `systemctl edit` for the helper's unit and add: [Service] "
                 "ReadWritePaths=%s%s%s",
                 first, both ? " " : "", second);
    }
    return error;
}
