/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One action from its start to its end: selects on a fresh listing where the request needs one,
 * checks the guard, journals the start, acts in batches through the helper and collects evidence.
 *
 *   ids only                  hold, unhold, requeue, view: acted on at once. What the command does
 *                             not name is looked for in a listing afterwards: it may be where it
 *                             was to go already
 *   ids, delete, expire and   first compared with a listing, and with a second one when an id is
 *   flush                     missing from the first: mail that moves is missed now and then. An id
 *                             that stands for a message which arrived after the SET, or not when
 *                             the manager's row said, is invalid
 *   criteria, all, count      a listing decides; it is the one that is acted on. What is already
 *                             where the command would put it is not selected
 *
 * When it is not known how a command ended (the helper went away or did not answer, or the command
 * was killed), the action ends as interrupted, after a listing has shown what can still be known of
 * each message.
 */
#ifndef HMQ_APP_ACTION_RUN_H
#define HMQ_APP_ACTION_RUN_H

#include "core/action.h"
#include "io/helper_client.h"
#include "io/store/store.h"

struct action_run;

/* All borrowed for the life of the run. */
struct action_run_context {
    struct helper_client *helper;
    struct store *store;
    const struct config *config;
    /* The action has ended: its state is final; what of it has not been stored yet begins at result
     * unsaved. The run may be freed in it. */
    void (*ended)(void *userdata, struct action *action, size_t unsaved);
    /* Between two batches of a flush. True: another action is to go first, and the run stays as it
     * is until action_run_resume. */
    bool (*yield)(void *userdata);
    void *userdata;
};

/* Starts a queued action (borrowed). NULL without memory: nothing has happened. ended and yield are
 * called from the loop, never from here. */
struct action_run *action_run_new(sd_event *event, const struct action_run_context *context,
                                  struct action *action);

/* The action it was started with. */
const struct action *action_run_action(const struct action_run *run);

/* Goes on after yield. */
void action_run_resume(struct action_run *run);

/* The action ends as cancelled as soon as the batch that is on its way has ended. Of one that has
 * done all it had to do nothing changes. */
void action_run_cancel(struct action_run *run);

/* Gives a run up without a further call; the action stays as it is. Not while the store may still
 * call back: after store_free. NULL is accepted. */
void action_run_free(struct action_run *run);

#endif
