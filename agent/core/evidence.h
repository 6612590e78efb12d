/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What listings of the queue (postqueue -j) say about a command: whether a message already is where
 * the command would put it, and, where postsuper itself said nothing about a message, what can be
 * known of it all the same. Nothing is concluded from a message that is merely missing, except
 * where only the command can have taken it away.
 */
#ifndef HMQ_CORE_EVIDENCE_H
#define HMQ_CORE_EVIDENCE_H

#include "core/action.h"
#include "core/selection.h"

#include <stdbool.h>

/* True when the command would leave the message as it is: hold of a held one, unhold of one that is
 * not held, requeue of one that waits in maildrop, flush of one that is being delivered, expire of
 * one that is marked already. */
bool evidence_already(enum action_command command, const struct place *place);

/* True when a selection by criteria takes the message: not what is there already, and for a flush
 * nothing that is on hold, which it does not reach. */
bool evidence_selects(enum action_command command, const struct place *place);

/* The result for a message. text is static. */
struct verdict {
    enum action_outcome outcome;
    const char *text;
};

/* For a message that evidence_selects leaves out though it was asked for by its id. */
struct verdict evidence_left_out(enum action_command command, const struct place *place);

/* The command has ended in good order and did not name the message: target->after has it as it was
 * listed then. FAILED when it is there all the same. */
struct verdict evidence_unnamed(enum action_command command, const struct target *target);

/* It is not known how the command ended, but certain that it has: target->place has the message as
 * it was listed before (or not present, when no listing was made), target->after as it was then. */
struct verdict evidence_open(enum action_command command, const struct target *target);

#endif
