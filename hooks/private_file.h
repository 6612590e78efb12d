/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A file that holds something secret, such as the one of secret_file or of header_file.
 */
#ifndef HMQ_HOOKS_PRIVATE_FILE_H
#define HMQ_HOOKS_PRIVATE_FILE_H

#include <stddef.h>
#include <sys/types.h>

struct private_file {
    const char *member; /* the member of the configuration that names it; for messages */
    const char *path;
    size_t max; /* octets, without a newline at the end */
};

/*
 * Reads all of a file but one newline at its end into out, which has room for max + 2 octets. The
 * file must be a regular one that others can neither read nor write, and not empty. Returns the
 * length, or -1 with the reason and what to do in error, which contains nothing of the file.
 */
ssize_t private_file_read(const struct private_file *file, char *out, char *error, size_t size);

/* Writes "MEMBER PATH: WHY" to error. Returns -1. */
int private_file_refuse(const struct private_file *file, const char *why, char *error, size_t size);

#endif
