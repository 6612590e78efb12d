/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether Postfix runs: master(8) holds an exclusive flock(2) on pid/master.pid in the spool for as
 * long as it lives. The lock is looked up in /proc/locks (proc_locks(5)) and never tried, since a
 * lock of our own could keep Postfix from starting.
 */
#ifndef HMQ_HELPER_POSTFIX_LOCK_H
#define HMQ_HELPER_POSTFIX_LOCK_H

#include "core/protocol.h"

#include <stdbool.h>

/* POSTFIX_UNKNOWN when the lock file's directory is missing, or it or /proc/locks cannot be read.
 */
enum postfix_state postfix_lock_state(const char *spool);

/* Whether /proc/locks shows the locks of all processes of the machine: it leaves out those of
 * other pid namespaces, except for the first one, which sees into all (pid_namespaces(7)). */
bool postfix_lock_sees_all(void);

#endif
