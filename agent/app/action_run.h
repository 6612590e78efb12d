/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One action from its start to its end: selects messages from a fresh listing if the request needs
 * one, checks the expected count, journals the start, runs commands in batches through the helper
 * and collects evidence.
 *
 *   ids only                  hold, unhold, requeue, view: run at once. Messages that the command
 * does not mention are then looked up in a listing: they may already be where the command would put
 * them ids, delete, expire and   first compared with a listing, and with a second one if an ID is
 * missing flush                     from the first, because a listing can miss mail that moves. An
 * ID is invalid if it now belongs to a message that arrived after the SET, or at another time than
 * the message that the manager saw criteria, all, count      selected from a listing, and then
 * acted on. A message that already is where the command would put it is not selected
 *
 * If it is not known how a command ended, because the helper ended or did not answer or because the
 * command was killed, the action ends as interrupted, after a listing has shown what can still be
 * known about each message.
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
    /* The action has ended and its state is final. The results from number unsaved on have not been
     * stored yet. The callback may free the run. */
    void (*ended)(void *userdata, struct action *action, size_t unsaved);
    /* Called between two batches of a flush. Returns true if another action is to go first: the run
     * then waits for action_run_resume. */
    bool (*yield)(void *userdata);
    void *userdata;
};

/* Starts a queued action (borrowed). Returns NULL, with nothing changed, if out of memory. ended
 * and yield are called from the loop, never during this call. */
struct action_run *action_run_new(sd_event *event, const struct action_run_context *context,
                                  struct action *action);

/* The action it was started with. */
const struct action *action_run_action(const struct action_run *run);

/* Continues after yield. */
void action_run_resume(struct action_run *run);

/* Ends the action as cancelled as soon as the current batch has ended. If it was the last one,
 * nothing changes. */
void action_run_cancel(struct action_run *run);

/* A message has a new ID: if it is one of the batch that is running, its result will have it. */
void action_run_note_new_id(struct action_run *run, const char *id, const char *new_id);

/* Frees a run without calling ended; the action remains as it is. To be called after store_free,
 * because the store might still call back. NULL is accepted. */
void action_run_free(struct action_run *run);

#endif
