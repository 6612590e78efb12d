/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether a script is safe to run: anyone who could change it could make the hooks process do
 * anything.
 */
#ifndef HMQ_HOOKS_SCRIPT_CHECK_H
#define HMQ_HOOKS_SCRIPT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Checks the absolute path, from / on: each component must be owned by root or user, must not be
 * writable by anyone else and must not be a symbolic link, and the last must be a regular file that
 * this process can execute. Returns true, or false with the component and its problem in error.
 */
bool script_check(const char *path, uid_t user, char *error, size_t size);

#endif
