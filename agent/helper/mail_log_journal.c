/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/mail_log_journal.h"

#include "core/time_units.h"
#include "os/confine.h"
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXEC_FAILED 127

/* SD_MESSAGE_JOURNAL_DROPPED of sd-messages.h. Only journald itself has this transport. */
#define DROPPED "MESSAGE_ID=a596d6fe7bfa4994828e72309e95d61e"
#define OF_JOURNALD "_TRANSPORT=driver"

/* In the child. */
static _Noreturn void run_journalctl(const struct mail_log_output *output,
                                     const struct mail_log_position *from, int out, pid_t parent) {
    char since[64];
    char facility[64];
    bool resume = from->source == MAIL_LOG_JOURNAL;
    snprintf(since, sizeof since, "--since=@%" PRIu64 ".%06" PRIu64,
             from->stamp_usec / USEC_PER_SEC, from->stamp_usec % USEC_PER_SEC);
    snprintf(facility, sizeof facility, "SYSLOG_FACILITY=%u", output->place->facility);
    /* --no-tail is what --follow needs to begin with older lines than the last ten. */
    const char *const words[] = {"journalctl",
                                 "--follow",
                                 "--quiet",
                                 "--no-pager",
                                 "--output=short-unix",
                                 resume ? "--no-tail" : "--lines=0",
                                 resume ? since : facility,
                                 resume ? facility : "+",
                                 resume ? "+" : DROPPED,
                                 resume ? DROPPED : OF_JOURNALD,
                                 resume ? OF_JOURNALD : NULL,
                                 NULL};
    if (process_follow(parent) && dup2(out, STDOUT_FILENO) >= 0) {
        execvp(words[0], (char *const *)(const void *)words);
    }
    fprintf(stderr, "cannot run journalctl: %s\n", strerror(errno));
    _exit(EXEC_FAILED);
}

/* Returns the read end of its output; *child is its process. Exits on failure. */
static int start_journalctl(const struct mail_log_output *output,
                            const struct mail_log_position *from, pid_t *child) {
    int pair[2];
    pid_t parent = getpid();
    if (pipe2(pair, O_CLOEXEC) < 0 || (*child = fork()) < 0) {
        fprintf(stderr, "cannot start journalctl: %s\n", strerror(errno));
        _exit(1);
    }
    if (*child == 0) {
        run_journalctl(output, from, pair[1], parent);
    }
    close(pair[1]);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    return pair[0];
}

static _Noreturn void fail(struct mail_log_output *output, const struct mail_log_position *at,
                           const char *what) {
    mail_log_write_error(output, at, "the journal cannot be read: %s", what);
    fprintf(stderr, "the journal cannot be read: %s\n", what);
    _exit(1);
}

static _Noreturn void report_end(struct mail_log_output *output, const struct mail_log_position *at,
                                 pid_t child) {
    int status = 0;
    char text[64];
    waitpid(child, &status, 0);
    snprintf(text, sizeof text, "journalctl ended with %s %d",
             WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    fail(output, at, text);
}

/* The position behind these lines is the agent's to tell: it is the time of the last one. Their own
 * times always count, since the clock of the journal is that of this machine. */
static void pass_on(struct mail_log_output *output, struct mail_log_buffer *buffer) {
    size_t drop;
    size_t lines;
    mail_log_split(buffer, output, &drop, &lines);
    if (lines > 0) {
        const struct mail_log_record record = {.type = MAIL_LOG_LINES,
                                               .length = (uint32_t)lines,
                                               .flags = MAIL_LOG_BACKLOG,
                                               .position = {.source = MAIL_LOG_JOURNAL}};
        mail_log_write(output, &record, buffer->data + drop);
    }
    mail_log_consume(buffer, drop + lines);
}

_Noreturn void mail_log_follow_journal(struct mail_log_output *output,
                                       const struct mail_log_position *from) {
    const struct mail_log_position at = {.source = MAIL_LOG_JOURNAL};
    struct mail_log_buffer *buffer = calloc(1, sizeof *buffer);
    pid_t child;
    if (buffer == NULL) {
        fail(output, &at, "out of memory");
    }
    if (!mail_log_journal_exists(true)) {
        fail(output, &at,
             mail_log_journal_exists(false) ? "its files may not be read by the helper"
                                            : "this machine has none");
    }
    int fd = start_journalctl(output, from, &child);
    confine(false);
    mail_log_write_begin(output, &at, from->source == MAIL_LOG_JOURNAL);
    for (;;) {
        ssize_t got = read(fd, buffer->data + buffer->held, sizeof buffer->data - buffer->held);
        if (got > 0) {
            buffer->held += (size_t)got;
            pass_on(output, buffer);
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            report_end(output, &at, child);
        } else {
            mail_log_rest(output, &at, fd);
        }
    }
}
