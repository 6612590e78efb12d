/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The helper's service loop: requests of core/protocol.h in, replies out.
 */
#ifndef HMQ_HELPER_SERVE_H
#define HMQ_HELPER_SERVE_H

#include "core/config.h"
#include "os/supervise.h"

#include <stdatomic.h>
#include <stdint.h>

struct serve_context {
    const struct config *config;
    int socket;      /* SOCK_SEQPACKET */
    uint32_t worker; /* the number of this process; requests for another are dropped */
    _Atomic uint32_t
        *turns; /* counts the turns of the loop for the supervisor; NULL = there is none */
};

/* The loop turns at least this often, even if there is nothing to do. */
#define SERVE_TURN_MS 1000

/* Serves requests until the worker has to end, and returns why: WORKER_REFUSED after an invalid
 * request. Everything is borrowed. */
enum worker_end serve(const struct serve_context *context);

#endif
