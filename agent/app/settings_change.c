/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The change transaction. Each step but IDLE and PAUSE is one command of the helper:
 *
 *   READ_BEFORE -> WRITE (each parameter) -> RELOAD -> READ_AFTER -> IDLE: applied
 *        |             |                      |           |
 *        | fails       +------- fails --------+-----------+
 *        |                        |
 *        |                        v
 *        |   PAUSE ----------> READ_AGAIN -> RESTORE (each line that differs) -> RELOAD_AGAIN
 *        |     ^                  |             |                                     |
 *        |     +------ fails -----+-------------+                                     |
 *        v     |                                                                      v
 *      IDLE    | ROLLBACK_TRIES_MAX times                                           IDLE
 *              v
 *            IDLE: main.cf could not be restored
 *
 * What fails before main.cf was touched ends at once; what fails later is taken back as a whole, or
 * if the change is one-way, ends as it is. After READ_BEFORE the owner of the change judges what
 * was read, and may make the change wait in that step. READ_AFTER fails too when main.cf does not
 * have the new values. RELOAD_AGAIN is left out when Postfix never reloaded and no line had to be
 * restored.
 */
#include "app/settings_change.h"

#include "app/helper_run.h"
#include "core/duration.h"
#include "core/status.h"
#include "core/time_units.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_USEC UINT64_C(2000000)

/* Restoring main.cf is important enough for several attempts. */
#define ROLLBACK_TRIES_MAX 5

enum step {
    STEP_IDLE,
    STEP_READ_BEFORE,
    STEP_WRITE,
    STEP_RELOAD,
    STEP_READ_AFTER,
    STEP_READ_AGAIN,
    STEP_RESTORE,
    STEP_RELOAD_AGAIN,
    STEP_PAUSE,
    STEP_COUNT,
};

struct settings_change {
    struct settings_change_context context;
    struct settings_change_request request;
    bool claimed;
    enum step step;
    sd_event_source *retry;
    struct main_cf before, after;
    struct main_cf *reading; /* which of the two is being read */
    char old_value[PARAMETER_COUNT][MAIN_CF_VALUE_SIZE];
    bool old_known[PARAMETER_COUNT];
    int which;     /* the parameter being written */
    bool reloaded; /* Postfix was asked to reload, and may have read main.cf */
    bool restored; /* a line of main.cf was restored */
    unsigned rollback_tries;
    char note[STATUS_ERROR_SIZE]; /* a remark about a change that was applied */
    char failure[STATUS_ERROR_SIZE];
};

static void on_step_end(void *userdata, const struct command_end *end);

/* Runs the command of a step. on_step_end is always called, perhaps during this call. */
static void run(struct settings_change *change, enum step step, const struct helper_order *order,
                line_handler line) {
    const struct stream_callbacks callbacks = {
        .line = line, .end = on_step_end, .userdata = change};
    change->step = step;
    helper_run(collector_helper(change->context.collector), order, &callbacks);
}

static int on_main_cf_line(void *userdata, const char *line, size_t len) {
    struct settings_change *change = userdata;
    return main_cf_parse_line(line, len, change->reading) ? 0 : -EBADMSG;
}

static void read_main_cf(struct settings_change *change, enum step step, struct main_cf *into) {
    const struct helper_order order = {.type = REQUEST_MAIN_CF};
    *into = (struct main_cf){0};
    change->reading = into;
    run(change, step, &order, on_main_cf_line);
}

/* The next parameter after which that the change has, or PARAMETER_COUNT. */
static int next_changed(const struct settings_change *change, int which) {
    while (++which < PARAMETER_COUNT && !change->request.changed[which]) {
    }
    return which;
}

/* Any parameter of the change stands for the permission to make it. */
static void run_reload(struct settings_change *change, enum step step) {
    const struct helper_order order = {
        .type = REQUEST_RELOAD, .parameter = (enum postfix_parameter)next_changed(change, -1)};
    run(change, step, &order, helper_run_ignore_line);
}

static void run_line(struct settings_change *change, enum step step,
                     const struct main_cf_line *line) {
    const struct helper_order order = {.type = REQUEST_SET_PARAMETER,
                                       .parameter = (enum postfix_parameter)change->which,
                                       .value = line->set ? line->value : NULL,
                                       .remove = !line->set};
    run(change, step, &order, helper_run_ignore_line);
}

static void finish(struct settings_change *change, struct settings_change_end *end) {
    const struct settings_change_request request = change->request;
    end->before = change->before;
    memcpy(end->old_value, change->old_value, sizeof end->old_value);
    memcpy(end->old_known, change->old_known, sizeof end->old_known);
    change->step = STEP_IDLE;
    change->claimed = false;
    request.ended(request.userdata, end);
    change->context.idle(change->context.userdata);
}

/* Taking a change back */

static void end_rollback(struct settings_change *change, bool clean, const char *main_cf) {
    char text[2 * STATUS_ERROR_SIZE];
    snprintf(text, sizeof text, "%.160s%s%s", change->failure, main_cf[0] != '\0' ? "; " : "",
             main_cf);
    finish(change, &(struct settings_change_end){.clean = clean, .text = text});
}

static void end_restored(struct settings_change *change) {
    bool resumed = change->request.resumed;
    end_rollback(change, !resumed,
                 resumed ? "main.cf has what the interrupted change left in it"
                         : "main.cf is as it was");
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
    struct settings_change *change = userdata;
    (void)source;
    (void)usec;
    read_main_cf(change, STEP_READ_AGAIN, &change->after);
    return 0;
}

static void rollback_failed(struct settings_change *change, const char *error) {
    char text[STATUS_ERROR_SIZE];
    if (++change->rollback_tries < ROLLBACK_TRIES_MAX) {
        change->step = STEP_PAUSE;
        sd_event_source_set_time_relative(change->retry, RETRY_USEC);
        sd_event_source_set_enabled(change->retry, SD_EVENT_ONESHOT);
        return;
    }
    snprintf(text, sizeof text, "main.cf could not be restored: %.120s", error);
    end_rollback(change, false, text);
}

/* A line that has not changed is not written, because writing may be what fails. */
static bool to_be_restored(const struct settings_change *change, int which) {
    return change->request.changed[which] &&
           !main_cf_line_equal(&change->before.lines[which], &change->after.lines[which]);
}

/* An interrupted change may have written main.cf without a reload. */
static void end_restoring(struct settings_change *change) {
    if (change->restored || change->reloaded || change->request.resumed) {
        run_reload(change, STEP_RELOAD_AGAIN);
    } else {
        end_restored(change);
    }
}

static void restore_next(struct settings_change *change) {
    while (++change->which < PARAMETER_COUNT && !to_be_restored(change, change->which)) {
    }
    if (change->which == PARAMETER_COUNT) {
        end_restoring(change);
        return;
    }
    run_line(change, STEP_RESTORE, &change->before.lines[change->which]);
}

static void on_read_again(struct settings_change *change, const struct command_end *end) {
    if (end->ok) {
        change->which = -1;
        restore_next(change);
    } else {
        rollback_failed(change, end->error);
    }
}

static void on_restored(struct settings_change *change, const struct command_end *end) {
    if (end->ok) {
        change->restored = true;
        restore_next(change);
    } else {
        rollback_failed(change, end->error);
    }
}

/* If Postfix is not running, it need not reload: it will read main.cf when it starts. */
static void on_reloaded_again(struct settings_change *change, const struct command_end *end) {
    (void)end;
    end_restored(change);
}

__attribute__((format(printf, 3, 4))) static void fail(struct settings_change *change, bool touched,
                                                       const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(change->failure, sizeof change->failure, format, arguments);
    va_end(arguments);
    change->rollback_tries = 0;
    if (!touched) {
        end_rollback(change, !change->request.resumed, "main.cf was not touched");
    } else if (change->request.one_way) {
        end_rollback(change, false, "");
    } else {
        read_main_cf(change, STEP_READ_AGAIN, &change->after);
    }
}

/* Making it */

static void on_read_after(struct settings_change *change, const struct command_end *end) {
    if (!end->ok) {
        fail(change, true, "main.cf could not be read back: %s", end->error);
        return;
    }
    for (int p = next_changed(change, -1); p < PARAMETER_COUNT; p = next_changed(change, p)) {
        if (!main_cf_line_equal(&change->after.lines[p], &change->request.wanted[p])) {
            fail(change, true, "main.cf does not have the new %s", postfix_parameter_names[p]);
            return;
        }
    }
    finish(change, &(struct settings_change_end){.applied = true, .text = change->note});
}

static void on_reloaded(struct settings_change *change, const struct command_end *end) {
    const struct collector *collector = change->context.collector;
    bool stopped = end->mail_down || collector_snapshot(collector)->postfix == POSTFIX_STOPPED ||
                   (end->reason == REASON_LOCK_FREE && collector_believes_lock(collector));
    if (!end->ok && !stopped) {
        fail(change, true, "Postfix could not be reloaded: %s", end->error);
        return;
    }
    snprintf(change->note, sizeof change->note, "%s",
             end->ok ? "" : "Postfix is not running: the change takes effect when it is started");
    read_main_cf(change, STEP_READ_AFTER, &change->after);
}

/* In a change that was begun before, a line may be there already, and writing it may be what fails.
 */
static bool to_be_written(const struct settings_change *change, int which) {
    return change->request.changed[which] &&
           !(change->request.resumed &&
             main_cf_line_equal(&change->before.lines[which], &change->request.wanted[which]));
}

static void write_next(struct settings_change *change) {
    while (++change->which < PARAMETER_COUNT && !to_be_written(change, change->which)) {
    }
    if (change->which == PARAMETER_COUNT) {
        change->reloaded = true;
        run_reload(change, STEP_RELOAD);
        return;
    }
    run_line(change, STEP_WRITE, &change->request.wanted[change->which]);
}

static void on_written(struct settings_change *change, const struct command_end *end) {
    if (end->ok) {
        write_next(change);
    } else {
        fail(change, true, "main.cf could not be changed: %s", end->error);
    }
}

/* Notes the value in main.cf, or if there is none, the default that Postfix uses. */
static void note_old_value(struct settings_change *change, enum postfix_parameter parameter) {
    const struct main_cf_line *line = &change->before.lines[parameter];
    const struct postfix_settings *running =
        &collector_snapshot(change->context.collector)->settings;
    char *value = change->old_value[parameter];
    enum lifetime which;
    bool lifetime = parameter_lifetime(parameter, &which);
    if (change->request.resumed) {
        return;
    }
    if (!line->set && lifetime && running->known) {
        lifetime_format(running->lifetime_s[which], value);
    } else {
        memcpy(value, line->value, sizeof line->value);
    }
    change->old_known[parameter] = line->set || !lifetime || running->known;
}

void settings_change_go_on(struct settings_change *change) {
    change->which = -1;
    write_next(change);
}

static void on_read_before(struct settings_change *change, const struct command_end *end) {
    const struct settings_change_request *request = &change->request;
    if (!end->ok) {
        change->before = (struct main_cf){0};
        fail(change, false, "main.cf could not be read: %s", end->error);
        return;
    }
    for (int p = next_changed(change, -1); p < PARAMETER_COUNT; p = next_changed(change, p)) {
        const struct main_cf_line *line = &change->before.lines[p];
        if (line->set && !line->restorable && !request->one_way) {
            fail(change, false, "main.cf has a %s that could not be restored",
                 postfix_parameter_names[p]);
            return;
        }
        note_old_value(change, (enum postfix_parameter)p);
    }
    if (request->judge == NULL || request->judge(request->userdata, &change->before)) {
        settings_change_go_on(change);
    }
}

/* What follows a step. STEP_PAUSE ends by its timer. */
static void (*const step_ends[STEP_COUNT])(struct settings_change *, const struct command_end *) = {
    [STEP_READ_BEFORE] = on_read_before,
    [STEP_WRITE] = on_written,
    [STEP_RELOAD] = on_reloaded,
    [STEP_READ_AFTER] = on_read_after,
    [STEP_READ_AGAIN] = on_read_again,
    [STEP_RESTORE] = on_restored,
    [STEP_RELOAD_AGAIN] = on_reloaded_again,
};

static void on_step_end(void *userdata, const struct command_end *end) {
    struct settings_change *change = userdata;
    assert(step_ends[change->step] != NULL);
    step_ends[change->step](change, end);
}

bool settings_change_busy(const struct settings_change *change) {
    return change->claimed;
}

void settings_change_claim(struct settings_change *change,
                           const struct settings_change_request *request) {
    assert(!change->claimed);
    change->claimed = true;
    change->request = *request;
    change->reloaded = change->restored = false;
    change->note[0] = '\0';
    change->before = (struct main_cf){0};
    memset(change->old_value, 0, sizeof change->old_value);
    memset(change->old_known, 0, sizeof change->old_known);
}

void settings_change_start(struct settings_change *change) {
    read_main_cf(change, STEP_READ_BEFORE, &change->before);
}

void settings_change_refuse(struct settings_change *change, const char *text) {
    fail(change, false, "%s", text);
}

int settings_change_new(sd_event *event, const struct settings_change_context *context,
                        struct settings_change **out) {
    struct settings_change *change = calloc(1, sizeof *change);
    if (change == NULL) {
        return -ENOMEM;
    }
    change->context = *context;
    int r =
        sd_event_add_time_relative(event, &change->retry, CLOCK_MONOTONIC, 0, 0, on_retry, change);
    if (r >= 0) {
        r = sd_event_source_set_enabled(change->retry, SD_EVENT_OFF);
    }
    if (r < 0) {
        settings_change_free(change);
        return r;
    }
    *out = change;
    return 0;
}

void settings_change_free(struct settings_change *change) {
    if (change == NULL) {
        return;
    }
    sd_event_source_disable_unref(change->retry);
    free(change);
}
