/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The states of a run, in their order:
 *
 *   selecting   a listing, or two, finds the targets; nothing has been done yet, and a failure is
 *               only that
 *   journaled   the store has that the action is running: from here on it is never run again
 *   acting      batch by batch; each target gets a result, or becomes doubtful when its command
 *               did not name it
 *   settling    a listing decides about what is doubtful; what was there all the same is acted on
 *               once more
 *   ended       the state is final, and context.ended has been called
 */
#include "app/action_run_internal.h"
#include "core/permission.h"
#include "os/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void action_run_schedule(struct action_run *run, void (*next)(struct action_run *run)) {
    run->next = next;
    sd_event_source_set_enabled(run->step, SD_EVENT_ONESHOT);
}

void action_run_schedule_after(struct action_run *run, uint64_t usec,
                               void (*next)(struct action_run *run)) {
    run->next = next;
    if (sd_event_source_set_time_relative(run->pause, usec) < 0 ||
        sd_event_source_set_enabled(run->pause, SD_EVENT_ONESHOT) < 0) {
        action_run_schedule(run, next);
    }
}

static int on_step(sd_event_source *source, void *userdata) {
    struct action_run *run = userdata;
    (void)source;
    run->next(run);
    return 0;
}

static int on_pause(sd_event_source *source, uint64_t usec, void *userdata) {
    (void)usec;
    return on_step(source, userdata);
}

void action_run_end(struct action_run *run, enum action_state state, const char *format, ...) {
    struct action *action = run->action;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(action->error, sizeof action->error, format, arguments);
    va_end(arguments);
    action->state = state;
    action->ended = clock_wall();
    run->context.ended(run->context.userdata, action, run->saved);
}

/* By what became of the messages; a text only when something went wrong that an id does not say. */
void action_run_end_by_results(struct action_run *run, const char *error) {
    const struct action *action = run->action;
    enum action_state state = action->failed == 0      ? ACTION_DONE
                              : action->succeeded == 0 ? ACTION_FAILED
                                                       : ACTION_PARTIAL;
    if (run->no_memory) {
        error = "out of memory: not every result is listed";
        state = state == ACTION_DONE ? ACTION_PARTIAL : state;
    }
    action_run_end(run, state, "%s", error);
}

void action_run_add_result(struct action_run *run, const char *id, enum action_outcome outcome,
                           const char *text) {
    if (!action_add_result(run->action, id, outcome, text)) {
        run->no_memory = true;
    }
}

void action_run_save_results(struct action_run *run) {
    store_action_results(run->context.store, run->action, run->saved);
    run->saved = run->action->result_count;
}

static void on_started(void *userdata, int error, const char *text) {
    struct action_run *run = userdata;
    if (error < 0) {
        action_run_end(run, ACTION_FAILED,
                       "not started: it could not be written to the database: %s", text);
    } else {
        run->next(run);
    }
}

void action_run_journal_start(struct action_run *run, void (*next)(struct action_run *run)) {
    run->next = next;
    store_action_started(run->context.store, run->action, on_started, run);
}

/* Where the IDs alone do not decide, or where what they stand for has to be looked up first. */
static bool needs_listing(const struct action_run *run) {
    const struct command *row = command_row(run->action->key.command);
    if (request_has_criteria(&run->action->request)) {
        return true;
    }
    return run->by_ids ? row->looks_up_ids : !row->whole_queue;
}

static void start(struct action_run *run) {
    struct action *action = run->action;
    const struct action_request *request = &action->request;
    const struct operation operation = {.command = action->key.command};
    if (run->cancelled) {
        action_run_end(run, ACTION_CANCELLED, "cancelled before it began");
        return;
    }
    action->state = ACTION_RUNNING;
    action->started = clock_wall();
    if (!permission_given(run->context.config, operation)) {
        action_run_end(run, ACTION_REFUSED, "%s is not allowed by the configuration (%s)",
                       action_command_name(operation.command), permission_key(operation));
        return;
    }
    int r = target_list_parse(request->queue_ids, strlen(request->queue_ids), &run->targets);
    if (r != 0) {
        action_run_end(run, ACTION_FAILED, "hmqActionQueueIds cannot be read: %s", strerror(-r));
        return;
    }
    run->by_ids = run->targets.count > 0;
    if (needs_listing(run)) {
        action_select(run);
    } else if (run->by_ids) {
        action_select_trusting(run);
    } else {
        action_run_journal_start(run, action_act_flush_all);
    }
}

struct action_run *action_run_new(sd_event *event, const struct action_run_context *context,
                                  struct action *action) {
    struct action_run *run = calloc(1, sizeof *run);
    if (run == NULL) {
        return NULL;
    }
    run->context = *context;
    run->action = action;
    for (size_t i = 0; i < HELPER_FLUSHES; i++) {
        run->flights[i].run = run;
    }
    if (sd_event_add_defer(event, &run->step, on_step, run) < 0 ||
        sd_event_add_time_relative(event, &run->pause, CLOCK_MONOTONIC, 0, 0, on_pause, run) < 0 ||
        sd_event_source_set_enabled(run->pause, SD_EVENT_OFF) < 0) {
        action_run_free(run);
        return NULL;
    }
    action_run_schedule(run, start);
    return run;
}

const struct action *action_run_action(const struct action_run *run) {
    return run->action;
}

void action_run_resume(struct action_run *run) {
    action_run_schedule(run, action_act);
}

void action_run_note_new_id(struct action_run *run, const char *id, const char *new_id) {
    for (size_t i = 0; i < run->id_count; i++) {
        if (strcmp(run->ids[i], id) == 0) {
            snprintf(run->new_ids[i], sizeof run->new_ids[i], "%s", new_id);
            return;
        }
    }
}

void action_run_cancel(struct action_run *run) {
    run->cancelled = true;
}

void action_run_free(struct action_run *run) {
    if (run == NULL) {
        return;
    }
    sd_event_source_disable_unref(run->step);
    sd_event_source_disable_unref(run->pause);
    target_list_deinit(&run->targets);
    message_stream_free(run->listed);
    results_free(run->results);
    free(run);
}
