/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hermes-mailqueued: see hermes-mailqueued(8).
 */
#include "app/agent.h"
#include "app/config_check.h"
#include "core/config.h"
#include "os/identity.h"
#include "os/log.h"
#include "os/sibling.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/* Blocks as large go back to the system when they are freed. Left to itself malloc raises this with
 * the first of them, and then keeps what one message with very many recipients has needed. */
#define RETURNED_OCTETS (128 * 1024)

enum { EXIT_CONFIGURATION = 1, EXIT_CANNOT_START = 2 };

static int usage(FILE *stream, int status) {
    fputs("usage: hermes-mailqueued -c FILE [-f] [-t] [-V]\n"
          "  -c FILE  the configuration, see hermes-mailqueue.conf(5)\n"
          "  -f       log to stderr\n"
          "  -t       check the configuration, print the effective values and exit\n"
          "  -V       print the version and exit\n",
          stream);
    return status;
}

static int start(struct config *config, bool to_stderr) {
    struct identity user = {.uid = 0};
    struct agent *agent;
    /* A unit of its own runs it: this one may not use the network. */
    const char *hooks_path = getenv("HMQ_HOOKS_SOCKET");
    struct agent_peers peers = {.hooks = -1, .hooks_path = hooks_path};
    pid_t child;
    bool root = geteuid() == 0;
    char error[512];
    if (root && !identity_find_key(config, "user", config->user, &user, error, sizeof error)) {
        fprintf(stderr, "%s\n", error);
        config_free(config);
        return EXIT_CONFIGURATION;
    }
    if (!root) {
        log_line(LOG_WARNING, "not started as root: the key user is ignored, and only what this "
                              "user may read is read");
    }
    int r = sibling_start(SIBLING_HELPER, config->path, to_stderr, &peers.helper, &child);
    if (r < 0) {
        log_line(LOG_ERR, "cannot start " SIBLING_HELPER ": %s", strerror(-r));
        config_free(config);
        return EXIT_CANNOT_START;
    }
    if (config->hook_count > 0 && hooks_path == NULL &&
        (r = sibling_start(SIBLING_HOOKS, config->path, to_stderr, &peers.hooks, &child)) < 0) {
        log_line(LOG_ERR, "cannot start " SIBLING_HOOKS ": %s", strerror(-r));
        config_free(config);
        return EXIT_CANNOT_START;
    }
    if (root && (r = identity_drop_root(&user)) < 0) {
        log_line(LOG_ERR, "cannot become the user %s: %s", config->user, strerror(-r));
        config_free(config);
        return EXIT_CANNOT_START;
    }
    r = agent_new(config, &peers, &agent);
    if (r < 0) {
        log_line(LOG_ERR, "cannot start: %s", strerror(-r));
        config_free(config);
        return EXIT_CANNOT_START;
    }
    r = agent_run(agent);
    agent_free(agent);
    return r < 0 ? EXIT_CANNOT_START : EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    const char *file = NULL;
    bool to_stderr = false;
    bool test = false;
    int option;
    mallopt(M_MMAP_THRESHOLD, RETURNED_OCTETS);
    while ((option = getopt(argc, argv, "c:fthV")) != -1) {
        switch (option) {
        case 'c':
            file = optarg;
            break;
        case 'f':
            to_stderr = true;
            break;
        case 't':
            test = true;
            break;
        case 'V':
            puts("hermes-mailqueued " HMQ_VERSION);
            return EXIT_SUCCESS;
        case 'h':
            return usage(stdout, EXIT_SUCCESS);
        default:
            return usage(stderr, EXIT_CONFIGURATION);
        }
    }
    if (file == NULL || optind != argc) {
        return usage(stderr, EXIT_CONFIGURATION);
    }
    struct config *config;
    char error[512];
    if (config_load(file, &config, error, sizeof error) < 0) {
        fprintf(stderr, "%s\n", error);
        return EXIT_CONFIGURATION;
    }
    if (test) {
        bool good = config_check(config);
        if (good) {
            config_print(config, stdout);
        }
        config_free(config);
        return good ? EXIT_SUCCESS : EXIT_CONFIGURATION;
    }
    log_open("hermes-mailqueued", to_stderr, config->log_level);
    /* A log, a manager or a process that has gone is an error where it is written to. */
    signal(SIGPIPE, SIG_IGN);
    return start(config, to_stderr);
}
