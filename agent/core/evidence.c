/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/evidence.h"

#include <assert.h>

static bool place_is(const struct place *place, enum place_state state) {
    switch (state) {
    case PLACE_GONE:
        return !place->present;
    case PLACE_HELD:
        return place->present && place->queue == QUEUE_HOLD;
    case PLACE_FREE:
        return place->present && place->queue != QUEUE_HOLD;
    case PLACE_IN_MAILDROP:
        return place->present && place->queue == QUEUE_MAILDROP;
    case PLACE_ACTIVE:
        return place->present && place->queue == QUEUE_ACTIVE;
    case PLACE_EXPIRED:
        return place->present && place->expired;
    default:
        return false;
    }
}

static bool proves(const struct command *row, const struct place *before,
                   const struct place *after) {
    if (row->proof == PROOF_NONE || !place_is(after, row->goal)) {
        return false;
    }
    return row->proof == PROOF_GOAL ||
           (row->proof == PROOF_CHANGE && before->present && !place_is(before, row->goal)) ||
           (row->proof == PROOF_FROM_HOLD && place_is(before, PLACE_HELD));
}

bool evidence_already(enum action_command command, const struct place *place) {
    return place->present && place_is(place, command_row(command)->goal);
}

bool evidence_selects(enum action_command command, const struct place *place) {
    return !evidence_already(command, place) && !place_is(place, command_row(command)->unreached);
}

struct verdict evidence_left_out(enum action_command command, const struct place *place) {
    assert(!evidence_selects(command, place));
    if (evidence_already(command, place)) {
        return (struct verdict){OUTCOME_UNCHANGED, command_row(command)->unchanged};
    }
    return (struct verdict){OUTCOME_FAILED, command_row(command)->unreached_cause};
}

/* Another message under the same ID is not the one that was named. */
static struct place seen_after(const struct target *target) {
    if (target->arrival != 0 && target->after.arrival != target->arrival) {
        return (struct place){.present = false};
    }
    return target->after;
}

struct verdict evidence_unnamed(enum action_command command, const struct target *target) {
    struct place after = seen_after(target);
    if (!after.present) {
        return (struct verdict){OUTCOME_NOT_FOUND, "no such message"};
    }
    if (evidence_already(command, &after)) {
        return (struct verdict){OUTCOME_UNCHANGED, command_row(command)->unchanged};
    }
    return (struct verdict){OUTCOME_FAILED, place_is(&after, PLACE_IN_MAILDROP)
                                                ? "in maildrop, where Postfix does not look for it"
                                                : "in the queue, but Postfix did not find it"};
}

struct verdict evidence_open(enum action_command command, const struct target *target) {
    const struct command *row = command_row(command);
    struct place after = seen_after(target);
    if (proves(row, &target->place, &after)) {
        return (struct verdict){OUTCOME_DONE, row->proven};
    }
    if (row->proof != PROOF_NONE && after.present && !place_is(&after, row->goal)) {
        return (struct verdict){OUTCOME_FAILED, row->disproven};
    }
    return (struct verdict){OUTCOME_FAILED, after.present
                                                ? "not known whether it was done"
                                                : "not known whether it was done: no longer in the "
                                                  "queue"};
}
