/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The supervisor's watch over a worker: a worker that is stopped or hangs is killed, and so are the
 * commands that it leaves running.
 */
#ifndef HMQ_HELPER_WORKER_WATCH_H
#define HMQ_HELPER_WORKER_WATCH_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

/* Returns a counter, shared with the workers, in which they count the turns of their loop, or NULL
 * with errno set. */
_Atomic uint32_t *worker_turns_new(void);

/*
 * Waits for the end of a worker and of all its descendants; this process must be their subreaper
 * (PR_SET_CHILD_SUBREAPER). The worker is checked every second. It is killed if it is stopped in
 * more than 4 consecutive checks, or if its turns do not advance in 300. Returns the worker's wait
 * status.
 */
int worker_watch(pid_t worker, _Atomic uint32_t *turns);

#endif
