/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starts the agent's other processes.
 */
#ifndef HMQ_OS_SIBLING_H
#define HMQ_OS_SIBLING_H

#include <stdbool.h>
#include <sys/types.h>

#define SIBLING_HELPER "hermes-mailqueue-helper"             /* keeps root */
#define SIBLING_HOOKS "hermes-mailqueue-hooks"               /* its worker becomes hooks_user */
#define SIBLING_HOOKS_WORKER "hermes-mailqueue-hooks-worker" /* started by that */

/*
 * Starts the program of that name that lies beside this process's own binary, with -c config_file,
 * with -f if log_to_stderr, and with one end of a SOCK_SEQPACKET socketpair. Returns 0 with the
 * other end (non-blocking, close-on-exec) in *socket and its process in *pid, or a negative errno
 * value.
 */
int sibling_start(const char *name, const char *config_file, bool log_to_stderr, int *socket,
                  pid_t *pid);

/*
 * Opens the program of that name that lies beside this process's own binary, for fexecve(3), so
 * that the same file can be run repeatedly, even if it is replaced. Returns 0 with a descriptor
 * (close-on-exec) in *fd, or a negative errno value.
 */
int sibling_open(const char *name, int *fd);

/*
 * Runs the program of that name that lies beside this process's own binary with -c config_file -t,
 * and waits. Its output goes where this process writes its own. Returns its exit status, or a
 * negative errno value.
 */
int sibling_check(const char *name, const char *config_file);

#endif
