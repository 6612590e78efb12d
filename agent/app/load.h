/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports what loading the database shows, and when it becomes usable or unusable. What each part
 * of the agent takes over from it is not done here.
 */
#ifndef HMQ_APP_LOAD_H
#define HMQ_APP_LOAD_H

#include "app/events.h"
#include "core/config.h"
#include "core/status.h"
#include "core/tunables.h"
#include "io/store/store.h"

/* Notes in status, and logs, that the database at path became usable (error 0) or why it is not.
 * error and text are those of the store's callbacks. */
void load_note_store(struct store_status *status, const struct store *store, const char *path,
                     int error, const char *text);

/* Logs what an administrator should know about the image that was read from the database at path.
 */
void load_report(const struct store_image *image, const char *path);

/* Logs each key of the configuration file that has no effect because a value that was set over SNMP
 * holds. stored are the tunables in the database. */
void load_report_overrides(const struct tunables *tunables, const struct stored_tunables *stored,
                           const struct config *config);

/* Emits the missing events about actions that ended or were interrupted before their event was
 * written. To be called after events_load and before the actions are taken out of the image. */
void load_announce(const struct store_image *image, struct events *events);

#endif
