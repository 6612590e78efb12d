/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the configuration allows a manager to do: allow_actions, allow_settings and allow_view. The
 * agent checks each SET, and the helper each request; each has read the file itself.
 */
#ifndef HMQ_CORE_PERMISSION_H
#define HMQ_CORE_PERMISSION_H

#include "core/command.h"
#include "core/config.h"

#include <stdbool.h>

/* An operation that needs permission: the command of an action, or a kind of setting; the other is
 * 0. Both are 0 for an operation that is always allowed, such as reading. */
struct operation {
    enum action_command command;
    enum setting_kind setting;
};

/* True if the configuration allows the operation. */
bool permission_given(const struct config *config, struct operation operation);

/* The configuration key that decides ("allow_actions"); static. */
const char *permission_key(struct operation operation);

/* The word in the value of that key that allows it ("hold"), or "" if the key is yes or no; static.
 */
const char *permission_word(struct operation operation);

/* The commands that allow_actions can contain, as a set. */
uint32_t permission_all_actions(void);

#endif
