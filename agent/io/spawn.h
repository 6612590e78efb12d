/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starts the agent's other processes.
 */
#ifndef HMQ_IO_SPAWN_H
#define HMQ_IO_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#define SPAWN_HELPER "hermes-mailqueue-helper" /* keeps root */
#define SPAWN_HOOKS "hermes-mailqueue-hooks"   /* becomes hooks_user */

/*
 * Starts the program of that name that lies beside this process's own binary, with config_file as
 * its -c and, when its log is to go to stderr, -f, on one end of a SOCK_SEQPACKET socketpair.
 * Returns 0 with the other end (non-blocking, close-on-exec) in *socket and its process in *pid, or
 * a negative errno value.
 */
int spawn_sibling(const char *name, const char *config_file, bool log_to_stderr, int *socket,
                  pid_t *pid);

/*
 * Runs the program of that name that lies beside this process's own binary with config_file as its
 * -c and with -t, and waits. What it prints goes where this process prints. Returns its exit
 * status, or a negative errno value.
 */
int check_sibling(const char *name, const char *config_file);

/*
 * Connects to a SOCK_SEQPACKET socket at path, where systemd listens for hermes-mailqueue-hooks.
 * Returns 0 with the socket (non-blocking, close-on-exec), or a negative errno value.
 */
int connect_sibling(const char *path, int *socket);

#endif
