/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs a script, one event at a time. Everything the child needs is made before the fork, since
 * after it only async-signal-safe calls are allowed. The end of the script is learned from its
 * pidfd, not from the end of its output, which a daemon that it started may keep open. Then the
 * rest of the output is read, up to DRAIN_MAX; the process group is killed; the script is reaped;
 * and the result is reported last. A script that exceeds its timeout gets SIGTERM, and SIGKILL
 * after KILL_AFTER_USEC; its event counts as not delivered, whatever its exit status.
 */
#include "hooks/script.h"

#include "core/time_units.h"
#include "hooks/script_check.h"
#include "hooks/script_output.h"
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILL_AFTER_USEC (2 * USEC_PER_SEC)
#define EXEC_FAILED 127

/* Read at one time. After the end of the script no more than DRAIN_MAX of the rest is read. */
#define CHUNK_SIZE ((size_t)64 * 1024)
#define DRAIN_MAX ((size_t)1024 * 1024)

struct script {
    sd_event *event;
    const struct config_hook *hook;
    const struct payload_origin *origin;
    delivery_done done;
    void *userdata;
    pid_t pid; /* 0 = not running */
    int pidfd, output;
    sd_event_source *end_source, *output_source, *timer;
    bool terminated; /* SIGTERM was sent */
    struct script_output lines;
    char chunk[CHUNK_SIZE];
};

/* What the child needs, made before the fork: after it only async-signal-safe calls are allowed. */
struct launch {
    const char *path;
    char **environment;
    int input, output;
    pid_t parent;
};

static void become(const struct launch *launch) {
    char *const arguments[] = {(char *)(uintptr_t)launch->path, NULL};
    sigset_t none;
    sigemptyset(&none);
    if (setsid() < 0 || !process_follow(launch->parent) || chdir("/") < 0 ||
        dup2(launch->input, STDIN_FILENO) < 0 || dup2(launch->output, STDOUT_FILENO) < 0 ||
        dup2(launch->output, STDERR_FILENO) < 0 || sigprocmask(SIG_SETMASK, &none, NULL) < 0) {
        _exit(EXEC_FAILED);
    }
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    /* libcurl opens some of its descriptors without the flag. */
    close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    execve(launch->path, arguments, launch->environment);
    const char *text = strerrordesc_np(errno);
    static const char before[] = "cannot be run: ";
    /* If the report does not fit, the exit status still shows the failure. */
    if (write(STDERR_FILENO, before, sizeof before - 1) < 0 || text == NULL ||
        write(STDERR_FILENO, text, strlen(text)) < 0) {
        _exit(EXEC_FAILED);
    }
    _exit(EXEC_FAILED);
}

/* The document as a file that has no name, at its beginning. Returns -1 on failure. */
static int make_input(const struct event *event, const struct payload_origin *origin) {
    const struct payload_target json = {.format = HOOK_FORMAT_JSON, .recipient = ""};
    char *document = payload_make(&json, event, origin);
    size_t len = document != NULL ? strlen(document) : 0;
    int fd = memfd_create("event", MFD_CLOEXEC);
    if (fd >= 0 && (document == NULL || write(fd, document, len) != (ssize_t)len ||
                    lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        fd = -1;
    }
    free(document);
    return fd;
}

static void finish(struct script *script, struct delivery_result *result) {
    delivery_done done = script->done;
    script->done = NULL;
    done(script->userdata, result);
}

static void describe_end(const struct script *script, int status, struct delivery_result *result) {
    const char *said = script->lines.last;
    const char *colon = said[0] != '\0' ? ": " : "";
    int shown = 180;
    if (script->terminated) {
        snprintf(result->text, sizeof result->text, "did not end within %llu ms%s%.*s",
                 (unsigned long long)(script->hook->timeout_usec / 1000), colon, shown, said);
    } else if (WIFSIGNALED(status)) {
        snprintf(result->text, sizeof result->text, "was ended by signal %d%s%.*s",
                 WTERMSIG(status), colon, shown, said);
    } else {
        snprintf(result->text, sizeof result->text, "ended with status %d%s%.*s",
                 WEXITSTATUS(status), colon, shown, said);
    }
}

/* Kills what is left of the group while its number cannot belong to another, then reaps. */
static int reap(struct script *script) {
    int status = 0;
    kill(-script->pid, SIGKILL);
    waitpid(script->pid, &status, 0);
    script->pid = 0;
    script->end_source = sd_event_source_disable_unref(script->end_source);
    script->output_source = sd_event_source_disable_unref(script->output_source);
    sd_event_source_set_enabled(script->timer, SD_EVENT_OFF);
    close(script->pidfd);
    close(script->output);
    return status;
}

static int on_output(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
    struct script *script = userdata;
    (void)revents;
    ssize_t got = read(fd, script->chunk, sizeof script->chunk);
    if (got > 0) {
        script_output_take(&script->lines, script->chunk, (size_t)got);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        sd_event_source_set_enabled(source, SD_EVENT_OFF);
    }
    return 0;
}

static int on_end(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
    struct script *script = userdata;
    struct delivery_result result = {.outcome = DELIVERY_RETRY};
    ssize_t got = 1;
    (void)source;
    (void)fd;
    (void)revents;
    /* Not until the end of the file, which never comes while a daemon of the script is running. */
    for (size_t taken = 0; got > 0 && taken < DRAIN_MAX; taken += (size_t)got) {
        got = read(script->output, script->chunk, sizeof script->chunk);
        if (got > 0) {
            script_output_take(&script->lines, script->chunk, (size_t)got);
        } else {
            break;
        }
    }
    script_output_end(&script->lines);
    int status = reap(script);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && !script->terminated) {
        result.outcome = DELIVERY_DONE;
    } else {
        bool refused = WIFEXITED(status) && WEXITSTATUS(status) == SCRIPT_GIVE_UP;
        result.outcome = refused ? DELIVERY_REFUSED : DELIVERY_RETRY;
        describe_end(script, status, &result);
    }
    finish(script, &result);
    return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
    struct script *script = userdata;
    (void)usec;
    if (script->terminated) {
        kill(-script->pid, SIGKILL);
        return 0;
    }
    script->terminated = true;
    kill(-script->pid, SIGTERM);
    sd_event_source_set_time_relative(source, KILL_AFTER_USEC);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int watch(struct script *script) {
    int r =
        sd_event_add_io(script->event, &script->end_source, script->pidfd, EPOLLIN, on_end, script);
    if (r >= 0) {
        r = sd_event_add_io(script->event, &script->output_source, script->output, EPOLLIN,
                            on_output, script);
    }
    if (r >= 0) {
        /* A script that never stops printing must not hold up the others. */
        r = sd_event_source_set_priority(script->output_source, SD_EVENT_PRIORITY_IDLE);
    }
    if (r >= 0) {
        r = sd_event_source_set_time_relative(script->timer, script->hook->timeout_usec);
    }
    return r >= 0 ? sd_event_source_set_enabled(script->timer, SD_EVENT_ONESHOT) : r;
}

/* Forks. Returns 0 or a negative errno value. */
static int launch(struct script *script, char **environment, int input) {
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) < 0) {
        return -errno;
    }
    struct launch launch = {.path = script->hook->target,
                            .environment = environment,
                            .input = input,
                            .output = pipe_fds[1],
                            .parent = getpid()};
    script->output = pipe_fds[0];
    pid_t pid = fcntl(script->output, F_SETFL, O_NONBLOCK) == 0 ? fork() : -1;
    if (pid == 0) {
        become(&launch);
    }
    int r = pid < 0 ? -errno : 0;
    close(pipe_fds[1]);
    if (pid < 0) {
        close(script->output);
        return r;
    }
    script->pid = pid;
    script->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    r = script->pidfd < 0 ? -errno : watch(script);
    if (r < 0) {
        kill(pid, SIGKILL);
        reap(script);
    }
    return r;
}

static void script_start(void *self, const struct event *event, delivery_done done,
                         void *userdata) {
    struct script *script = self;
    struct delivery_result result = {.outcome = DELIVERY_RETRY};
    script->done = done;
    script->userdata = userdata;
    script->terminated = false;
    script_output_begin(&script->lines, script->hook->name);
    if (!script_check(script->hook->target, geteuid(), result.text, sizeof result.text)) {
        finish(script, &result);
        return;
    }
    char **environment = payload_environment(event, script->origin, script->hook->name);
    int input = make_input(event, script->origin);
    int r = environment == NULL || input < 0 ? -ENOMEM : launch(script, environment, input);
    if (input >= 0) {
        close(input);
    }
    payload_environment_free(environment);
    if (r < 0) {
        snprintf(result.text, sizeof result.text, "cannot be started: %s", strerror(-r));
        finish(script, &result);
    }
}

static void script_free(void *self) {
    struct script *script = self;
    if (script == NULL) {
        return;
    }
    if (script->pid != 0) {
        reap(script);
    }
    sd_event_source_disable_unref(script->timer);
    sd_event_unref(script->event);
    free(script);
}

int script_new(sd_event *event, const struct config_hook *hook, const struct payload_origin *origin,
               struct delivery *out) {
    struct script *script = calloc(1, sizeof *script);
    if (script == NULL) {
        return -ENOMEM;
    }
    script->event = sd_event_ref(event);
    script->hook = hook;
    script->origin = origin;
    int r = sd_event_add_time(event, &script->timer, CLOCK_MONOTONIC, 0, 1000, on_timer, script);
    if (r >= 0) {
        r = sd_event_source_set_enabled(script->timer, SD_EVENT_OFF);
    }
    if (r < 0) {
        script_free(script);
        return r;
    }
    *out = (struct delivery){.start = script_start, .free = script_free, .self = script};
    return 0;
}
