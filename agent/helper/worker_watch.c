/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/worker_watch.h"

#include "core/duration.h"
#include "os/log.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

/* How often the supervisor checks the worker, and for how many checks the worker may be stopped, or
 * busy with one task such as a scan of a cold disk, before it is killed and replaced. */
#define LOOK_MS 1000
#define STOPPED_LOOKS_MAX 4
#define SILENT_LOOKS_MAX 300

#define ORPHAN_LOOK_MS 10
#define ORPHAN_LOOKS_MAX 500

/* Set-gid programs such as postqueue lose their parent-death signal. The commands of a worker that
 * crashed have become children of this process, and are killed here. */
static void kill_orphans(void) {
    char path[64];
    char word[16];
    uint64_t child;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *children = fopen(path, "re");
    if (children == NULL) {
        return;
    }
    while (fscanf(children, "%15s", word) == 1) {
        if (number_parse(word, INT32_MAX, &child) && child > 1) {
            kill(-(pid_t)child, SIGKILL); /* each leads its own process group */
            kill((pid_t)child, SIGKILL);
        }
    }
    fclose(children);
}

/* No command may still be running when the next worker sends hello. However, a process that waits
 * for a disk does not end even by SIGKILL, and is not waited for forever. */
static void end_orphans(void) {
    for (int i = 0; i < ORPHAN_LOOKS_MAX; i++) {
        pid_t child;
        kill_orphans();
        do {
            child = waitpid(-1, NULL, WNOHANG);
        } while (child > 0);
        if (child < 0) {
            return;
        }
        poll(NULL, 0, ORPHAN_LOOK_MS);
    }
}

/* The state of the watch between two checks. */
struct watch {
    pid_t worker;
    uint32_t turns; /* of its loop, at the last check */
    int stopped;    /* consecutive checks in which it was stopped */
    int silent;     /* consecutive checks without a turn */
    bool killed;
};

/* Kills a worker that has been stopped, or has not turned its loop, for too long. It counts checks
 * rather than seconds, because nothing is late while the whole machine or container is frozen. */
static void judge_worker(struct watch *watch, uint32_t turns) {
    watch->silent = turns == watch->turns ? watch->silent + 1 : 0;
    watch->turns = turns;
    watch->stopped = watch->stopped > 0 ? watch->stopped + 1 : 0;
    if (watch->killed ||
        (watch->stopped <= STOPPED_LOOKS_MAX && watch->silent < SILENT_LOOKS_MAX)) {
        return;
    }
    log_line(LOG_WARNING, "worker %d %s, ending it", (int)watch->worker,
             watch->stopped > 0 ? "is stopped" : "does not respond");
    watch->killed = true;
    kill(watch->worker, SIGKILL);
}

/* Reaps children that have ended. Returns true, with the worker's wait status, once the worker has
 * ended. */
static bool reap(struct watch *watch, int *status) {
    int what;
    pid_t child;
    while ((child = waitpid(-1, &what, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
        if (child != watch->worker) {
            continue;
        }
        if (WIFSTOPPED(what) || WIFCONTINUED(what)) {
            watch->stopped = WIFSTOPPED(what) ? 1 : 0;
            continue;
        }
        *status = what;
        return true;
    }
    return false;
}

int worker_watch(pid_t worker, _Atomic uint32_t *turns) {
    struct watch watch = {.worker = worker, .turns = atomic_load(turns)};
    int status = 0;
    struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, worker, 0), .events = POLLIN};
    while (!reap(&watch, &status)) {
        if (poll(&end, 1, LOOK_MS) == 0) {
            judge_worker(&watch, atomic_load(turns));
        }
    }
    if (end.fd >= 0) {
        close(end.fd);
    }
    end_orphans();
    return status;
}

_Atomic uint32_t *worker_turns_new(void) {
    _Atomic uint32_t *turns =
        mmap(NULL, sizeof *turns, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (turns == MAP_FAILED) {
        return NULL;
    }
    return turns;
}
