/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the parts of an action's run share: action_run.c (its states, start and end), action_list.c
 * (a listing of the queue), action_select.c (which messages), action_act.c (the commands),
 * action_flush.c (postqueue -i, several at a time) and action_settle.c (what a listing says of
 * messages that the command did not name).
 */
#ifndef HMQ_APP_ACTION_RUN_INTERNAL_H
#define HMQ_APP_ACTION_RUN_INTERNAL_H

#include "app/action_run.h"
#include "core/message_stream.h"
#include "core/results.h"
#include "core/selection.h"

/* Messages one action may be about: more than any queue that is still alive has. */
#define TARGETS_MAX ((size_t)1000000)

#define TEXT_NOT_FOUND "no such message"

/* One postqueue -i on its way. */
struct flight {
    struct action_run *run;
    size_t position; /* in ids */
    bool busy;
};

struct action_run {
    struct action_run_context context;
    struct action *action;
    sd_event_source *step;  /* runs `next` from the loop */
    sd_event_source *pause; /* runs it after a while */
    void (*next)(struct action_run *run);
    bool cancelled; /* to end after what is on its way */
    bool no_memory;

    /* While the queue is listed */
    struct message_stream *listed;
    struct recipient_search search; /* of the message whose line is being read */
    int (*take_listed)(struct action_run *run, const struct message_head *head);
    void (*listing_ended)(struct action_run *run, const char *error);

    /* Selecting */
    bool by_ids; /* targets are what was asked for, not what was listed */
    bool listed_again;
    struct target_list targets; /* sorted by id once acting begins */

    /* Acting: the batch on its way */
    size_t position;            /* in targets: what is to be acted on next */
    size_t batch[PROTOCOL_IDS]; /* positions of ids */
    char ids[PROTOCOL_IDS][QUEUE_ID_SIZE];
    size_t id_count;
    struct results *results;
    struct flight flights[HELPER_FLUSHES];
    size_t launched; /* of ids */
    bool flush_failed, flush_lost, pumping;

    /* Settling */
    size_t doubtful;  /* targets in that stage */
    bool open;        /* some of them since it is not known how their command ended */
    bool tried_again; /* what was in the queue but not found has had its second try */
    bool looked_again;
    uint64_t look_until_usec;

    /* How it is to end once nothing is doubtful: 0 = as its results say */
    enum action_state end_state;
    char end_error[ACTION_TEXT_SIZE];
    size_t saved; /* results the store has */
};

/* action_run.c */

/* Calls next from the loop, at once or after a while. */
void action_run_schedule(struct action_run *run, void (*next)(struct action_run *run));
void action_run_schedule_after(struct action_run *run, uint64_t usec,
                               void (*next)(struct action_run *run));

void action_run_add_result(struct action_run *run, const char *id, enum action_outcome outcome,
                           const char *text);

/* Hands the results that are new to the store. */
void action_run_save_results(struct action_run *run);

/* Ends the action in a state, or by its results. The run may be freed by it. */
__attribute__((format(printf, 3, 4))) void
action_run_end(struct action_run *run, enum action_state state, const char *format, ...);
void action_run_end_by_results(struct action_run *run, const char *error);

/* Before anything is done it stands in the journal that it may have been; then next. */
void action_run_journal_start(struct action_run *run, void (*next)(struct action_run *run));

/* action_list.c: lists the queue. take gets each message of which the id is known, with run->search
 * for its recipients, and returns 0 or what refuses the listing; ended gets NULL or why there is no
 * whole listing. */
void action_list(struct action_run *run,
                 int (*take)(struct action_run *run, const struct message_head *head),
                 void (*ended)(struct action_run *run, const char *error));

/* action_select.c: finds the targets, checks the guard, and goes on to act. */
void action_select(struct action_run *run);

/* Where no listing is asked, each id is acted on and Postfix's answer decides. */
void action_select_trusting(struct action_run *run);

/* action_act.c */

/* The next batch, or on to action_settle when there is none. */
void action_act(struct action_run *run);

/* postqueue -f */
void action_act_flush_all(struct action_run *run);

/* A target has got its result. */
void action_act_settle(struct action_run *run, struct target *target, enum action_outcome outcome,
                       const char *text);

/* A command failed (error: why, NULL = end_error has it): what it was not given yet is not tried at
 * all. interrupted: it is not known how it ended. */
void action_act_give_up(struct action_run *run, const char *error, bool interrupted);

/* action_flush.c: the batch, and then on to action_act. */
void action_flush_batch(struct action_run *run);

/* action_settle.c: decides what is doubtful, by a listing, and ends the action. */
void action_settle(struct action_run *run);

#endif
