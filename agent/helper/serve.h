/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The helper's service loop: requests of core/protocol.h in, replies out.
 */
#ifndef HMQ_HELPER_SERVE_H
#define HMQ_HELPER_SERVE_H

#include "core/config.h"

#include <stdatomic.h>
#include <stdint.h>

enum serve_end {
    SERVE_PEER_CLOSED = 0, /* core has gone: nothing is left to do */
    SERVE_FAILED = 1,      /* worth another try in a new process */
    SERVE_REFUSED = 3,     /* an invalid request: core is not to be served any more */
};

struct serve_context {
    const struct config *config;
    int socket;              /* SOCK_SEQPACKET */
    uint32_t worker;         /* the number of this process; requests for another one are dropped */
    _Atomic uint32_t *turns; /* counts the turns of the loop, for whoever watches; NULL = nobody */
};

/* The loop turns at least this often, whether or not there is anything to do. */
#define SERVE_TURN_MS 1000

/* Serves until one of the ends above. Everything is borrowed. */
enum serve_end serve(const struct serve_context *context);

#endif
