/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The live screen.
 */
#ifndef HMQ_CLIENT_TOP_TOP_H
#define HMQ_CLIENT_TOP_TOP_H

#include "client/commands.h"

/* The command of the table. Returns an exit status. */
int run_top(struct client *client);

#endif
