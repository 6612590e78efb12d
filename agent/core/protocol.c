/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/protocol.h"

#include "core/command.h"

#include <string.h>

/* What each type may carry; all other fields must be zero. */
static const struct form {
    uint32_t ids_min, ids_max;
    uint32_t flags;
    bool command, parameter, value, position;
} forms[REQUEST_TYPE_END] = {
    [REQUEST_SCAN] = {.flags = SCAN_FULL | SCAN_CHECK},
    [REQUEST_LIST] = {0},
    [REQUEST_SETTINGS] = {0},
    [REQUEST_CANCEL] = {0},
    [REQUEST_MTIME] = {.ids_min = 1, .ids_max = PROTOCOL_MTIMES},
    [REQUEST_SELECT] = {0},
    [REQUEST_ACTION] = {.ids_min = 1, .ids_max = PROTOCOL_IDS, .command = true},
    [REQUEST_FLUSH] = {.ids_max = 1},
    [REQUEST_VIEW] = {.ids_min = 1, .ids_max = 1},
    [REQUEST_MAIN_CF] = {0},
    [REQUEST_SET_PARAMETER] = {.flags = PARAMETER_REMOVE, .parameter = true, .value = true},
    [REQUEST_RELOAD] = {.parameter = true},
    [REQUEST_LOG] = {.position = true},
};

size_t request_size(uint32_t id_count) {
    return offsetof(struct request, ids) + (size_t)id_count * QUEUE_ID_SIZE;
}

static bool command_valid(uint32_t command, bool wanted) {
    if (!wanted) {
        return command == 0;
    }
    return command_exists(command) &&
           command_row((enum action_command)command)->request == REQUEST_ACTION;
}

static bool value_empty(const struct request *packet) {
    for (size_t i = 0; i < sizeof packet->value; i++) {
        if (packet->value[i] != '\0') {
            return false;
        }
    }
    return true;
}

static bool parameter_valid(uint32_t parameter, bool wanted) {
    return wanted ? parameter > PARAMETER_MAIL_VERSION && parameter < PARAMETER_COUNT
                  : parameter == 0;
}

/* After parameter_valid. */
static bool value_valid(const struct request *packet, bool wanted) {
    if (!wanted || (packet->flags & PARAMETER_REMOVE) != 0) {
        return value_empty(packet);
    }
    return memchr(packet->value, '\0', sizeof packet->value) != NULL &&
           main_cf_value_valid((enum postfix_parameter)packet->parameter, packet->value);
}

static bool position_valid(const struct request *packet, bool wanted) {
    return mail_log_position_valid(&packet->position) &&
           (wanted || packet->position.source == MAIL_LOG_NOWHERE);
}

static bool ids_valid(const struct request *packet) {
    for (uint32_t i = 0; i < packet->id_count; i++) {
        size_t id_len = strnlen(packet->ids[i], QUEUE_ID_SIZE);
        if (!queue_id_valid(packet->ids[i], id_len)) {
            return false;
        }
    }
    return true;
}

bool request_valid(const struct request *packet, size_t len) {
    if (len < request_size(0) || packet->version != PROTOCOL_VERSION || packet->type == 0 ||
        packet->type >= REQUEST_TYPE_END) {
        return false;
    }
    const struct form *form = &forms[packet->type];
    return packet->id_count >= form->ids_min && packet->id_count <= form->ids_max &&
           len == request_size(packet->id_count) && (packet->flags & ~form->flags) == 0 &&
           (packet->rest_usec == 0 || (packet->flags & SCAN_CHECK) != 0) &&
           (packet->deadline_usec == 0) == (packet->type == REQUEST_CANCEL) &&
           command_valid(packet->command, form->command) &&
           parameter_valid(packet->parameter, form->parameter) &&
           value_valid(packet, form->value) && position_valid(packet, form->position) &&
           ids_valid(packet);
}

bool reply_valid(const struct reply *packet, size_t len) {
    if (len != sizeof *packet || packet->version != PROTOCOL_VERSION || packet->type == 0 ||
        packet->type >= REPLY_TYPE_END) {
        return false;
    }
    if (packet->id_count > PROTOCOL_MTIMES || packet->error < 0 || packet->reason >= REASON_END) {
        return false;
    }
    if (packet->type == REPLY_COUNTS &&
        (packet->postfix < POSTFIX_RUNNING || packet->postfix > POSTFIX_UNKNOWN)) {
        return false;
    }
    return memchr(packet->text, '\0', PROTOCOL_TEXT) != NULL;
}
