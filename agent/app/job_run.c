#include "app/job_run.h"

#include "core/message_stream.h"
#include "core/results.h"
#include "core/selection.h"
#include "os/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Messages one job may be about: more than any queue that is still alive has. */
#define TARGETS_MAX ((size_t)1000000)

#define TEXT_NOT_FOUND "no such message"
#define TEXT_NO_MATCH "no message with this id matches the other criteria"
#define TEXT_REPLACED "the id stands for another message by now"

struct job_run {
    struct job_run_context context;
    struct job *job;
    sd_event_source *step; /* runs `next` from the loop */
    void (*next)(struct job_run *run);
    bool by_ids; /* targets are what was asked for, not what was listed */
    struct target_list targets;
    struct message_stream *listed;  /* while the queue is listed */
    struct recipient_search search; /* of the message whose line is being read */
    size_t position;                /* in targets: what is to be acted on next */
    struct results *results;        /* of the batch on its way */
    char ids[PROTOCOL_IDS][QUEUE_ID_SIZE];
    size_t id_count;
    size_t saved; /* results the store has */
    bool no_memory;
};

static void schedule(struct job_run *run, void (*next)(struct job_run *run)) {
    run->next = next;
    sd_event_source_set_enabled(run->step, SD_EVENT_ONESHOT);
}

static int on_step(sd_event_source *source, void *userdata) {
    struct job_run *run = userdata;
    (void)source;
    run->next(run);
    return 0;
}

__attribute__((format(printf, 3, 4))) static void end(struct job_run *run, enum job_state state,
                                                      const char *format, ...) {
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
static void end_by_results(struct job_run *run, const char *error) {
    const struct job *job = run->job;
    enum job_state state = job->failed == 0      ? JOB_DONE
                           : job->succeeded == 0 ? JOB_FAILED
                                                 : JOB_PARTIAL;
    if (run->no_memory) {
        error = "out of memory: not every result is listed";
        state = state == JOB_DONE ? JOB_PARTIAL : state;
    }
    end(run, state, "%s", error);
}

static void add_result(struct job_run *run, const char *id, enum job_outcome outcome,
                       const char *text) {
    if (!job_add_result(run->job, id, outcome, text)) {
        run->no_memory = true;
    }
}

/* Acting */

static void act(struct job_run *run);

/* A target the listing had (or that no listing was asked about). */
static bool actionable(const struct target *target) {
    return target->listed && !target->replaced;
}

static void refuse_target(struct job_run *run, const struct target *target) {
    if (target->replaced) {
        add_result(run, target->id, OUTCOME_INVALID, TEXT_REPLACED);
    } else {
        add_result(run, target->id, OUTCOME_NOT_FOUND,
                   request_has_criteria(&run->job->request) ? TEXT_NO_MATCH : TEXT_NOT_FOUND);
    }
}

/* Fills the batch; what is not there gets its result on the way. */
static void fill_batch(struct job_run *run, size_t max) {
    run->id_count = 0;
    while (run->position < run->targets.count && run->id_count < max) {
        const struct target *target = &run->targets.targets[run->position++];
        if (actionable(target)) {
            memcpy(run->ids[run->id_count++], target->id, QUEUE_ID_SIZE);
        } else {
            refuse_target(run, target);
        }
    }
}

static int on_action_line(void *userdata, const char *line, size_t len) {
    struct job_run *run = userdata;
    results_take(run->results, line, len);
    return 0;
}

static int on_flush_line(void *userdata, const char *line, size_t len) {
    (void)userdata;
    (void)line;
    (void)len;
    return 0;
}

static int on_view_data(void *userdata, const char *data, size_t len) {
    struct job_run *run = userdata;
    struct job *job = run->job;
    char *output = realloc(job->output, job->output_len + len);
    if (output == NULL) {
        run->no_memory = true;
        return -ENOMEM;
    }
    memcpy(output + job->output_len, data, len);
    job->output = output;
    job->output_len += len;
    return 0;
}

/* The same for every id of the batch. */
static void end_batch(struct job_run *run, enum job_outcome outcome, const char *text) {
    for (size_t i = 0; i < run->id_count; i++) {
        add_result(run, run->ids[i], outcome, text);
    }
}

/* A command failed: what it was not given yet is not tried at all. */
static void give_up_rest(struct job_run *run, const struct command_end *command) {
    while (run->position < run->targets.count) {
        const struct target *target = &run->targets.targets[run->position++];
        if (actionable(target)) {
            add_result(run, target->id, OUTCOME_FAILED, "not tried");
        } else {
            refuse_target(run, target);
        }
    }
    enum job_state state = run->job->succeeded > 0 ? JOB_PARTIAL : JOB_FAILED;
    end(run, command->lost ? JOB_INTERRUPTED : state, "%s", command->error);
}

static void batch_done(struct job_run *run) {
    store_job_results(run->context.store, run->job, run->saved);
    run->saved = run->job->result_count;
    schedule(run, act);
}

static void on_action_end(void *userdata, const struct command_end *command) {
    struct job_run *run = userdata;
    results_end(run->results, command->ok, command->error);
    for (size_t i = 0; i < run->id_count; i++) {
        const struct result *result = results_get(run->results, i);
        bool missing = result->outcome == OUTCOME_NOT_FOUND && result->text[0] == '\0';
        add_result(run, run->ids[i], result->outcome, missing ? TEXT_NOT_FOUND : result->text);
    }
    if (command->ok) {
        batch_done(run);
    } else {
        give_up_rest(run, command);
    }
}

static void on_flush_end(void *userdata, const struct command_end *command) {
    struct job_run *run = userdata;
    if (command->ok) {
        end_batch(run, OUTCOME_REQUESTED, "delivery requested");
        batch_done(run);
    } else {
        end_batch(run, OUTCOME_FAILED, command->error);
        give_up_rest(run, command);
    }
}

/* postcat has one way to fail, and says of a missing message that it cannot open its file. */
static void on_view_end(void *userdata, const struct command_end *command) {
    struct job_run *run = userdata;
    if (!command->ok) {
        /* Half a message is none, here as after a restart. */
        free(run->job->output);
        run->job->output = NULL;
        run->job->output_len = 0;
        bool missing = strstr(command->error, "No such file or directory") != NULL;
        end_batch(run, missing ? OUTCOME_NOT_FOUND : OUTCOME_FAILED,
                  missing ? TEXT_NOT_FOUND : command->error);
        end(run, command->lost ? JOB_INTERRUPTED : JOB_FAILED, "%s",
            missing ? TEXT_NOT_FOUND : command->error);
        return;
    }
    job_index_output(run->job);
    end_batch(run, OUTCOME_DONE, command->truncated ? "cut at view_limit" : "");
    end_by_results(run, command->truncated ? "the message is longer than view_limit" : "");
}

/* How each command is carried out: the request, ids in one go, and what takes its output. */
struct way {
    enum request_type type;
    size_t batch;
    line_handler line;
    int (*data)(void *userdata, const char *data, size_t len);
    void (*end)(void *userdata, const struct command_end *command);
};

static const struct way way_super = {REQUEST_ACTION, PROTOCOL_IDS, on_action_line, NULL,
                                     on_action_end};
static const struct way way_flush = {REQUEST_FLUSH, 1, on_flush_line, NULL, on_flush_end};
static const struct way way_view = {REQUEST_VIEW, 1, NULL, on_view_data, on_view_end};

static const struct way *const ways[] = {
    [ACTION_HOLD] = &way_super,   [ACTION_UNHOLD] = &way_super, [ACTION_REQUEUE] = &way_super,
    [ACTION_DELETE] = &way_super, [ACTION_FLUSH] = &way_flush,  [ACTION_EXPIRE] = &way_super,
    [ACTION_VIEW] = &way_view,    [ACTION_COUNT] = NULL,
};

static void run_command(struct job_run *run, const struct way *way) {
    const struct config *config = run->context.config;
    const struct helper_order order = {
        .type = way->type,
        .command = way->type == REQUEST_ACTION ? run->job->key.command : (enum action_command)0,
        .ids = (const char(*)[QUEUE_ID_SIZE])run->ids,
        .id_count = run->id_count,
        .output_max = way->type == REQUEST_VIEW ? config->view_limit_bytes : 0,
    };
    const struct stream_callbacks callbacks = {
        .line = way->line, .data = way->data, .end = way->end, .userdata = run};
    if (!helper_client_run(run->context.helper, &order, &callbacks)) {
        const struct command_end none = {.error = "the helper does not take the command",
                                         .lost = true};
        way->end(run, &none);
    }
}

static void act(struct job_run *run) {
    const struct way *way = ways[run->job->key.command];
    fill_batch(run, way->batch);
    if (run->id_count == 0) {
        end_by_results(run, "");
        return;
    }
    if (way->type == REQUEST_ACTION) {
        results_free(run->results);
        run->results = results_new(run->job->key.command, (const char(*)[QUEUE_ID_SIZE])run->ids,
                                   run->id_count);
        if (run->results == NULL) {
            const struct command_end none = {.error = "out of memory"};
            end_batch(run, OUTCOME_FAILED, none.error);
            give_up_rest(run, &none);
            return;
        }
    }
    run_command(run, way);
}

/* postqueue -f: no id, no result; what can be said is that it was asked for. */
static void on_flush_all_end(void *userdata, const struct command_end *command) {
    struct job_run *run = userdata;
    if (command->ok) {
        end(run, JOB_DONE, "%s", "");
    } else {
        end(run, command->lost ? JOB_INTERRUPTED : JOB_FAILED, "%s", command->error);
    }
}

static void flush_all(struct job_run *run) {
    static const struct way way = {REQUEST_FLUSH, 1, on_flush_line, NULL, on_flush_all_end};
    run->id_count = 0;
    run_command(run, &way);
}

/* Before anything is done it stands in the journal that it may have been. */
static void on_started(void *userdata, int error, const char *text) {
    struct job_run *run = userdata;
    if (error < 0) {
        end(run, JOB_FAILED, "not started, since it cannot be journaled: %s", text);
    } else {
        run->next(run);
    }
}

static void journal_start(struct job_run *run, void (*next)(struct job_run *run)) {
    run->next = next;
    store_job_started(run->context.store, run->job, on_started, run);
}

/* Selecting */

/* What the manager saw of the message decides. Without that, one that came after the SET is
 * another; an arrival that is still to come says that the clock was set back, and nothing about the
 * message. */
static bool is_another(const struct job *job, const struct target *target, int64_t arrival) {
    if (target->arrival != 0) {
        return target->arrival != arrival;
    }
    return arrival > job->created && arrival <= clock_wall();
}

static int take_selected(struct job_run *run, const struct message_head *head) {
    const struct job *job = run->job;
    if (!request_matches(&job->request, head, run->search.found, clock_wall())) {
        return 0;
    }
    if (!run->by_ids) {
        if (run->targets.count == TARGETS_MAX ||
            !target_list_add(&run->targets, head->id, head->arrival)) {
            return -E2BIG;
        }
        run->targets.targets[run->targets.count - 1].listed = true;
        return 0;
    }
    struct target *target = target_list_find(&run->targets, head->id);
    if (target != NULL) {
        target->listed = true;
        /* A moving message can be listed twice; two messages under one id are one too many. */
        target->replaced = target->replaced || is_another(job, target, head->arrival);
    }
    return 0;
}

static void on_select_recipient(void *userdata, const char *address, const char *reason) {
    struct job_run *run = userdata;
    recipient_search_take(&run->search, address, reason);
}

/* One odd line does not keep the others from being selected. Of a message without an id or an
 * arrival it cannot be said which one it is: nothing is done to it. */
static int on_select_message(void *userdata, enum line_result result,
                             const struct message_head *head, const char *error) {
    struct job_run *run = userdata;
    bool known = result != LINE_BAD && (head->missing & (MISSING_ID | MISSING_ARRIVAL)) == 0;
    int r = known ? take_selected(run, head) : 0;
    (void)error;
    run->search.found = false;
    return r;
}

static int on_select_data(void *userdata, const char *data, size_t len) {
    struct job_run *run = userdata;
    return message_stream_feed(run->listed, data, len);
}

static size_t count_matching(const struct job_run *run) {
    size_t count = 0;
    for (size_t i = 0; i < run->targets.count; i++) {
        count += actionable(&run->targets.targets[i]);
    }
    return count;
}

/* With the number of what matches known: the guard, then the action. */
static void selected(struct job_run *run) {
    struct job *job = run->job;
    int32_t expected = job->request.expected_count;
    job->matched = (uint32_t)count_matching(run);
    if (expected != JOB_NO_EXPECTED_COUNT && (uint32_t)expected != job->matched) {
        end(run, JOB_REFUSED, "%u messages match, but hmqActionExpectedCount is %d", job->matched,
            expected);
    } else if (job->key.command == ACTION_COUNT) {
        end(run, JOB_DONE, "%s", "");
    } else {
        journal_start(run, act);
    }
}

static void on_select_end(void *userdata, const struct command_end *command) {
    struct job_run *run = userdata;
    char why[256];
    bool listed = message_stream_end(run->listed, why, sizeof why);
    message_stream_free(run->listed);
    run->listed = NULL;
    if (!command->ok || !listed) {
        end(run, JOB_FAILED, "nothing was done, since the queue could not be listed: %s",
            !command->ok ? command->error : why);
        return;
    }
    if (!run->by_ids) {
        target_list_sort(&run->targets);
    }
    selected(run);
}

static void select_targets(struct job_run *run) {
    const struct helper_order order = {.type = REQUEST_SELECT};
    const struct stream_callbacks callbacks = {
        .data = on_select_data, .end = on_select_end, .userdata = run};
    const struct message_handlers handlers = {
        .recipient = on_select_recipient, .message = on_select_message, .userdata = run};
    run->search.request = &run->job->request;
    run->listed = message_stream_new(&handlers);
    if (run->listed == NULL) {
        end(run, JOB_FAILED, "nothing was done: out of memory");
    } else if (!helper_client_run(run->context.helper, &order, &callbacks)) {
        end(run, JOB_FAILED, "nothing was done: the helper does not list the queue");
    }
}

/* Where no listing is asked, each id is acted on and Postfix's answer decides. */
static void trust_targets(struct job_run *run) {
    for (size_t i = 0; i < run->targets.count; i++) {
        run->targets.targets[i].listed = true;
    }
    selected(run);
}

/* What the manager saw of a message when it named it. */
static void recall_arrivals(struct job_run *run) {
    const struct job *job = run->job;
    for (size_t i = 0; i < job->seen_count; i++) {
        struct target *target = target_list_find(&run->targets, job->seen[i].id);
        if (target != NULL) {
            target->arrival = job->seen[i].arrival;
        }
    }
}

static bool allowed(const struct config *config, enum action_command command) {
    return command == ACTION_VIEW ? config->allow_view
                                  : (config->allow_actions & 1U << command) != 0;
}

static void start(struct job_run *run) {
    struct job *job = run->job;
    const struct job_request *request = &job->request;
    enum action_command command = job->key.command;
    job->state = JOB_RUNNING;
    job->started = clock_wall();
    if (!allowed(run->context.config, command)) {
        end(run, JOB_REFUSED, "%s is not allowed by the configuration (%s)",
            job_command_name(command), command == ACTION_VIEW ? "allow_view" : "allow_actions");
        return;
    }
    if (!target_list_parse(request->queue_ids, strlen(request->queue_ids), &run->targets)) {
        end(run, JOB_FAILED, "hmqActionQueueIds cannot be read");
        return;
    }
    run->by_ids = run->targets.count > 0;
    bool listing = request_has_criteria(request) || command == ACTION_DELETE ||
                   command == ACTION_EXPIRE || command == ACTION_COUNT ||
                   (!run->by_ids && command != ACTION_FLUSH);
    if (listing) {
        recall_arrivals(run);
        select_targets(run);
    } else if (!run->by_ids) {
        journal_start(run, flush_all);
    } else {
        trust_targets(run);
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
    if (sd_event_add_defer(event, &run->step, on_step, run) < 0) {
        free(run);
        return NULL;
    }
    schedule(run, start);
    return run;
}

void job_run_free(struct job_run *run) {
    if (run == NULL) {
        return;
    }
    sd_event_source_disable_unref(run->step);
    target_list_deinit(&run->targets);
    message_stream_free(run->listed);
    results_free(run->results);
    free(run);
}
