/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table pause: the pause of outbound mail, or no row. The table parameters has the same in
 * Hermes' format, as long as the pause is in force or is being made. Both are written together.
 */
#include "io/store/content.h"
#include "io/store/engine.h"
#include "io/store/sql.h"

#include <stdio.h>
#include <string.h>

/* After those of the lifetimes. */
#define PARAMETER_ORDER (LIFETIME_COUNT + 1)

struct pause_task {
    struct task task;
    struct pause_record record;
};

static int write_parameter(struct store_db *db, const struct pause_record *record) {
    bool done = record->phase == PAUSE_IN_FORCE;
    struct store_parameter parameter = {.applied = done ? '1' : '2'};
    snprintf(parameter.name, sizeof parameter.name, "%s",
             postfix_parameter_names[PARAMETER_DEFER_TRANSPORTS]);
    snprintf(parameter.action, sizeof parameter.action, "%s", done ? "NONE" : "APPLY");
    if (done || record->phase == PAUSE_STARTING) {
        snprintf(parameter.value, sizeof parameter.value, "%s", record->value);
    }
    return store_parameter_write(db, &parameter, PARAMETER_ORDER);
}

static int run_pause(struct store *store, struct task *task) {
    const struct pause_record *record = &((struct pause_task *)task)->record;
    struct store_db *db = &store->db;
    int rc = record->phase == PAUSE_NONE
                 ? store_db_run(db, sql_pause_clear, NULL, 0)
                 : DB_RUN(db, sql_pause_set, db_text(pause_phase_name(record->phase)),
                          db_text(record->value), db_int(record->old_empty), db_int(record->since),
                          db_time(record->ends), db_int(record->for_s), db_text(record->who));
    return rc == SQLITE_OK ? write_parameter(db, record) : rc;
}

/* What is reported must not get lost: a later process would continue what is over. */
static const struct task_kind pause_asked = {.flags = TASK_ON_DISK, .run = run_pause};
static const struct task_kind pause_told = {.flags = TASK_ON_DISK | TASK_KEPT, .run = run_pause};

void store_pause_set(struct store *store, const struct pause_record *record, store_done done,
                     void *userdata) {
    struct pause_task *task =
        store_task_new(done != NULL ? &pause_asked : &pause_told, sizeof *task, done, userdata);
    if (task == NULL) {
        store_no_memory(store, done, userdata);
        return;
    }
    task->record = *record;
    store_submit(store, &task->task);
}

static const char *phase_name(int phase) {
    return pause_phase_name(phase);
}

/* A row that somebody edited into nonsense is no pause: nothing may be written by it. */
static void take_pause(sqlite3_stmt *row, struct pause_record *pause) {
    struct pause_record record = {
        .phase = (enum pause_phase)store_db_column_enum(row, PAUSE_PHASE, PAUSE_STARTING,
                                                        PAUSE_PHASE_END - 1, phase_name),
        .old_empty = sqlite3_column_int64(row, PAUSE_WAS_EMPTY) != 0,
        .since = sqlite3_column_int64(row, PAUSE_SINCE),
        .ends = sqlite3_column_int64(row, PAUSE_ENDS),
        .for_s = store_db_column_u32(row, PAUSE_DURATION),
    };
    store_db_column_text(row, PAUSE_TRANSPORTS, record.value, sizeof record.value);
    store_db_column_text(row, PAUSE_WHO, record.who, sizeof record.who);
    if (record.phase != PAUSE_NONE && transports_valid(record.value)) {
        record.for_s = record.for_s < PAUSE_FOR_MAX_S ? record.for_s : PAUSE_FOR_MAX_S;
        *pause = record;
    }
}

int store_load_pause(struct store *store, struct store_image *image) {
    struct store_db *db = &store->db;
    sqlite3_stmt *row = store_db_query(db, sql_pause, NULL, 0);
    int rc = row == NULL ? db->failure.code : store_db_next(db, row);
    image->pause = (struct pause_record){.phase = PAUSE_NONE};
    if (rc == SQLITE_ROW) {
        take_pause(row, &image->pause);
    }
    store_db_end(row);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_OK : rc;
}
