/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hermes-mailqueue-hooks-worker: the part of hermes-mailqueue-hooks that does the work. Its
 * supervisor (hooks/main.c) starts it with a handover and the socket to the agent; it cannot be
 * used by hand.
 *
 * It becomes the unprivileged user itself, rather than being started as that user: the log may need
 * the privileges of the start to be opened, and a process that has changed its user cannot be
 * traced by that user's other processes, such as scripts, which protects its secrets.
 */
#include "core/duration.h"
#include "hooks/handover.h"
#include "hooks/serve.h"
#include "os/confine.h"
#include "os/confine_files.h"
#include "os/environment.h"
#include "os/identity.h"
#include "os/log.h"
#include "os/process.h"
#include "os/sibling.h"
#include "os/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <syslog.h>
#include <unistd.h>

#define DESCRIPTOR_MAX 65535

struct options {
    const char *file; /* the configuration file, for messages */
    int handover, socket;
    bool to_stderr;
};

static int usage(void) {
    fputs("usage: hermes-mailqueue-hooks-worker -c FILE -i FD -s FD [-f]\n"
          "Started by hermes-mailqueue-hooks(8); not to be run by hand.\n",
          stderr);
    return WORKER_FAILED;
}

static bool parse_options(int argc, char **argv, struct options *options) {
    uint64_t number;
    int option;
    *options = (struct options){.handover = -1, .socket = -1};
    while ((option = getopt(argc, argv, "c:fi:s:")) != -1) {
        if (option == 'c') {
            options->file = optarg;
        } else if (option == 'f') {
            options->to_stderr = true;
        } else if (option == 'i' && number_parse(optarg, DESCRIPTOR_MAX, &number)) {
            options->handover = (int)number;
        } else if (option != 's' || !socket_parse(optarg, &options->socket)) {
            return false;
        }
    }
    return optind == argc && options->file != NULL && options->handover > STDERR_FILENO &&
           options->socket >= 0;
}

/* Reads the handover and closes it. Returns the configuration, or NULL after logging why. */
static struct config *take_handover(const struct options *options, struct handover *handover) {
    char error[512] = "the handover is not of this version";
    struct config *config = NULL;
    FILE *stream = NULL;
    if (handover_read(options->handover, handover) == 0 &&
        (stream = handover_config(options->handover)) != NULL) {
        config_parse(stream, options->file, &config, error, sizeof error);
        fclose(stream);
    }
    close(options->handover);
    if (config == NULL) {
        log_line(LOG_ERR, "%s", error);
        return NULL;
    }
    log_set_level(config->log_level);
    handover->setup.config = config;
    return config;
}

/* Returns an exit status, or -1 to continue. */
static int give_up_rights(const struct handover *handover) {
    int r = environment_clean("/usr/sbin:/usr/bin:/sbin:/bin", "C.UTF-8");
    if (r < 0) {
        log_line(LOG_ERR, "cannot start: %s", strerror(-r));
        return WORKER_FAILED;
    }
    r = handover->root ? identity_drop_root(&handover->user) : 0;
    if (r < 0) {
        log_line(LOG_ERR, "cannot become the user %s: %s", handover->user.name, strerror(-r));
        return WORKER_REFUSED;
    }
    /* Called again, because the change of user has cancelled it. */
    return process_follow(handover->supervisor) ? -1 : WORKER_FAILED;
}

/* For webhooks alone neither a program nor a file that changes is needed. What a script may do is
 * its site's matter, and it would inherit the confinement. A kernel that has none of it changes
 * nothing. */
static void give_up_the_rest(const struct config *config) {
    for (size_t i = 0; i < config->hook_count; i++) {
        if (config->hooks[i].kind == HOOK_SCRIPT) {
            return;
        }
    }
    confine_files();
    confine(true);
}

int main(int argc, char **argv) {
    static struct handover handover;
    struct options options;
    if (!parse_options(argc, argv, &options)) {
        return usage();
    }
    /* It was started through a descriptor, whose number has been its name so far. */
    prctl(PR_SET_NAME, SIBLING_HOOKS_WORKER);
    log_open(SIBLING_HOOKS, options.to_stderr, LOG_INFO);
    struct config *config = take_handover(&options, &handover);
    if (config == NULL) {
        return WORKER_REFUSED;
    }
    int end = give_up_rights(&handover);
    if (end < 0) {
        give_up_the_rest(config);
        end = fcntl(options.socket, F_SETFD, FD_CLOEXEC) < 0
                  ? WORKER_FAILED
                  : (int)serve(&handover.setup, options.socket);
    }
    explicit_bzero(&handover, sizeof handover);
    config_free(config);
    return end;
}
