/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether a script may be run: whoever could change it could make the hooks process do anything.
 */
#ifndef HMQ_HOOKS_SCRIPT_CHECK_H
#define HMQ_HOOKS_SCRIPT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Checks the absolute path and each directory on it from / on: owned by root or by user, writable
 * by nobody else, no symbolic links; and that it ends at a regular file that this process can
 * execute. Returns true, or false with what is wrong and with which component in error.
 */
bool script_check(const char *path, uid_t user, char *error, size_t size);

#endif
