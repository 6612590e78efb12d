/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The contents of the tables, one file for each group: actions.c and actions_load.c, events.c,
 * deliveries.c, settings.c (parameters, tunables), pause.c, raised.c (state), history.c,
 * instance.c. Their SQL is in sql.c. Each file has the tasks that write its tables, and the
 * function that reads them at start. content.c combines them for the engine, which calls nothing
 * else in them. All of this runs on the worker thread inside a transaction. Functions return
 * SQLite's codes, as those of db.h do.
 */
#ifndef HMQ_IO_STORE_CONTENT_H
#define HMQ_IO_STORE_CONTENT_H

#include "io/store/store.h"

struct store_db;

/* For the engine */

/* A transaction begins. */
void store_content_begin(struct store *store);

/* The transaction is on disk: the serials that it reserved are valid. */
void store_content_committed(struct store *store);

/* Checks that the file belongs to this Postfix instance. If it belongs to none yet, it is assigned
 * to this one, and actions that were queued for another are refused. from is the schema version
 * that was found. */
int store_check_instance(struct store *store, int64_t from);

/* Reads everything at start. On failure *image may be partly filled (store_image_deinit). */
int store_content_load(struct store *store, struct store_image *image);

/* Deletes some rows that are too old. *more is set if there are more. */
int store_content_purge(struct store *store, bool *more);

/* Makes the last write before a clean end, so that there is no gap in the serials. */
int store_content_close(struct store *store);

void store_image_deinit(struct store_image *image);

/* Among its files */

/* The number of serials reserved ahead of the last event written, see store_event_add. At a crash,
 * this many events can be waiting to be written; it is more than TASKS_MAX, however they are
 * counted. */
#define SERIAL_BLOCK 20000

/* Each reads its tables into its part of the image. */
int store_load_actions(struct store *store, struct store_image *image);
int store_load_events(struct store *store, struct store_image *image);
int store_load_deliveries(struct store *store, struct store_image *image);
int store_load_settings(struct store *store, struct store_image *image);
int store_load_pause(struct store *store, struct store_image *image);
int store_load_raised(struct store *store, struct store_image *image);

int store_purge_actions(struct store *store, bool *more);
int store_purge_events(struct store *store, bool *more);

/* Notes that serial was assigned and reserves a block after it; with last, it reserves none. Takes
 * effect when the transaction is committed. */
int store_reserve_serials(struct store *store, uint32_t serial, bool last);

/* Writes a parameter in Hermes' format; one with the value "" is removed. order is its place among
 * the directives. */
int store_parameter_write(struct store_db *db, const struct store_parameter *parameter,
                          int64_t order);

/* One value of the table state. */
int store_state_write(struct store_db *db, const char *name, int64_t value);

#endif
