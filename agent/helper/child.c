/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starts, watches and reaps one child. A child is running, terminated (SIGTERM, at its deadline or
 * on request) or killed (SIGKILL, KILL_AFTER_USEC later). Its end is learned from a pidfd, so that
 * no signal handler is needed.
 *
 * Order matters in three places. All descriptors are made before the fork, since the child may make
 * async-signal-safe calls only. Parent and child both set the process group, because either may
 * need it first. What is left of the group is killed before the leader is reaped: after that, its
 * number may belong to another group.
 */
#include "helper/child.h"

#include "core/text.h"
#include "core/time_units.h"
#include "helper/container.h"
#include "os/clock.h"
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILL_AFTER_USEC (2 * USEC_PER_SEC)
#define POSTCONF_DEADLINE_USEC (5 * USEC_PER_SEC)
#define OUTPUT_PIPE_SIZE (1024 * 1024)
#define EXEC_FAILED 127
#define ERROR_CHUNKS_MAX 16
#define CANNOT_RUN "cannot run "

/* What Postfix's programs print: postqueue, and postfix(1) for a reload; postcat for an id that no
 * queue has. */
#define MAIL_DOWN "mail system is down"
#define NOT_RUNNING "mail system is not running"
#define NO_FILE "No such file or directory"

/* The size of the report of a command that leaves processes behind. */
#define REPORT_SIZE 16384

/* In the child; only async-signal-safe calls. streams: what becomes its descriptors 0, 1 and 2. */
static void settle(const int streams[3], pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    if (setpgid(0, 0) < 0 || !process_follow(parent) || dup2(streams[0], STDIN_FILENO) < 0 ||
        dup2(streams[1], STDOUT_FILENO) < 0 || dup2(streams[2], STDERR_FILENO) < 0 ||
        sigprocmask(SIG_SETMASK, &none, NULL) < 0) {
        _exit(EXEC_FAILED);
    }
    /* Signals that this process ignores must have their usual effect on the child. */
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
}

/* In the child; only async-signal-safe calls. */
static void become(const struct argument_vector *vector, const int streams[3], pid_t parent) {
    settle(streams, parent);
    execvp(vector->words[0], (char *const *)(const void *)vector->words);
    const char *text = strerror(errno);
    /* If the report does not fit, the exit status still shows the failure. */
    if (write(STDERR_FILENO, CANNOT_RUN, strlen(CANNOT_RUN)) < 0 ||
        write(STDERR_FILENO, vector->words[0], strlen(vector->words[0])) < 0 ||
        write(STDERR_FILENO, ": ", 2) < 0 || write(STDERR_FILENO, text, strlen(text)) < 0 ||
        write(STDERR_FILENO, "\n", 1) < 0) {
        _exit(EXEC_FAILED);
    }
    _exit(EXEC_FAILED);
}

static void close_fd(int fd) {
    if (fd >= 0) {
        close(fd);
    }
}

/*
 * A file in memory with the ids, one a line, as standard input: unlike a pipe it takes them all at
 * once whatever the reader does, and a reader that ends early breaks nothing. Returns -1 with
 * errno set.
 */
static int id_file(const struct request *request) {
    char text[PROTOCOL_IDS * QUEUE_ID_SIZE];
    size_t len = 0;
    for (uint32_t i = 0; i < request->id_count; i++) {
        size_t id_len = strlen(request->ids[i]);
        memcpy(text + len, request->ids[i], id_len);
        text[len + id_len] = '\n';
        len += id_len + 1;
    }
    int fd = memfd_create("hmq-ids", MFD_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    ssize_t written = write(fd, text, len);
    if (written != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0) {
        errno = written < 0 ? errno : ENOSPC;
        close(fd);
        return -1;
    }
    return fd;
}

/* A file in memory that cannot grow beyond REPORT_SIZE. Returns -1 with errno set. */
static int report_file(void) {
    int fd = memfd_create("hmq-report", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && (ftruncate(fd, REPORT_SIZE) < 0 ||
                    fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* The descriptors of a command to be: the child's three, and our ends of two of them. */
struct plumbing {
    int in, out, err;
    int output, errors;
};

static void close_plumbing(const struct plumbing *plumbing) {
    close_fd(plumbing->in);
    close_fd(plumbing->out);
    close_fd(plumbing->err);
    close_fd(plumbing->output);
    close_fd(plumbing->errors);
}

static bool read_pipe(int *read_end, int *write_end) {
    int pair[2];
    if (pipe2(pair, O_CLOEXEC) < 0) {
        return false;
    }
    *read_end = pair[0];
    *write_end = pair[1];
    return fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0;
}

/* request: whose ids are to be standard input, or NULL. Returns 0 or an errno value. */
static int plumb(const struct request *request, enum error_sink errors, struct plumbing *plumbing) {
    *plumbing = (struct plumbing){-1, -1, -1, -1, -1};
    plumbing->in = request != NULL ? id_file(request) : open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (plumbing->in < 0 || !read_pipe(&plumbing->output, &plumbing->out)) {
        return errno;
    }
    /* Refused above the system's limit for pipes, which costs only speed. */
    fcntl(plumbing->output, F_SETPIPE_SZ, OUTPUT_PIPE_SIZE);
    if (errors == ERRORS_LAST_LINE) {
        return read_pipe(&plumbing->errors, &plumbing->err) ? 0 : errno;
    }
    if (errors == ERRORS_OUTPUT) {
        plumbing->err = fcntl(plumbing->out, F_DUPFD_CLOEXEC, 0);
        return plumbing->err < 0 ? errno : 0;
    }
    plumbing->err = report_file();
    close(plumbing->out);
    plumbing->out = open("/dev/null", O_WRONLY | O_CLOEXEC);
    return plumbing->err < 0 || plumbing->out < 0 ? errno : 0;
}

/* In the parent: takes over the child that fork(2) made. Returns 0 or an errno value. */
static int adopt(pid_t pid, struct plumbing *plumbing, uint64_t deadline_usec,
                 struct child *child) {
    if (pid < 0) {
        return errno;
    }
    setpgid(pid, pid);
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0) {
        int error = errno;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return error;
    }
    *child = (struct child){.pid = pid,
                            .pidfd = pidfd,
                            .errors = plumbing->errors,
                            .report = -1,
                            .deadline_usec = deadline_usec};
    plumbing->errors = -1;
    return 0;
}

static int start_vector(const struct argument_vector *vector, struct plumbing *plumbing,
                        uint64_t deadline_usec, struct child *child) {
    const int streams[3] = {plumbing->in, plumbing->out, plumbing->err};
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        become(vector, streams, parent);
    }
    return adopt(pid, plumbing, deadline_usec, child);
}

int child_start_task(void (*task)(const struct config *config, const struct request *request,
                                  pid_t parent),
                     const struct config *config, const struct request *request,
                     struct child *child, int *output, char *error, size_t size) {
    struct plumbing plumbing;
    int result = plumb(NULL, ERRORS_LAST_LINE, &plumbing);
    if (result == 0) {
        const int streams[3] = {plumbing.in, plumbing.out, plumbing.err};
        pid_t parent = getpid();
        pid_t pid = fork();
        if (pid == 0) {
            settle(streams, parent);
            /* The agent's socket above all: it has to close when the worker ends. */
            close_range(STDERR_FILENO + 1, ~0U, 0);
            task(config, request, parent);
            _exit(0);
        }
        result = adopt(pid, &plumbing, UINT64_MAX, child);
    }
    if (result == 0) {
        child->type = (enum request_type)request->type;
        *output = plumbing.output;
        plumbing.output = -1;
    } else {
        snprintf(error, size, "cannot start a process: %s", strerror(result));
    }
    close_plumbing(&plumbing);
    return result;
}

int child_start(const struct config *config, const struct request *request, struct child *child,
                int *output, char *error, size_t size) {
    const struct recipe *recipe = recipe_find(request->type);
    struct argument_vector vector;
    struct plumbing plumbing;
    uint64_t now = clock_usec();
    uint64_t deadline = now + config->command_timeout_usec;
    deadline = request->deadline_usec < deadline ? request->deadline_usec : deadline;
    int result = recipe_allowed(config, request, error, size);
    if (result != 0) {
        return result;
    }
    if (!recipe_vector(config, request, deadline > now ? deadline - now : 0, &vector)) {
        snprintf(error, size, "request %u has no command", (unsigned)request->type);
        return ENOTSUP;
    }
    result = plumb(request->type == REQUEST_ACTION ? request : NULL, recipe->errors, &plumbing);
    if (result == 0) {
        result = start_vector(&vector, &plumbing, deadline, child);
    }
    if (result == 0) {
        child->type = recipe->type;
        child->detached = recipe->detached;
        if (recipe->errors == ERRORS_REPORT) {
            child->report = plumbing.err;
            plumbing.err = -1;
        }
        *output = plumbing.output;
        plumbing.output = -1;
    } else {
        snprintf(error, size, "cannot start %s: %s", recipe->program, strerror(result));
    }
    close_plumbing(&plumbing);
    return result;
}

/* Postfix's programs print the reason last, except that a stopped mail system comes earlier. */
static void end_line(struct child *child) {
    if (child->line_len > 0 && strcasestr(child->last_line, MAIL_DOWN) == NULL) {
        text_escape(child->line, child->line_len, child->last_line, sizeof child->last_line);
    }
    child->line_len = 0;
}

static void take_errors(struct child *child, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n') {
            end_line(child);
        } else if (child->line_len < sizeof child->line) {
            child->line[child->line_len++] = text[i];
        }
    }
}

/* Limited, so that a command that prints errors without end does not hold up the helper; the rest
 * is read at the next turn. */
void child_read_errors(struct child *child) {
    char chunk[4096];
    for (int i = 0; i < ERROR_CHUNKS_MAX && child->errors >= 0; i++) {
        ssize_t got = read(child->errors, chunk, sizeof chunk);
        if (got < 0) {
            return;
        }
        if (got == 0) {
            end_line(child);
            close(child->errors);
            child->errors = -1;
        }
        take_errors(child, chunk, (size_t)got);
    }
}

/* The offset is shared with whoever still writes, hence pread. */
static void read_report(struct child *child) {
    char text[REPORT_SIZE];
    ssize_t got = pread(child->report, text, sizeof text, 0);
    if (got > 0) {
        take_errors(child, text, strnlen(text, (size_t)got));
    }
    close(child->report);
    child->report = -1;
}

void child_stop(struct child *child, uint64_t now) {
    if (!child->terminated) {
        child->terminated = true;
        child->deadline_usec = now + KILL_AFTER_USEC;
        kill(-child->pid, SIGTERM);
    }
}

void child_check_deadline(struct child *child, uint64_t now) {
    if (now < child->deadline_usec) {
        return;
    }
    if (child->terminated) {
        kill(-child->pid, SIGKILL);
        child->deadline_usec = UINT64_MAX;
    } else {
        child->timed_out = true;
        child_stop(child, now);
    }
}

int child_reap(struct child *child) {
    int status = 0;
    child_read_errors(child);
    if (child->report >= 0) {
        read_report(child);
    }
    end_line(child);
    /* Until the leader is reaped its number cannot belong to another group. */
    if (!child->detached || child->terminated) {
        kill(-child->pid, SIGKILL);
    }
    waitpid(child->pid, &status, 0);
    close(child->pidfd);
    if (child->errors >= 0) {
        close(child->errors);
    }
    child->pid = 0;
    return status;
}

int child_not_run(const struct config *config, const struct child *child, int wait_status,
                  char *text, size_t size) {
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == EXEC_FAILED &&
        strncmp(child->last_line, CANNOT_RUN, strlen(CANNOT_RUN)) == 0) {
        snprintf(text, size, "%s", child->last_line);
        return ENOEXEC;
    }
    if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) == 0) {
        return 0;
    }
    return container_explain(config, child->last_line, text, size);
}

enum command_reason child_reason(const struct child *child, int wait_status, int error) {
    const char *said = child->last_line;
    if (error == EHOSTDOWN || strcasestr(said, MAIL_DOWN) != NULL ||
        (child->type == REQUEST_RELOAD && strcasestr(said, NOT_RUNNING) != NULL)) {
        return REASON_MAIL_DOWN;
    }
    bool failed = error == 0 && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) != 0;
    return failed && child->type == REQUEST_VIEW && strstr(said, NO_FILE) != NULL
               ? REASON_NO_MESSAGE
               : REASON_NONE;
}

/* Reads until the end of the output; what exceeds size is an error. What was read is a text also
 * after an error. */
static int read_all(struct child *child, int output, char *text, size_t size) {
    size_t len = 0;
    for (;;) {
        text[len] = '\0';
        uint64_t now = clock_usec();
        ssize_t got = read(output, text + len, size - 1 - len);
        if (got > 0) {
            len += (size_t)got;
            continue;
        }
        if (got == 0) {
            return len < size - 1 ? 0 : EMSGSIZE;
        }
        if (errno != EAGAIN) {
            return errno;
        }
        if (now >= child->deadline_usec) {
            return ETIMEDOUT;
        }
        struct pollfd poll_output = {.fd = output, .events = POLLIN};
        poll(&poll_output, 1, (int)((child->deadline_usec - now) / 1000) + 1);
    }
}

int child_postconf(const struct config *config, const char *parameter, char *value, size_t size,
                   char *error, size_t error_size) {
    struct argument_vector vector;
    struct child child = {.pid = 0};
    struct plumbing plumbing;
    recipe_vector_postconf(config, parameter, POSTCONF_DEADLINE_USEC, &vector);
    int result = plumb(NULL, ERRORS_LAST_LINE, &plumbing);
    if (result == 0) {
        result = start_vector(&vector, &plumbing, clock_usec() + POSTCONF_DEADLINE_USEC, &child);
    }
    int output = plumbing.output;
    plumbing.output = -1;
    close_plumbing(&plumbing);
    if (result != 0) {
        close_fd(output);
        snprintf(error, error_size, "cannot start postconf: %s", strerror(result));
        return result;
    }
    result = read_all(&child, output, value, size);
    close(output);
    if (result != 0) {
        kill(-child.pid, SIGKILL);
    } else {
        /* It has closed its output and only has to exit. */
        struct pollfd poll_end = {.fd = child.pidfd, .events = POLLIN};
        poll(&poll_end, 1, (int)(POSTCONF_DEADLINE_USEC / 1000));
    }
    int status = child_reap(&child);
    if (result == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        result = EIO;
    }
    value[strcspn(value, "\n")] = '\0';
    if (result != 0) {
        snprintf(error, error_size, "postconf %s failed: %s", parameter,
                 child.last_line[0] != '\0' ? child.last_line : strerror(result));
    }
    return result;
}
