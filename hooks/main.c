/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hermes-mailqueue-hooks: calls webhooks and runs scripts. It is started by hermes-mailqueued with
 * one end of a socketpair, or by systemd with a listening socket.
 *
 * This is the supervisor. It reads what may be root's to read, and starts the worker
 * (hooks/worker.c), a program of its own that does the work as the unprivileged user, and starts it
 * again if it crashes. It loads none of the worker's libraries.
 */
#include "core/config.h"
#include "core/hook_protocol.h"
#include "hooks/handover.h"
#include "hooks/setup.h"
#include "os/identity.h"
#include "os/log.h"
#include "os/process.h"
#include "os/sibling.h"
#include "os/socket.h"
#include "os/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

enum { EXIT_CONFIGURATION = 1, EXIT_CANNOT_START = 2 };

struct hooks {
    const char *file; /* the configuration's */
    bool to_stderr;
    struct config *config;
    struct handover handover;
    int handover_fd;
    int worker_fd; /* the worker's program */
    int socket;    /* to the agent */
};

static int usage(void) {
    fputs("usage: hermes-mailqueue-hooks -c FILE [-b FIRST,CAP,GIVEUP] [-f] [-s FD] [-t]\n"
          "  -c FILE  the configuration, see hermes-mailqueue.conf(5)\n"
          "  -b ...   how failed deliveries are tried again, instead of 1s,5m,24h\n"
          "  -f       log to stderr\n"
          "  -s FD    the socket to hermes-mailqueued(8), which starts this program;\n"
          "           without it systemd has to pass a listening socket\n"
          "  -t       check what the endpoints need, and exit\n",
          stderr);
    return EXIT_CONFIGURATION;
}

static bool inherit(int fd) {
    return fcntl(fd, F_SETFD, 0) == 0;
}

/* Starts the worker's program in this process. Its environment is the one that this program was
 * started with: the log needs a variable of it, and the worker drops it. */
static int run_worker(void *userdata, uint32_t number) {
    const struct hooks *hooks = userdata;
    char handover[16];
    char socket[16];
    const char *arguments[] = {
        SIBLING_HOOKS_WORKER, "-c", hooks->file, "-i", handover, "-s", socket, NULL, NULL};
    (void)number;
    snprintf(handover, sizeof handover, "%d", hooks->handover_fd);
    snprintf(socket, sizeof socket, "%d", hooks->socket);
    if (hooks->to_stderr) {
        arguments[7] = "-f";
    }
    if (inherit(hooks->handover_fd) && inherit(hooks->socket)) {
        fexecve(hooks->worker_fd, (char *const *)(uintptr_t)arguments, environ);
    }
    log_line(LOG_ERR, "cannot run " SIBLING_HOOKS_WORKER ": %s", strerror(errno));
    return WORKER_FAILED;
}

/* Until the agent closes the connection or breaks the protocol. Returns an exit status. */
static int serve_agent(struct hooks *hooks, int socket) {
    const struct supervision supervision = {.socket = socket, .run = run_worker, .userdata = hooks};
    hooks->socket = socket;
    return (int)supervise(&supervision);
}

/* For one agent. The next one is served by a new process, which reads the configuration anew. */
static int wait_for_agent(struct hooks *hooks, int listener) {
    int socket = socket_accept(listener);
    if (socket < 0) {
        log_line(LOG_ERR, "cannot accept a connection: %s", strerror(-socket));
        return EXIT_CANNOT_START;
    }
    int result = serve_agent(hooks, socket);
    close(socket);
    return result;
}

/* What the configuration says about this process itself. */
static bool take_config(struct hooks *hooks, char *error, size_t size) {
    struct handover *handover = &hooks->handover;
    log_set_level(hooks->config->log_level);
    handover->setup.config = hooks->config;
    handover->supervisor = getpid();
    handover->root = geteuid() == 0;
    return !handover->root ||
           identity_find_key(hooks->config, "hooks_user", hooks->config->hooks_user,
                             &handover->user, error, size);
}

/* Prints what is wrong with each endpoint. Returns an exit status. */
static int print_problems(const struct hooks *hooks) {
    const struct setup *setup = &hooks->handover.setup;
    int result = EXIT_SUCCESS;
    for (size_t i = 0; i < hooks->config->hook_count; i++) {
        const struct config_hook *hook = &hooks->config->hooks[i];
        const char *member = setup->members[i];
        if (setup->problems[i][0] != '\0') {
            char name[64];
            hook_full_name(hook, name, sizeof name);
            fprintf(stderr, "%s:%u: %s: %s\n", hooks->config->path,
                    member != NULL ? config_hook_line(hook, member) : hook->line, name,
                    setup->problems[i]);
            result = EXIT_CONFIGURATION;
        }
    }
    return result;
}

/* For hermes-mailqueued -t: what would keep an endpoint from working. In a unit of its own this
 * process never has root, so that the secrets are read without it, too. */
static int check(struct hooks *hooks) {
    char error[512];
    struct handover *handover = &hooks->handover;
    bool own_unit = getenv("HMQ_HOOKS_SOCKET") != NULL;
    if (config_load(hooks->file, &hooks->config, error, sizeof error) < 0 ||
        !take_config(hooks, error, sizeof error)) {
        log_line(LOG_ERR, "%s", error);
        return EXIT_CONFIGURATION;
    }
    if (!own_unit) {
        setup_load_secrets(&handover->setup);
    }
    int r = sibling_open(SIBLING_HOOKS_WORKER, &hooks->worker_fd);
    if (r < 0) {
        fprintf(stderr, "cannot run " SIBLING_HOOKS_WORKER ": %s\n", strerror(-r));
        return EXIT_CANNOT_START;
    }
    r = handover->root ? identity_drop_root(&handover->user) : 0;
    if (r < 0) {
        fprintf(stderr, "cannot become the user %s: %s\n", hooks->config->hooks_user, strerror(-r));
        return EXIT_CANNOT_START;
    }
    if (own_unit) {
        setup_load_secrets(&handover->setup);
    }
    setup_find_problems(&handover->setup);
    return print_problems(hooks);
}

/* Reads the configuration into the handover and from there. */
static bool load(struct hooks *hooks, char *error, size_t size) {
    hooks->handover_fd = handover_begin(hooks->file, error, size);
    if (hooks->handover_fd < 0) {
        return false;
    }
    FILE *stream = handover_config(hooks->handover_fd);
    if (stream == NULL) {
        snprintf(error, size, "%s:0: cannot be read: %s", hooks->file, strerror(errno));
        return false;
    }
    int r = config_parse(stream, hooks->file, &hooks->config, error, size);
    fclose(stream);
    return r == 0 && take_config(hooks, error, size);
}

/* Returns 0 or a negative errno value. */
static int prepare(struct hooks *hooks) {
    setup_load_secrets(&hooks->handover.setup);
    int r = handover_complete(hooks->handover_fd, &hooks->handover);
    if (r >= 0) {
        r = process_harden();
    }
    if (r >= 0 && hooks->socket >= 0 && fcntl(hooks->socket, F_SETFD, FD_CLOEXEC) < 0) {
        r = -errno;
    }
    return r;
}

/* In a unit of its own this process has the unit's user from the start, whatever the file says. */
static void warn_other_user(const struct config *config) {
    char error[512];
    if (config_line(config, "hooks_user") != 0 &&
        !identity_is_key(config, "hooks_user", config->hooks_user,
                         "User= of hermes-mailqueue-hooks.service", error, sizeof error)) {
        log_line(LOG_WARNING, "%s", error);
    }
}

/* Until nothing is left to do. Returns an exit status. */
static int run(struct hooks *hooks, int listener) {
    char error[512];
    if (!load(hooks, error, sizeof error)) {
        log_line(LOG_ERR, "%s", error);
        return EXIT_CONFIGURATION;
    }
    int r = sibling_open(SIBLING_HOOKS_WORKER, &hooks->worker_fd);
    if (r < 0) {
        log_line(LOG_ERR, "cannot run " SIBLING_HOOKS_WORKER ": %s", strerror(-r));
        return EXIT_CANNOT_START;
    }
    r = prepare(hooks);
    if (r < 0) {
        log_line(LOG_ERR, "cannot start: %s", strerror(-r));
        return EXIT_CANNOT_START;
    }
    /* Ctrl-C at a terminal ends the agent, and then this process ends too. */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    if (listener >= 0) {
        warn_other_user(hooks->config);
    }
    return hooks->socket >= 0 ? serve_agent(hooks, hooks->socket) : wait_for_agent(hooks, listener);
}

int main(int argc, char **argv) {
    int listener = -1;
    bool test = false;
    int option;
    struct hooks *hooks = calloc(1, sizeof *hooks);
    if (hooks == NULL) {
        return EXIT_CANNOT_START;
    }
    hooks->socket = -1;
    hooks->handover.setup.policy = backoff_default;
    bool good = true;
    while (good && (option = getopt(argc, argv, "b:c:fs:t")) != -1) {
        if (option == 'c') {
            hooks->file = optarg;
        } else if (option == 'b') {
            good = backoff_parse(optarg, &hooks->handover.setup.policy);
        } else if (option == 'f') {
            hooks->to_stderr = true;
        } else if (option == 't') {
            test = true;
        } else {
            good = option == 's' && socket_parse(optarg, &hooks->socket);
        }
    }
    if (good && !test && hooks->socket < 0) {
        listener = socket_listener();
    }
    bool usable = good && hooks->file != NULL && optind == argc &&
                  (test || hooks->socket >= 0 || listener >= 0);
    log_open(SIBLING_HOOKS, hooks->to_stderr, LOG_INFO);
    int result = !usable ? usage() : test ? check(hooks) : run(hooks, listener);
    if (result != EXIT_SUCCESS && listener >= 0) {
        socket_turn_away(listener);
    }
    config_free(hooks->config);
    free(hooks);
    return result;
}
