/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hooks process' service loop: orders of core/hook_protocol.h in, reports out.
 */
#ifndef HMQ_HOOKS_SERVE_H
#define HMQ_HOOKS_SERVE_H

#include "core/config.h"
#include "hooks/backoff.h"
#include "hooks/sign.h"

#define SERVE_PROBLEM_SIZE 256

enum serve_end {
    SERVE_PEER_CLOSED = 0, /* core has gone: nothing is left to do */
    SERVE_FAILED = 1,      /* worth another try in a new process */
    SERVE_REFUSED = 3,     /* an invalid order: core is not to be served any more */
};

/* Made before privileges are given up, because the secrets may be root's to read. */
struct serve_setup {
    const struct config *config; /* borrowed */
    struct backoff_policy policy;
    struct secret secrets[CONFIG_HOOKS_MAX];
    char problems[CONFIG_HOOKS_MAX][SERVE_PROBLEM_SIZE]; /* why an endpoint cannot work, "" */
    const char *members[CONFIG_HOOKS_MAX]; /* of the configuration, that a problem is with */
};

/* Adds to the problems what shows before the first event, as the user the scripts would run as. */
void serve_find_problems(struct serve_setup *setup);

/* Serves until one of the ends. The socket is borrowed. */
enum serve_end serve(struct serve_setup *setup, int socket);

#endif
