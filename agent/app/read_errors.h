/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What goes wrong while reading the queue: counted and kept for hmqReadErrors and hmqLastReadError,
 * and logged so that neither a failure that lasts nor several at once fill the log. Each cause is
 * logged when it begins, again from time to time while it lasts, and when it is over.
 */
#ifndef HMQ_APP_READ_ERRORS_H
#define HMQ_APP_READ_ERRORS_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

enum read_cause {
    CAUSE_COUNTS,
    CAUSE_LISTING,
    CAUSE_LINES, /* single lines of a listing that is good otherwise */
    CAUSE_SETTINGS,
    CAUSE_HELPER, /* never over: that it is there again is seen by the others */
    CAUSE_MEMORY,
    CAUSE_COUNT,
};

struct read_failure {
    bool lasts;
    bool logged; /* that it lasts */
    char text[STATUS_ERROR_SIZE];
    uint64_t began_usec;
    uint64_t logged_usec; /* the last line about this cause, 0 = never */
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

/* It has failed. now: CLOCK_MONOTONIC in microseconds, here and below. */
void read_errors_note(struct read_errors *errors, enum read_cause cause, const char *text,
                      uint64_t now_usec);

/* It has gone well. */
void read_errors_over(struct read_errors *errors, enum read_cause cause, uint64_t now_usec);

/* It fails at present. */
bool read_errors_lasting(const struct read_errors *errors, enum read_cause cause);

/* Why it fails at present; "" when it does not. Borrowed. */
const char *read_errors_text(const struct read_errors *errors, enum read_cause cause);

#endif
