/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The actions of hmqActionTable: takes them over from a SET, journals them, runs them one at a time
 * in their order, and keeps the finished ones until their retention ends. Only a flush of many
 * queue IDs, which needs a process for each, lets other actions run between its batches.
 */
#ifndef HMQ_APP_ACTIONS_H
#define HMQ_APP_ACTIONS_H

#include "core/action_table.h"
#include "core/snapshot.h"
#include "io/helper_client.h"
#include "io/store/store.h"

#include <stdbool.h>
#include <systemd/sd-event.h>

struct actions;

/* All borrowed. */
struct actions_context {
    struct helper_client *helper;
    struct store *store;
    const struct config *config;
    /* An action has ended, and the table has its results. */
    void (*finished)(void *userdata, const struct action *action);
    void *userdata;
};

int actions_new(sd_event *event, const struct actions_context *context, struct actions **out);

/* To be called after store_free, which ends the store's callbacks. A running action remains as it
 * is in the journal. */
void actions_free(struct actions *actions);

const struct action_table *actions_table(const struct actions *actions);

/* Takes over the rows of an earlier process. Queued actions will run. */
void actions_load(struct actions *actions, const struct store_image *image);

/*
 * The steps of a SET: prepare takes over the new actions and adds them to the table, or returns
 * false, with nothing changed, if out of memory; undo removes them again; commit journals them,
 * after which they run. snapshot is what the manager could see.
 */
bool actions_prepare(struct actions *actions, struct action *const *added, size_t count);
void actions_undo(struct actions *actions, struct action *const *added, size_t count);
void actions_commit(struct actions *actions, struct action *const *added, size_t count,
                    const struct snapshot *snapshot);

/* hmqActionRowStatus was set to destroy. A finished row is removed. A queued action ends as
 * cancelled at once, a running one after its current batch. Does nothing if the row no longer
 * exists. */
void actions_destroy(struct actions *actions, const struct action_key *key);

/* Postfix's log shows that the message that had this ID, and was requeued, has a new one. It is
 * added to the result of the action that requeued it, if there is one. */
void actions_take_new_id(struct actions *actions, const char *id, const char *new_id);

/* The helper is ready, possibly again. */
void actions_wake(struct actions *actions);

#endif
