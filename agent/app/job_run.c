/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The states of a run, in their order:
 *
 *   selecting   a listing, or two, finds the targets; nothing has been done yet, and a failure is
 *               only that
 *   journaled   the store has that the job is running: from here on it is never run again
 *   acting      batch by batch; each target gets a result, or becomes doubtful when its command
 *               did not name it
 *   settling    a listing decides about what is doubtful; what was there all the same is acted on
 *               once more
 *   ended       the state is final, and context.ended has been called
 */
#include "app/job_run_internal.h"
#include "os/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void job_run_schedule(struct job_run *run, void (*next)(struct job_run *run)) {
    run->next = next;
    sd_event_source_set_enabled(run->step, SD_EVENT_ONESHOT);
}

void job_run_schedule_after(struct job_run *run, uint64_t usec, void (*next)(struct job_run *run)) {
    run->next = next;
    if (sd_event_source_set_time_relative(run->pause, usec) < 0 ||
        sd_event_source_set_enabled(run->pause, SD_EVENT_ONESHOT) < 0) {
        job_run_schedule(run, next);
    }
}

static int on_step(sd_event_source *source, void *userdata) {
    struct job_run *run = userdata;
    (void)source;
    run->next(run);
    return 0;
}

static int on_pause(sd_event_source *source, uint64_t usec, void *userdata) {
    (void)usec;
    return on_step(source, userdata);
}

void job_run_end(struct job_run *run, enum job_state state, const char *format, ...) {
    struct job *job = run->job;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(job->error, sizeof job->error, format, arguments);
    va_end(arguments);
    job->state = state;
    job->ended = clock_wall();
    run->context.ended(run->context.userdata, job, run->saved);
}

/* By what became of the messages; a text only when something went wrong that an id does not say. */
void job_run_end_by_results(struct job_run *run, const char *error) {
    const struct job *job = run->job;
    enum job_state state = job->failed == 0      ? JOB_DONE
                           : job->succeeded == 0 ? JOB_FAILED
                                                 : JOB_PARTIAL;
    if (run->no_memory) {
        error = "out of memory: not every result is listed";
        state = state == JOB_DONE ? JOB_PARTIAL : state;
    }
    job_run_end(run, state, "%s", error);
}

void job_run_add_result(struct job_run *run, const char *id, enum job_outcome outcome,
                        const char *text) {
    if (!job_add_result(run->job, id, outcome, text)) {
        run->no_memory = true;
    }
}

void job_run_save_results(struct job_run *run) {
    store_job_results(run->context.store, run->job, run->saved);
    run->saved = run->job->result_count;
}

static void on_started(void *userdata, int error, const char *text) {
    struct job_run *run = userdata;
    if (error < 0) {
        job_run_end(run, JOB_FAILED, "not started, since it cannot be journaled: %s", text);
    } else {
        run->next(run);
    }
}

void job_run_journal_start(struct job_run *run, void (*next)(struct job_run *run)) {
    run->next = next;
    store_job_started(run->context.store, run->job, on_started, run);
}

static bool allowed(const struct config *config, enum action_command command) {
    return command == ACTION_VIEW ? config->allow_view
                                  : (config->allow_actions & 1U << command) != 0;
}

/* Where the ids alone do not decide, or where what they stand for has to be looked up first. */
static bool needs_listing(const struct job_run *run) {
    const struct job *job = run->job;
    static const uint32_t always = 1U << ACTION_DELETE | 1U << ACTION_EXPIRE | 1U << ACTION_COUNT;
    if (request_has_criteria(&job->request) || (always & 1U << job->key.command) != 0) {
        return true;
    }
    /* postqueue -i says yes to any id; postqueue -f needs none. */
    return (job->key.command == ACTION_FLUSH) == run->by_ids;
}

static void start(struct job_run *run) {
    struct job *job = run->job;
    const struct job_request *request = &job->request;
    enum action_command command = job->key.command;
    if (run->cancelled) {
        job_run_end(run, JOB_CANCELLED, "cancelled before it began");
        return;
    }
    job->state = JOB_RUNNING;
    job->started = clock_wall();
    if (!allowed(run->context.config, command)) {
        job_run_end(run, JOB_REFUSED, "%s is not allowed by the configuration (%s)",
                    job_command_name(command),
                    command == ACTION_VIEW ? "allow_view" : "allow_actions");
        return;
    }
    if (!target_list_parse(request->queue_ids, strlen(request->queue_ids), &run->targets)) {
        job_run_end(run, JOB_FAILED, "hmqActionQueueIds cannot be read");
        return;
    }
    run->by_ids = run->targets.count > 0;
    if (needs_listing(run)) {
        job_select(run);
    } else if (run->by_ids) {
        job_select_trusting(run);
    } else {
        job_run_journal_start(run, job_act_flush_all);
    }
}

struct job_run *job_run_new(sd_event *event, const struct job_run_context *context,
                            struct job *job) {
    struct job_run *run = calloc(1, sizeof *run);
    if (run == NULL) {
        return NULL;
    }
    run->context = *context;
    run->job = job;
    for (size_t i = 0; i < HELPER_FLUSHES; i++) {
        run->flights[i].run = run;
    }
    if (sd_event_add_defer(event, &run->step, on_step, run) < 0 ||
        sd_event_add_time_relative(event, &run->pause, CLOCK_MONOTONIC, 0, 0, on_pause, run) < 0 ||
        sd_event_source_set_enabled(run->pause, SD_EVENT_OFF) < 0) {
        job_run_free(run);
        return NULL;
    }
    job_run_schedule(run, start);
    return run;
}

const struct job *job_run_job(const struct job_run *run) {
    return run->job;
}

void job_run_resume(struct job_run *run) {
    job_run_schedule(run, job_act);
}

void job_run_cancel(struct job_run *run) {
    run->cancelled = true;
}

void job_run_free(struct job_run *run) {
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
