/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a process gives up by itself, so that it has it in a container and without systemd, too.
 * Beside the sandbox of a unit it changes nothing.
 */
#ifndef HMQ_OS_CONFINE_H
#define HMQ_OS_CONFINE_H

#include <stdbool.h>

/*
 * Takes from this process, its later threads and its descendants for good: running a program, any
 * gain of privileges, io_uring(7), and unless network is true every socket but AF_UNIX. Such a call
 * fails with EPERM. Returns 0 or a negative errno value, after which nothing or only the gain of
 * privileges is taken: -EINVAL or -ENOSYS from a kernel without seccomp(2), -ENOTSUP on a processor
 * that is not known here.
 */
int confine(bool network);

#endif
