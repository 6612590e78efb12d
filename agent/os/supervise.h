/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A supervisor: a small process that starts another one, the worker, to serve one peer over one
 * socket, and starts it again when it crashes. The helper and the hooks process each consist of
 * such a pair, because the agent, which is no longer root, could not start them again.
 */
#ifndef HMQ_OS_SUPERVISE_H
#define HMQ_OS_SUPERVISE_H

#include <stdint.h>
#include <sys/types.h>

/* The exit statuses of a worker. Any other end is a crash. */
enum worker_end {
    WORKER_PEER_CLOSED = 0, /* nothing is left to do */
    WORKER_FAILED = 1,      /* another worker may succeed */
    WORKER_REFUSED = 3,     /* the peer broke the protocol, or may not be served: no other worker */
};

struct supervision {
    int socket; /* to the peer; borrowed */
    /*
     * The work, in a process of its own that the kernel kills when the supervisor ends (see
     * process_follow()). number counts the workers from 1. Returns an exit status.
     */
    int (*run)(void *userdata, uint32_t number);
    /* Waits until the worker and what it left behind have ended. Returns the worker's wait status.
     * NULL = wait for the worker alone. */
    int (*reap)(void *userdata, pid_t worker);
    void *userdata;
};

/*
 * Runs workers one after the other until one ends with WORKER_PEER_CLOSED or WORKER_REFUSED, or the
 * peer has closed the socket. After a crash it waits 100 ms, after each further one twice as long
 * up to 5 s. Returns WORKER_PEER_CLOSED or WORKER_REFUSED.
 */
enum worker_end supervise(const struct supervision *supervision);

#endif
