/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hermes-mailqueued: see hermes-mailqueued(8). Owns the order of a start. What needs root comes
 * first: the helper and the hooks are started, or reached where a unit runs them. Then the process
 * becomes the user, and only then is anything read that others have written: the database, and what
 * snmpd and the helper say. A start that fails ends with a status that tells the service manager
 * whether trying again may help.
 */
#include "app/agent.h"
#include "app/config_check.h"
#include "core/config.h"
#include "core/master.h"
#include "os/command_path.h"
#include "os/confine.h"
#include "os/identity.h"
#include "os/log.h"
#include "os/sibling.h"
#include "os/socket.h"

#include <errno.h>
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

/* The end of a start that failed: says why. */
static int cannot(const char *what, int error) {
    log_line(LOG_ERR, "cannot %s: %s", what, strerror(-error));
    return EXIT_CANNOT_START;
}

/* The helper and the hooks, each in a unit of its own (then nothing here needs root) or as
 * children. Returns an exit status. */
static int meet_peers(const struct config *config, bool to_stderr, struct agent_peers *peers) {
    const char *helper_path = getenv("HMQ_HELPER_SOCKET");
    pid_t child;
    int r;
    peers->hooks_path = getenv("HMQ_HOOKS_SOCKET");
    if (helper_path != NULL) {
        r = socket_connect(helper_path, &peers->helper);
    } else {
        r = sibling_start(SIBLING_HELPER, config->path, to_stderr, &peers->helper, &child);
    }
    if (r < 0 && helper_path != NULL) {
        log_line(LOG_ERR,
                 "cannot reach " SIBLING_HELPER " at %s: %s; restart the unit of its socket",
                 helper_path, strerror(-r));
        return EXIT_CANNOT_START;
    }
    if (r < 0) {
        return cannot("start " SIBLING_HELPER, r);
    }
    if (config->hook_count > 0 && peers->hooks_path == NULL) {
        r = sibling_start(SIBLING_HOOKS, config->path, to_stderr, &peers->hooks, &child);
    }
    return r < 0 ? cannot("start " SIBLING_HOOKS, r) : EXIT_SUCCESS;
}

/* Whether a process that is not root runs as the user, the only one that the helper's unit serves.
 * To find out from the helper would mean to start, to report lost data and to fail, again and
 * again. */
static bool is_user(const struct config *config) {
    char error[512];
    bool same = identity_is_key(config, "user", config->user, "User= and SocketUser= of the units",
                                error, sizeof error);
    if (!same) {
        fprintf(stderr, "%s\n", error);
    }
    return same;
}

/* From here on nothing is started any more, and the network is only for a master agent that is
 * reached by it. */
static void give_up_the_rest(const struct config *config) {
    struct master_address master;
    bool network =
        master_address_parse(config->agentx_socket, &master) && master.transport == MASTER_TCP;
    int r = confine(network);
    if (r < 0) {
        log_line(LOG_NOTICE,
                 "running programs and using the network stay possible for this process: %s",
                 strerror(-r));
    }
}

/* Becomes the user, with the peers met before. Returns an exit status. */
static int take_place(const struct config *config, bool to_stderr, struct agent_peers *peers) {
    struct identity user = {.uid = 0};
    bool root = geteuid() == 0;
    char error[512];
    bool unit = getenv("HMQ_HELPER_SOCKET") != NULL;
    /* In a unit of its own only the helper sees what it would run. */
    if ((root && !identity_find_key(config, "user", config->user, &user, error, sizeof error)) ||
        (!unit && !command_path_check(config, error, sizeof error))) {
        fprintf(stderr, "%s\n", error);
        return EXIT_CONFIGURATION;
    }
    if (!root && unit && !is_user(config)) {
        return EXIT_CONFIGURATION;
    }
    if (!root && !unit) {
        log_line(LOG_WARNING, "not started as root: the key user is ignored, and only what this "
                              "user may read is read");
    }
    int result = meet_peers(config, to_stderr, peers);
    int r = result == EXIT_SUCCESS && root ? identity_drop_root(&user) : 0;
    if (r < 0) {
        log_line(LOG_ERR, "cannot become the user %s: %s", config->user, strerror(-r));
        return EXIT_CANNOT_START;
    }
    if (result == EXIT_SUCCESS) {
        give_up_the_rest(config);
    }
    return result;
}

/* Takes the configuration. Returns an exit status. */
static int run(struct config *config, bool to_stderr) {
    struct agent_peers peers = {.helper = -1, .hooks = -1};
    struct agent *agent;
    int result = take_place(config, to_stderr, &peers);
    int r = result == EXIT_SUCCESS ? agent_new(config, &peers, &agent) : 0;
    if (r < 0) {
        result = cannot("start", r);
    }
    if (result != EXIT_SUCCESS) {
        config_free(config);
        return result;
    }
    /* Nothing here waits for a child. As the first process of a container it also is the parent of
     * every orphan. */
    signal(SIGCHLD, SIG_IGN);
    r = agent_run(agent);
    agent_free(agent);
    return r < 0 ? EXIT_CANNOT_START : EXIT_SUCCESS;
}

/* What root can read need not be readable in the unit, where no process that reads the
 * configuration needs root. Ends the privileges of this process. */
static void warn_unreadable(const struct config *config) {
    struct identity user;
    if (geteuid() == 0 && identity_find(config->user, &user) == IDENTITY_FOUND &&
        identity_drop_root(&user) == 0 && access(config->path, R_OK) < 0) {
        fprintf(stderr,
                "%s: the user %s cannot read this file: %s; as a service the agent would not "
                "start\n",
                config->path, config->user, strerror(errno));
    }
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
            warn_unreadable(config);
        }
        config_free(config);
        return good ? EXIT_SUCCESS : EXIT_CONFIGURATION;
    }
    log_open("hermes-mailqueued", to_stderr, config->log_level);
    /* A log, a manager or a process that has gone is an error where it is written to. */
    signal(SIGPIPE, SIG_IGN);
    return run(config, to_stderr);
}
