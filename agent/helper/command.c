#include "helper/command.h"

#include "core/postfix_settings.h"
#include "core/text.h"
#include "helper/container.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define USEC_PER_SEC UINT64_C(1000000)
#define KILL_AFTER_USEC (2 * USEC_PER_SEC)
#define POSTCONF_DEADLINE_USEC (5 * USEC_PER_SEC)
#define OUTPUT_PIPE_SIZE (1024 * 1024)
#define ARGUMENTS_MAX (CONFIG_CONTAINER_WORDS + CONTAINER_WORDS_MAX + 16)
#define EXEC_FAILED 127
#define CANNOT_RUN "cannot run "

/* What runs for a request: program -c postfix_config_directory arguments... */
static const struct recipe {
    enum request_type type;
    const char *program;
    const char *option;
    const char *const *arguments;
} recipes[] = {
    {REQUEST_LIST, "postqueue", "-j", NULL},
    {REQUEST_SETTINGS, "postconf", "-xh", postfix_parameter_names},
};

struct vector {
    const char *words[ARGUMENTS_MAX + 1];
    size_t count;
    char seconds[24]; /* one of the words */
};

static void push(void *userdata, const char *word) {
    struct vector *vector = userdata;
    if (vector->count < ARGUMENTS_MAX) {
        vector->words[vector->count++] = word;
    }
}

static void fill_vector(struct vector *vector, const struct config *config,
                        const struct recipe *recipe) {
    *vector = (struct vector){.count = 0};
    if (container_used(config)) {
        container_words(config, vector->seconds, push, vector);
    }
    push(vector, recipe->program);
    push(vector, "-c");
    push(vector, config->postfix_config_directory);
    push(vector, recipe->option);
    for (size_t i = 0; recipe->arguments != NULL && recipe->arguments[i] != NULL; i++) {
        push(vector, recipe->arguments[i]);
    }
}

static uint64_t now_usec(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * USEC_PER_SEC + (uint64_t)now.tv_nsec / 1000;
}

/* In the child; only async-signal-safe calls. */
static void become(const struct vector *vector, int output, int errors, pid_t parent) {
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
        null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(errors, STDERR_FILENO) < 0 || sigprocmask(SIG_SETMASK, &none, NULL) < 0) {
        _exit(EXEC_FAILED);
    }
    signal(SIGPIPE, SIG_DFL);
    execvp(vector->words[0], (char *const *)(const void *)vector->words);
    const char *text = strerror(errno);
    /* Nothing can be done about a report that does not fit: the exit status tells. */
    if (write(STDERR_FILENO, CANNOT_RUN, strlen(CANNOT_RUN)) < 0 ||
        write(STDERR_FILENO, vector->words[0], strlen(vector->words[0])) < 0 ||
        write(STDERR_FILENO, ": ", 2) < 0 || write(STDERR_FILENO, text, strlen(text)) < 0) {
        _exit(EXEC_FAILED);
    }
    _exit(EXEC_FAILED);
}

static void close_pair(int pair[2]) {
    if (pair[0] >= 0) {
        close(pair[0]);
    }
    if (pair[1] >= 0) {
        close(pair[1]);
    }
}

static int start_vector(const struct vector *vector, uint64_t deadline_usec,
                        struct command *command, int *output) {
    int out[2] = {-1, -1};
    int err[2] = {-1, -1};
    int error = 0;
    pid_t parent = getpid();
    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 ||
        fcntl(out[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(err[0], F_SETFL, O_NONBLOCK) < 0) {
        error = errno;
        goto out;
    }
    /* Refused above the system's limit for pipes, which costs only speed. */
    fcntl(out[0], F_SETPIPE_SZ, OUTPUT_PIPE_SIZE);

    pid_t pid = fork();
    if (pid == 0) {
        become(vector, out[1], err[1], parent);
    }
    if (pid < 0) {
        error = errno;
        goto out;
    }
    setpgid(pid, pid);
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0) {
        error = errno;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        goto out;
    }
    *command = (struct command){
        .pid = pid, .pidfd = pidfd, .errors = err[0], .deadline_usec = deadline_usec};
    *output = out[0];
    err[0] = -1;
    out[0] = -1;
out:
    close_pair(out);
    close_pair(err);
    return error;
}

int command_start(const struct config *config, enum request_type type, struct command *command,
                  int *output, char *error, size_t size) {
    int result = ENOTSUP;
    for (size_t i = 0; i < sizeof recipes / sizeof recipes[0]; i++) {
        if (recipes[i].type == type) {
            struct vector vector;
            fill_vector(&vector, config, &recipes[i]);
            result =
                start_vector(&vector, now_usec() + config->command_timeout_usec, command, output);
        }
    }
    if (result != 0) {
        snprintf(error, size, "cannot start a command: %s", strerror(result));
    }
    return result;
}

/* Postfix's tools end with the reason; a stopped mail system is said before it. */
static void end_line(struct command *command) {
    static const char down[] = "mail system is down";
    if (command->line_len > 0 && strcasestr(command->last_line, down) == NULL) {
        text_escape(command->line, command->line_len, command->last_line,
                    sizeof command->last_line);
    }
    command->line_len = 0;
}

void command_read_errors(struct command *command) {
    char chunk[4096];
    while (command->errors >= 0) {
        ssize_t got = read(command->errors, chunk, sizeof chunk);
        if (got < 0) {
            return;
        }
        if (got == 0) {
            end_line(command);
            close(command->errors);
            command->errors = -1;
        }
        for (ssize_t i = 0; i < got; i++) {
            if (chunk[i] == '\n') {
                end_line(command);
            } else if (command->line_len < sizeof command->line) {
                command->line[command->line_len++] = chunk[i];
            }
        }
    }
}

void command_stop(struct command *command, uint64_t now) {
    if (!command->terminated) {
        command->terminated = true;
        command->deadline_usec = now + KILL_AFTER_USEC;
        kill(-command->pid, SIGTERM);
    }
}

void command_check_deadline(struct command *command, uint64_t now) {
    if (now < command->deadline_usec) {
        return;
    }
    if (command->terminated) {
        kill(-command->pid, SIGKILL);
        command->deadline_usec = UINT64_MAX;
    } else {
        command->timed_out = true;
        command_stop(command, now);
    }
}

int command_reap(struct command *command) {
    int status = 0;
    command_read_errors(command);
    end_line(command);
    /* Before the leader is reaped its number cannot mean another group. */
    kill(-command->pid, SIGKILL);
    waitpid(command->pid, &status, 0);
    close(command->pidfd);
    if (command->errors >= 0) {
        close(command->errors);
    }
    command->pid = 0;
    return status;
}

int command_not_run(const struct config *config, const struct command *command, int wait_status,
                    char *text, size_t size) {
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == EXEC_FAILED &&
        strncmp(command->last_line, CANNOT_RUN, strlen(CANNOT_RUN)) == 0) {
        snprintf(text, size, "%s", command->last_line);
        return ENOEXEC;
    }
    if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) == 0) {
        return 0;
    }
    return container_explain(config, command->last_line, text, size);
}

/* Reads until the end of the output; what exceeds size is an error. */
static int read_all(struct command *command, int output, char *text, size_t size) {
    size_t len = 0;
    for (;;) {
        uint64_t now = now_usec();
        ssize_t got = read(output, text + len, size - 1 - len);
        if (got > 0) {
            len += (size_t)got;
            continue;
        }
        if (got == 0) {
            text[len] = '\0';
            return len < size - 1 ? 0 : EMSGSIZE;
        }
        if (errno != EAGAIN) {
            return errno;
        }
        if (now >= command->deadline_usec) {
            return ETIMEDOUT;
        }
        struct pollfd poll_output = {.fd = output, .events = POLLIN};
        poll(&poll_output, 1, (int)((command->deadline_usec - now) / 1000) + 1);
    }
}

int command_postconf(const struct config *config, const char *parameter, char *value, size_t size,
                     char *error, size_t error_size) {
    const char *const parameters[] = {parameter, NULL};
    const struct recipe recipe = {REQUEST_SETTINGS, "postconf", "-xh", parameters};
    struct vector vector;
    struct command command;
    int output;
    fill_vector(&vector, config, &recipe);
    int result = start_vector(&vector, now_usec() + POSTCONF_DEADLINE_USEC, &command, &output);
    if (result != 0) {
        snprintf(error, error_size, "cannot start postconf: %s", strerror(result));
        return result;
    }
    result = read_all(&command, output, value, size);
    close(output);
    if (result != 0) {
        kill(-command.pid, SIGKILL);
    } else {
        /* It has closed its output and has nothing left to do but to end. */
        struct pollfd poll_end = {.fd = command.pidfd, .events = POLLIN};
        poll(&poll_end, 1, (int)(POSTCONF_DEADLINE_USEC / 1000));
    }
    int status = command_reap(&command);
    if (result == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        result = EIO;
    }
    value[strcspn(value, "\n")] = '\0';
    if (result != 0) {
        snprintf(error, error_size, "postconf %s failed: %s", parameter,
                 command.last_line[0] != '\0' ? command.last_line : strerror(result));
    }
    return result;
}
