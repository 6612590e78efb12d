/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hermes-mailqueue-hooks: calls webhooks and runs scripts. It is started by hermes-mailqueued with
 * one end of a socketpair, or by systemd with a listening socket. A small supervisor starts the
 * process that does the work as the unprivileged user, and starts it again if it crashes.
 */
#include "core/config.h"
#include "core/hook_protocol.h"
#include "hooks/serve.h"
#include "os/environment.h"
#include "os/identity.h"
#include "os/log.h"
#include "os/process.h"
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
    struct config *config;
    struct serve_setup setup;
    bool root;
    struct identity user; /* with root: whom the worker becomes */
    int socket;           /* to the agent */
    pid_t supervisor;
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

static int run_worker(void *userdata, uint32_t number) {
    struct hooks *hooks = userdata;
    (void)number;
    int r = hooks->root ? identity_drop_root(&hooks->user) : 0;
    if (r < 0) {
        log_line(LOG_ERR, "cannot become the user %s: %s", hooks->config->hooks_user, strerror(-r));
        return WORKER_REFUSED;
    }
    /* Again, because the change of user cancelled it. */
    return process_follow(hooks->supervisor) ? (int)serve(&hooks->setup, hooks->socket)
                                             : WORKER_FAILED;
}

/* Until the agent ends or breaks the protocol. Returns an exit status. */
static int serve_agent(struct hooks *hooks, int socket) {
    const struct supervision supervision = {.socket = socket, .run = run_worker, .userdata = hooks};
    hooks->socket = socket;
    hooks->supervisor = getpid();
    return (int)supervise(&supervision);
}

/* For one agent. The next one is served by a new process, which reads the configuration anew. */
static int wait_for_agent(struct hooks *hooks, int listener) {
    for (;;) {
        int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (socket >= 0) {
            int result = serve_agent(hooks, socket);
            close(socket);
            return result;
        }
        if (errno != EINTR && errno != ECONNABORTED) {
            log_line(LOG_ERR, "cannot accept a connection: %s", strerror(errno));
            return EXIT_CANNOT_START;
        }
    }
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
    if (hooks->root && !identity_find_key(hooks->config, "hooks_user", hooks->config->hooks_user,
                                          &hooks->user, error, sizeof error)) {
        log_line(LOG_ERR, "%s", error);
        return false;
    }
    return true;
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
    int r = hooks->root ? identity_drop_root(&hooks->user) : 0;
    if (r < 0) {
        fprintf(stderr, "cannot become the user %s: %s\n", hooks->config->hooks_user, strerror(-r));
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
    int r = environment_clean("C.UTF-8");
    if (r >= 0) {
        r = process_harden();
    }
    if (r >= 0 && socket >= 0 && fcntl(socket, F_SETFD, FD_CLOEXEC) < 0) {
        r = -errno;
    }
    if (r < 0) {
        log_line(LOG_ERR, "cannot start: %s", strerror(-r));
        return EXIT_CANNOT_START;
    }
    load_secrets(hooks);
    /* The terminal's Ctrl-C ends the agent, and the agent's end this. */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    return socket >= 0 ? serve_agent(hooks, socket) : wait_for_agent(hooks, listener);
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
            good = option == 's' && socket_parse(optarg, &socket);
        }
    }
    if (good && !test && socket < 0) {
        listener = socket_listener();
    }
    bool usable = good && file != NULL && optind == argc && (test || socket >= 0 || listener >= 0);
    log_open("hermes-mailqueue-hooks", to_stderr, LOG_INFO);
    int result = !usable ? usage() : test ? check(hooks, file) : run(hooks, file, socket, listener);
    config_free(hooks->config);
    free(hooks);
    return result;
}
