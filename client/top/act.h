/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands that are started from the screen.
 */
#ifndef HMQ_CLIENT_TOP_ACT_H
#define HMQ_CLIENT_TOP_ACT_H

#include "client/top/model.h"
#include "core/action.h"

/* Starts an action on what is marked, or else on the row under the cursor: the messages of a
 * sender, to a domain, or with a reason. Says why, if there is nothing that it could be about. */
void act_on_choice(struct model *model, enum action_command command);

/* Shows what there is to read of the row under the cursor: of a message by a command ("show", or
 * "view" for its text), otherwise the whole record. For a sender, a domain or a reason the messages
 * are shown instead. */
void act_read_row(struct model *model);
void act_view_message(struct model *model);

/* Takes what the command has printed. */
void act_take_output(struct model *model);

#endif
