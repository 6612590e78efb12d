/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What only the files of the store's engine share: see engine.h.
 */
#ifndef HMQ_IO_STORE_INTERNAL_H
#define HMQ_IO_STORE_INTERNAL_H

#include "io/store/engine.h"

int store_start(sd_event *event, const struct store_place *place, const struct store_limits *limits,
                const struct store_callbacks *callbacks, const struct store_timing *timing,
                struct store **out);

uint64_t store_now_usec(void);

/* The next three must be called with the mutex held. */

/* Removes the task from the queue, but not from the counts. */
void store_unlink(struct store *store, struct task *task);

/* Passes a task that is in no list to the loop, or frees it if there is no callback. */
void store_hand_over(struct store *store, struct task *task, int error, const char *text);

/* The same for a task that was submitted; also removes it from the counts. */
void store_give_back(struct store *store, struct task *task, int error, const char *text);

/* worker.c */
void *store_work(void *store);
void store_dispose(struct store *store);

/* The wait between attempts to use a locked database, in addition to the wait within SQLite. */
#define STORE_BUSY_PAUSE_USEC UINT64_C(20000)

/* The failure in db.failure has occurred: waits if it is a lock; otherwise marks the database as
 * unusable, informs the loop and fails the calls that ask. */
void store_failed(struct store *store);

/* The database can be written: informs the loop if that has changed or if something was lost in the
 * meantime. */
void store_recovered(struct store *store);

/* Reads the clock and writes its state. Ages are relative to store->clock.believed. */
int store_look_at_clock(struct store *store);

/* Transactions of the worker */
int store_begin(struct store *store, bool full_sync);
int store_commit(struct store *store);

#endif
