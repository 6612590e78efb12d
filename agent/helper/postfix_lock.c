/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The list of locks is read only until the holder is known. From then on the holder's pidfd
 * answers: master(8) keeps the lock until it ends, so as long as it runs, and the file is still the
 * same, the lock is held. That the process behind the pidfd is the one from the list is certain
 * because the list is read once more after the pidfd has been opened.
 */
#include "helper/postfix_lock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* The kernel gives the list in pieces, each at a time of its own. If a lock before the end of one
 * is released before the next is read, the first lock of that one is left out. So the list is read
 * again, in pieces of another size, until the lock is found. */
static const size_t piece_sizes[] = {65536, 3001, 2003, 1501, 1201, 907};

#define LOCK_FOLDER "pid"
#define LOCK_FILE LOCK_FOLDER "/master.pid"

/* PROC_PID_INIT_INO of linux/proc_ns.h */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU

/* "1: FLOCK  ADVISORY  WRITE 6044 fe:01:131211 0 EOF". The holder is 0 if it cannot be seen. */
static bool line_is_lock_on(const char *line, const struct stat *st, int *holder) {
    char kind[16];
    char access[16];
    unsigned device_major;
    unsigned device_minor;
    unsigned long long inode;
    /* The widths are those of the buffers; numbers that do not fit match no file.
     * NOLINTNEXTLINE(cert-err34-c) */
    if (sscanf(line, "%*s %15s %*s %15s %d %x:%x:%llu", kind, access, holder, &device_major,
               &device_minor, &inode) != 6) {
        return false;
    }
    /* For file systems without a device, stat(2) may return another number than this one. */
    bool same_device = device_major == 0 ||
                       (device_major == major(st->st_dev) && device_minor == minor(st->st_dev));
    return strcmp(kind, "FLOCK") == 0 && strcmp(access, "WRITE") == 0 && inode == st->st_ino &&
           same_device;
}

bool postfix_lock_sees_all(void) {
    struct stat st;
    return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == FIRST_PID_NAMESPACE;
}

/* Without this directory, the path is not a spool but a mount point for one. */
static bool folder_exists(const char *spool) {
    char path[PATH_MAX];
    struct stat st;
    int length = snprintf(path, sizeof path, "%s/%s", spool, LOCK_FOLDER);
    return length > 0 && (size_t)length < sizeof path && stat(path, &st) == 0 &&
           S_ISDIR(st.st_mode);
}

/* Whether one reading of the list has a lock on that file, and whose. */
static enum postfix_state read_list(const struct stat *st, size_t piece_size, int *holder) {
    char line[256];
    FILE *locks = fopen("/proc/locks", "re");
    if (locks == NULL) {
        return POSTFIX_UNKNOWN;
    }
    setvbuf(locks, NULL, _IOFBF, piece_size);
    enum postfix_state state = POSTFIX_STOPPED;
    while (state == POSTFIX_STOPPED && fgets(line, sizeof line, locks) != NULL) {
        if (line_is_lock_on(line, st, holder)) {
            state = POSTFIX_RUNNING;
        }
    }
    if (ferror(locks) != 0) {
        state = POSTFIX_UNKNOWN;
    }
    fclose(locks);
    return state;
}

static enum postfix_state look(const struct stat *st, int *holder) {
    enum postfix_state state = POSTFIX_STOPPED;
    for (size_t i = 0; i < sizeof piece_sizes / sizeof piece_sizes[0] && state == POSTFIX_STOPPED;
         i++) {
        state = read_list(st, piece_sizes[i], holder);
    }
    return state;
}

static bool still_held(const struct postfix_lock *lock, const struct stat *st) {
    struct pollfd end = {.fd = lock->holder, .events = POLLIN};
    return lock->holder >= 0 && lock->device == st->st_dev && lock->inode == st->st_ino &&
           poll(&end, 1, 0) == 0;
}

static void remember(struct postfix_lock *lock, const struct stat *st, int holder) {
    int again = 0;
    int fd = holder > 0 ? (int)syscall(SYS_pidfd_open, holder, 0) : -1;
    if (fd < 0) {
        return;
    }
    if (look(st, &again) != POSTFIX_RUNNING || again != holder) {
        close(fd);
        return;
    }
    *lock = (struct postfix_lock){.holder = fd, .device = st->st_dev, .inode = st->st_ino};
}

void postfix_lock_forget(struct postfix_lock *lock) {
    if (lock->holder >= 0) {
        close(lock->holder);
    }
    *lock = POSTFIX_LOCK_INIT;
}

enum postfix_state postfix_lock_state(struct postfix_lock *lock, const char *spool) {
    char path[PATH_MAX];
    struct stat st;
    int length = snprintf(path, sizeof path, "%s/%s", spool, LOCK_FILE);
    if (length < 0 || (size_t)length >= sizeof path) {
        return POSTFIX_UNKNOWN;
    }
    if (stat(path, &st) < 0) {
        return errno == ENOENT && folder_exists(spool) ? POSTFIX_STOPPED : POSTFIX_UNKNOWN;
    }
    if (still_held(lock, &st)) {
        return POSTFIX_RUNNING;
    }
    postfix_lock_forget(lock);
    int holder = 0;
    enum postfix_state state = look(&st, &holder);
    if (state == POSTFIX_RUNNING) {
        remember(lock, &st, holder);
    }
    return state;
}
