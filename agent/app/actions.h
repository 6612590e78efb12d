/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The actions of hmqActionTable: takes them over from a SET, journals them, runs them one at a time
 * in their order, and keeps the finished ones for as long as they are to stay. Only a flush of many
 * ids, which takes a process for each, lets others go first between its batches.
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
    /* An action has ended and stands in the table with what became of it. */
    void (*finished)(void *userdata, const struct action *action);
    void *userdata;
};

int actions_new(sd_event *event, const struct actions_context *context, struct actions **out);

/* After store_free, which ends the store's calls. A running action stays as the journal has it. */
void actions_free(struct actions *actions);

const struct action_table *actions_table(const struct actions *actions);

/* Takes over the rows of an earlier process; queued ones will run. */
void actions_load(struct actions *actions, const struct store_image *image);

/*
 * The phases of a SET: prepare puts the added (taken over) into the table, and is false when there
 * is no memory and nothing has changed; undo takes them out again; commit journals them, after
 * which they run. snapshot is what the manager could see.
 */
bool actions_prepare(struct actions *actions, struct action *const *added, size_t count);
void actions_undo(struct actions *actions, struct action *const *added, size_t count);
void actions_commit(struct actions *actions, struct action *const *added, size_t count,
                    const struct snapshot *snapshot);

/* hmqActionRowStatus destroy: a finished row goes; one that is queued ends as cancelled, one that
 * is running after what is on its way. Nothing when it is not there any more. */
void actions_destroy(struct actions *actions, const struct action_key *key);

/* The helper can be asked (again). */
void actions_wake(struct actions *actions);

#endif
