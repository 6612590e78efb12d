/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the endpoints need: the configuration, their secrets and headers, and any problems with
 * them.
 */
#ifndef HMQ_HOOKS_SETUP_H
#define HMQ_HOOKS_SETUP_H

#include "core/config.h"
#include "hooks/backoff.h"
#include "hooks/headers.h"
#include "hooks/secret.h"

#define SETUP_PROBLEM_SIZE 256

/* Arrays are in the order of config.hooks. */
struct setup {
    const struct config *config; /* borrowed */
    struct backoff_policy policy;
    struct secret secrets[CONFIG_HOOKS_MAX];
    struct headers headers[CONFIG_HOOKS_MAX];
    char problems[CONFIG_HOOKS_MAX][SETUP_PROBLEM_SIZE]; /* why an endpoint cannot work, or "" */
    const char
        *members[CONFIG_HOOKS_MAX]; /* the member of the configuration that has the problem */
};

/*
 * Reads the secret and header files and adds their problems. To be called while still root, because
 * only root may be able to read them. If one cannot be used, nothing is sent to its endpoint,
 * rather than unsigned or without what it asks for; the others work.
 */
void setup_load_secrets(struct setup *setup);

/* Adds the problems that can be found before the first event. To be called as the user that scripts
 * run as. */
void setup_find_problems(struct setup *setup);

#endif
