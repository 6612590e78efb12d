/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool refuse(const char *path, const char *why, char *error, size_t size) {
    snprintf(error, size, "secret_file %s: %s", path, why);
    return false;
}

bool secret_load(const char *path, struct secret *secret, char *error, size_t size) {
    char octets[SECRET_MAX + 2];
    struct stat st;
    /* Non-blocking, so that a FIFO in its place cannot delay the start. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        refuse(path, strerror(errno), error, size);
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    ssize_t len = S_ISREG(st.st_mode) ? read(fd, octets, sizeof octets) : 0;
    close(fd);
    if (!S_ISREG(st.st_mode)) {
        return refuse(path, "is not a regular file", error, size);
    }
    if ((st.st_mode & S_IRWXO) != 0) {
        return refuse(path, "everyone can use it; run chmod o= on it", error, size);
    }
    if (len < 0) {
        return refuse(path, strerror(errno), error, size);
    }
    if (len > 0 && octets[len - 1] == '\n') {
        len--;
    }
    if (len == 0) {
        return refuse(path, "is empty", error, size);
    }
    if (len > SECRET_MAX) {
        return refuse(path, "is longer than 1024 octets", error, size);
    }
    memcpy(secret->octets, octets, (size_t)len);
    secret->len = (size_t)len;
    return true;
}
