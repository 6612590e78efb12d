/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the configuration lets a manager do: allow_actions, allow_settings and allow_view. The agent
 * refuses a SET by this, and the helper a request, each by its own reading of the file.
 */
#ifndef HMQ_CORE_PERMISSION_H
#define HMQ_CORE_PERMISSION_H

#include "core/command.h"
#include "core/config.h"

#include <stdbool.h>

/* What needs a permission: the command of an action, or a kind of setting; the other one is 0. Both
 * are 0 for what is always allowed, such as reading. */
struct operation {
    enum action_command command;
    enum setting_kind setting;
};

/* True when the configuration allows the operation. */
bool permission_given(const struct config *config, struct operation operation);

/* The key of the configuration that decides about it ("allow_actions"); static. */
const char *permission_key(struct operation operation);

/* The word that allows it in the value of that key ("hold"), or "" for a key that is yes or no;
 * static. */
const char *permission_word(struct operation operation);

/* The commands that allow_actions can name, as a set. */
uint32_t permission_all_actions(void);

#endif
