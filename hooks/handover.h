/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the supervisor of the hooks process hands to each worker it starts: all that was read when
 * it started itself, so that a file which has changed since does not change what a worker does
 * after a crash, and secrets that only root can read. It lies in a file without a name that nobody
 * can write to any more: the worker is the less trusted of the two.
 */
#ifndef HMQ_HOOKS_HANDOVER_H
#define HMQ_HOOKS_HANDOVER_H

#include "hooks/setup.h"
#include "os/identity.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* Octets of a configuration file. */
#define HANDOVER_CONFIG_MAX ((size_t)1024 * 1024)

/* Both programs come from one build, and the supervisor holds on to the worker's file: the struct
 * is the format. */
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
 * Completes a handover and makes it immutable. The pointers in *handover are set to NULL and the
 * secrets erased, for they are the worker's alone. Returns 0 or a negative errno value.
 */
int handover_complete(int fd, struct handover *handover);

/*
 * Reads what handover_complete wrote. Returns 0, or -EINVAL when fd is no handover of this
 * build, or not immutable; *handover may hold anything then.
 */
int handover_read(int fd, struct handover *handover);

#endif
