/*
 * Starts hermes-mailqueue-helper, the process that keeps root.
 */
#ifndef HMQ_IO_SPAWN_HELPER_H
#define HMQ_IO_SPAWN_HELPER_H

#include <sys/types.h>

/*
 * Starts the helper that lies beside this process's own binary, with config_file as its -c, on one
 * end of a SOCK_SEQPACKET socketpair. Returns 0 with the other end (non-blocking, close-on-exec)
 * in *socket and its process in *pid, or a negative errno value.
 */
int spawn_helper(const char *config_file, int *socket, pid_t *pid);

#endif
