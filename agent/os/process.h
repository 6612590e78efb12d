/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Settings that a process makes for itself in the kernel.
 */
#ifndef HMQ_OS_PROCESS_H
#define HMQ_OS_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Makes the kernel kill this process when its parent ends. Async-signal-safe, for use after
 * fork(2). A change of user cancels it, so call it again after one; execve(2) keeps it, unless the
 * program is set-uid or set-gid. Returns false if that failed or if parent, a process ID, has
 * already ended.
 */
bool process_follow(pid_t parent);

/*
 * Forbids this process and all its descendants for good to gain privileges from set-uid programs
 * and to write core files, which could hold secrets. Returns 0 or a negative errno value.
 */
int process_harden(void);

#endif
