/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hermes-mailqueue-helper: the part of the agent that keeps root. It is started by
 * hermes-mailqueued with one end of a socketpair and is of no use by hand. A small supervisor
 * starts the process that serves, and starts another if it crashes, is stopped or hangs: the agent
 * has given up the right to do so.
 */
#include "core/config.h"
#include "helper/serve.h"
#include "helper/worker_watch.h"
#include "os/environment.h"
#include "os/log.h"
#include "os/socket.h"
#include "os/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define EXIT_USAGE 1

static int usage(void) {
    fputs("usage: hermes-mailqueue-helper -c FILE -s FD [-f]\n"
          "Started by hermes-mailqueued(8); not to be run by hand.\n",
          stderr);
    return EXIT_USAGE;
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
        } else if (option != 's' || !socket_parse(optarg, &socket)) {
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
    struct serve_context context = {
        .config = config, .socket = socket, .turns = worker_turns_new()};
    if (context.turns == NULL || fcntl(socket, F_SETFD, FD_CLOEXEC) < 0) {
        log_line(LOG_ERR, "cannot start: %s", strerror(errno));
        return EXIT_USAGE;
    }
    /* Nothing of the caller's environment reaches Postfix's programs: MAIL_CONFIG for one matters.
     */
    int result = environment_clean("C");
    if (result < 0) {
        log_line(LOG_ERR, "cannot start: %s", strerror(-result));
        return EXIT_USAGE;
    }
    /* The terminal's Ctrl-C ends the agent, and the agent's end this. */
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    /* Refused by no kernel that runs this; without it orphans would only last longer. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const struct supervision supervision = {
        .socket = socket, .run = run_worker, .reap = reap_worker, .userdata = &context};
    result = (int)supervise(&supervision);
    config_free(config);
    return result;
}
