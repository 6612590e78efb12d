/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Order matters: Postfix is asked while this process still is root, because postconf(1) of an
 * instance or in a container needs it; the log is opened after root is given up, and after all that
 * reading does not need: running programs, once journalctl(1) runs, the network, and changing
 * files.
 */
#include "helper/mail_log.h"

#include "helper/mail_log_file.h"
#include "helper/mail_log_journal.h"
#include "helper/mail_log_output.h"
#include "os/confine.h"
#include "os/confine_files.h"
#include "os/identity.h"
#include "os/process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_SIZE 512

/* Returns 0 or an errno value with a line in error. */
static int give_up_root(const struct config *config, pid_t parent, char *error, size_t size) {
    struct identity user;
    if (geteuid() != 0) {
        return 0;
    }
    if (!identity_find_key(config, "user", config->user, &user, error, size)) {
        return EINVAL;
    }
    int r = identity_become_reader(&user);
    if (r < 0) {
        snprintf(error, size, "cannot give up root to read the log: %s", strerror(-r));
        return -r;
    }
    return process_follow(parent) ? 0 : ESRCH;
}

static void follow(const struct config *config, const struct request *request, pid_t parent) {
    static struct mail_log_place place;
    struct mail_log_output output = {.fd = STDOUT_FILENO, .place = &place};
    char error[TEXT_SIZE] = "";
    int result = mail_log_locate(config, &place, error, sizeof error);
    if (result == 0) {
        result = give_up_root(config, parent, error, sizeof error);
    }
    if (result != 0) {
        mail_log_write_error(&output, &request->position, "%s", error);
        fprintf(stderr, "%s\n", error);
        _exit(1);
    }
    /* A kernel that has none of it changes nothing. */
    confine_files();
    if (place.source == MAIL_LOG_JOURNAL) {
        mail_log_follow_journal(&output, &request->position);
    }
    confine(false);
    mail_log_follow_file(&output, &request->position);
}

int mail_log_start(const struct config *config, const struct request *request, struct child *child,
                   int *output, char *error, size_t size) {
    if (!config_reads_mail_log(config)) {
        snprintf(error, size, "mail_log is off");
        return EPERM;
    }
    return child_start_task(follow, config, request, child, output, error, size);
}
