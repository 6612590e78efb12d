/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The supervisor's watch over a worker: one that is stopped or hangs is killed, and what a worker
 * was running is killed after it.
 */
#ifndef HMQ_HELPER_WORKER_WATCH_H
#define HMQ_HELPER_WORKER_WATCH_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

/* A counter that this process shares with its workers, which count the turns of their loop in it.
 * NULL with errno set. */
_Atomic uint32_t *worker_turns_new(void);

/*
 * Waits for the end of a worker and of all its descendants; this process must be their subreaper
 * (PR_SET_CHILD_SUBREAPER). A worker that is stopped for more than 4 looks, one a second, or whose
 * turns do not move for 300, is killed. Returns the worker's wait status.
 */
int worker_watch(pid_t worker, _Atomic uint32_t *turns);

#endif
