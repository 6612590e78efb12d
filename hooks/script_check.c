/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/script_check.h"

#include "os/trusted_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool script_check(const char *path, uid_t user, char *error, size_t size) {
    const struct trust trust = {.user = user,
                                .owners = "belongs neither to root nor to hooks_user"};
    if (trusted_path_check(path, &trust, error, size) != 0) {
        return false;
    }
    if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0) {
        snprintf(error, size, "%s: %s", path,
                 errno == EACCES ? "is not executable for hooks_user" : strerror(errno));
        return false;
    }
    return true;
}
