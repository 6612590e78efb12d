/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a configuration needs of the machine it is for: users, and what its webhooks and scripts
 * name. The file's own syntax is core/config.h's.
 */
#ifndef HMQ_APP_CONFIG_CHECK_H
#define HMQ_APP_CONFIG_CHECK_H

#include "core/config.h"

#include <stdbool.h>

/*
 * Checks all that would fail at a start with this configuration: user and, where there are webhooks
 * or scripts, hooks_user and what these need. Returns true, or false after a line on stderr for
 * each fault.
 */
bool config_check(const struct config *config);

#endif
