/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int private_file_refuse(const struct private_file *file, const char *why, char *error,
                        size_t size) {
    snprintf(error, size, "%s %s: %s", file->member, file->path, why);
    return -1;
}

/* Returns a descriptor of a file that may be used, or -1 with the reason. */
static int open_checked(const struct private_file *file, char *error, size_t size) {
    const char *why = NULL;
    struct stat st;
    /* Non-blocking, so that a FIFO in its place cannot delay the start. */
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) < 0) {
        why = strerror(errno);
    } else if (!S_ISREG(st.st_mode)) {
        why = "is not a regular file";
    } else if ((st.st_mode & S_IRWXO) != 0) {
        why = "everyone can use it; run chmod o= on it";
    }
    if (why == NULL) {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return private_file_refuse(file, why, error, size);
}

ssize_t private_file_read(const struct private_file *file, char *out, char *error, size_t size) {
    char why[64];
    int fd = open_checked(file, error, size);
    if (fd < 0) {
        return -1;
    }
    ssize_t len = read(fd, out, file->max + 2);
    int problem = errno;
    close(fd);
    if (len < 0) {
        return private_file_refuse(file, strerror(problem), error, size);
    }
    if (len > 0 && out[len - 1] == '\n') {
        len--;
    }
    if (len == 0) {
        return private_file_refuse(file, "is empty", error, size);
    }
    if ((size_t)len > file->max) {
        snprintf(why, sizeof why, "is longer than %zu octets", file->max);
        return private_file_refuse(file, why, error, size);
    }
    return len;
}
