/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hermes-mailqueue-hooks: calls webhooks and runs scripts. It is started by hermes-mailqueued with
 * one end of a socketpair, or by systemd with a listening socket. A small supervisor starts the
 * process that does the work as the unprivileged user, and starts it again if it crashes.
 */
#include "core/config.h"
#include "core/hook_protocol.h"
#include "hooks/serve.h"
#include "os/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { EXIT_CONFIGURATION = 1, EXIT_CANNOT_START = 2 };

#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000

struct hooks {
    struct config *config;
    struct serve_setup setup;
    bool root;
    struct passwd user; /* with root: whom the worker becomes */
};

static int usage(void) {
    fputs("usage: hermes-mailqueue-hooks -c FILE [-b FIRST,CAP,GIVEUP] [-f] [-s FD] [-t]\n"
          "  -c FILE  the configuration, see hermes-mailqueue.conf(5)\n"
          "  -b ...   how failed deliveries are tried again, instead of 1s,5m,24h\n"
          "  -f       log to stderr\n"
          "  -s FD    the socket to hermes-mailqueued(8), which starts this program;\n"
          "           without it a socket to listen at is taken from systemd\n"
          "  -t       check what the endpoints need, and exit\n",
          stderr);
    return EXIT_CONFIGURATION;
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

/* Proxies, CA files, resolver options and more hide in an environment. */
static bool clean_environment(void) {
    return clearenv() == 0 && setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1) == 0 &&
           setenv("LC_ALL", "C.UTF-8", 1) == 0;
}

/* For both processes and for the scripts. */
static bool give_up_for_good(void) {
    const struct rlimit none = {0, 0};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0;
}

static bool peer_closed(int socket) {
    struct pollfd peer = {.fd = socket, .events = 0};
    return poll(&peer, 1, 0) > 0 && (peer.revents & POLLHUP) != 0;
}

static bool drop_root(const struct passwd *user) {
    return initgroups(user->pw_name, user->pw_gid) == 0 && setgid(user->pw_gid) == 0 &&
           setuid(user->pw_uid) == 0 && (user->pw_uid == 0 || setuid(0) < 0);
}

static int run_worker(struct hooks *hooks, int socket, pid_t supervisor) {
    if (hooks->root && !drop_root(&hooks->user)) {
        log_line(LOG_ERR, "cannot become the user %s: %s", hooks->config->hooks_user,
                 strerror(errno));
        return SERVE_REFUSED;
    }
    /* After the change of user, which takes the signal back. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != supervisor) {
        return SERVE_FAILED;
    }
    return (int)serve(&hooks->setup, socket);
}

/* Until core has gone or breaks the protocol. Returns an exit status. */
static int supervise(struct hooks *hooks, int socket) {
    int backoff_ms = BACKOFF_FIRST_MS;
    pid_t supervisor = getpid();
    for (;;) {
        int status = 0;
        pid_t worker = fork();
        if (worker == 0) {
            _exit(run_worker(hooks, socket, supervisor));
        }
        if (worker > 0) {
            while (waitpid(worker, &status, 0) < 0 && errno == EINTR) {
            }
            if (WIFEXITED(status) && WEXITSTATUS(status) != SERVE_FAILED) {
                return WEXITSTATUS(status) == SERVE_REFUSED ? SERVE_REFUSED : EXIT_SUCCESS;
            }
            log_line(LOG_WARNING, "worker ended (%s %d), starting another",
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

/* For one core. The next one is served by a new process, which reads the configuration anew. */
static int wait_for_core(struct hooks *hooks, int listener) {
    for (;;) {
        int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (socket >= 0) {
            int result = supervise(hooks, socket);
            close(socket);
            return result;
        }
        if (errno != EINTR && errno != ECONNABORTED) {
            log_line(LOG_ERR, "cannot accept a connection: %s", strerror(errno));
            return EXIT_CANNOT_START;
        }
    }
}

/* The listening socket that systemd passed, or -1. */
static int listener_from_systemd(void) {
    if (sd_listen_fds(1) != 1 ||
        sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_SEQPACKET, 1, NULL, 0) <= 0) {
        return -1;
    }
    return SD_LISTEN_FDS_START;
}

static bool find_user(struct hooks *hooks) {
    const struct passwd *entry = getpwnam(hooks->config->hooks_user);
    if (entry == NULL || entry->pw_uid == 0) {
        log_line(LOG_ERR, "%s:%u: hooks_user: %s \"%s\"", hooks->config->path,
                 config_line(hooks->config, "hooks_user"),
                 entry == NULL ? "no such user on this machine:" : "not an unprivileged user:",
                 hooks->config->hooks_user);
        return false;
    }
    hooks->user = *entry;
    return true;
}

/* A bad secret is that endpoint's trouble: it is never sent to unsigned, and the others work. */
static void load_secrets(struct hooks *hooks) {
    for (size_t i = 0; i < hooks->config->hook_count; i++) {
        const char *file = hooks->config->hooks[i].secret_file;
        if (file != NULL) {
            hooks->setup.members[i] = "secret_file";
            secret_load(file, &hooks->setup.secrets[i], hooks->setup.problems[i],
                        SERVE_PROBLEM_SIZE);
        }
    }
}

static bool load(struct hooks *hooks, const char *file) {
    char error[512];
    if (config_load(file, &hooks->config, error, sizeof error) < 0) {
        log_line(LOG_ERR, "%s", error);
        return false;
    }
    log_set_level(hooks->config->log_level);
    hooks->setup.config = hooks->config;
    hooks->root = geteuid() == 0;
    return !hooks->root || find_user(hooks);
}

/* For hermes-mailqueued -t: what would keep an endpoint from working. In a unit of its own this
 * process never has root, so that the secrets are read without it, too. */
static int check(struct hooks *hooks, const char *file) {
    int result = EXIT_SUCCESS;
    bool own_unit = getenv("HMQ_HOOKS_SOCKET") != NULL;
    if (!load(hooks, file)) {
        return EXIT_CONFIGURATION;
    }
    if (!own_unit) {
        load_secrets(hooks);
    }
    if (hooks->root && !drop_root(&hooks->user)) {
        fprintf(stderr, "cannot become the user %s: %s\n", hooks->config->hooks_user,
                strerror(errno));
        return EXIT_CANNOT_START;
    }
    if (own_unit) {
        load_secrets(hooks);
    }
    serve_find_problems(&hooks->setup);
    for (size_t i = 0; i < hooks->config->hook_count; i++) {
        const struct config_hook *hook = &hooks->config->hooks[i];
        const char *member = hooks->setup.members[i];
        if (hooks->setup.problems[i][0] != '\0') {
            char name[64];
            hook_full_name(hook, name, sizeof name);
            fprintf(stderr, "%s:%u: %s: %s\n", hooks->config->path,
                    member != NULL ? config_hook_line(hook, member) : hook->line, name,
                    hooks->setup.problems[i]);
            result = EXIT_CONFIGURATION;
        }
    }
    return result;
}

static int run(struct hooks *hooks, const char *file, int socket, int listener) {
    if (!load(hooks, file)) {
        return EXIT_CONFIGURATION;
    }
    if (!clean_environment() || !give_up_for_good() ||
        (socket >= 0 && fcntl(socket, F_SETFD, FD_CLOEXEC) < 0)) {
        log_line(LOG_ERR, "cannot start: %s", strerror(errno));
        return EXIT_CANNOT_START;
    }
    load_secrets(hooks);
    /* The terminal's Ctrl-C ends core, and core's end this. */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    return socket >= 0 ? supervise(hooks, socket) : wait_for_core(hooks, listener);
}

int main(int argc, char **argv) {
    const char *file = NULL;
    int socket = -1;
    int listener = -1;
    bool to_stderr = false;
    bool test = false;
    int option;
    struct hooks *hooks = calloc(1, sizeof *hooks);
    if (hooks == NULL) {
        return EXIT_CANNOT_START;
    }
    hooks->setup.policy = backoff_default;
    bool good = true;
    while (good && (option = getopt(argc, argv, "b:c:fs:t")) != -1) {
        if (option == 'c') {
            file = optarg;
        } else if (option == 'b') {
            good = backoff_parse(optarg, &hooks->setup.policy);
        } else if (option == 'f') {
            to_stderr = true;
        } else if (option == 't') {
            test = true;
        } else {
            good = option == 's' && parse_socket(optarg, &socket);
        }
    }
    if (good && !test && socket < 0) {
        listener = listener_from_systemd();
    }
    bool usable = good && file != NULL && optind == argc && (test || socket >= 0 || listener >= 0);
    log_open("hermes-mailqueue-hooks", to_stderr, LOG_INFO);
    int result = !usable ? usage() : test ? check(hooks, file) : run(hooks, file, socket, listener);
    config_free(hooks->config);
    free(hooks);
    return result;
}
