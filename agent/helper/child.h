/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The children that run the helper's programs (helper/recipe.h). Each runs in a process group of
 * its own with a deadline; its output goes to a pipe whose read end belongs to the caller. Its
 * error output is read here for its last line. The exception is postsuper, which reports on each
 * queue ID there: its error output goes to the caller with the output.
 */
#ifndef HMQ_HELPER_CHILD_H
#define HMQ_HELPER_CHILD_H

#include "core/config.h"
#include "core/protocol.h"
#include "helper/recipe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* 0 = this slot is free */
    enum request_type type;
    int pidfd;
    int errors;    /* read end of its stderr; -1 if closed or if stderr goes elsewhere */
    int report;    /* a file with its stderr, read at its end, or -1 */
    bool detached; /* what it leaves running in its group must not be killed */
    uint32_t sequence;
    uint64_t deadline_usec; /* CLOCK_MONOTONIC: when the group gets the next signal */
    bool terminated;        /* SIGTERM was sent, SIGKILL is next */
    bool timed_out;
    size_t line_len;
    char line[PROTOCOL_TEXT];      /* of stderr, unfinished */
    char last_line[PROTOCOL_TEXT]; /* the one worth reporting */
};

/*
 * Starts the command of a valid request, if it is allowed. It may run until the request's deadline,
 * but no longer than command_timeout. Returns 0 with *child filled in and the read end of its
 * output (non-blocking, close-on-exec) in *output, or an errno value with a line in error.
 */
int child_start(const struct config *config, const struct request *request, struct child *child,
                int *output, char *error, size_t size);

/*
 * Starts a process that runs task in place of a program, without a deadline, until it is stopped or
 * this process ends. It has a copy of everything here except descriptors: only its standard output,
 * which is the write end of the pipe, and its error output. task gets the ID of this process as
 * parent, for process_follow after a change of user. Errors as child_start.
 */
int child_start_task(void (*task)(const struct config *config, const struct request *request,
                                  pid_t parent),
                     const struct config *config, const struct request *request,
                     struct child *child, int *output, char *error, size_t size);

/* Reads what is available from its stderr (at most 64 KB) without blocking. */
void child_read_errors(struct child *child);

/* Sends SIGTERM to the group. child_check_deadline sends SIGKILL two seconds later. */
void child_stop(struct child *child, uint64_t now_usec);

/* To be called at deadline_usec or later: sends the signal that is due. */
void child_check_deadline(struct child *child, uint64_t now_usec);

/* Once pidfd is readable: reaps and frees the slot. Returns the wait status. */
int child_reap(struct child *child);

/*
 * Determines whether a command that was reaped with wait_status never ran, because its program, or
 * the container engine, did not start it. Returns 0 if it ran, or else an errno value (ENOEXEC, or
 * as container_explain) with one line in text.
 */
int child_not_run(const struct config *config, const struct child *child, int wait_status,
                  char *text, size_t size);

/*
 * Returns the code for why a command that was reaped failed. error is what child_not_run returned.
 * This is the only place that interprets Postfix's messages for that.
 */
enum command_reason child_reason(const struct child *child, int wait_status, int error);

/*
 * Runs postconf -xh for one parameter and waits for at most five seconds. Returns 0 with its value
 * (one line) in value, or an errno value with a line in error.
 */
int child_postconf(const struct config *config, const char *parameter, char *value, size_t size,
                   char *error, size_t error_size);

#endif
