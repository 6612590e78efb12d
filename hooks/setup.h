/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the endpoints work with: the configuration, their secrets and what is wrong with them.
 */
#ifndef HMQ_HOOKS_SETUP_H
#define HMQ_HOOKS_SETUP_H

#include "core/config.h"
#include "hooks/backoff.h"
#include "hooks/secret.h"

#define SETUP_PROBLEM_SIZE 256

/* Arrays are in the order of config.hooks. */
struct setup {
    const struct config *config; /* borrowed */
    struct backoff_policy policy;
    struct secret secrets[CONFIG_HOOKS_MAX];
    char problems[CONFIG_HOOKS_MAX][SETUP_PROBLEM_SIZE]; /* why an endpoint cannot work, "" */
    const char *members[CONFIG_HOOKS_MAX]; /* of the configuration, that a problem is with */
};

/*
 * Reads the secret files, whose problems are added. To be called before root is given up, because
 * they may be root's to read. An endpoint whose secret cannot be read is never sent to unsigned,
 * and the others work.
 */
void setup_load_secrets(struct setup *setup);

/* Adds to the problems what shows before the first event, as the user the scripts would run as. */
void setup_find_problems(struct setup *setup);

#endif
