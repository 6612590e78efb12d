/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".lock"
#define TEXT_MAX 512
#define NSEC_PER_SEC INT64_C(1000000000)

struct store_file_id store_file_id(const char *path, const char *suffix) {
    char name[PATH_MAX];
    struct statx found;
    struct store_file_id id = {0};
    int len = snprintf(name, sizeof name, "%s%s", path, suffix);
    if (len >= (int)sizeof name || statx(AT_FDCWD, name, 0, STATX_INO | STATX_BTIME, &found) != 0) {
        return id;
    }
    id.device = (uint64_t)found.stx_dev_major << 32 | found.stx_dev_minor;
    id.inode = found.stx_ino;
    if ((found.stx_mask & STATX_BTIME) != 0) {
        id.born_ns = found.stx_btime.tv_sec * NSEC_PER_SEC + found.stx_btime.tv_nsec;
    }
    return id;
}

bool store_file_same(const struct store_file_id *a, const struct store_file_id *b) {
    return a->inode != 0 && a->device == b->device && a->inode == b->inode &&
           a->born_ns == b->born_ns;
}

/* If the text is incomplete, the missing values remain 0, which means "unknown". */
static pid_t read_notes(int fd, struct store_lock *lock) {
    char text[TEXT_MAX];
    int pid = 0;
    ssize_t len = pread(fd, text, sizeof text - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    lock->file = lock->log = (struct store_file_id){0};
    lock->events = 0;
    lock->started = 0;
    /* NOLINTNEXTLINE(cert-err34-c): this program wrote the file, and what is no number becomes 0 */
    sscanf(text,
           "pid %d file %" SCNu64 " %" SCNu64 " %" SCNd64 " log %" SCNu64 " %" SCNu64 " %" SCNd64
           " events %" SCNu32 " started %" SCNu64,
           &pid, &lock->file.device, &lock->file.inode, &lock->file.born_ns, &lock->log.device,
           &lock->log.inode, &lock->log.born_ns, &lock->events, &lock->started);
    return pid > 0 ? pid : 0;
}

void store_lock_note(struct store_lock *lock) {
    char text[TEXT_MAX];
    if (!lock->held) {
        return;
    }
    int len =
        snprintf(text, sizeof text,
                 "pid %d\nfile %" PRIu64 " %" PRIu64 " %" PRId64 "\nlog %" PRIu64 " %" PRIu64
                 " %" PRId64 "\nevents %" PRIu32 "\nstarted %" PRIu64 "\n",
                 (int)getpid(), lock->file.device, lock->file.inode, lock->file.born_ns,
                 lock->log.device, lock->log.inode, lock->log.born_ns, lock->events, lock->started);
    if (pwrite(lock->fd, text, (size_t)len, 0) == len) {
        int ignored = ftruncate(lock->fd, len);
        (void)ignored; /* the rest is not read */
    }
}

/* Links are resolved only once, so that the lock does not change if the link does. */
static int find_path(struct store_lock *lock, const char *path) {
    char resolved[PATH_MAX];
    if (lock->path[0] != '\0') {
        return 0;
    }
    if (realpath(path, resolved) == NULL) {
        return -errno;
    }
    memcpy(lock->path, resolved, sizeof lock->path);
    return 0;
}

static int lock_name(const struct store_lock *lock, char name[PATH_MAX]) {
    return snprintf(name, PATH_MAX, "%s" SUFFIX, lock->path) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static bool is_at_its_path(const struct store_lock *lock) {
    char name[PATH_MAX];
    struct stat mine, there;
    return lock_name(lock, name) == 0 && fstat(lock->fd, &mine) == 0 && stat(name, &there) == 0 &&
           mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

int store_lock_take(struct store_lock *lock, const char *path, pid_t *holder) {
    struct store_lock found;
    char name[PATH_MAX];
    *holder = 0;
    if (lock->held && is_at_its_path(lock)) {
        return 0;
    }
    int r = find_path(lock, path);
    if (r == 0) {
        r = lock_name(lock, name);
    }
    if (r < 0) {
        return r;
    }
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0) {
        return -errno;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        r = -errno;
        *holder = read_notes(fd, &found);
        close(fd);
        return r;
    }
    if (lock->held) { /* its file was deleted: the records are written to the new one */
        close(lock->fd);
    } else {
        read_notes(fd, lock);
    }
    lock->fd = fd;
    lock->held = true;
    store_lock_note(lock);
    return 0;
}

void store_lock_release(struct store_lock *lock) {
    if (lock->held) {
        close(lock->fd);
        lock->held = false;
    }
}
