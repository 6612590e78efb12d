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
    int socket;              /* SOCK_SEQPACKET */
    uint32_t worker;         /* the number of this process; requests for another one are dropped */
    _Atomic uint32_t *turns; /* counts the turns of the loop, for whoever watches; NULL = nobody */
};

/* The loop turns at least this often, whether or not there is anything to do. */
#define SERVE_TURN_MS 1000

/* Serves until one of the ends; WORKER_REFUSED after an invalid request. Everything is borrowed. */
enum worker_end serve(const struct serve_context *context);

#endif
