/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hint that main.cf changed, by inotify(7) on its directory, so that both a file renamed over it
 * (postconf -e, most editors) and one written in place are seen. What only a symbolic link leads to
 * is not seen, nor is anything inside a container: there the slow re-reading must do.
 */
#ifndef HMQ_HELPER_SETTINGS_WATCH_H
#define HMQ_HELPER_SETTINGS_WATCH_H

#include "core/config.h"

#include <stdbool.h>

struct settings_watch {
    int inotify; /* -1 = none */
    int folder;  /* its watch, -1 = none */
    bool armed;
};

void settings_watch_init(struct settings_watch *watch);
void settings_watch_deinit(struct settings_watch *watch);

/* Forgets what happened so far, and wants to hear of the next change. */
void settings_watch_arm(struct settings_watch *watch, const struct config *config);

/* The descriptor to poll for POLLIN, or -1 when not armed. */
int settings_watch_fd(const struct settings_watch *watch);

/* Takes in what inotify has to say. Returns true, once, when main.cf changed since it was armed. */
bool settings_watch_changed(struct settings_watch *watch);

#endif
