/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The unprivileged users that processes become (keys user and hooks_user).
 */
#ifndef HMQ_OS_IDENTITY_H
#define HMQ_OS_IDENTITY_H

#include "core/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define IDENTITY_NAME_SIZE 256

struct identity {
    char name[IDENTITY_NAME_SIZE];
    uid_t uid; /* never 0 in what identity_find returns */
    gid_t gid;
};

enum identity_result {
    IDENTITY_FOUND,
    IDENTITY_UNKNOWN,    /* this machine has no user of that name */
    IDENTITY_PRIVILEGED, /* it is root by another name or its own */
};

/* Looks up a user. *found is written only with IDENTITY_FOUND. */
enum identity_result identity_find(const char *name, struct identity *found);

/*
 * Looks up name, the value of key in config. Returns true with *found, or false with one line
 * `FILE:LINE: KEY: what is wrong "NAME"` in error (size octets at most, NUL-terminated).
 */
bool identity_find_key(const struct config *config, const char *key, const char *name,
                       struct identity *found, char *error, size_t size);

/*
 * Compares the user that name names, the value of key in config, with the one that this process
 * runs as, which its unit has chosen. unit_settings are the settings of the unit that would have to
 * change, as they are shown. Returns true if they are the same, or false with one line as
 * identity_find_key writes it.
 */
bool identity_is_key(const struct config *config, const char *key, const char *name,
                     const char *unit_settings, char *error, size_t size);

/*
 * Changes this process permanently from root to user, with the user's groups. Returns 0 or a
 * negative errno value; -EPERM also if user is root or if root could be regained. After an error
 * the process is in an undefined state and must exit.
 */
int identity_drop_root(const struct identity *user);

/*
 * The same, except that the process and the programs that it starts may still read every file:
 * they keep CAP_DAC_READ_SEARCH, or where this process does not have it, as root in a container,
 * CAP_DAC_OVERRIDE. They can gain nothing else. The parent-death signal is lost (os/process.h).
 */
int identity_become_reader(const struct identity *user);

#endif
