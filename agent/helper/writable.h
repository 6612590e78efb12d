/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether the directories that actions and changes of main.cf write to are writable. A service's
 * sandbox may make them read-only, which would otherwise be noticed only when the first action
 * fails.
 */
#ifndef HMQ_HELPER_WRITABLE_H
#define HMQ_HELPER_WRITABLE_H

#include "core/config.h"

#include <stddef.h>

/*
 * Checks the queue directories below spool ("" = its path is unknown) if an action that changes the
 * queue is allowed, and main.cf and its directory if lifetimes or a pause may be set. Writes
 * nothing. A Postfix in a container is not checked, because its commands see other file systems
 * than this process.
 *
 * Without root no such action is possible: then this is reported, with EPERM.
 *
 * Returns 0 if everything is writable, else the first errno value, with one line in text that names
 * the paths and what to do.
 */
int writable_check(const struct config *config, const char *spool, char *text, size_t size);

#endif
