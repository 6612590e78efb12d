/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/action_run_internal.h"
#include "core/evidence.h"
#include "core/time_units.h"
#include "os/clock.h"

#include <stdio.h>
#include <string.h>

/* A helper that ended sends hello when it is back, and one that is stopped is replaced before its
 * silence is noticed here, so there is no need to wait much longer. */
#define LOOK_AGAIN_USEC USEC_PER_SEC
#define LOOK_FOR_USEC (5 * USEC_PER_SEC)

static void conclude(struct action_run *run) {
    enum action_state state = run->end_state;
    if (state == 0) {
        action_run_end_by_results(run, "");
        return;
    }
    if (state == ACTION_FAILED && run->action->succeeded > 0) {
        state = ACTION_PARTIAL;
    }
    char error[ACTION_TEXT_SIZE];
    memcpy(error, run->end_error, sizeof error);
    action_run_end(run, state, "%s", error);
}

static int take_message(struct action_run *run, const struct message_head *head) {
    struct target *target = target_list_find(&run->targets, head->id);
    if (target != NULL && target->stage == TARGET_DOUBTFUL) {
        bool dated = (head->missing & MISSING_ARRIVAL) == 0;
        target->after = (struct place){.present = true,
                                       .expired = head->forced_expire,
                                       .queue = head->queue,
                                       .arrival = dated ? head->arrival : target->arrival};
    }
    return 0;
}

static bool may_try_again(const struct action_run *run, const struct target *target,
                          const struct verdict *verdict) {
    return !target->open && verdict->outcome == OUTCOME_FAILED && !run->tried_again &&
           !run->cancelled && run->end_state == 0;
}

/* unlisted is why there is no listing, or NULL. Returns how many messages are to be tried again. */
static size_t judge(struct action_run *run, const char *unlisted) {
    enum action_command command = run->action->key.command;
    size_t again = 0;
    for (size_t i = 0; i < run->targets.count; i++) {
        struct target *target = &run->targets.targets[i];
        if (target->stage != TARGET_DOUBTFUL) {
            continue;
        }
        if (unlisted != NULL) {
            char text[ACTION_TEXT_SIZE];
            snprintf(text, sizeof text, "%s, and the queue could not be listed: %s",
                     target->open ? "not known whether it was done" : "Postfix did not mention it",
                     unlisted);
            action_act_settle(run, target, OUTCOME_FAILED, text);
            continue;
        }
        struct verdict verdict =
            target->open ? evidence_open(command, target) : evidence_unnamed(command, target);
        if (may_try_again(run, target, &verdict)) {
            target->stage = TARGET_TO_DO;
            target->after = (struct place){.present = false};
            again++;
        } else {
            action_act_settle(run, target, verdict.outcome, verdict.text);
        }
    }
    run->doubtful = 0;
    return again;
}

static void end_look(struct action_run *run, const char *unlisted) {
    size_t again = judge(run, unlisted);
    if (again == 0) {
        conclude(run);
        return;
    }
    run->tried_again = true;
    run->looked_again = false;
    run->position = 0;
    action_run_save_results(run);
    action_run_schedule(run, action_act);
}

static bool some_missing(const struct action_run *run) {
    for (size_t i = 0; i < run->targets.count; i++) {
        const struct target *target = &run->targets.targets[i];
        if (target->stage == TARGET_DOUBTFUL && !target->after.present) {
            return true;
        }
    }
    return false;
}

static void look(struct action_run *run);

static void on_listed(struct action_run *run, const char *error) {
    if (error != NULL && run->open && clock_usec() < run->look_until_usec) {
        action_run_schedule_after(run, LOOK_AGAIN_USEC, look);
    } else if (error == NULL && !run->looked_again && some_missing(run)) {
        /* A listing can miss mail that moves. */
        run->looked_again = true;
        action_run_schedule(run, look);
    } else {
        end_look(run, error);
    }
}

static void look(struct action_run *run) {
    action_list(run, take_message, on_listed);
}

void action_settle(struct action_run *run) {
    if (run->doubtful == 0) {
        conclude(run);
        return;
    }
    run->look_until_usec = clock_usec() + LOOK_FOR_USEC;
    action_run_save_results(run);
    action_run_schedule(run, look);
}
