/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table history_steps: what is added to a step adds up with what it has. The oldest are deleted
 * in the order in which they were written, once there are more of their length than are kept, so
 * that a clock that jumps can neither delete more than it adds nor make the table grow. Whatever
 * fails here is lost: nothing depends on it.
 */
#include "io/store/content.h"
#include "io/store/engine.h"
#include "io/store/sql.h"

#include <string.h>

struct history_task {
    struct task task;
    size_t count;
    struct history_step steps[];
};

static int add_step(struct store_db *db, const struct history_step *step) {
    const uint64_t *queues = step->queues_ms;
    const uint64_t *counts = step->counts;
    return DB_RUN(
        db, sql_history_add, db_int(step->length_s), db_int(step->time),
        db_int((int64_t)step->known_ms), db_int((int64_t)step->total_ms), db_int(step->total_max),
        db_int((int64_t)queues[QUEUE_MAILDROP]), db_int((int64_t)queues[QUEUE_INCOMING]),
        db_int((int64_t)queues[QUEUE_ACTIVE]), db_int((int64_t)queues[QUEUE_DEFERRED]),
        db_int((int64_t)queues[QUEUE_HOLD]), db_int((int64_t)step->log_ms),
        db_int((int64_t)counts[DELIVERY_RECEIVED]), db_int((int64_t)counts[DELIVERY_SENT]),
        db_int((int64_t)counts[DELIVERY_DEFERRED]), db_int((int64_t)counts[DELIVERY_BOUNCED]),
        db_int((int64_t)counts[DELIVERY_REJECTED]));
}

static int run_history(struct store *store, struct task *task) {
    const struct history_task *history = (struct history_task *)task;
    struct store_db *db = &store->db;
    int rc = SQLITE_OK;
    for (size_t i = 0; rc == SQLITE_OK && i < history->count; i++) {
        rc = add_step(db, &history->steps[i]);
    }
    if (rc == SQLITE_OK) {
        rc = DB_RUN(db, sql_history_trim, db_int(HISTORY_MINUTE_S), db_int(STORE_HISTORY_MINUTES));
    }
    if (rc == SQLITE_OK) {
        rc = DB_RUN(db, sql_history_trim, db_int(HISTORY_HOUR_S), db_int(STORE_HISTORY_HOURS));
    }
    return rc;
}

static const struct task_kind history_kind = {.run = run_history};

void store_history_add(struct store *store, const struct history_step *steps, size_t count,
                       store_done done, void *userdata) {
    size_t octets = count * sizeof *steps;
    struct history_task *task =
        store_task_new(&history_kind, sizeof *task + octets, done, userdata);
    if (task == NULL) {
        store_no_memory(store, done, userdata);
        return;
    }
    task->count = count;
    memcpy(task->steps, steps, octets);
    store_submit(store, &task->task);
}
