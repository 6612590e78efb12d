/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The process of the helper that follows Postfix's log and writes it to the agent's pipe, record by
 * record (core/mail_log_record.h). It is a process of its own because a log may lie on a disk that
 * is slow or does not answer at all. It finds the log as root, and then keeps no more than the
 * right to read files, under the agent's user.
 */
#ifndef HMQ_HELPER_MAIL_LOG_H
#define HMQ_HELPER_MAIL_LOG_H

#include "helper/child.h"

/*
 * Starts it for a valid REQUEST_LOG, if the configuration has the log read. Returns 0 with *child
 * filled in and the read end of its pipe (non-blocking, close-on-exec) in *output, or an errno
 * value with a line in error.
 */
int mail_log_start(const struct config *config, const struct request *request, struct child *child,
                   int *output, char *error, size_t size);

#endif
