/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Failures to read the queue, or what belongs to it: they are counted for hmqReadErrors, kept for
 * hmqLastReadError, and logged in such a way that neither a lasting failure nor several at once
 * fill the log. Each cause is logged when it begins, at intervals while it lasts, and when it is
 * over.
 */
#ifndef HMQ_APP_READ_ERRORS_H
#define HMQ_APP_READ_ERRORS_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

enum read_cause {
    CAUSE_COUNTS,
    CAUSE_LISTING,
    CAUSE_LINES, /* some lines of a listing that is otherwise good */
    CAUSE_SETTINGS,
    CAUSE_HELPER, /* never over: the others show that the helper is back */
    CAUSE_MEMORY,
    CAUSE_MAIL_LOG,
    CAUSE_COUNT,
};

struct read_failure {
    bool lasts;
    bool logged; /* in its present state */
    char text[STATUS_ERROR_SIZE];
    uint64_t began_usec;
    uint64_t logged_usec; /* when this cause was last logged, 0 = never */
    uint64_t times;       /* since it began */
};

/* Zeroed, then filled by its owner. */
struct read_errors {
    struct read_errors_status *status;
    /* One line; priority as in syslog(3). */
    void (*log)(void *userdata, int priority, const char *text);
    void *userdata;
    struct read_failure failures[CAUSE_COUNT];
};

/* A reading has failed. now_usec is CLOCK_MONOTONIC, here and below. */
void read_errors_note(struct read_errors *errors, enum read_cause cause, const char *text,
                      uint64_t now_usec);

/* A reading has succeeded. */
void read_errors_over(struct read_errors *errors, enum read_cause cause, uint64_t now_usec);

/* True while readings fail for this cause. */
bool read_errors_lasting(const struct read_errors *errors, enum read_cause cause);

/* Why readings fail at present; "" if they do not. Borrowed. */
const char *read_errors_text(const struct read_errors *errors, enum read_cause cause);

#endif
