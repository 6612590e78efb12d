/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the parts of an action's run share: action_run.c (its states, start and end), action_list.c
 * (a listing of the queue), action_select.c (which messages), action_act.c (the commands),
 * action_flush.c (postqueue -i, several at a time) and action_settle.c (what a listing shows about
 * messages that the command did not mention).
 */
#ifndef HMQ_APP_ACTION_RUN_INTERNAL_H
#define HMQ_APP_ACTION_RUN_INTERNAL_H

#include "app/action_run.h"
#include "core/message_stream.h"
#include "core/results.h"
#include "core/selection.h"

/* The maximum number of messages of one action: more than a working queue can have. */
#define TARGETS_MAX ((size_t)1000000)

#define TEXT_NOT_FOUND "no such message"

/* One postqueue -i that is running. */
struct flight {
    struct action_run *run;
    size_t position; /* in ids */
    bool busy;
};

struct action_run {
    struct action_run_context context;
    struct action *action;
    sd_event_source *step;  /* runs `next` from the loop */
    sd_event_source *pause; /* runs it after a delay */
    void (*next)(struct action_run *run);
    bool cancelled; /* to end after the current batch */
    bool no_memory;

    /* While the queue is listed */
    struct message_stream *listed;
    struct recipient_search search; /* of the message whose line is being read */
    int (*take_listed)(struct action_run *run, const struct message_head *head);
    void (*listing_ended)(struct action_run *run, const char *error);

    /* Selecting */
    bool by_ids; /* the targets were named by ID, not selected from the listing */
    bool listed_again;
    struct target_list targets; /* sorted by id once acting begins */

    /* Acting: the current batch */
    size_t position;            /* in targets: the next one to act on */
    size_t batch[PROTOCOL_IDS]; /* positions of ids */
    char ids[PROTOCOL_IDS][QUEUE_ID_SIZE];
    char new_ids[PROTOCOL_IDS][QUEUE_ID_SIZE]; /* which messages got before their results; or "" */
    size_t id_count;
    struct results *results;
    struct flight flights[HELPER_FLUSHES];
    size_t launched; /* of ids */
    bool flush_failed, flush_lost, pumping;

    /* Settling */
    size_t doubtful;  /* targets in the stage TARGET_DOUBTFUL */
    bool open;        /* for some of them it is not known how their command ended */
    bool tried_again; /* messages in the queue that were not found have been tried again */
    bool looked_again;
    uint64_t look_until_usec;

    /* The state in which it is to end once nothing is doubtful; 0 = by its results */
    enum action_state end_state;
    char end_error[ACTION_TEXT_SIZE];
    size_t saved; /* results that the store has */
};

/* action_run.c */

/* Calls next from the loop, at once or after a delay. */
void action_run_schedule(struct action_run *run, void (*next)(struct action_run *run));
void action_run_schedule_after(struct action_run *run, uint64_t usec,
                               void (*next)(struct action_run *run));

void action_run_add_result(struct action_run *run, const char *id, enum action_outcome outcome,
                           const char *text);

/* Passes new results to the store. */
void action_run_save_results(struct action_run *run);

/* Ends the action in a state, or according to its results. This may free the run. */
__attribute__((format(printf, 3, 4))) void
action_run_end(struct action_run *run, enum action_state state, const char *format, ...);
void action_run_end_by_results(struct action_run *run, const char *error);

/* Journals that the action may have begun, before it does anything, and then calls next. */
void action_run_journal_start(struct action_run *run, void (*next)(struct action_run *run));

/* action_list.c: lists the queue. take receives each message whose ID is known, with run->search
 * for its recipients, and returns 0, or another value to abandon the listing. ended receives NULL,
 * or why there is no complete listing. */
void action_list(struct action_run *run,
                 int (*take)(struct action_run *run, const struct message_head *head),
                 void (*ended)(struct action_run *run, const char *error));

/* action_select.c: finds the targets, checks the expected count, and continues with action_act. */
void action_select(struct action_run *run);

/* For an action that needs no listing: acts on each ID, and Postfix's answer decides. */
void action_select_trusting(struct action_run *run);

/* action_act.c */

/* Runs the next batch, or continues with action_settle if there is none. */
void action_act(struct action_run *run);

/* postqueue -f */
void action_act_flush_all(struct action_run *run);

/* Records the result of a target. */
void action_act_settle(struct action_run *run, struct target *target, enum action_outcome outcome,
                       const char *text);

/* A command failed. error is the reason; NULL = it is in end_error. The remaining targets are not
 * tried. interrupted: it is not known how the command ended. */
void action_act_give_up(struct action_run *run, const char *error, bool interrupted);

/* action_flush.c: flushes the batch, and then continues with action_act. */
void action_flush_batch(struct action_run *run);

/* action_settle.c: resolves doubtful targets by a listing, and ends the action. */
void action_settle(struct action_run *run);

#endif
