/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Settings of the agent and of Postfix, and the pause of outbound mail.
 */
#ifndef HMQ_CLIENT_SETTINGS_H
#define HMQ_CLIENT_SETTINGS_H

#include "client/commands.h"
#include "client/format.h"

struct change;

int show_settings(struct client *client, struct reading *reading);
int run_settings(struct client *client);
int run_pause(struct client *client);
int run_resume(struct client *client);

/* Why a SET of settings was refused, in words; inconsistent is what inconsistentValue means.
 * Borrowed. */
const char *settings_refusal(const struct change *change, const char *inconsistent);

/* Says that a gateway was left as it is after Ctrl-C. Returns the exit status. */
int settings_left_out(const struct reading *reading);

#endif
