/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands that judge: check for monitoring, doctor for people.
 */
#ifndef HMQ_CLIENT_CHECK_H
#define HMQ_CLIENT_CHECK_H

#include "client/commands.h"

/* A monitoring plugin (Monitoring Plugins Development Guidelines). Returns its status. */
int run_check(struct client *client);

/* Checks the way from here to Postfix, step by step. Returns an exit status. */
int run_doctor(struct client *client);

#endif
