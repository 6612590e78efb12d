/*
 * The agent: wires the collector, detection, the AgentX session and the service together.
 */
#ifndef HMQ_APP_AGENT_H
#define HMQ_APP_AGENT_H

#include "core/config.h"

struct agent;

/*
 * Starts an agent on the sockets to the helper and to the hooks process (-1 = there is none), both
 * consumed. config is consumed on success. Returns 0 with *out, or a negative errno value.
 */
int agent_new(struct config *config, int helper_socket, int hooks_socket, struct agent **out);

/* Runs until SIGTERM or SIGINT. Returns 0, or a negative errno value. */
int agent_run(struct agent *agent);

void agent_free(struct agent *agent);

#endif
