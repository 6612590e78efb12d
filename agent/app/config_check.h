/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checks what a configuration requires of the machine: the users, the folders of command_path, and
 * the files that webhooks and scripts need. The syntax of the file is checked by core/config.h.
 */
#ifndef HMQ_APP_CONFIG_CHECK_H
#define HMQ_APP_CONFIG_CHECK_H

#include "core/config.h"

#include <stdbool.h>

/*
 * Checks everything that would make a start with this configuration fail: user, command_path and,
 * if there are webhooks or scripts, hooks_user and the files they need. Returns true, or false
 * after writing a line to stderr for each problem.
 */
bool config_check(const struct config *config);

#endif
