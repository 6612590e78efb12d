/* SPDX-License-Identifier: BSD-3-Clause */
#include "os/environment.h"

#include <errno.h>
#include <stdlib.h>

int environment_clean(const char *path, const char *locale) {
    if (clearenv() != 0) {
        return -ENOMEM;
    }
    return setenv("PATH", path, 1) < 0 || setenv("LC_ALL", locale, 1) < 0 ? -errno : 0;
}
