/* SPDX-License-Identifier: BSD-3-Clause */
#include "hooks/script_check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns NULL, or what is wrong with one component. */
static const char *judge(const struct stat *st, uid_t user, bool last) {
    if (S_ISLNK(st->st_mode)) {
        return "is a symbolic link; name what it points to";
    }
    if (last ? !S_ISREG(st->st_mode) : !S_ISDIR(st->st_mode)) {
        return last ? "is not a regular file" : "is not a directory";
    }
    if (st->st_uid != 0 && st->st_uid != user) {
        return "belongs neither to root nor to hooks_user";
    }
    /* If there is an ACL, the group bits are its mask. */
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return (st->st_mode & S_ISVTX) != 0
                   ? "is writable by users other than its owner; put the script elsewhere"
                   : "is writable by users other than its owner; run chmod go-w on it";
    }
    return NULL;
}

/* Checks what lies at name in the directory parent. Returns an O_PATH descriptor of it, or -1. */
static int check_component(int parent, const char *name, uid_t user, bool last, const char **why) {
    struct stat st;
    int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0) {
        *why = strerror(errno);
    } else {
        *why = judge(&st, user, last);
    }
    if (*why != NULL && fd >= 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool refuse(const char *path, size_t len, const char *why, char *error, size_t size) {
    snprintf(error, size, "%.*s: %s", (int)len, path, why);
    return false;
}

bool script_check(const char *path, uid_t user, char *error, size_t size) {
    const char *why = NULL;
    if (path[0] != '/') {
        return refuse(path, strlen(path), "is not an absolute path", error, size);
    }
    int folder = check_component(AT_FDCWD, "/", user, false, &why);
    if (folder < 0) {
        return refuse("/", 1, why, error, size);
    }
    for (const char *name = path + strspn(path, "/"); *name != '\0';) {
        char part[NAME_MAX + 1];
        size_t len = strcspn(name, "/");
        const char *next = name + len + strspn(name + len, "/");
        bool last = *next == '\0' && name[len] == '\0';
        int fd = -1;
        why = "has too long a name";
        if (len <= NAME_MAX) {
            memcpy(part, name, len);
            part[len] = '\0';
            fd = check_component(folder, part, user, last, &why);
        }
        close(folder);
        if (fd < 0) {
            return refuse(path, (size_t)(name + len - path), why, error, size);
        }
        folder = fd;
        name = next;
    }
    close(folder);
    if (path[strlen(path) - 1] == '/') {
        return refuse(path, strlen(path), "is a directory", error, size);
    }
    if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0) {
        return refuse(path, strlen(path),
                      errno == EACCES ? "is not executable for hooks_user" : strerror(errno), error,
                      size);
    }
    return true;
}
