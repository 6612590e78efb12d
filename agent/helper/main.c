/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hermes-mailqueue-helper: the part of the agent that keeps root. It is started by
 * hermes-mailqueued with one end of a socketpair and is of no use by hand. A small supervisor
 * starts the process that serves, and starts another if it crashes, is stopped or hangs: core has
 * given up the right to do so.
 */
#include "core/config.h"
#include "core/duration.h"
#include "helper/serve.h"
#include "os/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define EXIT_USAGE 1
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000

/* How often the supervisor looks at the worker, and for how many looks the worker may be stopped,
 * or busy with one thing (a scan of a cold disk, say), before it is ended and replaced. */
#define LOOK_MS 1000
#define STOPPED_LOOKS_MAX 4
#define SILENT_LOOKS_MAX 300

#define ORPHAN_LOOK_MS 10
#define ORPHAN_LOOKS_MAX 500

static int usage(void) {
    fputs("usage: hermes-mailqueue-helper -c FILE -s FD [-f]\n"
          "Started by hermes-mailqueued(8); not to be run by hand.\n",
          stderr);
    return EXIT_USAGE;
}

static bool parse_socket(const char *text, int *fd) {
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    struct stat st;
    if (errno != 0 || *end != '\0' || number <= STDERR_FILENO || number > 65535 ||
        fstat((int)number, &st) < 0 || !S_ISSOCK(st.st_mode)) {
        return false;
    }
    *fd = (int)number;
    return true;
}

/* Nothing of the caller's environment reaches Postfix's programs: MAIL_CONFIG for one matters. */
static bool clean_environment(void) {
    return clearenv() == 0 && setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1) == 0 &&
           setenv("LC_ALL", "C", 1) == 0;
}

static bool peer_closed(int socket) {
    struct pollfd peer = {.fd = socket, .events = 0};
    return poll(&peer, 1, 0) > 0 && (peer.revents & POLLHUP) != 0;
}

static int run_worker(const struct serve_context *context, pid_t supervisor) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != supervisor) {
        return SERVE_FAILED;
    }
    return (int)serve(context);
}

/* Programs that are set-gid, as postqueue is, lose their parent-death signal: what a worker that
 * crashed was running has become a child of this process, and is killed here. */
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
            kill(-(pid_t)child, SIGKILL); /* each leads a group of its own */
            kill((pid_t)child, SIGKILL);
        }
    }
    fclose(children);
}

/* Nothing may still be acting when the next worker says hello. What even SIGKILL does not end,
 * since it waits for a disk, is not waited for forever. */
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

/* What the supervisor knows of the worker between two looks. */
struct watch {
    pid_t worker;
    uint32_t turns; /* of its loop, at the last look */
    int stopped;    /* looks in a row at which it was stopped */
    int silent;     /* looks in a row without a turn */
    bool killed;
};

/* Ends a worker that has been stopped, or has not turned its loop, for too long. Looks are counted,
 * not seconds: while the whole machine or container was frozen nobody is late. */
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

/* Takes in what has become of the children. Returns true, with the worker's wait status, once that
 * has ended. */
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

/* Waits for the worker's end, and reaps what it left behind. Returns the worker's wait status. */
static int wait_for_worker(pid_t worker, _Atomic uint32_t *turns) {
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

static int supervise(struct serve_context *context) {
    int backoff_ms = BACKOFF_FIRST_MS;
    pid_t supervisor = getpid();
    for (;;) {
        int status = 0;
        context->worker++;
        pid_t worker = fork();
        if (worker == 0) {
            _exit(run_worker(context, supervisor));
        }
        if (worker > 0) {
            status = wait_for_worker(worker, context->turns);
            if (WIFEXITED(status) && WEXITSTATUS(status) != SERVE_FAILED) {
                return WEXITSTATUS(status) == SERVE_REFUSED ? SERVE_REFUSED : EXIT_SUCCESS;
            }
            log_line(LOG_WARNING, "worker ended (%s %d), starting another",
                     WIFSIGNALED(status) ? "signal" : "status",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        }
        if (peer_closed(context->socket)) {
            return EXIT_SUCCESS;
        }
        poll(NULL, 0, backoff_ms);
        backoff_ms = 2 * backoff_ms < BACKOFF_MAX_MS ? 2 * backoff_ms : BACKOFF_MAX_MS;
    }
}

/* Shared with the workers. NULL with errno set. */
static _Atomic uint32_t *turn_counter(void) {
    void *page = mmap(NULL, sizeof(_Atomic uint32_t), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? NULL : page;
}

int main(int argc, char **argv) {
    const char *file = NULL;
    int socket = -1;
    bool to_stderr = false;
    int option;
    while ((option = getopt(argc, argv, "c:fs:")) != -1) {
        if (option == 'c') {
            file = optarg;
        } else if (option == 'f') {
            to_stderr = true;
        } else if (option != 's' || !parse_socket(optarg, &socket)) {
            return usage();
        }
    }
    if (file == NULL || socket < 0 || optind != argc) {
        return usage();
    }
    struct config *config;
    char error[512];
    log_open("hermes-mailqueue-helper", to_stderr, LOG_INFO);
    if (config_load(file, &config, error, sizeof error) < 0) {
        log_line(LOG_ERR, "%s", error);
        return EXIT_USAGE;
    }
    log_set_level(config->log_level);
    struct serve_context context = {.config = config, .socket = socket, .turns = turn_counter()};
    if (context.turns == NULL || !clean_environment() || fcntl(socket, F_SETFD, FD_CLOEXEC) < 0) {
        log_line(LOG_ERR, "cannot start: %s", strerror(errno));
        return EXIT_USAGE;
    }
    /* The terminal's Ctrl-C ends core, and core's end this. */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    /* Refused by no kernel that runs this; without it orphans would only last longer. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int result = supervise(&context);
    config_free(config);
    return result;
}
