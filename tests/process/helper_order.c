/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * helper_order CONFIG ORDER [ARGUMENT...]: gives one order to a real hermes-mailqueue-helper and
 * prints what came of it. Exit status 0 when it ended well, 1 when not, 2 for a wrong call.
 *
 *   hold|unhold|requeue|delete|expire   ids on standard input; a line "ID OUTCOME TEXT" for each
 *   flush [ID], view ID [OCTETS], select, main.cf, set NAME VALUE, remove NAME, reload
 *                                       the output
 *   watch                               "armed" once the settings were read, then "changed" and
 *                                       the end when main.cf changed
 *
 * then "ok" or "error: WHY", each with "truncated", "mail down" or "lock free" where so, and the
 * microseconds it took.
 */
#include "core/action.h"
#include "core/results.h"
#include "io/helper_client.h"
#include "os/sibling.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

struct driver {
    sd_event *event;
    struct helper_client *client;
    struct helper_order order;
    struct stream_callbacks callbacks;
    struct results *results;
    char ids[PROTOCOL_IDS][QUEUE_ID_SIZE];
    bool watch, started;
    int status;
};

static void finish(struct driver *driver, int status) {
    driver->status = status;
    sd_event_exit(driver->event, 0);
}

static int on_line(void *userdata, const char *line, size_t len) {
    struct driver *driver = userdata;
    if (driver->results != NULL) {
        results_take(driver->results, line, len);
    } else if (!driver->watch) {
        fwrite(line, 1, len, stdout);
        putchar('\n');
    }
    return 0;
}

static int on_data(void *userdata, const char *data, size_t len) {
    (void)userdata;
    return fwrite(data, 1, len, stdout) == len ? 0 : -1;
}

static void on_end(void *userdata, const struct command_end *end) {
    struct driver *driver = userdata;
    if (driver->watch && end->ok) {
        puts("armed");
        fflush(stdout);
        return;
    }
    if (driver->results != NULL) {
        results_end(driver->results, end->ok, end->error);
        for (size_t i = 0; i < driver->order.id_count; i++) {
            const struct result *result = results_get(driver->results, i);
            printf("%s %s %s\n", result->id, action_outcome_name(result->outcome), result->text);
        }
    }
    printf("%s%s%s%s%s %llu\n", end->ok ? "ok" : "error: ", end->error,
           end->truncated ? " truncated" : "", end->mail_down ? " mail down" : "",
           end->reason == REASON_LOCK_FREE ? " lock free" : "", (unsigned long long)end->used_usec);
    finish(driver, end->ok ? 0 : 1);
}

static void on_hello(void *userdata, const char *missing) {
    struct driver *driver = userdata;
    (void)missing;
    if (!driver->started &&
        !helper_client_run(driver->client, &driver->order, &driver->callbacks)) {
        finish(driver, 1);
    }
    driver->started = true;
}

static void on_settings_dirty(void *userdata) {
    struct driver *driver = userdata;
    puts("changed");
    finish(driver, 0);
}

static void on_dirty(void *userdata) {
    (void)userdata;
}

static void on_counts(void *userdata, const struct reply *reply, const char *error) {
    (void)userdata;
    (void)reply;
    (void)error;
}

static void on_mtimes(void *userdata, const struct reply *reply) {
    (void)userdata;
    (void)reply;
}

static void on_gone(void *userdata) {
    puts("gone");
    finish(userdata, 1);
}

/* The driver checks nothing: what is no id is the helper's to refuse, or the client's to assert. */
static size_t read_ids(struct driver *driver) {
    char line[QUEUE_ID_SIZE + 1];
    size_t count = 0;
    while (count < PROTOCOL_IDS && fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        memcpy(driver->ids[count++], line, QUEUE_ID_SIZE);
    }
    return count;
}

static bool parse_action(struct driver *driver, const char *word) {
    enum action_command command = command_by_name(word);
    if (command == 0 || command_row(command)->request != REQUEST_ACTION) {
        return false;
    }
    driver->order.type = REQUEST_ACTION;
    driver->order.command = command;
    driver->order.id_count = read_ids(driver);
    driver->results =
        results_new(command, (const char(*)[QUEUE_ID_SIZE])driver->ids, driver->order.id_count);
    return driver->results != NULL;
}

static bool parse_parameter(struct driver *driver, const char *name, const char *value) {
    driver->order.type = REQUEST_SET_PARAMETER;
    driver->order.parameter = PARAMETER_MAIL_VERSION + 1;
    while (driver->order.parameter < PARAMETER_COUNT &&
           strcmp(name, postfix_parameter_names[driver->order.parameter]) != 0) {
        driver->order.parameter++;
    }
    driver->order.value = value;
    driver->order.remove = value == NULL;
    return true;
}

static bool parse_simple(struct driver *driver, const char *word, const char *id) {
    static const struct {
        const char *word;
        enum request_type type;
    } types[] = {{"flush", REQUEST_FLUSH},   {"view", REQUEST_VIEW},
                 {"select", REQUEST_SELECT}, {"main.cf", REQUEST_MAIN_CF},
                 {"reload", REQUEST_RELOAD}, {"watch", REQUEST_SETTINGS}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(word, types[i].word) == 0) {
            driver->order.type = types[i].type;
            driver->watch = types[i].type == REQUEST_SETTINGS;
            driver->order.parameter =
                types[i].type == REQUEST_RELOAD ? PARAMETER_BOUNCE_LIFETIME : 0;
            if (id != NULL) {
                snprintf(driver->ids[0], QUEUE_ID_SIZE, "%s", id);
                driver->order.id_count = 1;
            }
            return true;
        }
    }
    return false;
}

static bool parse_order(struct driver *driver, int argc, char **argv) {
    const char *word = argv[2];
    driver->order.ids = (const char(*)[QUEUE_ID_SIZE])driver->ids;
    if (argc == 5 && strcmp(word, "set") == 0) {
        return parse_parameter(driver, argv[3], argv[4]);
    }
    if (argc == 4 && strcmp(word, "remove") == 0) {
        return parse_parameter(driver, argv[3], NULL);
    }
    if (argc == 5 && strcmp(word, "view") == 0) {
        driver->order.output_max = strtoul(argv[4], NULL, 10);
    }
    return parse_action(driver, word) || parse_simple(driver, word, argc > 3 ? argv[3] : NULL);
}

int main(int argc, char **argv) {
    static struct driver driver;
    int socket;
    pid_t pid;
    if (argc < 3 || !parse_order(&driver, argc, argv)) {
        fputs("usage: helper_order CONFIG ORDER [ARGUMENT...]\n", stderr);
        return 2;
    }
    const struct helper_callbacks callbacks = {.hello = on_hello,
                                               .dirty = on_dirty,
                                               .settings_dirty = on_settings_dirty,
                                               .counts = on_counts,
                                               .mtimes = on_mtimes,
                                               .gone = on_gone,
                                               .userdata = &driver};
    driver.callbacks =
        (struct stream_callbacks){.line = on_line, .end = on_end, .userdata = &driver};
    if (driver.order.type == REQUEST_VIEW) {
        driver.callbacks.data = on_data;
    }
    if (sd_event_new(&driver.event) < 0 ||
        sibling_start(SIBLING_HELPER, argv[1], true, &socket, &pid) < 0 ||
        helper_client_new(driver.event, socket, 60000000, &callbacks, &driver.client) < 0) {
        fputs("helper_order: cannot start the helper\n", stderr);
        return 2;
    }
    sd_event_loop(driver.event);
    helper_client_free(driver.client);
    waitpid(pid, NULL, 0);
    results_free(driver.results);
    sd_event_unref(driver.event);
    return driver.status;
}
