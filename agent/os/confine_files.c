/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * glibc has no functions for these calls. What a ruleset handles is refused unless a rule of it
 * allows it, and a kernel refuses a ruleset that handles what it does not know.
 */
#include "os/confine_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Debian 12's header does not have it: Linux 6.2, the third version of the interface. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (UINT64_C(1) << 14)
#endif
#define TRUNCATE_VERSION 3

/* To move something to another folder, every ruleset refuses. */
#define CHANGES                                                                                    \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                               \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* Without /dev there is nothing to allow. */
static int allow_devices(int ruleset) {
    struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_WRITE_FILE,
                                              .parent_fd = open("/dev", O_PATH | O_CLOEXEC)};
    if (rule.parent_fd < 0) {
        return 0;
    }
    int r = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    r = r < 0 ? -errno : 0;
    close(rule.parent_fd);
    return r;
}

int confine_files(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 0) {
        return -errno;
    }
    bool truncates = version >= TRUNCATE_VERSION;
    const struct landlock_ruleset_attr attributes = {
        .handled_access_fs = CHANGES | (truncates ? LANDLOCK_ACCESS_FS_TRUNCATE : 0)};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (ruleset < 0) {
        return -errno;
    }
    int r = allow_devices(ruleset);
    /* Without it, only root may confine itself. */
    if (r == 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
                   syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)) {
        r = -errno;
    }
    close(ruleset);
    return r;
}
