/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events as they come.
 */
#ifndef HMQ_CLIENT_EVENTS_H
#define HMQ_CLIENT_EVENTS_H

#include "client/commands.h"

/* Prints the events that come after those that the readings have, until Ctrl-C. With --json each is
 * one line. */
void events_follow(struct client *client);

#endif
