/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/permission.h"

static const char *const setting_words[SETTING_END] = {
    [SETTING_LIFETIMES] = "lifetimes",
    [SETTING_THRESHOLDS] = "thresholds",
    [SETTING_PAUSE] = "pause",
};

bool permission_given(const struct config *config, struct operation operation) {
    if (operation.command != 0) {
        return command_row(operation.command)->by_allow_view
                   ? config->allow_view
                   : (config->allow_actions >> operation.command & 1U) != 0;
    }
    return operation.setting == 0 || (config->allow_settings >> operation.setting & 1U) != 0;
}

const char *permission_key(struct operation operation) {
    if (operation.command == 0) {
        return "allow_settings";
    }
    return command_row(operation.command)->by_allow_view ? "allow_view" : "allow_actions";
}

const char *permission_word(struct operation operation) {
    if (operation.command == 0) {
        return setting_words[operation.setting];
    }
    const struct command *row = command_row(operation.command);
    return row->by_allow_view ? "" : row->name;
}

uint32_t permission_all_actions(void) {
    uint32_t set = 0;
    for (uint32_t command = 1; command < COMMAND_END; command++) {
        if (!command_row((enum action_command)command)->by_allow_view) {
            set |= 1U << command;
        }
    }
    return set;
}
