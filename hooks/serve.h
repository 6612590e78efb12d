/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hooks process' service loop: orders of core/hook_protocol.h in, reports out.
 */
#ifndef HMQ_HOOKS_SERVE_H
#define HMQ_HOOKS_SERVE_H

#include "core/config.h"
#include "hooks/backoff.h"
#include "hooks/sign.h"
#include "os/supervise.h"

#define SERVE_PROBLEM_SIZE 256

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

/* Serves until one of the ends; WORKER_REFUSED after an invalid order. The socket is borrowed. */
enum worker_end serve(struct serve_setup *setup, int socket);

#endif
