/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hint that main.cf has changed, from inotify(7) on its directory, so that both a file renamed
 * over it (postconf -e, most editors) and a change in place are noticed. A change behind a symbolic
 * link or in a container is not noticed; then only the regular reading finds it.
 */
#ifndef HMQ_HELPER_SETTINGS_WATCH_H
#define HMQ_HELPER_SETTINGS_WATCH_H

#include "core/config.h"

#include <stdbool.h>

struct settings_watch {
    int inotify; /* -1 = none */
    int folder;  /* the watch on the directory, -1 = none */
    bool armed;
};

void settings_watch_init(struct settings_watch *watch);
void settings_watch_deinit(struct settings_watch *watch);

/* Forgets earlier changes and waits for the next one. */
void settings_watch_arm(struct settings_watch *watch, const struct config *config);

/* The descriptor to poll for POLLIN, or -1 if not armed. */
int settings_watch_fd(const struct settings_watch *watch);

/* Reads the events of inotify. Returns true, once, if main.cf has changed since the watch was
 * armed. */
bool settings_watch_changed(struct settings_watch *watch);

#endif
