/*
 * The helper's service loop: requests of core/protocol.h in, replies out.
 */
#ifndef HMQ_HELPER_SERVE_H
#define HMQ_HELPER_SERVE_H

#include "core/config.h"

enum serve_end {
    SERVE_PEER_CLOSED = 0, /* core has gone: nothing is left to do */
    SERVE_FAILED = 1,      /* worth another try in a new process */
    SERVE_REFUSED = 3,     /* an invalid request: core is not to be served any more */
};

/* Serves the SOCK_SEQPACKET socket until one of the ends above. */
enum serve_end serve(const struct config *config, int socket);

#endif
