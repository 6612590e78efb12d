/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hermes-mailqueue-helper: the part of the agent that keeps root. hermes-mailqueued starts it with
 * one end of a socketpair; or systemd does, with a listening socket, when hermes-mailqueued
 * connects, which then needs no root at all. It is of no use by hand. A small supervisor starts the
 * process that serves, and starts another if it crashes, is stopped or hangs: the agent cannot.
 */
#include "core/config.h"
#include "helper/serve.h"
#include "helper/worker_watch.h"
#include "os/command_path.h"
#include "os/environment.h"
#include "os/identity.h"
#include "os/log.h"
#include "os/socket.h"
#include "os/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

enum { EXIT_CONFIGURATION = 1, EXIT_CANNOT_START = 2 };

struct arguments {
    const char *file; /* the configuration's */
    int socket;       /* to the agent, or -1 */
    bool to_stderr;
};

static int usage(void) {
    fputs("usage: hermes-mailqueue-helper -c FILE [-s FD] [-f]\n"
          "Started by hermes-mailqueued(8), or by systemd with a listening socket, not by hand.\n",
          stderr);
    return EXIT_CONFIGURATION;
}

static bool parse(int argc, char **argv, struct arguments *arguments) {
    int option;
    *arguments = (struct arguments){.socket = -1};
    while ((option = getopt(argc, argv, "c:fs:")) != -1) {
        if (option == 'c') {
            arguments->file = optarg;
        } else if (option == 'f') {
            arguments->to_stderr = true;
        } else if (option != 's' || !socket_parse(optarg, &arguments->socket)) {
            return false;
        }
    }
    return arguments->file != NULL && optind == argc;
}

static int run_worker(void *userdata, uint32_t number) {
    struct serve_context *context = userdata;
    context->worker = number;
    return (int)serve(context);
}

static int reap_worker(void *userdata, pid_t worker) {
    const struct serve_context *context = userdata;
    return worker_watch(worker, context->turns);
}

/* Nothing of the caller's environment reaches Postfix's programs: MAIL_CONFIG for one matters.
 * `podman --remote` insists on a HOME where it cannot create one below /run, as in the unit's
 * sandbox. Returns 0 or a negative errno value. */
static int prepare(const struct config *config) {
    int r = environment_clean(config->command_path, "C");
    if (r == 0 && setenv("HOME", "/root", 1) < 0) {
        r = -errno;
    }
    /* The terminal's Ctrl-C ends the agent, and the agent's end this. */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    /* Refused by no kernel that runs this; without it orphans would only last longer. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return r;
}

/* Until the agent closes the connection or breaks the protocol. Returns an exit status. */
static int serve_agent(const struct config *config, int socket) {
    struct serve_context context = {
        .config = config, .socket = socket, .turns = worker_turns_new()};
    const struct supervision supervision = {
        .socket = socket, .run = run_worker, .reap = reap_worker, .userdata = &context};
    if (context.turns == NULL || fcntl(socket, F_SETFD, FD_CLOEXEC) < 0) {
        log_line(LOG_ERR, "cannot start: %s", strerror(errno));
        return EXIT_CANNOT_START;
    }
    return (int)supervise(&supervision);
}

/* Root's power is for the agent's user, whoever the socket lets in besides. */
static bool is_agent(const struct config *config, int socket) {
    struct identity user;
    struct ucred peer;
    char error[512];
    if (!identity_find_key(config, "user", config->user, &user, error, sizeof error)) {
        log_line(LOG_ERR, "%s", error);
        return false;
    }
    int r = socket_peer(socket, &peer);
    if (r < 0) {
        log_line(LOG_ERR, "cannot tell who has connected: %s", strerror(-r));
    } else if (peer.uid != user.uid && peer.uid != 0) {
        log_line(LOG_ERR, "refused a connection from the user with the number %u: only %s may",
                 (unsigned)peer.uid, config->user);
        r = -EPERM;
    }
    return r >= 0;
}

/* For one agent. The next one is served by a new process, which reads the configuration anew. */
static int wait_for_agent(const struct config *config, int listener) {
    int socket = socket_accept(listener);
    if (socket < 0) {
        log_line(LOG_ERR, "cannot accept a connection: %s", strerror(-socket));
        return EXIT_CANNOT_START;
    }
    int result = is_agent(config, socket) ? serve_agent(config, socket) : (int)WORKER_REFUSED;
    close(socket);
    return result;
}

static int run(const struct arguments *arguments, int listener) {
    struct config *config;
    char error[512];
    if (config_load(arguments->file, &config, error, sizeof error) < 0) {
        log_line(LOG_ERR, "%s", error);
        return EXIT_CONFIGURATION;
    }
    log_set_level(config->log_level);
    if (!command_path_check(config, error, sizeof error)) {
        log_line(LOG_ERR, "%s", error);
        config_free(config);
        return EXIT_CONFIGURATION;
    }
    int result = prepare(config);
    if (result < 0) {
        log_line(LOG_ERR, "cannot start: %s", strerror(-result));
        result = EXIT_CANNOT_START;
    } else {
        result = listener >= 0 ? wait_for_agent(config, listener)
                               : serve_agent(config, arguments->socket);
    }
    config_free(config);
    return result;
}

int main(int argc, char **argv) {
    struct arguments arguments;
    int listener = -1;
    if (!parse(argc, argv, &arguments) ||
        (arguments.socket < 0 && (listener = socket_listener()) < 0)) {
        return usage();
    }
    log_open("hermes-mailqueue-helper", arguments.to_stderr, LOG_INFO);
    int result = run(&arguments, listener);
    if (result != EXIT_SUCCESS && listener >= 0) {
        socket_turn_away(listener);
    }
    return result;
}
