/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tables hold, one file each: actions.c and actions_load.c, events.c, deliveries.c,
 * settings.c (parameters, tunables), raised.c (state), instance.c. Their SQL is in sql.c. Each file
 * has the tasks that write its tables, and reads them at start. content.c puts these together for
 * the engine, which calls nothing else of them. All of it runs on the worker, inside a transaction;
 * functions return SQLite's codes as those of db.h.
 */
#ifndef HMQ_IO_STORE_CONTENT_H
#define HMQ_IO_STORE_CONTENT_H

#include "io/store/store.h"

struct store_db;

/* For the engine */

/* A transaction begins. */
void store_content_begin(struct store *store);

/* It is on disk: what it reserved counts. */
void store_content_committed(struct store *store);

/* The file is this Postfix instance's, or nobody's yet: then it becomes this one's, and what was
 * queued for another one is refused. from: the version of the schema that was found. */
int store_check_instance(struct store *store, int64_t from);

/* Reads everything at start. On failure *image may be filled in part (store_image_deinit). */
int store_content_load(struct store *store, struct store_image *image);

/* Deletes some rows that are too old; *more when there are more. */
int store_content_purge(struct store *store, bool *more);

/* The last write before a clean end, which leaves no gap in the serials. */
int store_content_close(struct store *store);

void store_image_deinit(struct store_image *image);

/* Among its files */

/* Serials reserved ahead of the last event written, see store_event_add. So many events can be
 * waiting to be written at a crash: more than TASKS_MAX, whichever way they are counted. */
#define SERIAL_BLOCK 20000

/* Each reads its tables into its part of the image. */
int store_load_actions(struct store *store, struct store_image *image);
int store_load_events(struct store *store, struct store_image *image);
int store_load_deliveries(struct store *store, struct store_image *image);
int store_load_settings(struct store *store, struct store_image *image);
int store_load_raised(struct store *store, struct store_image *image);

int store_purge_actions(struct store *store, bool *more);
int store_purge_events(struct store *store, bool *more);

/* Notes serial as given out, with a block after it; last: exactly, without a block. It counts once
 * the transaction is committed. */
int store_reserve_serials(struct store *store, uint32_t serial, bool last);

/* One value of the table state. */
int store_state_write(struct store_db *db, const char *name, int64_t value);

#endif
