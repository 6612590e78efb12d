/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the supervisor of the hooks process passes to each worker: everything that it read at its
 * own start, so that a file which has changed since does not affect a worker started after a crash,
 * and the secrets that only root can read. It is in an unnamed file that can no longer be written,
 * because the worker is less trusted than the supervisor.
 */
#ifndef HMQ_HOOKS_HANDOVER_H
#define HMQ_HOOKS_HANDOVER_H

#include "hooks/setup.h"
#include "os/identity.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* The maximum size of a configuration file, in octets. */
#define HANDOVER_CONFIG_MAX ((size_t)1024 * 1024)

/* The struct is the format, because both programs come from one build and the supervisor keeps the
 * worker's program open. */
struct handover {
    pid_t supervisor;
    bool root;            /* the supervisor is root: the worker has to become user */
    struct identity user; /* uid 0 unless root */
    struct setup setup;   /* config and members are NULL */
};

/*
 * Begins a handover with the text of the configuration at path. Returns a descriptor
 * (close-on-exec), or -1 with one line `PATH:0: what is wrong` in error.
 */
int handover_begin(const char *path, char *error, size_t size);

/* The text of the configuration, as a stream from its beginning. NULL with errno set. */
FILE *handover_config(int fd);

/*
 * Completes a handover and makes it immutable. The pointers in *handover are set to NULL, and its
 * secrets and headers are erased because only the worker needs them. Returns 0 or a negative errno
 * value.
 */
int handover_complete(int fd, struct handover *handover);

/*
 * Reads what handover_complete wrote. Returns 0, or -EINVAL if fd is not a handover of this build
 * or not immutable; *handover is then undefined.
 */
int handover_read(int fd, struct handover *handover);

#endif
