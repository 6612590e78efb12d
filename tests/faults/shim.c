/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loaded into the agent and its helper by LD_PRELOAD: what a kernel, a disk or a clock does that
 * cannot be asked of those of the machine without harm to others. Each fault lasts as long as a
 * file of its name exists in the directory HMQ_FAULTS:
 *
 *     slow-disk   fsync(2) and fdatasync(2) take two seconds
 *     no-fork     fork(2) fails with EAGAIN, as at a limit of processes
 *     no-inotify  inotify has no instance and no watch left, as at its limits
 *
 * The file clock always exists: it holds a number of seconds (int64_t) by which CLOCK_REALTIME is
 * ahead. Timers of the kernel keep the machine's time.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <dlfcn.h>

static char folder[PATH_MAX]; /* the environment is cleaned soon after the start */
static const volatile int64_t *ahead_s;

__attribute__((constructor)) static void find_folder(void) {
    char path[PATH_MAX + 8];
    const char *given = getenv("HMQ_FAULTS");
    snprintf(folder, sizeof folder, "%s", given != NULL ? given : "");
    snprintf(path, sizeof path, "%s/clock", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *ahead_s, PROT_READ, MAP_SHARED, fd, 0);
    ahead_s = mapped == MAP_FAILED ? NULL : mapped;
    if (fd >= 0) {
        close(fd);
    }
}

static bool now(const char *fault) {
    char path[PATH_MAX + 16];
    int before = errno;
    snprintf(path, sizeof path, "%s/%s", folder, fault);
    bool there = access(path, F_OK) == 0;
    errno = before;
    return there;
}

static void wait_for_disk(void) {
    if (now("slow-disk")) {
        nanosleep(&(struct timespec){.tv_sec = 2}, NULL);
    }
}

int fsync(int fd) {
    wait_for_disk();
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    wait_for_disk();
    return (int)syscall(SYS_fdatasync, fd);
}

pid_t fork(void) {
    static pid_t (*real)(void);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "fork");
    }
    if (now("no-fork")) {
        errno = EAGAIN;
        return -1;
    }
    return real();
}

int inotify_init1(int flags) {
    if (now("no-inotify")) {
        errno = EMFILE;
        return -1;
    }
    return (int)syscall(SYS_inotify_init1, flags);
}

int inotify_add_watch(int fd, const char *path, uint32_t mask) {
    if (now("no-inotify")) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_inotify_add_watch, fd, path, mask);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && clock == CLOCK_REALTIME && ahead_s != NULL) {
        time->tv_sec += *ahead_s;
    }
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    *time = (struct timeval){.tv_sec = exact.tv_sec, .tv_usec = exact.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *out) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (out != NULL) {
        *out = exact.tv_sec;
    }
    return exact.tv_sec;
}
