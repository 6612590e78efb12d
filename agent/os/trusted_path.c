/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Goes down one component at a time, each looked up in the descriptor of the one before it, so that
 * what has been checked cannot be exchanged meanwhile.
 */
#include "os/trusted_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As many as the kernel follows. */
#define LINKS_MAX 40

struct walk {
    const struct trust *trust;
    int folder;             /* what has been reached, by O_PATH */
    char reached[PATH_MAX]; /* its path; "" = / */
    char rest[PATH_MAX];    /* still to go */
    unsigned links;
    const char *why;
};

/* Returns NULL, or what is wrong with one component. */
static const char *judge(const struct stat *st, const struct trust *trust, bool file) {
    bool link = S_ISLNK(st->st_mode);
    if (link && !trust->links) {
        return "is a symbolic link; name what it points to";
    }
    if (!link && (file ? !S_ISREG(st->st_mode) : !S_ISDIR(st->st_mode))) {
        return file ? "is not a regular file" : "is not a directory";
    }
    if (st->st_uid != 0 && st->st_uid != trust->user) {
        return trust->owners;
    }
    /* Nobody writes to a link. If there is an ACL, the group bits are its mask. */
    if (!link && (st->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return (st->st_mode & S_ISVTX) != 0
                   ? "is writable by users other than its owner; use a path elsewhere"
                   : "is writable by users other than its owner; run chmod go-w on it";
    }
    return NULL;
}

static int refuse(struct walk *walk, int error, const char *why) {
    walk->why = why;
    return error;
}

/* Takes over fd as what has been reached. */
static void reach(struct walk *walk, int fd) {
    if (walk->folder >= 0) {
        close(walk->folder);
    }
    walk->folder = fd;
}

/* Opens and judges one component. Returns 0 with *fd, or an errno value. */
static int look(struct walk *walk, const char *name, bool file, struct stat *st, int *fd) {
    int found = openat(walk->folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (found < 0 || fstat(found, st) < 0) {
        int error = errno;
        if (found >= 0) {
            close(found);
        }
        return refuse(walk, error, strerror(error));
    }
    const char *why = judge(st, walk->trust, file);
    if (why != NULL) {
        close(found);
        return refuse(walk, EPERM, why);
    }
    *fd = found;
    return 0;
}

static int begin(struct walk *walk) {
    struct stat st = {.st_mode = 0};
    int fd = -1;
    walk->reached[0] = '\0';
    int result = look(walk, "/", false, &st, &fd);
    if (result == 0) {
        reach(walk, fd);
    }
    return result;
}

/* Puts what the link fd points to in front of what is still to go. Consumes fd. */
static int follow(struct walk *walk, int fd, const char *after) {
    char joined[PATH_MAX];
    ssize_t len = readlinkat(fd, "", joined, sizeof joined);
    int error = errno;
    close(fd);
    if (len < 0) {
        return refuse(walk, error, strerror(error));
    }
    size_t more = strlen(after) + 1;
    if (++walk->links > LINKS_MAX || (size_t)len + more > sizeof joined) {
        return refuse(walk, ELOOP, strerror(ELOOP));
    }
    memcpy(joined + len, after, more);
    memcpy(walk->rest, joined, (size_t)len + more);
    return joined[0] == '/' ? begin(walk) : 0;
}

static int step(struct walk *walk, const char *name, const char *after) {
    struct stat st = {.st_mode = 0};
    int fd = -1;
    size_t had = strlen(walk->reached);
    snprintf(walk->reached + had, sizeof walk->reached - had, "/%s", name);
    int result = look(walk, name, !walk->trust->folder && *after == '\0', &st, &fd);
    if (result != 0) {
        return result;
    }
    if (!S_ISLNK(st.st_mode)) {
        reach(walk, fd);
        memmove(walk->rest, after, strlen(after) + 1);
        return 0;
    }
    result = follow(walk, fd, after);
    if (result == 0) {
        walk->reached[had] = '\0'; /* a link to an absolute path has begun anew, with "" */
    }
    return result;
}

static int go(struct walk *walk) {
    int result = begin(walk);
    while (result == 0) {
        char name[NAME_MAX + 1];
        const char *start = walk->rest + strspn(walk->rest, "/");
        size_t len = strcspn(start, "/");
        if (len == 0) {
            return 0;
        }
        if (len > NAME_MAX) {
            return refuse(walk, ENAMETOOLONG, "has too long a name");
        }
        memcpy(name, start, len);
        name[len] = '\0';
        result = step(walk, name, start + len);
    }
    return result;
}

/* Returns 0, or an errno value. */
static int check(struct walk *walk, const char *path) {
    size_t len = strlen(path);
    if (path[0] != '/') {
        return refuse(walk, EINVAL, "is not an absolute path");
    }
    if (len >= sizeof walk->rest) {
        return refuse(walk, ENAMETOOLONG, strerror(ENAMETOOLONG));
    }
    memcpy(walk->rest, path, len + 1);
    int result = go(walk);
    return result == 0 && !walk->trust->folder && path[len - 1] == '/'
               ? refuse(walk, EISDIR, "is a directory")
               : result;
}

int trusted_path_check(const char *path, const struct trust *trust, char *error, size_t size) {
    struct walk walk = {.trust = trust, .folder = -1};
    int result = check(&walk, path);
    if (walk.folder >= 0) {
        close(walk.folder);
    }
    if (result != 0) {
        const char *reached = walk.reached[0] != '\0' ? walk.reached : "/";
        snprintf(error, size, "%s: %s", path[0] == '/' ? reached : path, walk.why);
    }
    return result;
}
