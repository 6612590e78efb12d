/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent: wires the collector, detection, the AgentX session and the service together.
 */
#ifndef HMQ_APP_AGENT_H
#define HMQ_APP_AGENT_H

#include "core/config.h"

struct agent;

/* How the other processes are reached. */
struct agent_peers {
    int helper;             /* its socket */
    int hooks;              /* the hooks process's socket, -1 = not started by this process */
    const char *hooks_path; /* where it listens instead; NULL = nowhere. Borrowed for good */
};

/*
 * Starts an agent on the peers' sockets (consumed). config is consumed on success. Returns 0 with
 * *out, or a negative errno value.
 */
int agent_new(struct config *config, const struct agent_peers *peers, struct agent **out);

/* Runs until SIGTERM or SIGINT. Returns 0, or a negative errno value. */
int agent_run(struct agent *agent);

void agent_free(struct agent *agent);

#endif
