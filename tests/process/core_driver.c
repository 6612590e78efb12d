/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plays the agent for the process tests of hooks: the real hooks_client and the real
 * hermes-mailqueue-hooks, with an event log that is computed instead of stored. Commands come on
 * stdin, one per line:
 *
 *   events COUNT      COUNT more events happen, overload raised and cleared in turns
 *   event NAME        one more, of that name
 *   age SECONDS       how old the events of the next commands are
 *   text TEXT         what the events of the next commands say, cut where it does not fit
 *   status            prints a line "status NAME delivered failures pending last-error" for each
 *
 * PROGRAM is started, or with @PATH the socket there is connected to, again when it is lost.
 * On stdout: "pid N" of the process started, "cursor NAME SERIAL DELIVERED FAILURES" and "log TEXT"
 * as they come.
 */
#include "core/duration.h"
#include "io/hooks_client.h"
#include "os/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MAX 20000
#define CURSORS_MAX 16

static struct driver {
    sd_event *loop;
    struct hooks_client *client;
    struct event events[EVENTS_MAX];
    uint32_t event_count;
    int64_t age_s;
    char text[EVENT_TEXT_SIZE]; /* "" = the number of messages */
    char input[4096];
    size_t input_len;
} driver;

static void add_event(enum event_type type) {
    if (driver.event_count == EVENTS_MAX) {
        return;
    }
    struct event *event = &driver.events[driver.event_count];
    driver.event_count++;
    *event = (struct event){.serial = driver.event_count,
                            .type = type,
                            .time = time(NULL) - driver.age_s,
                            .total = {true, 500 + driver.event_count},
                            .threshold = {true, 500}};
    event->queues[QUEUE_DEFERRED] = event->total;
    event->has_condition = event_type_of_conditions(type);
    event->condition = (struct event_condition){.name = "old",
                                                .watch = {WATCH_AGE, WATCH_ANY_QUEUE},
                                                .severity = SEVERITY_WARNING,
                                                .subject = "4F0C2A"};
    if (driver.text[0] != '\0') {
        snprintf(event->text, sizeof event->text, "%s", driver.text);
    } else {
        snprintf(event->text, sizeof event->text, "%u messages in the queue", event->total.value);
    }
    hooks_client_notify(driver.client, event);
}

static void on_want(void *userdata, size_t hook, uint32_t after, size_t max) {
    (void)userdata;
    size_t count = after < driver.event_count ? driver.event_count - after : 0;
    hooks_client_feed(driver.client, hook, &driver.events[after < driver.event_count ? after : 0],
                      count < max ? count : max);
}

static void on_cursor(void *userdata, const struct store_cursor *cursor) {
    (void)userdata;
    printf("cursor %s %u %u %u\n", cursor->hook, cursor->serial, cursor->delivered,
           cursor->failures);
}

static void on_log(void *userdata, int priority, const char *text) {
    (void)userdata;
    (void)priority;
    printf("log %s\n", text);
}

static void print_status(void) {
    for (size_t i = 0; i < hooks_client_count(driver.client); i++) {
        const struct hook_status *status = hooks_client_status(driver.client, i);
        printf("status %s %u %u %d %s\n", status->name, status->delivered, status->failures,
               status->pending.known ? (int)status->pending.value : -1, status->last_error);
    }
}

static void run_command(char *line) {
    char *space = strchr(line, ' ');
    const char *argument = space != NULL ? space + 1 : "";
    uint64_t number = 0;
    if (space != NULL) {
        *space = '\0';
    }
    if (strcmp(line, "events") == 0 && number_parse(argument, EVENTS_MAX, &number)) {
        for (uint64_t i = 0; i < number; i++) {
            add_event(driver.event_count % 2 == 0 ? EVENT_OVERLOAD_RAISED : EVENT_OVERLOAD_CLEARED);
        }
    } else if (strcmp(line, "age") == 0 && number_parse(argument, INT32_MAX, &number)) {
        driver.age_s = (int64_t)number;
    } else if (strcmp(line, "text") == 0) {
        snprintf(driver.text, sizeof driver.text, "%s", argument);
    } else if (strcmp(line, "status") == 0) {
        print_status();
    }
    for (enum event_type type = 1; strcmp(line, "event") == 0 && type < EVENT_TYPE_END; type++) {
        if (strcmp(argument, event_name(type)) == 0) {
            add_event(type);
        }
    }
}

static int on_input(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
    (void)source;
    (void)revents;
    (void)userdata;
    ssize_t got =
        read(fd, driver.input + driver.input_len, sizeof driver.input - 1 - driver.input_len);
    if (got <= 0) {
        return sd_event_exit(driver.loop, 0);
    }
    driver.input_len += (size_t)got;
    driver.input[driver.input_len] = '\0';
    char *line = driver.input;
    for (char *end = strchr(line, '\n'); end != NULL; end = strchr(line, '\n')) {
        *end = '\0';
        run_command(line);
        line = end + 1;
    }
    driver.input_len -= (size_t)(line - driver.input);
    memmove(driver.input, line, driver.input_len);
    return 0;
}

static int on_connect(void *userdata) {
    int fd = -1;
    int r = socket_connect(userdata, &fd);
    return r < 0 ? r : fd;
}

/* As os/sibling.c, with -b. */
static int spawn(const char *program, const char *config, const char *backoff) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        char fd[16];
        snprintf(fd, sizeof fd, "%d", pair[1]);
        fcntl(pair[1], F_SETFD, 0);
        execl(program, program, "-f", "-c", config, "-s", fd, "-b", backoff, (char *)NULL);
        _exit(127);
    }
    close(pair[1]);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    printf("pid %d\n", (int)pid);
    return pair[0];
}

/* NAME=SERIAL */
static bool parse_cursor(const char *text, struct store_cursor *cursor) {
    const char *equals = strchr(text, '=');
    uint64_t serial;
    if (equals == NULL || !number_parse(equals + 1, UINT32_MAX, &serial)) {
        return false;
    }
    *cursor = (struct store_cursor){.serial = (uint32_t)serial};
    snprintf(cursor->hook, sizeof cursor->hook, "%.*s", (int)(equals - text), text);
    return true;
}

int main(int argc, char **argv) {
    struct store_cursor cursors[CURSORS_MAX];
    size_t cursor_count = 0;
    struct config *config;
    char error[512];
    uint64_t present;
    struct hooks_callbacks callbacks = {.want = on_want, .cursor = on_cursor, .log = on_log};
    int socket = -1;
    if (argc < 5 || argc > 5 + CURSORS_MAX || !number_parse(argv[4], EVENTS_MAX, &present)) {
        fputs("usage: core_driver PROGRAM CONFIG BACKOFF SERIAL [NAME=SERIAL...]\n", stderr);
        return 1;
    }
    for (int i = 5; i < argc; i++) {
        if (!parse_cursor(argv[i], &cursors[cursor_count++])) {
            return 1;
        }
    }
    if (config_load(argv[2], &config, error, sizeof error) < 0) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argv[1][0] == '@') {
        callbacks.connect = on_connect;
        callbacks.userdata = argv[1] + 1;
    } else if ((socket = spawn(argv[1], argv[2], argv[3])) < 0) {
        return 1;
    }
    if (sd_event_new(&driver.loop) < 0 ||
        sd_event_add_io(driver.loop, NULL, STDIN_FILENO, EPOLLIN, on_input, NULL) < 0 ||
        hooks_client_new(driver.loop, socket, config, cursors, cursor_count, (uint32_t)present,
                         &callbacks, &driver.client) < 0) {
        return 1;
    }
    /* What happened before this start. */
    while (driver.event_count < present) {
        add_event(driver.event_count % 2 == 0 ? EVENT_OVERLOAD_RAISED : EVENT_OVERLOAD_CLEARED);
    }
    int result = sd_event_loop(driver.loop);
    hooks_client_free(driver.client);
    sd_event_unref(driver.loop);
    config_free(config);
    return result < 0 ? 1 : 0;
}
