/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a configuration needs of the machine it is for: users, and what its webhooks and scripts
 * name. The file's own syntax is core/config.h's.
 */
#ifndef HMQ_APP_CONFIG_CHECK_H
#define HMQ_APP_CONFIG_CHECK_H

#include "core/config.h"

#include <pwd.h>
#include <stdbool.h>

/*
 * Looks up the user that a key (user, hooks_user) names. It must exist and not be root. Returns
 * true with *found, whose strings are static, or false after a line on stderr that names the file,
 * the line and what is wrong.
 */
bool config_check_user(const struct config *config, const char *key, const char *name,
                       struct passwd *found);

/*
 * Checks all that would fail at a start with this configuration: user and, where there are webhooks
 * or scripts, hooks_user and what these need. Returns true, or false after a line on stderr for
 * each fault.
 */
bool config_check(const struct config *config);

#endif
