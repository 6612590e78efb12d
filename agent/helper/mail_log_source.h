/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where Postfix's log is, according to the configuration and to Postfix itself.
 */
#ifndef HMQ_HELPER_MAIL_LOG_SOURCE_H
#define HMQ_HELPER_MAIL_LOG_SOURCE_H

#include "core/config.h"
#include "core/mail_log_record.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct mail_log_place {
    enum mail_log_source source;
    char path[PATH_MAX]; /* MAIL_LOG_FILE */
    char syslog_name[MAIL_LOG_NAME_SIZE];
    unsigned facility;       /* MAIL_LOG_JOURNAL: its number */
    char main_cf[PATH_MAX];  /* "" in a container */
    struct stat main_cf_was; /* before Postfix was asked */
};

/* Asks postconf, and finds the log. Returns 0 with *place, or an errno value with a line in error.
 */
int mail_log_locate(const struct config *config, struct mail_log_place *place, char *error,
                    size_t size);

/* Whether main.cf has been changed or replaced since, so that all of it may be different. */
bool mail_log_settings_changed(const struct mail_log_place *place);

/* Whether journald has files; with readable, files that this process can read. */
bool mail_log_journal_exists(bool readable);

#endif
