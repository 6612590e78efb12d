/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables parameters (the two lifetimes, laid out as Hermes reads them) and tunables (thresholds
 * and other values that were set by SNMP). A parameter has two rows, a directive and its value,
 * which are deleted and inserted together. A tunable that was never set has no row, and the
 * configuration file decides; the row of a condition that is no longer configured remains. A write
 * with a callback asks first, and fails when the database is in trouble. One without a callback
 * reports what is in force already, and waits until it can be written.
 */
#include "io/store/content.h"
#include "io/store/engine.h"
#include "io/store/sql.h"

#include <stdlib.h>
#include <string.h>

struct parameters_task {
    struct task task;
    struct store_parameter parameters[STORE_PARAMETERS_MAX];
    size_t count;
};

struct tunables_task {
    struct task task;
    struct stored_tunable *list;
    size_t count;
};

/* Hermes finds the value by the directive's id or name, and the directive by its name. */
int store_parameter_write(struct store_db *db, const struct store_parameter *parameter,
                          int64_t order) {
    static const char description[] = "set by hermes-mailqueued";
    const char applied[] = {parameter->applied, '\0'};
    struct store_db_value name = db_text(parameter->name);
    int rc = DB_RUN(db, sql_parameter_clear_values, name);
    if (rc == SQLITE_OK) {
        rc = DB_RUN(db, sql_parameter_clear_directive, name);
    }
    if (parameter->value[0] == '\0') {
        return rc;
    }
    if (rc == SQLITE_OK) {
        rc = DB_RUN(db, sql_parameter_directive, name, db_text(description), db_int(order),
                    db_text(applied), db_text(parameter->action));
    }
    if (rc == SQLITE_OK) {
        int64_t parent = sqlite3_last_insert_rowid(db->handle);
        rc = DB_RUN(db, sql_parameter_value, db_text(parameter->value), db_int(parent), name,
                    db_text(applied), db_text(parameter->action));
    }
    return rc;
}

static int run_parameters(struct store *store, struct task *task) {
    const struct parameters_task *set = (struct parameters_task *)task;
    int rc = SQLITE_OK;
    for (size_t i = 0; rc == SQLITE_OK && i < set->count; i++) {
        rc = store_parameter_write(&store->db, &set->parameters[i], (int64_t)i + 1);
    }
    return rc;
}

static int run_tunables(struct store *store, struct task *task) {
    const struct tunables_task *set = (struct tunables_task *)task;
    int rc = SQLITE_OK;
    for (size_t i = 0; rc == SQLITE_OK && i < set->count; i++) {
        rc = DB_RUN(&store->db, sql_tunable_set, db_text(set->list[i].name),
                    db_int(set->list[i].value));
    }
    return rc;
}

static void deinit_tunables(struct task *task) {
    free(((struct tunables_task *)task)->list);
}

/* What is reported must not get lost: the next start would repeat a change that was taken back. */
static const struct task_kind parameters_asked = {.flags = TASK_ON_DISK, .run = run_parameters};
static const struct task_kind parameters_told = {.flags = TASK_ON_DISK | TASK_KEPT,
                                                 .run = run_parameters};
static const struct task_kind tunables_asked = {
    .flags = TASK_ON_DISK, .run = run_tunables, .deinit = deinit_tunables};
static const struct task_kind tunables_told = {
    .flags = TASK_ON_DISK | TASK_KEPT, .run = run_tunables, .deinit = deinit_tunables};

void store_parameters_set(struct store *store, const struct store_parameter *parameters,
                          size_t count, store_done done, void *userdata) {
    struct parameters_task *task = store_task_new(
        done != NULL ? &parameters_asked : &parameters_told, sizeof *task, done, userdata);
    if (task == NULL) {
        store_no_memory(store, done, userdata);
        return;
    }
    task->count = count < STORE_PARAMETERS_MAX ? count : STORE_PARAMETERS_MAX;
    memcpy(task->parameters, parameters, task->count * sizeof *parameters);
    store_submit(store, &task->task);
}

void store_tunables_set(struct store *store, const struct stored_tunables *tunables,
                        store_done done, void *userdata) {
    struct tunables_task *task = store_task_new(done != NULL ? &tunables_asked : &tunables_told,
                                                sizeof *task, done, userdata);
    struct stored_tunable *list = calloc(tunables->count + 1, sizeof *list);
    if (task == NULL || list == NULL) {
        free(task);
        free(list);
        store_no_memory(store, done, userdata);
        return;
    }
    memcpy(list, tunables->list, tunables->count * sizeof *list);
    task->list = list;
    task->count = tunables->count;
    task->task.octets += tunables->count * sizeof *list;
    store_submit(store, &task->task);
}

static int load_parameters(struct store_db *db, struct store_image *image) {
    sqlite3_stmt *row = store_db_query(db, sql_parameters, NULL, 0);
    int rc = row == NULL ? db->failure.code : SQLITE_ROW;
    while (rc == SQLITE_ROW && image->parameter_count < STORE_PARAMETERS_MAX &&
           (rc = store_db_next(db, row)) == SQLITE_ROW) {
        struct store_parameter *parameter = &image->parameters[image->parameter_count++];
        char applied[2];
        store_db_column_text(row, PARAMETERS_NAME, parameter->name, sizeof parameter->name);
        store_db_column_text(row, PARAMETERS_VALUE, parameter->value, sizeof parameter->value);
        store_db_column_text(row, PARAMETERS_APPLIED, applied, sizeof applied);
        store_db_column_text(row, PARAMETERS_ACTION, parameter->action, sizeof parameter->action);
        parameter->applied = applied[0];
    }
    store_db_end(row);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int load_tunables(struct store_db *db, struct store_image *image) {
    char name[TUNABLE_NAME_SIZE];
    sqlite3_stmt *row = store_db_query(db, sql_tunables, NULL, 0);
    int rc = row == NULL ? db->failure.code : SQLITE_ROW;
    while (rc == SQLITE_ROW && (rc = store_db_next(db, row)) == SQLITE_ROW) {
        store_db_column_text(row, NAMED_NAME, name, sizeof name);
        stored_tunables_put(&image->tunables, name, store_db_column_u32(row, NAMED_VALUE));
    }
    store_db_end(row);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int store_load_settings(struct store *store, struct store_image *image) {
    int rc = load_parameters(&store->db, image);
    return rc == SQLITE_OK ? load_tunables(&store->db, image) : rc;
}
