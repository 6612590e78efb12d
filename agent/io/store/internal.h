/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the store's engine share, and no other part of it uses: see engine.h.
 */
#ifndef HMQ_IO_STORE_INTERNAL_H
#define HMQ_IO_STORE_INTERNAL_H

#include "io/store/engine.h"

int store_start(sd_event *event, const struct store_place *place, const struct store_limits *limits,
                const struct store_callbacks *callbacks, const struct store_timing *timing,
                struct store **out);

uint64_t store_now_usec(void);

/* The next three with the mutex held. */

/* Out of the queue, not out of the counts. */
void store_unlink(struct store *store, struct task *task);

/* The task, in no list any more, goes to the loop, or is freed when nobody waits for it. */
void store_hand_over(struct store *store, struct task *task, int error, const char *text);

/* The same for one that was submitted: it is out of the counts then. */
void store_give_back(struct store *store, struct task *task, int error, const char *text);

/* The worker: worker.c. */
void *store_work(void *store);
void store_dispose(struct store *store);

/* Between tries of a database that is locked; each try waits in SQLite besides. */
#define STORE_BUSY_PAUSE_USEC UINT64_C(20000)

/* What db.failure says has happened: waits for a lock, or makes the database unusable, tells the
 * loop and answers what asks. */
void store_failed(struct store *store);

/* It takes writes; tells the loop when that, or what was lost meanwhile, is news. */
void store_recovered(struct store *store);

/* Looks at the clock and writes what is known of it. store->clock.believed is what ages are counted
 * by. */
int store_look_at_clock(struct store *store);

/* Transactions of the worker */
int store_begin(struct store *store, bool full_sync);
int store_commit(struct store *store);

#endif
