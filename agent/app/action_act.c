/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Acting: the targets go to Postfix in batches, with one command of the helper at a time (flushes:
 * action_flush.c). A target gets its result before the command, when the listing leaves nothing to
 * do or the id now belongs to another message; or from the command's own line about it. A target
 * that the command did not name is doubtful and is left to action_settle. The results of a batch
 * are saved before the next batch starts, so that a crash loses those of one batch at most. After a
 * failure no other command is started: the remaining targets get the result that they were not
 * tried. After a cancellation they get none, because the state of the action says why.
 */
#include "app/helper_run.h"
#include "app/action_run_internal.h"
#include "core/evidence.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_NO_MATCH "no message with this ID matches the other criteria"
#define TEXT_REPLACED "the ID now belongs to another message"
#define TEXT_UNDATED "the listing does not show when the message arrived"
#define TEXT_NEW_ID "%s; Postfix logs the new ID with orig_id=%s"

void action_act_settle(struct action_run *run, struct target *target, enum action_outcome outcome,
                       const char *text) {
    target->stage = TARGET_SETTLED;
    action_run_add_result(run, target->id, outcome, text);
}

/* True for a target that is to be acted on; any other gets its result. */
static bool actionable(struct action_run *run, struct target *target) {
    enum action_command command = run->action->key.command;
    if (target->replaced) {
        action_act_settle(run, target, OUTCOME_INVALID, TEXT_REPLACED);
    } else if (!target->place.present && !target->listed) {
        action_act_settle(run, target, OUTCOME_NOT_FOUND, TEXT_NOT_FOUND);
    } else if (!target->listed && request_has_criteria(&run->action->request)) {
        action_act_settle(run, target, OUTCOME_NOT_FOUND, TEXT_NO_MATCH);
    } else if (!target->listed) {
        action_act_settle(run, target, OUTCOME_FAILED, TEXT_UNDATED);
    } else if (target->place.present && !evidence_selects(command, &target->place)) {
        struct verdict verdict = evidence_left_out(command, &target->place);
        action_act_settle(run, target, verdict.outcome, verdict.text);
    } else {
        return true;
    }
    return false;
}

/* The next target that is to be acted on, or NULL; what is not there gets its result on the way. */
static struct target *next_target(struct action_run *run) {
    while (run->position < run->targets.count) {
        struct target *target = &run->targets.targets[run->position++];
        if (target->stage == TARGET_TO_DO && actionable(run, target)) {
            return target;
        }
    }
    return NULL;
}

static void fill_batch(struct action_run *run, size_t max) {
    struct target *target;
    run->id_count = 0;
    while (run->id_count < max && (target = next_target(run)) != NULL) {
        run->batch[run->id_count] = (size_t)(target - run->targets.targets);
        run->new_ids[run->id_count][0] = '\0';
        memcpy(run->ids[run->id_count++], target->id, QUEUE_ID_SIZE);
    }
}

static struct target *in_batch(struct action_run *run, size_t i) {
    return &run->targets.targets[run->batch[i]];
}

/* Gives every id of the batch the same result. */
static void settle_batch(struct action_run *run, enum action_outcome outcome, const char *text) {
    for (size_t i = 0; i < run->id_count; i++) {
        action_act_settle(run, in_batch(run, i), outcome, text);
    }
}

void action_act_give_up(struct action_run *run, const char *error, bool interrupted) {
    struct target *target;
    while ((target = next_target(run)) != NULL) {
        action_act_settle(run, target, OUTCOME_FAILED, "not tried");
    }
    run->end_state = interrupted ? ACTION_INTERRUPTED : ACTION_FAILED;
    if (error != NULL) {
        /* Killing a container's engine does not end the command inside: that has its own limit. */
        bool inside = interrupted && run->context.config->container[0] != '\0';
        snprintf(run->end_error, sizeof run->end_error, "%s%s", error,
                 inside ? "; it may continue in the container until command_timeout" : "");
    }
    action_settle(run);
}

/* What has not been tried gets no result: the state says why. */
static void stop_here(struct action_run *run) {
    size_t untried = 0;
    while (next_target(run) != NULL) {
        untried++;
    }
    if (untried > 0) {
        run->end_state = ACTION_CANCELLED;
        snprintf(run->end_error, sizeof run->end_error,
                 "cancelled: %zu of %u messages were not tried", untried, run->action->matched);
    }
    action_settle(run);
}

static int on_action_line(void *userdata, const char *line, size_t len) {
    struct action_run *run = userdata;
    results_take(run->results, line, len);
    return 0;
}

/* Whether postsuper may have done more than it reported. It did not when it failed without a word
 * or with a fatal error; it may have when it was killed or its end is unknown. */
static bool is_open(const struct command_end *command, enum results_fate fate) {
    if (fate == RESULTS_COMPLETE || fate == RESULTS_FATAL || command->not_run) {
        return false;
    }
    return !(fate == RESULTS_UNHEARD && command->exited && !command->ok);
}

/* The message has been requeued. Its new ID may be known already. */
static void settle_requeued(struct action_run *run, struct target *target, const char *evidence,
                            const char *new_id) {
    char text[ACTION_TEXT_SIZE];
    snprintf(text, sizeof text, TEXT_NEW_ID, evidence, target->id);
    action_act_settle(run, target, OUTCOME_DONE, text);
    if (run->no_memory) {
        return;
    }
    action_await_id(run->action);
    if (new_id[0] != '\0') {
        action_take_new_id(run->action, target->id, new_id);
    }
}

/* The result of number i of the batch. */
static void take_result(struct action_run *run, size_t i, bool open) {
    struct target *target = in_batch(run, i);
    const struct result *result = results_get(run->results, i);
    const struct command *row = command_row(run->action->key.command);
    if (result->silent && (open || result->outcome == OUTCOME_NOT_FOUND)) {
        target->stage = TARGET_DOUBTFUL;
        target->open = open;
        run->doubtful++;
        return;
    }
    if (row->new_id && result->outcome == OUTCOME_DONE) {
        settle_requeued(run, target, row->evidence, run->new_ids[i]);
    } else {
        action_act_settle(run, target, result->outcome, result->text);
    }
}

static void on_action_end(void *userdata, const struct command_end *command) {
    struct action_run *run = userdata;
    enum results_fate fate = results_end(run->results, command->ok, command->error);
    bool open = is_open(command, fate);
    run->open = run->open || open;
    for (size_t i = 0; i < run->id_count; i++) {
        take_result(run, i, open);
    }
    if (fate == RESULTS_COMPLETE && (command->ok || run->position == run->targets.count)) {
        action_run_save_results(run);
        action_run_schedule(run, action_act);
    } else {
        /* A command that has exited is at least known to do nothing more. */
        action_act_give_up(
            run, command->ok ? "postsuper did not report that it had finished" : command->error,
            command->lost || (open && !command->exited));
    }
}

static int on_view_data(void *userdata, const char *data, size_t len) {
    struct action_run *run = userdata;
    struct action *action = run->action;
    char *output = realloc(action->output, action->output_len + len);
    if (output == NULL) {
        run->no_memory = true;
        return -ENOMEM;
    }
    action->output = output;
    memcpy(action->output + action->output_len, data, len);
    action->output_len += len;
    return 0;
}

static void on_view_end(void *userdata, const struct command_end *command) {
    struct action_run *run = userdata;
    if (!command->ok) {
        /* Part of a message is not kept; a restart does not keep it either. */
        free(run->action->output);
        run->action->output = NULL;
        run->action->output_len = 0;
        bool missing = command->reason == REASON_NO_MESSAGE;
        const char *text = missing ? TEXT_NOT_FOUND : command->error;
        settle_batch(run, missing ? OUTCOME_NOT_FOUND : OUTCOME_FAILED, text);
        action_run_end(run, command->lost ? ACTION_INTERRUPTED : ACTION_FAILED, "%s", text);
        return;
    }
    action_index_output(run->action);
    settle_batch(run, OUTCOME_DONE, command->truncated ? "truncated at view_limit" : "");
    action_run_end_by_results(run,
                              command->truncated ? "the message is longer than view_limit" : "");
}

/* Without ids there are no results: it is done when Postfix has accepted the request. */
static void on_flush_all_end(void *userdata, const struct command_end *command) {
    struct action_run *run = userdata;
    if (command->ok) {
        action_run_end(run, ACTION_DONE, "%s", "");
    } else {
        action_run_end(run, command->lost ? ACTION_INTERRUPTED : ACTION_FAILED, "%s",
                       command->error);
    }
}

void action_act_flush_all(struct action_run *run) {
    const struct helper_order order = {.type = REQUEST_FLUSH};
    const struct stream_callbacks callbacks = {
        .line = helper_run_ignore_line, .end = on_flush_all_end, .userdata = run};
    helper_run(run->context.helper, &order, &callbacks);
}

static void view_batch(struct action_run *run) {
    const struct helper_order order = {.type = REQUEST_VIEW,
                                       .ids = (const char(*)[QUEUE_ID_SIZE])run->ids,
                                       .id_count = run->id_count,
                                       .output_max = run->context.config->view_limit_bytes};
    const struct stream_callbacks callbacks = {
        .data = on_view_data, .end = on_view_end, .userdata = run};
    helper_run(run->context.helper, &order, &callbacks);
}

static void super_batch(struct action_run *run) {
    const struct helper_order order = {.type = REQUEST_ACTION,
                                       .command = run->action->key.command,
                                       .ids = (const char(*)[QUEUE_ID_SIZE])run->ids,
                                       .id_count = run->id_count};
    const struct stream_callbacks callbacks = {
        .line = on_action_line, .end = on_action_end, .userdata = run};
    results_free(run->results);
    run->results = results_new(order.command, order.ids, order.id_count);
    if (run->results == NULL) {
        settle_batch(run, OUTCOME_FAILED, "out of memory");
        action_act_give_up(run, "out of memory", false);
        return;
    }
    helper_run(run->context.helper, &order, &callbacks);
}

/* The function that carries out each type of request. */
static void (*const ways[REQUEST_TYPE_END])(struct action_run *run) = {
    [REQUEST_ACTION] = super_batch,
    [REQUEST_FLUSH] = action_flush_batch,
    [REQUEST_VIEW] = view_batch,
};

void action_act(struct action_run *run) {
    const struct command *row = command_row(run->action->key.command);
    assert(ways[row->request] != NULL);
    if (run->cancelled) {
        stop_here(run);
        return;
    }
    fill_batch(run, row->batch);
    if (run->id_count == 0) {
        action_settle(run);
    } else {
        ways[row->request](run);
    }
}
