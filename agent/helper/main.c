/*
 * hermes-mailqueue-helper: the part of the agent that keeps root. It is started by
 * hermes-mailqueued with one end of a socketpair and is of no use by hand. A small supervisor
 * starts the process that serves, and starts it again if it crashes: core has given up the right
 * to do so.
 */
#include "core/config.h"
#include "core/duration.h"
#include "helper/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_USAGE 1
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000

static int usage(void) {
    fputs("usage: hermes-mailqueue-helper -c FILE -s FD\n"
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

static int run_worker(const struct config *config, int socket, pid_t supervisor) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != supervisor) {
        return SERVE_FAILED;
    }
    return (int)serve(config, socket);
}

/* Programs that are set-gid, as postqueue is, lose their parent-death signal: what a worker that
 * crashed was running has become a child of this process, and is ended here. */
static void end_orphans(void) {
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

/* Waits for the worker's end, and reaps what it left behind. Returns the worker's wait status. */
static int wait_for_worker(pid_t worker) {
    int status = 0;
    pid_t ended;
    do {
        ended = waitpid(-1, &status, 0);
    } while (ended != worker && (ended >= 0 || errno == EINTR));
    end_orphans();
    return status;
}

static int supervise(const struct config *config, int socket) {
    int backoff_ms = BACKOFF_FIRST_MS;
    pid_t supervisor = getpid();
    for (;;) {
        int status = 0;
        pid_t worker = fork();
        if (worker == 0) {
            _exit(run_worker(config, socket, supervisor));
        }
        if (worker > 0) {
            status = wait_for_worker(worker);
            if (WIFEXITED(status) && WEXITSTATUS(status) != SERVE_FAILED) {
                return WEXITSTATUS(status) == SERVE_REFUSED ? SERVE_REFUSED : EXIT_SUCCESS;
            }
            fprintf(stderr, "hermes-mailqueue-helper: worker ended (%s %d), starting another\n",
                    WIFSIGNALED(status) ? "signal" : "status",
                    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        }
        if (peer_closed(socket)) {
            return EXIT_SUCCESS;
        }
        poll(NULL, 0, backoff_ms);
        backoff_ms = 2 * backoff_ms < BACKOFF_MAX_MS ? 2 * backoff_ms : BACKOFF_MAX_MS;
    }
}

int main(int argc, char **argv) {
    const char *file = NULL;
    int socket = -1;
    int option;
    while ((option = getopt(argc, argv, "c:s:")) != -1) {
        if (option == 'c') {
            file = optarg;
        } else if (option != 's' || !parse_socket(optarg, &socket)) {
            return usage();
        }
    }
    if (file == NULL || socket < 0 || optind != argc) {
        return usage();
    }
    struct config *config;
    char error[512];
    if (config_load(file, &config, error, sizeof error) < 0) {
        fprintf(stderr, "hermes-mailqueue-helper: %s\n", error);
        return EXIT_USAGE;
    }
    if (!clean_environment() || fcntl(socket, F_SETFD, FD_CLOEXEC) < 0) {
        fprintf(stderr, "hermes-mailqueue-helper: %s\n", strerror(errno));
        return EXIT_USAGE;
    }
    /* The terminal's Ctrl-C ends core, and core's end this. */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    /* Refused by no kernel that runs this; without it orphans would only last longer. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int result = supervise(config, socket);
    config_free(config);
    return result;
}
