/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A batch of `postqueue -i`, which needs a process for each queue ID: HELPER_FLUSHES of them run at
 * a time, and other actions get their turn between two batches. The first one that fails ends the
 * action, once those that are running have ended.
 */
#include "app/helper_run.h"
#include "app/action_run_internal.h"

#include <stdio.h>

static void pump(struct action_run *run);

static struct target *target_of(const struct flight *flight) {
    return &flight->run->targets.targets[flight->run->batch[flight->position]];
}

static void fail(struct flight *flight, const struct command_end *command) {
    struct action_run *run = flight->run;
    action_act_settle(run, target_of(flight), OUTCOME_FAILED, command->error);
    run->flush_lost = run->flush_lost || command->lost;
    if (!run->flush_failed) {
        run->flush_failed = true;
        snprintf(run->end_error, sizeof run->end_error, "%s", command->error);
    }
}

static void on_end(void *userdata, const struct command_end *command) {
    struct flight *flight = userdata;
    flight->busy = false;
    if (command->ok) {
        action_act_settle(flight->run, target_of(flight), OUTCOME_REQUESTED, "delivery requested");
    } else {
        fail(flight, command);
    }
    pump(flight->run);
}

static struct flight *free_flight(struct action_run *run) {
    for (size_t i = 0; i < HELPER_FLUSHES; i++) {
        if (!run->flights[i].busy) {
            return &run->flights[i];
        }
    }
    return NULL;
}

static void launch(struct action_run *run, struct flight *flight) {
    flight->busy = true;
    flight->position = run->launched++;
    const struct helper_order order = {.type = REQUEST_FLUSH,
                                       .ids = (const char(*)[QUEUE_ID_SIZE]) &
                                              run->ids[flight->position],
                                       .id_count = 1};
    const struct stream_callbacks callbacks = {
        .line = helper_run_ignore_line, .end = on_end, .userdata = flight};
    helper_run(run->context.helper, &order, &callbacks);
}

static bool in_flight(const struct action_run *run) {
    for (size_t i = 0; i < HELPER_FLUSHES; i++) {
        if (run->flights[i].busy) {
            return true;
        }
    }
    return false;
}

static void end_batch(struct action_run *run) {
    if (run->flush_failed) {
        while (run->launched < run->id_count) {
            const struct flight rest = {.run = run, .position = run->launched++};
            action_act_settle(run, target_of(&rest), OUTCOME_FAILED, "not tried");
        }
        action_act_give_up(run, NULL, run->flush_lost);
        return;
    }
    action_run_save_results(run);
    if (!run->context.yield(run->context.userdata)) {
        action_run_schedule(run, action_act);
    }
}

/* Starts as many as may run; ends the batch when the last one has ended. */
static void pump(struct action_run *run) {
    struct flight *flight;
    if (run->pumping) {
        return; /* it ended before the call that started it returned */
    }
    run->pumping = true;
    while (!run->flush_failed && run->launched < run->id_count &&
           (flight = free_flight(run)) != NULL) {
        launch(run, flight);
    }
    run->pumping = false;
    if (!in_flight(run)) {
        end_batch(run);
    }
}

void action_flush_batch(struct action_run *run) {
    run->launched = 0;
    pump(run);
}
