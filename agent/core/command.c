/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/command.h"

#include <assert.h>
#include <string.h>

/* postqueue -i needs a process for each ID. The batch is small, so that another action soon gets
 * its turn. */
#define FLUSH_BATCH 16

/* The phrases are those of src/postsuper/postsuper.c. */
static const struct command commands[COMMAND_END] = {
    [COMMAND_HOLD] = {.name = "hold",
                      .request = REQUEST_ACTION,
                      .option = "-h",
                      .batch = PROTOCOL_IDS,
                      .evidence = "placed on hold",
                      .summary = "Placed on hold",
                      .control = true,
                      .goal = PLACE_HELD,
                      .unchanged = "on hold already",
                      .proof = PROOF_GOAL,
                      .proven = "the queue shows it on hold",
                      .disproven = "the queue does not show it on hold"},
    [COMMAND_UNHOLD] = {.name = "unhold",
                        .request = REQUEST_ACTION,
                        .option = "-H",
                        .batch = PROTOCOL_IDS,
                        .evidence = "released from hold",
                        .summary = "Released from hold",
                        .control = true,
                        .goal = PLACE_FREE,
                        .unchanged = "not on hold",
                        .proof = PROOF_CHANGE,
                        .proven = "the queue shows it released",
                        .disproven = "the queue shows it still on hold"},
    /* postsuper puts the message into maildrop under the ID it had; pickup(8) gives it a new one.
     */
    [COMMAND_REQUEUE] = {.name = "requeue",
                         .request = REQUEST_ACTION,
                         .option = "-r",
                         .batch = PROTOCOL_IDS,
                         .evidence = "requeued",
                         .summary = "Requeued",
                         .control = true,
                         .new_id = true,
                         .goal = PLACE_IN_MAILDROP,
                         .unchanged = "waits in maildrop already",
                         .proof = PROOF_CHANGE,
                         .proven = "the queue shows it in maildrop",
                         .disproven = "the queue does not show it requeued"},
    /* Mail that was not on hold may have been delivered. */
    [COMMAND_DELETE] = {.name = "delete",
                        .request = REQUEST_ACTION,
                        .option = "-d",
                        .batch = PROTOCOL_IDS,
                        .evidence = "removed",
                        .summary = "Deleted",
                        .control = true,
                        .looks_up_ids = true,
                        .destructive = true,
                        .goal = PLACE_GONE,
                        .unchanged = "",
                        .proof = PROOF_FROM_HOLD,
                        .proven = "no longer in the queue",
                        .disproven = "the queue still shows it"},
    /* postqueue -i accepts any ID, so a listing has to show whether the message exists. */
    [COMMAND_FLUSH] = {.name = "flush",
                       .request = REQUEST_FLUSH,
                       .batch = FLUSH_BATCH,
                       .control = true,
                       .whole_queue = true,
                       .looks_up_ids = true,
                       .goal = PLACE_ACTIVE,
                       .unchanged = "being delivered already",
                       .unreached = PLACE_HELD,
                       .unreached_cause = "on hold: release it first"},
    [COMMAND_EXPIRE] = {.name = "expire",
                        .request = REQUEST_ACTION,
                        .option = "-e",
                        .batch = PROTOCOL_IDS,
                        .evidence = "expired",
                        .summary = "Force-expired",
                        .control = true,
                        .looks_up_ids = true,
                        .destructive = true,
                        .goal = PLACE_EXPIRED,
                        .unchanged = "force-expired already",
                        .proof = PROOF_CHANGE,
                        .proven = "the queue shows it force-expired",
                        .disproven = "the queue does not show it force-expired"},
    [COMMAND_VIEW] = {.name = "view",
                      .request = REQUEST_VIEW,
                      .batch = 1,
                      .by_allow_view = true,
                      .one_id = true},
    [COMMAND_COUNT] = {.name = "count", .looks_up_ids = true, .no_event = true},
};

bool command_exists(uint32_t value) {
    return value < COMMAND_END && commands[value].name != NULL;
}

const struct command *command_row(enum action_command command) {
    assert(command_exists(command));
    return &commands[command];
}

enum action_command command_by_name(const char *name) {
    for (uint32_t value = 1; value < COMMAND_END; value++) {
        if (strcmp(commands[value].name, name) == 0) {
            return (enum action_command)value;
        }
    }
    return (enum action_command)0;
}
