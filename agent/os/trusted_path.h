/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether only trusted users decide what lies at a path. Whoever can change one of its components
 * can put there what he likes, for a process with more rights to run.
 */
#ifndef HMQ_OS_TRUSTED_PATH_H
#define HMQ_OS_TRUSTED_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct trust {
    uid_t user;         /* trusted besides root; 0 = nobody */
    const char *owners; /* what is said of a component that belongs to anybody else */
    bool folder;        /* the path names a directory; or else a regular file */
    bool links; /* a symbolic link is followed, and checked as the rest is; or else refused */
};

/*
 * Checks the absolute path, from / on: each component must be owned by root or trust->user and must
 * not be writable by anyone else. Returns 0, or an errno value with a line `COMPONENT: what is
 * wrong` in error: EPERM for one that is not trusted, ENOENT if there is nothing.
 */
int trusted_path_check(const char *path, const struct trust *trust, char *error, size_t size);

#endif
