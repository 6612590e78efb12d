/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/settings_watch.h"

#include <stdint.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define FILE_NAME "main.cf"
#define EVENT_BUFFER 4096

void settings_watch_init(struct settings_watch *watch) {
    *watch =
        (struct settings_watch){.inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), .folder = -1};
}

void settings_watch_deinit(struct settings_watch *watch) {
    if (watch->inotify >= 0) {
        close(watch->inotify);
        watch->inotify = -1;
    }
}

/* Returns whether main.cf has changed, or may have. */
static bool take_events(const struct settings_watch *watch) {
    _Alignas(struct inotify_event) char buffer[EVENT_BUFFER];
    bool changed = false;
    ssize_t got;
    while ((got = read(watch->inotify, buffer, sizeof buffer)) > 0) {
        for (ssize_t offset = 0; offset < got;) {
            const struct inotify_event *event = (const void *)(buffer + offset);
            if ((event->mask & IN_Q_OVERFLOW) != 0 ||
                (event->wd == watch->folder && event->len > 0 &&
                 strcmp(event->name, FILE_NAME) == 0)) {
                changed = true;
            }
            offset += (ssize_t)sizeof *event + event->len;
        }
    }
    return changed;
}

/* The directory may have been replaced since the last time; watching the same one again has no
 * effect. */
void settings_watch_arm(struct settings_watch *watch, const struct config *config) {
    if (watch->inotify < 0 || config->container[0] != '\0') {
        return;
    }
    int folder = inotify_add_watch(watch->inotify, config->postfix_config_directory,
                                   IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR);
    if (watch->folder >= 0 && watch->folder != folder) {
        inotify_rm_watch(watch->inotify, watch->folder);
    }
    watch->folder = folder;
    take_events(watch);
    watch->armed = folder >= 0;
}

int settings_watch_fd(const struct settings_watch *watch) {
    return watch->armed ? watch->inotify : -1;
}

bool settings_watch_changed(struct settings_watch *watch) {
    if (!watch->armed || !take_events(watch)) {
        return false;
    }
    watch->armed = false;
    return true;
}
