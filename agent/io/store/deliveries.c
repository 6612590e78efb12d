/* SPDX-License-Identifier: BSD-3-Clause */
/* The table deliveries: the progress of each endpoint. */
#include "io/store/content.h"
#include "io/store/engine.h"
#include "io/store/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CURSORS_MAX ((size_t)2 * CONFIG_HOOKS_MAX)

struct cursor_task {
    struct task task;
    struct store_cursor cursor;
};

static int run_cursor(struct store *store, struct task *task) {
    const struct store_cursor *cursor = &((struct cursor_task *)task)->cursor;
    return DB_RUN(&store->db, sql_delivery_set, db_text(cursor->hook), db_int(cursor->serial),
                  db_int(cursor->delivered), db_int(cursor->failures),
                  db_time(cursor->last_delivery));
}

static int run_forget(struct store *store, struct task *task) {
    return DB_RUN(&store->db, sql_delivery_forget,
                  db_text(((struct cursor_task *)task)->cursor.hook));
}

static const struct task_kind cursor_kind = {.flags = TASK_KEPT, .run = run_cursor};
static const struct task_kind forget_kind = {.flags = TASK_KEPT, .run = run_forget};

/* The slot of the endpoint, or a free one; NULL if all are in use by others. */
static struct task **cursor_slot(struct store *store, const char *hook) {
    for (size_t i = 0; i < CONFIG_HOOKS_MAX; i++) {
        struct cursor_slot *slot = &store->slots.cursors[i];
        if (slot->hook[0] == '\0') {
            memcpy(slot->hook, hook, sizeof slot->hook);
        }
        if (strcmp(slot->hook, hook) == 0) {
            return &slot->task;
        }
    }
    return NULL;
}

void store_cursor_set(struct store *store, const struct store_cursor *cursor) {
    struct cursor_task *task = store_task_new(&cursor_kind, sizeof *task, NULL, NULL);
    if (task == NULL) {
        store_no_memory(store, NULL, NULL);
        return;
    }
    task->cursor = *cursor;
    task->cursor.hook[STORE_HOOK_NAME_SIZE - 1] = '\0';
    task->task.slot = cursor_slot(store, task->cursor.hook);
    store_submit(store, &task->task);
}

void store_cursor_forget(struct store *store, const char *hook) {
    struct cursor_task *task = store_task_new(&forget_kind, sizeof *task, NULL, NULL);
    if (task == NULL) {
        store_no_memory(store, NULL, NULL);
        return;
    }
    snprintf(task->cursor.hook, sizeof task->cursor.hook, "%s", hook);
    store_submit(store, &task->task);
}

/* The limit has room for the endpoints of the present configuration and of the previous one, in
 * case all have changed. */
int store_load_deliveries(struct store *store, struct store_image *image) {
    struct store_db *db = &store->db;
    image->cursors = calloc(CURSORS_MAX, sizeof *image->cursors);
    if (image->cursors == NULL) {
        return store_db_fail(db, SQLITE_NOMEM);
    }
    sqlite3_stmt *row = store_db_query(db, sql_deliveries, NULL, 0);
    int rc = row == NULL ? db->failure.code : SQLITE_ROW;
    while (rc == SQLITE_ROW && image->cursor_count < CURSORS_MAX &&
           (rc = store_db_next(db, row)) == SQLITE_ROW) {
        struct store_cursor *cursor = &image->cursors[image->cursor_count++];
        store_db_column_text(row, DELIVERIES_HOOK, cursor->hook, sizeof cursor->hook);
        cursor->serial = store_db_column_u32(row, DELIVERIES_SERIAL);
        cursor->delivered = store_db_column_u32(row, DELIVERIES_DELIVERED);
        cursor->failures = store_db_column_u32(row, DELIVERIES_FAILURES);
        cursor->last_delivery = sqlite3_column_int64(row, DELIVERIES_LAST_DELIVERY);
    }
    store_db_end(row);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}
