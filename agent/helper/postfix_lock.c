/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/postfix_lock.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* The kernel gives the list in pieces, each at a time of its own. If a lock before the end of one
 * is released before the next is read, the first lock of that one is left out. So the list is read
 * again, in pieces of another size, until the lock is found. */
static const size_t piece_sizes[] = {65536, 3001, 2003, 1501, 1201, 907};

#define LOCK_FOLDER "pid"
#define LOCK_FILE LOCK_FOLDER "/master.pid"

/* PROC_PID_INIT_INO of linux/proc_ns.h */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU

/* "1: FLOCK  ADVISORY  WRITE 6044 fe:01:131211 0 EOF" */
static bool line_is_lock_on(const char *line, const struct stat *st) {
    char kind[16];
    char access[16];
    unsigned device_major;
    unsigned device_minor;
    unsigned long long inode;
    /* The widths are those of the buffers; numbers that do not fit match no file.
     * NOLINTNEXTLINE(cert-err34-c) */
    if (sscanf(line, "%*s %15s %*s %15s %*s %x:%x:%llu", kind, access, &device_major, &device_minor,
               &inode) != 5) {
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

/* Whether one reading of the list has a lock on that file. */
static enum postfix_state look(const struct stat *st, size_t piece_size) {
    char line[256];
    FILE *locks = fopen("/proc/locks", "re");
    if (locks == NULL) {
        return POSTFIX_UNKNOWN;
    }
    setvbuf(locks, NULL, _IOFBF, piece_size);
    enum postfix_state state = POSTFIX_STOPPED;
    while (state == POSTFIX_STOPPED && fgets(line, sizeof line, locks) != NULL) {
        if (line_is_lock_on(line, st)) {
            state = POSTFIX_RUNNING;
        }
    }
    if (ferror(locks) != 0) {
        state = POSTFIX_UNKNOWN;
    }
    fclose(locks);
    return state;
}

enum postfix_state postfix_lock_state(const char *spool) {
    char path[PATH_MAX];
    struct stat st;
    int length = snprintf(path, sizeof path, "%s/%s", spool, LOCK_FILE);
    if (length < 0 || (size_t)length >= sizeof path) {
        return POSTFIX_UNKNOWN;
    }
    if (stat(path, &st) < 0) {
        return errno == ENOENT && folder_exists(spool) ? POSTFIX_STOPPED : POSTFIX_UNKNOWN;
    }
    enum postfix_state state = POSTFIX_STOPPED;
    for (size_t i = 0; i < sizeof piece_sizes / sizeof piece_sizes[0] && state == POSTFIX_STOPPED;
         i++) {
        state = look(&st, piece_sizes[i]);
    }
    return state;
}
