/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether Postfix is running: master(8) holds an exclusive flock(2) on pid/master.pid in the spool
 * for as long as it runs. The lock is looked up in /proc/locks (proc_locks(5)) and never tried,
 * because taking it could keep Postfix from starting.
 */
#ifndef HMQ_HELPER_POSTFIX_LOCK_H
#define HMQ_HELPER_POSTFIX_LOCK_H

#include "core/protocol.h"

#include <stdbool.h>
#include <sys/types.h>

/* What is remembered between two looks: the process that holds the lock, because reading
 * /proc/locks takes some 10 ms on current kernels, and which file it holds. */
struct postfix_lock {
    int holder; /* pidfd_open(2); -1 = not known */
    dev_t device;
    ino_t inode;
};

#define POSTFIX_LOCK_INIT ((struct postfix_lock){.holder = -1})

/* Returns POSTFIX_UNKNOWN if the lock file's directory does not exist, or if it or /proc/locks
 * cannot be read. The lock's descriptor stays open as long as the holder runs. */
enum postfix_state postfix_lock_state(struct postfix_lock *lock, const char *spool);

/* Closes what is open. */
void postfix_lock_forget(struct postfix_lock *lock);

/* Whether /proc/locks shows the locks of all processes of the machine. Only in the initial PID
 * namespace does it include those of other namespaces (pid_namespaces(7)). */
bool postfix_lock_sees_all(void);

#endif
