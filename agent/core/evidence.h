/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What listings of the queue (postqueue -j) prove about a command: whether a message already is
 * where the command would put it and, if postsuper did not mention a message, what became of it. A
 * message that is merely missing proves nothing, unless only the command can have removed it.
 */
#ifndef HMQ_CORE_EVIDENCE_H
#define HMQ_CORE_EVIDENCE_H

#include "core/action.h"
#include "core/selection.h"

#include <stdbool.h>

/* True if the command would not change the message: hold if it is on hold, unhold if it is not,
 * requeue if it waits in maildrop, flush if it is being delivered, expire if it is marked already.
 */
bool evidence_already(enum action_command command, const struct place *place);

/* True if a selection by criteria includes the message. It excludes messages that the command would
 * not change and, for a flush, messages on hold, which a flush does not reach. */
bool evidence_selects(enum action_command command, const struct place *place);

/* The result for a message. text is static. */
struct verdict {
    enum action_outcome outcome;
    const char *text;
};

/* The result for a message that was named by its queue ID but that evidence_selects excludes. */
struct verdict evidence_left_out(enum action_command command, const struct place *place);

/* The result for a message that a command which ended normally did not mention. target->after is
 * how it was listed afterwards: if it is still there, the result is FAILED. */
struct verdict evidence_unnamed(enum action_command command, const struct target *target);

/* The result if it is certain that the command has ended, but not how. target->place is how the
 * message was listed before (not present if there was no listing), target->after how it was listed
 * afterwards. */
struct verdict evidence_open(enum action_command command, const struct target *target);

#endif
